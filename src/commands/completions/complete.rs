//! Answers a shell: the candidates for the word at the cursor, with clap's completion engine.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::{Elvish, EnvCompleter, Powershell};

use super::Shell;
use crate::commands::cli::Cli;
use crate::env::Env;
use crate::operations::completions::{Candidate, Place, agents, rules, split};
use crate::output::completions::Answer;
use mdskill_lint::Profile;
use mdskill_lint::diagnostic::Severity;

/// The variable that the scripts set; [`Env`] reads it.
const VARIABLE: &str = "MDSKILL_COMPLETE";

/// The kind of an argument's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Names of installed skills.
    Name,
    /// A spec.
    Spec,
    /// Both.
    NameOrSpec,
    /// Both, and files.
    Any,
    /// A file.
    File,
    /// A folder.
    Folder,
    Agent,
    Rule,
    Profile,
    Severity,
    Command,
    /// Something that only the user knows.
    Unknown,
}

impl Kind {
    /// Returns the kind of an argument: arguments with the same name for their value are alike.
    fn of(command: &str, argument: &Arg) -> Option<Self> {
        let value = argument.get_value_names()?.first()?.as_str();
        Some(match (command, argument.get_id().as_str(), value) {
            (_, "profile", _) => Self::Profile,
            // Their names are lists of clap.
            ("schema", ..) | ("search", "from", _) => return None,
            // With a spec, it is `add`.
            ("install", _, "NAME") => Self::NameOrSpec,
            // The skills of a repository, a new name, and a path in a skill.
            ("add", "skills" | "rename", _)
            | ("show", _, "PATH")
            | (_, _, "REF" | "N" | "NUMBER" | "PORT" | "TEXT" | "URL" | "NEW" | "WORD" | "WORDS") => {
                Self::Unknown
            }
            (_, _, "NAME") => Self::Name,
            (_, _, "SPEC" | "SOURCE") => Self::Spec,
            (_, _, "NAME|SPEC") => Self::NameOrSpec,
            (_, _, "PATH|SPEC") => Self::Any,
            (_, _, "FILE") => Self::File,
            (_, _, "DIR" | "NAME|DIR") => Self::Folder,
            (_, _, "AGENT") => Self::Agent,
            (_, _, "RULE" | "RULES") => Self::Rule,
            (_, _, "LEVEL") => Self::Severity,
            (_, _, "COMMAND") => Self::Command,
            _ => return None,
        })
    }
}

/// Returns the values of an argument.
struct Values {
    kind: Kind,
    place: Arc<Place>,
    /// Set if the shell completes files, too.
    files: Arc<AtomicBool>,
    /// Set if the shell completes folders, too.
    folders: Arc<AtomicBool>,
}

impl ValueCompleter for Values {
    fn complete(&self, word: &OsStr) -> Vec<CompletionCandidate> {
        // clap asks for the values of a positional argument also where an option is typed.
        let Some(word) = word.to_str().filter(|word| !word.starts_with('-')) else {
            return Vec::new();
        };
        let words = |words: &[&str]| -> Vec<Candidate> {
            let candidate = |word: &&str| Candidate::new(*word, None);
            words.iter().map(candidate).collect()
        };
        let place = &self.place;
        let mut found = match self.kind {
            Kind::Name => place.installed(),
            Kind::Spec => place.specs(word),
            // Without a letter, all sources would hide the few names.
            Kind::NameOrSpec | Kind::Any if word.is_empty() => place.installed(),
            Kind::NameOrSpec | Kind::Any => [place.installed(), place.specs(word)].concat(),
            Kind::Agent => agents(),
            Kind::Rule => rules(word),
            Kind::Profile => words(&Profile::ALL.map(Profile::word)),
            Kind::Severity => words(&Severity::ALL.map(Severity::word)),
            Kind::Command => commands(),
            Kind::File | Kind::Folder | Kind::Unknown => Vec::new(),
        };
        found.retain(|candidate| candidate.value.starts_with(word));
        let is_spec = matches!(self.kind, Kind::Spec | Kind::NameOrSpec);
        if matches!(self.kind, Kind::Any | Kind::File) {
            self.files.store(true, Ordering::Relaxed);
        } else if self.kind == Kind::Folder || is_spec && found.is_empty() && !word.is_empty() {
            self.folders.store(true, Ordering::Relaxed);
        }
        let candidate = |found: Candidate| {
            let help = found.help.map(Into::into);
            CompletionCandidate::new(found.value).help(help)
        };
        found.into_iter().map(candidate).collect()
    }
}

fn commands() -> Vec<Candidate> {
    let cli = Cli::command();
    let candidate = |command: &Command| {
        let help = command.get_about().map(ToString::to_string);
        Candidate::new(command.get_name(), help)
    };
    cli.get_subcommands().map(candidate).collect()
}

/// Answers the script of a shell. The arguments after `--` are the words of the command line up to
/// the cursor; bash, which splits words at `:` and `@`, sends its last word and the line.
///
/// Returns `None` if the script asks nothing.
pub(in crate::commands) fn complete(env: &Env, arguments: &[OsString]) -> Option<Answer> {
    let shell = Shell::named(env.completes.as_deref()?)?;
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let sent: Vec<String> = match arguments {
        [_, separator, sent @ ..] if separator == "--" => sent.iter().map(text).collect(),
        _ => return None,
    };
    let (words, replaced) = match (shell, sent.as_slice()) {
        (Shell::Bash, [last, line]) => {
            let words = split(line);
            let typed = words.last().map_or(0, String::len);
            let is_end = words
                .last()
                .is_some_and(|word| word.ends_with(last.as_str()));
            (words, if is_end { typed - last.len() } else { 0 })
        }
        _ => (sent, 0),
    };
    Some(answer(shell, env, &words, replaced))
}

/// Returns the candidates without their first `kept` bytes, which the shell keeps.
fn answer(shell: Shell, env: &Env, words: &[String], kept: usize) -> Answer {
    let (last, before) = words
        .split_last()
        .map_or(("", words), |(last, before)| (last.as_str(), before));
    let place = Arc::new(Place::of(env.clone(), before));
    let (files, folders) = (Arc::default(), Arc::default());
    let values = |kind| {
        ArgValueCompleter::new(Values {
            kind,
            place: Arc::clone(&place),
            files: Arc::clone(&files),
            folders: Arc::clone(&folders),
        })
    };
    let mut command = with_values(Cli::command(), &values);
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let index = words.len().saturating_sub(1);
    let found = clap_complete::engine::complete(&mut command, words, index, Some(place.folder()));
    let mut answer = Answer {
        has_help: !matches!(shell, Shell::Bash | Shell::Elvish),
        ..Answer::default()
    };
    let mut add = |candidate: &CompletionCandidate| {
        let Some(value) = candidate.get_value().to_str() else {
            return;
        };
        // Options are offered when the user asks for them.
        let is_wanted = last.starts_with('-') || !value.starts_with('-');
        let value = command_name(candidate, value, last);
        if let Some(rest) = value.get(kept..).filter(|_| is_wanted) {
            let help = candidate.get_help().map(ToString::to_string);
            answer.candidates.push((rest.to_owned(), help));
        }
    };
    found.unwrap_or_default().iter().for_each(&mut add);
    let completes_paths = matches!(shell, Shell::Bash | Shell::Zsh | Shell::Fish);
    let (files, folders) = (
        files.load(Ordering::Relaxed),
        folders.load(Ordering::Relaxed),
    );
    if completes_paths {
        answer.files = files;
        answer.folders = folders;
    } else if files || folders {
        let paths = if files {
            PathCompleter::any()
        } else {
            PathCompleter::dir()
        };
        let paths = paths.current_dir(place.folder());
        paths.complete(OsStr::new(last)).iter().for_each(&mut add);
    }
    answer
}

/// Returns the name of the command that a candidate is an alias of, because clap offers only one of
/// its names; an alias if only that begins with the typed text.
fn command_name<'a>(candidate: &'a CompletionCandidate, value: &'a str, typed: &str) -> &'a str {
    let id = candidate.get_id().map_or("", String::as_str);
    let name = id.strip_prefix("command::").unwrap_or(value);
    if name.starts_with(typed) { name } else { value }
}

/// Attaches the values to all arguments of a command and of those below it.
fn with_values(command: Command, values: &dyn Fn(Kind) -> ArgValueCompleter) -> Command {
    let name = command.get_name().to_owned();
    let below: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let command = command.mut_args(|argument| match Kind::of(&name, &argument) {
        Some(kind) => argument.add(values(kind)),
        None => argument,
    });
    below.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| with_values(command, values))
    })
}

/// Returns the script for a shell whose script is clap's.
pub(super) fn registration(shell: Shell) -> String {
    let completer: &dyn EnvCompleter = if shell == Shell::Elvish {
        &Elvish
    } else {
        &Powershell
    };
    let mut script = Vec::new();
    // Writing to memory does not fail.
    drop(completer.write_registration(VARIABLE, "mdskill", "mdskill", "mdskill", &mut script));
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_has_a_kind_or_a_list_of_values() {
        fn check(command: &Command) {
            for argument in command.get_arguments() {
                let takes_values = argument.get_action().takes_values();
                let has_list = !argument.get_possible_values().is_empty();
                let kind = Kind::of(command.get_name(), argument);
                assert!(
                    !takes_values || has_list || kind.is_some(),
                    "{} {}: {:?} needs a row in Kind::of",
                    command.get_name(),
                    argument.get_id(),
                    argument.get_value_names()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
