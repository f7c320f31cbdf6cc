//! The question before skills are installed that let commands run without asking the user.

use std::io::ErrorKind;

use super::Session;
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::resolve::Candidate;
use crate::operations::update::NeedsConsent;
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
        render::print_severe(printer, "", &skill.capabilities);
        render::print_dangers(printer, "", &skill.dangers);
    }
    let names = skills.iter().map(|skill| skill.name.as_str());
    let mut capabilities = skills.iter().flat_map(|skill| &skill.capabilities);
    let is_audited = !capabilities.any(|one| one.kind.needs_consent());
    let question = question("Install", names, is_audited);
    confirmed(session, &question, is_audited)
}

/// Asks once whether to install new versions with these capabilities. Returns whether to do so.
pub(super) fn ask_to_update(
    session: &Session<'_>,
    skills: &[NeedsConsent<'_>],
) -> Result<bool, OpError> {
    let printer = session.printer;
    if !printer.can_ask() {
        return Ok(true);
    }
    for skill in skills {
        printer.note("Found", &format!("a new version of {}", skill.name));
        render::print_severe(printer, "new ", &skill.capabilities);
        render::print_dangers(printer, "new ", &skill.dangers);
    }
    let names = skills.iter().map(|skill| skill.name.as_str());
    let is_audited = skills.iter().all(|skill| skill.capabilities.is_empty());
    let question = question("Update", names, is_audited);
    Ok(confirmed(session, &question, is_audited)? == Consent::Given)
}

fn confirmed(session: &Session<'_>, question: &str, is_audited: bool) -> Result<Consent, OpError> {
    if !is_audited {
        session.printer.hint(&render::deny());
    }
    match confirm(question, || session.context.interrupt.is_raised()) {
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

/// Returns the question about skills that let commands run, or that only the audit has findings in.
fn question<'a>(
    verb: &str,
    names: impl ExactSizeIterator<Item = &'a str>,
    is_audited: bool,
) -> String {
    let (count, more) = (names.len(), names.len().saturating_sub(MAX_NAMES));
    let mut listed = names.take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        listed = format!("{listed} and {more} more");
    }
    if is_audited {
        return format!("{verb} {listed} in spite of these findings?");
    }
    let them = if count == 1 {
        "which lets commands"
    } else {
        "which let commands"
    };
    format!("{verb} {listed}, {them} run without asking you?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_names_all_skills_or_the_first() {
        assert_eq!(
            question("Install", ["pdf"].into_iter(), false),
            "Install pdf, which lets commands run without asking you?"
        );
        assert_eq!(
            question("Update", ["a", "b", "c", "d", "e"].into_iter(), false),
            "Update a, b, c and 2 more, which let commands run without asking you?"
        );
        assert_eq!(
            question("Install", ["pdf"].into_iter(), true),
            "Install pdf in spite of these findings?"
        );
    }
}
