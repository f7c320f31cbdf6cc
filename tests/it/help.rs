//! Help, JSON, `--quiet`, colors, and usage errors of every command.

use crate::support::sealed;
use crate::support::test_context::TestContext;
use clap::{CommandFactory, Parser};
use mdskill::cli::Cli;
use std::process::Stdio;

fn help_of(context: &TestContext, command: &str) -> String {
    let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    context.run(&arguments).ok().stdout.clone()
}

fn commands() -> Vec<String> {
    let cli = Cli::command();
    cli.get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}

/// Returns the command lines in a help text, without comments.
fn examples(help: &str) -> Vec<Vec<String>> {
    let lines = help.lines().filter(|line| line.starts_with("  mdskill "));
    lines
        .map(|line| line.split('#').next().unwrap_or_default())
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn help_of_every_command_has_examples_that_parse() {
    let context = TestContext::new();
    let mut seen = 0;
    for command in commands().iter().map(String::as_str).chain([""]) {
        let help = help_of(&context, command);
        assert!(help.contains("Examples:"), "{command}:\n{help}");
        for example in examples(&help) {
            assert!(
                example.len() > 1 && (command.is_empty() || example[1] == command),
                "{example:?}"
            );
            let parsed = Cli::try_parse_from(&example);
            assert!(parsed.is_ok(), "{example:?}: {}", parsed.unwrap_err());
            seen += 1;
        }
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{command}: too wide: {line}");
        }
    }
    assert!(seen > 20, "{seen} examples");
    context
        .run(&["--version"])
        .ok()
        .says(env!("CARGO_PKG_VERSION"));
    context.run(&[]).fails(2).says("Usage: mdskill");
}

#[test]
fn every_command_accepts_every_global_option() {
    let options: [&[&str]; 12] = [
        &["-g"],
        &["--global"],
        &["--json"],
        &["-q"],
        &["--quiet"],
        &["-v"],
        &["--verbose"],
        &["--color", "never"],
        &["--offline"],
        &["-C", "."],
        &["--directory", "."],
        &["--json", "--offline", "-v", "--color=always"],
    ];
    for command in commands() {
        let needs = if matches!(
            command.as_str(),
            "add" | "keep" | "log" | "remove" | "search" | "show"
        ) {
            &["x"][..]
        } else if command == "site" {
            &["--out", "public", "x"][..]
        } else {
            &[]
        };
        for option in options {
            let before = [&["mdskill"][..], option, &[&command], needs].concat();
            let after = [&["mdskill"][..], &[&command], needs, option].concat();
            for line in [before, after] {
                let parsed = Cli::try_parse_from(&line);
                assert!(parsed.is_ok(), "{line:?}: {}", parsed.unwrap_err());
            }
        }
    }
}

#[test]
fn json_of_each_command_has_its_version_and_name() {
    let (context, mut repo) = TestContext::with_skills();
    context.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\nText\n",
    );
    let check = |arguments: &[&str], code: i32| {
        let json = context
            .run(&[arguments, &["--json"]].concat())
            .fails(code)
            .json();
        assert_eq!(json["version"], 1, "{arguments:?}");
        assert_eq!(json["command"], arguments[0], "{arguments:?}");
    };
    check(&["add", "acme/skills/one", "--dry-run"], 0);
    check(&["add", "acme/skills", "--all"], 0);
    check(&["list"], 0);
    check(&["list", "acme/skills"], 0);
    check(&["verify"], 0);
    check(&["install"], 0);
    check(&["lock"], 0);
    check(&["lock", "--resolve"], 0);
    check(&["show", "one"], 0);
    check(&["show", "acme/skills/one"], 0);
    check(&["validate", "drafts/mine"], 0);
    check(&["rule"], 0);
    check(&["rule", "SK302"], 0);
    check(&["policy"], 0);
    check(&["policy", "one"], 0);
    check(&["search", "one", "--offline"], 0);
    check(&["cache"], 0);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    check(&["outdated"], 3);
    check(&["update", "--check"], 3);
    check(&["update"], 0);
    check(&["remove", "one"], 0);
    check(&["cache", "clear"], 0);
}

#[test]
fn quiet_prints_nothing_on_success() {
    let (context, mut repo) = TestContext::with_skills();
    let silent = |arguments: &[&str]| {
        let outcome = context.run(&[arguments, &["-q"]].concat());
        outcome.ok();
        assert_eq!(
            (outcome.stdout.as_str(), outcome.stderr.as_str()),
            ("", ""),
            "{arguments:?}"
        );
    };
    silent(&["add", "acme/skills", "--all"]);
    silent(&["add", "acme/skills/one"]);
    silent(&["verify"]);
    silent(&["install"]);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    silent(&["update"]);
    silent(&["update"]);
    silent(&["outdated"]);
    silent(&["remove", "one"]);
    silent(&["cache", "clear"]);
    context.refuses(&["add", "acme/skills/none", "-q"], 1, "error: ");
    let help = help_of(&context, "validate");
    assert!(help.contains("print only data and errors"), "{help}");
}

#[test]
fn closed_pipe_is_not_an_error() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let lines: [&[&str]; 6] = [
        &["rule", "SK302"],
        &["list"],
        &["list", "--json"],
        &["show", "one"],
        &["--help"],
        &["add", "--help"],
    ];
    for line in lines {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sealed::command(env!("CARGO_BIN_EXE_mdskill"), &context.path("home"));
        command.args(line).current_dir(context.project());
        let output = command
            .stdin(Stdio::null())
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{line:?}: {output:?}");
        assert_eq!(output.stderr, b"", "{line:?}");
    }
}

#[test]
fn invalid_command_line_is_a_usage_error() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(
        &["list", "--nonsense"],
        2,
        "unexpected argument '--nonsense'",
    );
    context.refuses(&["lsit"], 2, "unknown command `lsit`; did you mean `list`?");
    context.refuses(&["add"], 2, "SPEC");
    context.refuses(
        &["list", "--color", "sometimes"],
        2,
        "invalid value 'sometimes'",
    );
    context.refuses(&["list", "-q", "-v"], 2, "cannot be used with");
    context.refuses(&["add", "acme/skills/one@"], 2, "acme/skills/one@");
}

#[test]
fn color_is_used_on_terminals_or_on_request() {
    let (context, _repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills", "--all"])
        .ok()
        .never_says("\u{1b}");
    for command in ["list", "verify"] {
        let color = |when: &str| context.run(&[command, "--color", when]);
        color("always").ok().says("\u{1b}[");
        color("never").ok().never_says("\u{1b}");
        color("auto").ok().never_says("\u{1b}");
        let output = context
            .mdskill([command])
            .env("NO_COLOR", "1")
            .env("CLICOLOR_FORCE", "1")
            .run();
        output.ok().never_says("\u{1b}");
    }
}
