//! Prints the report of `policy`, and the refusals of all commands.

use std::collections::BTreeSet;

use crate::config::FILE_NAME;
use crate::hint::Hint;
use crate::operations::policy;
use crate::operations::policy_check::Refusal;
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::policy::Verdict;

/// Prints the skills that the policy refuses.
pub(crate) fn refused(printer: &Printer, refused: &[Refusal]) {
    for refusal in refused {
        let Refusal { name, verdict, .. } = refusal;
        printer.error(&format!(
            "policy `{}` refuses `{name}`: {}",
            setting(verdict),
            verdict.reason
        ));
    }
    // Many skills of one source are refused for the same reason.
    let hints = refused
        .iter()
        .filter_map(|refusal| refusal.verdict.hint.as_ref());
    for hint in hints.collect::<BTreeSet<_>>() {
        printer.hint(&Hint::text(hint.clone()));
    }
}

/// Prints the policy, and its result for each skill.
pub(crate) fn policy(printer: &Printer, report: &policy::Report) {
    let line = |text: &str| printer.data(sanitize::line(text));
    if report.keys.is_empty() {
        line(&format!(
            "no policy is set in {}: all sources are allowed",
            report.file
        ));
    }
    for key in report.keys.iter().filter(|_| !report.is_asked) {
        line(&format!("{} = {}", key.key.word(), key.value));
        line(&format!("    {}", key.meaning));
    }
    for skill in &report.skills {
        let word = if skill.is_allowed {
            "allowed"
        } else {
            "refused"
        };
        line(&format!("{word}  {}", skill.name));
        for verdict in &skill.verdicts {
            // Without arguments, only the reasons of refusals are printed.
            if !report.is_asked && verdict.is_allowed {
                continue;
            }
            let word = if verdict.is_allowed {
                "allows"
            } else {
                "refuses"
            };
            let setting = setting(verdict);
            line(&format!("    `{setting}` {word}: {}", verdict.sentence()));
        }
        if !skill.allowed.is_empty() {
            let codes = skill.allowed.join(", ");
            line(&format!("    allowed in {FILE_NAME}: {codes}"));
        }
        if skill.is_unfetched {
            line("    the other keys were not checked, because nothing was fetched");
        }
    }
}

/// `pin = "tag"`.
fn setting(verdict: &Verdict) -> String {
    format!("{} = {}", verdict.key.word(), verdict.value)
}
