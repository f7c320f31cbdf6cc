//! Errors at and after the commit, and while a failed command is undone: the exit code and the sentence.

use crate::scene::{Scene, scene};
use crate::strace::{self, CHANGES, Call};
use crate::suite::Suite;
use crate::support::outcome::Outcome;
use crate::support::test_context::TestContext;
use crate::tally::{Tried, tried};
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("ends", Tried::Fault);
    let cases: [(&str, fn()); 7] = [
        ("failed_flush_of_lockfile_is_a_warning", failed_flush),
        ("failed_flush_of_mark_is_a_warning", failed_flush_of_mark),
        ("failed_rename_of_lockfile_is_undone", failed_rename),
        ("failed_undo_is_reported_and_repeated", failed_undo),
        ("failed_removal_of_stage_is_a_warning", failed_removal),
        (
            "stage_that_stays_stops_changes_but_not_readers",
            stage_that_stays,
        ),
        ("failed_lockfile_leaves_no_journal", failed_lockfile),
    ];
    for (name, run) in cases {
        group.counting_case(name, move || {
            if strace::is_available(name) {
                tried(Tried::Fault);
                run();
            }
        });
    }
}

/// Runs the command of a scene, whose call fails.
fn failing(scene: &Scene, call: &Call, error: &str, mode: &str) -> (TestContext, Outcome) {
    let copy = scene.before.copy();
    let injection = format!("{}:error={error}:when={}{mode}", call.name, call.number);
    let (outcome, _) = strace::disturbed(&copy, &scene.arguments, &[injection], CHANGES);
    Watch::check_answer(&outcome);
    (copy, outcome)
}

fn failed_flush() {
    let scene = scene("update");
    let (copy, outcome) = failing(&scene, scene.call("fsync", "/project>", 1), "EIO", "");
    outcome
        .ok()
        .says("the command succeeded, but a power loss may undo it");
    assert!(
        copy.read(".ai/skills/two/references/new.md")
            .contains("new")
    );
    scene.watch(&copy).settle();
}

fn failed_flush_of_mark() {
    let scene = scene("install");
    // The flushes of the state folder: of the journal, and of the mark in it.
    let (copy, outcome) = failing(&scene, scene.call("fsync", "/.mdskill>", 2), "EIO", "");
    outcome
        .ok()
        .says("the command succeeded, but a power loss may undo it");
    copy.run(&["verify"]).ok();
    scene.watch(&copy).settle();
}

fn failed_rename() {
    for (name, text) in [
        ("update", "/mdskill.lock\")"),
        ("install", "/journal.json\")"),
    ] {
        let scene = scene(name);
        let number = if name == "install" { 4 } else { 1 };
        let call = scene.call("rename", text, number);
        let (copy, outcome) = failing(&scene, call, "ENOSPC", "");
        outcome
            .fails(1)
            .says("No space left")
            .says("free space on that disk");
        scene.before.tree(".ai").assert_same(&copy.tree(".ai"));
        scene.watch(&copy).settle();
    }
}

fn failed_undo() {
    let scene = scene("update");
    let call = scene.call("rename", "/.ai/skills/two\")", 1);
    let (copy, outcome) = failing(&scene, call, "EIO", "+");
    outcome.fails(1).says("the changes can't be undone now");
    outcome
        .says("`mdskill list` tries again")
        .never_says("nothing was");
    assert!(copy.project().join(".mdskill/journal.json").exists());
    scene.watch(&copy).settle();
    scene.before.tree(".ai").assert_same(&copy.tree(".ai"));
}

fn failed_removal() {
    let scene = scene("update");
    let removal = scene.call("unlinkat", "/.mdskill-stage-skills>", 1);
    for mode in ["", "+"] {
        let (copy, outcome) = failing(&scene, removal, "EIO", mode);
        outcome
            .ok()
            .says("can't be removed")
            .says("the next command tries again");
        scene.watch(&copy).settle();
    }
}

fn stage_that_stays() {
    let scene = scene("update");
    let removal = scene.call("unlinkat", "/.mdskill-stage-skills>", 1);
    let (copy, _) = failing(&scene, removal, "EIO", "+");
    let always = ["unlinkat:error=EIO:when=1+".to_owned()];
    let run = |arguments: &[&str]| strace::disturbed(&copy, arguments, &always, "unlinkat").0;
    run(&["list"]).ok().says("can't be removed");
    let before = copy.tree(".github/skills");
    run(&["remove", "two", "--force"])
        .fails(1)
        .says("can't remove");
    before.assert_same(&copy.tree(".github/skills"));
    scene.watch(&copy).settle();
}

fn failed_lockfile() {
    let scene = scene("keep");
    let call = scene.call("rename", "/mdskill.lock\")", 1);
    let (copy, outcome) = failing(&scene, call, "EIO", "");
    outcome.fails(1).says("mdskill.lock");
    copy.assert_tidy();
    scene.watch(&copy).settle();
}
