//! `mdskill remove`.

use clap::Args;

use super::agents::targets;
use super::{Session, names, prompt};
use crate::operations::OpError;
use crate::operations::remove::{self, Options, Removable};
use crate::operations::state::State;
use crate::output::exit_status::ExitStatus;
use crate::output::picker::{Fact, Item, Picker};
use crate::output::{render, text};
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Names of installed skills [default: choose on a terminal]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Also remove edited skills; their folders are moved to the trash
    #[arg(short, long)]
    pub force: bool,
    /// Remove the skill only from this folder
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Remove the skill only from the folder of this agent
    #[arg(short, long, value_name = "AGENT", value_delimiter = ',')]
    pub agent: Vec<String>,
    /// Accepted for scripts; `remove` never asks
    #[arg(short, long)]
    pub yes: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn remove(session: &Session<'_>, arguments: &RemoveArgs) -> Result<ExitStatus, OpError> {
    let mut options = Options {
        names: names(session, &arguments.names)?,
        force: arguments.force,
        dry_run: arguments.dry_run,
        targets: targets(session, &arguments.target, &arguments.agent)?,
    };
    if options.names.is_empty() {
        if arguments.yes || !session.printer.can_ask() {
            return Err(OpError::NoNames);
        }
        match choose(session, &options)? {
            Some(names) => options.names = names,
            None => return Ok(prompt::cancelled(session)),
        }
    }
    let report = remove::remove(&session.context, &options)?;
    session.printer.show("remove", &report, render::remove);
    Ok(ExitStatus::Failed.when(!report.left_alone.is_empty()))
}

/// Asks for the skills to remove. Returns `None` if the user cancelled.
fn choose(session: &Session<'_>, options: &Options) -> Result<Option<Vec<SkillName>>, OpError> {
    let skills = remove::removable(&session.context, &options.targets)?;
    if skills.is_empty() {
        let folders: Vec<&str> = options.targets.iter().map(Target::as_str).collect();
        let place = folders.join(" or ");
        let place = (!folders.is_empty()).then(|| format!(" in {place}"));
        let place = place.unwrap_or_default();
        return Err(OpError::Usage(format!("no skill is installed{place}")));
    }
    let item = |skill: &Removable| {
        let version = skill.version.as_deref().map(text::short);
        let source = Fact::new("source", text::source(&skill.source));
        let version = version.map(|version| Fact::new("version", version));
        let places = skill.places.iter().map(|place| session.printer.path(place));
        let places = places.collect::<Vec<_>>().join(", ");
        Item {
            name: skill.name.to_string(),
            description: skill.description.clone(),
            mark: (skill.state != State::Ok).then(|| skill.state.word()),
            facts: [source]
                .into_iter()
                .chain(version)
                .chain([Fact::new("path", places)])
                .collect(),
            ..Item::default()
        }
    };
    let items: Vec<Item> = skills.iter().map(item).collect();
    let obstacles = |at: usize| obstacles(session, options, &skills[at].name);
    let picker = Picker::new("Select skills to remove", "remove", &items).with_facts(&obstacles);
    let chosen = prompt::choose(session, &picker)?;
    let name = |at: usize| skills[at].name.clone();
    Ok(chosen.map(|chosen| chosen.into_iter().map(name).collect()))
}

/// Returns what a dry run says of the removal of a skill.
fn obstacles(session: &Session<'_>, options: &Options, name: &SkillName) -> Vec<Fact> {
    let options = Options {
        names: vec![name.clone()],
        force: options.force,
        dry_run: true,
        targets: options.targets.clone(),
    };
    // The removal itself reports an error.
    let Ok(report) = remove::remove(&session.context, &options) else {
        return Vec::new();
    };
    let notes = report.skills.iter().flat_map(|change| &change.notes);
    let mut facts: Vec<Fact> = notes.map(Fact::paragraph).collect();
    for left in &report.left_alone {
        let files = left.files.join(", ");
        let obstacle = match &*files {
            "" => left.reason.clone(),
            files => format!("{}: {files}", left.reason),
        };
        facts.push(Fact::paragraph(obstacle).alert_if(true));
        facts.push(Fact::paragraph("only --force removes it").alert_if(true));
    }
    facts
}
