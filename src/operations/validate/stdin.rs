//! Validates one page whose text is given, for example by an editor before it saves.

use std::path::{Path, PathBuf};

use super::Options;
use super::discover::{folder_of, git_root, skill_around};
use super::display_path::display_path;
use super::installed::Installed;
use super::report::Report;
use super::write_fixes::PageText;
use crate::context::Context;
use crate::fs::{At, Error};
use crate::operations::OpError;
use crate::skill::DiskFiles;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::fix::apply_fixes_to_file;
use mdskill_lint::skill_files::{MemoryFiles, OverlayFiles, SkillFiles};
use mdskill_lint::{FixOutcome, validate};

/// A page that is not read from disk.
#[derive(Debug, Clone)]
pub struct Page {
    /// The path of the page, which need not exist.
    pub path: PathBuf,
    /// The text of the page.
    pub bytes: Vec<u8>,
}

/// Validates one page whose text is given, together with the files of its skill on disk. Only
/// findings in the page are reported.
pub(super) fn validate_page(
    context: &Context<'_>,
    options: &Options,
    page: &Page,
    report: &mut Report,
) -> Result<(), OpError> {
    let from = &context.env.current_dir;
    if from.join(&page.path).is_dir() {
        return Err(OpError::Usage(format!(
            "the value of --stdin-path, {}, is a folder; did you mean {}?",
            display_path(&page.path),
            display_path(&page.path.join(SKILL_FILE))
        )));
    }
    let Some(folder) = skill_of(from, &page.path) else {
        report.note_outside(&page.path);
        // An editor replaces its text by the output, so the output is the whole text.
        if let Some(fixes) = report.fixes.as_mut().filter(|fixes| fixes.diff.is_none()) {
            fixes.text = Some(PageText(page.bytes.clone()));
        }
        return Ok(());
    };
    let inside = display_path(&inside_of(from, &folder, &page.path)?);
    let disk = from.join(&folder);
    let (on_disk, in_memory);
    let below: &dyn SkillFiles = if disk.is_dir() {
        let real = disk.canonicalize().at("look at", &disk)?;
        on_disk = DiskFiles::open(&disk, git_root(&real))?;
        &on_disk
    } else {
        let name = disk.file_name().unwrap_or_default();
        in_memory = MemoryFiles::new(name.to_string_lossy());
        &in_memory
    };
    let mut view = OverlayFiles::over(below);
    view.write(&inside, &page.bytes);
    let installed = Installed::read(context).unwrap_or_default();
    let is_installed = disk
        .canonicalize()
        .is_ok_and(|real| installed.has_folder(&real));
    let settings = if is_installed {
        installed.settings(&options.rules)
    } else {
        options.rules.settings_by(|_| None)
    };
    let mut outcome = match options.fixing {
        Some(fixing) => apply_fixes_to_file(&view, &inside, &settings, fixing.filter),
        None => FixOutcome::from(validate(&view, &settings)),
    };
    outcome
        .checked
        .diagnostics
        .retain(|found| found.file == inside);
    let place = display_path(&folder);
    if let Some(fixes) = &mut report.fixes {
        fixes.add(&place, &outcome, &[]);
        if fixes.diff.is_none() {
            let change = outcome.changes.pop().and_then(|change| change.text);
            let fixed = change.map(|(_, after)| after.into_bytes());
            fixes.text = Some(PageText(fixed.unwrap_or_else(|| page.bytes.clone())));
        }
    }
    report.add(&place, outcome.checked.diagnostics);
    Ok(())
}

/// Returns the folder of the skill that contains a page. A `SKILL.md` makes its folder a skill.
fn skill_of(from: &Path, page: &Path) -> Option<PathBuf> {
    let is_skill_file = page
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case(SKILL_FILE));
    skill_around(from, page).or_else(|| {
        if is_skill_file {
            page.parent().map(Path::to_owned)
        } else {
            folder_of(from, page)
        }
    })
}

/// Returns the path of a page in its skill, which may be above the current folder.
fn inside_of(from: &Path, folder: &Path, page: &Path) -> Result<PathBuf, Error> {
    if let Ok(inside) = page.strip_prefix(folder) {
        return Ok(inside.to_owned());
    }
    let real = |folder: &Path| folder.canonicalize().at("look at", folder);
    let (here, root) = (real(from)?, real(&from.join(folder))?);
    Ok(here.strip_prefix(root).unwrap_or(Path::new("")).join(page))
}
