//! One page whose text is given, as an editor has it before it is saved.

use std::path::{Path, PathBuf};

use super::Options;
use super::discover::{folder_of, git_root, skill_around};
use super::display_path::shown;
use super::report::Report;
use super::write_fixes::PageText;
use crate::context::Context;
use crate::fs::{At, Error};
use crate::ops::OpError;
use crate::view::{DiskFiles, MemoryFiles, OverlayFiles, SkillFiles};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::fix::apply_fixes_to_file;
use mdskill_lint::{FixOutcome, validate};

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
) -> Result<(), OpError> {
    let from = &context.env.current_dir;
    if from.join(&page.path).is_dir() {
        return Err(OpError::Usage(format!(
            "--stdin-path names a file, and {} is a folder; is {} meant?",
            shown(&page.path),
            shown(&page.path.join(SKILL_FILE))
        )));
    }
    let Some(folder) = skill_of(from, &page.path) else {
        report.note_outside(&page.path);
        // An editor puts what comes back in the place of what it gave.
        if let Some(fixes) = report.fixes.as_mut().filter(|fixes| fixes.diff.is_none()) {
            fixes.text = Some(PageText(page.bytes.clone()));
        }
        return Ok(());
    };
    let inside = shown(&inside_of(from, &folder, &page.path)?);
    let disk = from.join(&folder);
    let (on_disk, in_memory);
    let below: &dyn SkillFiles = match disk.is_dir() {
        true => {
            let real = disk.canonicalize().at("look at", &disk)?;
            on_disk = DiskFiles::open(&disk, git_root(&real))?;
            &on_disk
        }
        false => {
            let name = disk.file_name().unwrap_or_default();
            in_memory = MemoryFiles::new(name.to_string_lossy());
            &in_memory
        }
    };
    let mut view = OverlayFiles::over(below);
    view.write(&inside, &page.bytes);
    let mut mended = match options.fixing {
        Some(fixing) => apply_fixes_to_file(&view, &inside, &options.rules.settings, fixing.filter),
        None => FixOutcome::from(validate(&view, &options.rules.settings)),
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

/// Returns the folder of the skill that a page lies in, or that it makes a skill.
fn skill_of(from: &Path, page: &Path) -> Option<PathBuf> {
    let makes_a_skill = page
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case(SKILL_FILE));
    skill_around(from, page).or_else(|| match makes_a_skill {
        true => page.parent().map(Path::to_owned),
        false => folder_of(from, page),
    })
}

/// Returns the path of a page inside its skill, which may lie above the current folder.
fn inside_of(from: &Path, folder: &Path, page: &Path) -> Result<PathBuf, Error> {
    if let Ok(inside) = page.strip_prefix(folder) {
        return Ok(inside.to_owned());
    }
    let real = |folder: &Path| folder.canonicalize().at("look at", folder);
    let (here, root) = (real(from)?, real(&from.join(folder))?);
    Ok(here.strip_prefix(root).unwrap_or(Path::new("")).join(page))
}
