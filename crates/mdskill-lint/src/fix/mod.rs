//! Fixes: [`apply_fixes`] returns a skill as the fixes of its findings leave it. Nothing is written here.

mod apply;
mod score;
pub mod text_edit;

pub use apply::{FileChange, FixFilter, FixOutcome, RefusedFix, apply_fixes, apply_fixes_to_file};
