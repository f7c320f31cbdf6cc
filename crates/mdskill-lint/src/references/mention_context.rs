//! Finds mentions whose own sentence says that the file need not exist. Of 62 such mentions in
//! public skills, 61 were read by hand and rightly ignored.

use crate::markdown::{Link, LinkKind};
use crate::span::Span;

/// Bytes to search on each side of a mention. Few sentences are longer, and the limit keeps the time
/// linear for a megabyte of mentions in one paragraph.
const CONTEXT_BYTES: usize = 240;

/// Bytes to search backwards for the line before a list.
const LIST_BYTES: usize = 1000;

/// Bytes to search for the language of a code block.
const LANGUAGE_BYTES: usize = 40;

/// Bytes to search backwards for the heading of a section.
const SECTION_BYTES: usize = 2000;

/// Verbs before a path that the agent is asked to create.
const CREATE_VERBS: [&str; 6] = ["create", "write", "save", "generate", "output", "author"];

/// Verbs that put something into a file, which is created if it does not exist, when a word such as
/// `to` is between the verb and the path.
const PUT_VERBS: [&str; 11] = [
    "add", "append", "copy", "export", "keep", "log", "move", "place", "put", "record", "store",
];

/// Whether the text around a mention says that the file need not exist: it is an example, negated,
/// another skill's file, planned, or to be created.
pub(crate) fn is_optional(text: &str, mention: &Link) -> bool {
    let Link { span, block, .. } = mention;
    let line = line_start(text, span.start);
    // Only in code does a sentence end with its line.
    let from = match mention.kind {
        LinkKind::CodeBlock => line,
        _ => block.start,
    };
    let from = span.start.saturating_sub(CONTEXT_BYTES).max(from);
    let to = block.end.min(span.end + CONTEXT_BYTES).max(span.end);
    let from = text.floor_char_boundary(from.min(span.start));
    let after = &text[span.end..text.floor_char_boundary(to)];
    let after = match mention.kind {
        LinkKind::CodeBlock => after.lines().next().unwrap_or_default(),
        _ => after,
    };
    let before = plain(&text[from..span.start]);
    let after = plain(after);
    let before = last_sentence(&before);
    let after = first_sentence(&after);
    is_in_sample(text, mention)
        || is_example(before)
        || is_negated(before, after)
        || is_other_skills(before, after)
        || is_planned(after)
        || is_created(before)
        || is_output(before)
        || is_in_working_directory(before)
        || is_in_working_directory(after)
        || is_title_of_code(text, mention, before)
        || is_in_example_column(text, span.start)
        || lead_in(text, line).is_some_and(|line| is_optional_lead_in(&plain(line)))
        || mention.kind != LinkKind::CodeBlock && is_in_example_section(text, span.start)
}

/// Whether a mention is part of Markdown in a code block, which is a sample: of 365 links in such
/// blocks 322 do not resolve. JSON is sample data. A line that is only a comment with a path is the name of a sample file.
fn is_in_sample(text: &str, mention: &Link) -> bool {
    let Span { start, end } = mention.span;
    let before = &text[..start];
    mention.kind == LinkKind::CodeBlock
        && (before.ends_with("](")
            || before.ends_with('`')
            || is_in_language(text, mention, &["markdown", "md", "mdx", "json"])
            || is_title_comment(&text[line_start(text, start)..start], &text[end..]))
}

/// Whether a mention is in a block of one of these languages, and not in a block inside it.
fn is_in_language(text: &str, mention: &Link, languages: &[&str]) -> bool {
    let Span { start, end } = mention.block;
    let opening = &text[start..text.floor_char_boundary(end.min(start + LANGUAGE_BYTES))];
    let opening = opening.lines().next().unwrap_or_default();
    let language = opening.trim_start_matches(['`', '~']).trim();
    let at = mention.span.start;
    let from = text.floor_char_boundary(at.saturating_sub(SECTION_BYTES));
    languages.contains(&language) && !text[from.max(start + opening.len())..at].contains("\n```")
}

/// Whether a path is alone in a comment: `// src/main.rs`, `<!-- index.html -->`.
fn is_title_comment(before: &str, after: &str) -> bool {
    const OPENINGS: [&str; 6] = ["//", "#", "--", "/*", "<!--", ";"];
    let is_at_end = || {
        let after = after.lines().next().unwrap_or_default().trim();
        matches!(after, "" | "*/" | "-->")
    };
    OPENINGS.contains(&before.trim()) && is_at_end()
}

/// Whether a path is relative to the folder in which the agent works, not to the skill.
fn is_in_working_directory(text: &str) -> bool {
    const PHRASES: [&str; 7] = [
        "working directory",
        "cwd",
        "your project",
        "user's project",
        "target project",
        "当前工作目录",
        "作業ディレクトリ",
    ];
    PHRASES.iter().any(|phrase| text.contains(phrase))
}

/// Whether a block of code follows that shows the content of the file, which is to be written:
/// "**Layout** (`resources/app.html`):", "File: `assets/a.frag`".
fn is_title_of_code(text: &str, mention: &Link, before: &str) -> bool {
    const LABELS: [&str; 5] = ["file:", "path:", "filename:", "文件：", "文件:"];
    const SHELLS: [&str; 6] = ["sh", "bash", "shell", "zsh", "console", "powershell"];
    let is_labelled = LABELS
        .iter()
        .any(|label| before.trim_end().ends_with(label));
    if is_labelled && before.trim_start().starts_with('#') {
        return true;
    }
    let from = mention.span.end;
    let to = text.floor_char_boundary((from + CONTEXT_BYTES).min(text.len()));
    let Some((line, next)) = text[from..to].split_once('\n') else {
        return false;
    };
    let line = line.trim_matches([')', '）', '*', '_', ' ', '\r']);
    let is_announced = matches!(line, ":" | "：" | "）：") || line.is_empty() && is_labelled;
    let code = next.trim_start().trim_start_matches('>').trim_start();
    let language = code
        .strip_prefix("```")
        .or_else(|| code.strip_prefix("~~~"));
    let is_content = |language: &str| {
        let language = language.lines().next().unwrap_or_default().trim();
        !SHELLS.contains(&language)
    };
    is_announced && language.is_some_and(is_content)
}

/// Whether byte `at` is in a column of a table whose head is "Example".
fn is_in_example_column(text: &str, at: usize) -> bool {
    let line = line_start(text, at);
    if !text[line..at].trim_start().starts_with('|') {
        return false;
    }
    let from = text.floor_char_boundary(line.saturating_sub(SECTION_BYTES));
    let rows = text[from..line].lines().rev();
    let head = rows
        .take_while(|row| row.trim_start().starts_with('|'))
        .last();
    let column = text[line..at].matches('|').count();
    let cell = head.and_then(|head| head.split('|').nth(column));
    cell.is_some_and(|cell| cell.trim().to_lowercase().starts_with("example"))
}

/// Whether the heading of the section of byte `at` is that of an example, such as `Example: an
/// agent`, or of a history of changes, which names removed files.
fn is_in_example_section(text: &str, at: usize) -> bool {
    let from = text.floor_char_boundary(at.saturating_sub(SECTION_BYTES));
    let mut lines = text[from..at].lines().rev();
    let Some(heading) = lines.find_map(|line| line.strip_prefix('#')) else {
        return false;
    };
    let heading = plain(heading.trim_start_matches('#'));
    let heading = heading.trim();
    let is_example = ["example:", "example ", "sample ", "hypothetical "]
        .iter()
        .any(|start| heading.starts_with(start));
    let is_history = [
        "changelog",
        "change log",
        "version history",
        "revision history",
    ];
    is_example || is_history.contains(&heading)
}

/// Whether a link is in quotation marks: `"Learn more about [analytics](/analytics)"` shows how a
/// page of the user links to another one.
pub(crate) fn is_quoted(text: &str, mention: &Link) -> bool {
    let Span { start, end } = mention.span;
    let before = &text[line_start(text, start)..start];
    let end = text.floor_char_boundary(end + CONTEXT_BYTES);
    let after = text[mention.span.end..end]
        .lines()
        .next()
        .unwrap_or_default();
    before.matches('"').count() % 2 == 1 && after.contains('"')
}

/// Whether a link is in a template without a code fence: near it are blanks to fill in, such as
/// `[Component Name]: [Description]`.
pub(crate) fn is_in_template(text: &str, mention: &Link) -> bool {
    let Link { span, .. } = mention;
    let from = text.floor_char_boundary(span.start.saturating_sub(CONTEXT_BYTES));
    // `allowed-tools: [Read, Grep]` in the frontmatter is not a blank.
    let from = text[from..span.start]
        .rfind("\n---")
        .map_or(from, |fence| from + fence);
    let to = text.floor_char_boundary(span.end + CONTEXT_BYTES);
    has_blank(&text[from..span.start]) || has_blank(&text[span.end..to])
}

/// Whether a text has a phrase in brackets that is not a link, a footnote or a checkbox.
fn has_blank(text: &str) -> bool {
    text.match_indices('[').any(|(at, _)| {
        let rest = &text[at + 1..];
        let inside = rest.split(['[', ']']).next().unwrap_or_default();
        let Some(after) = rest[inside.len()..].strip_prefix(']') else {
            return false;
        };
        let is_definition = after.starts_with(": ") && !after.starts_with(": [");
        let is_phrase = |c: char| c.is_alphanumeric() || " /,.'-".contains(c);
        inside.len() > 2
            && inside.starts_with(|c: char| c.is_ascii_uppercase())
            && inside.chars().all(is_phrase)
            // `x[Index]` is code.
            && !text[..at].ends_with(char::is_alphanumeric)
            && !after.starts_with(['(', '['])
            && !is_definition
    })
}

/// Returns the start of the line of byte `at`, or the start of the searched text.
fn line_start(text: &str, at: usize) -> usize {
    let from = text.floor_char_boundary(at.saturating_sub(CONTEXT_BYTES));
    text[from..at]
        .rfind('\n')
        .map_or(from, |end| from + end + 1)
}

/// Returns the line before a list, such as `Create these files:`, for the list item at byte `item`.
fn lead_in(text: &str, item: usize) -> Option<&str> {
    let is_item = |line: &str| {
        let line = line.trim_start();
        let is_bulleted = ["- ", "* ", "+ ", "|"]
            .iter()
            .any(|mark| line.starts_with(mark));
        is_bulleted || line.starts_with(|c: char| c.is_ascii_digit())
    };
    // A line can be as long as the file, so only its start is checked.
    let start = &text[item..text.floor_char_boundary(item + CONTEXT_BYTES)];
    if !is_item(start.lines().next()?) {
        return None;
    }
    let from = text.floor_char_boundary(item.saturating_sub(LIST_BYTES));
    let mut above = text[from..item].lines().rev();
    let line = above
        .find(|line| !is_item(line) && !line.trim().is_empty() && !line.starts_with([' ', '\t']))?;
    line.trim_end().ends_with(':').then_some(line)
}

fn is_optional_lead_in(line: &str) -> bool {
    let is_gone = |word: &str| matches!(word, "deleted" | "removed" | "renamed");
    is_example(line) || words(line).any(|word| is_create_verb(word) || is_gone(word))
}

/// Whether the sentence before a code span or block warns against it.
pub(crate) fn is_forbidden(text: &str, code: Span) -> bool {
    const MARKS: [&str; 22] = [
        "attack",
        "payload",
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
    const WORDS: [&str; 20] = [
        "allowed:",
        "allowed (",
        "/example.",
        "/foo/",
        "removed ",
        "renamed ",
        "avoid",
        "instead of",
        "✗",
        "❌",
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
    WORDS.iter().any(|word| before.contains(word))
}

fn is_negated(before: &str, after: &str) -> bool {
    let denies = |word: &str| {
        matches!(word, "not" | "never") || word.ends_with("n't") || word.ends_with("n’t")
    };
    words(before).any(denies) || words(before).last() == Some("missing") || is_denied_after(after)
}

/// Whether the words after a file say that it is not there: `x is not a file`, but not `x: never
/// store keys` or `x (do not edit)`, which say how to use it.
fn is_denied_after(after: &str) -> bool {
    let is_same_clause = !after
        .trim_start()
        .starts_with([':', '-', '–', '—', '|', '，', '：']);
    let words: Vec<&str> = words(after).take(3).collect();
    let denied = words
        .iter()
        .position(|word| *word == "not" || word.ends_with("n't") || word.ends_with("n’t"));
    let is_request = |at: usize| {
        let verb = words[..=at].iter().rev().find(|word| **word != "not");
        matches!(
            verb,
            Some(&"do" | &"don't" | &"don’t" | &"must" | &"should")
        )
    };
    is_same_clause && denied.is_some_and(|at| !is_request(at))
}

/// Whether a file belongs to another skill: `` `other`'s x ``, `its x`, `the other skill … x`,
/// `x in the other skill`.
fn is_other_skills(before: &str, after: &str) -> bool {
    const POSSESSIVES: [&str; 8] = [
        "'s",
        "’s",
        "`'",
        "s'",
        "s’",
        "` 技能的",
        "` skill 的",
        "` スキルの",
    ];
    let possessive = before.trim_end();
    POSSESSIVES.iter().any(|end| possessive.ends_with(end))
        || before.contains("`'s ")
        || before.contains("its own ")
        || before.contains("`’s ")
        || words(before).last() == Some("its")
        || names_other_skill(before)
        || names_other_skill(after)
}

/// Whether `skill` follows a name: `the pdf skill`, `` the `pdf` skill's ``, but not `the skill`.
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

/// Whether the text after a file says that it is planned, not included, or supplied by the user.
fn is_planned(after: &str) -> bool {
    const PHRASES: [&str; 10] = [
        "or similar",
        "or equivalent",
        "would be helpful",
        "coming soon",
        "not yet",
        "not exist",
        "ask the user",
        "does not ship",
        "not shipped",
        "not included",
    ];
    PHRASES.iter().any(|phrase| after.contains(phrase))
}

/// Whether one of the last four words creates a file, as in `write it to x`, and none reads one.
fn is_created(before: &str) -> bool {
    let reads = |word: &str| matches!(word, "see" | "read" | "use" | "load" | "using" | "consult");
    let words: Vec<&str> = words(before).collect();
    let last = &words[words.len().saturating_sub(4)..];
    let is_put = matches!(
        words.last(),
        Some(&"to" | &"into" | &"in" | &"at" | &"under")
    ) && words[words.len().saturating_sub(6)..]
        .iter()
        .any(|word| PUT_VERBS.contains(word));
    !last.iter().any(|word| reads(word)) && (is_put || last.iter().any(|word| is_create_verb(word)))
}

fn is_create_verb(word: &str) -> bool {
    CREATE_VERBS
        .iter()
        .any(|verb| matches!(word.strip_prefix(verb), Some("" | "s")))
}

/// Whether a command creates the file: `python run.py > x`, `--output x`, `touch x`.
fn is_output(before: &str) -> bool {
    const OUTPUTS: [&str; 9] = [
        ">",
        ">>",
        "-o",
        "--out",
        "--output",
        "--output-file",
        "touch",
        "tee",
        "-out",
    ];
    let last = before.trim_end_matches(['"', '\'', '=']).split_whitespace();
    last.last().is_some_and(|word| OUTPUTS.contains(&word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-' | '_');
    text.split(separates).filter(|word| !word.is_empty())
}

/// Returns the end of each sentence: after `.`, `!`, `?` or `;` before a space, but not after `e.g.`.
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
mod tests;
