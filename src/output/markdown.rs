//! Strangers' text in Markdown that GitHub shows: it is text there, and nothing else.

use super::sanitize;

/// Nothing that is seen, between two characters that GitHub would make a link of.
const GAP: &str = "&#8203;";

/// Returns `text` on one line as plain text: `CommonMark` lets each character of ASCII's punctuation
/// be escaped, and no address that is becomes a link. People, issues and addresses GitHub looks
/// for in the finished page, where no escape is left to see: those are taken apart.
#[must_use]
pub fn escaped(text: &str) -> String {
    let text = sanitize::line(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        if begins_a_reference(before, c, after) {
            escaped.push_str(GAP);
        }
    }
    escaped
}

/// Whether GitHub reads on from `c`: `@name`, `#1`, `GH-1`, `https://`.
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

/// Returns `text` on one line as code, in which GitHub looks for nothing. Not for tables: there a
/// `|` ends the cell in code too.
#[must_use]
pub fn code(text: &str) -> String {
    let text = sanitize::line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // One space on each side is taken away again, so that a tick can stand at the edge.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Returns `text` as a block of code, which ends where it ends and not before.
#[must_use]
pub fn fenced(language: &str, text: &str) -> String {
    let text = sanitize::block(text);
    let text = text.trim_end_matches('\n');
    let ticks = "`".repeat((longest_run(text) + 1).max(3));
    format!("{ticks}{language}\n{text}\n{ticks}\n")
}

/// Returns `text` on one line as code in HTML.
#[must_use]
pub fn html_code(text: &str) -> String {
    let text = sanitize::line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<code>{text}</code>")
}

/// Returns a link from what is Markdown already; only the text, when `url` leads not to the web.
#[must_use]
pub fn link(text: &str, url: &str) -> String {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return text.to_owned();
    }
    let mut goal = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-._~/:?#@!$&+,;=%".contains(&b) => {
                goal.push(char::from(b));
            }
            b => {
                goal.push('%');
                for digit in [b >> 4, b & 15] {
                    let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                    goal.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
    format!("[{text}]({goal})")
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests;
