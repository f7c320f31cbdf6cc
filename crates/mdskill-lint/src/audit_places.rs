//! [`Place`]: a place in a page or a script that a rule of the audit checks.

use std::cell::OnceCell;

use crate::SKILL_FILE;
use crate::audit::Topic;
use crate::capabilities::commands::preexecuted;
use crate::parsed_skill::{Page, ParsedSkill, Role};
use crate::references::attack_sections::{self, AttackSections};
use crate::references::mention_context;
use crate::rule::Finding;
use crate::span::Span;

/// A place in a text.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    /// The path of the file.
    pub(crate) path: &'s str,
    /// Its text.
    pub(crate) text: &'s str,
    /// The span of the word.
    pub(crate) span: Span,
    /// The page, unless it is another file.
    page: Option<(&'s Page<'s>, &'s OnceCell<AttackSections>)>,
    /// Whether the file is a document, such as JSON or plain text, and neither a page nor a script.
    is_in_document: bool,
}

/// Returns the places of a topic.
pub(crate) fn places<'s>(
    skill: &'s ParsedSkill<'_>,
    topic: Topic,
) -> impl Iterator<Item = Place<'s>> {
    let audit = skill.audit();
    audit.hits(topic).filter_map(move |(index, span)| {
        if let Some(page) = skill.pages.get(index) {
            return Some(Place {
                path: page.path,
                text: &page.text,
                span,
                page: Some((page, audit.attacks(index)?)),
                is_in_document: false,
            });
        }
        let file = audit.files().get(index - skill.pages.len())?;
        Some(Place {
            path: &file.path,
            text: &file.text,
            span,
            page: None,
            is_in_document: file.is_document,
        })
    })
}

/// Returns the paths and texts of all pages and scripts. `SKILL.md` is included even if its frontmatter is
/// not closed and it is not a page.
pub(crate) fn texts<'s>(skill: &'s ParsedSkill<'_>) -> impl Iterator<Item = (&'s str, &'s str)> {
    let others = skill.pages.iter().filter(|page| page.role != Role::SkillMd);
    let others = others.map(|page| (page.path, &*page.text));
    let files = skill.audit().files().iter();
    let scripts = files.filter(|file| !file.is_document);
    let scripts = scripts.map(|file| (&*file.path, &*file.text));
    [(SKILL_FILE, skill.skill_text())]
        .into_iter()
        .chain(others)
        .chain(scripts)
}

impl Place<'_> {
    /// Whether the text is a script.
    pub(crate) const fn is_in_script(&self) -> bool {
        self.page.is_none() && !self.is_in_document
    }

    /// Whether the place is in a code block or a code span of a page.
    pub(crate) fn is_in_code(&self) -> bool {
        self.code().is_some()
    }

    /// Whether the place is in a code block of a page.
    pub(crate) fn is_in_block(&self) -> bool {
        self.page.is_some_and(|(page, _)| {
            let blocks = &page.markdown.code_blocks;
            around(blocks, self.span.start).is_some()
        })
    }

    /// Whether a client runs the command: it is a hook of the frontmatter, or runs before the agent reads the text.
    pub(crate) fn is_run_by_client(&self, skill: &ParsedSkill<'_>) -> bool {
        let page = self.page.map(|(page, _)| page);
        let Some(page) = page.filter(|page| page.role == Role::SkillMd) else {
            return false;
        };
        let is_in = |span: Span| (span.start..span.end).contains(&self.span.start);
        let hooks = skill.field("hooks").map(|field| field.value_span);
        hooks.is_some_and(is_in)
            || preexecuted(&page.text, &page.markdown)
                .iter()
                .any(|command| is_in(command.code))
    }

    /// Returns the code block or code span around the place.
    pub(crate) fn code(&self) -> Option<Span> {
        let markdown = &self.page?.0.markdown;
        let at = self.span.start;
        around(&markdown.code_blocks, at).or_else(|| around(&markdown.code_spans, at))
    }

    /// Whether the text around the place shows or forbids an attack.
    pub(crate) fn is_sample(&self) -> bool {
        let Some((page, _)) = self.page else {
            return self.is_in_document;
        };
        self.is_among_samples()
            || mention_context::is_forbidden(&page.text, self.span)
            || self
                .code()
                .is_some_and(|code| mention_context::is_forbidden(&page.text, code))
    }

    /// Whether the place is in a section about attacks, or in a page of a folder with samples and tests.
    pub(crate) fn is_among_samples(&self) -> bool {
        self.page.is_some_and(|(page, attacks)| {
            let attacks = attacks.get_or_init(|| attack_sections::read(&page.text));
            page.is_sample || attacks.has(self.span.start)
        })
    }

    /// Returns the line of the place, at most `reach` bytes on each side.
    pub(crate) fn line(&self, reach: usize) -> Span {
        let from = self
            .text
            .floor_char_boundary(self.span.start.saturating_sub(reach));
        let to = self
            .text
            .floor_char_boundary(self.span.end.saturating_add(reach));
        let before = memchr::memrchr(b'\n', &self.text.as_bytes()[from..self.span.start]);
        let after = memchr::memchr(b'\n', &self.text.as_bytes()[self.span.end..to]);
        let start = before.map_or(from, |at| from + at + 1);
        let end = after.map_or(to, |at| self.span.end + at);
        Span::new(start, end)
    }

    /// Returns a finding at a span of the text.
    pub(crate) fn finding(&self, span: Span, message: impl Into<String>) -> Finding {
        Finding::in_file(self.path, span, message)
    }
}

/// Returns the span around byte `at`.
fn around(spans: &[Span], at: usize) -> Option<Span> {
    let before = spans.partition_point(|span| span.start <= at);
    let last = before.checked_sub(1).map(|at| spans[at]);
    last.filter(|span| at < span.end)
}
