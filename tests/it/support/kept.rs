//! What a test compares with a file of the repository, and writes anew when told to.

use std::fs;
use std::path::Path;

/// Compares with what is kept, or with `BLESS=1` keeps it: read the difference before it is
/// committed.
#[track_caller]
pub fn compare(kept: &Path, seen: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one switch that writes snapshots"
    )]
    let bless = std::env::var_os("BLESS").is_some();
    if bless {
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
