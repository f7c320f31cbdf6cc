//! Disks that are full, read-only or broken, folders that are not what they should be, and systems that refuse what a
//! program needs.

mod cache;
mod environment;
mod steps;

use crate::strace;
use crate::suite::{Group, Suite};
use crate::tally::{Tried, tried};

/// What a system call reports, and how the system describes that.
const ERRORS: [(&str, &str); 6] = [
    ("ENOSPC", "No space left on device"),
    ("EIO", "Input/output error"),
    ("EACCES", "Permission denied"),
    ("EMFILE", "Too many open files"),
    ("EROFS", "Read-only file system"),
    ("EDQUOT", "Disk quota exceeded"),
];
/// The number of [`ERRORS`] in the short form.
const SHORT: usize = 2;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("disk", Tried::Fault);
    steps::register(&mut group);
    cache::register(&mut group);
    environment::register(&mut group);
}

/// Adds a case that is skipped without strace.
fn traced(group: &mut Group<'_>, name: String, is_long: bool, run: impl FnOnce() + Send + 'static) {
    let case = name.clone();
    let run = move || {
        if strace::is_available(&case) {
            tried(Tried::Fault);
            run();
        }
    };
    if is_long {
        group.long_counting_case(name, run);
    } else {
        group.counting_case(name, run);
    }
}
