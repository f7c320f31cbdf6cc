//! Prints the report of `log`.

use anstyle::{AnsiColor, Style};

use super::capabilities::by_kind;
use crate::hint::{Hint, mdskill};
use crate::operations::log::{Action, Commit, CommitState, Report};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::styled::Styled;
use crate::output::table::Table;
use crate::output::terminal_markdown::link;
use crate::output::text::{changed_lines, count};
use crate::policy::format_time;
use mdskill_lint::capability::Capability;

/// The columns that the other cells of a line take.
const BESIDE_SUBJECT: usize = 52;
/// The least columns of a subject on a narrow terminal.
const MIN_SUBJECT: usize = 20;
/// The number of digits of an abbreviated commit, and the space after it.
const INDENT: usize = 9;

/// Prints the commits, and how many of them are newer than the installed one.
pub(crate) fn log(printer: &Printer, report: &Report) {
    let has_patches = report.commits.iter().any(|commit| commit.patch.is_some());
    if has_patches {
        patches(printer, report);
    } else {
        commits(printer, report);
    }
    summary(printer, report);
}

fn commits(printer: &Printer, report: &Report) {
    let headings = [
        "COMMIT",
        "STATE",
        "CHANGES",
        "SUBJECT",
        "VERSION",
        "DATE",
        "AUTHOR",
        "CAPABILITIES",
    ];
    let look = printer.look();
    let mut table = Table::new(&headings);
    for commit in &report.commits {
        let summary = sanitize::line(&commit.summary);
        let subject = look.map_or(summary.clone(), |look| {
            let most = look.width.saturating_sub(BESIDE_SUBJECT);
            sanitize::cut(&summary, most.max(MIN_SUBJECT))
        });
        // On a terminal, the capabilities are below the commit.
        let capabilities = look.map_or_else(|| capability_words(commit), |_| String::new());
        table.row(&[
            &commit.id.short(),
            state(commit),
            &changes(commit),
            &subject,
            commit.version.as_deref().unwrap_or_default(),
            &commit.date,
            &commit.author,
            &capabilities,
        ]);
        table.style_last(0, AnsiColor::Yellow.on_default());
        if let Some(style) = style_of(commit.state) {
            table.style_last(1, style);
        }
    }
    let Some(look) = look else {
        printer.list(&table);
        return;
    };
    table.drop_empty_columns();
    let mut rows = table.lines(Some(look.width)).into_iter();
    let mut lines: Vec<Styled> = rows.next().into_iter().collect();
    for (commit, row) in report.commits.iter().zip(rows) {
        let id = commit.id.short();
        lines.push(match &commit.url {
            Some(url) if look.has_links => row.replace_first(&id, &link(&id, url, look)),
            _ => row,
        });
        let words = capability_words(commit);
        if !words.is_empty() {
            let is_severe = |one: &Capability| one.kind.is_severe();
            let diff = commit.diff.as_ref();
            let style = if diff.is_some_and(|diff| diff.gained.iter().any(is_severe)) {
                AnsiColor::Yellow.on_default()
            } else {
                Style::new()
            };
            let line = Styled::from(" ".repeat(INDENT));
            lines.push(line.push_wrapped(style, &words, Some((look.width, INDENT))));
        }
    }
    if !report.commits.is_empty() {
        printer.pages(&lines);
    }
}

/// Returns the kinds of capabilities that came and went: `+ hooks, scripts  - hosts`.
fn capability_words(commit: &Commit) -> String {
    let Some(diff) = &commit.diff else {
        return String::new();
    };
    let words = |sign: char, capabilities: &[Capability]| {
        let kinds = by_kind(capabilities).map(|of_kind| of_kind[0].kind.word());
        let kinds: Vec<&str> = kinds.collect();
        (!kinds.is_empty()).then(|| format!("{sign} {}", kinds.join(", ")))
    };
    let both = [words('+', &diff.gained), words('-', &diff.lost)];
    let both: Vec<String> = both.into_iter().flatten().collect();
    both.join("  ")
}

fn state(commit: &Commit) -> &'static str {
    match commit.state {
        Some(CommitState::Newer) => "newer",
        Some(CommitState::Installed) => "installed",
        None => "",
    }
}

fn style_of(state: Option<CommitState>) -> Option<Style> {
    Some(match state? {
        CommitState::Newer => AnsiColor::Cyan.on_default(),
        CommitState::Installed => AnsiColor::Green.on_default(),
    })
}

fn changes(commit: &Commit) -> String {
    match (commit.action, &commit.diff) {
        (Action::Removed, _) => "removed".to_owned(),
        (_, None) => String::new(),
        (_, Some(diff)) => {
            let (added, removed) = changed_lines(diff);
            format!("+{added} -{removed}")
        }
    }
}

/// Prints each commit with its differences, page by page.
fn patches(printer: &Printer, report: &Report) {
    let mut text = String::new();
    for commit in &report.commits {
        let parts = [
            commit.id.short(),
            state(commit).to_owned(),
            commit.version.clone().unwrap_or_default(),
            commit.date.clone(),
            sanitize::line(&commit.author),
            sanitize::line(&commit.summary),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        text.push_str(&parts.join("  "));
        text.push('\n');
        text.push_str(commit.patch.as_deref().unwrap_or_default());
        text.push('\n');
    }
    printer.diff(&text);
}

fn summary(printer: &Printer, report: &Report) {
    if let Some(seconds) = report.as_of {
        let time = format_time(seconds, false);
        printer.note("Offline", &format!("as of {time}"));
    }
    let name = &report.name;
    let listed = count(report.commits.len(), "commit");
    let is_all = !report.has_more && report.cut.is_none();
    let sentence = match report.installed {
        Some(installed) if report.newer > 0 => {
            let newer = report.newer;
            let installed = installed.short();
            format!("{listed}, {newer} newer than the installed version ({installed})")
        }
        _ => listed,
    };
    if report.commits.is_empty() && is_all {
        printer.note("Found", &format!("no commits of {}", report.name));
        return;
    }
    printer.note(
        "Found",
        &format!(
            "{sentence}{}",
            if is_all { "" } else { "; there are older ones" }
        ),
    );
    if let Some(cut) = report.cut {
        printer.warn(&format!("older commits are not listed: {cut}"));
    }
    let moved = report.commits.iter().find_map(|commit| {
        let from = commit.moved_from.as_ref()?;
        Some((commit, from))
    });
    if let Some((commit, from)) = moved {
        let id = commit.id.short();
        printer.note("Note", &format!("{id} moved the skill here from {from}"));
        if let Some(spec) = &report.spec_before {
            let hint = Hint::command(mdskill("log").word(spec));
            printer.hint(&hint.then(" lists the commits before"));
        }
    }
    let hint = if let (Some(tag), true) = (&report.pinned, report.newer > 0) {
        Hint::text(format!("it is pinned to {tag}; "))
            .then_command(mdskill("update --latest").word(name))
            .then(" updates it to the newest version")
    } else if report.newer > 0 {
        Hint::command(mdskill("diff").word(name)).then(" shows the changes of an update")
    } else if report.has_more {
        let more = report.commits.len() * 5;
        let subject = if report.installed.is_some() {
            name
        } else {
            &report.spec
        };
        let log = mdskill("log")
            .word(subject)
            .then("-n")
            .word(more.to_string());
        Hint::command(log).then(" lists more")
    } else {
        return;
    };
    printer.hint(&hint);
}
