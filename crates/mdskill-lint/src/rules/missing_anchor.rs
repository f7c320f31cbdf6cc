//! SK308: the `#fragment` of a link does not match a heading.

use crate::diagnostic::Severity;
use crate::mentions::Mention;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_kind::Confidence;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK308",
    name: "missing-anchor",
    severity: Severity::Warning,
    summary: "the fragment of a link matches no heading or id of its page",
    why: "GitHub and other viewers then show the top of the page; 192 links of public skills have this problem.",
    example: "[usage](#how-to-use) without a heading \"How to use\"",
    how_to_fix: "write the slug of the heading: lower case, `-` for each space, no punctuation",
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, link: &Mention<'_>) -> Option<Finding> {
    let fragment = link.link.fragment.as_deref()?;
    let Destination::Inside(path) = link.destination() else {
        return None;
    };
    let page = skill.page(path)?;
    let is_lost =
        link.resolved.confidence == Confidence::Link && !page.markdown.anchors.has(fragment);
    is_lost.then(|| {
        let message = format!("`{}` has no heading for `#{fragment}`", page.path);
        Finding::at(link, message).with_severity(link.severity(Severity::Warning))
    })
}
