//! Stops a transaction at every step, and checks the disk.

use super::*;
use crate::skill::SkillPlace;
use mdskill_git::objects::TreeEntry;
use mdskill_git::progress::Silent;
use std::cell::Cell;
use std::collections::BTreeMap;

struct Scene {
    _root: tempfile::TempDir,
    scope: Scope,
    objects: Objects,
    target: Target,
}

impl Scene {
    fn new() -> Self {
        // In memory if the system supports it, because flushes would take most of the time.
        let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let root = root.unwrap();
        let project = root.path().join("project");
        std::fs::create_dir_all(&project).unwrap();
        let scope = Scope {
            lockfile: project.join("mdskill.lock"),
            root: project,
            is_personal: false,
            cache: Some(root.path().join("cache")),
        };
        let objects = Objects::create(&root.path().join("store")).unwrap();
        Self {
            _root: root,
            scope,
            objects,
            target: ".github/skills".parse().unwrap(),
        }
    }

    fn put<'a>(
        &'a self,
        name: &'a SkillName,
        files: &'a SkillTree,
        step: Step,
        on_disk: OnDisk,
    ) -> StagedSkill<'a> {
        let target = self.target.clone();
        StagedSkill {
            target,
            name,
            files,
            repository: self.objects.shared(),
            step,
            on_disk,
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
        SkillTree::read(
            &self.objects,
            SkillPlace {
                root: None,
                path: "",
                tree,
            },
        )
        .unwrap()
    }

    /// Adds `a`, replaces `b`, removes `c`, and moves `d` to the trash, until `checkpoint` returns `true`.
    fn change(
        &self,
        checkpoint: &dyn Fn() -> bool,
        lockfile: &str,
    ) -> Result<Committed, InstallError> {
        let mut transaction = Transaction::begin(&self.scope, checkpoint, &Silent)?;
        let new = self.skill("new");
        for (name, step) in [("a", Step::Place), ("b", Step::Replace), ("d", Step::Trash)] {
            let name = name.parse().unwrap();
            let seen = OnDisk::read(&self.scope.skill(&self.target, &name)).unwrap();
            transaction.stage_all(vec![self.put(&name, &new, step, seen)])?;
        }
        let name = "c".parse().unwrap();
        let seen = OnDisk::read(&self.scope.skill(&self.target, &name)).unwrap();
        transaction.remove(&self.target, &name, Step::Replace, seen)?;
        transaction.commit(lockfile)
    }

    fn prepared() -> Self {
        let scene = Self::new();
        let mut first = Transaction::begin(&scene.scope, &|| false, &Silent).unwrap();
        for name in ["b", "c", "d"] {
            let old = scene.skill("old");
            first
                .stage_all(vec![scene.put(
                    &name.parse().unwrap(),
                    &old,
                    Step::Place,
                    OnDisk::Absent,
                )])
                .unwrap();
        }
        first.commit("old lock").unwrap();
        scene
    }
}

/// The text of every file below a folder.
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

fn new_state(lockfile: &str) -> BTreeMap<String, String> {
    let mut files = state(lockfile, &[("a", "new"), ("b", "new"), ("d", "new")]);
    files.insert(".mdskill/.gitignore".to_owned(), "*\n".to_owned());
    files.insert(".mdskill/trash/d-1/SKILL.md".to_owned(), "old".to_owned());
    files
}

#[test]
fn commit_exchanges_everything_and_leaves_nothing_else() {
    let scene = Scene::prepared();
    assert_eq!(files(&scene.scope.root), old_state());
    let committed = scene.change(&|| false, "new lock").unwrap();
    assert_eq!(files(&scene.scope.root), new_state("new lock"));
    assert_eq!(committed.trashed.len(), 1);
    assert!(!scene.scope.stage(&scene.target).exists());
}

/// `install` restores files without a lockfile change, so the lockfile can't show whether the transaction
/// is committed.
const LOCKFILES: [&str; 2] = ["new lock", "old lock"];

#[test]
fn interrupt_at_any_step_undoes_everything() {
    for lockfile in LOCKFILES {
        for stop in 0.. {
            let scene = Scene::prepared();
            let asked = Cell::new(0);
            let checkpoint = || asked.replace(asked.get() + 1) == stop;
            match scene.change(&checkpoint, lockfile) {
                Err(InstallError::Interrupted) => {
                    assert_eq!(
                        files(&scene.scope.root),
                        old_state(),
                        "{lockfile}, step {stop}"
                    );
                    assert!(!scene.scope.stage(&scene.target).exists());
                }
                Err(error) => panic!("{lockfile}, step {stop}: {error}"),
                Ok(_) => {
                    assert!(stop > 10, "only {stop} steps");
                    assert_eq!(files(&scene.scope.root), new_state(lockfile));
                    break;
                }
            }
        }
    }
}

/// Copies the disk at each step, as a kill would leave it, and recovers the copy.
#[test]
fn kill_at_any_step_is_recovered_to_old_or_new_state() {
    for (lockfile, stop) in LOCKFILES
        .into_iter()
        .flat_map(|lockfile| (0..18).map(move |stop| (lockfile, stop)))
    {
        let scene = Scene::prepared();
        let copy = scene.scope.root.with_file_name("killed");
        let asked = Cell::new(0);
        let checkpoint = || {
            if asked.replace(asked.get() + 1) == stop {
                copy_folder(&scene.scope.root, &copy);
            }
            false
        };
        scene.change(&checkpoint, lockfile).unwrap();
        if !copy.exists() {
            continue;
        }
        let killed = Scope {
            lockfile: copy.join("mdskill.lock"),
            root: copy,
            ..scene.scope.clone()
        };
        drop(Transaction::begin(&killed, &|| false, &Silent).unwrap());
        let recovered = files(&killed.root);
        let is_new = recovered == new_state(lockfile);
        assert!(
            is_new || recovered == old_state(),
            "{lockfile}, step {stop}: {recovered:#?}"
        );
        assert!(
            !killed.stage(&scene.target).exists(),
            "{lockfile}, step {stop}"
        );
    }
}

/// The scope in a copy of another's folder.
fn copy_of(scope: &Scope, name: &str) -> Scope {
    let root = scope.root.with_file_name(name);
    drop(std::fs::remove_dir_all(&root));
    copy_folder(&scope.root, &root);
    Scope {
        lockfile: root.join("mdskill.lock"),
        root,
        ..scope.clone()
    }
}

/// Recovers a scope, and returns the number of steps. Before step `kill`, it copies the disk, as
/// another kill would leave it.
fn recover_and_copy(scope: &Scope, kill: usize) -> (usize, Option<Scope>) {
    let (mut step, mut again) = (0, None);
    if let Some(journal) = Journals::find(scope).unwrap().ours {
        let mut before_step = || {
            if step == kill {
                again = Some(copy_of(scope, "again"));
            }
            step += 1;
        };
        journal.finish(scope, &mut before_step).unwrap();
    }
    drop(Transaction::begin(scope, &|| false, &Silent).unwrap());
    (step, again)
}

/// `b` is edited after the kill, so that the undo moves it to the trash.
#[test]
fn second_kill_at_any_step_of_recovery_changes_nothing() {
    let mut second_kills = 0;
    for (stop, is_edited) in (0..18).flat_map(|stop| [(stop, false), (stop, true)]) {
        let scene = Scene::prepared();
        let asked = Cell::new(0);
        let checkpoint = || {
            if asked.replace(asked.get() + 1) == stop {
                let killed = copy_of(&scene.scope, "killed");
                let page = killed.root.join(".github/skills/b/SKILL.md");
                if is_edited && std::fs::read(&page).is_ok_and(|text| text == b"new") {
                    std::fs::write(&page, "mine").unwrap();
                }
            }
            false
        };
        scene.change(&checkpoint, "new lock").unwrap();
        let killed = Scope {
            root: scene.scope.root.with_file_name("killed"),
            lockfile: scene.scope.root.with_file_name("killed/mdskill.lock"),
            ..scene.scope.clone()
        };
        if !killed.root.exists() {
            continue;
        }
        let (steps, _) = recover_and_copy(&copy_of(&killed, "once"), usize::MAX);
        let once = files(&killed.root.with_file_name("once"));
        for kill in 0..steps {
            // The files of a staging folder may be removed in any order.
            for removed in ["", "new", "settled", "old", "old/b", "old/c/SKILL.md"] {
                let (_, again) = recover_and_copy(&copy_of(&killed, "twice"), kill);
                let again = again.expect("there are as many steps as before");
                let stage = again.stage(&scene.target);
                let is_settled = stage.join("settled").exists();
                if !removed.is_empty() {
                    drop(std::fs::remove_file(stage.join(removed)));
                    drop(std::fs::remove_dir_all(stage.join(removed)));
                    // A different lockfile must not change the result.
                    std::fs::write(&again.lockfile, "another lock").unwrap();
                }
                drop(Transaction::begin(&again, &|| false, &Silent).unwrap());
                let mut found = files(&again.root);
                found.insert("mdskill.lock".to_owned(), once["mdskill.lock"].clone());
                assert_eq!(found, once, "kill {stop}, then {kill}, {removed:?} removed");
                assert!(!stage.exists() && Journals::find(&again).unwrap().ours.is_none());
                second_kills += 1;
                if !is_settled {
                    break;
                }
            }
        }
    }
    assert!(second_kills > 200, "only {second_kills}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn edit_saved_after_planning_is_not_lost() {
    let scene = Scene::prepared();
    let edited = scene.scope.root.join(".github/skills/b/SKILL.md");
    let asked = Cell::new(0);
    let checkpoint = || {
        // After the planning, before the exchange.
        if asked.replace(asked.get() + 1) == 5 {
            std::fs::write(&edited, "mine").unwrap();
        }
        false
    };
    let error = scene.change(&checkpoint, "new lock").unwrap_err();
    assert!(matches!(error, InstallError::Changed { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&edited).unwrap(), "mine");
    assert_eq!(
        std::fs::read_to_string(&scene.scope.lockfile).unwrap(),
        "old lock"
    );
}

#[cfg(unix)]
#[test]
fn target_outside_of_project_is_refused() {
    let scene = Scene::new();
    let outside = scene.scope.root.with_file_name("outside");
    std::fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, scene.scope.root.join(".github")).unwrap();
    let mut transaction = Transaction::begin(&scene.scope, &|| false, &Silent).unwrap();
    let skill = scene.skill("x");
    let name = "a".parse().unwrap();
    let put = scene.put(&name, &skill, Step::Place, OnDisk::Absent);
    let error = transaction.stage_all(vec![put]);
    assert!(matches!(error, Err(InstallError::TargetOutside { .. })));
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

/// A folder that can't be renamed is copied, so a kill can leave the copy and a part of the original.
#[test]
fn kill_while_the_original_of_a_copy_is_removed_is_undone() {
    let mut kills = 0;
    for (stop, is_empty) in (0..18).flat_map(|stop| [(stop, false), (stop, true)]) {
        let scene = Scene::prepared();
        let asked = Cell::new(0);
        let checkpoint = || {
            if asked.replace(asked.get() + 1) == stop {
                drop(copy_of(&scene.scope, "killed"));
            }
            false
        };
        scene.change(&checkpoint, "new lock").unwrap();
        let root = scene.scope.root.with_file_name("killed");
        let killed = Scope {
            lockfile: root.join("mdskill.lock"),
            root,
            ..scene.scope.clone()
        };
        let stage = killed.stage(&scene.target);
        let moved = [
            stage.join("old/b"),
            stage.join("old/c"),
            killed.trash().join("d-1"),
        ];
        for (name, old) in ["b", "c", "d"].into_iter().zip(moved) {
            let place = killed.target(&scene.target).join(name);
            let is_open = std::fs::read(&killed.lockfile).is_ok_and(|text| text == b"old lock");
            if is_open && old.exists() && !place.exists() {
                std::fs::create_dir(&place).unwrap();
                if !is_empty {
                    std::fs::copy(old.join("SKILL.md"), place.join("SKILL.md")).unwrap();
                }
                kills += 1;
                drop(Transaction::begin(&killed, &|| false, &Silent).unwrap());
                assert_eq!(files(&killed.root), old_state(), "step {stop}, {name}");
                assert!(place.is_dir() && !killed.state().exists());
                break;
            }
        }
    }
    assert!(kills >= 6, "only {kills}");
}
