//! [`suppress`]: findings that a page's own comments silence, and comments that silence nothing.
//!
//! All in `n log n`: the findings of a rule in a file are sorted, and so are the pieces in which
//! they are silenced, so that neither looks through all of the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::directive::{self, Directive};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::profile::Level;
use crate::registry;
use crate::rule::{Check, Finding, Rule};
use crate::rules::unused_suppression;
use crate::settings::{self, Settings};
use crate::span::Span;

/// Most names that a better one is looked for: each is compared with all names of rules.
const MAX_GUESSES: usize = 20;

type Found = (&'static Rule, Finding);

/// What is left once a skill's comments were heeded.
pub(crate) struct Suppressed {
    /// The findings that nothing silences, and those about the comments themselves.
    pub findings: Vec<Found>,
    /// Rules about several skills that `SKILL.md` silences for this one.
    pub between: BTreeSet<&'static str>,
}

/// A comment of ours, and where it counts.
struct Suppression<'a> {
    page: &'a str,
    comment: Span,
    directive: Directive<'a>,
    /// Where it silences; nothing for the whole file.
    reach: Option<Span>,
}

/// Takes out what the comments of the skill's pages silence.
pub(crate) fn suppress(
    skill: &ParsedSkill<'_>,
    settings: &Settings,
    findings: Vec<Found>,
) -> Suppressed {
    let suppressions: Vec<Suppression<'_>> = skill.pages.iter().flat_map(of_page).collect();
    if suppressions.is_empty() {
        let between = BTreeSet::new();
        return Suppressed { findings, between };
    }
    let (reaches, mut complaints) = reaches(&suppressions);
    let (mut left, used) = silence(&reaches, findings);
    complaints.extend(unused(&suppressions, &reaches, &used, settings));
    complaints.extend(without_reason(&suppressions));
    let rule = &unused_suppression::RULE;
    if settings.level(rule) != Level::Off {
        let complaints = complaints.into_iter().map(|finding| (rule, finding));
        left.extend(silence(&reaches, complaints.collect()).0);
    }
    let between = reaches.iter().filter(|reach| {
        matches!(reach.rule.check, Check::Set(_)) && suppressions[reach.by].page == SKILL_FILE
    });
    Suppressed {
        between: between.map(|reach| reach.rule.code).collect(),
        findings: left,
    }
}

/// A rule that a comment names, and where the comment silences it.
struct Reach<'a> {
    rule: &'static Rule,
    page: &'a str,
    /// Nothing for the whole file.
    span: Option<Span>,
    /// The comment, by its place among all.
    by: usize,
}

/// Returns what each comment silences, and complaints about names of no rule.
fn reaches<'a>(suppressions: &[Suppression<'a>]) -> (Vec<Reach<'a>>, Vec<Finding>) {
    let (mut reaches, mut complaints) = (Vec::new(), Vec::new());
    for (by, suppression) in suppressions.iter().enumerate() {
        let Suppression {
            page,
            directive,
            reach,
            ..
        } = suppression;
        if directive.rules.is_empty() {
            let message = "this comment names no rule, so it silences nothing".to_owned();
            complaints.push(
                suppression.complaint(message, "name the rules: `mdskill-ignore SK302: reason`"),
            );
        }
        for word in &directive.rules {
            match exactly(word) {
                Some(rule) => reaches.push(Reach {
                    rule,
                    page,
                    span: *reach,
                    by,
                }),
                None => {
                    let guess = (complaints.len() < MAX_GUESSES)
                        .then(|| nearest(word))
                        .flatten();
                    let help = guess.map_or_else(
                        || "write the code or the name of one rule".to_owned(),
                        |nearest| format!("write `{nearest}`, if that is meant"),
                    );
                    let shown: String = word.chars().take(60).collect();
                    let message = format!("`{shown}` is not the code or the name of a rule");
                    complaints.push(suppression.complaint(message, &help));
                }
            }
        }
    }
    (reaches, complaints)
}

/// Returns the rule of exactly that code or name: who silences a group does not know what.
fn exactly(word: &str) -> Option<&'static Rule> {
    let mut rules = registry::RULES.iter().copied();
    rules.find(|rule| rule.name == word || rule.code.eq_ignore_ascii_case(word))
}

fn nearest(word: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let looked_up = (word.len() <= LONGEST).then(|| settings::named(word));
    looked_up?.err()?.nearest
}

/// The pieces of one file in which one rule is silenced.
#[derive(Default)]
struct Silence {
    whole_file: bool,
    /// Sorted by where they begin.
    pieces: Vec<Span>,
    /// How far any piece up to that one reaches.
    furthest: Vec<usize>,
}

impl Silence {
    fn covers(&self, place: Option<Span>) -> bool {
        let in_piece = |span: Span| {
            let before = self
                .pieces
                .partition_point(|piece| piece.start <= span.start);
            self.furthest[..before]
                .last()
                .is_some_and(|end| span.start < *end)
        };
        self.whole_file || place.is_some_and(in_piece)
    }
}

/// Takes out the findings that are silenced; and says of each reach whether it silenced any.
fn silence(reaches: &[Reach<'_>], findings: Vec<Found>) -> (Vec<Found>, Vec<bool>) {
    let mut silences: BTreeMap<(&str, &str), Silence> = BTreeMap::new();
    for reach in reaches {
        let silence = silences.entry((reach.page, reach.rule.code)).or_default();
        match reach.span {
            Some(span) => silence.pieces.push(span),
            None => silence.whole_file = true,
        }
    }
    for silence in silences.values_mut() {
        silence.pieces.sort_unstable();
        silence.furthest = silence
            .pieces
            .iter()
            .scan(0, |furthest, piece| {
                *furthest = piece.end.max(*furthest);
                Some(*furthest)
            })
            .collect();
    }
    let mut places: BTreeMap<(String, &str), Vec<Option<usize>>> = BTreeMap::new();
    let mut left = Vec::with_capacity(findings.len());
    for (rule, finding) in findings {
        let silence = silences.get(&(finding.file.as_str(), rule.code));
        if silence.is_some_and(|silence| silence.covers(finding.span)) {
            let place = finding.span.map(|span| span.start);
            places
                .entry((finding.file, rule.code))
                .or_default()
                .push(place);
        } else {
            left.push((rule, finding));
        }
    }
    for places in places.values_mut() {
        places.sort_unstable();
    }
    let is_used = |reach: &Reach<'_>| {
        let found = places.get(&(reach.page.to_owned(), reach.rule.code));
        found.is_some_and(|places| match reach.span {
            None => true,
            Some(span) => {
                let first = places.partition_point(|place| *place < Some(span.start));
                places
                    .get(first)
                    .is_some_and(|place| *place < Some(span.end))
            }
        })
    };
    let used = reaches.iter().map(is_used).collect();
    (left, used)
}

/// Complains of rules that had nothing to silence. What is off, or is found elsewhere than in
/// one skill, may have had.
fn unused<'a>(
    suppressions: &'a [Suppression<'_>],
    reaches: &'a [Reach<'_>],
    used: &'a [bool],
    settings: &'a Settings,
) -> impl Iterator<Item = Finding> + 'a {
    let idle = reaches.iter().zip(used).filter(|(reach, used)| {
        let looked_for =
            matches!(reach.rule.check, Check::Skill(_)) && settings.level(reach.rule) != Level::Off;
        looked_for && !**used
    });
    idle.map(|(reach, _)| {
        let Rule { code, name, .. } = reach.rule;
        let message = format!("{code} ({name}) finds nothing here, so there is nothing to silence");
        suppressions[reach.by].complaint(message, "")
    })
}

fn without_reason<'a>(suppressions: &'a [Suppression<'_>]) -> impl Iterator<Item = Finding> + 'a {
    let silent = suppressions.iter().filter(|suppression| {
        !suppression.directive.has_reason && !suppression.directive.rules.is_empty()
    });
    silent.map(|suppression| {
        let message = "this comment silences a rule and does not say why".to_owned();
        let help = "add the reason after a colon: `mdskill-ignore SK302: reason`";
        suppression
            .complaint(message, help)
            .with_severity(Severity::Info)
    })
}

impl Suppression<'_> {
    fn complaint(&self, message: String, help: &str) -> Finding {
        Finding::in_file(self.page, self.comment, message, help)
    }
}

/// Returns the comments of ours in a page, in the order of the page.
fn of_page<'a>(page: &'a Page<'_>) -> Vec<Suppression<'a>> {
    let comments = &page.markdown.comments;
    let ours: Vec<(Span, Directive<'_>)> = comments
        .iter()
        .filter_map(|span| Some((*span, directive::parse_comment(span.of(&page.text))?)))
        .collect();
    let mut found = of_frontmatter(page);
    if ours.is_empty() {
        return found;
    }
    let reaches = Reaches::new(page);
    found.extend(ours.into_iter().map(|(comment, directive)| Suppression {
        page: page.path,
        comment,
        reach: (!directive.is_for_file).then(|| reaches.of(comment)),
        directive,
    }));
    found
}

/// Returns the comments of ours between the two `---`; each is for the next key with all its lines.
fn of_frontmatter<'a>(page: &'a Page<'_>) -> Vec<Suppression<'a>> {
    let front = &page.text[..page.body_offset];
    let mut found: Vec<Suppression<'_>> = Vec::new();
    // Comments that wait for the end of the key they are for, the first with its key met or not.
    let (mut waiting, mut key_met) = (0, false);
    let mut start = 0;
    for line in front.split_inclusive('\n') {
        let end = start + line.len();
        let directive = directive::parse_yaml_line(line);
        // Items of a list may stand below their key without an indent.
        let is_key = !line.trim_end().is_empty() && !line.starts_with([' ', '\t', '#', '-']);
        let is_fence = start > 0 && line.trim_end() == "---";
        if key_met && (is_key || is_fence || directive.is_some()) {
            end_reaches(&mut found[waiting..], start);
            waiting = found.len();
            key_met = false;
        }
        if let Some(directive) = directive {
            found.push(Suppression {
                page: page.path,
                comment: Span::new(start, start + line.trim_end().len()),
                reach: (!directive.is_for_file).then_some(Span::new(start, end)),
                directive,
            });
        }
        key_met |= is_key && waiting < found.len();
        start = end;
    }
    end_reaches(&mut found[waiting..], front.len());
    found
}

fn end_reaches(suppressions: &mut [Suppression<'_>], end: usize) {
    for suppression in suppressions {
        if let Some(reach) = &mut suppression.reach {
            reach.end = end;
        }
    }
}

/// How far comments in a page's Markdown reach.
struct Reaches<'a> {
    page: &'a Page<'a>,
    /// Where each line begins, and where the text ends.
    lines: Vec<usize>,
    /// For each block, where the first block after it ends that is more than comments.
    next_ends: Vec<Option<usize>>,
}

impl<'a> Reaches<'a> {
    fn new(page: &'a Page<'a>) -> Self {
        let breaks = page.text.match_indices('\n').map(|(at, _)| at + 1);
        let mut next = None;
        let mut next_ends = Vec::with_capacity(page.markdown.blocks.len());
        for block in page.markdown.blocks.iter().rev() {
            next_ends.push(next);
            if !is_comment(block.of(&page.text)) {
                next = Some(block.end);
            }
        }
        next_ends.reverse();
        Self {
            page,
            lines: std::iter::once(0)
                .chain(breaks)
                .chain([page.text.len() + 1])
                .collect(),
            next_ends,
        }
    }

    /// A comment of its own reaches to the end of the next block; one within a block, to the
    /// end of the next line.
    fn of(&self, comment: Span) -> Span {
        let line = |at: usize| self.lines.partition_point(|start| *start <= at);
        let last = *self.lines.last().unwrap_or(&0);
        let start = self.lines[line(comment.start) - 1];
        let line_after = self.lines.get(line(comment.end) + 1).copied();
        let next_line = line_after.unwrap_or(last);
        let blocks = &self.page.markdown.blocks;
        let around = blocks.partition_point(|block| block.start <= comment.start);
        let is_alone = around > 0
            && blocks[around - 1].start <= comment.start
            && self.page.text[blocks[around - 1].start.min(comment.start)..comment.start]
                .trim()
                .is_empty();
        let next_block = match is_alone {
            true => self.next_ends[around - 1],
            false => None,
        };
        Span::new(
            start,
            next_block.map_or(next_line, |end| end.max(next_line)),
        )
    }
}

/// Whether a block is only comments.
fn is_comment(block: &str) -> bool {
    let block = block.trim();
    block.starts_with("<!--") && block.ends_with("-->")
}

#[cfg(test)]
mod tests;
