//! What a test compares with a file of the repository, and writes anew when told to.

use std::fs;
use std::path::Path;

/// Compares with what is kept, or with `BLESS=1` keeps it: read the difference before it is
/// committed.
#[track_caller]
pub fn compare(kept: &Path, seen: &str) {
    if is_blessed() {
        fs::write(kept, seen).unwrap();
    }
    let expected = fs::read_to_string(kept).unwrap_or_default();
    assert_eq!(
        seen,
        expected,
        "{}: see the head of the test",
        kept.display()
    );
}

/// Whether what is kept is to be written anew.
#[expect(
    clippy::disallowed_methods,
    reason = "the one switch that writes snapshots"
)]
pub fn is_blessed() -> bool {
    std::env::var_os("BLESS").is_some()
}
