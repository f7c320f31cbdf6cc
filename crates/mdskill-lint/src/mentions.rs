//! [`Mention`]: a reference, its page, and its destination.

use crate::diagnostic::Severity;
use crate::markdown::Link;
use crate::parsed_skill::{Page, ParsedSkill, Role};
use crate::references::path_kind;
use crate::references::resolve::{Destination, ResolvedLink};

/// A reference to a file: a link, or a path in code or prose.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'c> {
    /// The page that contains it.
    pub page: &'c Page<'c>,
    /// The reference in the page's Markdown.
    pub link: &'c Link,
    /// Its destination.
    pub resolved: &'c ResolvedLink<'c>,
}

/// Returns every reference of every page.
pub(crate) fn all<'c>(skill: &'c ParsedSkill<'_>) -> impl Iterator<Item = Mention<'c>> {
    skill.pages.iter().flat_map(of_page)
}

/// Returns every reference of a page.
pub(crate) fn of_page<'c>(page: &'c Page<'c>) -> impl Iterator<Item = Mention<'c>> {
    let pairs = page.markdown.links.iter().zip(&page.resolved_links);
    pairs.map(move |(link, resolved)| Mention {
        page,
        link,
        resolved,
    })
}

impl<'c> Mention<'c> {
    /// Returns the destination of the reference.
    pub(crate) const fn destination(&self) -> &'c Destination<'c> {
        &self.resolved.destination
    }

    /// Returns the severity of a finding that is `severe` on a page for agents. On auxiliary pages
    /// and templates it is a note, because half of the broken references there are blanks to fill in.
    pub(crate) fn severity(&self, severe: Severity) -> Severity {
        match self.page.role {
            Role::Auxiliary => Severity::Info,
            Role::SupportingPage if path_kind::is_template(self.page.path) => Severity::Info,
            Role::SkillMd | Role::SupportingPage => severe,
        }
    }
}
