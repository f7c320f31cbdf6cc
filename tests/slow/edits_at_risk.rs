//! Merges that are killed, run concurrently, or cannot write: each skill is wholly old or wholly new, and no edit is
//! lost.

use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{TestContext, blocks};
use crate::transaction::{hold, start_and_wait, time_of};
use std::path::Path;
use std::process::Command;

const SKILLS: usize = 40;
const MOMENTS: u32 = 16;
const TARGET: &str = ".github/skills";
/// A page of skill `s00`, which is edited.
const PAGE: &str = ".github/skills/s00/SKILL.md";

fn page(number: usize, first: &str, last: &str) -> String {
    let head = format!("---\nname: s{number:02}\ndescription: Skill {number}\n---\n");
    format!("{head}\n{first}\n\nmiddle\n\n{last}\n")
}

/// The files on disk before and after the update.
struct EditedSkills {
    context: TestContext,
    repo: Repo,
    old: String,
    new: String,
}

impl EditedSkills {
    /// Forty skills, each second one edited at its end, and each one changed upstream at its beginning.
    fn new() -> Self {
        let context = TestContext::new();
        let mut repo = context.repo("acme/skills");
        let write = |repo: &mut Repo, first: &str| {
            for number in 0..SKILLS {
                let folder = format!("skills/s{number:02}");
                repo.write(&format!("{folder}/SKILL.md"), page(number, first, "last"))
                    .write(&format!("{folder}/references/text.md"), first.repeat(800));
            }
            repo.commit(first)
        };
        let old = write(&mut repo, "first");
        context.run(&["add", "acme/skills", "--all"]).ok();
        let new = write(&mut repo, "first, theirs");
        for number in (0..SKILLS).step_by(2) {
            let folder = format!("{TARGET}/s{number:02}");
            let edited = page(number, "first", "last, ours");
            context.write(&format!("{folder}/SKILL.md"), edited);
            context.write(&format!("{folder}/notes.md"), "ours\n");
        }
        Self {
            context,
            repo,
            old,
            new,
        }
    }

    /// Returns the expected files: the edits merged into this version.
    fn expected(&self, commit: &str) -> Snapshot {
        let first = ["first", "first, theirs"][usize::from(commit == self.new)];
        let mut expected = self.repo.snapshot(&format!("{commit}:skills"));
        for number in (0..SKILLS).step_by(2) {
            let mut put = |path: &str, text: String| {
                let file = (crate::support::snapshot::FILE, text.into_bytes());
                expected
                    .entries
                    .insert(format!("s{number:02}/{path}"), file);
            };
            put("SKILL.md", page(number, first, "last, ours"));
            put("notes.md", "ours\n".to_owned());
        }
        expected
    }

    /// Returns the commit of all skills, in the lockfile and on disk, and checks for leftovers.
    fn settled(&self, second: &TestContext, moment: &str) -> String {
        second.mdskill(["list"]).run().ok();
        let lock = blocks(&second.read("mdskill.lock"));
        let commit = lock["s00"]["commit"].clone();
        assert!(
            lock.values().all(|entry| entry["commit"] == commit),
            "{moment}"
        );
        self.expected(&commit).assert_same(&second.tree(TARGET));
        // Edits are only recorded after a merge.
        let code = if commit == self.new { 0 } else { 3 };
        second.mdskill(["verify"]).run().fails(code);
        let everything = second.tree("");
        let waits = [".mdskill", ".mdskill/lock", ".mdskill/.gitignore"];
        let is_left = |path: &&str| path.contains(".mdskill") && !waits.contains(path);
        let left: Vec<&str> = everything.paths().into_iter().filter(is_left).collect();
        assert_eq!(left, [""; 0], "{moment}");
        commit
    }
}

#[test]
fn interrupted_while_merging() {
    let skills = EditedSkills::new();
    let whole = time_of(&skills.context.copy(), &["update"]);
    for moment in 1..=8 {
        let context = skills.context.copy();
        let running = context.mdskill(["update"]).spawn();
        std::thread::sleep(whole * moment / 8);
        running.interrupt();
        let outcome = running.wait();
        let expected = match outcome.code {
            Some(0) => &skills.new,
            // The signal kills the program before it installs its handler.
            None => &skills.old,
            _ => {
                outcome.fails(130).says("interrupted");
                &skills.old
            }
        };
        assert_eq!(
            skills.settled(&context, &format!("moment {moment}")),
            *expected
        );
    }
}

#[test]
fn edit_during_update_is_not_lost() {
    let skills = EditedSkills::new();
    let whole = time_of(&skills.context.copy(), &["update"]);
    let mut refused = 0;
    for moment in 0..MOMENTS {
        let context = skills.context.copy();
        let running = context.mdskill(["update"]).spawn();
        std::thread::sleep(whole * moment / MOMENTS);
        let file = context.project().join(PAGE);
        let text = page(0, "first", "last, ours, and more");
        let saved = std::fs::write(&file, &text).is_ok();
        let outcome = running.wait();
        let kept = std::fs::read_to_string(&file).is_ok_and(|text| text.contains("and more"));
        assert!(!saved || kept, "moment {moment}\n{outcome}");
        refused += usize::from(outcome.code != Some(0));
        // The next update merges or refuses the new edit.
        context.mdskill(["update"]).run();
        assert!(
            !saved || context.read(PAGE).contains("and more"),
            "{moment}"
        );
    }
    eprintln!("saved {MOMENTS} times while merging: {refused} updates refused");
}

#[test]
fn update_refuses_skill_edited_after_the_merge() {
    let skills = EditedSkills::new();
    let context = &skills.context;
    let held = hold(&context.project());
    let running = start_and_wait(context, &["update"]);
    // A skill with edits, and one without.
    context.write(PAGE, page(0, "first", "last, ours, and more"));
    context.write(".github/skills/s01/notes.md", "new\n");
    let theirs = context.tree(TARGET);
    drop(held);
    let outcome = running.wait();
    let sentence = "was not changed: it was edited while its new version was being fetched";
    outcome
        .fails(3)
        .says(&format!(".github/skills/s00 {sentence}"))
        .says(&format!(".github/skills/s01 {sentence}"))
        .says("38 updated");
    for name in ["s00", "s01"] {
        let path = format!("{name}/");
        let now = context.tree(TARGET);
        let of = |disk: &Snapshot| {
            let files = disk.entries.clone().into_iter();
            files
                .filter(|(file, _)| file.starts_with(&path))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&theirs), of(&now));
        assert_eq!(skills.context.entry(name)["commit"], skills.old);
    }
    context.mdskill(["update"]).run().ok().says("2 updated");
    assert_eq!(
        context.read(PAGE),
        page(0, "first, theirs", "last, ours, and more")
    );
    assert_eq!(context.read(".github/skills/s01/notes.md"), "new\n");
    context.mdskill(["verify"]).run().ok();
}

#[test]
fn concurrent_updates_merge_once() {
    let skills = EditedSkills::new();
    for crowd in [2, 3] {
        let context = skills.context.copy();
        let running: Vec<_> = (0..crowd)
            .map(|_| context.mdskill(["update"]).spawn())
            .collect();
        let mut done = 0;
        for one in running {
            let outcome = one.wait();
            match outcome.code {
                Some(0) => done += 1,
                _ => drop(
                    outcome
                        .fails(1)
                        .says("was changed while its skills were being fetched"),
                ),
            }
        }
        assert!(done > 0);
        assert_eq!(skills.settled(&context, "a crowd"), skills.new);
    }
}

#[test]
fn concurrent_keep_and_update_both_succeed() {
    let skills = EditedSkills::new();
    for _ in 0..4 {
        let context = skills.context.copy();
        let running = [["update", "--quiet"], ["keep", "s00"]]
            .map(|command| context.mdskill(command).spawn());
        let [update, keep] = running.map(crate::support::outcome::Running::wait);
        keep.ok();
        if update.code != Some(0) {
            update
                .fails(1)
                .says("was changed while its skills were being fetched");
            context.mdskill(["update"]).run().ok();
        }
        assert_eq!(skills.settled(&context, "keep"), skills.new);
    }
}

#[test]
fn full_disk_keeps_edits_and_old_versions() {
    let skills = EditedSkills::new();
    let context = &skills.context;
    let before = context.snapshot();
    // A limit of 8 blocks a file simulates a full disk on any machine.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' update",
        env!("CARGO_BIN_EXE_mdskill")
    );
    context
        .command("sh", ["-c", &script])
        .run()
        .fails(1)
        .says("text.md");
    before.assert_same(&context.snapshot());
    context.mdskill(["update"]).run().ok();
    assert_eq!(skills.settled(context, "context again"), skills.new);
}

/// Returns a command prefix for a user without special permissions. Root gives these folders to the user `nobody`
/// and switches to it, because root can write everywhere.
fn as_nobody(folders: &[&Path]) -> Option<Vec<&'static str>> {
    if !rustix::process::geteuid().is_root() {
        return Some(vec!["env"]);
    }
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let runs = |program: &str, words: &[&str]| {
        let outcome = Command::new(program).args(words).status();
        outcome.is_ok_and(|status| status.success())
    };
    let look = ["test", "-x", env!("CARGO_BIN_EXE_mdskill")];
    if !runs(nobody[0], &[&nobody[1..], &look].concat()) {
        eprintln!("skipped: root can't become nobody here");
        return None;
    }
    for folder in folders {
        assert!(runs(
            "chown",
            &["-R", "65534:65534", &folder.to_string_lossy()]
        ));
    }
    Some(nobody.to_vec())
}

#[test]
fn read_only_target_changes_nothing() {
    let skills = EditedSkills::new();
    let context = &skills.context;
    let expected = skills.expected(&skills.new);
    let Some(begin) = as_nobody(&[&context.path(""), skills.context.root()]) else {
        return;
    };
    let before = context.snapshot();
    let chmod = |mode: &str, folder: &str| {
        let status = Command::new("chmod")
            .args([mode, folder])
            .current_dir(context.project())
            .status();
        assert!(status.unwrap().success());
    };
    let program = sealed::locate(begin[0]).unwrap();
    let words = [&begin[1..], &[env!("CARGO_BIN_EXE_mdskill"), "update"]].concat();
    let update = || context.command(&program.to_string_lossy(), &words).run();
    for folder in [TARGET, ".github"] {
        chmod("a-w", folder);
        let outcome = update();
        chmod("u+w", folder);
        outcome.fails(4).says(".github");
        before.assert_same(&context.snapshot());
    }
    update().ok();
    expected.assert_same(&context.tree(TARGET));
}
