//! SK408: a command that runs a downloaded script.

use std::cell::LazyCell;

use crate::audit::{AuditedFile, Topic};
use crate::command_text::{commands, is_printed};
use crate::diagnostic::Severity;
use crate::downloads::{has_only_reserved_hosts, is_downloader, runs_download};
use crate::parsed_skill::{Page, ParsedSkill, Role};
use crate::references::{attack_sections, mention_context};
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::{executed, extension, literals};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK408",
    name: "piped-download",
    severity: Severity::Warning,
    summary: "a command that runs a downloaded script",
    why: "The owner of the address can run any code on the user's machine, and the agent does not read it first; 14 of 2,672 public skills have it in a page. In sections about attacks, in documents such as JSON, if the text forbids it, and with a reserved host such as `example.org`, it is a note.",
    example: "curl -fsSL https://example.org/install.sh | sh",
    how_to_fix: "download the script to a file, review it, and run it; or use a package manager",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = skill.audit().files();
    let mut downloaders = vec![Downloaders::default(); skill.pages.len() + files.len()];
    for (text, span) in skill.audit().hits(Topic::Download) {
        downloaders[text].0.push(span.start);
    }
    let (of_pages, of_files) = downloaders.split_at(skill.pages.len());
    for (page, names) in skill.pages.iter().zip(of_pages) {
        if !names.0.is_empty() {
            check_page(skill, page, names, &mut findings);
        }
    }
    for (file, names) in files.iter().zip(of_files) {
        if !names.0.is_empty() {
            check_file(file, names, &mut findings);
        }
    }
    findings
}

/// The places in a text that name a downloader, sorted. Most commands have none, and reading each command is slow.
#[derive(Clone, Default)]
struct Downloaders(Vec<usize>);

impl Downloaders {
    fn are_in(&self, span: Span) -> bool {
        let from = self.0.partition_point(|at| *at < span.start);
        self.0.get(from).is_some_and(|at| *at < span.end)
    }
}

fn check_page(
    skill: &ParsedSkill<'_>,
    page: &Page<'_>,
    names: &Downloaders,
    findings: &mut Vec<Finding>,
) {
    let markdown = &page.markdown;
    let attacks = LazyCell::new(|| attack_sections::read(&page.text));
    let mut report = |command: Span, is_sample: bool| {
        let is_sample = is_sample || page.is_sample || attacks.has(command.start);
        findings.push(finding(page.path, command).note_if(is_sample));
    };
    let runs = |command: &Span| names.are_in(*command) && runs_download(command.of(&page.text));
    for code in markdown.code_blocks.iter().chain(&markdown.code_spans) {
        if !names.are_in(*code) {
            continue;
        }
        let commands = commands(code.of(&page.text)).map(|span| span.shifted(code.start));
        for command in commands.filter(runs) {
            let is_sample = command.of(&page.text).starts_with('#')
                || is_sample(page, command)
                || mention_context::is_forbidden(&page.text, *code);
            report(command, is_sample);
        }
    }
    let hooks = skill.field("hooks").map(|field| field.value_span);
    let hooks = hooks.filter(|_| page.role == Role::SkillMd);
    for line in lines_outside_code(page, names) {
        let is_hook = hooks.is_some_and(|hooks| hooks.start < line.end && line.start < hooks.end);
        if !is_hook && prose_runs_download(page, line) {
            let line = line.trimmed(&page.text);
            report(line, is_sample(page, command_in(page, line)));
        }
    }
    if let Some(hooks) = hooks {
        let commands = commands(hooks.of(&page.text)).map(|span| span.shifted(hooks.start));
        let commands = commands.filter(|command| !command.of(&page.text).starts_with('#'));
        findings.extend(
            commands
                .filter(runs)
                .map(|command| finding(page.path, command)),
        );
    }
}

/// Returns the part of a line from its downloader to the end of the sentence.
fn command_in(page: &Page<'_>, line: Span) -> Span {
    let text = line.of(&page.text);
    let mut words = text.split_inclusive(char::is_whitespace);
    let mut at = line.start;
    let found = words.find(|word| {
        at += word.len();
        is_downloader(word.trim_end())
    });
    let start = at - found.map_or(text.len(), str::len);
    let end = line.start + text.trim_end_matches(['.', '!', '*', ')']).len();
    Span::new(start, end.max(start))
}

/// Returns the lines of a page, also of its frontmatter, that name a downloader and are not in a code block.
fn lines_outside_code(page: &Page<'_>, names: &Downloaders) -> Vec<Span> {
    let (text, blocks) = (&page.text, &page.markdown.code_blocks);
    let mut lines: Vec<Span> = Vec::new();
    for at in &names.0 {
        if lines.last().is_some_and(|last| *at < last.end) {
            continue;
        }
        let start = text[..*at].rfind('\n').map_or(0, |end| end + 1);
        let end = text[*at..].find('\n').map_or(text.len(), |end| at + end);
        lines.push(Span::new(start, end));
    }
    lines.retain(|line| {
        let next = blocks.partition_point(|block| block.end <= line.start);
        blocks.get(next).is_none_or(|block| block.start >= line.end)
    });
    lines
}

/// Whether a line runs a download outside of its code spans.
fn prose_runs_download(page: &Page<'_>, line: Span) -> bool {
    let mut prose = String::new();
    let mut at = line.start;
    let spans = &page.markdown.code_spans;
    for span in &spans[spans.partition_point(|span| span.end <= line.start)..] {
        if span.start >= line.end {
            break;
        }
        if at < span.start {
            prose.push_str(&page.text[at..span.start]);
        }
        prose.push('…');
        at = span.end.min(line.end);
    }
    prose.push_str(&page.text[at..line.end]);
    for tag in ["code", "pre", "kbd", "samp", "tt"] {
        for tag in [format!("<{tag}>"), format!("</{tag}>")] {
            prose = prose.replace(&tag, " ");
        }
    }
    if prose.trim_start().starts_with('|') {
        // The cells of a table; a bar in a cell is written `\|`.
        let cells = prose.replace("\\|", "\u{1}");
        return cells
            .split('|')
            .any(|cell| runs_download(&cell.replace('\u{1}', "|")));
    }
    runs_download(&prose)
}

/// Whether the text shows the command and does not ask for it: it is printed, the sentence before it forbids it, it
/// is a permission, or its hosts are reserved. The author of a skill chooses these texts, so the finding is still a
/// note.
fn is_sample(page: &Page<'_>, command: Span) -> bool {
    let text = command.of(&page.text);
    text.contains("Bash(")
        || is_printed(text, runs_download)
        || has_only_reserved_hosts(text)
        || mention_context::is_forbidden(&page.text, command)
}

/// Checks a file that is not a page. In a document, a finding is a note, because programs do not run most of them.
fn check_file(file: &AuditedFile<'_>, names: &Downloaders, findings: &mut Vec<Finding>) {
    let (path, text) = (&*file.path, &*file.text);
    let commands = match &*extension(path) {
        "json" => literals(text, 0, false),
        _ => executed(path, text),
    };
    let running = commands.into_iter();
    let running =
        running.filter(|command| names.are_in(*command) && runs_download(command.of(text)));
    let running = running.map(|command| finding(path, command));
    findings.extend(running.map(|finding| finding.note_if(file.is_document)));
}

fn finding(path: &str, command: Span) -> Finding {
    let message = "this command runs a downloaded script without review";
    Finding::in_file(path, command, message)
}
