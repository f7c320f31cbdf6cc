//! The question before skills are installed that let commands run without asking the user.

use std::io::ErrorKind;

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::resolve::Candidate;
use crate::output::confirm::{Answer, confirm};
use crate::output::render;

/// Maximum number of names in the question.
const MAX_NAMES: usize = 3;

/// The answer to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// There was nothing to ask, or no terminal to ask on.
    NotAsked,
    /// The user agreed.
    Given,
    /// The user did not agree.
    Refused,
}

/// Asks once whether to install these skills. Without a terminal, only the policy decides.
pub(super) fn ask(session: &Session<'_>, skills: &[&Candidate]) -> Result<Consent, OpError> {
    let printer = session.printer;
    if skills.is_empty() || !printer.can_ask() {
        return Ok(Consent::NotAsked);
    }
    for skill in skills {
        printer.note("Found", &format!("{}  {}", skill.name, skill.spec()));
        render::print_severe(printer, &skill.capabilities);
    }
    printer.hint(&render::deny());
    let question = question(skills.iter().map(|skill| skill.name.as_str()));
    match confirm(&question, || session.context.interrupt.is_raised()) {
        Ok(Answer::Yes) => Ok(Consent::Given),
        Ok(Answer::No) => Ok(Consent::Refused),
        Ok(Answer::Interrupted) => Err(InstallError::Interrupted.into()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(InstallError::Interrupted.into())
        }
        Err(error) => Err(OpError::Usage(format!(
            "cannot ask ({error}); use --yes to install without a question"
        ))),
    }
}

fn question<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let (count, more) = (names.len(), names.len().saturating_sub(MAX_NAMES));
    let mut listed = names.take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        listed = format!("{listed} and {more} more");
    }
    let them = if count == 1 {
        "which lets commands"
    } else {
        "which let commands"
    };
    format!("Install {listed}, {them} run without asking you?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_names_all_skills_or_the_first() {
        assert_eq!(
            question(["pdf"].into_iter()),
            "Install pdf, which lets commands run without asking you?"
        );
        assert_eq!(
            question(["a", "b", "c", "d", "e"].into_iter()),
            "Install a, b, c and 2 more, which let commands run without asking you?"
        );
    }
}
