//! The annotations and outputs of an update in GitHub Actions.

use super::commands::{Command, MAX_OF_A_KIND};
use crate::hint::HasHint;
use crate::operations::update::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::Severity;

/// Returns an annotation for each problem that needs review, up to the limit of GitHub.
pub(crate) fn annotations(report: &Report) -> Vec<Command> {
    let error = |what, subject: &str, message| annotation(Severity::Error, what, subject, message);
    let mut errors: Vec<Command> = Vec::new();
    for failed in &report.failed {
        let hint = failed.error.hint();
        let hint = hint.map_or_else(String::new, |hint| format!("\n{}", hint.in_scope(false)));
        let message = format!("{}{hint}", failed.error);
        errors.push(error("could not be checked", &failed.place, message));
    }
    for conflict in &report.conflicts {
        let files = conflict.files.iter();
        let files = files.map(|file| format!("{}: {}", file.path, file.kind));
        let message = files.collect::<Vec<_>>().join("\n");
        let mut command = error("has conflicts", &conflict.name, message);
        if let Some(first) = conflict.files.first() {
            let file = format!("{}/{}", conflict.place, first.path);
            command.properties.insert(0, ("file", file));
        }
        errors.push(command);
    }
    for refused in &report.refused {
        let message = format!("{}: {}", refused.verdict.key.word(), refused.verdict.reason);
        errors.push(error("is refused by the policy", &refused.name, message));
    }
    for left in &report.left_alone {
        let message = format!("{}: {}", left.place, left.reason);
        errors.push(error("was not changed", &left.name, message));
    }
    for stuck in &report.stuck {
        errors.push(error("is blocked", &stuck.name, stuck.reason.clone()));
    }
    errors.truncate(MAX_OF_A_KIND);
    for gone in report.deleted.iter().take(MAX_OF_A_KIND) {
        let (what, reason) = ("was deleted upstream", gone.reason.clone());
        errors.push(annotation(Severity::Warning, what, &gone.name, reason));
    }
    errors
}

fn annotation(severity: Severity, what: &str, subject: &str, message: String) -> Command {
    Command {
        severity,
        properties: vec![("title", format!("{subject} {what}"))],
        message,
    }
}

/// Returns the outputs of the step for the `GITHUB_OUTPUT` file: whether anything changes, the updated
/// skills, and the skills with conflicts. A sanitized name has no line end, so it cannot forge another
/// output.
pub(crate) fn outputs(report: &Report) -> String {
    let skills = report
        .skills
        .iter()
        .map(|change| sanitize::line(&change.name));
    let conflicts = report.conflicts.iter();
    let conflicts = conflicts.map(|conflict| sanitize::line(&conflict.name));
    format!(
        "changed={}\nskills={}\nconflicts={}\n",
        !report.skills.is_empty(),
        skills.collect::<Vec<_>>().join(","),
        conflicts.collect::<Vec<_>>().join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Conflict, ConflictKind};
    use crate::operations::OpError;
    use crate::operations::policy_check::Refusal;
    use crate::operations::report::{Conflicted, LeftAlone, Problem};
    use crate::operations::update::Failed;
    use crate::policy::{Key, Verdict};

    const HOSTILE: &str = "x\n::error::forged\r,file=y%";

    fn problem(name: &str) -> Problem {
        Problem {
            name: name.to_owned(),
            reason: HOSTILE.to_owned(),
        }
    }

    fn conflict(name: &str) -> Conflicted {
        Conflicted {
            name: name.to_owned(),
            place: ".github/skills/one".to_owned(),
            commit: None,
            is_marked: false,
            is_unresolved: false,
            files: vec![Conflict {
                path: "SKILL.md".to_owned(),
                kind: ConflictKind::Lines,
                hunks: Vec::new(),
            }],
        }
    }

    #[test]
    fn annotations_list_problems_and_escape_names() {
        let report = Report {
            failed: vec![Failed {
                place: "acme/skills".to_owned(),
                skills: 2,
                error: OpError::Usage(HOSTILE.to_owned()),
            }],
            conflicts: vec![conflict("one")],
            left_alone: vec![LeftAlone {
                name: "two".to_owned(),
                place: "p".to_owned(),
                reason: HOSTILE.to_owned(),
                files: Vec::new(),
            }],
            refused: vec![Refusal {
                name: "six".to_owned(),
                source: "github:a/b".to_owned(),
                verdict: Verdict {
                    key: Key::Deny,
                    value: "[\"hooks\"]".to_owned(),
                    is_allowed: false,
                    reason: HOSTILE.to_owned(),
                },
            }],
            stuck: vec![problem(HOSTILE)],
            deleted: vec![problem("four")],
            ..Report::default()
        };
        let lines: Vec<String> = annotations(&report)
            .iter()
            .map(ToString::to_string)
            .collect();
        let text = "x%0A::error::forged\\u{d},file=y%25";
        assert_eq!(
            lines[1],
            "::error file=.github/skills/one/SKILL.md,title=one has conflicts::SKILL.md: both sides changed the same lines"
        );
        assert_eq!(
            lines[3],
            format!("::error title=two was not changed::p: {text}")
        );
        assert_eq!(
            lines[4],
            format!(
                "::error title=x %3A%3Aerror%3A%3Aforged\\u{{d}}%2Cfile=y%25 is blocked::{text}"
            )
        );
        assert_eq!(
            lines[5],
            format!("::warning title=four was deleted upstream::{text}")
        );
        assert_eq!(
            lines[2],
            format!("::error title=six is refused by the policy::deny: {text}")
        );
        assert!(lines[0].starts_with("::error title=acme/skills could not be checked::"));
        assert!(lines.iter().all(|line| !line.contains(['\n', '\r'])));
    }

    #[test]
    fn annotations_keep_to_the_limit_of_github() {
        let report = Report {
            stuck: (0..30).map(|_| problem("a")).collect(),
            deleted: (0..30).map(|_| problem("b")).collect(),
            ..Report::default()
        };
        assert_eq!(annotations(&report).len(), 2 * MAX_OF_A_KIND);
    }

    #[test]
    fn outputs_list_updated_skills_and_conflicts() {
        let report = Report {
            conflicts: vec![conflict("one"), conflict(HOSTILE)],
            ..Report::default()
        };
        assert_eq!(
            outputs(&report),
            "changed=false\nskills=\nconflicts=one,x ::error::forged\\u{d},file=y%\n"
        );
    }
}
