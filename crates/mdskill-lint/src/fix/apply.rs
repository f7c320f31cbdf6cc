//! [`apply_fixes`]: fixes and validates a skill in rounds until no fix is left.

use std::collections::BTreeMap;
use std::slice;

use super::score::Score;
use super::text_edit::edit;
use crate::diagnostic::{Change, Diagnostic, Edit, Fix, Safety, Severity};
use crate::path::{SkillPath, fold};
use crate::settings::Settings;
use crate::skill_files::{Entry, EntryKind, OverlayFiles, SkillFiles};
use crate::validate::{ValidationResult, validate};

/// Maximum number of rounds. There can be several, because a YAML error hides the findings after it.
const MAX_ROUNDS: usize = 32;
/// Maximum number of fixes of one skill to try one by one.
const MAX_TRIALS: usize = 64;

/// The outcome of fixing a skill.
#[derive(Debug, Clone, Default)]
pub struct FixOutcome {
    /// The changes to write, sorted by path.
    pub changes: Vec<FileChange>,
    /// The fixed findings, in the order in which they were fixed.
    pub fixed: Vec<Diagnostic>,
    /// The fixes that were not applied because they would do harm.
    pub refused: Vec<RefusedFix>,
    /// The findings that remain.
    pub checked: ValidationResult,
}

/// A fix that is not applied because it would do harm: a mistake of its rule.
#[derive(Debug, Clone)]
pub struct RefusedFix {
    /// The finding that remains.
    pub finding: Diagnostic,
    /// The harm: "it would introduce an error SK301".
    pub reason: String,
}

/// The findings to fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixFilter {
    /// The safety of the fixes to apply: `Unsafe` includes the safe ones.
    pub safety: Safety,
    /// The lowest severity. Findings below it are not shown, so fixing them would be surprising.
    pub least: Severity,
}

impl From<Safety> for FixFilter {
    /// Returns the filter for all findings with fixes up to `safety`.
    fn from(safety: Safety) -> Self {
        Self {
            safety,
            least: Severity::Info,
        }
    }
}

impl FixFilter {
    fn takes(self, found: &Diagnostic) -> bool {
        let is_safe_enough =
            |fix: &Fix| fix.safety == Safety::Safe || self.safety == Safety::Unsafe;
        found.severity >= self.least && found.fix.as_ref().is_some_and(is_safe_enough)
    }
}

/// The change of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Its path in the skill.
    pub path: String,
    /// The text before and after, when it changes.
    pub text: Option<(String, String)>,
    /// Its new path, when it is renamed.
    pub renamed_to: Option<String>,
    /// Whether it becomes executable.
    pub becomes_executable: bool,
}

/// Applies the fixes that `filter` takes, until none is left.
///
/// The skill is validated after each round. A fix that makes frontmatter unreadable, introduces
/// an error or leaves as many findings as before is refused. So fixing a second time changes
/// nothing.
#[must_use]
pub fn apply_fixes(
    skill: &dyn SkillFiles,
    settings: &Settings,
    filter: impl Into<FixFilter>,
) -> FixOutcome {
    let filter = filter.into();
    run(skill, settings, &|found| filter.takes(found), &validate)
}

/// As [`apply_fixes`], but only edits the text of one file.
#[must_use]
pub fn apply_fixes_to_file(
    skill: &dyn SkillFiles,
    file: &str,
    settings: &Settings,
    filter: impl Into<FixFilter>,
) -> FixOutcome {
    let filter = filter.into();
    let is_wanted =
        |found: &Diagnostic| filter.takes(found) && !edits(found).is_empty() && found.file == file;
    run(skill, settings, &is_wanted, &validate)
}

fn run(
    skill: &dyn SkillFiles,
    settings: &Settings,
    is_wanted: &dyn Fn(&Diagnostic) -> bool,
    check: &Check,
) -> FixOutcome {
    let checked = check(skill, settings);
    if !checked.diagnostics.iter().any(is_wanted) {
        return checked.into();
    }
    let mut fixer = Fixer {
        skill,
        settings,
        all_rules: Settings::of(settings.profile),
        is_wanted,
        check,
        trials: MAX_TRIALS,
        outcome: checked.into(),
    };
    let mut changes = Changes::new();
    for _ in 0..MAX_ROUNDS {
        match fixer.round(changes.clone()) {
            Some(after) => changes = after,
            None => break,
        }
    }
    let mut changes: Vec<FileChange> = changes.into_values().collect();
    for change in &mut changes {
        change.text.take_if(|(before, after)| before == after);
        change.renamed_to.take_if(|to| *to == change.path);
    }
    changes.retain(|change| {
        change.text.is_some() || change.renamed_to.is_some() || change.becomes_executable
    });
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    FixOutcome {
        changes,
        ..fixer.outcome
    }
}

fn edits(found: &Diagnostic) -> &[Edit] {
    found.fix.as_ref().map_or(&[], Fix::edits)
}

impl From<ValidationResult> for FixOutcome {
    /// Returns the outcome without any fix.
    fn from(checked: ValidationResult) -> Self {
        Self {
            checked,
            ..Self::default()
        }
    }
}

/// [`validate()`], except in tests.
type Check = dyn Fn(&dyn SkillFiles, &Settings) -> ValidationResult;

/// The changes so far, by the current path of the file.
type Changes = BTreeMap<String, FileChange>;

struct Fixer<'a> {
    skill: &'a dyn SkillFiles,
    settings: &'a Settings,
    all_rules: Settings,
    is_wanted: &'a dyn Fn(&Diagnostic) -> bool,
    check: &'a Check,
    trials: usize,
    outcome: FixOutcome,
}

/// The outcome of some fixes that do no harm.
struct Trial {
    changes: Changes,
    checked: ValidationResult,
    fixed: Vec<Diagnostic>,
}

impl Fixer<'_> {
    /// Applies the fixes that can be applied together; an empty list without any.
    fn round(&mut self, mut changes: Changes) -> Option<Changes> {
        if self.load_texts(&mut changes) {
            // Validate again, so that the spans of the edits match the text that was just read.
            self.outcome.checked = (self.check)(&view(self.skill, &changes), self.settings);
        }
        self.outcome.refused.clear();
        let wanted = self.wanted();
        if wanted.is_empty() {
            return None;
        }
        let before = self.score(&view(self.skill, &changes), &self.outcome.checked);
        let done = match self.attempt(&wanted, &changes, &before) {
            Ok(trial) => trial,
            Err(_) => self.apply_harmless(wanted, &changes, &before)?,
        };
        self.outcome.fixed.extend(done.fixed);
        self.outcome.checked = done.checked;
        Some(done.changes)
    }

    fn wanted(&self) -> Vec<Diagnostic> {
        let found = self.outcome.checked.diagnostics.iter();
        found
            .filter(|found| (self.is_wanted)(found))
            .cloned()
            .collect()
    }

    /// Tries each fix alone, then applies the harmless ones together, or only the first of them.
    fn apply_harmless(
        &mut self,
        wanted: Vec<Diagnostic>,
        changes: &Changes,
        before: &Score,
    ) -> Option<Trial> {
        let (mut harmless, mut first) = (Vec::new(), None);
        for finding in wanted.into_iter().take(self.trials) {
            self.trials -= 1;
            match self.attempt(slice::from_ref(&finding), changes, before) {
                Ok(trial) => {
                    first.get_or_insert(trial);
                    harmless.push(finding);
                }
                Err(reason) => self.outcome.refused.push(RefusedFix { finding, reason }),
            }
        }
        self.attempt(&harmless, changes, before).ok().or(first)
    }

    /// Applies fixes; the error is the reason to refuse them.
    fn attempt(
        &self,
        fixes: &[Diagnostic],
        changes: &Changes,
        before: &Score,
    ) -> Result<Trial, String> {
        let (changes, applied) = apply(self.skill, fixes, changes);
        if applied.is_empty() {
            return Err("it can't be applied".to_owned());
        }
        let view = view(self.skill, &changes);
        let checked = (self.check)(&view, self.settings);
        match self.score(&view, &checked).harm_since(before) {
            Some(harm) => Err(harm),
            None => Ok(Trial {
                changes,
                checked,
                fixed: applied,
            }),
        }
    }

    /// Reads the text of every file to edit, and returns whether there was a new one. A file is not edited
    /// if it is not UTF-8, can't be read completely, or has an invalid path.
    fn load_texts(&self, changes: &mut Changes) -> bool {
        let view = view(self.skill, changes);
        let mut is_new = false;
        for found in self
            .wanted()
            .iter()
            .filter(|found| !edits(found).is_empty())
        {
            let file = found.file.as_str();
            let loaded = changes.get(file).and_then(|change| change.text.as_ref());
            if loaded.is_none()
                && SkillPath::parse(file).is_ok()
                && let Some(EntryKind::File { bytes, .. }) =
                    view.entry(file).map(|entry| &entry.kind)
                && let Ok(text) = view.read(file)
                && let Ok(text) = std::str::from_utf8(&text)
                && text.len() as u64 == *bytes
            {
                change_of(changes, file).text = Some((text.to_owned(), text.to_owned()));
                is_new = true;
            }
        }
        is_new
    }

    fn score(&self, view: &OverlayFiles<'_>, checked: &ValidationResult) -> Score {
        // Fixes must not introduce errors of disabled rules, either.
        Score::of(view, checked, &(self.check)(view, &self.all_rules))
    }
}

/// Adds fixes to the changes, and returns the new changes and the applied fixes. Renames come last.
fn apply(
    skill: &dyn SkillFiles,
    fixes: &[Diagnostic],
    changes: &Changes,
) -> (Changes, Vec<Diagnostic>) {
    let mut changes = changes.clone();
    let mut applied = Vec::new();
    for file_fixes in fixes.chunk_by(|a, b| a.file == b.file) {
        let change = changes.get_mut(&file_fixes[0].file);
        let Some((_, text)) = change.and_then(|change| change.text.as_mut()) else {
            continue;
        };
        let edits: Vec<&[Edit]> = file_fixes.iter().map(edits).collect();
        let edited = edit(text, &edits);
        if edited.text != *text {
            *text = edited.text;
            applied.extend(edited.applied.iter().map(|at| file_fixes[*at].clone()));
        }
    }
    let view = view(skill, &changes);
    let is_file = |found: &&Diagnostic| view.entry(&found.file).is_some_and(Entry::is_file);
    let mut renames = Vec::new();
    for found in fixes.iter().filter(is_file) {
        match found.fix.as_ref().map(|fix| &fix.change) {
            Some(Change::MakeExecutable) => {
                change_of(&mut changes, &found.file).becomes_executable = true;
                applied.push(found.clone());
            }
            Some(Change::Rename(to)) => renames.push((found, to)),
            Some(Change::Edit(_)) | None => {}
        }
    }
    for (found, to) in renames {
        if rename(skill, &mut changes, &found.file, to) {
            applied.push(found.clone());
        }
    }
    (changes, applied)
}

/// Returns the change of the file whose current path this is.
fn change_of<'a>(changes: &'a mut Changes, path: &str) -> &'a mut FileChange {
    let change = changes.entry(path.to_owned());
    change.or_insert_with(|| FileChange {
        path: path.to_owned(),
        ..FileChange::default()
    })
}

/// Returns the skill with the changes.
fn view<'a>(skill: &'a dyn SkillFiles, changes: &Changes) -> OverlayFiles<'a> {
    let mut view = OverlayFiles::over(skill);
    for change in changes.values() {
        if let Some((_, after)) = &change.text {
            view.write(&change.path, after.as_bytes());
        }
        if change.becomes_executable {
            view.make_executable(&change.path);
        }
        if let Some(to) = &change.renamed_to {
            view.rename(&change.path, to);
        }
    }
    view
}

/// Renames a file, unless the new path is invalid or another file has or had it. Letter case is
/// ignored in the comparison, because some file systems ignore it.
fn rename(skill: &dyn SkillFiles, changes: &mut Changes, from: &str, to: &str) -> bool {
    let view = view(skill, changes);
    let folded = fold(to);
    let entries = view.entries().iter().chain(skill.entries());
    let mut others = entries.filter(|entry| entry.path != from);
    let is_taken = others.any(|entry| fold(&entry.path) == folded);
    if is_taken || from == to || view.entry(from).is_none() || SkillPath::parse(to).is_err() {
        return false;
    }
    change_of(changes, from).renamed_to = Some(to.to_owned());
    if let Some(change) = changes.remove(from) {
        changes.insert(to.to_owned(), change);
    }
    true
}

#[cfg(test)]
mod tests;
