//! Commands that the client runs automatically: `hooks` in the frontmatter, and `hooks.json`.

use super::Found;
use super::text::TextFile;
use crate::capability::Kind;
use crate::frontmatter::{Field, Value};

/// Keys of the commands in the hooks of Claude Code, Copilot and Cursor.
const COMMANDS: [&str; 6] = ["command", "bash", "powershell", "prompt", "url", "script"];

/// Whether clients read hooks from the file.
pub(crate) fn is_hooks_file(path: &str) -> bool {
    path.rsplit('/').next() == Some("hooks.json")
}

pub(super) fn look_in_field(file: &TextFile<'_>, field: &Field, found: &mut Found) {
    add(file, "hooks", &field.value, field.key_span.start, found);
}

pub(super) fn look_in_json(file: &TextFile<'_>, found: &mut Found) {
    // An invalid file may be valid for a client.
    let value = serde_json::from_str(&file.text).map_or(Value::Null, of_json);
    let hooks = match &value {
        Value::Map(fields) => fields.iter().find(|(key, _)| key.text() == Some("hooks")),
        _ => None,
    };
    let events = hooks.map_or(&value, |(_, events)| events);
    add(file, file.path, events, 0, found);
}

/// Adds the commands of each event. An event without commands is added by its name, and hooks
/// without events by the name `whole`. Their texts are searched from byte `start`.
fn add(file: &TextFile<'_>, whole: &str, events: &Value, start: usize, found: &mut Found) {
    let position = |text: &str| file.text[start..].find(text).map(|at| start + at);
    let Value::Map(events) = events else {
        let at = position(whole).unwrap_or(start);
        return found.add_at(Kind::Hook, whole, file, at);
    };
    for (event, value) in events {
        let event = event.as_key().unwrap_or_default();
        let event_at = position(&event).unwrap_or(start);
        let mut commands = Vec::new();
        collect(value, &mut commands);
        for command in &commands {
            // In JSON, a command can have escapes.
            let first_line = command.lines().next().unwrap_or_default();
            let at = position(first_line).unwrap_or(event_at);
            let words: Vec<&str> = command.split_whitespace().collect();
            let hook = format!("{event}: {}", words.join(" "));
            found.add_at(Kind::Hook, &hook, file, at);
        }
        if commands.is_empty() {
            found.add_at(Kind::Hook, &event, file, event_at);
        }
    }
}

/// Collects the commands of an event, each with its arguments on a line of their own.
fn collect(value: &Value, commands: &mut Vec<String>) {
    match value {
        Value::String(command) => commands.push(command.trim().to_owned()),
        Value::List(items) => items.iter().for_each(|item| collect(item, commands)),
        Value::Map(fields) => {
            let arguments = fields.iter().find(|(key, _)| key.text() == Some("args"));
            let arguments: Vec<&str> = match arguments {
                Some((_, Value::List(items))) => items.iter().filter_map(Value::text).collect(),
                _ => Vec::new(),
            };
            for (key, value) in fields {
                let key = key.text().unwrap_or_default();
                match value {
                    Value::String(command) if COMMANDS.contains(&key) => {
                        commands.push(format!("{}\n{}", command.trim(), arguments.join(" ")));
                    }
                    // For example `type: command` and `matcher: Bash`.
                    Value::String(_) => {}
                    _ if key == "args" => {}
                    value => collect(value, commands),
                }
            }
        }
        _ => {}
    }
}

fn of_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(of_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(key, value)| (Value::String(key), of_json(value)));
            Value::Map(fields.collect())
        }
        // Hooks have no other values that matter.
        _ => Value::Null,
    }
}
