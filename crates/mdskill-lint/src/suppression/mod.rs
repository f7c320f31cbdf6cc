//! [`suppress`]: removes the findings that comments silence, and reports comments that silence nothing.
//!
//! The time is `n log n`, because the findings and the silenced spans of a rule in a file are sorted.

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

/// Maximum number of unknown names that get a suggestion, because each is compared with all rule names.
const MAX_SUGGESTIONS: usize = 20;

type RuleFinding = (&'static Rule, Finding);

/// The outcome of [`suppress`].
pub(crate) struct SuppressionOutcome {
    /// The findings that are not silenced, and those about the comments themselves.
    pub remaining: Vec<RuleFinding>,
    /// Codes of the cross-skill rules that `SKILL.md` silences for this skill.
    pub set_rules: BTreeSet<&'static str>,
}

/// A suppression comment and its scope.
struct Suppression<'a> {
    page: &'a str,
    comment: Span,
    directive: Directive<'a>,
    /// The span that it applies to; `None` for the whole file.
    scope: Option<Span>,
}

/// Removes the findings that the comments of the skill's pages silence.
pub(crate) fn suppress(
    skill: &ParsedSkill<'_>,
    settings: &Settings,
    findings: Vec<RuleFinding>,
) -> SuppressionOutcome {
    let suppressions: Vec<Suppression<'_>> = skill.pages.iter().flat_map(of_page).collect();
    if suppressions.is_empty() {
        return SuppressionOutcome {
            remaining: findings,
            set_rules: BTreeSet::new(),
        };
    }
    let (silenced, mut about_comments) = silenced_rules(&suppressions);
    let (mut remaining, used) = remove_silenced(&silenced, findings);
    about_comments.extend(unused(&suppressions, &silenced, &used, settings));
    about_comments.extend(without_reason(&suppressions));
    let rule = &unused_suppression::RULE;
    if settings.level(rule) != Level::Off {
        let about_comments = about_comments.into_iter().map(|finding| (rule, finding));
        remaining.extend(remove_silenced(&silenced, about_comments.collect()).0);
    }
    let set_rules = silenced.iter().filter(|silenced| {
        matches!(silenced.rule.check, Check::Set(_))
            && suppressions[silenced.comment].page == SKILL_FILE
    });
    SuppressionOutcome {
        set_rules: set_rules.map(|silenced| silenced.rule.code).collect(),
        remaining,
    }
}

/// A rule that a comment silences, and the scope.
struct SilencedRule<'a> {
    rule: &'static Rule,
    page: &'a str,
    /// `None` for the whole file.
    span: Option<Span>,
    /// The index of the comment.
    comment: usize,
}

/// Returns the rules that each comment silences, and findings about unknown rules.
fn silenced_rules<'a>(suppressions: &[Suppression<'a>]) -> (Vec<SilencedRule<'a>>, Vec<Finding>) {
    let (mut silenced, mut findings) = (Vec::new(), Vec::new());
    for (comment, suppression) in suppressions.iter().enumerate() {
        let Suppression {
            page,
            directive,
            scope,
            ..
        } = suppression;
        if directive.rules.is_empty() {
            let message = "this comment names no rule, so it silences nothing".to_owned();
            let help = "name the rules: `mdskill-ignore SK302: reason`";
            findings.push(suppression.finding(message).with_help(help));
        }
        for word in &directive.rules {
            match find_rule(word) {
                Some(rule) => silenced.push(SilencedRule {
                    rule,
                    page,
                    span: *scope,
                    comment,
                }),
                None => {
                    let suggestion = (findings.len() < MAX_SUGGESTIONS)
                        .then(|| nearest(word))
                        .flatten();
                    let help = suggestion.map_or_else(
                        || "use the code or the name of one rule".to_owned(),
                        |nearest| format!("did you mean `{nearest}`?"),
                    );
                    let shown: String = word.chars().take(60).collect();
                    let message = format!("`{shown}` is not the code or the name of a rule");
                    findings.push(suppression.finding(message).with_help(help));
                }
            }
        }
    }
    (silenced, findings)
}

/// Returns the rule with exactly this code or name. A prefix for a group of rules is not accepted,
/// because it would also silence rules that the author does not know.
fn find_rule(word: &str) -> Option<&'static Rule> {
    let mut rules = registry::RULES.iter().copied();
    rules.find(|rule| rule.name == word || rule.code.eq_ignore_ascii_case(word))
}

fn nearest(word: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let looked_up = (word.len() <= LONGEST).then(|| settings::named(word));
    looked_up?.err()?.nearest
}

/// The spans of one file in which one rule is silenced.
#[derive(Default)]
struct SilencedSpans {
    whole_file: bool,
    /// Sorted by their start.
    spans: Vec<Span>,
    /// The largest end of the spans up to each index.
    max_ends: Vec<usize>,
}

impl SilencedSpans {
    fn cover(&self, finding: &Finding) -> bool {
        if self.whole_file {
            return true;
        }
        let Some(Span { start, .. }) = finding.span else {
            return false;
        };
        let before = self.spans.partition_point(|span| span.start <= start);
        self.max_ends[..before]
            .last()
            .is_some_and(|end| start < *end)
    }
}

/// Removes the silenced findings; and returns for each silenced rule whether it had any findings.
fn remove_silenced(
    silenced: &[SilencedRule<'_>],
    findings: Vec<RuleFinding>,
) -> (Vec<RuleFinding>, Vec<bool>) {
    let mut by_rule: BTreeMap<(&str, &str), SilencedSpans> = BTreeMap::new();
    for SilencedRule {
        rule, page, span, ..
    } in silenced
    {
        let silenced = by_rule.entry((page, rule.code)).or_default();
        match span {
            Some(span) => silenced.spans.push(*span),
            None => silenced.whole_file = true,
        }
    }
    for silenced in by_rule.values_mut() {
        silenced.spans.sort_unstable();
        silenced.max_ends = silenced
            .spans
            .iter()
            .scan(0, |max_end, span| {
                *max_end = span.end.max(*max_end);
                Some(*max_end)
            })
            .collect();
    }
    let mut removed: BTreeMap<(String, &str), Vec<Option<usize>>> = BTreeMap::new();
    let mut remaining = Vec::with_capacity(findings.len());
    for (rule, finding) in findings {
        let silenced = by_rule.get(&(finding.file.as_str(), rule.code));
        if silenced.is_some_and(|silenced| silenced.cover(&finding)) {
            let start = finding.span.map(|span| span.start);
            let starts = removed.entry((finding.file, rule.code)).or_default();
            starts.push(start);
        } else {
            remaining.push((rule, finding));
        }
    }
    for starts in removed.values_mut() {
        starts.sort_unstable();
    }
    let used = silenced.iter().map(|silenced| {
        let starts = removed.get(&(silenced.page.to_owned(), silenced.rule.code));
        starts.is_some_and(|starts| silenced.has_any(starts))
    });
    let used = used.collect();
    (remaining, used)
}

impl SilencedRule<'_> {
    /// Whether any of these findings is in its scope; they are sorted by their start.
    fn has_any(&self, starts: &[Option<usize>]) -> bool {
        let Some(span) = self.span else {
            return true;
        };
        let first = starts.partition_point(|start| *start < Some(span.start));
        starts
            .get(first)
            .is_some_and(|start| *start < Some(span.end))
    }
}

/// Reports rules that had nothing to silence. A rule that is off or compares skills is not reported,
/// because it may have findings that are not known here.
fn unused<'a>(
    suppressions: &'a [Suppression<'_>],
    silenced: &'a [SilencedRule<'_>],
    used: &'a [bool],
    settings: &'a Settings,
) -> impl Iterator<Item = Finding> + 'a {
    let unused = silenced.iter().zip(used).filter(|(silenced, used)| {
        let did_run = !matches!(silenced.rule.check, Check::Set(_) | Check::Validator)
            && settings.level(silenced.rule) != Level::Off;
        did_run && !**used
    });
    unused.map(|(silenced, _)| {
        let Rule { code, name, .. } = silenced.rule;
        let message = format!("{code} ({name}) finds nothing here, so this comment has no effect");
        suppressions[silenced.comment].finding(message)
    })
}

fn without_reason<'a>(suppressions: &'a [Suppression<'_>]) -> impl Iterator<Item = Finding> + 'a {
    let unexplained = suppressions.iter().filter(|suppression| {
        !suppression.directive.has_reason && !suppression.directive.rules.is_empty()
    });
    unexplained.map(|suppression| {
        let message = "this comment silences a rule without a reason".to_owned();
        let help = "add the reason after a colon: `mdskill-ignore SK302: reason`";
        suppression
            .finding(message)
            .with_help(help)
            .with_severity(Severity::Info)
    })
}

impl Suppression<'_> {
    fn finding(&self, message: String) -> Finding {
        Finding::in_file(self.page, self.comment, message)
    }
}

/// Returns the suppressions of a page, in the order of the page.
fn of_page<'a>(page: &'a Page<'_>) -> Vec<Suppression<'a>> {
    let comments = &page.markdown.comments;
    let directives: Vec<(Span, Directive<'_>)> = comments
        .iter()
        .filter_map(|span| Some((*span, directive::parse_comment(span.of(&page.text))?)))
        .collect();
    let mut found = of_frontmatter(page);
    if directives.is_empty() {
        return found;
    }
    let scopes = CommentScopes::new(page);
    found.extend(
        directives
            .into_iter()
            .map(|(comment, directive)| Suppression {
                page: page.path,
                comment,
                scope: (!directive.is_for_file).then(|| scopes.of(comment)),
                directive,
            }),
    );
    found
}

/// Returns the suppressions in the frontmatter; each applies to the next key with all its lines.
fn of_frontmatter<'a>(page: &'a Page<'_>) -> Vec<Suppression<'a>> {
    let front = &page.text[..page.body_offset];
    let mut found: Vec<Suppression<'_>> = Vec::new();
    // The comments from index `open` on apply to a key whose end is not found yet.
    let (mut open, mut has_key) = (0, false);
    let mut start = 0;
    for line in front.split_inclusive('\n') {
        let end = start + line.len();
        let directive = directive::parse_yaml_line(line);
        // List items may follow their key without an indent.
        let is_key = !line.trim_end().is_empty() && !line.starts_with([' ', '\t', '#', '-']);
        let is_fence = start > 0 && line.trim_end() == "---";
        if has_key && (is_key || is_fence || directive.is_some()) {
            end_scopes(&mut found[open..], start);
            open = found.len();
            has_key = false;
        }
        if let Some(directive) = directive {
            found.push(Suppression {
                page: page.path,
                comment: Span::new(start, start + line.trim_end().len()),
                scope: (!directive.is_for_file).then_some(Span::new(start, end)),
                directive,
            });
        }
        has_key |= is_key && open < found.len();
        start = end;
    }
    end_scopes(&mut found[open..], front.len());
    found
}

fn end_scopes(suppressions: &mut [Suppression<'_>], end: usize) {
    for suppression in suppressions {
        if let Some(scope) = &mut suppression.scope {
            scope.end = end;
        }
    }
}

/// Finds the scopes of comments in a page's Markdown.
struct CommentScopes<'a> {
    page: &'a Page<'a>,
    /// The start of each line, and the end of the text.
    lines: Vec<usize>,
    /// For each block, the end of the next block that is not only comments.
    next_ends: Vec<Option<usize>>,
}

impl<'a> CommentScopes<'a> {
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

    /// Returns the scope of a comment: to the end of the next block if the comment is a block of its own,
    /// otherwise to the end of the next line.
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
        let next_block = if is_alone {
            self.next_ends[around - 1]
        } else {
            None
        };
        Span::new(
            start,
            next_block.map_or(next_line, |end| end.max(next_line)),
        )
    }
}

/// Whether a block contains only comments.
fn is_comment(block: &str) -> bool {
    let block = block.trim();
    block.starts_with("<!--") && block.ends_with("-->")
}

#[cfg(test)]
mod tests;
