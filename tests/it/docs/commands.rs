//! `docs/reference/commands.md`, made from the help. `SNAPSHOTS=overwrite cargo test --test it docs` writes it.

use std::path::Path;

use clap::{ArgAction, Command, CommandFactory};
use mdskill::cli::Cli;

use super::ROOT;
use crate::support::snapshot_file::assert_matches_file;

const HEAD: &str = "\
# Commands

This page is made from the help of each command, which the option `--help` prints.
";

/// Returns the help of a command and of those below it, as Markdown.
fn section(command: &mut Command, prefix: &str) -> String {
    let name = format!("{prefix}{}", command.get_name());
    let level = if prefix.is_empty() { "##" } else { "###" };
    let mut text = format!("\n{level} `mdskill {name}`\n");
    text += &help_block(&mut without_common_options(command));
    let below = command
        .get_subcommands_mut()
        .filter(|command| command.get_name() != "help");
    for command in below {
        text += &section(command, &format!("{name} "));
    }
    text
}

fn help_block(command: &mut Command) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("\n```text\n{}\n```\n", lines.join("\n").trim_end())
}

/// Hides the options that all commands have, because the page shows them once.
fn without_common_options(command: &Command) -> Command {
    command.clone().mut_args(|argument| {
        let is_common = argument.is_global_set()
            || matches!(argument.get_action(), ArgAction::Help | ArgAction::Version);
        argument.hide(is_common)
    })
}

#[test]
fn commands_page_is_the_help() {
    let mut cli = Cli::command().term_width(100);
    cli.build();
    let mut page = HEAD.to_owned();
    page += "\n## `mdskill`\n";
    page += &help_block(&mut cli);
    for command in cli
        .get_subcommands_mut()
        .filter(|command| command.get_name() != "help")
    {
        page += &section(command, "");
    }
    assert_matches_file(&page, &Path::new(ROOT).join("docs/reference/commands.md"));
}
