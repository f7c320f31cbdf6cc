//! The schemas that `schema` prints describe the `--json` output of every command: each command is run in several
//! states, each output matches its schema, and each property of the schemas is in an output.

mod states;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::CommandFactory;
use jsonschema::Validator;
use mdskill::cli::Cli;
use serde_json::Value;

use crate::support::test_context::{Prepared, TestContext};

/// A schema, and what was compared with it.
struct Schema {
    root: Value,
    validator: Validator,
}

/// The schemas of the commands that were run.
#[derive(Default)]
struct Outputs {
    schemas: BTreeMap<String, Schema>,
    /// The properties in outputs, by [`key`].
    seen: BTreeSet<String>,
    /// The commands in outputs.
    commands: BTreeSet<String>,
    /// The differences from the schemas.
    faults: Vec<String>,
}

impl Outputs {
    /// Runs a command with `--json` and compares its output with its schema.
    #[track_caller]
    fn check(&mut self, context: &TestContext, arguments: &[&str]) -> Value {
        let prepared = context.mdskill([arguments, &["--json"]].concat());
        self.check_prepared(context, arguments, prepared)
    }

    #[track_caller]
    fn check_prepared(
        &mut self,
        context: &TestContext,
        arguments: &[&str],
        prepared: Prepared,
    ) -> Value {
        let name = match arguments {
            ["diff", rest @ ..] if rest.contains(&"--local") => "diff-local",
            ["list", rest @ ..] if rest.contains(&"--outdated") => "outdated",
            ["show", rest @ ..] if rest.contains(&"--versions") => "list",
            _ => arguments[0],
        };
        let schema = self.schemas.entry(name.to_owned()).or_insert_with(|| {
            let root = context.run(&["schema", name]).ok().json();
            jsonschema::draft202012::meta::validate(&root).unwrap();
            let validator = jsonschema::draft202012::new(&root).unwrap();
            Schema { root, validator }
        });
        let outcome = prepared.run();
        if outcome.stdout.is_empty() {
            self.faults
                .push(format!("{arguments:?}: {}", outcome.stderr));
            return Value::Null;
        }
        let output = outcome.json();
        let faults = schema.validator.iter_errors(&output);
        let faults =
            faults.map(|fault| format!("{arguments:?} {}: {fault}", fault.instance_path()));
        self.faults.extend(faults);
        let command = output["command"].as_str().unwrap();
        self.commands.insert(command.to_owned());
        walk(&schema.root, name, &schema.root, &output, &mut self.seen);
        output
    }
}

/// The name of a property: that of the schema or of the shared shape, and the path in it.
fn key(at: &str, name: &str) -> String {
    format!("{at}.{name}")
}

/// Collects the properties of a value that the schema has, following references.
fn walk(root: &Value, at: &str, node: &Value, value: &Value, seen: &mut BTreeSet<String>) {
    if let Some(name) = node["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").unwrap();
        walk(root, &format!("#{name}"), &root["$defs"][name], value, seen);
    }
    for (index, branch) in list(&node["oneOf"]).iter().enumerate() {
        let known = branch["properties"].as_object();
        let fields = value.as_object();
        let is_this = known.zip(fields).is_none_or(|(known, fields)| {
            let is_complete = list(&branch["required"])
                .iter()
                .all(|name| fields.contains_key(name.as_str().unwrap()));
            is_complete && fields.keys().all(|name| known.contains_key(name))
        });
        if is_this {
            walk(root, &format!("{at}|{index}"), branch, value, seen);
        }
    }
    for item in list(value) {
        walk(root, at, &node["items"], item, seen);
    }
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            seen.insert(key(at, name));
            walk(root, &key(at, name), property, value, seen);
        }
    }
}

/// Collects all properties of a schema, each once.
fn properties(at: &str, node: &Value, all: &mut BTreeSet<String>) {
    for (index, branch) in list(&node["oneOf"]).iter().enumerate() {
        properties(&format!("{at}|{index}"), branch, all);
    }
    if node["items"].is_object() {
        properties(at, &node["items"], all);
    }
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        all.insert(key(at, name));
        properties(&key(at, name), property, all);
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn outputs_of_all_commands_match_their_schemas() {
    let mut outputs = Outputs::default();
    states::small_commands(&mut outputs);
    states::served(&mut outputs);
    states::add(&mut outputs);
    states::refused(&mut outputs);
    states::installed(&mut outputs);
    states::edited(&mut outputs);
    states::repository(&mut outputs);
    states::search(&mut outputs);
    states::validate(&mut outputs);
    states::import(&mut outputs);
    states::signed(&mut outputs);
    states::origins(&mut outputs);
    states::lock(&mut outputs);
    assert!(outputs.faults.is_empty(), "{:#?}", outputs.faults);

    let commands: BTreeSet<String> = Cli::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    assert_eq!(outputs.commands, commands);

    // The shapes of update's schema have an own test.
    let shared = &outputs.schemas["update"].root["$defs"];
    let mut all = BTreeSet::new();
    for (name, schema) in &outputs.schemas {
        let is_of_update = ["update", "outdated", "diff"].contains(&name.as_str());
        if !is_of_update {
            properties(name, &schema.root, &mut all);
        }
        for (name, shape) in schema.root["$defs"].as_object().into_iter().flatten() {
            if shared.get(name).is_none() {
                properties(&format!("#{name}"), shape, &mut all);
            }
        }
    }
    let unseen: Vec<&String> = all.difference(&outputs.seen).collect();
    assert!(unseen.is_empty(), "not in an output: {unseen:?}");
}

#[test]
fn shapes_with_one_name_are_the_same_in_all_schemas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let mut shapes: BTreeMap<String, (Value, String)> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let schema = read(&path);
        let url = format!("https://github.com/mdskill/mdskill/blob/main/docs/schema/{file}");
        assert_eq!(schema["$id"], url);
        let text = std::fs::read_to_string(&path).unwrap();
        for (name, shape) in schema["$defs"].as_object().into_iter().flatten() {
            let used = format!("\"#/$defs/{name}\"");
            assert!(text.contains(&used), "{file} does not use {name}");
            let known = shapes
                .entry(name.clone())
                .or_insert_with(|| (shape.clone(), file.clone()));
            assert_eq!(&known.0, shape, "{name} of {} and of {file}", known.1);
        }
    }
}

/// Asserts that no object of a schema allows a property that it does not describe.
fn assert_closed(at: &str, node: &Value) {
    if let Some(known) = node["properties"].as_object() {
        assert_eq!(node["additionalProperties"], false, "{at}");
        for (name, property) in known {
            let is_described = !property["description"].is_null() || !property["$ref"].is_null();
            let is_constant = !property["const"].is_null() || !property["enum"].is_null();
            let is_choice = !property["oneOf"].is_null();
            assert!(is_described || is_constant || is_choice, "{at}/{name}");
        }
    }
    let fields = node.as_object().into_iter().flatten();
    for (name, part) in fields {
        assert_closed(&format!("{at}/{name}"), part);
    }
    for part in list(node) {
        assert_closed(at, part);
    }
}

#[test]
fn schemas_allow_no_other_property() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        assert_closed(&path.display().to_string(), &read(&path));
    }
}
