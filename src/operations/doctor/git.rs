//! The user's git, which has the configuration and the credential helpers.

use std::process::Stdio;

use super::{Section, Status};
use crate::context::Context;
use crate::hint::Hint;
use mdskill_git::environment::Environment as _;
use mdskill_git::process::Programs;

/// The oldest git whose `fetch` is used as a fallback (protocol version 2), and that has
/// `git config --show-origin`.
const OLDEST: (u32, u32) = (2, 18);

pub(super) fn check(context: &Context<'_>) -> Section {
    let mut section = Section::new("git");
    let found = Programs::of(&context.env).command("git");
    let Ok(mut command) = found else {
        section.ok("version", "not found in PATH");
        section.but(
            context,
            Status::Warning,
            "without git, its configuration, its credential helpers, and servers without protocol version 2 are not used",
            Hint::text("install git, or put its folder into PATH"),
        );
        return section;
    };
    let path = command.get_program().to_string_lossy().into_owned();
    let output = command
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let printed = output.ok().filter(|output| output.status.success());
    let printed = printed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = printed
        .as_deref()
        .and_then(|text| text.strip_prefix("git version "));
    let problem = context.env.git_config().problem();
    section.ok("version", version.map_or("unknown", str::trim));
    match version.map(numbers) {
        // git then fails for every command.
        None if problem.is_some() => {}
        None => section.but(
            context,
            Status::Problem,
            format!("{path} does not print its version"),
            Hint::text("`git --version` should work"),
        ),
        Some(Some(numbers)) if numbers < OLDEST => section.but(
            context,
            Status::Warning,
            format!(
                "git {}.{} or newer is needed for some servers",
                OLDEST.0, OLDEST.1
            ),
            Hint::text("update git"),
        ),
        Some(_) => {}
    }
    section.ok("program", path);
    if let Some(problem) = problem {
        section.ok("configuration", "unreadable");
        section.but(
            context,
            Status::Problem,
            format!("git can't read its configuration: {problem}"),
            Hint::text("`git config --list --show-origin` prints the same error with its place"),
        );
    }
    section
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
