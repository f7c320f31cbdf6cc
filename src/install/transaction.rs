//! [`Transaction`]: skills are made ready, then exchanged by rename, and the
//! lockfile is written last: that write is the point of no return.
//!
//! 1. The site's lock is taken, and what a killed command left is finished or undone.
//! 2. New folders are written beside the target, where no agent looks.
//! 3. One flush makes them durable, whatever their number.
//! 4. The journal says what will be exchanged.
//! 5. Each old folder moves aside, each new one in.
//! 6. The lockfile is replaced. Before it, any error takes everything back.
//! 7. What moved aside is removed, or is in the trash.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::InstallError;
use super::journal::{self, Incoming, Journal, Swap};
use super::plan::Step;
use super::site::Site;
use crate::digest::{Digest, FileDigest};
use crate::fs::lock::{FileLock, Waiting};
use crate::fs::tree::{OnDisk, write_new};
use crate::fs::{self, atomic};
use crate::git::objects::Objects;
use crate::name::SkillName;
use crate::skill::files::SkillTree;
use crate::target::Target;

/// How long another mdskill is waited for: longer than any but a dead network takes.
const LOCK_PATIENCE: Duration = Duration::from_mins(1);

/// A site that is ours alone until this is dropped.
pub struct Transaction<'a> {
    site: &'a Site,
    journal: Journal,
    replaced: Vec<(PathBuf, OnDisk)>,
    trashed: Vec<PathBuf>,
    checkpoint: &'a dyn Fn() -> bool,
    is_open: bool,
    _lock: FileLock,
}

/// What a committed transaction did.
#[derive(Debug, Default)]
pub struct Committed {
    /// Where edited or unmanaged folders were moved to.
    pub trashed: Vec<PathBuf>,
}

/// Tells whether a killed command left something to finish or undo.
#[must_use]
pub fn was_interrupted(site: &Site) -> bool {
    Journal::path(site).exists() || atomic::has_leftovers(&site.state())
}

impl<'a> Transaction<'a> {
    /// Takes the site, waiting for another mdskill if need be, and recovers it.
    ///
    /// `checkpoint` is asked between any two steps whether the user gave up;
    /// `tell` hears who is waited for.
    ///
    /// # Errors
    /// When the lock is not to be had, or a killed command's leavings can't be settled.
    pub fn begin(
        site: &'a Site,
        checkpoint: &'a dyn Fn() -> bool,
        tell: &dyn Fn(&str),
    ) -> Result<Self, InstallError> {
        let waiting = Waiting {
            limit: LOCK_PATIENCE,
            tell,
            interrupted: checkpoint,
        };
        let lock = FileLock::acquire(&site.state().join("lock"), &waiting)?;
        journal::recover(site)?;
        Ok(Self {
            site,
            journal: Journal::default(),
            replaced: Vec::new(),
            trashed: Vec::new(),
            checkpoint,
            is_open: true,
            _lock: lock,
        })
    }

    /// Makes a skill's new folder ready, notes that it will take its place, and returns
    /// the digest of what was written.
    ///
    /// `on_disk` is what the plan saw there; it is looked at again before it goes.
    ///
    /// # Errors
    /// When its files can't be read from `objects` or written.
    pub fn put(
        &mut self,
        target: &Target,
        name: &SkillName,
        files: &SkillTree,
        objects: &Objects,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<Digest, InstallError> {
        self.check_interrupt()?;
        self.site.check_target(target)?;
        let stage = self.stage_for(target)?;
        let staged = stage.join("new").join(name);
        let digest = write_skill(&staged, files, objects)?;
        let new = Some(Incoming {
            staged,
            digest: digest.to_string(),
        });
        self.note(target, name, &stage, new, step, on_disk)?;
        Ok(digest)
    }

    /// Notes that a skill's folder will go.
    ///
    /// # Errors
    /// When the place for it can't be made.
    pub fn remove(
        &mut self,
        target: &Target,
        name: &SkillName,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<(), InstallError> {
        self.check_interrupt()?;
        self.site.check_target(target)?;
        let stage = self.stage_for(target)?;
        self.note(target, name, &stage, None, step, on_disk)
    }

    fn note(
        &mut self,
        target: &Target,
        name: &SkillName,
        stage: &Path,
        new: Option<Incoming>,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<(), InstallError> {
        let place = self.site.skill(target, name);
        let old = match step {
            Step::Keep | Step::Place => None,
            Step::Replace => {
                let aside = stage.join("old").join(name);
                self.replaced.push((aside.clone(), on_disk));
                Some(aside)
            }
            Step::Trash => {
                let mut path = journal::trash_path(self.site, &place)?;
                // Two targets may send folders of one name there at once.
                while self.trashed.contains(&path) {
                    path.as_mut_os_string().push("x");
                }
                self.trashed.push(path.clone());
                Some(path)
            }
        };
        self.journal.swaps.push(Swap { place, new, old });
        Ok(())
    }

    /// Returns the stage of a target, made on first use and noted before it is.
    fn stage_for(&mut self, target: &Target) -> Result<PathBuf, InstallError> {
        let stage = self.site.stage(target);
        if !self.journal.stages.contains(&stage) {
            self.journal.stages.push(stage.clone());
            let above = missing_folders(&self.site.target(target))?;
            self.journal.made.extend(above);
            self.journal.write(self.site)?;
            fs::remove_folder(&stage)?;
            fs::create_folder(&stage.join("new"))?;
            fs::create_folder(&stage.join("old"))?;
            fs::create_folder(&self.site.target(target))?;
        }
        Ok(stage)
    }

    /// Exchanges everything that was noted and writes the lockfile.
    ///
    /// # Errors
    /// Whatever went wrong; everything is then as it was.
    pub fn commit(mut self, lockfile: &str) -> Result<Committed, InstallError> {
        let lockfile = lockfile.as_bytes();
        let is_same = fs::read_if_found(&self.site.lockfile)?.as_deref() == Some(lockfile);
        if self.journal.swaps.is_empty() && is_same {
            return Ok(Committed::default());
        }
        self.check_interrupt()?;
        for stage in &self.journal.stages {
            fs::flush(stage)?;
        }
        self.check_interrupt()?;
        self.journal.lockfile = Some(Digest::of_bytes(lockfile).to_string());
        self.journal.write(self.site)?;
        self.exchange()?;
        atomic::write_from(&self.site.state(), &self.site.lockfile, lockfile)?;
        self.is_open = false;
        // From here on an interrupt only leaves work to the next command's recovery.
        let _too_late = (self.checkpoint)();
        self.journal.made.clear();
        self.journal.clean(self.site)?;
        Ok(Committed {
            trashed: std::mem::take(&mut self.trashed),
        })
    }

    fn exchange(&self) -> Result<(), InstallError> {
        let mut touched = BTreeSet::new();
        for swap in &self.journal.swaps {
            self.check_interrupt()?;
            if let Some(old) = &swap.old {
                fs::rename(&swap.place, old)?;
                self.check_unchanged(swap, old)?;
                touched.extend(old.parent().map(Path::to_owned));
            }
            self.check_interrupt()?;
            if let Some(new) = &swap.new {
                fs::rename(&new.staged, &swap.place)?;
            }
            touched.extend(swap.place.parent().map(Path::to_owned));
        }
        for folder in touched {
            fs::flush_entries(&folder)?;
        }
        self.check_interrupt()
    }

    /// Looks again at what is about to be removed, now that nobody finds it any more:
    /// an edit saved since the plan was made must not be lost.
    fn check_unchanged(&self, swap: &Swap, aside: &Path) -> Result<(), InstallError> {
        let Some((_, seen)) = self.replaced.iter().find(|(path, _)| path == aside) else {
            return Ok(());
        };
        match OnDisk::read(aside)? == *seen {
            true => Ok(()),
            false => Err(InstallError::Changed {
                path: swap.place.clone(),
            }),
        }
    }

    fn check_interrupt(&self) -> Result<(), InstallError> {
        if (self.checkpoint)() {
            Err(InstallError::Interrupted)
        } else {
            Ok(())
        }
    }
}

impl Drop for Transaction<'_> {
    /// Takes everything back unless it was committed.
    fn drop(&mut self) {
        if !self.is_open || self.journal.stages.is_empty() {
            return;
        }
        // What can't be taken back now, the next command's recovery does.
        drop(match self.journal.lockfile {
            // The lockfile may have been replaced before its flush failed: then it is done.
            Some(_) => journal::recover(self.site),
            None => self.journal.undo(self.site),
        });
    }
}

/// Returns the folders on the way to `folder` that are not there yet, outermost first.
fn missing_folders(folder: &Path) -> Result<Vec<PathBuf>, InstallError> {
    let mut missing = Vec::new();
    for above in folder.ancestors() {
        if fs::look(above)?.is_some() {
            break;
        }
        missing.push(above.to_owned());
    }
    missing.reverse();
    Ok(missing)
}

/// Writes the files of a skill into a new folder and returns their digest.
fn write_skill(
    folder: &Path,
    files: &SkillTree,
    objects: &Objects,
) -> Result<Digest, InstallError> {
    fs::create_folder(folder)?;
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut digests = Vec::with_capacity(files.files.len());
    for file in &files.files {
        if let Some((above, _)) = file.path.as_str().rsplit_once('/')
            && made.insert(above)
        {
            fs::create_folder(&folder.join(above))?;
        }
        let bytes = objects.blob(file.id)?;
        write_new(&folder.join(&file.path), file.mode, &bytes)?;
        digests.push((file.path.as_str(), file.mode, FileDigest::of(&bytes)));
    }
    Ok(Digest::of_files(digests))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::objects::TreeEntry;
    use std::cell::Cell;
    use std::collections::BTreeMap;

    struct Scene {
        _root: tempfile::TempDir,
        site: Site,
        objects: Objects,
        target: Target,
    }

    impl Scene {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let project = root.path().join("project");
            std::fs::create_dir_all(&project).unwrap();
            let site = Site {
                lockfile: project.join("mdskill.lock"),
                root: project,
                is_personal: false,
            };
            let objects = Objects::open_or_create(&root.path().join("store")).unwrap();
            Self {
                _root: root,
                site,
                objects,
                target: ".github/skills".parse().unwrap(),
            }
        }

        fn skill(&self, text: &str) -> SkillTree {
            let id = self.objects.write_blob(text.as_bytes()).unwrap();
            let entry = TreeEntry {
                mode: 0o100_644,
                name: b"SKILL.md".to_vec(),
                id,
            };
            let tree = self.objects.write_tree(&[entry]).unwrap();
            SkillTree::read(&self.objects, tree).unwrap()
        }

        /// Puts `a` anew, replaces `b`, removes `c`, trashes `d`, as `checkpoint` lets it.
        fn change(&self, checkpoint: &dyn Fn() -> bool) -> Result<Committed, InstallError> {
            let mut transaction = Transaction::begin(&self.site, checkpoint, &|_| ())?;
            let new = self.skill("new");
            for (name, step) in [("a", Step::Place), ("b", Step::Replace), ("d", Step::Trash)] {
                let name = name.parse().unwrap();
                let seen = OnDisk::read(&self.site.skill(&self.target, &name)).unwrap();
                transaction.put(&self.target, &name, &new, &self.objects, step, seen)?;
            }
            let name = "c".parse().unwrap();
            let seen = OnDisk::read(&self.site.skill(&self.target, &name)).unwrap();
            transaction.remove(&self.target, &name, Step::Replace, seen)?;
            transaction.commit("new lock")
        }

        fn prepared() -> Self {
            let scene = Self::new();
            let mut first = Transaction::begin(&scene.site, &|| false, &|_| ()).unwrap();
            for name in ["b", "c", "d"] {
                let old = scene.skill("old");
                first
                    .put(
                        &scene.target,
                        &name.parse().unwrap(),
                        &old,
                        &scene.objects,
                        Step::Place,
                        OnDisk::Absent,
                    )
                    .unwrap();
            }
            first.commit("old lock").unwrap();
            scene
        }
    }

    /// Every file below a folder with its text.
    fn files(folder: &Path) -> BTreeMap<String, String> {
        let listing = fs::tree::list(folder).unwrap();
        let read = |file: fs::tree::ListedFile| {
            let text = std::fs::read_to_string(folder.join(&file.path)).unwrap();
            (file.path, text)
        };
        listing.files.into_iter().map(read).collect()
    }

    fn state(lock: &str, skills: &[(&str, &str)]) -> BTreeMap<String, String> {
        let skill = |(name, text): &(&str, &str)| {
            (
                format!(".github/skills/{name}/SKILL.md"),
                (*text).to_owned(),
            )
        };
        let mut files: BTreeMap<String, String> = skills.iter().map(skill).collect();
        files.insert("mdskill.lock".to_owned(), lock.to_owned());
        files
    }

    fn old_state() -> BTreeMap<String, String> {
        state("old lock", &[("b", "old"), ("c", "old"), ("d", "old")])
    }

    fn new_state() -> BTreeMap<String, String> {
        let mut files = state("new lock", &[("a", "new"), ("b", "new"), ("d", "new")]);
        files.insert(".mdskill/.gitignore".to_owned(), "*\n".to_owned());
        files.insert(".mdskill/trash/d-1/SKILL.md".to_owned(), "old".to_owned());
        files
    }

    #[test]
    fn everything_is_exchanged_and_nothing_else_is_left() {
        let scene = Scene::prepared();
        assert_eq!(files(&scene.site.root), old_state());
        let committed = scene.change(&|| false).unwrap();
        assert_eq!(files(&scene.site.root), new_state());
        assert_eq!(committed.trashed.len(), 1);
        assert!(!scene.site.stage(&scene.target).exists());
    }

    #[test]
    fn an_interrupt_at_any_step_takes_everything_back() {
        for stop in 0.. {
            let scene = Scene::prepared();
            let asked = Cell::new(0);
            let checkpoint = || asked.replace(asked.get() + 1) == stop;
            match scene.change(&checkpoint) {
                Err(InstallError::Interrupted) => {
                    assert_eq!(files(&scene.site.root), old_state(), "step {stop}");
                    assert!(!scene.site.stage(&scene.target).exists());
                }
                Err(error) => panic!("step {stop}: {error}"),
                Ok(_) => {
                    assert!(stop > 10, "only {stop} steps");
                    assert_eq!(files(&scene.site.root), new_state());
                    return;
                }
            }
        }
    }

    /// The disk as a kill at each step would leave it is copied, then recovered.
    #[test]
    fn a_kill_at_any_step_leaves_old_or_new_to_the_next_command() {
        for stop in 0..16 {
            let scene = Scene::prepared();
            let copy = scene.site.root.with_file_name("killed");
            let asked = Cell::new(0);
            let checkpoint = || {
                if asked.replace(asked.get() + 1) == stop {
                    copy_folder(&scene.site.root, &copy);
                }
                false
            };
            scene.change(&checkpoint).unwrap();
            if !copy.exists() {
                continue;
            }
            // The journal names absolute paths, so the copy takes the original's place.
            std::fs::remove_dir_all(&scene.site.root).unwrap();
            std::fs::rename(&copy, &scene.site.root).unwrap();
            drop(Transaction::begin(&scene.site, &|| false, &|_| ()).unwrap());
            let recovered = files(&scene.site.root);
            let is_new = recovered == new_state();
            assert!(
                is_new || recovered == old_state(),
                "step {stop}: {recovered:#?}"
            );
            assert!(!scene.site.stage(&scene.target).exists(), "step {stop}");
        }
    }

    fn copy_folder(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => copy_folder(&entry.path(), &target),
                false => drop(std::fs::copy(entry.path(), target).unwrap()),
            }
        }
    }

    #[test]
    fn an_edit_saved_since_the_plan_is_not_lost() {
        let scene = Scene::prepared();
        let edited = scene.site.root.join(".github/skills/b/SKILL.md");
        let asked = Cell::new(0);
        let checkpoint = || {
            // After the plan has looked, before anything is exchanged.
            if asked.replace(asked.get() + 1) == 5 {
                std::fs::write(&edited, "mine").unwrap();
            }
            false
        };
        let error = scene.change(&checkpoint).unwrap_err();
        assert!(matches!(error, InstallError::Changed { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&edited).unwrap(), "mine");
        assert_eq!(
            std::fs::read_to_string(&scene.site.lockfile).unwrap(),
            "old lock"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_target_that_leads_out_of_the_project_is_refused() {
        let scene = Scene::new();
        let outside = scene.site.root.with_file_name("outside");
        std::fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, scene.site.root.join(".github")).unwrap();
        let mut transaction = Transaction::begin(&scene.site, &|| false, &|_| ()).unwrap();
        let skill = scene.skill("x");
        let error = transaction.put(
            &scene.target,
            &"a".parse().unwrap(),
            &skill,
            &scene.objects,
            Step::Place,
            OnDisk::Absent,
        );
        assert!(matches!(error, Err(InstallError::TargetOutside { .. })));
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    }
}
