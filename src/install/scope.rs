//! [`Scope`]: where skills are installed: in a project, or in the user's home.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::InstallError;
use super::project::find_root;
use crate::config;
use crate::env::Env;
use crate::fs::{self, At};
use crate::hint::CommandLine;
use crate::lockfile;
use crate::platform;
use crate::target::Target;
use mdskill_lint::name::SkillName;
use mdskill_lint::path;

/// The state folder next to the lockfile: lock, journal, trash.
pub const STATE_FOLDER: &str = ".mdskill";
/// The staging folder. It is next to a target, so that a rename works, but not in it, because agents
/// watch the target.
const STAGE_FOLDER: &str = ".mdskill-stage";

// The names in the state folder.
const LOCK: &str = "lock";
const JOURNALS: [&str; 2] = ["journal.json", "journal-2.json"];
const IGNORE: &str = ".gitignore";
const TRASH: &str = "trash";

/// A project, or the user's home.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The folder that targets are relative to.
    pub root: PathBuf,
    /// The path of the lockfile.
    pub lockfile: PathBuf,
    /// Whether this is the user scope (`-g`).
    pub is_personal: bool,
    /// The user's cache folder for the journal key; `None` if it is in the project.
    pub cache: Option<PathBuf>,
}

impl Scope {
    /// Finds the project around the current folder, or makes it one.
    ///
    /// # Errors
    /// If the project belongs to another user, or its files are links out of it.
    pub fn find_project(env: &Env) -> Result<Self, InstallError> {
        Ok(Self::project(find_root(env)?))
    }

    /// Returns the scope of the project in the folder `root`.
    #[must_use]
    pub fn project(root: PathBuf) -> Self {
        Self {
            lockfile: root.join(lockfile::FILE_NAME),
            root,
            is_personal: false,
            cache: None,
        }
    }

    /// Returns the user scope.
    #[must_use]
    pub fn user(home: PathBuf, config: &Path) -> Self {
        Self {
            root: home,
            lockfile: config.join(lockfile::FILE_NAME),
            is_personal: true,
            cache: None,
        }
    }

    /// Sets the user's cache folder. A folder in the project is not used for the journal key,
    /// because it could come from a clone.
    #[must_use]
    pub fn with_cache(mut self, cache: Option<PathBuf>) -> Self {
        self.cache = cache.filter(|cache| self.is_personal || !fs::is_within(cache, &self.root));
        self
    }

    /// Returns a command for the skills of this scope, between backticks.
    #[must_use]
    pub fn command(&self, command: impl Into<CommandLine>) -> String {
        command.into().in_scope(self.is_personal)
    }

    /// Returns the configuration file, next to the lockfile.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.lockfile.with_file_name(config::FILE_NAME)
    }

    /// Returns the state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.lockfile.with_file_name(STATE_FOLDER)
    }

    /// Returns the lock file.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.state().join(LOCK)
    }

    /// Returns the possible journal files. The second is used if the first is of another user or machine.
    #[must_use]
    pub fn journals(&self) -> [PathBuf; 2] {
        JOURNALS.map(|name| self.state().join(name))
    }

    /// Returns the `.gitignore` of the state folder.
    #[must_use]
    pub fn ignore(&self) -> PathBuf {
        self.state().join(IGNORE)
    }

    /// Returns the trash folder, for replaced files of the user.
    #[must_use]
    pub fn trash(&self) -> PathBuf {
        self.state().join(TRASH)
    }

    /// Returns the folder of a skill in a target.
    #[must_use]
    pub fn skill(&self, target: &Target, name: &SkillName) -> PathBuf {
        self.target(target).join(name)
    }

    /// Returns a target's folder.
    #[must_use]
    pub fn target(&self, target: &Target) -> PathBuf {
        self.root.join(target.as_str())
    }

    /// Returns the staging folder of a target: next to it, or in it if it is a mount point, because
    /// nothing can be renamed across mounts.
    #[must_use]
    pub fn stage(&self, target: &Target) -> PathBuf {
        let folder = self.target(target);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{STAGE_FOLDER}-{name}");
        if platform::is_other_mount(&folder, folder.parent().unwrap_or(&folder)) {
            folder.join(name)
        } else {
            folder.with_file_name(name)
        }
    }

    /// Whether two targets are the same folder: links, `..`, and letter case may lead to one folder.
    #[must_use]
    pub fn is_same_target(&self, one: &Target, other: &Target) -> bool {
        let folders = [one, other].map(|target| self.target(target));
        one == other
            || fs::real(&folders[0]) == fs::real(&folders[1])
            || platform::is_same_folder(&folders[0], &folders[1])
    }

    /// Returns the targets that lead to different folders: the first of those that lead to one.
    #[must_use]
    pub fn distinct_targets<'a>(&self, targets: &'a [Target]) -> Vec<&'a Target> {
        if let [only] = targets {
            return vec![only];
        }
        let (mut paths, mut folders) = (HashSet::new(), HashSet::new());
        let is_first = |target: &&Target| {
            let path = self.target(target);
            let folder = path.metadata().ok();
            let folder = folder.and_then(|folder| platform::identity(&folder));
            let is_new_folder = folder.is_none_or(|folder| folders.insert(folder));
            paths.insert(fs::real(&path)) && is_new_folder
        };
        targets.iter().filter(is_first).collect()
    }

    /// Checks that a new target can be one: see [`Self::check_target`]. It must not be in one of the
    /// other targets or contain one, because it would then be in a skill's folder.
    ///
    /// # Errors
    /// As [`Self::check_target`], and [`InstallError::TargetNested`].
    pub fn check_new_target<'a>(
        &self,
        target: &'a Target,
        others: impl IntoIterator<Item = &'a Target>,
    ) -> Result<(), InstallError> {
        self.check_target(target)?;
        let real = fs::real(&self.target(target));
        for other in others {
            let is_spelling =
                target != other && path::fold(target.as_str()) == path::fold(other.as_str());
            if self.is_same_target(target, other) && !is_spelling {
                continue;
            }
            let other_real = fs::real(&self.target(other));
            let is_nested = real.starts_with(&other_real) || other_real.starts_with(&real);
            if is_nested || is_spelling {
                return Err(InstallError::TargetNested {
                    target: target.clone(),
                    other: other.clone(),
                });
            }
        }
        Ok(())
    }

    /// Returns the folders of a target's path that do not exist yet, outermost first.
    ///
    /// # Errors
    /// If the file system can't be read.
    pub fn missing_folders(&self, target: &Target) -> Result<Vec<Target>, InstallError> {
        let mut missing = Vec::new();
        let ends = target.as_str().match_indices('/').map(|(at, _)| at);
        for end in ends.chain([target.as_str().len()]) {
            let folder: Target = target.as_str()[..end].parse()?;
            if fs::look(&self.target(&folder))?.is_none() {
                missing.push(folder);
            }
        }
        Ok(missing)
    }

    /// Checks that the state folder and its entries have the types that mdskill gives them, because
    /// an untrusted repository may contain this folder. This is the only check, so it must run before
    /// anything in the folder is opened, and it refuses every link.
    ///
    /// # Errors
    /// [`InstallError::ForeignState`], or if the file system can't be read.
    pub fn check_state(&self) -> Result<(), InstallError> {
        let state = self.state();
        match fs::look(&state)? {
            None => return Ok(()),
            Some(there) if there.is_dir() => {}
            Some(_) => return Err(InstallError::ForeignState { path: state }),
        }
        let entries = fs::if_found(std::fs::read_dir(&state)).at("list", &state)?;
        for entry in entries.into_iter().flatten() {
            let path = entry.at("list", &state)?.path();
            // Another command may have removed its file in the meantime.
            let Some(there) = fs::look(&path)? else {
                continue;
            };
            let is_ours = match path.file_name().and_then(|name| name.to_str()) {
                Some(TRASH) => there.is_dir(),
                Some(LOCK | IGNORE) => there.is_file(),
                Some(name) if JOURNALS.contains(&name) => there.is_file(),
                _ => there.is_dir() || there.is_file(),
            };
            if !is_ours {
                return Err(InstallError::ForeignState { path });
            }
        }
        Ok(())
    }

    /// Returns a path as shown to the user: relative to the root of the project if it is below it.
    #[must_use]
    pub fn display(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(below) if !self.is_personal && below == Path::new("") => ".".to_owned(),
            Ok(below) if !self.is_personal => platform::display_relative(below),
            _ => path.display().to_string(),
        }
    }

    /// Checks that a target, with links followed, is in the project and not in a folder of git or
    /// mdskill: for example, git would run files in `.git/hooks`.
    ///
    /// In the user scope, links may lead anywhere, because the user made them. A project may be
    /// untrusted.
    ///
    /// # Errors
    /// [`InstallError::TargetOutside`], [`InstallError::TargetReserved`],
    /// [`InstallError::TargetNotAFolder`], or if the file system can't be read.
    pub fn check_target(&self, target: &Target) -> Result<(), InstallError> {
        if target.as_str().split('/').any(is_reserved) {
            let path = self.target(target);
            return Err(InstallError::TargetReserved { path });
        }
        let mut path = self.root.clone();
        for part in target.as_str().split('/') {
            path.push(part);
            match fs::look(&path)? {
                None => return Ok(()),
                Some(there) if there.is_symlink() => self.check_link(&path)?,
                Some(there) if !there.is_dir() => {
                    return Err(InstallError::TargetNotAFolder { path });
                }
                Some(_) if is_git_folder(&path) => {
                    return Err(InstallError::TargetReserved { path });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn check_link(&self, path: &Path) -> Result<(), InstallError> {
        let path = path.to_owned();
        let (real, root) = match (path.canonicalize(), self.root.canonicalize()) {
            (Ok(real), Ok(root)) if self.is_personal || real.starts_with(&root) => (real, root),
            _ if self.is_personal => return Ok(()),
            _ => return Err(InstallError::TargetOutside { path }),
        };
        if !real.is_dir() {
            return Err(InstallError::TargetNotAFolder { path });
        }
        // The user chose the folders above the root.
        let mut folders = real.ancestors().take_while(|folder| **folder != root);
        let is_refused = folders.any(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            is_reserved(&name) || is_git_folder(folder)
        });
        if is_refused {
            Err(InstallError::TargetReserved { path })
        } else {
            Ok(())
        }
    }
}

/// Whether a file system may treat a name as `.git`, or as a file or folder of mdskill.
fn is_reserved(name: &str) -> bool {
    let name = path::undisguised(name);
    let ours = [STATE_FOLDER, lockfile::FILE_NAME, config::FILE_NAME];
    path::is_dot_git(&name) || ours.contains(&name.as_str()) || name.starts_with(STAGE_FOLDER)
}

/// Whether git may treat a folder as a repository. `HEAD` is not required, because the folder may be
/// the common folder (`commondir`) of another repository.
fn is_git_folder(folder: &Path) -> bool {
    folder.join("objects").is_dir() && folder.join("refs").is_dir()
}
