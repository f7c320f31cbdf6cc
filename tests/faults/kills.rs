//! Kills at each step of the commands that write, of their recovery, and of the recovery of that.

use crate::scene::{Scene, Shared, scene};
use crate::strace::{self, CHANGES, kill_before};
use crate::suite::{Group, Suite};
use crate::support::test_context::TestContext;
use crate::tally::{Tried, tried};
use crate::watch::Watch;

/// A step: the name of its case, and the system call that begins it: its name, a part of its line, and its number among
/// these.
#[derive(Clone, Copy)]
struct Step(&'static str, &'static str, &'static str, usize);

/// Before the first exchange.
const BEGIN: [Step; 5] = [
    Step("state_folder", "mkdir", "/.mdskill\"", 1),
    Step("lock", "flock", "/.mdskill/lock>", 1),
    Step("process_number", "write", "/.mdskill/lock>", 1),
    Step("file_of_ignore_file", "openat", "/.mdskill/.mdskill-", 1),
    Step("ignore_file", "rename", "/.mdskill/.gitignore\")", 1),
];

/// Writing new folders.
const STAGE: [Step; 5] = [
    Step("first_journal", "rename", "/journal.json\")", 1),
    Step("stage", "mkdir", "/.github/.mdskill-stage-skills\"", 1),
    Step(
        "folder_of_new_skills",
        "mkdir",
        "/.github/.mdskill-stage-skills/new\"",
        1,
    ),
    Step(
        "folder_of_old_skills",
        "mkdir",
        "/.github/.mdskill-stage-skills/old\"",
        1,
    ),
    Step("flush_of_stage", "syncfs", "/.mdskill-stage-skills>", 1),
];

/// Exchanging folders.
const ASIDE: [Step; 2] = [
    Step("first_move_aside", "rename", "/.github/skills/one\", ", 1),
    Step("last_move_aside", "rename", "skills/two\", \"", 1),
];
const PLACE: [Step; 2] = [
    Step("first_placement", "rename", "/.github/skills/one\")", 1),
    Step("last_placement", "rename", "skills/two\")", 1),
];

/// In the second target, too.
const SECOND: [Step; 5] = [
    Step("second_journal", "rename", "/journal.json\")", 2),
    Step("second_stage", "mkdir", "/.ai/.mdskill-stage-skills\"", 1),
    Step("flush_of_second_target", "fsync", "/.ai/skills>", 1),
    Step(
        "second_mark",
        "rename",
        "/.ai/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step(
        "removal_of_second_stage",
        "unlinkat",
        "/.ai/.mdskill-stage-skills\", AT_REMOVEDIR",
        1,
    ),
];

/// From the flush to the mark of a settled transaction.
const SETTLE: [Step; 5] = [
    Step("flush_of_target", "fsync", "/.github/skills>", 1),
    Step(
        "mark",
        "rename",
        "/.github/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step(
        "first_removal",
        "unlinkat",
        "/.github/.mdskill-stage-skills>",
        1,
    ),
    Step(
        "removal_of_stage",
        "unlinkat",
        "/.github/.mdskill-stage-skills\", AT_REMOVEDIR",
        1,
    ),
    Step("removal_of_journal", "unlink", "/journal.json\")", 1),
];
const REMOVE: [Step; 1] = [Step(
    "removal_of_old_file",
    "unlinkat",
    "/.mdskill-stage-skills/old/",
    1,
)];

/// The commit.
const LOCKFILE: [Step; 3] = [
    Step("flush_of_lockfile", "fsync", "/.mdskill/.mdskill-", 1),
    Step("lockfile", "rename", "/mdskill.lock\")", 1),
    Step("flush_of_project", "fsync", "/project>", 1),
];
const MARK: [Step; 2] = [
    Step("journal", "rename", "/journal.json\")", 3),
    Step("mark_of_commit", "rename", "/journal.json\")", 4),
];

/// After the removal of the journal.
const END: [Step; 2] = [
    Step("removal_of_lock", "unlink", "/.mdskill/lock\")", 1),
    Step("removal_of_state_folder", "rmdir", "/.mdskill\")", 1),
];

/// The steps of undoing an update.
const UNDO: [Step; 13] = [
    Step("lock", "flock", "/.mdskill/lock>", 1),
    Step(
        "first_move_back",
        "rename",
        "/.ai/.mdskill-stage-skills/old/two\", ",
        1,
    ),
    Step(
        "first_new_folder",
        "rename",
        "/.ai/.mdskill-stage-skills/new/one\")",
        1,
    ),
    Step(
        "second_move_back",
        "rename",
        "/.ai/.mdskill-stage-skills/old/one\", ",
        1,
    ),
    Step(
        "third_new_folder",
        "rename",
        "/.github/.mdskill-stage-skills/new/one\")",
        1,
    ),
    Step(
        "last_move_back",
        "rename",
        "/.github/.mdskill-stage-skills/old/one\", ",
        1,
    ),
    Step(
        "mark",
        "rename",
        "/.github/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step(
        "second_mark",
        "rename",
        "/.ai/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step(
        "first_removal",
        "unlinkat",
        "/.github/.mdskill-stage-skills>",
        1,
    ),
    Step("removal_of_new_file", "unlinkat", "/settled/one>", 1),
    Step(
        "removal_of_stage",
        "unlinkat",
        "/.github/.mdskill-stage-skills\", AT_REMOVEDIR",
        1,
    ),
    Step("removal_of_journal", "unlink", "/journal.json\")", 1),
    Step("removal_of_lock", "unlink", "/.mdskill/lock\")", 1),
];

/// The steps of completing a committed transaction.
const COMPLETE: [Step; 6] = [
    Step("lock", "flock", "/.mdskill/lock>", 1),
    Step(
        "mark",
        "rename",
        "/.github/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step(
        "first_removal",
        "unlinkat",
        "/.github/.mdskill-stage-skills>",
        1,
    ),
    Step(
        "removal_of_stage",
        "unlinkat",
        "/.ai/.mdskill-stage-skills\", AT_REMOVEDIR",
        1,
    ),
    Step("removal_of_journal", "unlink", "/journal.json\")", 1),
    Step("removal_of_lock", "unlink", "/.mdskill/lock\")", 1),
];

/// The commands, and the steps that they have.
fn commands() -> [(&'static str, Vec<Step>); 7] {
    let with = |lists: &[&[Step]]| [&[&BEGIN[..]], lists, &[&END[..]]].concat().concat();
    let two = |lists: &[&[Step]]| with(&[&[&STAGE[..], &SECOND, &SETTLE], lists].concat());
    [
        ("add", two(&[&PLACE, &LOCKFILE])),
        ("add_force", two(&[&ASIDE[..1], &PLACE, &LOCKFILE])),
        ("update", two(&[&ASIDE, &PLACE, &LOCKFILE, &REMOVE])),
        ("install", two(&[&PLACE, &MARK])),
        ("remove", two(&[&ASIDE, &LOCKFILE, &REMOVE])),
        (
            "import",
            with(&[&STAGE, &ASIDE, &PLACE, &SETTLE, &LOCKFILE, &REMOVE]),
        ),
        ("keep", with(&[&LOCKFILE])),
    ]
}

/// The killed command, the kill, and the steps of its recovery.
const RECOVERIES: [(&str, &str, Step, &[Step]); 5] = [
    (
        "update",
        "undo_of_update",
        Step("", "rename", "/.ai/skills/two\")", 1),
        &UNDO,
    ),
    (
        "update",
        "completion_of_update",
        Step("", "fsync", "/project>", 1),
        &COMPLETE,
    ),
    (
        "install",
        "completion_of_install",
        Step("", "rename", "/.github/.mdskill-stage-skills/settled\")", 1),
        &COMPLETE,
    ),
    (
        "remove",
        "undo_of_remove",
        Step("", "rename", "/mdskill.lock\")", 1),
        &UNDO_OF_REMOVE,
    ),
    (
        "add_force",
        "undo_of_add_force",
        Step("", "rename", "/mdskill.lock\")", 1),
        &UNDO_OF_FORCE,
    ),
];
const UNDO_OF_REMOVE: [Step; 4] = [
    Step("first_move_back", "rename", "/.ai/skills/two\")", 1),
    Step("last_move_back", "rename", "/.github/skills/one\")", 1),
    Step(
        "mark",
        "rename",
        "/.github/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step("removal_of_journal", "unlink", "/journal.json\")", 1),
];
const UNDO_OF_FORCE: [Step; 5] = [
    Step(
        "new_folder",
        "rename",
        "/.github/.mdskill-stage-skills/new/one\")",
        1,
    ),
    Step(
        "move_out_of_trash",
        "rename",
        "/.mdskill/trash/one-1\", ",
        1,
    ),
    Step(
        "mark",
        "rename",
        "/.github/.mdskill-stage-skills/settled\")",
        1,
    ),
    Step("removal_of_trash", "rmdir", "/.mdskill/trash\")", 1),
    Step("removal_of_journal", "unlink", "/journal.json\")", 1),
];

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("kills", Tried::Fault);
    for (command, steps) in commands() {
        for step in steps {
            let name = format!("{command}_before_{}", step.0);
            named(&mut group, name, move || kill_once(&scene(command), step));
        }
    }
    for (command, recovery, killed, steps) in RECOVERIES {
        for step in steps {
            let name = format!("{recovery}_before_{}", step.0);
            named(&mut group, name, move || {
                kill_once(&interrupted(&scene(command), killed), *step);
            });
        }
        group.long_counting_case(
            format!("{recovery}_twice_at_every_pair_of_steps"),
            move || {
                if strace::is_available(recovery) {
                    kill_twice(&interrupted(&scene(command), killed));
                }
            },
        );
    }
    for step in UNDO.into_iter().filter(|step| step.1 != "flock") {
        let name = format!("interrupted_update_before_{}", step.0);
        named(&mut group, name, move || {
            interrupt_and_kill(&scene("update"), step);
        });
    }
    for (command, _) in commands() {
        let name = format!("{command}_before_every_change");
        group.long_counting_case(name, move || {
            if strace::is_available(command) {
                kill_everywhere(&scene(command));
            }
        });
    }
}

/// Adds a case that is skipped without strace.
fn named(group: &mut Group<'_>, name: String, run: impl FnOnce() + Send + 'static) {
    let case = name.clone();
    let run = move || {
        if strace::is_available(&name) {
            tried(Tried::Fault);
            run();
        }
    };
    if group.is_next_short() {
        group.counting_case(case, run);
    } else {
        group.long_counting_case(case, run);
    }
}

fn kill_once(scene: &Scene, step: Step) {
    let Step(_, name, text, number) = step;
    let copy = scene.before.copy();
    let call = scene.call(name, text, number);
    kill_before(&copy, &scene.arguments, call, text);
    settle(scene, &copy);
}

/// Runs a normal command, checks the invariants, and that a third command has nothing to do.
fn settle(scene: &Scene, copy: &TestContext) {
    scene.watch(copy).settle();
    let settled = copy.snapshot();
    Watch::run(copy.mdskill(["list"])).ok();
    settled.assert_same(&copy.snapshot());
}

/// The scene after a kill: the next command recovers.
fn interrupted(scene: &Shared, killed: Step) -> Scene {
    let copy = scene.before.copy();
    let Step(_, name, text, number) = killed;
    kill_before(
        &copy,
        &scene.arguments,
        scene.call(name, text, number),
        text,
    );
    scene.then(copy, &["list"])
}

/// Kills the recovery before every change, and the recovery of that before every change, too.
fn kill_twice(scene: &Scene) {
    for first in scene.calls() {
        let copy = scene.before.copy();
        kill_before(&copy, &scene.arguments, first, "");
        let again = scene.then(copy, &["list"]);
        kill_everywhere(&again);
    }
}

fn kill_everywhere(scene: &Scene) {
    for call in scene.calls() {
        tried(Tried::Fault);
        let copy = scene.before.copy();
        kill_before(&copy, &scene.arguments, call, "");
        settle(scene, &copy);
    }
}

/// Ctrl-C after the last exchange, then SIGKILL while that is undone.
fn interrupt_and_kill(scene: &Scene, step: Step) {
    let exchanged = scene.call("fsync", "/.ai/.mdskill-stage-skills/old>", 1);
    // The program may already write the lockfile when the signal arrives.
    for _ in 0..20 {
        let mut injections = vec![format!("fsync:signal=INT:when={}", exchanged.number)];
        let (outcome, calls) =
            strace::disturbed(&scene.before.copy(), &scene.arguments, &injections, CHANGES);
        let undo = calls
            .iter()
            .find(|call| call.name.starts_with(step.1) && call.line.contains(step.2));
        let Some(undo) = undo.filter(|_| outcome.code == Some(130)) else {
            continue;
        };
        injections.push(format!("{}:signal=KILL:when={}", undo.name, undo.number));
        let copy = scene.before.copy();
        let (outcome, _) = strace::disturbed(&copy, &scene.arguments, &injections, CHANGES);
        settle(scene, &copy);
        if outcome.code.is_none() {
            return;
        }
    }
    panic!("no Ctrl-C came in time");
}
