//! Texts use the field's words: each concept has one word, the same in help, messages, documentation and comments.

use super::{ROOT, pages};
use std::path::{Path, PathBuf};

/// A word or phrase that no text uses, and the one to use instead.
const REPLACED: [(&str, &str); 32] = [
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("heed", "respect"),
    ("heeds", "respects"),
    ("heeded", "respected"),
    ("tell", "report, show, print or state"),
    ("tells", "reports, shows, prints or states"),
    ("told", "reported, shown or printed"),
    ("telling", "reporting"),
    ("stand", "is, appears"),
    ("stands", "is, appears"),
    ("stood", "was"),
    ("standing", "is"),
    ("lies", "is, is located"),
    ("lying", "is"),
    ("nobody", "no user, no process"),
    ("somebody", "a user, another process"),
    ("anybody", "any user"),
    ("everybody", "every user"),
    ("whoever", "the user, the caller"),
    ("anew", "again"),
    ("newly", "now"),
    ("astray", "wrong"),
    ("all the same", "still"),
    ("for who", "for a user who"),
    ("is none", "is not one"),
    ("are none", "are not"),
    ("is no", "is not a"),
    ("are no", "are not"),
    ("as it lies", "in place"),
];

/// Phrases that contain a replaced word and are right.
const RIGHT: [&str; 8] = [
    "there is no",
    "there are no",
    "there is none",
    "there are none",
    "is no longer",
    "are no longer",
    // What the audit looks for in skills.
    "tell the user",
    "telling the user",
];

/// Lowercase words separated by single spaces, with a space at each end. Identifiers with underscores are one word, and
/// a punctuation mark is a word, so that no phrase extends beyond it.
fn words_of(text: &str) -> String {
    let mut words = String::from(" ");
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, '_' | '\'') {
            words.extend(character.to_lowercase());
        } else {
            if !words.ends_with(' ') {
                words.push(' ');
            }
            if matches!(character, ',' | ';' | ':' | '"') {
                words.push_str(", ");
            }
        }
    }
    words.push(' ');
    words
}

/// The text without code spans, which quote names, also old ones, and without the `None` of an `Option`.
fn without_code(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let parts: Vec<&str> = line.split('`').step_by(2).collect();
        parts.join(" ").replace("None", " ") + "\n"
    });
    lines.collect()
}

fn replaced_words(path: &Path, text: &str, findings: &mut Vec<String>) {
    let mut words = words_of(text);
    for phrase in RIGHT {
        words = words.replace(&format!(" {phrase} "), " … ");
    }
    for (word, instead) in REPLACED {
        for (at, _) in words.match_indices(&format!(" {word} ")) {
            let context: Vec<&str> = words[..at].rsplit(' ').take(6).collect();
            let before: Vec<&str> = context.into_iter().rev().collect();
            findings.push(format!(
                "{}: `… {} {word}`: write {instead}",
                path.display(),
                before.join(" ")
            ));
        }
    }
    for line in text
        .lines()
        .filter(|line| line.trim().starts_with("/// What "))
    {
        findings.push(format!(
            "{}: `{}`: begin with a noun",
            path.display(),
            line.trim()
        ));
    }
}

/// All files with this extension under a folder of the checkout.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn texts_use_the_words_of_the_field() {
    let mut findings = Vec::new();
    for page in pages() {
        replaced_words(&page.path, &without_code(&page.text), &mut findings);
    }
    let sources = [
        ("src", "rs"),
        ("crates", "rs"),
        ("tests/it/snapshots", "txt"),
    ];
    for path in sources
        .into_iter()
        .flat_map(|(folder, extension)| files(folder, extension))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        replaced_words(&path, &without_code(&text), &mut findings);
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
