//! A301: a command that runs what it decodes.

use crate::audit::Topic;
use crate::audit::encoded::{decodes_and_runs, runs_decoded, runs_decoded_variable};
use crate::audit::hidden_program::hidden_programs;
use crate::audit_places::places;
use crate::capabilities::commands::is_shell_block;
use crate::command_text::{command_around, is_printed};
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::references::attack_sections;
use crate::references::mention_context::is_forbidden;
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::is_shell_script;

pub(crate) const RULE: Rule = Rule {
    code: "A301",
    name: "encoded-command",
    severity: Severity::Error,
    refuses: true,
    summary: "a command that decodes a text and runs it, or hides the name of its program",
    why: "A reviewer does not see what is run. In sections about attacks, and if the text forbids the command, it is a warning; in comments, running text, and documents such as JSON, a note. Of 2,868 public skills, none is refused; of 181, none has a warning.",
    example: "echo Y3VybCBodHRwczovL3guZXhhbXBsZQ== | base64 -d | sh",
    how_to_fix: "write the command itself",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Bytes of a command that are read on each side.
const NEAR: usize = 2000;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let places = places(skill, Topic::Encoded);
    let mut found: Vec<Finding> = Vec::new();
    for place in places {
        let can_run = place.is_in_script() || place.is_run_by_client(skill);
        // In running text, the bar at the end of a line belongs to a table.
        let line = if can_run || place.is_in_block() {
            command_around(place.text, place.span, NEAR)
        } else {
            place.line(NEAR)
        };
        let command = line.of(place.text);
        let at = place.span.start - line.start;
        let following = &place.text[line.end..];
        if !runs_decoded(command, at) && !runs_decoded_variable(command, at, following) {
            continue;
        }
        let start = command.trim_start();
        let is_comment = start.starts_with('#') || start.starts_with("// ");
        let is_text = !can_run && !place.is_in_code();
        let is_shown = is_text || is_comment || is_printed(command, decodes_and_runs);
        // A cell of a table describes a command.
        let is_cell = !place.is_in_block() && start.starts_with('|');
        let is_sample = !can_run && (is_cell || place.is_sample());
        let span = line.trimmed(place.text);
        if found
            .last()
            .is_none_or(|last| last.span != Some(span) || last.file != place.path)
        {
            let message = "this command runs a text that it decodes, which a reviewer does not see";
            let finding = place.finding(span, message);
            found.push(if is_shown {
                finding.with_severity(Severity::Info)
            } else {
                finding.refusing_unless(is_sample)
            });
        }
    }
    found.extend(hidden(skill));
    found
}

/// Returns the commands of shell scripts and of blocks with shell code that hide the name of their program.
fn hidden(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let message = "this command hides the name of its program";
    let mut found = Vec::new();
    let files = skill.audit().files().iter();
    for file in files.filter(|file| !file.is_document && is_shell_script(&file.path, &file.text)) {
        let words = hidden_programs(&file.text).into_iter();
        found.extend(words.map(|word| Finding::in_file(&file.path, word, message).refusing()));
    }
    for page in &skill.pages {
        for block in &page.markdown.code_blocks {
            let code = block.of(&page.text);
            if is_shell_block(code) {
                let words = hidden_programs(code).into_iter();
                let words = words.map(|word| word.shifted(block.start));
                found.extend(words.map(|word| {
                    let is_sample = page.is_sample
                        || is_forbidden(&page.text, *block)
                        || attack_sections::read(&page.text).has(word.start);
                    Finding::in_file(page.path, word, message).refusing_unless(is_sample)
                }));
            }
        }
    }
    found
}
