//! The README can't lie: its examples run, its tables are those of the program, its links lead somewhere.

use crate::support::outcome::Outcome;
use crate::support::room::Room;
use clap::{CommandFactory, Parser};
use mdskill::cli::{Cli, Command};
use mdskill::lockfile::Lockfile;
use mdskill::spec::Spec;
use mdskill::ui::error::ExitStatus;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser as Markdown, Tag, TagEnd};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The README, taken apart.
#[derive(Default)]
struct Readme {
    text: String,
    /// Language and content of each code block.
    blocks: Vec<(String, String)>,
    spans: Vec<String>,
    links: Vec<String>,
    headings: Vec<String>,
}

impl Readme {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut readme = Self::default();
        let (mut in_block, mut in_heading) = (false, false);
        for event in Markdown::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    in_block = true;
                    readme.blocks.push((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => in_block = false,
                Event::Start(Tag::Heading { .. }) => {
                    in_heading = true;
                    readme.headings.push(String::new());
                }
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Start(Tag::Link { dest_url, .. }) => readme.links.push(dest_url.to_string()),
                Event::Text(text) if in_block => readme.blocks.last_mut().unwrap().1 += &text,
                Event::Text(text) if in_heading => *readme.headings.last_mut().unwrap() += &text,
                Event::Code(code) => readme.spans.push(code.to_string()),
                _ => {}
            }
        }
        readme.text = text;
        readme
    }

    fn of_the_checkout() -> Self {
        Self::read(&Path::new(ROOT).join("README.md"))
    }

    /// The one block that holds this text.
    fn block(&self, part: &str) -> &str {
        let mut found = self.blocks.iter().filter(|(_, text)| text.contains(part));
        let (_, text) = found
            .next()
            .unwrap_or_else(|| panic!("no block has {part}"));
        assert!(found.next().is_none(), "several blocks have {part}");
        text
    }
}

/// A room in which the README's shell lines find what they need.
fn sh(room: &Room, script: &str, folder: &Path) -> Outcome {
    room.run("sh", ["-euc", script])
        .env("PATH", "/usr/bin:/bin")
        .dir(folder)
        .run()
}

/// Runs the line with the sample mirror as it stands, with the program that is built already.
fn first_skill(readme: &Readme, room: &Room) -> PathBuf {
    let line = readme.block("testdata/mirror").trim();
    assert_eq!(line.lines().count(), 1, "one line to copy");
    let built = line.replace("cargo run --release --", env!("CARGO_BIN_EXE_mdskill"));
    assert_ne!(built, line);
    sh(room, &built, Path::new(ROOT)).ok();
    let folders = std::fs::read_dir(room.path("temp")).unwrap().flatten();
    folders
        .map(|folder| folder.path())
        .find(|folder| folder.join("mdskill.lock").exists())
        .expect("the line installs into a new folder")
}

#[test]
fn the_first_skill_comes_from_the_sample_mirror_and_the_ids_can_be_recomputed() {
    let (readme, room) = (Readme::of_the_checkout(), Room::new("unused"));
    let project = first_skill(&readme, &room);
    let lockfile = std::fs::read_to_string(project.join("mdskill.lock")).unwrap();
    assert_eq!(readme.block("[[skill]]"), lockfile);
    let lockfile = Lockfile::parse(&lockfile).unwrap();
    let (name, entry) = lockfile.skills.first_key_value().unwrap();

    let skill = project.join(".github/skills").join(name.as_str());
    assert!(skill.join("SKILL.md").exists());
    let digest = sh(&room, readme.block("sha256sum"), &skill);
    let digest = format!("sha256:{}", digest.ok().stdout.trim_end_matches("  -\n"));
    assert_eq!(digest, entry.digest.to_string());

    let bundle = Path::new(ROOT).join("testdata/mirror/wshobson/agents.bundle");
    let clone = ["clone", "--quiet", &bundle.to_string_lossy(), "clone"];
    room.run("git", clone).run().ok();
    let tree = sh(
        &room,
        readme.block("rev-parse"),
        &room.path("project/clone"),
    );
    assert_eq!(tree.ok().stdout.trim_end(), entry.tree.to_string());
}

#[test]
fn the_digest_recipe_knows_executables_and_odd_names() {
    let (readme, room) = (Readme::of_the_checkout(), Room::new("unused"));
    room.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine. Use it.\n---\nx\n",
    );
    room.write("mine/scripts/a b.sh", "#!/bin/sh\n");
    room.write("mine/scripts/B.txt", "upper case sorts first");
    sh(&room, "chmod +x 'mine/scripts/a b.sh'", &room.project()).ok();
    room.mdskill(["add", "./mine"]).run().ok();
    let lockfile = Lockfile::parse(&room.read("mdskill.lock")).unwrap();
    let digest = sh(
        &room,
        readme.block("sha256sum"),
        &room.project().join(".github/skills/mine"),
    );
    let expected = lockfile.skills.values().next().unwrap().digest.to_string();
    assert_eq!(
        format!("sha256:{}", digest.ok().stdout.trim_end_matches("  -\n")),
        expected
    );
}

#[test]
fn the_configuration_is_taken_as_the_text_says() {
    let (readme, room) = (Readme::of_the_checkout(), Room::new("unused"));
    for folder in ["skills/new", "skills/legacy/old"] {
        let text = format!(
            "---\nname: of-{}\ndescription: Reads what {folder} is about. Use it for tests.\nallowed-tools: Read, Grep\nmetadata: x\n---\n[x](references/x.md)\n\n`references/y.md`\n",
            folder.replace('/', "-")
        );
        room.write(&format!("{folder}/SKILL.md"), text);
    }
    room.write("mdskill.toml", readme.block("[rules.per-path]"));
    let codes = |flags: &[&str]| {
        let found = room
            .mdskill([&["validate", "--json"], flags].concat())
            .run();
        let found = found.fails(3).json()["diagnostics"].clone();
        let line = |found: &serde_json::Value| format!("{} {}", found["code"], found["severity"]);
        let ours = |line: &String| {
            ["SK113", "SK114", "SK203", "SK301", "SK302"]
                .iter()
                .any(|code| line.contains(code))
        };
        let lines = found.as_array().unwrap().iter().map(line).filter(ours);
        lines.collect::<Vec<_>>().join(", ").replace('"', "")
    };
    // `legacy` comes first: its references are ignored. Of the SK11 rules only SK113 counts, and
    // in the profile of Claude Code a name is for display.
    let legacy = "SK203 info, SK113 warning";
    assert_eq!(
        codes(&[]),
        format!("{legacy}, {legacy}, SK301 error, SK302 warning")
    );
    let spec = "SK203 error, SK113 error";
    assert_eq!(
        codes(&["--profile", "spec", "--ignore", "SK3"]),
        format!("{spec}, {spec}")
    );
    // `strict`: a warning is enough.
    assert_eq!(codes(&["--select", "SK302"]), "SK302 warning");
}

/// Parses a line as the program would, and its specs too.
fn assert_is_a_command(line: &str) {
    // What follows is the shell's.
    let ends = [" #", " 2>", " >", " |", "; "];
    let end = ends.iter().filter_map(|end| line.find(end)).min();
    let line = &line[..end.unwrap_or(line.len())];
    let words = line
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']));
    let parsed = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
    if let Command::Add(arguments) = parsed.command {
        for spec in arguments
            .specs
            .iter()
            .filter(|spec| spec.as_str() != "SPEC…")
        {
            spec.parse::<Spec>()
                .unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}

#[test]
fn every_command_line_in_the_documents_is_one() {
    let mut count = 0;
    for document in [
        "README.md",
        "docs/ci.md",
        "docs/rules.md",
        "docs/updating.md",
        "testdata/mirror/README.md",
    ] {
        let readme = Readme::read(&Path::new(ROOT).join(document));
        let lines = readme.blocks.iter().flat_map(|(_, text)| text.lines());
        let lines = lines.map(|line| {
            line.trim()
                .trim_start_matches("- run: ")
                .trim_start_matches("$ ")
        });
        for line in lines.chain(readme.spans.iter().map(String::as_str)) {
            // In the middle of a line stands what `cargo run` hands over.
            let line = line.split_once("cargo run --release -- ").map_or_else(
                || line.to_owned(),
                |(_, rest)| format!("mdskill {}", rest.replace("\"$(mktemp -d)\"", ".")),
            );
            if line.starts_with("mdskill ") {
                assert_is_a_command(&line);
                count += 1;
            }
        }
    }
    assert!(count > 30, "only {count} lines were found");
}

#[test]
fn every_command_line_in_the_help_is_one() {
    let cli = Cli::command();
    for command in cli.get_subcommands().chain([&cli]) {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let lines: Vec<_> = help
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("mdskill "))
            .collect();
        assert!(!lines.is_empty(), "{} has no example", command.get_name());
        lines.into_iter().for_each(assert_is_a_command);
    }
}

#[test]
fn every_command_has_its_row() {
    let readme = Readme::of_the_checkout();
    for command in Cli::command().get_subcommands() {
        let row = format!("| `mdskill {}", command.get_name());
        assert!(
            readme.text.contains(&row),
            "no row for {}",
            command.get_name()
        );
    }
}

#[test]
fn the_tables_are_those_of_the_program() {
    let readme = Readme::of_the_checkout();
    let variables = mdskill::env::VARIABLES.iter();
    let rows: Vec<_> = variables
        .map(|(name, what)| format!("| `{name}` | {what} |\n"))
        .collect();
    let rows = rows.concat();
    assert!(
        readme.text.contains(&format!("|---|---|\n{rows}\n")),
        "Environment variables:\n{rows}"
    );

    let rows: Vec<_> = readme.text.lines().filter_map(exit_code_row).collect();
    let codes =
        ExitStatus::ALL.map(|status| ((status as u8).to_string(), status.meaning().to_owned()));
    assert_eq!(rows, codes);
    let help = Cli::command()
        .get_after_help()
        .unwrap()
        .to_string()
        .replace('\n', " ");
    for (code, meaning) in codes {
        assert!(
            help.contains(&format!("{code} {meaning}")),
            "{code} {meaning}: {help}"
        );
    }
}

fn exit_code_row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    let (code, meaning) = (cells.next()?, cells.next()?);
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| (code.to_owned(), meaning.to_owned()))
}

#[test]
fn links_lead_somewhere() {
    let documents = [
        "README.md",
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
        "docs/ci.md",
        "docs/rules.md",
        "docs/updating.md",
        "testdata/mirror/README.md",
    ];
    for document in documents {
        let path = Path::new(ROOT).join(document);
        let readme = Readme::read(&path);
        let anchors: Vec<_> = readme
            .headings
            .iter()
            .map(|heading| anchor_of(heading))
            .collect();
        for link in readme.links.iter().filter(|link| !link.contains("://")) {
            let leads = match link.strip_prefix('#') {
                Some(anchor) => anchors.iter().any(|known| known == anchor),
                None => path.with_file_name(link).exists(),
            };
            assert!(leads, "{document}: {link} leads nowhere");
        }
    }
}

/// The anchor that GitHub gives a heading.
fn anchor_of(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading
        .to_lowercase()
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
