//! `mdskill init`.

use std::io::ErrorKind;

use clap::{Args, ValueEnum};

use super::Session;
use crate::hint::HasHint;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::init::{self, InitError, Options, Place};
use crate::output::ask::{Answer, ask};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The name of the skill, or the path of its new folder [default: on a
    /// terminal, a question; elsewhere, the current folder]
    #[arg(value_name = "NAME|DIR")]
    pub place: Option<String>,
    /// The description: what the skill does, and when to use it
    #[arg(short, long, value_name = "TEXT")]
    pub description: Option<String>,
    /// The files to create
    #[arg(short, long, value_name = "TEMPLATE", default_value = "minimal")]
    pub template: Template,
    /// Use the default for what is not given, without a question
    #[arg(short, long)]
    pub yes: bool,
}

/// The files of a new skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Only SKILL.md
    Minimal,
    /// Also a reference and a script
    Full,
}

pub(super) fn init(session: &Session<'_>, arguments: &InitArgs) -> Result<ExitStatus, OpError> {
    if session.context.scope.is_personal {
        return Err(InitError::Personal.into());
    }
    let asks = session.printer.can_ask() && !arguments.yes;
    let place = match &arguments.place {
        None if asks => ask_place(session)?,
        typed => Place::find(&session.context, typed.as_deref())?,
    };
    let description = match &arguments.description {
        None if asks => ask_description(session, &place)?,
        given => given.clone(),
    };
    let options = Options {
        place,
        description,
        template: match arguments.template {
            Template::Minimal => init::Template::Minimal,
            Template::Full => init::Template::Full,
        },
    };
    let report = init::init(&session.context, &options)?;
    session.printer.show("init", &report, render::init);
    Ok(ExitStatus::Done)
}

/// Asks for the name until a skill can be created there.
fn ask_place(session: &Session<'_>) -> Result<Place, OpError> {
    let suggested = Place::suggested_name(&session.context);
    let question = match &suggested {
        Some(name) => format!("Name of the skill (Enter: {name}, in this folder)"),
        None => "Name of the skill".to_owned(),
    };
    loop {
        let line = ask_line(session, &question)?;
        let found = match line.as_str() {
            "" if suggested.is_some() => Place::find(&session.context, None),
            "" => Err(InitError::NoName.into()),
            name => Place::find(&session.context, Some(name)),
        };
        match found {
            Err(OpError::Init(error)) => report(session, &error),
            found => return found,
        }
    }
}

/// Asks for the description until all clients accept it; `None` for a placeholder.
fn ask_description(session: &Session<'_>, place: &Place) -> Result<Option<String>, OpError> {
    loop {
        let question = "What does it do, and when should an agent use it? (Enter: write it later)";
        let line = ask_line(session, question)?;
        if line.is_empty() {
            return Ok(None);
        }
        match init::check_description(&place.name, &init::one_line(&line)) {
            Ok(()) => return Ok(Some(line)),
            Err(error) => report(session, &error),
        }
    }
}

fn report(session: &Session<'_>, error: &InitError) {
    session.printer.error(&error.to_string());
    if let Some(hint) = error.hint() {
        session.printer.hint(&hint);
    }
}

fn ask_line(session: &Session<'_>, question: &str) -> Result<String, OpError> {
    let interrupt = &session.context.interrupt;
    match ask(session.printer, question, || interrupt.is_raised()) {
        Ok(Answer::Line(line)) => Ok(line),
        Ok(Answer::Interrupted) => Err(InstallError::Interrupted.into()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!(
            "cannot ask ({error}); use --yes to create the skill without a question"
        ))),
    }
}
