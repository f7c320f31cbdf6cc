//! Commands that the client runs by itself: `hooks` of the frontmatter, a file `hooks.json`, and
//! `` !`command` `` of Claude Code, which is run when the page is loaded.

use super::Found;
use super::text::TextFile;
use crate::capability::Kind;
use crate::frontmatter::{Field, Value};

/// What a hook runs stands under these; Claude Code's, Copilot's and Cursor's words for it.
const COMMANDS: [&str; 6] = ["command", "bash", "powershell", "prompt", "url", "script"];

/// Whether it is a file that clients read hooks from.
pub(super) fn is_hooks_file(path: &str) -> bool {
    path.rsplit('/').next() == Some("hooks.json")
}

pub(super) fn look_in_field(file: &TextFile<'_>, field: &Field, found: &mut Found) {
    let start = field.key_span.start;
    let place = |word: &str| start + file.text[start..].find(word).unwrap_or_default();
    add(file, "hooks", &field.value, place, found);
}

pub(super) fn look_in_json(file: &TextFile<'_>, found: &mut Found) {
    let value = serde_json::from_str(&file.text).map(of_json);
    // One that can't be read is there all the same.
    let value = value.unwrap_or(Value::Null);
    let events = match &value {
        Value::Map(fields) => {
            let mut fields = fields.iter();
            let hooks = fields.find(|(key, _)| key.text() == Some("hooks"));
            hooks.map_or(&value, |(_, events)| events)
        }
        other => other,
    };
    let place = |word: &str| file.text.find(word).unwrap_or_default();
    add(file, file.path, events, place, found);
}

/// Tells each event's commands; one that has none by its name, and `whole` when there is no event.
fn add(
    file: &TextFile<'_>,
    whole: &str,
    events: &Value,
    place: impl Fn(&str) -> usize,
    found: &mut Found,
) {
    let mut tell = |what: &str, at: &str| {
        let line = file.line(place(at));
        found.add(Kind::Hook, what, file.path, Some(line));
    };
    let Value::Map(events) = events else {
        return tell(whole, whole);
    };
    for (event, value) in events {
        let event = event.as_key().unwrap_or_default();
        let mut commands = Vec::new();
        collect(value, &mut commands);
        for (first, command) in &commands {
            // In JSON a command may be written in another way than it reads.
            let at = if file.text.contains(first) {
                first
            } else {
                &event
            };
            tell(&format!("{event}: {command}"), at);
        }
        if commands.is_empty() {
            tell(&event, &event);
        }
    }
}

/// Collects commands: each as it begins, and whole on one line with its arguments.
fn collect(value: &Value, commands: &mut Vec<(String, String)>) {
    match value {
        Value::String(command) => push(command, "", commands),
        Value::List(items) => items.iter().for_each(|item| collect(item, commands)),
        Value::Map(fields) => {
            let field = |name: &str| fields.iter().find(|(key, _)| key.text() == Some(name));
            let arguments = match field("args") {
                Some((_, Value::List(items))) => items.iter().filter_map(Value::text).collect(),
                _ => Vec::new(),
            };
            let arguments = arguments.join(" ");
            for (key, value) in fields {
                match value {
                    Value::String(command)
                        if key.text().is_some_and(|key| COMMANDS.contains(&key)) =>
                    {
                        push(command, &arguments, commands);
                    }
                    // `type: command`, `matcher: Bash`.
                    Value::String(_) => {}
                    _ if key.text() == Some("args") => {}
                    value => collect(value, commands),
                }
            }
        }
        _ => {}
    }
}

fn push(command: &str, arguments: &str, commands: &mut Vec<(String, String)>) {
    let first = command.trim().lines().next().unwrap_or_default().to_owned();
    let all = command
        .split_whitespace()
        .chain(arguments.split_whitespace());
    commands.push((first, all.collect::<Vec<_>>().join(" ")));
}

fn of_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(of_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Map(
                fields
                    .map(|(key, value)| (Value::String(key), of_json(value)))
                    .collect(),
            )
        }
    }
}
