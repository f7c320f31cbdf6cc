//! [`apply_fixes`]: applies the fixes of a skill's findings, and returns the changes without writing them.

mod apply;
mod score;
pub(crate) mod text_edit;

pub use apply::{FileChange, FixFilter, FixOutcome, RefusedFix, apply_fixes, apply_fixes_to_file};
