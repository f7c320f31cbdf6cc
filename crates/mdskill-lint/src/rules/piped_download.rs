//! SK408: a command that runs a downloaded script.

use std::cell::LazyCell;

use crate::command_text::{commands, is_printed};
use crate::diagnostic::Severity;
use crate::downloads::{
    has_only_reserved_hosts, is_downloader, may_run_download, names_downloader, runs_download,
};
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
    for page in skill
        .pages
        .iter()
        .filter(|page| names_downloader(&page.text))
    {
        check_page(skill, page, &mut findings);
    }
    check_hooks(skill, &mut findings);
    check_files(skill, &mut findings);
    findings
}

fn check_page(skill: &ParsedSkill<'_>, page: &Page<'_>, findings: &mut Vec<Finding>) {
    let markdown = &page.markdown;
    let attacks = LazyCell::new(|| attack_sections::read(&page.text));
    let mut report = |command: Span, is_sample: bool| {
        let is_sample = is_sample || page.is_sample || attacks.has(command.start);
        findings.push(finding(page.path, command).note_if(is_sample));
    };
    for code in markdown.code_blocks.iter().chain(&markdown.code_spans) {
        let text = code.of(&page.text);
        if !may_run_download(text) {
            continue;
        }
        let commands = commands(text).map(|span| span.shifted(code.start));
        for command in commands.filter(|command| runs_download(command.of(&page.text))) {
            let is_sample = command.of(&page.text).starts_with('#')
                || is_sample(page, command)
                || mention_context::is_forbidden(&page.text, *code);
            report(command, is_sample);
        }
    }
    let hooks = skill.field("hooks").map(|field| field.value_span);
    let hooks = hooks.filter(|_| page.role == Role::SkillMd);
    for line in lines_outside_code(page) {
        let text = line.of(&page.text);
        let is_hook = hooks.is_some_and(|hooks| hooks.start < line.end && line.start < hooks.end);
        if !is_hook && names_downloader(text) && prose_runs_download(page, line) {
            let line = line.trimmed(&page.text);
            report(line, is_sample(page, command_in(page, line)));
        }
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

/// Returns the lines of a page, also of its frontmatter, that are not in a code block and can run a download.
fn lines_outside_code<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Span> + 'p {
    let mut blocks = page.markdown.code_blocks.iter().peekable();
    let mut at = 0;
    let lines = page.text.split_inclusive('\n').map(move |line| {
        at += line.len();
        Span::new(at - line.len(), at)
    });
    lines.filter(move |line| {
        while blocks.next_if(|block| block.end <= line.start).is_some() {}
        let is_code = blocks.peek().is_some_and(|block| block.start < line.end);
        !is_code && may_run_download(line.of(&page.text))
    })
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

/// Whether the text shows the command and does not ask for it: it is printed, the sentence before it forbids it, it is a permission, or its hosts are reserved. The author of a skill chooses these texts, so the
/// finding is still a note.
fn is_sample(page: &Page<'_>, command: Span) -> bool {
    let text = command.of(&page.text);
    text.contains("Bash(")
        || is_printed(text, runs_download)
        || has_only_reserved_hosts(text)
        || mention_context::is_forbidden(&page.text, command)
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

/// Checks the files that are not pages. In a document, a finding is a note, because programs do not run most of them.
fn check_files(skill: &ParsedSkill<'_>, findings: &mut Vec<Finding>) {
    for file in skill.audit().files() {
        let (path, text) = (&*file.path, &*file.text);
        if !names_downloader(text) {
            continue;
        }
        let commands = match &*extension(path) {
            "json" => literals(text, 0, false),
            _ => executed(path, text),
        };
        let running = commands
            .into_iter()
            .filter(|command| runs_download(command.of(text)));
        let running = running.map(|command| finding(path, command));
        findings.extend(running.map(|finding| finding.note_if(file.is_document)));
    }
}

fn finding(path: &str, command: Span) -> Finding {
    let message = "this command runs a downloaded script without review";
    Finding::in_file(path, command, message)
}
