//! [`suppress`]: removes the findings that comments silence, and reports comments that silence nothing.

use std::cell::Cell;
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

/// Maximum number of comments of one page; further ones are ignored. Every finding is compared with
/// all comments for its rule.
const MAX_COMMENTS: usize = 200;
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

impl Suppression<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        self.scope.is_none_or(|scope| {
            let place = finding.span;
            place.is_some_and(|place| (scope.start..scope.end).contains(&place.start))
        })
    }

    fn finding(&self, message: String) -> Finding {
        Finding::in_file(self.page, self.comment, message)
    }
}

/// A rule that a comment silences.
struct SilencedRule<'a> {
    rule: &'static Rule,
    by: &'a Suppression<'a>,
    /// Whether the comment silences a finding of the rule.
    is_used: Cell<bool>,
}

/// The silenced rules of each page and code.
type Silenced<'a> = BTreeMap<(&'a str, &'static str), Vec<SilencedRule<'a>>>;

/// Removes the findings that the comments of the skill's pages silence.
pub(crate) fn suppress(
    skill: &ParsedSkill<'_>,
    settings: &Settings,
    findings: Vec<RuleFinding>,
) -> SuppressionOutcome {
    let suppressions: Vec<Suppression<'_>> = skill.pages.iter().flat_map(of_page).collect();
    let (silenced, mut about_comments) = silenced_rules(&suppressions);
    let mut remaining = findings;
    remaining.retain(|(rule, finding)| !is_silenced(&silenced, rule, finding));
    about_comments.extend(unused(&silenced, settings));
    about_comments.extend(without_reason(&suppressions));
    let rule = &unused_suppression::RULE;
    if settings.level(rule) != Level::Off {
        about_comments.retain(|finding| !is_silenced(&silenced, rule, finding));
        remaining.extend(about_comments.into_iter().map(|finding| (rule, finding)));
    }
    let set_rules = silenced
        .values()
        .flatten()
        .filter(|silenced| {
            matches!(silenced.rule.check, Check::Set(_)) && silenced.by.page == SKILL_FILE
        })
        .map(|silenced| silenced.rule.code);
    SuppressionOutcome {
        set_rules: set_rules.collect(),
        remaining,
    }
}

/// Whether a comment silences a finding. Marks all comments that do as used.
fn is_silenced(silenced: &Silenced<'_>, rule: &Rule, finding: &Finding) -> bool {
    let by_rule = silenced.get(&(finding.file.as_str(), rule.code));
    let mut covering = by_rule
        .into_iter()
        .flatten()
        .filter(|silenced| silenced.by.covers(finding))
        .peekable();
    let is_silenced = covering.peek().is_some();
    covering.for_each(|silenced| silenced.is_used.set(true));
    is_silenced
}

/// Returns the rules that the comments silence, and findings about unknown rules.
fn silenced_rules<'a>(suppressions: &'a [Suppression<'a>]) -> (Silenced<'a>, Vec<Finding>) {
    let (mut silenced, mut findings) = (Silenced::new(), Vec::new());
    for by in suppressions {
        if by.directive.rules.is_empty() {
            let message = "this comment names no rule, so it silences nothing".to_owned();
            findings.push(
                by.finding(message)
                    .with_help("name the rules: `mdskill-ignore SK302: reason`"),
            );
        }
        for word in &by.directive.rules {
            if let Some(rule) = find_rule(word) {
                let by_rule = silenced.entry((by.page, rule.code)).or_default();
                by_rule.push(SilencedRule {
                    rule,
                    by,
                    is_used: Cell::new(false),
                });
                continue;
            }
            let nearest = (findings.len() < MAX_SUGGESTIONS).then(|| nearest(word));
            let help = match nearest.flatten() {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "use the code or the name of one rule".to_owned(),
            };
            let shown: String = word.chars().take(60).collect();
            let message = format!("`{shown}` is not the code or the name of a rule");
            findings.push(by.finding(message).with_help(help));
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

/// Reports rules that had nothing to silence. A rule that is off or compares skills is not reported,
/// because it may have findings that are not known here.
fn unused(silenced: &Silenced<'_>, settings: &Settings) -> Vec<Finding> {
    let unused = silenced.values().flatten().filter(|silenced| {
        let did_run = !matches!(silenced.rule.check, Check::Set(_) | Check::Validator)
            && settings.level(silenced.rule) != Level::Off;
        did_run && !silenced.is_used.get()
    });
    let findings = unused.map(|silenced| {
        let Rule { code, name, .. } = silenced.rule;
        let message = format!("{code} ({name}) finds nothing here, so this comment has no effect");
        silenced.by.finding(message)
    });
    findings.collect()
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

/// Returns the suppressions of a page, in the order of the page.
fn of_page<'a>(page: &'a Page<'_>) -> Vec<Suppression<'a>> {
    let in_markdown = page.markdown.comments.iter().filter_map(|comment| {
        let directive = directive::parse_comment(comment.of(&page.text))?;
        Some((*comment, scope_of(page, *comment), directive))
    });
    let all = in_frontmatter(page).chain(in_markdown).take(MAX_COMMENTS);
    let all = all.map(|(comment, scope, directive)| Suppression {
        page: page.path,
        comment,
        scope: (!directive.is_for_file).then_some(scope),
        directive,
    });
    all.collect()
}

/// Returns the comments in the frontmatter, each with its scope: to the end of the next key and its
/// value.
fn in_frontmatter<'a>(page: &'a Page<'_>) -> impl Iterator<Item = (Span, Span, Directive<'a>)> {
    let front = &page.text[..page.body_offset];
    let mut reached = 0;
    front.split_inclusive('\n').filter_map(move |line| {
        let start = reached;
        reached += line.len();
        let directive = directive::parse_yaml_line(line)?;
        let comment = Span::new(start, start + line.trim_end().len());
        let scope = Span::new(start, end_of_next_key(front, reached));
        Some((comment, scope, directive))
    })
}

fn end_of_next_key(front: &str, from: usize) -> usize {
    let (mut start, mut has_key) = (from, false);
    for line in front[from..].split_inclusive('\n') {
        // List items may follow their key without an indent.
        let is_key = !line.trim_end().is_empty() && !line.starts_with([' ', '\t', '#', '-']);
        let is_fence = line.trim_end() == "---";
        if has_key && (is_key || is_fence || directive::parse_yaml_line(line).is_some()) {
            return start;
        }
        has_key |= is_key;
        start += line.len();
    }
    front.len()
}

/// Returns the scope of a comment in Markdown: to the end of the next block if the comment is a block
/// of its own, otherwise to the end of the next line.
fn scope_of(page: &Page<'_>, comment: Span) -> Span {
    let text = &*page.text;
    let start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let mut breaks = text[comment.end..].match_indices('\n');
    let next_line = breaks.nth(1).map(|(at, _)| comment.end + at + 1);
    let next_line = next_line.unwrap_or(text.len() + 1);
    let blocks = &page.markdown.blocks;
    let following = blocks.partition_point(|block| block.start <= comment.start);
    let (before, after) = blocks.split_at(following);
    let is_alone = before.last().is_some_and(|block| {
        let before = &text[block.start..comment.start];
        before.trim().is_empty()
    });
    let is_comment = |block: &Span| {
        let block = block.of(text).trim();
        block.starts_with("<!--") && block.ends_with("-->")
    };
    let block = after.iter().find(|block| is_alone && !is_comment(block));
    let end = block.map_or(next_line, |block| block.end.max(next_line));
    Span::new(start, end)
}

#[cfg(test)]
mod tests;
