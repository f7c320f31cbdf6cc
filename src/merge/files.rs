//! Which files there are after the merge, where they lie, and who changed what of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::renames::{Renames, renames};
use super::text::merge_lines;
use super::{Conflict, ConflictKind, File, Files, Labels, Merged, OnConflict};
use mdskill_git::objects::MAX_OBJECT_BYTES;
use mdskill_git::similarity::is_text;
use mdskill_lint::path::SkillPath;

/// What the three have at one path, once renamed files lie where they lie now.
#[derive(Default)]
struct Slot {
    base: Option<File>,
    ours: Option<File>,
    theirs: Option<File>,
}

pub(super) fn merge(
    base: &Files,
    ours: &Files,
    theirs: &Files,
    labels: &Labels<'_>,
    on_conflict: OnConflict,
) -> Merged {
    let mut merging = Merging {
        ours,
        theirs,
        labels,
        on_conflict,
        slots: slots(base, ours, theirs),
        conflicts: Vec::new(),
    };
    let here = renames(base, ours, theirs);
    let there = renames(base, theirs, ours);
    merging.follow(base, &here, &there);
    let files = merging.settle();
    let mut conflicts = merging.conflicts;
    conflicts.sort_by(|a, b| (&a.path, &a.kind).cmp(&(&b.path, &b.kind)));
    conflicts.dedup();
    Merged { files, conflicts }
}

fn slots(base: &Files, ours: &Files, theirs: &Files) -> BTreeMap<SkillPath, Slot> {
    let mut slots: BTreeMap<SkillPath, Slot> = BTreeMap::new();
    for path in base.keys().chain(ours.keys()).chain(theirs.keys()) {
        slots.entry(path.clone()).or_insert_with(|| Slot {
            base: base.get(path).cloned(),
            ours: ours.get(path).cloned(),
            theirs: theirs.get(path).cloned(),
        });
    }
    slots
}

struct Merging<'a> {
    ours: &'a Files,
    theirs: &'a Files,
    labels: &'a Labels<'a>,
    on_conflict: OnConflict,
    slots: BTreeMap<SkillPath, Slot>,
    conflicts: Vec<Conflict>,
}

impl Merging<'_> {
    /// Brings what one side did to a file to where the other has it now.
    fn follow(&mut self, base: &Files, here: &Renames<'_>, there: &Renames<'_>) {
        let sources: BTreeSet<_> = here.keys().chain(there.keys()).collect();
        for from in sources {
            let Some(was) = base.get(*from) else { continue };
            match (here.get(*from), there.get(*from)) {
                (Some(ours), Some(theirs)) if ours == theirs => {
                    self.slot(ours).base = Some(was.clone());
                }
                (Some(ours), Some(theirs)) => self.renamed_apart(from, was, ours, theirs),
                (Some(to), None) => match self.theirs.get(*from) {
                    Some(edited) => self.renamed_here(was, to, edited),
                    None => self.renamed_and_deleted(from, to, true),
                },
                (None, Some(to)) => match self.ours.get(*from) {
                    Some(edited) => self.renamed_there(was, to, edited),
                    None => self.renamed_and_deleted(from, to, false),
                },
                (None, None) => continue,
            }
            self.slots.remove(*from);
        }
    }

    fn slot(&mut self, path: &SkillPath) -> &mut Slot {
        self.slots.entry(path.clone()).or_default()
    }

    fn renamed_here(&mut self, was: &File, to: &SkillPath, edited: &File) {
        if self.slot(to).theirs.is_none() {
            let slot = self.slot(to);
            slot.base = Some(was.clone());
            slot.theirs = Some(edited.clone());
        } else if let Some(renamed) = self.ours.get(to) {
            // There is another file of that name there: first the one, then both.
            let merged = self.combine(to, Some(was), renamed, edited);
            self.slot(to).ours = Some(merged);
        }
    }

    fn renamed_there(&mut self, was: &File, to: &SkillPath, edited: &File) {
        if self.slot(to).ours.is_none() {
            let slot = self.slot(to);
            slot.base = Some(was.clone());
            slot.ours = Some(edited.clone());
        } else if let Some(renamed) = self.theirs.get(to) {
            let merged = self.combine(to, Some(was), edited, renamed);
            self.slot(to).theirs = Some(merged);
        }
    }

    fn renamed_apart(
        &mut self,
        from: &SkillPath,
        was: &File,
        ours: &SkillPath,
        theirs: &SkillPath,
    ) {
        let (Some(here), Some(there)) = (self.ours.get(ours), self.theirs.get(theirs)) else {
            return;
        };
        let kind = ConflictKind::RenamedApart {
            ours: ours.to_string(),
            theirs: theirs.to_string(),
        };
        self.conflict(from, kind);
        let merged = self.combine(from, Some(was), here, there);
        let on_conflict = self.on_conflict;
        self.slot(ours).ours = (on_conflict != OnConflict::Theirs).then(|| merged.clone());
        self.slot(theirs).theirs = takes_theirs(on_conflict).then_some(merged);
    }

    fn renamed_and_deleted(&mut self, from: &SkillPath, to: &SkillPath, here: bool) {
        let from = from.to_string();
        self.conflict(to, ConflictKind::RenamedAndDeleted { from });
        let on_conflict = self.on_conflict;
        let slot = self.slot(to);
        match here {
            true if on_conflict == OnConflict::Theirs => slot.ours = None,
            false if !takes_theirs(on_conflict) => slot.theirs = None,
            _ => {}
        }
    }

    fn settle(&mut self) -> Files {
        let slots = std::mem::take(&mut self.slots);
        let merged = slots.into_iter().filter_map(|(path, slot)| {
            let file = self.settle_one(&path, slot)?;
            Some((path, file))
        });
        merged.collect()
    }

    fn settle_one(&mut self, path: &SkillPath, slot: Slot) -> Option<File> {
        let Slot { base, ours, theirs } = slot;
        if ours == theirs || theirs == base {
            return ours;
        }
        if ours == base {
            return theirs;
        }
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(self.combine(path, base.as_ref(), &ours, &theirs)),
            (ours, None) => {
                self.conflict(path, ConflictKind::DeletedThere);
                ours.filter(|_| self.on_conflict != OnConflict::Theirs)
            }
            (None, theirs) => {
                self.conflict(path, ConflictKind::DeletedHere);
                theirs.filter(|_| takes_theirs(self.on_conflict))
            }
        }
    }

    /// Merges content and mode, each for itself.
    fn combine(
        &mut self,
        path: &SkillPath,
        base: Option<&File>,
        ours: &File,
        theirs: &File,
    ) -> File {
        let mode = settled(base.map(|file| &file.mode), ours.mode, theirs.mode);
        let mode = mode.unwrap_or_else(|| {
            self.conflict(path, ConflictKind::Mode);
            self.favored(ours, theirs).mode
        });
        let bytes = settled(
            base.map(|file| &file.bytes).as_ref(),
            &ours.bytes,
            &theirs.bytes,
        );
        let bytes = match bytes {
            Some(bytes) => Arc::clone(bytes),
            None => self.combine_bytes(path, base, ours, theirs),
        };
        File { mode, bytes }
    }

    fn combine_bytes(
        &mut self,
        path: &SkillPath,
        base: Option<&File>,
        ours: &File,
        theirs: &File,
    ) -> Arc<[u8]> {
        let old: &[u8] = base.map_or(&[], |file| &file.bytes);
        let all = [old, &ours.bytes, &theirs.bytes];
        let lines = if !all.iter().all(|bytes| is_text(bytes)) {
            Err(ConflictKind::Binary)
        } else if all.iter().any(|bytes| bytes.len() > MAX_OBJECT_BYTES) {
            Err(ConflictKind::TooLarge)
        } else {
            merge_lines(
                old,
                &ours.bytes,
                &theirs.bytes,
                self.labels,
                self.on_conflict,
            )
            .ok_or(ConflictKind::TooLarge)
        };
        match lines {
            Ok(lines) if lines.hunks.is_empty() => lines.bytes.into(),
            Ok(lines) => {
                let kind = match base {
                    Some(_) => ConflictKind::Lines,
                    None => ConflictKind::AddedTwice,
                };
                self.conflicts.push(Conflict {
                    path: path.to_string(),
                    kind,
                    hunks: lines.hunks,
                });
                lines.bytes.into()
            }
            Err(kind) => {
                self.conflict(path, kind);
                Arc::clone(&self.favored(ours, theirs).bytes)
            }
        }
    }

    fn favored<'f>(&self, ours: &'f File, theirs: &'f File) -> &'f File {
        match self.on_conflict {
            OnConflict::Theirs => theirs,
            OnConflict::Stop | OnConflict::Markers | OnConflict::Ours => ours,
        }
    }

    fn conflict(&mut self, path: &SkillPath, kind: ConflictKind) {
        self.conflicts.push(Conflict {
            path: path.to_string(),
            kind,
            hunks: Vec::new(),
        });
    }
}

/// Returns what a three-way merge makes of values that can't be mixed; nothing in a conflict.
fn settled<T: PartialEq>(base: Option<&T>, ours: T, theirs: T) -> Option<T> {
    if ours == theirs || base == Some(&theirs) {
        Some(ours)
    } else if base == Some(&ours) {
        Some(theirs)
    } else {
        None
    }
}

/// Returns whether a file that only they have stays. A merge that stops keeps both, to report them.
fn takes_theirs(on_conflict: OnConflict) -> bool {
    matches!(on_conflict, OnConflict::Stop | OnConflict::Theirs)
}
