//! Reads Rust sources as far as their imports: which module names which.
//!
//! Comments, texts and whatever is only compiled for tests say nothing about the house, and are left out.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::str::Chars;

/// Where a module lies in its crate: `["git", "transport"]`; the root is empty.
pub type Module = Vec<String>;

/// One source file.
#[derive(Debug)]
pub struct Source {
    pub file: String,
    pub module: Module,
    /// What its paths name in its own crate, without the crate.
    pub imports: BTreeSet<Module>,
    /// The crates, and the folders of the standard library, that stand before a `::`.
    pub words: BTreeSet<String>,
    /// The modules it declares as files; of those for tests, only the names.
    pub modules: BTreeSet<String>,
    pub test_modules: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    PathSeparator,
    Other(char),
}

/// Reads a source; `file` is relative to the root of its crate's sources.
pub fn read(file: &str, text: &str) -> Source {
    let mut source = Source {
        file: file.to_owned(),
        module: module_of(file),
        imports: BTreeSet::new(),
        words: BTreeSet::new(),
        modules: BTreeSet::new(),
        test_modules: BTreeSet::new(),
    };
    let all = tokens(text);
    let (kept, for_tests) = without_tests(&all);
    source.modules = declared_modules(&kept);
    source.test_modules = declared_modules(&for_tests);
    let mut at = 0;
    while at < kept.len() {
        at = match (&kept[at], kept.get(at + 1)) {
            (Token::Word(word), Some(Token::PathSeparator)) => {
                source.words.insert(word.clone());
                match start_of(word, &source.module) {
                    Some(start) => path(&kept, at + 2, start, &mut source.imports),
                    None => at + 1,
                }
            }
            _ => at + 1,
        };
    }
    source
}

/// Every Rust file under a folder, with its path from there, sorted.
pub fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .expect("a folder of sources")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root).expect("it lies in there");
                found.push((name.to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    found
}

/// `git/transport/mod.rs` and `git/transport.rs` are the module `git::transport`.
fn module_of(file: &str) -> Module {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" | "main" => Vec::new(),
        _ => path.split('/').map(str::to_owned).collect(),
    }
}

fn start_of(word: &str, module: &[String]) -> Option<Module> {
    match word {
        "crate" => Some(Vec::new()),
        "self" => Some(module.to_vec()),
        "super" => Some(module[..module.len().saturating_sub(1)].to_vec()),
        _ => None,
    }
}

/// Follows a path, into its braces too, and returns the token behind it.
fn path(tokens: &[Token], at: usize, mut so_far: Module, found: &mut BTreeSet<Module>) -> usize {
    match tokens.get(at) {
        Some(Token::Word(word)) => {
            match word.as_str() {
                "self" => {}
                "super" => drop(so_far.pop()),
                _ => so_far.push(word.clone()),
            }
            if tokens.get(at + 1) == Some(&Token::PathSeparator) {
                return path(tokens, at + 2, so_far, found);
            }
            found.insert(so_far);
            at + 1
        }
        Some(Token::Other('{')) => {
            let mut at = at + 1;
            while let Some(token) = tokens.get(at) {
                at = match token {
                    Token::Other('}') => return at + 1,
                    Token::Other(',') => at + 1,
                    Token::Word(word) if word == "as" => at + 2,
                    _ => path(tokens, at, so_far.clone(), found),
                };
            }
            at
        }
        // A glob, or the `<` of a type's arguments.
        _ => {
            found.insert(so_far);
            at + 1
        }
    }
}

fn declared_modules(tokens: &[Token]) -> BTreeSet<String> {
    let declared = |three: &[Token]| match three {
        [Token::Word(word), Token::Word(name), Token::Other(';')] if word == "mod" => {
            Some(name.clone())
        }
        _ => None,
    };
    tokens.windows(3).filter_map(declared).collect()
}

/// Parts the tokens into those of the program and those of items under `#[cfg(test)]`.
fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<Token>) {
    let (mut kept, mut for_tests) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let is_attribute = tokens[at..].starts_with(&[Token::Other('#'), Token::Other('[')]);
        let behind = if is_attribute {
            closing(tokens, at + 1)
        } else {
            at + 1
        };
        let attribute = &tokens[at..behind];
        let has = |word: &str| attribute.contains(&Token::Word(word.to_owned()));
        if is_attribute && has("cfg") && has("test") && !has("not") {
            let end = end_of_item(tokens, behind);
            for_tests.extend_from_slice(&tokens[behind..end]);
            at = end;
        } else {
            kept.extend_from_slice(attribute);
            at = behind;
        }
    }
    (kept, for_tests)
}

/// The end of the item that begins at `at`: behind its `;`, or behind its braces.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token {
            Token::Other(';') => return at + 1,
            Token::Other('{') => return closing(tokens, at),
            Token::Other('(' | '[') => closing(tokens, at),
            _ => at + 1,
        };
    }
    at
}

/// Returns the token behind the bracket that closes the one at `at`.
fn closing(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Other('(' | '[' | '{') => depth += 1,
            Token::Other(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '/' if rest.peek() == Some(&'/') => drop(rest.by_ref().find(|next| *next == '\n')),
            '/' if rest.peek() == Some(&'*') => skip_comment(&mut rest),
            '"' => skip_text(&mut rest),
            '\'' => skip_character(&mut rest),
            ':' if rest.next_if_eq(&':').is_some() => tokens.push(Token::PathSeparator),
            _ if character.is_alphanumeric() || character == '_' => {
                let mut word = String::from(character);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                let begins_text = matches!(rest.peek(), Some('"' | '#'));
                if matches!(word.as_str(), "r" | "br") && begins_text {
                    skip_raw_text(&mut rest);
                } else {
                    tokens.push(Token::Word(word));
                }
            }
            _ if character.is_whitespace() => {}
            _ => tokens.push(Token::Other(character)),
        }
    }
    tokens
}

fn skip_comment(rest: &mut Peekable<Chars<'_>>) {
    let mut depth = 0_usize;
    // The slash before is taken already.
    let mut before = '/';
    for character in rest {
        match (before, character) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                before = character;
                continue;
            }
        }
        // `/*/` opens and does not close.
        before = ' ';
        if depth == 0 {
            return;
        }
    }
}

fn skip_text(rest: &mut Peekable<Chars<'_>>) {
    while let Some(character) = rest.next() {
        match character {
            '\\' => drop(rest.next()),
            '"' => return,
            _ => {}
        }
    }
}

fn skip_raw_text(rest: &mut Peekable<Chars<'_>>) {
    let mut hashes = 0_usize;
    while rest.next_if_eq(&'#').is_some() {
        hashes += 1;
    }
    // `r#type` is a word, not a text.
    if rest.next_if_eq(&'"').is_none() {
        return;
    }
    while let Some(character) = rest.next() {
        let closes = character == '"' && (0..hashes).all(|_| rest.next_if_eq(&'#').is_some());
        if closes {
            return;
        }
    }
}

/// A character in quotes, or a lifetime, whose quote stands alone.
fn skip_character(rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('\\') => {
            rest.next();
            rest.by_ref().find(|next| *next == '\'');
        }
        Some(first) if first.is_alphanumeric() || first == '_' => {
            // Of `'a'` the end is left, of `'static` the rest of the word.
            let is_word = |next: &char| next.is_alphanumeric() || *next == '_';
            let is_character = rest.next_if_eq(&'\'').is_some();
            while !is_character && rest.next_if(is_word).is_some() {}
        }
        Some(_) => drop(rest.next()),
        None => {}
    }
}
