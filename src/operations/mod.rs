//! The verbs: options in, a report out. They print nothing and ask nothing.

pub mod add;
pub mod cache;
pub mod diff;
pub mod findings;
pub mod import;
pub mod install;
pub mod install_steps;
pub mod installed;
pub mod keep;
pub mod list;
pub mod list_remote;
pub mod lock;
pub mod own_source;
pub mod policy;
pub mod policy_check;
pub mod remove;
pub mod report;
pub mod resolve;
pub mod rule;
pub mod show;
pub mod update;
pub mod validate;
pub mod verify;

use crate::config::ConfigError;
use crate::dirs::NoFolder;
use crate::fetch::FetchError;
use crate::hint::{HasHint, Hint};
use crate::install::InstallError;
use crate::install::scope::Scope;
use crate::lockfile::LockfileError;
use crate::skill::tree::TreeError;
use crate::spec::SpecError;
use crate::target::TargetError;
use mdskill_lint::name::NameError;

/// A verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// What was typed is no spec.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A name that can't be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A folder that can't be a target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Options that don't go together, or one that is missing.
    #[error("{0}")]
    Usage(String),
    /// What a person decided can't be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The source can't be fetched from.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Another tool's file can't be understood; nothing was changed.
    #[error("{file}:{line}: {problem}")]
    Manifest {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Nothing could be installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// No skill of that name.
    #[error("{place} has no skill `{wanted}`{}", did_you_mean(.nearest))]
    NoSuchSkill {
        /// The source's spec.
        place: String,
        /// What was asked for.
        wanted: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// Several skills of that name.
    #[error("`{wanted}` is the name of {} skills; write one of\n  {}", .specs.len(), .specs.join("\n  "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The full specs.
        specs: Vec<String>,
    },
    /// The repository has no skill at all.
    #[error("{0} has no skill: no folder in it has a SKILL.md")]
    NoSkills(String),
    /// Several skills, and none was chosen.
    #[error("{place} has {count} skills; choose with --skill NAME, or take all with --all")]
    NotChosen {
        /// The source's spec.
        place: String,
        /// How many there are.
        count: usize,
    },
    /// Several skills, and the command takes one.
    #[error("{place} has {count} skills; name one of them")]
    NotNamed {
        /// The source's spec.
        place: String,
        /// How many there are.
        count: usize,
    },
    /// Two skills would lie in one folder.
    #[error(
        "two skills would be installed as `{name}`: {first} and {second}; install one of them with --name NEW"
    )]
    NameTaken {
        /// The name.
        name: String,
        /// One of the two.
        first: String,
        /// The other.
        second: String,
    },
    /// A skill's folder and a folder that it would be installed into are not apart.
    #[error("{folder} can't be added: {}", not_apart(target, *.is_inside))]
    OwnSource {
        /// The skill's folder.
        folder: String,
        /// The target.
        target: String,
        /// Whether the skill's folder is in the target; else it contains it.
        is_inside: bool,
    },
    /// A skill's files must not be written.
    #[error("{spec} is refused:\n  {source}")]
    Refused {
        /// The skill.
        spec: String,
        /// Why.
        source: TreeError,
    },
    /// The lockfile and what it names don't agree.
    #[error("{0}")]
    Disagrees(String),
    /// Another mdskill was faster.
    #[error("mdskill.lock was changed while its skills were being fetched; run the command again")]
    LockfileChanged,
    /// Nothing is installed under that name.
    #[error("`{name}` is not installed{}", did_you_mean(.nearest))]
    NotInstalled {
        /// What was asked for.
        name: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// There is nothing to install from.
    #[error("there is no {lockfile}")]
    NoLockfile {
        /// Where it would be.
        lockfile: String,
    },
}

impl OpError {
    /// Says that a scope has no lockfile.
    #[must_use]
    pub fn no_lockfile(scope: &Scope) -> Self {
        let lockfile = if scope.is_personal {
            scope.lockfile.display().to_string()
        } else {
            format!("mdskill.lock in {} or above", scope.root.display())
        };
        Self::NoLockfile { lockfile }
    }
}

impl HasHint for OpError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Fetch(error) => error.hint(),
            Self::Install(error) => error.hint(),
            Self::NoSuchSkill { place, .. }
            | Self::NotChosen { place, .. }
            | Self::NotNamed { place, .. } => {
                Some(Hint::command(format!("list {place}")).then(" lists its skills"))
            }
            Self::OwnSource {
                is_inside: true, ..
            } => Some(Hint::text(
                "agents load it from there without mdskill; to install copies of it, move it to another folder, such as skills/NAME, and add that",
            )),
            Self::OwnSource { .. } => Some(Hint::text(
                "move the skill's files to a folder of their own, such as skills/NAME, and add that",
            )),
            Self::NotInstalled { .. } => {
                Some(Hint::command("list").then(" lists the installed skills"))
            }
            Self::NoLockfile { .. } => {
                Some(Hint::command("add owner/repo/skill").then(" installs a skill and creates it"))
            }
            _ => None,
        }
    }
}

impl From<LockfileError> for OpError {
    fn from(error: LockfileError) -> Self {
        Self::Install(error.into())
    }
}

impl From<NoFolder> for OpError {
    fn from(error: NoFolder) -> Self {
        Self::Fetch(error.into())
    }
}

impl From<crate::fs::Error> for OpError {
    fn from(error: crate::fs::Error) -> Self {
        Self::Install(error.into())
    }
}

impl From<mdskill_git::objects::ObjectError> for OpError {
    fn from(error: mdskill_git::objects::ObjectError) -> Self {
        Self::Fetch(error.into())
    }
}

fn not_apart(target: &str, is_inside: bool) -> String {
    match is_inside {
        true => format!("it is already in {target}, where skills are installed"),
        false => format!("it contains {target}, where it would be installed"),
    }
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; did you mean {}?", names.join(" or "))
        }
    }
}
