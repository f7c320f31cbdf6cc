//! [`Context`]: the shared state of every command.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::{Config, ConfigError};
use crate::dirs::Dirs;
use crate::env::Env;
use crate::fetch::{FetchError, Fetcher};
use crate::install::InstallError;
use crate::install::journal::Journals;
use crate::install::scope::Scope;
use crate::install::state::Stamp;
use crate::install::transaction::{self, Transaction};
use crate::interrupt::Interrupt;
use crate::lockfile::merge::Sides;
use crate::lockfile::{Lockfile, LockfileError, conflict_line};
use crate::target::Target;
use mdskill_git::http::client::Client;
use mdskill_git::http::retry::Retry;
use mdskill_git::objects::Objects;
use mdskill_git::progress::Progress;
use mdskill_lint::limits::Limits;
use mdskill_lint::path::fold;

/// The longest accepted `Retry-After`, on a terminal and in CI.
const PATIENCE: Duration = Duration::from_mins(1);
const CI_PATIENCE: Duration = Duration::from_mins(2);

/// The number of times that a project is read again because a command changed it.
const MAX_READS: usize = 10;

/// The shared state of every command.
pub struct Context<'a> {
    /// The environment.
    pub env: Env,
    /// The user's folders.
    pub dirs: Dirs,
    /// The project, or the user's home folder.
    pub scope: Scope,
    /// Whether network access is disabled.
    pub offline: bool,
    /// The HTTP client.
    pub client: Client,
    /// The receiver of progress messages.
    pub progress: &'a dyn Progress,
    /// The flag set by Ctrl-C.
    pub interrupt: Interrupt,
    /// Whether journals of other users were reported already.
    foreign_reported: Cell<bool>,
    /// Whether recovery did what it can, or this command holds the lock.
    skips_recovery: Cell<bool>,
    /// The limits, after their first use.
    limits: Cell<Option<Limits>>,
}

impl<'a> Context<'a> {
    /// Builds the context of a command in `scope`.
    #[must_use]
    pub fn new(
        env: Env,
        dirs: Dirs,
        scope: Scope,
        offline: bool,
        progress: &'a dyn Progress,
        interrupt: Interrupt,
    ) -> Self {
        let retry = Retry {
            times: env.retries,
            delay: env.retry_delay,
            patience: if env.ci { CI_PATIENCE } else { PATIENCE },
        };
        let client = Client::new(env.timeout, retry);
        let offline = offline || env.offline;
        let scope = scope.with_cache(dirs.cache.clone());
        Self {
            env,
            dirs,
            scope,
            offline,
            client,
            progress,
            interrupt,
            foreign_reported: Cell::new(false),
            skips_recovery: Cell::new(false),
            limits: Cell::new(None),
        }
    }

    /// Returns the fetcher of sources.
    ///
    /// # Errors
    /// When the cache folder is not known.
    pub fn fetcher(&self) -> Result<Fetcher<'_>, FetchError> {
        Ok(Fetcher {
            env: &self.env,
            cache: self.dirs.cache()?,
            root: &self.scope.root,
            client: &self.client,
            offline: self.offline,
            progress: self.progress,
            limits: self.limits(),
        })
    }

    /// Returns the limits of skills. A command that installs a skill reports an invalid configuration
    /// itself; it raises no limit.
    pub(crate) fn limits(&self) -> Limits {
        let read = || self.config().map(|config| config.limits);
        let limits = self.limits.get();
        let limits = limits.unwrap_or_else(|| read().unwrap_or_default());
        self.limits.set(Some(limits));
        limits
    }

    /// Reads the limits again when they are used next, for a command that runs while they change.
    pub(crate) fn forget_limits(&self) {
        self.limits.set(None);
    }

    /// Reads `mdskill.toml`, or returns the defaults without that file.
    ///
    /// A command that uses the configuration reads it before it does anything else.
    ///
    /// # Errors
    /// When the file can't be read, or is not valid.
    pub fn config(&self) -> Result<Config, ConfigError> {
        Config::read(&self.scope.config())
    }

    /// Recovers from an interrupted command, and reads the lockfile.
    ///
    /// # Errors
    /// When recovery fails, or the lockfile can't be read.
    pub fn lockfile(&self) -> Result<Option<Lockfile>, InstallError> {
        self.recover()?;
        let lockfile = self.read_lockfile()?;
        if let Some(lockfile) = &lockfile {
            self.check_targets(lockfile)?;
        }
        Ok(lockfile)
    }

    /// Checks that no target of a lockfile leads out of the project, where its skills would be read, and
    /// that none is in another one, where it would be in a skill.
    fn check_targets(&self, lockfile: &Lockfile) -> Result<(), InstallError> {
        let of_skills = lockfile
            .skills
            .values()
            .filter_map(|entry| entry.targets.as_ref());
        let targets: BTreeSet<&Target> = of_skills.flatten().chain(&lockfile.targets).collect();
        if let Some((target, other)) = nested(&targets) {
            let (target, other) = (target.clone(), other.clone());
            return Err(InstallError::TargetNested { target, other });
        }
        for target in targets {
            match self.scope.check_target(target) {
                Err(InstallError::TargetNotAFolder { .. }) | Ok(()) => {}
                refused => return refused,
            }
        }
        Ok(())
    }

    /// Recovers from an interrupted command.
    ///
    /// # Errors
    /// When recovery fails.
    pub fn recover(&self) -> Result<(), InstallError> {
        if self.skips_recovery.get() {
            return Ok(());
        }
        if transaction::was_interrupted(&self.scope)? {
            let checkpoint = || self.interrupt.is_raised();
            let transaction = self.begin(&checkpoint)?;
            self.skips_recovery.set(transaction.has_left());
        }
        transaction::tidy(&self.scope)?;
        self.report_foreign_journals();
        Ok(())
    }

    /// Reads the project such that no other command changes it in the meantime: reads it again after a
    /// change, and at last while holding the lock. So a reader sees what was before a command, or what is
    /// after it.
    ///
    /// # Errors
    /// Those of `read`, and when recovery fails.
    pub fn consistently<T, E: From<InstallError>>(
        &self,
        read: impl Fn() -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..MAX_READS {
            self.recover()?;
            let before = Stamp::of(&self.scope);
            let found = read();
            let is_stable = before.is_some() && before == Stamp::of(&self.scope);
            if is_stable || self.skips_recovery.get() {
                return found;
            }
        }
        let checkpoint = || self.interrupt.is_raised();
        // Without the right to take the lock, nothing better is possible.
        let _lock = self.begin(&checkpoint).ok();
        self.skips_recovery.set(true);
        let found = read();
        self.skips_recovery.set(false);
        found
    }

    fn report_foreign_journals(&self) {
        if self.foreign_reported.replace(true) {
            return;
        }
        for path in Journals::find(&self.scope).unwrap_or_default().foreign {
            self.progress.warn(&format!(
                "{} is ignored: another user or machine wrote it, or its key is missing from the \
                 cache; if a command was interrupted here, look for skills in `.mdskill-stage-*` \
                 next to their folder, then remove it",
                self.scope.display(&path)
            ));
        }
    }

    /// Reads the lockfile without recovery, inside a transaction.
    ///
    /// # Errors
    /// When it can't be read. The error for a lockfile in conflict names the skills.
    pub fn read_lockfile(&self) -> Result<Option<Lockfile>, LockfileError> {
        let path = &self.scope.lockfile;
        let Some(text) = Lockfile::read_text(path)? else {
            return Ok(None);
        };
        let Some((line, sides)) = self.lockfile_in_conflict(&text)? else {
            let parsed = Lockfile::parse(&text);
            return parsed.map(Some).map_err(LockfileError::bad(path));
        };
        let (_, differences) = sides.merge(|_| None, None);
        let names = differences.into_iter().map(|difference| difference.name);
        Err(LockfileError::Conflict {
            path: path.clone(),
            line,
            names: names.collect(),
        })
    }

    /// Returns both sides of a lockfile that git could not merge, and the line of its first
    /// conflict marker; `None` when the text is not in conflict.
    ///
    /// The sides come from git's index, because the text between the markers is not enough: git
    /// has already put the rest of both sides together, and may have cut a block in two.
    ///
    /// # Errors
    /// When the index does not have the sides, or one can't be read.
    pub fn lockfile_in_conflict(
        &self,
        text: &str,
    ) -> Result<Option<(usize, Sides)>, LockfileError> {
        let path = &self.scope.lockfile;
        let Some(line) = conflict_line(text).filter(|_| Lockfile::parse(text).is_err()) else {
            return Ok(None);
        };
        let staged = path.parent().and_then(|folder| {
            let repository = Objects::around(folder).ok()??;
            repository.staged(path).ok()?
        });
        let Some([base, Some(ours), Some(theirs)]) = staged else {
            let path = path.clone();
            return Err(LockfileError::NoSides { path, line });
        };
        let parse = |side: &str, bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned());
            let parsed =
                text.and_then(|text| Lockfile::parse(text).map_err(|(_, problem)| problem));
            parsed.map_err(|problem| {
                let problem =
                    format!("unresolved merge conflict, and {side} can't be read: {problem}");
                LockfileError::bad(path)((line, problem))
            })
        };
        let sides = Sides {
            ours: parse("our side", &ours)?,
            theirs: parse("their side", &theirs)?,
            base: base
                .and_then(|bytes| parse("the ancestor", &bytes).ok())
                .unwrap_or_default(),
        };
        Ok(Some((line, sides)))
    }

    /// Begins a transaction. If another process holds the lock, prints a message and waits.
    ///
    /// # Errors
    /// When the lock can't be acquired, or recovery fails.
    pub fn begin<'b>(
        &'b self,
        checkpoint: &'b dyn Fn() -> bool,
    ) -> Result<Transaction<'b>, InstallError> {
        let transaction = Transaction::begin(&self.scope, checkpoint, self.progress)?;
        self.report_foreign_journals();
        Ok(transaction)
    }
}

/// Returns two targets of which one is in the other, or that differ only in letter case.
fn nested<'t>(targets: &BTreeSet<&'t Target>) -> Option<(&'t Target, &'t Target)> {
    let mut folded = BTreeMap::new();
    for target in targets {
        if let Some(other) = folded.insert(fold(target.as_str()), *target) {
            return Some((target, other));
        }
    }
    folded.iter().find_map(|(path, target)| {
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let other = above.find_map(|above| folded.get(above))?;
        Some((*target, *other))
    })
}
