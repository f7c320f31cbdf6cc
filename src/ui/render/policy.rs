//! What `policy` tells, and what every verb tells of what the policy refuses.

use crate::ops::gate::Refusal;
use crate::ops::policy;
use crate::policy::Verdict;
use crate::ui::printer::Printer;
use crate::ui::sanitize;

/// Prints what the policy does not let in.
pub fn refused(printer: &Printer, refused: &[Refusal]) {
    for refusal in refused {
        let Refusal { name, verdict, .. } = refusal;
        printer.error(&format!(
            "policy `{}` refuses `{name}`: {}",
            setting(verdict),
            verdict.reason
        ));
    }
}

/// Prints the policy, and what it says of skills.
pub fn policy(printer: &Printer, report: &policy::Report) {
    let line = |text: &str| printer.data(&sanitize::line(text));
    if report.keys.is_empty() {
        line(&format!(
            "{} sets no policy: everything is let in",
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
        // Of all that is installed, only what stands against it.
        let told = |verdict: &&Verdict| report.is_asked || !verdict.is_allowed;
        for verdict in skill.verdicts.iter().filter(told) {
            let word = if verdict.is_allowed {
                "allows"
            } else {
                "refuses"
            };
            let setting = setting(verdict);
            line(&format!("    `{setting}` {word}: {}", verdict.reason));
        }
        if skill.is_unfetched {
            line("    nothing was fetched, so nothing else was looked at");
        }
    }
}

/// `pin = "tag"`.
fn setting(verdict: &Verdict) -> String {
    format!("{} = {}", verdict.key.word(), verdict.value)
}
