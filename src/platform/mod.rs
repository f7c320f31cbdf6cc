//! The differences between operating systems: one file a platform, with the same functions.
//!
//! All other code calls these functions and has no `cfg` of its own. Windows is compiled in CI
//! and otherwise untested.

pub(crate) mod key;
mod line_reader;

pub(crate) use line_reader::LineReader;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(windows)]
#[expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "functions that have nothing to do here have the signatures of those of Unix"
)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::*;

#[cfg(not(any(unix, windows)))]
compile_error!("mdskill runs on Unix and Windows: add a file to src/platform for another system");
