//! Updates along the history of a real repository with local edits at each step: no edit is lost, and the files
//! match the lockfile after every step.

mod author;
mod digests;
mod lost;

use author::Dice;
use lost::{Conflict, assert_none_lost, marks};

use crate::history::{Clone, corpora, lock_of, moved};
use crate::support::outcome::Outcome;
use crate::support::sealed;
use crate::support::snapshot::{FOLDER, Snapshot};
use crate::support::test_context::{Block, TestContext};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const SEED: u64 = 0x6d64_736b_696c_6c04;
const SKILLS: &str = ".github/skills";
/// The number of files in a step that git merges, too.
const ASKED: usize = 12;

#[derive(Debug, Default)]
struct Tally {
    edits: usize,
    moves: usize,
    merges: usize,
    conflicts: usize,
    settled: BTreeMap<&'static str, usize>,
    asked_git: usize,
    renames: usize,
    taken_back: usize,
}

struct Walk {
    context: TestContext,
    clone: Clone,
    dice: Dice,
    tally: Tally,
}

#[test]
fn forty_updates_lose_no_edit() {
    let Some(corpora) = corpora() else { return };
    let clone = Clone::of(&corpora.join("wshobson/agents.bundle"));
    let steps = clone.steps();
    let context = TestContext::in_memory(&clone.root().to_string_lossy());
    let mut walk = Walk {
        context,
        clone,
        dice: Dice(SEED),
        tally: Tally::default(),
    };
    walk.clone.go_to(&steps[0]);
    walk.add_what_is_new(&walk.clone.skills(&steps[0]));
    for (number, commit) in steps.iter().enumerate() {
        let kept = walk.disk();
        walk.edit();
        if number.is_multiple_of(2) {
            walk.revert(&kept);
        }
        walk.clone.go_to(commit);
        let skills = walk.clone.skills(commit);
        let conflicts = walk.update(&skills, commit);
        let way = ["markers", "ours", "theirs"][number % 3];
        walk.resolve_some(way, &conflicts, &skills, commit);
        walk.keep(number);
        walk.recompute();
        if number.is_multiple_of(8) {
            walk.add_what_is_new(&skills);
        }
    }
    let Tally { moves, merges, .. } = walk.tally;
    eprintln!("{} steps, seed {SEED:#x}: {:?}", steps.len(), walk.tally);
    assert!(moves > 100 && merges > 50, "{:?}", walk.tally);
}

impl Walk {
    fn disk(&self) -> Snapshot {
        self.context.tree(SKILLS)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.context.project().join(SKILLS).join(file)
    }

    fn mdskill(&self, words: &[&str], names: &[String]) -> Outcome {
        let names = names.iter().map(String::as_str);
        self.context
            .mdskill(words.iter().copied().chain(names))
            .run()
    }

    /// Returns the skills that differ from the locked tree in git.
    fn edited(&mut self) -> Vec<String> {
        let (lock, disk) = (lock_of(&self.context), self.disk());
        let differs = |(name, entry): (&String, &Block)| {
            let differs = skill(&disk, name) != *self.clone.tree(&entry["tree"]);
            differs.then(|| name.clone())
        };
        lock.iter().filter_map(differs).collect()
    }

    /// Updates, checks every skill, and returns the conflicts.
    fn update(&mut self, skills: &BTreeMap<String, String>, commit: &str) -> Vec<Conflict> {
        let (before, was) = (self.disk(), lock_of(&self.context));
        let outcome = self.mdskill(&["update", "--json"], &[]);
        let conflicts = Conflict::all_of(&outcome);
        let (after, now) = (self.disk(), lock_of(&self.context));
        assert!(was.keys().eq(now.keys()), "{outcome}");
        let mut left = ASKED;
        for (name, entry) in &was {
            let place = format!("{name} on the way to {commit}");
            let (ours, result) = (skill(&before, name), skill(&after, name));
            let expected = moved(&self.clone, entry, skills, commit);
            let theirs = self.clone.tree(&expected["tree"]).clone();
            let base = self.clone.tree(&entry["tree"]).clone();
            if let Some(conflict) = conflicts.iter().find(|conflict| conflict.name == *name) {
                assert_eq!(now[name], *entry, "{place}");
                ours.assert_same(&result);
                self.assert_conflict(conflict, [&base, &ours, &theirs], &place);
                continue;
            }
            assert_moved(&now[name], &expected, &place);
            self.tally.moves += usize::from(expected != *entry);
            if base == theirs {
                ours.assert_same(&result);
            } else if ours == base {
                theirs.assert_same(&result);
            } else {
                self.tally.merges += 1;
                assert_none_lost(&marks(&ours), &marks(&result), &[], &place);
                self.assert_merged([&base, &ours, &theirs, &result], &mut left, &place);
            }
            let is_recorded = match base == theirs && expected["path"] == entry["path"] {
                true => entry.contains_key("edits"),
                false => result != theirs,
            };
            assert_eq!(now[name].contains_key("edits"), is_recorded, "{place}");
        }
        self.tally.conflicts += conflicts.len();
        conflicts
    }

    /// Checks the merge of each file, for some files with git.
    fn assert_merged(&mut self, sides: [&Snapshot; 4], left: &mut usize, place: &str) {
        let all: BTreeSet<&String> = sides.iter().flat_map(|side| side.entries.keys()).collect();
        let at = |path: &String| {
            sides.map(|side| side.entries.get(path).filter(|file| file.0 != FOLDER))
        };
        // The edits of a renamed file are at another path.
        let is_renamed = all.iter().any(|path| {
            let [base, ours, theirs, _] = at(path);
            base.is_some() && ours.is_some() != theirs.is_some() && ours != base && theirs != base
        });
        for path in all {
            let [base, ours, theirs, result] = at(path);
            let expected = match (base, ours, theirs) {
                _ if ours == theirs || theirs == base => ours,
                _ if ours == base => theirs,
                (Some(base), Some(ours), Some(theirs)) => {
                    if *left > 0 {
                        *left -= 1;
                        self.tally.asked_git += 1;
                        let merged = self.merged_by_git([&base.1, &ours.1, &theirs.1]);
                        assert_eq!(merged, Ok(result.unwrap().1.clone()), "{path} of {place}");
                    }
                    continue;
                }
                _ => continue,
            };
            if result != expected && is_renamed && base.is_none() {
                self.tally.renames += 1;
                continue;
            }
            assert_eq!(result, expected, "{path} of {place}");
        }
    }

    /// Checks that a reported conflict is one in git, too.
    fn assert_conflict(&self, conflict: &Conflict, sides: [&Snapshot; 3], place: &str) {
        for file in conflict.files.iter().filter(|file| !file.hunks.is_empty()) {
            let [base, ours, theirs] = sides.map(|side| side.entries.get(&file.path));
            if let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) {
                let merged = self.merged_by_git([&base.1, &ours.1, &theirs.1]);
                assert!(merged.is_err(), "{} of {place}", file.path);
            }
        }
    }

    /// Returns git's merge of a file; the error has markers.
    fn merged_by_git(&self, sides: [&Vec<u8>; 3]) -> Result<Vec<u8>, Vec<u8>> {
        let folder = self.context.path("temp");
        for (name, bytes) in ["base", "ours", "theirs"].iter().zip(sides) {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let mut git = sealed::command("git", &folder);
        git.current_dir(&folder);
        git.args(["merge-file", "-p", "ours", "base", "theirs"]);
        let printed = git.output().unwrap();
        match printed.status.code() {
            Some(0) => Ok(printed.stdout),
            Some(1..128) => Err(printed.stdout),
            _ => panic!("git merge-file: {}", printed.status),
        }
    }

    /// Leaves some conflicts to the next steps, and resolves the others with this option.
    fn resolve_some(
        &mut self,
        way: &'static str,
        conflicts: &[Conflict],
        skills: &BTreeMap<String, String>,
        commit: &str,
    ) {
        let all = conflicts.iter().map(|conflict| conflict.name.clone());
        let names: Vec<String> = all.filter(|_| self.dice.roll(3) > 0).collect();
        if names.is_empty() {
            return;
        }
        *self.tally.settled.entry(way).or_default() += names.len();
        let (before, was) = (self.disk(), lock_of(&self.context));
        let how = format!("--conflict={way}");
        let outcome = self.mdskill(&["update", "--json", &how], &names);
        let marked = Conflict::all_of(&outcome);
        let expected = if way == "markers" { names.len() } else { 0 };
        assert_eq!(marked.len(), expected, "{outcome}");
        let (after, now) = (self.disk(), lock_of(&self.context));
        for (name, entry) in &was {
            let place = format!("{name} by {how} on the way to {commit}");
            let (ours, result) = (skill(&before, name), skill(&after, name));
            if !names.contains(name) {
                ours.assert_same(&result);
                assert_eq!(now[name], *entry, "{place}");
                continue;
            }
            let expected = moved(&self.clone, entry, skills, commit);
            assert_moved(&now[name], &expected, &place);
            let mut reported = conflicts.iter().filter(|conflict| conflict.name == *name);
            let reported = reported.next().unwrap().files.as_slice();
            let may_go = if way == "theirs" { reported } else { &[] };
            assert_none_lost(&marks(&ours), &marks(&result), may_go, &place);
        }
        if way == "markers" {
            self.resolve(&marked);
        }
    }

    /// Removes the markers, so that the lines of both sides stay.
    fn resolve(&self, marked: &[Conflict]) {
        let names: Vec<String> = marked
            .iter()
            .map(|conflict| conflict.name.clone())
            .collect();
        self.mdskill(&["verify"], &names).fails(3);
        let has_lines =
            |conflict: &&Conflict| conflict.files.iter().any(|file| !file.hunks.is_empty());
        if let Some(conflict) = marked.iter().find(has_lines) {
            let keep = self.mdskill(&["keep"], std::slice::from_ref(&conflict.name));
            keep.fails(1).says("has a conflict marker");
        }
        for conflict in marked {
            for file in conflict.files.iter().filter(|file| !file.hunks.is_empty()) {
                let path = self.path(&format!("{}/{}", conflict.name, file.path));
                let text = std::fs::read_to_string(&path).unwrap();
                let is_marker = |line: &&str| {
                    ["<<<<<<< ", "=======\n", ">>>>>>> "]
                        .iter()
                        .any(|mark| line.starts_with(mark))
                };
                let kept: String = text
                    .split_inclusive('\n')
                    .filter(|line| !is_marker(line))
                    .collect();
                std::fs::write(path, kept).unwrap();
            }
        }
    }

    /// Keeps all edits, also of skills in conflict; then the files match the lockfile.
    fn keep(&mut self, number: usize) {
        let edited = self.edited();
        let lock = lock_of(&self.context);
        let unkept: Vec<&String> = edited
            .iter()
            .filter(|name| !lock[*name].contains_key("edits"))
            .collect();
        if let (Some(first), true) = (unkept.first(), number.is_multiple_of(8)) {
            self.mdskill(&["verify"], &[]).fails(3).says(first);
        }
        // `keep` also records that edits were reverted.
        let recorded = lock.keys().filter(|name| lock[*name].contains_key("edits"));
        let names: BTreeSet<String> = recorded.chain(&edited).cloned().collect();
        let names: Vec<String> = names.into_iter().collect();
        let disk = self.disk();
        if !names.is_empty() {
            self.mdskill(&["keep"], &names).ok();
        }
        disk.assert_same(&self.disk());
        self.mdskill(&["verify"], &[]).ok();
        let lock = lock_of(&self.context);
        let kept = lock.iter().filter(|(_, entry)| entry.contains_key("edits"));
        assert!(
            kept.map(|(name, _)| name).eq(&edited),
            "step {number}: {edited:?}"
        );
    }

    /// Reverts the edits of some skills before they are kept; the trash has the edited files.
    fn revert(&mut self, kept: &Snapshot) {
        let (edited, before) = (self.edited(), self.disk());
        let is_new = |name: &String| skill(&before, name) != skill(kept, name);
        let new = edited.into_iter().filter(is_new);
        let names: Vec<String> = new.filter(|_| self.dice.roll(6) == 0).collect();
        if names.is_empty() {
            return;
        }
        self.tally.taken_back += names.len();
        self.mdskill(&["install", "--force"], &names).ok();
        self.mdskill(&["keep"], &names).ok();
        for name in &names {
            let trash = format!(".mdskill/trash/{name}-1");
            skill(&before, name).assert_same(&self.context.tree(&trash));
        }
        let still: BTreeSet<String> = self.edited().into_iter().collect();
        assert!(names.iter().all(|name| !still.contains(name)), "{still:?}");
        std::fs::remove_dir_all(self.context.project().join(".mdskill/trash")).unwrap();
    }

    /// Installs every skill, including new ones.
    fn add_what_is_new(&self, skills: &BTreeMap<String, String>) {
        let lockfile = self.context.project().join("mdskill.lock");
        let lock = match lockfile.exists() {
            true => lock_of(&self.context),
            false => BTreeMap::new(),
        };
        let folder = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let known: BTreeSet<String> = lock.values().map(|entry| folder(&entry["path"])).collect();
        let new = skills.keys().filter(|path| !known.contains(&folder(path)));
        let specs: Vec<String> = new.map(|path| format!("wshobson/agents/{path}")).collect();
        if specs.is_empty() {
            return;
        }
        let before = self.disk();
        self.mdskill(&["add"], &specs);
        let after = self.disk();
        for name in lock.keys() {
            skill(&before, name).assert_same(&skill(&after, name));
        }
    }
}

fn assert_moved(locked: &Block, expected: &Block, place: &str) {
    for key in ["path", "tree", "commit"] {
        assert_eq!(locked[key], expected[key], "{key} of {place}");
    }
}

/// Returns the files of one skill.
fn skill(disk: &Snapshot, name: &str) -> Snapshot {
    let prefix = format!("{name}/");
    let entries = disk
        .entries
        .range(prefix.clone()..)
        .take_while(|(path, _)| path.starts_with(&prefix));
    Snapshot {
        entries: entries
            .map(|(path, file)| (path[prefix.len()..].to_owned(), file.clone()))
            .collect(),
    }
}
