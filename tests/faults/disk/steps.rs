//! Each step of an update fails, and so does each step of fetching into the cache.

use super::{ERRORS, SHORT, traced};
use crate::scene::scene;
use crate::strace::{self, Call};
use crate::suite::Group;
use crate::support::outcome::Outcome;
use crate::watch::Watch;
use std::sync::LazyLock;

/// A step: its name, and the system call that fails: its name, a part of its line, and its number among these.
type Step = (&'static str, &'static str, &'static str, usize);

/// The calls of an update, in the order of the transaction.
const UPDATE: [Step; 17] = [
    ("state_folder", "mkdir", "/.mdskill\"", 1),
    ("lock", "openat", "/.mdskill/lock\"", 1),
    ("stage", "mkdir", "/.github/.mdskill-stage-skills\"", 1),
    ("staged_file", "openat", "/new/one/SKILL.md\"", 1),
    ("staged_bytes", "write", "/new/one/SKILL.md>", 1),
    ("flush_of_stage", "syncfs", "/.mdskill-stage-skills>", 1),
    ("journal", "rename", "/journal.json\")", 1),
    ("move_aside", "rename", "/.github/skills/one\", ", 1),
    ("placement", "rename", "/.github/skills/one\")", 1),
    ("flush_of_target", "fsync", "/.github/skills>", 1),
    ("bytes_of_lockfile", "write", "/.mdskill/.mdskill-", 3),
    ("flush_of_lockfile", "fsync", "/.mdskill/.mdskill-", 1),
    ("lockfile", "rename", "/mdskill.lock\")", 1),
    ("flush_of_project", "fsync", "/project>", 1),
    ("removal_of_journal", "unlink", "/journal.json\")", 1),
    (
        "removal_of_stage",
        "unlinkat",
        "/.github/.mdskill-stage-skills\", AT_REMOVEDIR",
        1,
    ),
    ("removal_of_lock", "unlink", "/.mdskill/lock\")", 1),
];

/// The calls of a fetch into the cache.
const FETCH: [Step; 13] = [
    ("folder", "mkdir", "/store-v1\"", 1),
    ("new_source", "mkdir", "/.new-", 1),
    ("address", "openat", "/mdskill-source\"", 1),
    ("bytes_of_address", "write", "/mdskill-source>", 1),
    ("configuration", "openat", "/config\"", 1),
    ("placement", "rename", "/.new-", 1),
    ("pack", "openat", "/tmp_pack_", 1),
    ("bytes_of_pack", "write", "/tmp_pack_", 1),
    ("index", "openat", "/tmp_idx_", 1),
    ("bytes_of_index", "write", "/tmp_idx_", 1),
    ("name_of_pack", "renameat", ".pack\")", 1),
    ("name_of_index", "renameat", ".idx\")", 1),
    ("list_of_checked", "openat", "/.mdskill-", 1),
];

/// The system calls of [`FETCH`].
const OF_FETCH: &str = "mkdir,openat,write,rename,renameat";

pub(super) fn register(group: &mut Group<'_>) {
    for step in UPDATE {
        for (at, (error, reason)) in ERRORS.into_iter().enumerate() {
            let name = format!("update_{error}_at_{}", step.0);
            traced(group, name, at >= SHORT, move || {
                fail_update(step, error, reason);
            });
        }
    }
    for (name, step) in [("move_aside", UPDATE[7]), ("placement", UPDATE[8])] {
        traced(group, format!("update_EXDEV_at_{name}"), false, move || {
            fail_update(step, "EXDEV", "Invalid cross-device link");
        });
    }
    for step in FETCH {
        for (at, (error, reason)) in ERRORS.into_iter().enumerate() {
            let name = format!("fetch_{error}_at_{}", step.0);
            traced(group, name, at >= SHORT, move || {
                fail_fetch(step, error, reason);
            });
        }
    }
}

/// An error is reported with the reason of the system, unless the command works without that call.
fn assert_answer(outcome: &Outcome, reason: &str) {
    Watch::check_answer(outcome);
    assert!(
        outcome.code == Some(0) || outcome.stderr.contains(reason),
        "it does not say {reason}\n{outcome}"
    );
    assert_ne!(
        outcome.code,
        Some(5),
        "the network is not to blame\n{outcome}"
    );
}

fn injection(call: &Call, error: &str) -> String {
    format!("{}:error={error}:when={}", call.name, call.number)
}

fn fail_update(step: Step, error: &str, reason: &str) {
    let (_, name, text, number) = step;
    let scene = scene("update");
    let copy = scene.before.copy();
    let injections = [injection(scene.call(name, text, number), error)];
    let (outcome, _) =
        strace::disturbed(&copy, &scene.arguments, &injections, name_of(&injections));
    assert_answer(&outcome, reason);
    scene.watch(&copy).settle();
    // The next command has nothing to repair.
    let settled = copy.snapshot();
    Watch::run(copy.mdskill(["list"])).ok();
    settled.assert_same(&copy.snapshot());
}

/// The system call of the only injection.
fn name_of(injections: &[String; 1]) -> &str {
    injections[0].split(':').next().unwrap_or_default()
}

/// The calls of the scene `packed`, which fetches into the cache.
static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let scene = scene("packed");
    let mut calls = strace::calls(&scene.before.copy(), &scene.arguments, OF_FETCH);
    calls.retain(|call| call.name != "openat" || call.line.contains("O_CREAT"));
    calls
});

fn fail_fetch(step: Step, error: &str, reason: &str) {
    let (_, name, text, number) = step;
    let mut calls = CALLS
        .iter()
        .filter(|call| call.name == name && call.line.contains(text));
    let call = calls.nth(number - 1).expect("a call of this step");
    let scene = scene("packed");
    let context = scene.before.copy();
    let watch = scene.watch(&context);
    let injections = [injection(call, error)];
    let (outcome, _) = strace::disturbed(
        &context,
        &scene.arguments,
        &injections,
        name_of(&injections),
    );
    assert_answer(&outcome, reason);
    watch.settle();
    Watch::run(context.mdskill(&scene.arguments)).ok();
    watch.check();
    let left = context.run(&["cache", "--json"]).ok().json();
    assert_eq!(left["leftover_bytes"], 0);
}
