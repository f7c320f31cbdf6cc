//! The environment variables that are set: those of mdskill, and those of others that change what it does.

use super::{Section, Status};
use crate::context::Context;
use crate::hint::Hint;
use crate::redact::redact_url;
use crate::skill::select::nearest;
use mdskill_lint::agents::HOME_VARIABLES;

/// The beginnings of the names of variables that change what commands do. The others are about the
/// terminal and the folders of the system.
const SHOWN: [&str; 9] = [
    "MDSKILL_", "GH_", "GITHUB_", "GITLAB_", "GIT_", "SSL_", "CI", "XDG_", "SKILLS_",
];
/// Variables that are not shown in spite of their beginning.
const LEFT_OUT: [&str; 3] = ["GIT_PAGER", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"];
/// The variables that are numbers.
const NUMBERS: [&str; 3] = ["MDSKILL_TIMEOUT", "MDSKILL_RETRIES", "MDSKILL_RETRY_DELAY"];
/// The words in the names of variables whose values are secrets.
const SECRETS: [&str; 4] = ["TOKEN", "KEY", "SECRET", "PASSWORD"];
/// Variables whose values are command lines, which may contain a secret.
const COMMANDS: [&str; 2] = ["GIT_SSH_COMMAND", "GIT_SSH"];

pub(super) fn check(context: &Context<'_>) -> Section {
    let mut section = Section::new("settings");
    let env = &context.env;
    for (name, value) in &env.variables {
        if !is_shown(name) {
            continue;
        }
        section.ok(name, shown(name, value));
        if NUMBERS.contains(&name.as_str()) && value.parse::<u64>().is_err() {
            section.but(
                context,
                Status::Warning,
                format!("{name} is not a number, so it is ignored"),
                Hint::text(format!("set {name} to a number, or unset it")),
            );
        }
    }
    for name in &env.unknown_variables {
        section.ok(name, "set");
        let known = env.known_variables.iter().map(String::as_str);
        let hint = match nearest(known, name, 1).first() {
            Some(near) => format!("did you mean {near}?"),
            None => format!("unset {name}"),
        };
        section.but(
            context,
            Status::Warning,
            format!("mdskill does not read {name}"),
            Hint::text(hint),
        );
    }
    section
}

fn is_shown(name: &str) -> bool {
    let is_proxy = name.to_ascii_lowercase().ends_with("_proxy");
    let is_agent = HOME_VARIABLES.iter().any(|(variable, _)| *variable == name);
    let has_beginning = SHOWN.iter().any(|beginning| name.starts_with(beginning));
    (is_proxy || is_agent || has_beginning) && !LEFT_OUT.contains(&name)
}

/// Returns the value without secrets.
fn shown(name: &str, value: &str) -> String {
    let is_secret = |word: &&str| name.contains(*word);
    if SECRETS.iter().any(is_secret) || COMMANDS.contains(&name) {
        return "set".to_owned();
    }
    // A proxy may be `user:password@host`.
    if !value.contains("://")
        && let Some((_, host)) = value.rsplit_once('@')
    {
        return format!("(hidden)@{host}");
    }
    redact_url(value)
}
