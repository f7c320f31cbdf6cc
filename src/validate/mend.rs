//! [`mend`]: a skill as the fixes of its findings leave it. Nothing is written here.

mod standing;

use std::collections::BTreeMap;

use crate::diagnostic::{Change, Diagnostic, Edit, Fix, Safety, Severity};
use crate::path::{SkillPath, fold};
use crate::validate::fix::edit;
use crate::validate::settings::Settings;
use crate::validate::{Checked, validate};
use crate::view::{Entry, EntryKind, Overlay, SkillView};
use standing::Standing;

/// Most rounds of looking and mending: a fault of the YAML hides those behind it.
const MAX_ROUNDS: usize = 32;
/// Most times that a skill is looked at to find out which of many fixes does harm.
const MAX_TRIALS: usize = 64;

/// A skill as fixes leave it.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// What is to be written, sorted by path.
    pub changes: Vec<FileChange>,
    /// What was mended, in the order in which it was done.
    pub fixed: Vec<Diagnostic>,
    /// What is found afterwards.
    pub checked: Checked,
}

/// Which findings are mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// What a fix may do.
    pub safety: Safety,
    /// How much a finding must matter: what is only counted is left alone, for who does not see
    /// a finding does not expect its fix.
    pub least: Severity,
}

impl From<Safety> for Reach {
    /// Returns the reach over all findings with fixes up to `safety`.
    fn from(safety: Safety) -> Self {
        Self {
            safety,
            least: Severity::Info,
        }
    }
}

/// What is to become of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Where it lies in the skill.
    pub path: String,
    /// What it holds now and what it shall hold, when that changes.
    pub text: Option<(String, String)>,
    /// Where it shall lie, when that is elsewhere.
    pub renamed_to: Option<String>,
    /// Whether it shall be executable, and is not.
    pub becomes_executable: bool,
}

/// Applies the fixes of what `settings` let count, those within `reach`, until none is left.
///
/// What a fix costs is checked: one that makes frontmatter unreadable, or that leaves an
/// error which was not there, is not applied; nor is one after which no less is found.
/// So mending twice is mending once.
#[must_use]
pub fn mend(skill: &dyn SkillView, settings: &Settings, reach: impl Into<Reach>) -> Mended {
    let reach = reach.into();
    let counts = |found: &Diagnostic| counts(found, reach);
    mend_what(skill, settings, &counts, &validate)
}

/// As [`mend()`], where only the text of one file can be changed.
#[must_use]
pub fn mend_file(
    skill: &dyn SkillView,
    file: &str,
    settings: &Settings,
    reach: impl Into<Reach>,
) -> Mended {
    let reach = reach.into();
    let is_edit = |found: &Diagnostic| edits(found).is_some() && found.file == file;
    let counts = |found: &Diagnostic| counts(found, reach) && is_edit(found);
    mend_what(skill, settings, &counts, &validate)
}

fn mend_what(
    skill: &dyn SkillView,
    settings: &Settings,
    counts: &dyn Fn(&Diagnostic) -> bool,
    look: &Look,
) -> Mended {
    let checked = look(skill, settings);
    if !checked.diagnostics.iter().any(counts) {
        return Mended::from(checked);
    }
    let mut mending = Mending {
        settings,
        all_rules: Settings::of(settings.profile),
        counts,
        look,
        trials: MAX_TRIALS,
        state: State::of(Overlay::over(skill)),
        files: BTreeMap::new(),
        fixed: Vec::new(),
        checked,
    };
    for _ in 0..MAX_ROUNDS {
        if !mending.round() {
            break;
        }
    }
    mending.finish()
}

fn counts(found: &Diagnostic, reach: Reach) -> bool {
    let is_safe_enough = |fix: &Fix| fix.safety == Safety::Safe || reach.safety == Safety::Unsafe;
    found.severity >= reach.least && found.fix.as_ref().is_some_and(is_safe_enough)
}

fn edits(found: &Diagnostic) -> Option<&[Edit]> {
    match &found.fix.as_ref()?.change {
        Change::Edit(edits) => Some(edits),
        Change::Rename(_) | Change::MakeExecutable => None,
    }
}

impl From<Checked> for Mended {
    /// Returns a skill that nothing is mended in.
    fn from(checked: Checked) -> Self {
        Self {
            checked,
            ..Self::default()
        }
    }
}

/// What finds what is to be mended: [`validate()`], but in tests.
type Look = dyn Fn(&dyn SkillView, &Settings) -> Checked;

struct Mending<'a> {
    settings: &'a Settings,
    counts: &'a dyn Fn(&Diagnostic) -> bool,
    look: &'a Look,
    all_rules: Settings,
    trials: usize,
    state: State<'a>,
    /// The files that may be edited, as they are in `skill`.
    files: BTreeMap<String, String>,
    fixed: Vec<Diagnostic>,
    checked: Checked,
}

/// A skill with some fixes done.
#[derive(Clone)]
struct State<'a> {
    view: Overlay<'a>,
    /// Where the files that were renamed came from.
    origins: BTreeMap<String, String>,
    made_executable: Vec<String>,
}

impl<'a> State<'a> {
    fn of(view: Overlay<'a>) -> Self {
        Self {
            view,
            origins: BTreeMap::new(),
            made_executable: Vec::new(),
        }
    }

    fn origin<'b>(&'b self, path: &'b str) -> &'b str {
        self.origins.get(path).map_or(path, String::as_str)
    }
}

impl<'a> Mending<'a> {
    /// Applies what can be applied at once; tells whether anything was.
    fn round(&mut self) -> bool {
        if self.hold_files() {
            // Held files do not change any more: the places of the findings are theirs.
            self.checked = (self.look)(&self.state.view, self.settings);
        }
        let fixes: Vec<Diagnostic> = self
            .checked
            .diagnostics
            .iter()
            .filter(|found| (self.counts)(found))
            .cloned()
            .collect();
        if fixes.is_empty() {
            return false;
        }
        let before = self.standing(&self.state.view, &self.checked);
        let done = self.fixed.len();
        self.attempt(&fixes, &before);
        self.fixed.len() > done
    }

    /// Keeps the text of every file that is to be edited. What is no text, larger than what
    /// the view reads, or has a path that can't be told as it is, is not edited.
    fn hold_files(&mut self) -> bool {
        let mut is_new = false;
        for found in &self.checked.diagnostics {
            let is_edit = edits(found).is_some();
            let origin = self.state.origin(&found.file);
            if !is_edit
                || !(self.counts)(found)
                || self.files.contains_key(origin)
                || SkillPath::parse(&found.file).is_err()
            {
                continue;
            }
            let Some(EntryKind::File { bytes, .. }) =
                self.state.view.entry(&found.file).map(|entry| &entry.kind)
            else {
                continue;
            };
            let Ok(text) = self.state.view.read(&found.file) else {
                continue;
            };
            if let Ok(text) = std::str::from_utf8(&text)
                && text.len() as u64 == *bytes
            {
                let text = text.to_owned();
                self.files.insert(origin.to_owned(), text.clone());
                self.state.view.write(&found.file, text.as_bytes());
                is_new = true;
            }
        }
        is_new
    }

    /// Applies these fixes where that does no harm, else each half of them.
    fn attempt(&mut self, fixes: &[Diagnostic], before: &Standing) {
        if fixes.is_empty() || self.trials == 0 {
            return;
        }
        self.trials -= 1;
        let (state, applied) = self.apply(fixes);
        if applied.is_empty() {
            return;
        }
        let checked = (self.look)(&state.view, self.settings);
        if self.standing(&state.view, &checked).is_better_than(before) {
            self.fixed.extend(applied);
            self.state = state;
            self.checked = checked;
        } else if let (first, second @ [_, ..]) = fixes.split_at(fixes.len() / 2)
            && !first.is_empty()
        {
            // What is applied moves what stands behind it: one good half a round.
            let done = self.fixed.len();
            self.attempt(first, before);
            if self.fixed.len() == done {
                self.attempt(second, before);
            }
        }
    }

    fn apply(&self, fixes: &[Diagnostic]) -> (State<'a>, Vec<Diagnostic>) {
        let mut state = self.state.clone();
        let mut applied = Vec::new();
        for of_file in fixes.chunk_by(|a, b| a.file == b.file) {
            let file = of_file[0].file.as_str();
            let edits: Vec<(&Diagnostic, &[Edit])> = of_file
                .iter()
                .filter_map(|found| Some((found, edits(found)?)))
                .collect();
            if self.files.contains_key(state.origin(file))
                && !edits.is_empty()
                && let Ok(bytes) = self.state.view.read(file)
                && let Ok(text) = std::str::from_utf8(&bytes)
            {
                let of_fixes: Vec<&[Edit]> = edits.iter().map(|(_, edits)| *edits).collect();
                let edited = edit(text, &of_fixes);
                if edited.text != text {
                    state.view.write(file, edited.text.as_bytes());
                    applied.extend(edited.applied.iter().map(|at| edits[*at].0.clone()));
                }
            }
        }
        let whole = |found: &&Diagnostic| edits(found).is_none();
        // A file keeps its path until all else is done.
        let is_rename = |found: &&Diagnostic| {
            matches!(
                found.fix.as_ref().map(|fix| &fix.change),
                Some(Change::Rename(_))
            )
        };
        let (renames, modes): (Vec<_>, Vec<_>) = fixes.iter().filter(whole).partition(is_rename);
        for found in modes.into_iter().chain(renames) {
            let is_done = match found.fix.as_ref().map(|fix| &fix.change) {
                Some(Change::Rename(to)) => rename(&mut state, &found.file, to),
                Some(Change::MakeExecutable) => make_executable(&mut state, &found.file),
                Some(Change::Edit(_)) | None => false,
            };
            if is_done {
                applied.push(found.clone());
            }
        }
        (state, applied)
    }

    fn standing(&self, view: &Overlay<'_>, checked: &Checked) -> Standing {
        // What was not asked for must not break either.
        Standing::of(view, checked, &(self.look)(view, &self.all_rules))
    }

    fn finish(self) -> Mended {
        let state = &self.state;
        let mut changes: BTreeMap<&str, FileChange> = BTreeMap::new();
        let new_paths: BTreeMap<&str, &str> = state
            .origins
            .iter()
            .map(|(path, origin)| (origin.as_str(), path.as_str()))
            .collect();
        for (origin, before) in &self.files {
            let path = new_paths.get(origin.as_str()).copied().unwrap_or(origin);
            let after = state.view.read(path).unwrap_or_default();
            // Text was put in, and pieces of text in its place.
            let after = String::from_utf8_lossy(&after);
            if *before != after {
                let change = changes
                    .entry(origin)
                    .or_insert_with(|| FileChange::of(origin));
                change.text = Some((before.clone(), after.into_owned()));
            }
        }
        for (&origin, path) in new_paths.iter().filter(|(origin, path)| origin != path) {
            let change = changes
                .entry(origin)
                .or_insert_with(|| FileChange::of(origin));
            change.renamed_to = Some((*path).to_owned());
        }
        for origin in &state.made_executable {
            let change = changes
                .entry(origin)
                .or_insert_with(|| FileChange::of(origin));
            change.becomes_executable = true;
        }
        Mended {
            changes: changes.into_values().collect(),
            fixed: self.fixed,
            checked: self.checked,
        }
    }
}

impl FileChange {
    fn of(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: None,
            renamed_to: None,
            becomes_executable: false,
        }
    }
}

/// Renames to a path that can be written everywhere and that nothing lies at: a path that
/// differs only in letter case is the file itself, where the disk takes them for one.
fn rename(state: &mut State<'_>, from: &str, to: &str) -> bool {
    let is_file = |path: &str| state.view.entry(path).is_some_and(Entry::is_file);
    let folded = fold(to);
    let mut others = state
        .view
        .entries()
        .iter()
        .filter(|entry| entry.path != from);
    let is_taken = others.any(|entry| fold(&entry.path) == folded);
    if !is_file(from) || is_taken || from == to || SkillPath::parse(to).is_err() {
        return false;
    }
    state.view.rename(from, to);
    let origin = state
        .origins
        .remove(from)
        .unwrap_or_else(|| from.to_owned());
    state.origins.insert(to.to_owned(), origin);
    true
}

fn make_executable(state: &mut State<'_>, path: &str) -> bool {
    let Some(EntryKind::File {
        is_executable: false,
        ..
    }) = state.view.entry(path).map(|entry| &entry.kind)
    else {
        return false;
    };
    state.view.make_executable(path);
    let origin = state.origin(path).to_owned();
    state.made_executable.push(origin);
    true
}

#[cfg(test)]
mod tests;
