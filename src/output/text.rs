//! Phrases that several reports contain.

use unicode_width::UnicodeWidthStr;

use crate::diff::SkillDiff;
use crate::operations::update::Report;
use mdskill_lint::capability::Capability;

/// The package of mdskill in the npm registry, where another company has the name `mdskill`.
pub(crate) const NPM_PACKAGE: &str = "@mdskill/cli";

/// Abbreviations whose point ends no sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g.", "i.e.", "etc.", "vs.", "approx.", "incl."];

/// Number of digits of an abbreviated commit.
const SHORT: usize = 7;

/// Returns "1 skill" or "2 skills".
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns "2 refused" for each number that is not zero.
pub(crate) fn totals<const N: usize>(numbers: [(usize, &str); N]) -> Vec<String> {
    let shown = numbers.into_iter().filter(|(number, _)| *number > 0);
    shown
        .map(|(number, what)| format!("{number} {what}"))
        .collect()
}

/// Returns the numbers of skills that were not updated, by reason.
pub(crate) fn not_updated(report: &Report, conflicts: usize) -> Vec<String> {
    let noun = if conflicts == 1 {
        "conflict"
    } else {
        "conflicts"
    };
    totals([
        (conflicts, noun),
        (report.refused_skills(), "refused"),
        (report.skills_left_alone(), "not changed"),
        (report.stuck.len(), "blocked"),
        (report.deleted.len(), "gone upstream"),
        (report.unchecked_skills(), "not checked"),
    ])
}

/// Returns the number of columns of a text.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Splits a text after its first sentence.
pub(crate) fn first_sentence(text: &str) -> (&str, &str) {
    let text = text.trim();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let is_last = match c {
            '\u{3002}' => true,
            '.' | '!' | '?' => {
                let next = text[end..].chars().next();
                let word = text[..end].split_whitespace().next_back();
                let is_short = |word: &str| {
                    let word = word.trim_start_matches(['(', '[']).to_lowercase();
                    ABBREVIATIONS.contains(&&*word) || word.len() <= 2
                };
                next.is_some_and(char::is_whitespace) && !word.is_some_and(is_short)
            }
            _ => false,
        };
        if is_last {
            return (&text[..end], text[end..].trim_start());
        }
    }
    (text, "")
}

/// Returns `owner/repo` for `github:owner/repo`.
pub(crate) fn source(name: &str) -> &str {
    name.strip_prefix("github:").unwrap_or(name)
}

/// Returns a ref; a commit is abbreviated.
pub(crate) fn short(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..SHORT] } else { text }
}

/// Returns a tag, or else an abbreviated commit.
pub(crate) fn version<'a>(tag: Option<&'a str>, commit: Option<&'a str>) -> &'a str {
    tag.or(commit.map(short)).unwrap_or_default()
}

/// Returns the file and the line of a capability.
pub(crate) fn place(capability: &Capability) -> String {
    match capability.line {
        Some(line) => format!("{}:{line}", capability.file),
        None => capability.file.clone(),
    }
}

/// Returns the numbers of added and removed lines, in which binary files do not count.
pub(crate) fn changed_lines(diff: &SkillDiff) -> (usize, usize) {
    let added = diff.files.iter().filter_map(|file| file.added).sum();
    let removed = diff.files.iter().filter_map(|file| file.removed).sum();
    (added, removed)
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn first_sentence_ends_at_a_point_before_a_space() {
        for (first, rest) in [
            ("Reads PDF files.", "Use it for forms."),
            ("Works with a.py, v1.2, e.g. Python, and Node.js.", "More."),
            ("Is it one?", "Yes"),
            ("No point at the end", ""),
            ("", ""),
        ] {
            assert_eq!(first_sentence(&format!("{first} {rest}")), (first, rest));
        }
        assert_eq!(first_sentence("技能。更多"), ("技能。", "更多"));
    }
}
