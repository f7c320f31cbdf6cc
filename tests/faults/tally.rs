//! The counts of the closing line.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The kind of an attempt.
#[derive(Clone, Copy, Debug)]
pub enum Tried {
    /// A named fault of a server, a disk, or a system call, or a kill at a named step.
    Fault,
    /// A kill at a random moment.
    Kill,
    /// A repository, a project, or a pack of a stranger.
    Hostile,
}

/// A broken invariant.
#[derive(Clone, Copy, Debug)]
pub enum Broken {
    /// A skill is neither old nor new, or the lockfile does not agree.
    HalfInstalled,
    /// A file or an edit of the user is gone.
    UserFileLost,
    /// A file outside of the skill folders, the cache and `.mdskill` was changed.
    WrittenOutside,
    /// A secret is in an output or a file.
    TokenLeaked,
    /// A panic, an abort, or a signal ended the program.
    Panicked,
}

static TRIED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
static BROKEN: [AtomicUsize; 5] = [const { AtomicUsize::new(0) }; 5];

/// Counts something that was tried.
pub fn tried(what: Tried) {
    TRIED[what as usize].fetch_add(1, Ordering::Relaxed);
}

/// Counts a broken invariant, and ends the case.
#[track_caller]
pub fn broken(what: Broken, how: &str) -> ! {
    BROKEN[what as usize].fetch_add(1, Ordering::Relaxed);
    panic!("{what:?}: {how}");
}

/// The closing line.
pub fn line() -> String {
    let [faults, kills, hostile] = counts(&TRIED);
    let [half, lost, outside, leaked, panics] = counts(&BROKEN);
    format!(
        "{faults} faults injected, {kills} random kills, {hostile} hostile inputs: {half} skills half-installed, \
         {lost} user files lost, {outside} files written outside, {leaked} tokens leaked, {panics} panics"
    )
}

fn counts<const COUNT: usize>(of: &[AtomicUsize; COUNT]) -> [usize; COUNT] {
    std::array::from_fn(|at| of[at].load(Ordering::Relaxed))
}
