//! Groups findings by file, and folds similar findings.

use std::cmp::Reverse;
use std::collections::HashMap;

use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Minimum number of similar findings that are folded. Fewer are shown individually, because each is
/// fixed individually.
const FOLDED_FROM: usize = 6;

/// A finding, and similar findings in the same file.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub first: &'a Diagnostic,
    pub more: Vec<&'a Diagnostic>,
}

impl Block<'_> {
    pub fn findings(&self) -> usize {
        1 + self.more.len()
    }
}

/// Returns the findings by file, the files in the order of their first finding, and within a file by
/// place. Similar findings are folded if `folds` is set.
pub(super) fn blocks<'a>(
    found: impl Iterator<Item = &'a Diagnostic>,
    folds: bool,
) -> Vec<Block<'a>> {
    let mut files: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for diagnostic in found {
        let at = *known.entry(&diagnostic.file).or_insert(files.len());
        if at == files.len() {
            files.push(Vec::new());
        }
        files[at].push(diagnostic);
    }
    let mut blocks = Vec::new();
    for mut file in files {
        file.sort_by_key(|diagnostic| diagnostic.start);
        blocks.extend(folded(&file, folds));
    }
    blocks
}

fn folded<'a>(file: &[&'a Diagnostic], folds: bool) -> Vec<Block<'a>> {
    let likeness = |found: &Diagnostic| (found.code, found.severity, shape(&found.message));
    let mut alike: HashMap<_, usize> = HashMap::new();
    for found in file {
        *alike.entry(likeness(found)).or_default() += 1;
    }
    let mut blocks: Vec<Block<'a>> = Vec::new();
    let mut firsts: HashMap<_, usize> = HashMap::new();
    for &found in file {
        let likeness = likeness(found);
        if folds && alike[&likeness] >= FOLDED_FROM {
            if let Some(&first) = firsts.get(&likeness) {
                blocks[first].more.push(found);
                continue;
            }
            firsts.insert(likeness, blocks.len());
        }
        blocks.push(Block {
            first: found,
            more: Vec::new(),
        });
    }
    blocks
}

/// Splits off the `max` most severe items; both parts keep their order. Of items with the same
/// severity, the first come first.
pub(super) fn worst<T>(
    all: Vec<T>,
    max: usize,
    severity: impl Fn(&T) -> Severity,
) -> (Vec<T>, Vec<T>) {
    let mut ranked: Vec<usize> = (0..all.len()).collect();
    ranked.sort_by_key(|&at| Reverse(severity(&all[at])));
    let mut is_shown = vec![false; all.len()];
    for &at in ranked.iter().take(max) {
        is_shown[at] = true;
    }
    let mut flags = is_shown.into_iter();
    all.into_iter().partition(|_| flags.next().unwrap_or(false))
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
pub(super) fn place_list(block: &Block<'_>) -> String {
    const LISTED: usize = 12;
    const NAMED: usize = 3;
    let place = |(at, found): (usize, &&Diagnostic)| {
        let place = format!("{}:{}", found.start.line, found.start.column);
        let other = (at < NAMED).then(|| quoted_otherwise(&found.message, &block.first.message));
        match other.flatten() {
            Some(other) => format!("{place} `{other}`"),
            None => place,
        }
    };
    let listed: Vec<String> = block
        .more
        .iter()
        .take(LISTED)
        .enumerate()
        .map(place)
        .collect();
    let tail = if block.more.len() > LISTED {
        ", …"
    } else {
        ""
    };
    format!("{}{tail}", listed.join(", "))
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
