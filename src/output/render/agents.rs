//! Prints the report of `agents`.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::operations::agents::{AgentView, Report, Seen};
use crate::output::printer::Printer;
use crate::output::styled::Styled;
use crate::output::table::Table;

/// The width of the names of lists, in columns.
const NAME_WIDTH: usize = 10;
/// The most agents that a sentence names.
const MAX_NAMED: usize = 4;

/// Prints the agents that see installed skills, or with `is_list` or without skills the folders of
/// all agents.
pub(crate) fn agents(printer: &Printer, report: &Report, is_list: bool) {
    if report.is_asked {
        for agent in &report.agents {
            one(printer, agent);
        }
    } else if is_list || report.skills.is_empty() {
        folders(printer, report);
    } else {
        overview(printer, report);
    }
}

fn folders(printer: &Printer, report: &Report) {
    let mut table = Table::new(&["AGENT", "PROJECT", "PERSONAL", "ALSO READS", "ALIASES"]);
    for agent in &report.agents {
        let first = |folders: &[String]| folders.first().cloned().unwrap_or_default();
        let also = agent.project.iter().skip(1).map(String::as_str);
        table.row(&[
            agent.id,
            &first(&agent.project),
            &first(&agent.personal),
            &also.collect::<Vec<_>>().join(", "),
            &agent.aliases.join(", "),
        ]);
    }
    match Printer::width() {
        Some(width) if !table.fits(width) => {
            for agent in &report.agents {
                one_line_each(printer, agent, width);
            }
        }
        _ => printer.table(&table),
    }
}

/// Prints the folders of an agent, each list on its own line, for a narrow terminal.
fn one_line_each(printer: &Printer, agent: &AgentView, width: usize) {
    let bold = Style::new().bold();
    printer.data(Styled::with(bold, agent.id));
    for (name, values) in [
        ("project", &agent.project),
        ("personal", &agent.personal),
        (
            "aliases",
            &agent.aliases.iter().map(ToString::to_string).collect(),
        ),
    ] {
        if !values.is_empty() {
            let line = format!("  {name:<NAME_WIDTH$}{}", values.join(", "));
            let limits = Some((width, NAME_WIDTH + 2));
            printer.data(Styled::wrapped(Style::new(), &line, limits));
        }
    }
}

/// Prints one agent: its folders, and its skills.
fn one(printer: &Printer, agent: &AgentView) {
    let line = |text: &str| printer.data(text);
    line(&format!("{} ({})", agent.name, agent.id));
    line(&format!("  project   {}", agent.project.join(", ")));
    line(&format!("  personal  {}", agent.personal.join(", ")));
    for seen in &agent.skills {
        let note = match (&seen.used, seen.is_in_both, seen.is_twice) {
            (Some(used), ..) => format!("  (uses {used})"),
            (None, true, _) => "  (in the project and in your home)".to_owned(),
            (None, false, true) => "  (seen twice)".to_owned(),
            _ => String::new(),
        };
        line(&format!(
            "  {}  {}{note}",
            seen.name,
            seen.places.join(", ")
        ));
    }
    if agent.skills.is_empty() {
        line("  sees no skills");
    }
}

fn overview(printer: &Printer, report: &Report) {
    let mut groups: BTreeMap<(Vec<&str>, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for agent in &report.agents {
        let names = agent.skills.iter().map(|seen| seen.name.as_str());
        let mut folders: Vec<&str> = agent.skills.iter().flat_map(folders_of).collect();
        folders.sort_unstable();
        folders.dedup();
        let group = groups.entry((names.collect(), folders)).or_default();
        group.push(agent.id);
    }
    let total = report.skills.len();
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|((names, _), _)| std::cmp::Reverse(names.len()));
    let mut table = Table::new(&["SKILLS", "FOLDERS", "AGENTS"]);
    for ((names, folders), agents) in groups {
        let seen = match names.len() {
            0 => "none".to_owned(),
            seen => format!("{seen} of {total}"),
        };
        table.row(&[&seen, &folders.join(", "), &agents.join(", ")]);
    }
    match Printer::width() {
        Some(width) => table
            .wrapped_lines(width)
            .iter()
            .for_each(|line| printer.data(line)),
        None => printer.table(&table),
    }
    for note in notes(&report.agents) {
        printer.data(note);
    }
}

/// Returns the folders that contain a skill.
fn folders_of(seen: &Seen) -> impl Iterator<Item = &str> {
    let folder = |place: &'_ String| -> usize { place.rfind('/').unwrap_or_default() };
    seen.places.iter().map(move |place| &place[..folder(place)])
}

/// Returns a sentence for each skill that some agents see twice, or in the project and in the home.
fn notes(agents: &[AgentView]) -> Vec<String> {
    let mut by_skill: BTreeMap<&Seen, Vec<&str>> = BTreeMap::new();
    for agent in agents {
        for seen in agent
            .skills
            .iter()
            .filter(|seen| seen.is_twice || seen.is_in_both)
        {
            by_skill.entry(seen).or_default().push(agent.id);
        }
    }
    let note = |(seen, agents): (&Seen, Vec<&str>)| {
        let places = seen.places.join(", ");
        let named = agents
            .iter()
            .take(MAX_NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = match agents.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match &seen.used {
            Some(used) => format!("`{}` is in {places}: {named}{more} use {used}", seen.name),
            None => format!("`{}` is seen twice by {named}{more}: {places}", seen.name),
        }
    };
    by_skill.into_iter().map(note).collect()
}
