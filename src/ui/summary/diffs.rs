//! Each skill's diff, folded; each has as much room as the others leave it.

use super::{shortened, table, word};
use crate::ops::update::Report;
use crate::ui::clean;
use crate::ui::markdown::{fenced, html_code};
use crate::ui::phrase::count;

const HEAD: &str = "\n### Diffs\n\n";
/// A piece of a diff that is shorter than this is not worth unfolding, in bytes.
const LEAST: usize = 500;
/// Most skills that are named as left out.
const MAX_NAMES: usize = 10;
/// What the sentence about those takes at most, in bytes.
const LAST_SENTENCE: usize = 2_000;
/// What that sentence takes besides the names, in bytes.
const MAX_REST: usize = 200;
/// Longest name in a heading, in columns.
const MAX_NAME: usize = 80;

struct Folded<'a> {
    name: &'a str,
    /// What stands above the diff when it is folded.
    head: String,
    diff: String,
    /// What of it is shown, with its frame.
    shown: Option<String>,
}

/// Returns the diffs of what moved, in at most `room` bytes, and which of them are cut.
pub(super) fn section(
    report: &Report,
    differences: &dyn Fn(&str) -> Option<String>,
    room: usize,
) -> String {
    let mut all: Vec<Folded> = Vec::new();
    for change in &report.skills {
        let Some(diff) = differences(&change.name).filter(|diff| !diff.is_empty()) else {
            continue;
        };
        let files = change
            .diff
            .as_ref()
            .map_or_else(String::new, |diff| format!(" {}", table::files(diff)));
        let head = html_code(&shortened(&change.name, MAX_NAME)) + &files;
        all.push(Folded {
            name: &change.name,
            head,
            diff: clean::block(&diff),
            shown: None,
        });
    }
    if all.is_empty() || room < HEAD.len() + LAST_SENTENCE {
        return String::new();
    }
    share(&mut all, room - HEAD.len() - LAST_SENTENCE);
    let mut text = HEAD.to_owned();
    let mut left_out = Vec::new();
    for folded in &all {
        match &folded.shown {
            Some(shown) => text += shown,
            None => left_out.push(folded.name),
        }
    }
    text + &sentence(&left_out)
}

/// Gives each an equal part of what those that need less leave.
fn share(all: &mut [Folded<'_>], room: usize) {
    let mut left = room;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| all[*at].diff.len());
    for (done, at) in order.iter().enumerate() {
        let part = left / (order.len() - done);
        let folded = &mut all[*at];
        folded.shown = fold(folded, part);
        left -= folded.shown.as_ref().map_or(0, String::len);
    }
}

/// Returns the diff in its frame, cut to `room` bytes; nothing when that is too little.
fn fold(folded: &Folded<'_>, room: usize) -> Option<String> {
    let whole = framed(&folded.head, &folded.diff, "");
    if whole.len() <= room {
        return Some(whole);
    }
    let lines: Vec<&str> = folded.diff.lines().collect();
    let more = |shown: usize| {
        let more = count(lines.len() - shown, "more line");
        let command = word(&format!("mdskill diff {}", clean::for_shell(folded.name)));
        format!(
            "\n… and {more}, for which there is no room here: {command} shows them before the update.\n"
        )
    };
    let ends = folded.diff.match_indices('\n').map(|(at, _)| at + 1);
    let ends: Vec<usize> = ends.take_while(|end| *end <= room).collect();
    // The fence grows with what it holds, so only the whole tells how long it is.
    for (at, end) in ends.iter().enumerate().rev() {
        if *end < LEAST {
            break;
        }
        let cut = framed(&folded.head, &folded.diff[..*end], &more(at + 1));
        if cut.len() <= room {
            return Some(cut);
        }
    }
    None
}

fn framed(head: &str, diff: &str, after: &str) -> String {
    format!(
        "<details><summary>{head}</summary>\n\n{}{after}\n</details>\n\n",
        fenced("diff", diff)
    )
}

/// Says which diffs are left out, and how to see them.
fn sentence(left_out: &[&str]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let mut names: Vec<String> = Vec::new();
    let mut length = 0;
    for name in left_out.iter().take(MAX_NAMES).map(|name| word(name)) {
        length += name.len() + 2;
        if length < LAST_SENTENCE - MAX_REST {
            names.push(name);
        }
    }
    if left_out.len() > names.len() {
        names.push(format!("{} more", left_out.len() - names.len()));
    }
    format!(
        "There is no room here for the {} of {}: `mdskill diff NAME` shows them before the update.\n",
        match left_out.len() {
            1 => "diff",
            _ => "diffs",
        },
        names.join(", ")
    )
}
