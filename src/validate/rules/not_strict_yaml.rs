//! SK106: valid YAML that the reference checker refuses.

use crate::diagnostic::Severity;
use crate::skill::frontmatter::{Construct, Mark};
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK106",
    name: "not-strict-yaml",
    severity: Severity::Info,
    is_on: false,
    blocks_loading: false,
    summary: "YAML that every client reads and the reference checker refuses",
    why: "skills-ref reads strictyaml, which has no flow collections, anchors and tags: 810 of 2,672 public skills fail it for nothing else.",
    example: "metadata: {author: ada}",
    mend: "write one `key: value` or `- entry` a line, without anchors and tags",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(frontmatter) = context.frontmatter() else {
        return Vec::new();
    };
    let mut end = 0;
    let outermost = frontmatter.marks().iter().filter(|mark| {
        let is_within = mark.span.end <= end;
        end = end.max(mark.span.end);
        !is_within
    });
    outermost.map(finding).collect()
}

fn finding(mark: &Mark) -> Finding {
    let (what, help) = match mark.construct {
        Construct::FlowList => ("a list in brackets", "write one `- entry` a line"),
        Construct::FlowMap => ("a map in braces", "write one `key: value` a line, indented"),
        Construct::Anchor => (
            "an anchor",
            "write the value out where it is used, or quote it if it is a text",
        ),
        Construct::Tag => ("a tag", "leave it out, or quote the value if it is a text"),
        Construct::Tab => ("a tab between words", "write spaces"),
        Construct::UnevenMap => (
            "a map indented unlike the one before it",
            "indent all maps of a level by the same number of spaces",
        ),
    };
    Finding::new(
        mark.span,
        format!("{what} is valid YAML, but the reference checker refuses it"),
        help,
    )
}
