//! System calls that fail: each call of add, update, install and remove, once, and from then on.

use crate::scene::{Scene, scene};
use crate::strace::{self, Call};
use crate::suite::{SEED, Suite};
use crate::tally::{Tried, tried};
use crate::watch::Watch;
use std::ops::RangeInclusive;

/// The calls, each with the errors that a disk, a limit or a network gives it.
const CALLS: [(&str, &[&str]); 26] = [
    ("openat", &["EIO", "EACCES", "EMFILE", "ENOSPC"]),
    ("read", &["EIO"]),
    ("pread64", &["EIO"]),
    ("write", &["EIO", "ENOSPC"]),
    ("rename", &["EIO", "ENOSPC", "EACCES"]),
    ("renameat", &["EIO", "ENOSPC", "EACCES"]),
    ("renameat2", &["EIO", "ENOSPC", "EACCES"]),
    ("unlink", &["EIO", "EACCES"]),
    ("unlinkat", &["EIO", "EACCES"]),
    ("rmdir", &["EIO", "EACCES"]),
    ("mkdir", &["EIO", "ENOSPC", "EACCES"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("syncfs", &["EIO", "ENOSPC"]),
    ("ftruncate", &["EIO"]),
    ("fchmod", &["EIO", "EACCES"]),
    ("flock", &["EIO", "ENOLCK"]),
    ("newfstatat", &["EIO", "EACCES"]),
    ("statx", &["EIO", "EACCES"]),
    ("access", &["EIO", "EACCES"]),
    ("getdents64", &["EIO"]),
    ("clone3", &["EAGAIN"]),
    ("socket", &["EMFILE", "EACCES"]),
    ("connect", &["EIO", "ECONNREFUSED", "ENETUNREACH"]),
    ("sendto", &["ECONNRESET", "EIO"]),
    ("recvfrom", &["ECONNRESET", "EIO"]),
    ("getrandom", &["EIO"]),
];

/// The first call of `main`: calls before it are those of the loader, without which no program starts.
const FIRST: &str = "sigaltstack";

/// Calls that only look. There are so many that the whole suite takes one of five, others with each seed.
const LOOKS: [&str; 7] = [
    "openat",
    "read",
    "pread64",
    "newfstatat",
    "statx",
    "access",
    "getdents64",
];
const LOOKS_TAKEN: usize = 5;

/// The short form takes one of so many calls of a name.
const SHORT: usize = 100;

const SCENES: [&str; 5] = ["add", "add_from_server", "update", "install", "remove"];

pub fn register(suite: &mut Suite) {
    let is_whole = suite.is_whole();
    let mut group = suite.group("calls", Tried::Fault);
    for name in SCENES {
        for (at, (call, errors)) in CALLS.into_iter().enumerate() {
            let case = format!("{call}_of_{name}_fails");
            let stride = match is_whole {
                true if LOOKS.contains(&call) => LOOKS_TAKEN,
                true => 1,
                false => SHORT,
            };
            let offset = at * 7 + usize::try_from(*SEED % 1_000).unwrap_or(0);
            group.counting_case(case.clone(), move || {
                if strace::is_available(&case) {
                    fail_each(&scene(name), call, errors, (offset, stride));
                }
            });
        }
    }
}

/// Fails each call of this name, or one of `stride`; those that change something also from then on.
fn fail_each(scene: &Scene, name: &str, errors: &[&str], (offset, stride): (usize, usize)) {
    let changes = scene.calls().iter().any(|call| call.name == name);
    let modes: &[&str] = if changes { &["", "+"] } else { &[""] };
    let numbers = numbers_of_main(scene, name);
    let all = numbers.flat_map(|number| modes.iter().map(move |mode| (number, mode)));
    for (at, (number, mode)) in all.enumerate() {
        if (at + offset).is_multiple_of(stride) {
            tried(Tried::Fault);
            let error = errors[at % errors.len()];
            fail(scene, &format!("{name}:error={error}:when={number}{mode}"));
        }
    }
}

/// The numbers of the calls after the start. strace counts them in each thread.
fn numbers_of_main(scene: &Scene, name: &str) -> RangeInclusive<usize> {
    let calls = scene.all_calls(|| {
        let names: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
        format!("{},{FIRST}", names.join(","))
    });
    let start = calls.iter().position(|call| call.name == FIRST);
    let (loader, all) = (&calls[..start.expect("a start")], calls);
    let last = |calls: &[Call]| {
        let numbers = calls.iter().filter(|call| call.name == name);
        numbers.map(|call| call.number).max().unwrap_or(0)
    };
    last(loader) + 1..=last(all)
}

fn fail(scene: &Scene, injection: &str) {
    let _named = NamedOnPanic(injection);
    let copy = scene.before.copy();
    let injections = [injection.to_owned()];
    let name = injection.split(':').next().unwrap_or_default();
    let (outcome, _) = strace::disturbed(&copy, &scene.arguments, &injections, name);
    // The sentence itself can't be written then.
    if name != "write" || !outcome.stderr.is_empty() {
        Watch::check_answer(&outcome);
    }
    scene.watch(&copy).settle();
    if scene.arguments[0] != "remove" {
        Watch::run(copy.mdskill(&scene.arguments)).ok();
        scene.watch(&copy).check();
    }
}

/// Names the fault if the case fails.
struct NamedOnPanic<'a>(&'a str);

impl Drop for NamedOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the fault was {}", self.0);
        }
    }
}
