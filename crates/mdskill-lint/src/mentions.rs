//! [`Mention`]: a reference, the page it stands on, and where it leads.

use crate::diagnostic::Severity;
use crate::markdown::Link;
use crate::parsed_skill::{Page, ParsedSkill, Role};
use crate::references::resolve::{Destination, ResolvedLink};
use crate::rule::Finding;

/// A reference, the page it stands on, and where it leads.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'c> {
    /// The page.
    pub page: &'c Page<'c>,
    /// The reference.
    pub link: &'c Link,
    /// Where it leads.
    pub resolved: &'c ResolvedLink<'c>,
}

/// Returns every reference of every page.
pub fn all<'c>(skill: &'c ParsedSkill<'c>) -> impl Iterator<Item = Mention<'c>> {
    skill.pages.iter().flat_map(of_page)
}

/// Returns every reference of a page.
pub fn of_page<'c>(page: &'c Page<'c>) -> impl Iterator<Item = Mention<'c>> {
    let pairs = page.markdown.links.iter().zip(&page.resolved_links);
    pairs.map(move |(link, resolved)| Mention {
        page,
        link,
        resolved,
    })
}

impl<'c> Mention<'c> {
    /// Where it leads.
    #[must_use]
    pub const fn destination(&self) -> &'c Destination<'c> {
        &self.resolved.destination
    }

    /// Returns a finding at its place.
    #[must_use]
    pub fn finding(&self, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::in_file(self.page.path, self.link.span, message, help)
    }

    /// Returns how much a fault of it matters that would be `severe` on a page that agents
    /// read: half of what is missing on the other pages is what somebody is to fill in.
    #[must_use]
    pub fn severity(&self, severe: Severity) -> Severity {
        match self.page.role {
            Role::Auxiliary => Severity::Info,
            Role::SkillMd | Role::SupportingPage => severe,
        }
    }
}
