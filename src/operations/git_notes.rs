//! What git does to installed skills when they are committed: it ignores files, and converts them.
//!
//! `add` and `update` write one `.gitattributes` in a target if git would change an installed file there, and
//! name the rule that ignores a file.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::checkout::{Checkout, LFS_POINTER, UpstreamFiles};
use super::installed::{InstalledSkill, SkillFolder};
use super::report::{Action, Change};
use crate::context::Context;
use crate::fetch::LocalObjects;
use crate::fs::tree::OnDisk;
use crate::fs::{self, atomic};
use crate::install::InstallError;
use crate::install::transaction::Transaction;
use crate::lockfile::Lockfile;
use crate::platform;
use crate::source::Source;
use crate::target::Target;
use mdskill_git::ignore_rules::IgnoreRule;
use mdskill_git::work_tree::{WorkTree, git_in, nearest_git};
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// The name of git's file.
const FILE: &str = ".gitattributes";
/// The attributes that keep git from changing a file.
pub(crate) const ATTRIBUTES: &str = "* -text -filter -ident -working-tree-encoding";
/// The lines for installed skills.
const LINES: [&str; 2] = [
    "# mdskill: git must not change the files of installed skills",
    ATTRIBUTES,
];
/// The limit of notes for one skill.
const MAX_NOTES: usize = 5;

/// Adds notes about what git does to the skills that were written. The skills are installed already, so a
/// failure is a warning.
pub(crate) fn add_notes<'c>(
    context: &Context<'_>,
    changes: impl IntoIterator<Item = &'c mut Change>,
) {
    let lockfile = context.read_lockfile().ok().flatten().unwrap_or_default();
    let written = changes.into_iter().filter(|change| {
        let action = change.action;
        matches!(action, Action::Added | Action::Updated | Action::Restored)
    });
    // Each source is opened once, because opening it and reading its trees takes longer than the rest.
    let mut sources: BTreeMap<&Source, Option<LocalObjects>> = BTreeMap::new();
    let mut work_trees = WorkTrees::default();
    for change in written {
        let name = change.name.parse::<SkillName>().ok();
        let skill = name.and_then(|name| InstalledSkill::get(&context.scope, &lockfile, &name));
        let Some(skill) = skill else {
            continue;
        };
        let files = || {
            let objects = sources
                .entry(&skill.entry.source)
                .or_insert_with(|| skill.cached(context));
            let files = objects.as_deref().map(|objects| skill.files_in(objects));
            files.unwrap_or_default()
        };
        match notes(context, &lockfile, &mut work_trees, skill, files) {
            Ok(notes) => change.notes.extend(notes),
            Err(error) => context.progress.warn(&error.to_string()),
        }
    }
}

/// The work trees around folders, each opened once, because opening one and asking it about the folders above
/// takes longer than asking it about the files of a skill.
#[derive(Default)]
struct WorkTrees {
    opened: BTreeMap<PathBuf, Option<WorkTree>>,
    canonical: BTreeMap<PathBuf, Option<PathBuf>>,
    /// The nearest `.git` of the folders with skills.
    nearest: BTreeMap<PathBuf, Option<PathBuf>>,
}

impl WorkTrees {
    /// Returns the canonical path of a folder. That of the folder around it is found once.
    fn canonical(&mut self, folder: &Path) -> Option<PathBuf> {
        let (around, name) = (folder.parent()?, folder.file_name()?);
        if !folder.symlink_metadata().ok()?.is_dir() {
            return folder.canonicalize().ok();
        }
        let canonical = self.canonical.entry(around.to_owned());
        let canonical = canonical.or_insert_with_key(|around| around.canonicalize().ok());
        Some(canonical.as_ref()?.join(name))
    }

    /// Returns the canonical path of a folder, and the work tree around it; `None` outside of git.
    fn around(&mut self, folder: &Path) -> Option<(PathBuf, &WorkTree)> {
        let real = self.canonical(folder)?;
        let git = match git_in(&real) {
            Some(own) => own,
            None => {
                let around = real.parent()?;
                let nearest = self.nearest.entry(around.to_owned());
                nearest
                    .or_insert_with_key(|around| nearest_git(around))
                    .clone()?
            }
        };
        let opened = self.opened.entry(git);
        let opened = opened.or_insert_with_key(|git| WorkTree::open(git, fold));
        Some((real, opened.as_ref()?))
    }
}

/// Returns notes about what git does to the files of an installed skill in these targets, and writes the
/// attributes that keep git from changing them.
fn notes(
    context: &Context<'_>,
    lockfile: &Lockfile,
    work_trees: &mut WorkTrees,
    skill: InstalledSkill<'_>,
    mut files: impl FnMut() -> UpstreamFiles,
) -> Result<Vec<String>, InstallError> {
    let mut notes = Vec::new();
    for SkillFolder {
        path: folder,
        target,
        ..
    } in skill.folders()
    {
        let Some((real, work_tree)) = work_trees.around(&folder) else {
            continue;
        };
        // The user's own files are not the skill's.
        let paths: Vec<String> = files().into_keys().collect();
        let conversion = first_conversion(work_tree, &real, &paths);
        let ignored = ignored(work_tree, &real, &paths);
        if let Some((path, conversion)) = conversion
            && !has_converted_skill(context, lockfile, target)
        {
            notes.push(protect(context, target, &path, &conversion)?);
            // The attributes are read again.
            *work_trees = WorkTrees::default();
            if let Some((real, work_tree)) = work_trees.around(&folder)
                && let Some((path, conversion)) = first_conversion(work_tree, &real, &paths)
            {
                notes.push(format!(
                    "git will change `{path}`: the skill itself has `{conversion}` in a .gitattributes"
                ));
            }
        }
        notes.extend(ignored);
    }
    notes.dedup();
    Ok(notes)
}

/// The things that git does to the files of an installed skill.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// The targets in which git changes a file, each with a sentence.
    pub(crate) conversions: Vec<(Target, String)>,
    /// The files that git ignores, as sentences with the fix.
    pub(crate) ignored: Vec<String>,
}

/// Finds what git does to the files of an installed skill. Changes nothing.
pub(crate) fn problems(context: &Context<'_>, skill: InstalledSkill<'_>) -> Problems {
    let mut problems = Problems::default();
    let paths: Vec<String> = skill.upstream_files(context).into_keys().collect();
    for folder in skill.folders() {
        let checkout = Checkout::of(&folder.path);
        let Some((real, work_tree)) = checkout.work_tree() else {
            continue;
        };
        if let Some((path, conversion)) = first_conversion(work_tree, real, &paths) {
            let sentence = format!("git changes files such as `{path}` because of `{conversion}`");
            problems.conversions.push((folder.target.clone(), sentence));
        }
        problems.ignored.extend(ignored(work_tree, real, &paths));
    }
    problems.ignored.dedup();
    problems
}

/// Whether git has converted a skill of this target, as in a clone with `core.autocrlf`. Attributes would
/// make edits of its files.
fn has_converted_skill(context: &Context<'_>, lockfile: &Lockfile, target: &Target) -> bool {
    let mut skills = InstalledSkill::all(&context.scope, lockfile);
    skills.any(|skill| {
        let mut folders = skill.folders().filter(|folder| folder.target == target);
        folders.any(|folder| {
            let locked = skill.entry.digest_on_disk();
            let is_locked = |on_disk: OnDisk| on_disk.is(locked);
            !folder.read().is_ok_and(is_locked) && folder.read_own(skill.entry).is_ok_and(is_locked)
        })
    })
}

/// Returns the first file that git would change, and the attribute or setting.
fn first_conversion(
    work_tree: &WorkTree,
    folder: &Path,
    paths: &[String],
) -> Option<(String, String)> {
    let mut found = paths.iter().filter_map(|path| {
        let file = folder.join(path);
        let place = work_tree.path_of(&file)?;
        let bytes = fs::read_plain(&file).ok()?;
        Some((path.clone(), work_tree.conversion(&place, &bytes)?))
    });
    found.next()
}

/// Adds the attributes to the target, after the lines of the user. Returns the note.
fn protect(
    context: &Context<'_>,
    target: &Target,
    path: &str,
    conversion: &str,
) -> Result<String, InstallError> {
    let file = context.scope.target(target).join(FILE);
    let shown = context.scope.display(&file);
    if fs::look(&file)?.is_some_and(|there| !there.is_file()) {
        return Ok(format!(
            "git will change `{path}` because of `{conversion}`, and {shown} is not a file"
        ));
    }
    let written = format!(
        "wrote {shown}, because `{conversion}` would change files such as `{path}` in a commit or a clone"
    );
    let _lock = lock(context)?;
    let before = fs::read_if_found(&file)?.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&before).into_owned();
    if text.lines().any(|line| line == ATTRIBUTES) {
        // Another command was faster.
        return Ok(written);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in LINES {
        text.push_str(line);
        text.push('\n');
    }
    write(context, &file, &text)?;
    Ok(written)
}

/// Replaces a file. The target may be on another file system than the state folder.
fn write(context: &Context<'_>, file: &Path, text: &str) -> Result<(), fs::Error> {
    match atomic::write_from(&context.scope.state(), file, text.as_bytes()) {
        Err(error) if error.source.kind() == ErrorKind::CrossesDevices => {
            atomic::write(file, text.as_bytes())
        }
        written => written,
    }
}

/// Takes the lock, so that a temporary file of a killed command is removed by the next one.
fn lock<'c>(context: &'c Context<'_>) -> Result<Transaction<'c>, InstallError> {
    context.begin(&|| false)
}

/// Removes the attributes from targets without skills.
pub(crate) fn unprotect(context: &Context<'_>, targets: &[Target]) -> Result<(), InstallError> {
    for target in targets {
        let file = context.scope.target(target).join(FILE);
        if !fs::look(&file)?.is_some_and(|there| there.is_file()) {
            continue;
        }
        let _lock = lock(context)?;
        let before = fs::read_if_found(&file)?.unwrap_or_default();
        let Ok(text) = String::from_utf8(before) else {
            continue;
        };
        let kept = text.lines().filter(|line| !LINES.contains(line));
        let kept: Vec<&str> = kept.collect();
        if kept.len() == text.lines().count() {
            continue;
        }
        if kept.is_empty() {
            fs::remove_file(&file)?;
        } else {
            let text = kept.join("\n") + "\n";
            write(context, &file, &text)?;
        }
    }
    Ok(())
}

/// Returns a note for each rule that ignores files of the skill.
fn ignored(work_tree: &WorkTree, folder: &Path, paths: &[String]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for path in paths {
        let file = folder.join(path);
        if notes.len() >= MAX_NOTES || !work_tree.is_private(&file) {
            continue;
        }
        let Some(place) = work_tree.path_of(&file) else {
            continue;
        };
        let note = ignored_note(work_tree, &place);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// Returns the sentence about a file of a skill that git ignores.
pub(crate) fn ignored_note(work_tree: &WorkTree, place: &str) -> String {
    match work_tree.ignore_rule(place) {
        Some(rule) => {
            let IgnoreRule {
                file,
                line,
                pattern,
                ignored,
                exception: (at, exception),
            } = &rule;
            format!(
                "git ignores `{ignored}` because of `{pattern}` in {}:{line}; the line `{exception}` at the end of {} lets it in",
                shown(work_tree, file),
                shown(work_tree, at)
            )
        }
        None => format!("git ignores `{place}`"),
    }
}

fn shown(work_tree: &WorkTree, file: &Path) -> String {
    platform::display_relative(file.strip_prefix(work_tree.root()).unwrap_or(file))
}

/// Returns the reasons of git for the differences of a folder from the locked files, given as lines such
/// as `a.md (deleted)`.
pub(crate) fn causes(folder: &Path, differences: &[String]) -> Vec<String> {
    let checkout = Checkout::of(folder);
    let Some((real, work_tree)) = checkout.work_tree() else {
        return Vec::new();
    };
    let mut causes: Vec<String> = Vec::new();
    for difference in differences {
        let Some((path, kind)) = difference.rsplit_once(" (") else {
            continue;
        };
        let file = real.join(path);
        let Some(place) = work_tree.path_of(&file) else {
            continue;
        };
        let cause = match kind {
            "deleted)" if work_tree.is_private(&file) => ignored_note(work_tree, &place),
            "changed)" => match fs::read_if_found(&file) {
                Ok(Some(bytes)) if bytes.starts_with(LFS_POINTER) => {
                    format!("`{path}` is a Git LFS pointer; `git lfs pull` fetches the file")
                }
                Ok(Some(_)) => match work_tree.conversion(&place, b"\r\n") {
                    Some(conversion) => format!(
                        "git changes files such as `{path}` because of `{conversion}`: line endings, for example"
                    ),
                    None => continue,
                },
                _ => continue,
            },
            "mode changed)" if !work_tree.has_modes() => {
                "git does not record executable bits here (core.fileMode=false)".to_owned()
            }
            _ => continue,
        };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}
