//! Groups findings by file, and folds similar findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::shown;
use crate::operations::validate::Report;
use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Minimum number of similar findings that are folded. Fewer are shown individually, because each is
/// fixed individually.
const FOLDED_FROM: usize = 6;

/// A finding, and similar findings in the same file.
pub(super) type Block<'a> = Vec<&'a Diagnostic>;

/// Returns the `max` most severe blocks by file and place, and a line that counts the findings of the
/// other blocks. If `max` is 0, all are returned. Similar findings are folded if `folds` is set.
pub(super) fn blocks(
    report: &Report,
    least: Severity,
    max: usize,
    folds: bool,
) -> (Vec<Block<'_>>, Option<String>) {
    let found = shown(report, least).map(|found| &found.diagnostic);
    let found: Vec<&Diagnostic> = found.collect();
    let files = found.chunk_by(|one, other| one.file == other.file);
    let blocks = files.flat_map(|file| folded(file, folds));
    let mut ranked: Vec<(usize, Block<'_>)> = blocks.enumerate().collect();
    ranked.sort_by_key(|(_, block)| Reverse(block[0].severity));
    let max = if max == 0 { usize::MAX } else { max };
    let left_out = ranked.split_off(max.min(ranked.len()));
    let left_out: usize = left_out.iter().map(|(_, block)| block.len()).sum();
    ranked.sort_by_key(|(at, _)| *at);
    let blocks = ranked.into_iter().map(|(_, block)| block).collect();
    let more = format!("… and {left_out} more; use `--max 0` to show all");
    (blocks, (left_out > 0).then_some(more))
}

fn folded<'a>(file: &[&'a Diagnostic], folds: bool) -> Vec<Block<'a>> {
    let mut alike: BTreeMap<_, Block<'a>> = BTreeMap::new();
    for found in file {
        let likeness = (found.code, found.severity, shape(&found.message));
        alike.entry(likeness).or_default().push(found);
    }
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for found in alike.into_values() {
        if folds && found.len() >= FOLDED_FROM {
            blocks.push(found);
        } else {
            blocks.extend(found.into_iter().map(|found| vec![found]));
        }
    }
    blocks.sort_by_key(|block| (block[0].start, block[0].code));
    blocks
}

/// Returns the message without quoted text and digits, which differ between similar findings.
fn shape(message: &str) -> String {
    let mut shape = String::with_capacity(message.len());
    let mut is_quoted = false;
    for c in message.chars() {
        match c {
            '`' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            c if c.is_ascii_digit() => {}
            c => shape.push(c),
        }
    }
    shape
}

/// Returns the places of the similar findings, at most a dozen, with the quoted text of the first few
/// if it differs.
pub(super) fn place_list(first: &Diagnostic, more: &[&Diagnostic]) -> String {
    const LISTED: usize = 12;
    const NAMED: usize = 3;
    let place = |(at, found): (usize, &&Diagnostic)| {
        let place = format!("{}:{}", found.start.line, found.start.column);
        match quoted_otherwise(&found.message, &first.message) {
            Some(other) if at < NAMED => format!("{place} `{other}`"),
            _ => place,
        }
    };
    let listed = more.iter().take(LISTED).enumerate().map(place);
    let tail = if more.len() > LISTED { ", …" } else { "" };
    format!("{}{tail}", listed.collect::<Vec<_>>().join(", "))
}

/// Returns the first quoted text that differs between two messages of the same shape.
fn quoted_otherwise<'a>(message: &'a str, other: &str) -> Option<&'a str> {
    let (ours, theirs) = (quoted(message), quoted(other));
    let mut pairs = ours.zip(theirs);
    pairs.find(|(our, their)| our != their).map(|(our, _)| our)
}

fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}
