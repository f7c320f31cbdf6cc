//! Files of the repository that a test compares with what the program prints.

use std::path::Path;

/// Asserts that `actual` is the content of the file at `path`.
///
/// With `SNAPSHOTS=overwrite`, writes the file instead: read the difference before you commit it.
#[track_caller]
pub fn assert_matches_file(actual: &str, path: &Path) {
    let expected = snapbox::Data::read_from(path, Some(snapbox::data::DataFormat::Text)).raw();
    snapbox::Assert::new()
        .action_env(snapbox::assert::DEFAULT_ACTION_ENV)
        .eq(snapbox::Data::text(actual).raw(), expected);
}

/// Whether snapshots are to be overwritten.
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that snapbox reads as well"
)]
pub fn is_overwriting() -> bool {
    std::env::var_os(snapbox::assert::DEFAULT_ACTION_ENV)
        .is_some_and(|action| action == "overwrite")
}
