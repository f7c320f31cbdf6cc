//! The first command of the README, and the tables and blocks of the reference.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use mdskill::cli::Cli;
use mdskill::env::Env;
use mdskill::lockfile::Lockfile;
use mdskill::output::exit_status::ExitStatus;

use super::{Page, ROOT};
use crate::support::outcome::Outcome;
use crate::support::test_context::TestContext;

/// Runs a script of a page with the tools of the system.
fn sh(context: &TestContext, script: &str, folder: &Path) -> Outcome {
    context
        .command("sh", ["-euc", script])
        .env("PATH", "/usr/bin:/bin")
        .dir(folder)
        .run()
}

/// Runs the README's command for the sample mirror, with the program that is built already.
/// Returns the project that it makes.
fn add_first_skill(context: &TestContext) -> PathBuf {
    let readme = Page::read("README.md");
    let line = readme.block("testdata/mirror").trim();
    assert_eq!(line.lines().count(), 1, "one line to copy");
    let built = line.replace("cargo run --release --", env!("CARGO_BIN_EXE_mdskill"));
    assert_ne!(built, line);
    sh(context, &built, Path::new(ROOT)).ok();
    let folders = std::fs::read_dir(context.path("temp")).unwrap().flatten();
    folders
        .map(|folder| folder.path())
        .find(|folder| folder.join("mdskill.lock").exists())
        .expect("the line installs into a new folder")
}

#[test]
fn first_skill_is_locked_as_shown_and_its_ids_can_be_recomputed() {
    let (reference, context) = (
        Page::read("docs/reference/lockfile.md"),
        TestContext::with_origin("unused"),
    );
    let project = add_first_skill(&context);
    let lockfile = std::fs::read_to_string(project.join("mdskill.lock")).unwrap();
    assert_eq!(reference.block("[[skill]]"), lockfile);
    let lockfile = Lockfile::parse(&lockfile).unwrap();
    let (name, entry) = lockfile.skills.first_key_value().unwrap();

    let skill = project.join(".github/skills").join(name.as_str());
    assert!(skill.join("SKILL.md").exists());
    let digest = sh(&context, reference.block("sha256sum"), &skill);
    let digest = format!("sha256:{}", digest.ok().stdout.trim_end_matches("  -\n"));
    assert_eq!(digest, entry.digest.to_string());

    let bundle = Path::new(ROOT).join("testdata/mirror/wshobson/agents.bundle");
    let clone = ["clone", "--quiet", &bundle.to_string_lossy(), "clone"];
    context.command("git", clone).run().ok();
    let tree = sh(
        &context,
        reference.block("rev-parse"),
        &context.path("project/clone"),
    );
    assert_eq!(tree.ok().stdout.trim_end(), entry.tree.to_string());
}

#[test]
fn digest_recipe_covers_executables_and_odd_names() {
    let (reference, context) = (
        Page::read("docs/reference/lockfile.md"),
        TestContext::with_origin("unused"),
    );
    context.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine. Use it.\n---\nx\n",
    );
    context.write("mine/scripts/a b.sh", "#!/bin/sh\n");
    context.write("mine/scripts/B.txt", "upper case sorts first");
    sh(
        &context,
        "chmod +x 'mine/scripts/a b.sh'",
        &context.project(),
    )
    .ok();
    context.mdskill(["add", "./mine"]).run().ok();
    let lockfile = Lockfile::parse(&context.read("mdskill.lock")).unwrap();
    let digest = sh(
        &context,
        reference.block("sha256sum"),
        &context.project().join(".github/skills/mine"),
    );
    let expected = lockfile.skills.values().next().unwrap().digest.to_string();
    assert_eq!(
        format!("sha256:{}", digest.ok().stdout.trim_end_matches("  -\n")),
        expected
    );
}

#[test]
fn example_configuration_has_the_described_effect() {
    let (page, context) = (
        Page::read("docs/reference/configuration.md"),
        TestContext::with_origin("unused"),
    );
    for folder in ["skills/new", "skills/legacy/old"] {
        let text = format!(
            "---\nname: of-{}\ndescription: Reads what {folder} is about. Use it for tests.\nallowed-tools: Read, Grep\nmetadata: x\n---\n[x](references/x.md)\n\n`references/y.md`\n",
            folder.replace('/', "-")
        );
        context.write(&format!("{folder}/SKILL.md"), text);
    }
    context.write("mdskill.toml", page.block("[rules.per-path]"));
    let codes = |flags: &[&str]| {
        let found = context
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

#[test]
fn environment_variables_are_listed() {
    let page = Page::read("docs/reference/environment.md");
    let (_, table) = page.text.split_once("|---|---|\n").unwrap();
    let names = table.lines().filter_map(|line| line.split('`').nth(1));
    let listed: BTreeSet<String> = names.map(str::to_owned).collect();
    let read = RefCell::new(BTreeSet::new());
    Env::from_lookup(
        |name| {
            read.borrow_mut().insert(name.to_owned());
            None
        },
        PathBuf::new(),
    );
    let mut read = read.into_inner();
    read.remove("PATH");
    assert_eq!(listed, read);
}

#[test]
fn exit_codes_are_listed_and_in_the_help() {
    let page = Page::read("docs/reference/exit-codes.md");
    let rows: Vec<_> = page.text.lines().filter_map(exit_code_row).collect();
    let codes = [
        ExitStatus::Done,
        ExitStatus::Failed,
        ExitStatus::Usage,
        ExitStatus::Found,
        ExitStatus::NoPermission,
        ExitStatus::Network,
        ExitStatus::Interrupted,
    ];
    let codes = codes.map(|status| (status as u8).to_string());
    assert!(rows.iter().map(|(code, _)| code).eq(&codes), "{rows:?}");
    let help = Cli::command().get_after_help().unwrap().to_string();
    let help = help.replace('\n', " ");
    for (code, meaning) in rows {
        assert!(
            help.contains(&format!("{code} {meaning}")),
            "{code}: {help}"
        );
    }
}

fn exit_code_row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    let (code, meaning) = (cells.next()?, cells.next()?);
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| (code.to_owned(), meaning.to_owned()))
}
