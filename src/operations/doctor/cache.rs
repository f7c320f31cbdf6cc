//! The cache: its folder, its size, and whether it can be written.

use indicatif::HumanBytes;

use super::folders::writable;
use super::{Section, Status};
use crate::context::Context;
use crate::hint::{HasHint, Hint};
use crate::operations::OpError;
use crate::operations::cache;
use crate::platform;

/// The free space below which a fetch may fail, in bytes.
const LEAST_FREE: u64 = 100 << 20;

pub(super) fn check(context: &Context<'_>) -> Section {
    let mut section = Section::new("cache");
    let folder = match context.dirs.cache() {
        Ok(folder) => folder,
        Err(error) => {
            section.ok("folder", "unknown");
            section.but(
                context,
                Status::Problem,
                error.to_string(),
                Hint::text("set MDSKILL_CACHE_DIR to a folder that you can write to"),
            );
            return section;
        }
    };
    section.ok("folder", folder.display().to_string());
    if let Err(reason) = writable(&folder) {
        section.but(
            context,
            Status::Problem,
            reason,
            Hint::text(
                "set MDSKILL_CACHE_DIR to a folder that you can write to, on a disk with free space",
            ),
        );
        return section;
    }
    match cache::show(context) {
        Ok(report) => {
            let sources = match report.sources.len() {
                1 => "1 source".to_owned(),
                number => format!("{number} sources"),
            };
            section.ok(
                "content",
                format!("{sources}, {}", HumanBytes(report.bytes)),
            );
        }
        Err(error) => {
            section.ok("content", "unreadable");
            let hint = OpError::hint(&error).unwrap_or_else(|| {
                Hint::command("cache clear").then(" removes it, and the next command fetches again")
            });
            section.but(context, Status::Problem, error.to_string(), hint);
        }
    }
    let existing = folder.ancestors().find(|folder| folder.is_dir());
    if let Some(free) = existing.and_then(platform::free_bytes) {
        section.ok("free space", HumanBytes(free).to_string());
        if free < LEAST_FREE {
            section.but(
                context,
                Status::Warning,
                "the disk of the cache is almost full",
                Hint::command("cache prune").then(" removes sources that were not used lately"),
            );
        }
    }
    section
}
