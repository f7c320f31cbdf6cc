//! Escapes text for the Markdown of GitHub, so that text from repositories stays text.

use std::fmt::Write;

use super::sanitize;

/// A zero-width space, which separates two characters that GitHub would read as a reference.
const GAP: &str = "&#8203;";

/// Returns `text` on one line as plain text, for a place within a line.
///
/// Only what Markdown gives a meaning to there is escaped, because mail clients and terminals show the
/// backslashes. GitHub also searches the page for users, issues, and URLs, after the backslashes are
/// removed, so these are separated by [`GAP`].
pub(crate) fn escaped(text: &str) -> String {
    let text = sanitize::line(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        if is_markup(before, c, after) {
            escaped.push('\\');
        }
        // `www.` is a URL with or without anything after its dot.
        if c == '.' && before.to_ascii_lowercase().ends_with("www") {
            escaped.push_str(GAP);
        }
        escaped.push(c);
        if begins_a_reference(before, c, after) {
            escaped.push_str(GAP);
        }
    }
    escaped
}

/// Whether Markdown, with GitHub's extensions, gives `c` a meaning within a line.
fn is_markup(before: &str, c: char, after: &str) -> bool {
    let is_in_word = || {
        let neighbors = [before.chars().next_back(), after.chars().next()];
        neighbors
            .iter()
            .flatten()
            .filter(|c| c.is_alphanumeric())
            .count()
            == 2
    };
    match c {
        '_' => !is_in_word(),
        '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' | '^' | '&' => true,
        _ => false,
    }
}

/// Whether `c` is in a reference that GitHub makes a link of: `@name`, `#1`, `GH-1`, `https://`.
fn begins_a_reference(before: &str, c: char, after: &str) -> bool {
    let next = after.chars().next().unwrap_or(' ');
    match c {
        '@' => next.is_ascii_alphanumeric(),
        '#' => next.is_ascii_digit(),
        '-' => next.is_ascii_digit() && before.to_ascii_lowercase().ends_with("gh"),
        ':' => after.starts_with("//"),
        _ => false,
    }
}

/// Returns `text` on one line as code, in which GitHub finds no references. It cannot be used in a
/// table, because a `|` in code ends the cell.
pub(crate) fn code(text: &str) -> String {
    let text = sanitize::line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // CommonMark removes one space on each side, so that code can begin with a backtick.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Returns `text` as a code block. The fence is longer than any run of backticks in the text.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let text = sanitize::block(text);
    let text = text.trim_end_matches('\n');
    let ticks = "`".repeat((longest_run(text) + 1).max(3));
    format!("{ticks}{language}\n{text}\n{ticks}\n")
}

/// Returns `text` on one line as code in HTML.
pub(crate) fn html_code(text: &str) -> String {
    let text = sanitize::line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<code>{text}</code>")
}

/// Returns a link with this Markdown, or only the Markdown if `url` is not an HTTP URL.
pub(crate) fn link(text: &str, url: &str) -> String {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return text.to_owned();
    }
    let mut goal = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:?#@!$&+,;=%".contains(&byte) {
            goal.push(char::from(byte));
        } else {
            let _ = write!(goal, "%{byte:02X}");
        }
    }
    format!("[{text}]({goal})")
}

/// Returns the length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
