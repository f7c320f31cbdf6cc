//! `schema`, and the schema of `mdskill.toml`, which is made from the rules and compared with what
//! mdskill accepts.

use std::path::Path;

use jsonschema::Validator;
use mdskill::config::Config;
use mdskill_lint::capability::Kind;
use mdskill_lint::registry::RULES;
use serde_json::{Value, json};

use crate::support::snapshot_file::assert_matches_file;
use crate::support::test_context::TestContext;

const PATH: &str = "docs/schema/mdskill.toml.json";

/// Returns the names of rules and groups: codes, their prefixes, names, and `all`.
fn rule_names() -> Vec<String> {
    let codes = RULES.iter().map(|rule| rule.code);
    let letters = |code: &str| code.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let prefixes =
        codes.flat_map(|code| (letters(code)..=code.len()).map(|end| code[..end].to_owned()));
    let names = RULES.iter().map(|rule| rule.name.to_owned());
    let mut all: Vec<String> = prefixes.chain(names).chain(["all".to_owned()]).collect();
    all.sort();
    all.dedup();
    all
}

/// Returns a pattern of the codes and their prefixes, and of `all`, in any case.
fn any_case() -> String {
    let names = rule_names();
    let digits = |letters: &str| {
        let digits = names.iter().filter_map(|name| name.strip_prefix(letters));
        digits.collect::<Vec<_>>().join("|")
    };
    format!(
        "^([sS][kK]({})|[aA]({})|[aA][lL][lL])$",
        digits("SK"),
        digits("A")
    )
}

/// Returns the codes and names of rules, without groups.
fn exact_rules() -> Vec<&'static str> {
    RULES
        .iter()
        .flat_map(|rule| [rule.code, rule.name])
        .collect()
}

fn schema() -> Value {
    let table = |description: &str, properties: Value| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "description": description,
            "properties": properties,
        })
    };
    let size = json!({"$ref": "#/$defs/size"});
    let rules = json!({"type": "array", "items": {"$ref": "#/$defs/rule"}});
    let mut of_rules = json!({
        "profile": {"enum": ["copilot", "claude", "spec"], "description": "The client whose rules apply."},
        "strict": {"type": "boolean", "description": "Whether validate exits with 3 on warnings, too."},
        "select": {"$ref": "#/$defs/rules", "description": "Rules to enable, too."},
        "ignore": {"$ref": "#/$defs/rules", "description": "Rules to disable."},
        "per-path": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/rules"},
            "description": "Rules to disable, by a glob of files or folders.",
        },
    });
    for rule in rule_names() {
        let known = RULES
            .iter()
            .find(|known| known.code == rule || known.name == rule);
        let level = known.map_or_else(
            || json!({"$ref": "#/$defs/level"}),
            |known| json!({"$ref": "#/$defs/level", "description": known.summary}),
        );
        of_rules[rule] = level;
    }
    let mut rules_table = table("The rules of validate.", of_rules);
    rules_table["patternProperties"] = json!({any_case(): {"$ref": "#/$defs/level"}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://github.com/mdskill/mdskill/blob/main/docs/schema/mdskill.toml.json",
        "title": "mdskill.toml",
        "description": "The configuration of mdskill.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "rules": rules_table,
            "policy": table("What the project allows.", json!({
                "sources": {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1},
                    "description": "Globs of allowed sources; an empty list allows nothing.",
                },
                "min-age": {
                    "type": "string",
                    "pattern": "^[0-9]+[hdw]$",
                    "description": "The least age of a commit, such as 12h, 3d, or 2w.",
                },
                "deny": {
                    "type": "array",
                    "items": {"enum": Kind::ALL.map(Kind::word)},
                    "description": "Capabilities that a skill must not have.",
                },
                "pin": {"enum": ["tag", "commit"], "description": "The refs that a skill may follow."},
                "signed": {
                    "type": "boolean",
                    "description": "Whether a commit, or the tag that names it, must be signed by a key that git accepts.",
                },
            })),
            "limits": table("The largest skill that is installed.", json!({
                "max-files": {"type": "integer", "minimum": 1, "description": "Files of one skill."},
                "max-file-size": size,
                "max-total-size": size,
            })),
            "skills": skills(),
            "site": site(),
            "search": table("The places that search asks.", json!({
                "github": {"type": "boolean", "description": "Whether GitHub is asked; it needs a token."},
                "skills-sh": {"type": "boolean", "description": "Whether skills.sh is asked."},
                "indexes": {
                    "type": "array",
                    "items": {"type": "string", "pattern": "^https://"},
                    "maxItems": 20,
                    "description": "The https addresses of sites with an index of skills.",
                },
            })),
        },
        "$defs": {
            "rule": {"anyOf": [{"enum": rule_names()}, {"type": "string", "pattern": any_case()}]},
            "rules": rules,
            "level": {"enum": ["error", "warning", "info", "off"]},
            "size": {
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": "^ *0*[1-9][0-9]* *([kKmMgG]([iI])?[bB]|[bB])? *$"},
                ],
                "description": "A number of bytes, or a size such as \"32 MiB\".",
            },
        },
    })
}

/// The table of the web pages.
fn site() -> Value {
    let text =
        |description: &str| json!({"type": "string", "minLength": 1, "description": description});
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "The web pages that site makes.",
        "properties": {
            "sources": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "maxItems": 1000,
                "description": "The repositories, folders, and skills that are shown.",
            },
            "templates": text("A folder in the project, with templates that replace those of the same name."),
            "theme": text("A style sheet in the project, which is loaded after the site's own."),
            "title": text("The title."),
            "base-url": {
                "type": "string",
                "pattern": "^https?://",
                "description": "The address that the site will have.",
            },
        },
    })
}

/// The table of single skills.
fn skills() -> Value {
    json!({
        "type": "object",
        "description": "What single skills may do.",
        "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64},
        "additionalProperties": {"type": "object", "additionalProperties": false, "description": "One skill.", "properties": {
            "allow": {
                "type": "array",
                "items": {"anyOf": [
                    {"enum": exact_rules()},
                    {"type": "string", "pattern": "^([sS][kK]|[aA])[0-9]{3}$"},
                ]},
                "description": "Rules that the skill may break, by code or name.",
            },
            "source": {
                "type": "string",
                "description": "The only source whose skill may break them, as in mdskill.lock; without it, any source.",
            },
        }},
    })
}

fn validator() -> Validator {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Reads TOML as an editor does: as a value of JSON.
fn value(toml: &str) -> Value {
    fn json_of(item: &toml_edit::Item) -> Value {
        if let Some(table) = item.as_table_like() {
            let fields = table
                .iter()
                .map(|(key, value)| (key.to_owned(), json_of(value)));
            return Value::Object(fields.collect());
        }
        if let Some(tables) = item.as_array_of_tables() {
            return tables.iter().map(|_| json!({})).collect();
        }
        let value = item.as_value().unwrap();
        if let Some(array) = value.as_array() {
            let items = array.iter().map(|value| json_of(&value.clone().into()));
            return items.collect();
        }
        let text = value.as_str().map(Value::from);
        let flag = || value.as_bool().map(Value::from);
        let number = || value.as_integer().map(Value::from);
        text.or_else(flag).or_else(number).unwrap()
    }
    json_of(toml.parse::<toml_edit::DocumentMut>().unwrap().as_item())
}

#[test]
fn schema_is_made_from_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    assert_matches_file(&format!("{:#}\n", schema()), &path);
}

#[test]
fn schema_accepts_what_mdskill_accepts() {
    let validator = validator();
    for (text, is_accepted) in [
        ("", true),
        ("[rules]\n", true),
        ("rules = { SK302 = 'warning', ignore = ['SK3'] }", true),
        (
            "[rules]\nprofile = 'claude'\nstrict = true\nselect = ['SK113', 'all']",
            true,
        ),
        (
            "[rules]\nSK302 = 'off'\nbroken-link = 'info'\nSK2 = 'error'",
            true,
        ),
        (
            "[rules.per-path]\n'skills/legacy' = ['SK301', 'letter-case']",
            true,
        ),
        (
            "[policy]\nsources = []\nmin-age = '3d'\ndeny = ['hooks']\npin = 'tag'",
            true,
        ),
        (
            "[policy]\nsources = ['github:acme/*']\npin = 'commit'\nsigned = true",
            true,
        ),
        (
            "[limits]\nmax-files = 5000\nmax-file-size = '16 MiB'\nmax-total-size = 1000",
            true,
        ),
        (
            "[limits]\nmax-file-size = '16kb'\nmax-total-size = '7'",
            true,
        ),
        (
            "[rules]\nsk302 = 'off'\nSk2 = 'error'\nselect = ['sK113', 'ALL', 'sk']",
            true,
        ),
        (
            "[search]\ngithub = false\nskills-sh = true\nindexes = ['https://skills.example.com']",
            true,
        ),
        ("search = { indexes = [] }", true),
        (
            "[skills.pdf]\nallow = ['A203', 'hidden-characters', 'a301']",
            true,
        ),
        ("[skills.pdf]\nallow = []", true),
        (
            "[skills.pdf]\nsource = 'github:acme/skills'\nallow = ['A203']",
            true,
        ),
        ("[skills.pdf]\nsource = 1\nallow = ['A203']", false),
        ("[rules]\nA = 'off'\na2 = 'error'\nignore = ['A101']", true),
        ("[skills.pdf]\nallow = ['A2']", false),
        ("[skills.pdf]\nallow = ['all']", false),
        ("[skills.pdf]\nallow = 'A203'", false),
        ("[skills.pdf]\nallowed = ['A203']", false),
        ("[skills]\npdf = 'A203'", false),
        ("[skills.'../pdf']\nallow = ['A203']", false),
        ("rules = 1", false),
        ("[rule]", false),
        ("[[policy]]", false),
        ("strict = true", false),
        ("[rules]\nstrict = 1", false),
        ("[rules]\nstrikt = true", false),
        ("[rules]\nprofile = 'sepc'", false),
        ("[rules]\nSK302 = 'warn'", false),
        ("[rules]\nSK999 = 'off'", false),
        ("[rules]\nSK302 = false", false),
        ("[rules]\nsk999 = 'off'", false),
        ("[rules]\nsk302 = 'warn'", false),
        ("[rules]\nBroken-Link = 'off'", false),
        ("[rules]\nignore = ['sk999']", false),
        ("[rules]\nignore = 'SK302'", false),
        ("[rules]\nselect = [3]", false),
        ("[rules]\nignore = ['broken-lnk']", false),
        ("[rules]\nper-path = ['a']", false),
        ("[rules.per-path]\na = 'SK301'", false),
        ("[policy]\nmin_age = '3d'", false),
        ("[policy]\nmin-age = 3", false),
        ("[policy]\nmin-age = '3 days'", false),
        ("[policy]\nsources = 'github:acme/*'", false),
        ("[policy]\nsources = [1]", false),
        ("[policy]\ndeny = ['script']", false),
        ("[policy]\npin = 'tags'", false),
        ("[policy]\nsigned = 'yes'", false),
        ("[limits]\nmax-files = 0", false),
        ("[limits]\nmax-files = '5'", false),
        ("[limits]\nmax-file-size = 'big'", false),
        ("[limits]\nmax-file-size = -1", false),
        ("[limits]\nmax-size = 1", false),
        ("search = true", false),
        ("[serch]", false),
        ("[search]\ntoken = 'x'", false),
        ("[search]\ngithub = 'no'", false),
        ("[search]\nskills-sh = 0", false),
        ("[search]\nindexes = 'https://skills.example.com'", false),
        ("[search]\nindexes = ['http://skills.example.com']", false),
        ("[search]\nindexes = [1]", false),
    ] {
        let parsed = Config::parse(text);
        assert_eq!(parsed.is_ok(), is_accepted, "mdskill: {text}: {parsed:?}");
        assert_eq!(
            validator.is_valid(&value(text)),
            is_accepted,
            "schema: {text}"
        );
    }
}

#[test]
fn schema_command_lists_and_prints() {
    let context = TestContext::new();
    context.write("mdskill.toml", "= broken");
    let json = context.run(&["schema", "--json"]).ok().json();
    let names: Vec<&str> = json["schemas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let listed = context.run(&["schema"]).ok().stdout.clone();
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    for name in &names {
        let file = match *name {
            "config" => "mdskill.toml.json".to_owned(),
            command => format!("{command}.json"),
        };
        let printed = context.run(&["schema", name]).ok().stdout.clone();
        assert_eq!(printed, std::fs::read_to_string(folder.join(file)).unwrap());
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), names.len());
    context.refuses(&["schema", "toml"], 2, "[possible values: config, add, ");
}
