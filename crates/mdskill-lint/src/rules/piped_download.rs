//! SK408: a command that runs a downloaded script.

use std::cell::LazyCell;

use crate::command_text::{commands, is_printed};
use crate::diagnostic::Severity;
use crate::downloads::{
    has_only_reserved_hosts, may_run_download, names_downloader, runs_download,
};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::references::{attack_sections, mention_context};
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::{executed, extension, literals};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK408",
    name: "piped-download",
    severity: Severity::Warning,
    summary: "a command that runs a downloaded script",
    why: "The owner of the address can run any code on the user's machine, and the agent does not read it first; 14 of 2,672 public skills have it in a page. In sections about attacks, if the text forbids it, and with a reserved host such as `example.org`, it is a note.",
    example: "curl -fsSL https://example.org/install.sh | sh",
    how_to_fix: "download the script to a file, review it, and run it; or use a package manager",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pages = skill.read_by_agents();
    for page in pages.filter(|page| names_downloader(&page.text)) {
        let markdown = &page.markdown;
        let attacks = LazyCell::new(|| attack_sections::read(&page.text));
        for code in markdown.code_blocks.iter().chain(&markdown.code_spans) {
            let text = code.of(&page.text);
            if !may_run_download(text) {
                continue;
            }
            let commands = commands(text).map(|span| span.shifted(code.start));
            let running = commands.filter(|command| runs_download(command.of(&page.text)));
            let running = running.filter(|command| !is_text(command.of(&page.text)));
            findings.extend(running.map(|command| {
                let is_sample = is_sample(page, *code, command) || attacks.has(command.start);
                finding(page.path, command).note_if(is_sample)
            }));
        }
    }
    check_hooks(skill, &mut findings);
    check_scripts(skill, &mut findings);
    findings
}

/// Whether the command is only a comment or printed text, which is not run.
fn is_text(command: &str) -> bool {
    command.starts_with('#') || is_printed(command, runs_download)
}

/// Whether the text shows the command and does not ask for it: the sentence before it or the line above forbids
/// it, it is a permission, or its hosts are reserved. The author of a skill chooses these texts, so the
/// finding is still a note.
fn is_sample(page: &Page<'_>, code: Span, command: Span) -> bool {
    let text = command.of(&page.text);
    text.contains("Bash(")
        || has_only_reserved_hosts(text)
        || mention_context::is_forbidden(&page.text, command)
        || mention_context::is_forbidden(&page.text, code)
}

/// Checks the hooks in the frontmatter.
fn check_hooks(skill: &ParsedSkill<'_>, findings: &mut Vec<Finding>) {
    let Some(field) = skill.field("hooks") else {
        return;
    };
    let (text, hooks) = (skill.skill_text(), field.value_span);
    let commands = commands(hooks.of(text)).map(|span| span.shifted(hooks.start));
    let running = commands.filter(|command| {
        let command = command.of(text);
        !command.starts_with('#') && names_downloader(command) && runs_download(command)
    });
    findings.extend(running.map(|command| finding(crate::SKILL_FILE, command)));
}

/// Checks the scripts, and the hooks in `hooks.json`.
fn check_scripts(skill: &ParsedSkill<'_>, findings: &mut Vec<Finding>) {
    for (path, text) in skill.audit().scripts() {
        if !names_downloader(text) {
            continue;
        }
        let is_json = extension(path) == "json";
        let commands = if is_json {
            literals(text, 0, false)
        } else {
            executed(path, text)
        };
        let running = commands.into_iter().filter(|command| {
            let command = command.of(text);
            runs_download(command)
        });
        findings.extend(running.map(|command| finding(path, command)));
    }
}

fn finding(path: &str, command: Span) -> Finding {
    let message = "this command runs a downloaded script without review";
    Finding::in_file(path, command, message)
}
