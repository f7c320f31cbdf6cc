//! Programs that a shell's blocks in a page call, and a shell's scripts.

use super::Found;
use super::programs::extension;
use super::shell::calls;
use super::text::TextFile;
use crate::capability::Kind;
use crate::span::Span;
use crate::{frontmatter, markdown};

/// The languages of blocks that are a shell's.
const SHELLS: [&str; 6] = ["bash", "sh", "shell", "zsh", "ksh", "fish"];
/// The languages of blocks that show what was typed and what came out.
const SESSIONS: [&str; 6] = [
    "console",
    "terminal",
    "shell-session",
    "shellsession",
    "sh-session",
    "bash-session",
];
/// What stands before what was typed.
const PROMPTS: [&str; 4] = ["$ ", "% ", "❯ ", "➜ "];
/// The interpreters of a `#!` that are shells.
const INTERPRETERS: [&str; 5] = ["sh", "bash", "zsh", "dash", "ksh"];

pub(super) fn look(file: &TextFile<'_>, found: &mut Found) {
    if file.is_page() {
        look_in_page(file, found);
    } else if is_shell_script(file) {
        tell(file, &file.text, 0, found);
    }
}

fn tell(file: &TextFile<'_>, code: &str, offset: usize, found: &mut Found) {
    for call in calls(code) {
        let line = file.line(offset + call.at);
        found.add(Kind::Command, &call.program, file.path, Some(line));
    }
}

fn is_shell_script(file: &TextFile<'_>) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    match first.strip_prefix("#!") {
        Some(interpreter) => {
            let mut words = interpreter.split(['/', ' ']);
            words.any(|word| INTERPRETERS.contains(&word))
        }
        None => {
            SHELLS.contains(&extension(file.path).as_str()) || extension(file.path) == "command"
        }
    }
}

fn look_in_page(file: &TextFile<'_>, found: &mut Found) {
    let text = file.text.as_str();
    let from = frontmatter::split(text.as_bytes()).map_or(0, |document| document.body_offset);
    let page = markdown::read(text, from);
    for block in page.code_blocks {
        let Some(block) = Block::of(text, block) else {
            continue;
        };
        let is_run = block.language == "!" && file.is_skill_md();
        if is_run {
            let command = one_line(block.code.of(text));
            let line = file.line(block.code.start);
            found.add(
                Kind::Hook,
                &format!("```! {command}"),
                file.path,
                Some(line),
            );
        }
        if let Some(code) =
            typed(&block, text).or_else(|| is_run.then(|| block.code.of(text).to_owned()))
        {
            tell(file, &code, block.code.start, found);
        }
    }
    for span in page.code_spans.into_iter().filter(|_| file.is_skill_md()) {
        let before = text[..span.start].strip_suffix('!');
        if before.is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace)) {
            let command = span.of(text).trim_matches('`');
            let line = file.line(span.start);
            found.add(
                Kind::Hook,
                &format!("!`{}`", one_line(command)),
                file.path,
                Some(line),
            );
            tell(file, command, span.start, found);
        }
    }
}

fn one_line(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A fenced block of code.
struct Block {
    language: String,
    /// What is between the fences.
    code: Span,
    /// Whether each line begins with the `>` of a quotation.
    is_quoted: bool,
}

impl Block {
    fn of(text: &str, block: Span) -> Option<Self> {
        let written = block.of(text);
        let (opening, rest) = written.split_once('\n')?;
        let fence = opening.trim_start();
        let mark = fence.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = fence
            .trim_start_matches(mark)
            .trim_start_matches([' ', '{', '.']);
        let language = info
            .split([' ', '\t', '\r', ',', '{', '}', ':'])
            .next()
            .unwrap_or_default();
        let closing = rest.trim_end().rsplit('\n').next().unwrap_or_default();
        let is_closed = closing
            .trim_matches([' ', '\t', '>'])
            .chars()
            .all(|c| c == mark);
        let length = match is_closed {
            true => rest.trim_end().len() - closing.len(),
            false => rest.len(),
        };
        let start = block.start + opening.len() + 1;
        let line_start = text[..block.start].rfind('\n').map_or(0, |end| end + 1);
        Some(Self {
            language: language.to_lowercase(),
            code: Span::new(start, start + length),
            is_quoted: text[line_start..block.start].contains('>'),
        })
    }
}

/// Returns what is typed into a shell of a block, each byte at its place: what is a prompt or was
/// answered is blank. Nothing when the block is no shell's.
fn typed(block: &Block, text: &str) -> Option<String> {
    let language = block.language.as_str();
    let is_shell = SHELLS.contains(&language);
    if !is_shell && !SESSIONS.contains(&language) {
        return None;
    }
    let code = block.code.of(text);
    let line_of = |line| match block.is_quoted {
        true => without_quotation(line),
        false => line,
    };
    let has_prompts = code.lines().any(|line| prompt(line_of(line)).is_some());
    let mut typed = String::with_capacity(code.len());
    let mut goes_on = false;
    for whole in code.split_inclusive('\n') {
        let line = line_of(whole);
        let said = match prompt(line) {
            Some(said) => Some(said),
            None if goes_on => Some(line.strip_prefix("> ").unwrap_or(line)),
            None => (is_shell && !has_prompts).then_some(line),
        };
        goes_on = said.is_some_and(|said| said.trim_end().ends_with('\\'));
        let ends = whole.ends_with('\n');
        let said = said.unwrap_or(if ends { "\n" } else { "" });
        typed.extend(std::iter::repeat_n(' ', whole.len() - said.len()));
        typed.push_str(said);
    }
    Some(typed)
}

fn without_quotation(line: &str) -> &str {
    let inner = line.trim_start().strip_prefix('>');
    inner.unwrap_or(line)
}

/// Returns what is typed behind a prompt: `$ `, `(venv) $ `, `me@host:~$ `.
fn prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    PROMPTS.iter().find_map(|prompt| {
        let (before, typed) = line.split_once(prompt)?;
        let before = before.trim_end();
        let is_host = before.contains('@') && !before.contains(char::is_whitespace);
        let is_environment = before.starts_with('(') && before.ends_with(')');
        (before.is_empty() || is_host || is_environment).then_some(typed)
    })
}
