//! The programs that shell scripts and the shell code in pages call.

use super::Found;
use super::programs::extension;
use super::shell::calls;
use super::text::TextFile;
use crate::capability::Kind;
use crate::markdown::Markdown;
use crate::span::Span;
use crate::{frontmatter, markdown};

/// The shells, as interpreters of `#!`, extensions, and languages of code blocks.
const SHELLS: [&str; 7] = ["bash", "dash", "fish", "ksh", "sh", "shell", "zsh"];
/// Languages of code blocks that contain commands and their output.
const SESSIONS: [&str; 6] = [
    "console",
    "terminal",
    "shell-session",
    "shellsession",
    "sh-session",
    "bash-session",
];
/// The prompts before a command.
const PROMPTS: [&str; 4] = ["$ ", "% ", "❯ ", "➜ "];

/// `page` is the Markdown of the file, if it was read already.
pub(super) fn look(file: &TextFile<'_>, page: Option<&Markdown>, found: &mut Found) {
    if file.is_page() {
        match page {
            Some(page) => look_in_page(file, page, found),
            None => look_in_page(file, &read(&file.text), found),
        }
    } else if is_shell_script(file) {
        add_calls(file.path, &file.text, 1, found);
    }
}

/// Adds the calls in a script that begins at this line of a file.
fn add_calls(path: &str, script: &str, first_line: usize, found: &mut Found) {
    let script = TextFile::of(path, script);
    for call in calls(&script.text) {
        let line = first_line + script.line(call.at) - 1;
        found.add(Kind::Command, &call.program, path, Some(line));
    }
}

fn is_shell_script(file: &TextFile<'_>) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    if let Some(interpreter) = first.strip_prefix("#!") {
        return interpreter
            .split(['/', ' '])
            .any(|word| SHELLS.contains(&word));
    }
    let extension = extension(file.path);
    SHELLS.contains(&extension.as_str()) || extension == "command"
}

fn read(text: &str) -> Markdown {
    let from = frontmatter::split_if_any(text).map_or(0, |document| document.body_offset);
    markdown::read(text, from)
}

fn look_in_page(file: &TextFile<'_>, page: &Markdown, found: &mut Found) {
    let text = &*file.text;
    if file.is_skill_md() {
        for command in preexecuted(text, page) {
            let (at, code) = (command.code.start, command.code.of(text));
            found.add_at(Kind::Hook, &command.shown, file, at);
            add_calls(file.path, code, file.line(at), found);
        }
    }
    for block in &page.code_blocks {
        let Some((fence, code)) = block.of(text).split_once('\n') else {
            continue;
        };
        let language = language(fence);
        let code_at = block.end - code.len();
        if SHELLS.contains(&language.as_str()) || SESSIONS.contains(&language.as_str()) {
            let commands = typed_commands(code, SHELLS.contains(&language.as_str()));
            add_calls(file.path, &commands, file.line(code_at), found);
        }
    }
}

/// A command in `SKILL.md` that the client runs before the agent reads the text.
pub(crate) struct Preexecuted {
    /// The code.
    pub(crate) code: Span,
    /// The command in one line, as it is written.
    pub(crate) shown: String,
}

/// Returns the commands that the client runs before the agent reads the text: `` !`git log` ``, and
/// the blocks of code of the language `!`.
pub(crate) fn preexecuted(text: &str, page: &Markdown) -> Vec<Preexecuted> {
    let blocks = page.code_blocks.iter().filter_map(|block| {
        let (fence, code) = block.of(text).split_once('\n')?;
        (language(fence) == "!").then_some(())?;
        let start = block.end - code.len();
        let code = code.trim_end().trim_end_matches(['`', '~']);
        Some(Preexecuted {
            code: Span::new(start, start + code.len()),
            shown: format!("```! {}", one_line(code)),
        })
    });
    let spans = page.code_spans.iter().filter_map(|span| {
        let before = text[..span.start].strip_suffix('!')?;
        let is_command = before.is_empty() || before.ends_with(char::is_whitespace);
        let written = span.of(text);
        let ticks = written.len() - written.trim_start_matches('`').len();
        let code = written.trim_matches('`');
        is_command.then(|| Preexecuted {
            code: Span::new(span.start + ticks, span.start + ticks + code.len()),
            shown: format!("!`{}`", one_line(code)),
        })
    });
    blocks.chain(spans).collect()
}

fn one_line(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a code block with this fence has shell code.
pub(crate) fn is_shell_block(block: &str) -> bool {
    let fence = block.lines().next().unwrap_or_default();
    SHELLS.contains(&language(fence).as_str())
}

/// Returns the language of a code block with this opening fence, or an empty text.
fn language(fence: &str) -> String {
    let info = fence
        .trim_start()
        .trim_start_matches(['`', '~', ' ', '{', '.']);
    let end = info.find([' ', '\t', '\r', ',', '{', '}', ':']);
    info[..end.unwrap_or(info.len())].to_lowercase()
}

/// Returns the lines of a code block without prompts and output, which become empty lines. Lines
/// without a prompt are commands if the block is a script and has no prompts.
fn typed_commands(code: &str, is_script: bool) -> String {
    // Each line of a quoted block begins with `>`, and so does the continuation of a command.
    let without_mark = |line| str::strip_prefix(str::trim_start(line), ">").unwrap_or(line);
    let lines: Vec<&str> = code.lines().map(without_mark).collect();
    let has_prompts = lines.iter().any(|line| after_prompt(line).is_some());
    let mut continues = false;
    let commands = lines.into_iter().map(|line| {
        let is_command = continues || is_script && !has_prompts;
        let command = after_prompt(line).or(is_command.then_some(line));
        continues = command.is_some_and(|command| command.ends_with('\\'));
        command.unwrap_or_default()
    });
    commands.collect::<Vec<_>>().join("\n")
}

/// Returns the command after a prompt: `$ `, `(venv) $ `, `me@host:~$ `.
fn after_prompt(line: &str) -> Option<&str> {
    // Most lines have none.
    if line.is_ascii() && memchr::memchr2(b'$', b'%', line.as_bytes()).is_none() {
        return None;
    }
    PROMPTS.iter().find_map(|prompt| {
        let (before, command) = line.split_once(prompt)?;
        let before = before.trim();
        let is_host = before.contains('@') && !before.contains(char::is_whitespace);
        let is_environment = before.starts_with('(') && before.ends_with(')');
        (before.is_empty() || is_host || is_environment).then_some(command)
    })
}
