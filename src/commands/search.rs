//! `mdskill search`.

use std::collections::BTreeSet;

use clap::{Args, Parser, ValueEnum};

use super::Session;
use super::add::{self, AddArgs};
use super::cli::{Cli, Command};
use super::prompt::choose;
use crate::operations::OpError;
use crate::operations::resolve::typed::spec_of;
use crate::operations::search::{self, Failure, MAX_LIMIT, Options, Origin, Report, Skill};
use crate::output::exit_status::ExitStatus;
use crate::output::picker::{Fact, Item, Picker, capability_facts};
use crate::output::printer::Printer;
use crate::output::render;
use crate::output::text;

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words in names, descriptions, and texts
    #[arg(required = true, value_name = "WORDS")]
    pub words: Vec<String>,
    /// Search only this repository, which is fetched; can be repeated
    #[arg(long = "in", value_name = "SPEC", conflicts_with = "from")]
    pub repositories: Vec<String>,
    /// Search only here; can be a list
    #[arg(long, value_name = "WHERE", value_delimiter = ',')]
    pub from: Vec<OriginName>,
    /// Show at most this many skills
    #[arg(short = 'L', long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=MAX_LIMIT as i64))]
    pub limit: u8,
}

/// A place to search in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OriginName {
    /// Installed skills
    Installed,
    /// Repositories in the cache
    Cached,
    /// skills.sh
    #[value(name = "skills.sh", alias = "skills-sh")]
    SkillsSh,
    /// GitHub; needs a token
    #[value(name = "github")]
    GitHub,
    /// The indexes of sites
    #[value(alias = "indexes")]
    Index,
}

impl From<OriginName> for Origin {
    fn from(name: OriginName) -> Self {
        match name {
            OriginName::Installed => Self::Installed,
            OriginName::Cached => Self::Cached,
            OriginName::SkillsSh => Self::SkillsSh,
            OriginName::GitHub => Self::GitHub,
            OriginName::Index => Self::Index,
        }
    }
}

pub(super) fn search(session: &Session<'_>, arguments: &SearchArgs) -> Result<ExitStatus, OpError> {
    let repositories = arguments.repositories.iter();
    let options = Options {
        text: arguments.words.join(" "),
        repositories: repositories
            .map(|typed| spec_of(&session.context, typed))
            .collect::<Result<_, _>>()?,
        from: arguments
            .from
            .iter()
            .map(|name| Origin::from(*name))
            .collect::<BTreeSet<_>>(),
        limit: arguments.limit.into(),
    };
    let printer = session.printer;
    let mut report = session.wait(search::search(&session.context, &options))?;
    let reason = report.take_reason();
    for failure in &report.failed {
        printer.warn(&failure.problem);
    }
    if let Some(error) = reason {
        return Err(error);
    }
    let is_asked = printer.can_ask() && Printer::width().is_some() && !report.skills.is_empty();
    if is_asked && let Some(specs) = pick(session, &report)? {
        return add::add(session, &arguments_of_add(&specs)?);
    }
    let is_offline = session.context.offline;
    printer.show("search", &report, |printer, report| {
        render::search(printer, report, is_offline);
    });
    Ok(ExitStatus::Done)
}

/// Asks which skills to add. Returns their specs; `None` if the user wants only the list.
fn pick(session: &Session<'_>, report: &Report) -> Result<Option<Vec<String>>, OpError> {
    let items = report.skills.iter().map(|skill| Item {
        name: skill.name.clone(),
        detail: place(skill),
        description: skill.description.clone().unwrap_or_default(),
        mark: skill.place.is_some().then_some("installed"),
        ..Item::default()
    });
    let items: Vec<Item> = items.collect();
    let title = format!("Select skills to add that match {}", report.query);
    let facts = |at: usize| facts(session, &report.skills[at]);
    let failures: Vec<String> = report.failed.iter().map(Failure::brief).collect();
    let picker = Picker::new(title, "add", &items)
        .with_note(failures.join("; "))
        .with_facts(&facts);
    let Some(chosen) = choose(session, &picker)? else {
        return Ok(None);
    };
    let spec = |at: usize| {
        let skill = &report.skills[at];
        skill.spec.clone().ok_or_else(|| {
            let place = skill.url.as_ref().or(skill.place.as_ref());
            let place = place.map_or("", String::as_str);
            let problem = "it is not in a git repository";
            OpError::Usage(format!(
                "`{}` can't be added: {problem} ({place})",
                skill.name
            ))
        })
    };
    chosen
        .into_iter()
        .map(spec)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Returns the repository of a skill, or the site that it is from.
fn place(skill: &Skill) -> String {
    match &skill.source {
        Some(source) => text::source(source).to_owned(),
        None => skill.from.join(", "),
    }
}

/// Returns what is known about a skill without a request.
fn facts(session: &Session<'_>, skill: &Skill) -> Vec<Fact> {
    let capabilities = search::capabilities(&session.context, skill);
    let mut facts = capability_facts(&capabilities);
    let installs = skill.installs.map(|installs| installs.to_string());
    for (label, text) in [
        ("spec", &skill.spec),
        ("installed", &skill.place),
        ("page", &skill.url),
        ("installs", &installs),
        ("from", &Some(skill.from.join(", "))),
    ] {
        facts.extend(text.iter().map(|text| Fact::new(label, text.as_str())));
    }
    facts
}

/// Returns the arguments of `add` with these specs, as if they were typed.
fn arguments_of_add(specs: &[String]) -> Result<AddArgs, OpError> {
    let words = ["mdskill", "add", "--"].into_iter();
    let words = words.chain(specs.iter().map(String::as_str));
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Add(arguments)) => Ok(arguments),
        Ok(_) => Err(OpError::Usage("the skills can't be added".to_owned())),
        Err(error) => Err(OpError::Usage(error.to_string())),
    }
}
