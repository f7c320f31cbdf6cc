//! Parses the command line, also in the words of other tools.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};

use super::cli::{Cli, Command};
use crate::hint::Hint;
use mdskill_lint::agents::agent_folder;

/// Global options that take a value.
const WITH_VALUE: [&str; 4] = ["-C", "--directory", "--color", "--scope"];

/// Commands of other tools that mdskill does not have: the names, a sentence, and the next step,
/// with commands of mdskill between backticks.
const OTHER_COMMANDS: &[(&[&str], &str, &str)] = &[
    (
        &["publish", "release", "push", "pack"],
        "a skill is published by pushing it to a git repository",
        "`mdskill validate` checks it first",
    ),
    (
        &["skill", "skills"],
        "the commands of mdskill have no prefix",
        "`mdskill add owner/repo/skill` installs a skill; `mdskill help` lists the commands",
    ),
    (
        &["version"],
        "the version is an option",
        "`mdskill --version` prints it",
    ),
    (
        &["audit", "scan"],
        "mdskill has no single audit",
        "`mdskill validate` finds problems in skills, `mdskill policy` checks what they may do, and `mdskill verify` compares their files with the lockfile",
    ),
    (
        &["env", "info-env", "diagnose"],
        "the command is `doctor`",
        "`mdskill doctor` checks the environment, and prints facts for a bug report",
    ),
    (
        &["self", "self-update", "selfupdate"],
        "mdskill does not update itself",
        "install the new release in the same way as this one; `mdskill update` updates skills",
    ),
    (
        &["login", "logout", "auth", "whoami"],
        "mdskill has no accounts",
        "for private repositories, set MDSKILL_TOKEN, or log in with `gh auth login`",
    ),
    (
        &["freeze", "export"],
        "mdskill.lock already records the exact version of each skill",
        "`mdskill list --json` prints them",
    ),
    (
        &["tree", "why", "deps"],
        "skills have no dependencies",
        "`mdskill list` lists the installed skills, and `mdskill show NAME` shows one",
    ),
    (
        &["use", "run", "exec", "try", "x"],
        "mdskill does not run skills: an agent does",
        "`mdskill show owner/repo/skill` shows one without installing it",
    ),
    (
        &["pin", "unpin", "switch", "checkout"],
        "the ref of a skill is part of its spec",
        "`mdskill add owner/repo/skill@v1.2` pins it to a tag, and `@HEAD` follows the default branch",
    ),
    (
        &["config", "settings", "set", "get"],
        "mdskill has no command for settings",
        "the settings of a project are in mdskill.toml; `mdskill policy` and `mdskill rule` explain them",
    ),
    (
        &["link", "unlink"],
        "mdskill installs copies, not links",
        "`mdskill add ./folder` installs a local skill",
    ),
    (
        &["adopt", "migrate"],
        "the command is `import`",
        "`mdskill import` adopts skills that another tool installed",
    ),
    (
        &["status", "st"],
        "the command is `list`",
        "`mdskill list` shows the state of each skill, and `mdskill outdated` the available updates",
    ),
    (
        &["prune", "clean", "gc"],
        "the command is `cache prune`",
        "`mdskill cache prune` removes cached repositories that were not used lately",
    ),
    (
        &["undo", "rollback", "revert"],
        "mdskill changes are undone with git",
        "`git restore mdskill.lock` restores the lockfile, and `mdskill install --force` then the files",
    ),
    (
        &["changelog", "changes", "blame"],
        "the command is `log`",
        "`mdskill log NAME` lists the commits that changed a skill, and `mdskill diff` the changes of an update",
    ),
    (
        &["edit", "save", "commit"],
        "edit the installed files in place",
        "`mdskill keep NAME` then accepts the edits, and `mdskill update` merges them into new versions",
    ),
    (
        &["download", "fetch", "pull", "clone"],
        "the commands are `add` and `update`",
        "`mdskill add owner/repo/skill` installs a skill, and `mdskill update` updates all",
    ),
];

/// Options of other tools that mdskill does not have, and the next step.
const OTHER_OPTIONS: &[(&[&str], &str)] = &[
    (
        &[
            "--ref",
            "--branch",
            "--tag",
            "--rev",
            "--commit",
            "--version",
        ],
        "the ref is part of the spec: `mdskill add owner/repo/skill@REF`",
    ),
    (
        &["--path", "--subdir", "--subdirectory"],
        "the path is part of the spec: `mdskill add owner/repo/PATH`",
    ),
    (
        &["--agent", "-a"],
        "`mdskill agents AGENT` shows what an agent sees",
    ),
    (&["--user", "--personal"], "use -g for your personal skills"),
    (
        &["--save", "--save-dev", "-S", "-D"],
        "`mdskill add` always records the skill in mdskill.lock",
    ),
    (
        &["--frozen", "--frozen-lockfile", "--locked"],
        "`mdskill install` never changes mdskill.lock",
    ),
];

/// A command line that can't be parsed.
pub(super) enum Refused {
    /// A sentence of our own, and the next step.
    Sentence(String, Hint),
    /// The message of clap: a help text, or a usage error.
    Clap(clap::Error),
}

/// Parses the arguments of the program. `install SPEC` is `add SPEC`.
pub(super) fn parse(arguments: &[OsString]) -> Result<Cli, Refused> {
    let parsed = try_parse(arguments);
    let may_add = match &parsed {
        Ok(cli) => {
            matches!(&cli.command, Command::Install(install) if install.names.iter().any(|name| is_spec(name)))
        }
        Err(error) => error.use_stderr(),
    };
    if may_add && let Some(cli) = as_add(arguments) {
        return Ok(cli);
    }
    parsed.map_err(refused)
}

fn try_parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let command = Cli::command().color(color_of_help(arguments));
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Returns when help and usage errors are colored. They are printed before `--color` is parsed.
fn color_of_help(arguments: &[OsString]) -> clap::ColorChoice {
    let words = arguments.iter().filter_map(|argument| argument.to_str());
    let words: Vec<&str> = words.collect();
    let value = words.iter().enumerate().find_map(|(at, word)| match *word {
        "--color" => words.get(at + 1).copied(),
        word => word.strip_prefix("--color="),
    });
    match value {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// Whether an argument of `install` is a spec, and not the name or path of an installed skill.
fn is_spec(text: &str) -> bool {
    text.contains(['/', ':']) && agent_folder(text.trim_end_matches('/')).is_none()
}

/// Parses `install SPEC` as `add SPEC`.
fn as_add(arguments: &[OsString]) -> Option<Cli> {
    let mut at = 1;
    while let Some(argument) = arguments.get(at)?.to_str() {
        match argument {
            "install" | "i" => break,
            option if WITH_VALUE.contains(&option) => at += 2,
            option if option.starts_with('-') => at += 1,
            _ => return None,
        }
    }
    let mut changed = arguments.to_vec();
    changed[at] = "add".into();
    let cli = Cli::try_parse_from(changed).ok()?;
    let Command::Add(add) = &cli.command else {
        return None;
    };
    add.specs.iter().any(|spec| is_spec(spec)).then_some(cli)
}

fn refused(mut error: clap::Error) -> Refused {
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand)
    {
        return unknown_command(name);
    }
    if error.kind() == ErrorKind::MissingSubcommand {
        let hint = Hint::text("`mdskill help` lists the commands");
        return Refused::Sentence("no command given".to_owned(), hint);
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg)
        && let Some((_, hint)) = OTHER_OPTIONS
            .iter()
            .find(|(names, _)| names.contains(&option.as_str()))
    {
        return Refused::Sentence(format!("unexpected argument `{option}`"), Hint::text(*hint));
    }
    // clap suggests to pass an unknown option as a value, which is never what the user means.
    error.remove(ContextKind::Suggested);
    Refused::Clap(error)
}

fn unknown_command(name: &str) -> Refused {
    let typed = name.to_lowercase();
    let other = OTHER_COMMANDS
        .iter()
        .find(|(names, ..)| names.contains(&typed.as_str()));
    if let Some((_, sentence, hint)) = other {
        return Refused::Sentence(
            format!("unknown command `{name}`: {sentence}"),
            Hint::text(*hint),
        );
    }
    let meant = match nearest_command(&typed) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    Refused::Sentence(
        format!("unknown command `{name}`{meant}"),
        Hint::text("`mdskill help` lists the commands"),
    )
}

/// Returns the command or alias that differs least from a name, if it differs little.
fn nearest_command(typed: &str) -> Option<String> {
    let cli = Cli::command();
    let names = cli.get_subcommands().flat_map(|command| {
        let aliases = command.get_all_aliases().map(str::to_owned);
        std::iter::once(command.get_name().to_owned()).chain(aliases)
    });
    let distances = names.map(|name| (strsim::osa_distance(&name, typed), name));
    let (distance, name) = distances.min()?;
    let longest = name.chars().count().max(typed.chars().count());
    (distance * 3 <= longest).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_command_differs_little() {
        let near = |typed: &str| nearest_command(typed);
        assert_eq!(near("instal").as_deref(), Some("install"));
        assert_eq!(near("uninstal").as_deref(), Some("uninstall"));
        assert_eq!(near("udpate").as_deref(), Some("update"));
        assert_eq!(near("lst").as_deref(), Some("list"));
        assert_eq!(near("frobnicate"), None);
        assert_eq!(near("xy"), None);
    }

    #[test]
    fn no_command_of_another_tool_is_one_of_mdskill() {
        let cli = Cli::command();
        for (names, ..) in OTHER_COMMANDS {
            for name in *names {
                assert!(cli.find_subcommand(name).is_none(), "{name}");
            }
        }
    }
}
