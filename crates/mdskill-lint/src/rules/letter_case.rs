//! SK304: a path differs from its file only in letter case or Unicode form.

use crate::diagnostic::{Fix, Severity};
use crate::markdown::{Link, LinkKind};
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::path;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK304",
    name: "letter-case",
    severity: Severity::Error,
    summary: "a link or path differs from the file in letter case or Unicode form",
    why: "It works on macOS and Windows but breaks on Linux, where agents run in CI.",
    example: "[x](references/api.md) for references/API.md",
    how_to_fix: "write the path exactly like the file name",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let found = mentions::all(skill).filter_map(|mention| match mention.destination() {
        Destination::Respelled(path) => Some(finding(&mention, path)),
        _ => None,
    });
    found.collect()
}

fn finding(mention: &Mention<'_>, path: &str) -> Finding {
    let target = &mention.link.target;
    let difference = match target.to_lowercase() == respelled(target, path).to_lowercase() {
        true => "Linux distinguishes them",
        false => "they differ in Unicode form, and Linux distinguishes them",
    };
    let message = format!("`{target}` is `{path}` in the skill; {difference}");
    let replacement = respelled(target, path);
    let finding = mention
        .finding(message, format!("write `{replacement}`"))
        .with_severity(mention.severity(Severity::Error));
    match place_of_target(&mention.page.text, mention.link) {
        Some(place) => {
            let title = format!("write `{replacement}`");
            finding.with_fix(Fix::safe(title, place, replacement))
        }
        None => finding,
    }
}

/// Returns `target` with the segments that it shares with the end of `path` spelled as in `path`.
fn respelled(target: &str, path: &str) -> String {
    let mut names = path.rsplit('/');
    let mut segments: Vec<&str> = target.split('/').collect();
    for segment in segments
        .iter_mut()
        .rev()
        .filter(|segment| !segment.is_empty())
    {
        match names.next() {
            Some(name) if path::fold(name) == path::fold(segment) => *segment = name,
            _ => break,
        }
    }
    segments.join("/")
}

/// Returns the span of the path itself, or `None` when it is written with escapes or elsewhere, as
/// in `[x][reference]`.
fn place_of_target(text: &str, link: &Link) -> Option<Span> {
    let piece = link.span.of(text);
    let from = match link.kind {
        // The text in brackets may contain the path, too.
        LinkKind::Link | LinkKind::Image => piece.rfind("](")?,
        _ => 0,
    };
    let at = from + piece[from..].find(link.target.as_str())?;
    let start = link.span.start + at;
    Some(Span::new(start, start + link.target.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fix_changes_only_file_names() {
        for (target, path, expected) in [
            (
                "./references/api.md",
                "references/API.md",
                "./references/API.md",
            ),
            (
                "../REFERENCES/api.md",
                "references/API.md",
                "../references/API.md",
            ),
            ("api.MD", "references/api.md", "api.md"),
            ("references/", "References", "References/"),
        ] {
            assert_eq!(respelled(target, path), expected);
        }
    }
}
