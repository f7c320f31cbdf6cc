//! The operations of the commands: each takes options and returns a report. They print nothing and
//! ask nothing.

pub(crate) mod add;
pub(crate) mod agents;
pub(crate) mod cache;
pub(crate) mod checkout;
pub(crate) mod completions;
mod concurrent;
pub(crate) mod diff;
pub(crate) mod doctor;
pub mod findings;
pub(crate) mod git_notes;
pub mod import;
pub(crate) mod init;
pub(crate) mod install;
pub(crate) mod install_steps;
pub(crate) mod installed;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod list_remote;
pub(crate) mod list_versions;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod own_source;
pub(crate) mod places;
pub(crate) mod policy;
pub mod policy_check;
pub(crate) mod remove;
pub mod report;
pub(crate) mod resolve;
pub(crate) mod rule;
pub mod search;
pub(crate) mod show;
pub(crate) mod site;
pub(crate) mod state;
mod suggestions;
pub mod update;
pub mod validate;
pub(crate) mod verify;

use std::path::PathBuf;

use self::suggestions::{did_you_mean, names_if_few, nearest_or_count};
use crate::config::ConfigError;
use crate::context::Context;
use crate::dirs::NoFolder;
use crate::fetch::FetchError;
use crate::hint::{CommandLine, HasHint, Hint, mdskill};
use crate::install::InstallError;
use crate::lockfile::LockfileError;
use crate::skill::tree::TreeError;
use crate::spec::SpecError;
use crate::target::TargetError;
use mdskill_git::ObjectId;
use mdskill_lint::links::LinkFault;
use mdskill_lint::name::{NameError, SkillName};
use mdskill_lint::settings::UnknownRule;

/// An operation failed.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// A spec is invalid.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A name is invalid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A target is invalid.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A rule does not exist.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    /// An argument is invalid, or two exclude each other.
    #[error("{0}")]
    Usage(String),
    /// `completions` is not asked for a shell, and `SHELL` has none that it knows.
    #[error("no shell given, and SHELL names none that has completions")]
    NoShell,
    /// An agent is not known.
    #[error("unknown agent `{name}`{}", did_you_mean(.nearest))]
    UnknownAgent {
        /// The requested agent.
        name: String,
        /// Similar names.
        nearest: Vec<String>,
    },
    /// No other tool has installed skills.
    #[error("there is nothing to import in {0}")]
    NothingToImport(String),
    /// `--skill` is used with a spec that names a skill.
    #[error("`{0}` already names a skill; use --skill only with owner/repo")]
    SkillNamedTwice(String),
    /// `--name` is used with several skills.
    #[error("--name renames one skill, and {0} are being added")]
    RenamesSeveral(usize),
    /// `lock --ours` or `--theirs` names a skill that both sides have in common.
    #[error("`{0}` is not in conflict")]
    NotInConflict(String),
    /// A local file or folder does not exist.
    #[error("no such file or folder: {0}")]
    NoSuchPath(String),
    /// A path is neither a file nor a folder.
    #[error("{path} is neither a folder nor a git bundle", path = .0.display())]
    NotASource(PathBuf),
    /// A local folder or a site has no refs.
    #[error("{0} is not a git repository, so it has no refs")]
    NoRefs(String),
    /// A local folder is not in a git repository.
    #[error("{0} is not in a git repository, so it has no history")]
    NoHistory(String),
    /// `mdskill.toml` can't be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A source can't be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The file of another tool is invalid. Nothing was changed.
    #[error("{file}:{line}: {problem}")]
    Manifest {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The problem.
        problem: String,
    },
    /// Installed files can't be read or written.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// A repository does not have the requested skill.
    #[error("{place} has no skill `{wanted}`{}", nearest_or_count(.nearest, *.count))]
    NoSuchSkill {
        /// The spec of the repository.
        place: String,
        /// The requested skill.
        wanted: String,
        /// The number of its skills.
        count: usize,
        /// Similar names.
        nearest: Vec<String>,
    },
    /// A skill does not have the requested file.
    #[error(transparent)]
    NoSuchFile(#[from] show::NoSuchFile),
    /// A binary file can't be shown on a terminal.
    #[error("`{path}` is a binary file, which a terminal can't show")]
    BinaryFile {
        /// The path in the skill.
        path: String,
        /// The argument that names the skill.
        argument: String,
    },
    /// The requested skill is in a submodule.
    #[error("{spec} is a submodule, whose files are in another repository")]
    Submodule {
        /// The spec of the submodule.
        spec: String,
    },
    /// A link that would lead to the requested skill can't be followed.
    #[error("{spec} is a symbolic link to `{target}`, and {fault}")]
    BrokenLink {
        /// The spec of the link.
        spec: String,
        /// Its target, made printable.
        target: String,
        /// The reason.
        fault: LinkFault,
    },
    /// Several skills have the requested name.
    #[error("`{wanted}` is the name of {} skills; use one of\n  {}", .specs.len(), .specs.join("\n  "))]
    Ambiguous {
        /// The requested name.
        wanted: String,
        /// The specs of the skills.
        specs: Vec<String>,
    },
    /// A repository has no skills.
    #[error("{0} has no skill: no folder in it has a SKILL.md")]
    NoSkills(String),
    /// All skills of a repository or folder are hidden.
    #[error("{place} has only hidden skills ({count}): internal, or inside another one")]
    AllHidden {
        /// The spec of the repository or folder.
        place: String,
        /// The number of skills.
        count: usize,
    },
    /// A repository or folder has several skills, and none is requested.
    #[error("{place} has {count} skills; name one of them{}", names_if_few(.names))]
    SeveralSkills {
        /// The spec of the repository or folder.
        place: String,
        /// The number of skills.
        count: usize,
        /// The names of the skills.
        names: Vec<String>,
    },
    /// A site can't be made.
    #[error(transparent)]
    Site(#[from] site::SiteError),
    /// A skill can't be created.
    #[error(transparent)]
    Init(#[from] init::InitError),
    /// Two skills have the same name.
    #[error("two skills would be installed as `{name}`: {first} and {second}")]
    NameTaken {
        /// The name.
        name: SkillName,
        /// One of the two.
        first: String,
        /// The other.
        second: String,
    },
    /// The folder of a skill is in a target.
    #[error("{folder} can't be added: it is already in {target}, where skills are installed")]
    InTarget {
        /// The folder of the skill.
        folder: String,
        /// The target.
        target: String,
    },
    /// A target is in the folder of a skill.
    #[error("{folder} can't be added: it contains {target}, where it would be installed")]
    ContainsTarget {
        /// The folder of the skill.
        folder: String,
        /// The target.
        target: String,
    },
    /// The files of a skill are not safe to write.
    #[error("{spec} is refused:\n  {source}")]
    Refused {
        /// The spec or name of the skill.
        spec: String,
        /// The reason.
        source: TreeError,
    },
    /// A ref in the lockfile is invalid.
    #[error("{0}")]
    LockedRef(String),
    /// The tree in the lockfile is not that of the commit.
    #[error(
        "`{name}` is tree {tree} at `{path}` in mdskill.lock, but {place} has another tree there; nothing was changed"
    )]
    TreeMismatch {
        /// The name of the skill.
        name: SkillName,
        /// The locked tree, shortened.
        tree: String,
        /// The folder in the source.
        path: String,
        /// The URL of the source, and the commit.
        place: String,
    },
    /// The digest in the lockfile is not that of the tree.
    #[error("the `digest` of `{0}` in mdskill.lock does not match its `tree`; nothing was changed")]
    DigestMismatch(SkillName),
    /// An installed skill has no files.
    #[error("`{0}` is in mdskill.lock, but its files are missing")]
    FilesMissing(SkillName),
    /// Another process changed the lockfile.
    #[error("mdskill.lock was changed while its skills were being fetched")]
    LockfileChanged,
    /// Another process changed the files of a skill.
    #[error("`{0}` was changed while it was being imported")]
    SkillChanged(SkillName),
    /// One of several specs can't be added, so none is.
    #[error("{0}\nnothing was added")]
    NothingAdded(Box<Self>),
    /// A skill is not installed.
    #[error("`{name}` is not installed{}", did_you_mean(.nearest))]
    NotInstalled {
        /// The requested name.
        name: SkillName,
        /// Similar names.
        nearest: Vec<String>,
    },
    /// The project would be the user's home folder.
    #[error("{home} is your home folder, not a project", home = home.display())]
    HomeIsNoProject {
        /// The home folder.
        home: PathBuf,
        /// The arguments of a command that changes the user's own skills.
        personal: CommandLine,
    },
    /// The command runs in a folder of git, which has no work tree.
    #[error("{path} is inside a git repository's own files, not in a work tree", path = .0.display())]
    InGitFolder(PathBuf),
    /// No skill is named, and none can be chosen.
    #[error("no skill is named")]
    NoNames,
    /// A question is requested, and there is no terminal.
    #[error("--interactive needs a terminal")]
    NoTerminal,
    /// A skill is not installed in a folder.
    #[error("`{name}` is not installed in {target}; it is in {}", .targets.join(", "))]
    NotInTarget {
        /// The requested skill.
        name: SkillName,
        /// The requested folders.
        target: String,
        /// The folders that it is installed in.
        targets: Vec<String>,
    },
    /// No skill is installed at a path, or from a repository.
    #[error("{} is installed: {typed}{}", if *.is_path { "no such skill" } else { "no skill of this spec" }, did_you_mean(.nearest))]
    NotInstalledFrom {
        /// The requested path or spec.
        typed: String,
        /// Similar names.
        nearest: Vec<String>,
        /// Whether it is a path.
        is_path: bool,
    },
    /// A skill is in a folder that agents read, but not in the lockfile.
    #[error("`{name}` in {place} was not installed by mdskill")]
    Unmanaged {
        /// The requested name.
        name: SkillName,
        /// Its folder, as shown to the user.
        place: String,
    },
    /// `install` is asked for a skill that is not in the lockfile.
    #[error("`{name}` is not in mdskill.lock{}", did_you_mean(.nearest))]
    NotLocked {
        /// The requested name.
        name: SkillName,
        /// Similar names.
        nearest: Vec<String>,
    },
    /// The project does not have a lockfile.
    #[error("there is no {place}")]
    NoLockfile {
        /// The lockfile, or where it was looked for.
        place: String,
        /// The lockfile of another tool that is there.
        other: Option<String>,
    },
    /// A repository has SHA-256 object ids.
    #[error("the repository of {0} uses SHA-256 object ids, which --since does not support")]
    Sha256Repository(String),
    /// A partial clone lacks objects of a commit.
    #[error("this partial clone lacks objects of `{git_ref}` (for example {})", .missing.short())]
    PartialClone {
        /// The commit, as typed.
        git_ref: String,
        /// One of the objects.
        missing: ObjectId,
    },
    /// A catalog could not be searched.
    #[error("can't search {from}: {error}")]
    Search {
        /// The name of the catalog.
        from: String,
        /// The reason.
        error: search::WebError,
    },
    /// The asynchronous runtime can't be started.
    #[error("failed to start the runtime: {0}")]
    Runtime(std::io::Error),
}

impl OpError {
    /// Whether the message suggests similar names.
    pub(crate) fn has_suggestions(&self) -> bool {
        matches!(self, Self::NoSuchSkill { nearest, .. } if !nearest.is_empty())
    }

    /// Returns the error for a scope without a lockfile.
    pub(crate) fn no_lockfile(context: &Context<'_>) -> Self {
        let scope = &context.scope;
        let place = if scope.is_personal {
            scope.lockfile.display().to_string()
        } else {
            format!("mdskill.lock in {} or above", scope.root.display())
        };
        let other = import::other_lockfiles(context).into_iter().next();
        Self::NoLockfile { place, other }
    }
}

impl HasHint for OpError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Fetch(error) => return error.hint(),
            Self::Init(error) => return error.hint(),
            Self::Site(error) => return error.hint(),
            Self::NoShell => Hint::text("name it, for example ").then_command("completions bash"),
            Self::NothingAdded(error) => return error.hint(),
            Self::Search { error, .. } => return error.hint(),
            Self::NoSuchFile(error) => return error.hint(),
            Self::BinaryFile { path, argument } => {
                let show = mdskill("show").word(argument).then("--file").word(path);
                Hint::command(show.then("> FILE")).then(" saves it")
            }
            Self::Spec(error) => Hint::text(format!("use {}", error.expected)),
            Self::Target(_) | Self::Install(InstallError::Target(_)) => {
                Hint::text("use a folder inside the project, for example `.github/skills`")
            }
            Self::UnknownAgent { .. } => Hint::command("agents --list")
                .then(" lists the agents; for another folder, use --target DIR"),
            Self::NothingToImport(_) => Hint::text(
                "name the lockfile of npx skills (skills-lock.json) or APM (apm.lock.yaml) if it is in another folder",
            ),
            Self::NoSuchSkill { place, .. } => {
                Hint::command(mdskill("list").word(place)).then(" lists its skills")
            }
            Self::Submodule { .. } => {
                Hint::text("add the skill from that repository; .gitmodules has its address")
            }
            Self::SeveralSkills { place, .. } => Hint::command(mdskill("list").word(place))
                .then(" lists its skills; `add` can also take --skill NAME or --all"),
            Self::AllHidden { place, .. } => {
                Hint::command(mdskill("list").word(place).then("--hidden"))
                    .then(" lists them; a path, or --hidden with --all, adds them")
            }
            Self::InTarget { .. } => Hint::text(
                "agents load it from there without mdskill; to install copies of it, move it to another folder, such as skills/NAME, and add that",
            ),
            Self::ContainsTarget { .. } => Hint::text(
                "move the skill's files to a folder of their own, such as skills/NAME, and add that",
            ),
            Self::NameTaken { .. } => {
                Hint::text("use --name NEW to install one of them under another name")
            }
            Self::LockfileChanged | Self::SkillChanged(_) => Hint::text("run the command again"),
            Self::TreeMismatch { .. } | Self::DigestMismatch(_) => {
                Hint::text("`git log -p mdskill.lock` shows who changed the lockfile")
            }
            Self::FilesMissing(name) => {
                Hint::command(mdskill("install").word(name.as_str())).then(" restores them")
            }
            Self::Install(error) => return error.hint(),
            Self::NoTerminal => Hint::command("update --dry-run")
                .then(" prints the updates; the names of skills choose some"),
            Self::HomeIsNoProject { personal, .. } => Hint::command(personal.clone()).then(
                " adds to your personal skills; for a project, go to its folder or use -C DIR",
            ),
            Self::InGitFolder(_) => Hint::text("run the command in a work tree, or use -C DIR"),
            Self::NotInstalledFrom {
                typed,
                is_path: false,
                ..
            } => Hint::command(mdskill("add").word(typed)).then(" installs it"),
            Self::NotInstalled { .. } | Self::NotInstalledFrom { .. } | Self::NoNames => {
                Hint::command("list").then(" lists the installed skills")
            }
            Self::NoSuchPath(_) => Hint::text("a path is relative to the current folder; ")
                .then_command("list")
                .then(" lists the installed skills"),
            Self::Unmanaged { name, .. } => Hint::text("delete the folder to remove it, or run ")
                .then_command(mdskill("add").word(format!("owner/repo/{name}")))
                .then(" to manage it"),
            Self::NotLocked { name, .. } => {
                Hint::command(mdskill("add").word(format!("owner/repo/{name}")))
                    .then(" installs it and locks it")
            }
            Self::NoLockfile {
                other: Some(other), ..
            } => Hint::command("import").then(format!(" adopts the skills of {other}")),
            Self::NoLockfile { other: None, .. } => {
                Hint::command("add owner/repo/skill").then(" installs a skill and creates it")
            }
            Self::PartialClone { git_ref, .. } => {
                Hint::command(CommandLine::git("checkout").word(git_ref)).then(" fetches them")
            }
            _ => return None,
        })
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
