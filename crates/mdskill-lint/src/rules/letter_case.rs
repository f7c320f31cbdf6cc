//! SK304: a path differs from its file only in letter case or Unicode form.

use crate::diagnostic::{Fix, Severity};
use crate::markdown::{Link, LinkKind};
use crate::mentions::Mention;
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
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    let target = &mention.link.target;
    let Destination::Respelled(path) = mention.destination() else {
        return None;
    };
    let replacement = respelled(target, path);
    let difference = match target.to_lowercase() == replacement.to_lowercase() {
        true => "Linux distinguishes them",
        false => "they differ in Unicode form, and Linux distinguishes them",
    };
    let message = format!("`{target}` is `{path}` in the skill; {difference}");
    let help = format!("write `{replacement}`");
    let place = place_of_target(&mention.page.text, mention.link);
    let fix = place.map(|place| Fix::safe(&*help, place, replacement));
    let severity = mention.severity(Severity::Error);
    let finding = Finding::at(mention, message).with_fix(fix);
    Some(finding.with_help(help).with_severity(severity))
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
