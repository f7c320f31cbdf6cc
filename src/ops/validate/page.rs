//! One page whose text is given, as an editor has it before it is saved.

use std::path::{Path, PathBuf};

use super::Options;
use super::find::{git_root, skill_around};
use super::fixing::PageText;
use super::report::Report;
use super::shown::shown;
use crate::context::Context;
use crate::fs::{At, Error};
use crate::validate::mend::mend_file;
use crate::validate::{Mended, validate};
use crate::view::{DiskView, MemoryView, Overlay, SkillView};

/// A page that is not read from disk.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it lies, or will lie.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Validates one page whose text is given, in the skill around it as it lies on disk. Only
/// what is about the page is told.
pub(super) fn validate_page(
    context: &Context<'_>,
    options: &Options,
    page: &Page,
    report: &mut Report,
) -> Result<(), Error> {
    let from = &context.env.current_dir;
    let beside = page.path.parent().unwrap_or(Path::new(""));
    let folder = skill_around(from, &page.path).unwrap_or_else(|| beside.to_owned());
    let inside = page.path.strip_prefix(&folder).unwrap_or(&page.path);
    let inside = shown(inside);
    let disk = from.join(&folder);
    let (on_disk, in_memory);
    let below: &dyn SkillView = match disk.is_dir() {
        true => {
            let real = disk.canonicalize().at("look at", &disk)?;
            on_disk = DiskView::open(&disk, git_root(&real))?;
            &on_disk
        }
        false => {
            let name = disk.file_name().unwrap_or_default();
            in_memory = MemoryView::new(name.to_string_lossy());
            &in_memory
        }
    };
    let mut view = Overlay::over(below);
    view.write(&inside, &page.bytes);
    let mut mended = match options.fixing {
        Some(fixing) => mend_file(&view, &inside, &options.rules.settings, fixing.reach),
        None => Mended::from(validate(&view, &options.rules.settings)),
    };
    mended
        .checked
        .diagnostics
        .retain(|found| found.file == inside);
    let place = shown(&folder);
    if let Some(fixes) = &mut report.fixes {
        fixes.add(&place, &mended, &[]);
        if fixes.diff.is_none() {
            let change = mended.changes.pop().and_then(|change| change.text);
            let mended = change.map(|(_, after)| after.into_bytes());
            fixes.text = Some(PageText(mended.unwrap_or_else(|| page.bytes.clone())));
        }
    }
    report.add(&place, mended.checked.diagnostics);
    Ok(())
}
