//! Which references are not meant: placeholders, and mentions that their own
//! sentence takes back. Of 62 mentions that words of this kind take back in
//! public skills, 61 were read and found rightly dropped.

use crate::skill::markdown::Reference;
use crate::span::Span;

/// Bytes that are looked at on each side of a mention; a sentence seldom has more, and a
/// megabyte of mentions in one paragraph stays linear.
const CONTEXT_BYTES: usize = 240;

/// Words just before a path that the agent is to make.
const MAKING: [&str; 5] = ["create", "write", "save", "generate", "output"];

/// Whether a path stands for others: a glob, a variable, `path/to/…`, `your-file.md`.
#[must_use]
pub fn is_placeholder(target: &str) -> bool {
    const MARKS: [char; 11] = ['<', '>', '{', '}', '*', '[', ']', '…', '$', '|', '?'];
    const STAND_INS: [&str; 6] = ["path/to", "XXX", "NNN", "YYYY", "...", "://"];
    target.contains(MARKS)
        || STAND_INS.iter().any(|word| target.contains(word))
        || target.split('/').any(is_stand_in_name)
}

fn is_stand_in_name(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let is_nothing_in_particular = matches!(stem, "foo" | "bar" | "baz");
    let is_any_file = matches!(stem, "file" | "filename" | "name" | "topic" | "example");
    let is_someones = ["your-", "my-", "some-", "your_", "my_", "some_"];
    is_nothing_in_particular
        || is_any_file && segment.contains('.')
        || is_someones.iter().any(|prefix| segment.starts_with(prefix))
}

/// Whether the sentence around a mention says that the file need not be there:
/// an example, a denial, another skill's file, a wish, or a file to be made.
#[must_use]
pub fn is_hedged(text: &str, mention: &Reference) -> bool {
    let Reference { span, block, .. } = mention;
    let from = span.start.saturating_sub(CONTEXT_BYTES).max(block.start);
    let to = block.end.min(span.end + CONTEXT_BYTES).max(span.end);
    let from = text.floor_char_boundary(from.min(span.start));
    let before = plain(&text[from..span.start]);
    let after = plain(&text[span.end..text.floor_char_boundary(to)]);
    let before = last_sentence(&before);
    let after = first_sentence(&after);
    is_example(before)
        || is_denied(before, after)
        || is_of_another(before, after)
        || is_wished(after)
        || is_made(before)
}

/// Whether the sentence that leads to a piece of code tells the reader to do no such thing.
#[must_use]
pub fn is_forbidden(text: &str, code: Span) -> bool {
    const MARKS: [&str; 20] = [
        "never",
        "do not",
        "don't",
        "don’t",
        "must not",
        "should not",
        "shouldn't",
        "avoid",
        "instead of",
        "rather than",
        "refuse",
        "forbid",
        "prohibit",
        "reject",
        "block",
        "dangerous",
        "malicious",
        "❌",
        "bad:",
        "wrong:",
    ];
    let from = text.floor_char_boundary(code.start.saturating_sub(CONTEXT_BYTES));
    let before = text[from..code.start].trim_end();
    let paragraph = before.rsplit("\n\n").next().unwrap_or_default();
    let paragraph = plain(paragraph);
    let sentence = last_sentence(&paragraph);
    MARKS.iter().any(|mark| sentence.contains(mark))
}

/// Returns the text near a mention without emphasis and line breaks, in lower case.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|c| *c != '*');
    let shown = shown.map(|c| if c == '\n' { ' ' } else { c });
    shown.collect::<String>().to_lowercase()
}

fn is_example(before: &str) -> bool {
    const MARKS: [&str; 10] = [
        "e.g.",
        "such as",
        "for example",
        "for instance",
        "example:",
        "examples:",
        "good:",
        "bad:",
        "example →",
        "examples →",
    ];
    MARKS.iter().any(|mark| before.contains(mark))
}

fn is_denied(before: &str, after: &str) -> bool {
    let denies = |word: &str| {
        matches!(word, "not" | "never") || word.ends_with("n't") || word.ends_with("n’t")
    };
    words(before).any(denies) || words(after).take(3).any(denies)
}

/// `` `other`'s x ``, `its x`, `the other skill … x`, `x in the other skill`.
fn is_of_another(before: &str, after: &str) -> bool {
    let possessive = before.trim_end();
    possessive.ends_with("'s")
        || possessive.ends_with("’s")
        || words(before).last() == Some("its")
        || names_other_skill(before)
        || names_other_skill(after)
}

/// Whether `skill` stands behind a name: `the pdf skill`, `` the `pdf` skill's ``, not `the skill`.
fn names_other_skill(text: &str) -> bool {
    const OWN: [&str; 9] = [
        "the", "this", "your", "a", "each", "every", "our", "agent", "current",
    ];
    let words: Vec<&str> = words(text).collect();
    words.windows(3).any(|window| match window {
        ["the", name, "skill" | "skill's" | "skill’s"] => !OWN.contains(name),
        _ => false,
    })
}

fn is_wished(after: &str) -> bool {
    after.contains("would be helpful") || after.contains("coming soon")
}

/// `write it to x`: one of the last four words makes a file, and none is a verb of reading.
fn is_made(before: &str) -> bool {
    let makes = |word: &str| {
        MAKING
            .iter()
            .any(|verb| word == *verb || word.strip_prefix(verb) == Some("s"))
    };
    let reads = |word: &str| matches!(word, "see" | "read" | "use" | "load" | "using" | "consult");
    let words: Vec<&str> = words(before).collect();
    let last = &words[words.len().saturating_sub(4)..];
    last.iter().any(|word| makes(word)) && !last.iter().any(|word| reads(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-' | '_');
    text.split(separates).filter(|word| !word.is_empty())
}

/// Returns where each sentence of `text` ends: after `.`, `!`, `?` or `;` and a
/// space, but not after `e.g.`.
fn sentence_ends(text: &str) -> impl DoubleEndedIterator<Item = usize> {
    let ends = text
        .match_indices(['.', '!', '?', ';'])
        .map(|(at, _)| at + 1);
    ends.filter(|end| {
        let abbreviated = ["e.g.", "i.e.", "etc.", "vs."];
        text[*end..].starts_with(char::is_whitespace)
            && !abbreviated.iter().any(|word| text[..*end].ends_with(word))
    })
}

fn last_sentence(text: &str) -> &str {
    let start = sentence_ends(text).next_back().unwrap_or(0);
    &text[start..]
}

fn first_sentence(text: &str) -> &str {
    let end = sentence_ends(text).next().unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::markdown::read;

    fn hedged(markdown: &str) -> bool {
        is_hedged(markdown, read(markdown, 0).references.last().unwrap())
    }

    #[test]
    fn placeholders_and_globs_are_no_paths() {
        for target in [
            "references/<topic>.md",
            "references/*.md",
            "assets/YYYY-MM.png",
            "path/to/x.md",
            "references/your-file.md",
            "references/example.md",
            "{baseDir}/scripts/x.py",
            "references/…",
            "assets/foo.png",
        ] {
            assert!(is_placeholder(target), "{target}");
        }
        for target in [
            "references/topics.md",
            "references/file-formats.md",
            "references/food.md",
        ] {
            assert!(!is_placeholder(target), "{target}");
        }
    }

    #[test]
    fn a_sentence_takes_its_mention_back() {
        for markdown in [
            "See `lora-qlora-recipes`'s\n`references/unsloth-trl-mapping.md` for it.",
            "**Examples**: `references/finance.md` and others",
            "The plugin does not ship `references/run.md`",
            "Split by topic, e.g. `references/aws.md`",
            "Save the chart to `assets/chart.png`.",
            "A `references/cheatsheet.md` would be helpful",
            "Read `references/forms.md` in the `pdf` skill",
            "It and its `references/a.md`",
        ] {
            assert!(hedged(markdown), "{markdown}");
        }
    }

    #[test]
    fn a_plain_sentence_means_its_mention() {
        for markdown in [
            "See `references/a.md` for details.",
            "Do not guess. Read `references/a.md`.",
            "- **`references/a.md`** - the rules",
            "To write charts, read `references/a.md`",
            "Outputs are described in detail in `references/a.md` of the skill",
        ] {
            assert!(!hedged(markdown), "{markdown}");
        }
    }
}
