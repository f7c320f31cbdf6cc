//! [`merge`]: the paths of the merged files, and the versions of each file to merge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::renames::{Renames, renames};
use super::text::merge_lines;
use super::{Conflict, ConflictKind, File, Files, Labels, Merged, OnConflict};
use mdskill_git::similarity::is_text;
use mdskill_lint::path::SkillPath;

/// The limit of a file that is merged line by line.
const MAX_MERGED_BYTES: usize = 16 << 20;

/// The positions of the two sides in arrays.
const OURS: usize = 0;
const THEIRS: usize = 1;

/// The versions of one file, at its path after the renames of both sides.
#[derive(Default)]
struct Versions {
    base: Option<File>,
    sides: [Option<File>; 2],
}

/// Merges the changes from `base` to `ours` and from `base` to `theirs`.
///
/// With [`OnConflict::Markers`], conflicting texts are written between git's markers. Where markers
/// are impossible, our version is kept: binary or very large files, files edited on one side and
/// deleted on the other, and files with two new names. With [`OnConflict::Ours`] and
/// [`OnConflict::Theirs`], only the conflicts are taken from that side.
///
/// The result may hold paths that cannot exist side by side, one from each side: a file and a folder
/// of one name, or names that differ only in case. [`SkillTree::of_files`] refuses them.
///
/// [`SkillTree::of_files`]: crate::skill::tree::SkillTree::of_files
#[must_use]
pub fn merge(
    base: &Files,
    ours: &Files,
    theirs: &Files,
    labels: Labels<'_>,
    on_conflict: OnConflict,
) -> Merged {
    let sides = [ours, theirs];
    let mut files: BTreeMap<SkillPath, Versions> = BTreeMap::new();
    for path in base.keys().chain(ours.keys()).chain(theirs.keys()) {
        files.entry(path.clone()).or_insert_with(|| Versions {
            base: base.get(path).cloned(),
            sides: sides.map(|side| side.get(path).cloned()),
        });
    }
    let mut merge = Merge {
        sides,
        labels,
        on_conflict,
        files,
        conflicts: Vec::new(),
    };
    merge.follow_renames(
        base,
        &[renames(base, ours, theirs), renames(base, theirs, ours)],
    );
    let files = std::mem::take(&mut merge.files).into_iter();
    let files = files
        .filter_map(|(path, versions)| merge.merge_file(&path, versions).map(|file| (path, file)))
        .collect();
    let mut conflicts = merge.conflicts;
    conflicts.sort();
    conflicts.dedup();
    Merged { files, conflicts }
}

struct Merge<'a> {
    sides: [&'a Files; 2],
    labels: Labels<'a>,
    on_conflict: OnConflict,
    files: BTreeMap<SkillPath, Versions>,
    conflicts: Vec<Conflict>,
}

impl Merge<'_> {
    /// Moves the versions of a file that a side renamed to its new path.
    fn follow_renames(&mut self, base: &Files, renames: &[Renames<'_>; 2]) {
        let sources: BTreeSet<_> = renames.iter().flat_map(BTreeMap::keys).copied().collect();
        for from in sources {
            let old = &base[from];
            match renames.each_ref().map(|side| side.get(from).copied()) {
                [Some(ours), Some(theirs)] if ours == theirs => {
                    self.file(ours).base = Some(old.clone());
                }
                [Some(ours), Some(theirs)] => self.renamed_apart(from, old, [ours, theirs]),
                [Some(to), _] => self.renamed(OURS, from, old, to),
                [_, Some(to)] => self.renamed(THEIRS, from, old, to),
                [None, None] => {}
            }
            self.files.remove(from);
        }
    }

    fn file(&mut self, path: &SkillPath) -> &mut Versions {
        self.files.entry(path.clone()).or_default()
    }

    /// Merges a file that only `side` renamed.
    fn renamed(&mut self, side: usize, from: &SkillPath, old: &File, to: &SkillPath) {
        let other = 1 - side;
        let Some(edited) = self.sides[other].get(from) else {
            let kind = ConflictKind::RenamedAndDeleted {
                from: from.to_string(),
            };
            self.conflict(to, kind, Vec::new());
            if !self.keeps(side) {
                self.file(to).sides[side] = None;
            }
            return;
        };
        let file = self.file(to);
        if file.sides[other].is_none() {
            file.base = Some(old.clone());
            file.sides[other] = Some(edited.clone());
        } else if let Some(renamed) = self.sides[side].get(to) {
            // The other side has another file with the new name, which is merged with the result.
            let [ours, theirs] = if side == OURS {
                [renamed, edited]
            } else {
                [edited, renamed]
            };
            let merged = self.merge_versions(to, Some(old), ours, theirs);
            self.file(to).sides[side] = Some(merged);
        }
    }

    /// Merges a file that both sides renamed, each to another name.
    fn renamed_apart(&mut self, from: &SkillPath, old: &File, to: [&SkillPath; 2]) {
        let kind = ConflictKind::RenamedApart {
            ours: to[OURS].to_string(),
            theirs: to[THEIRS].to_string(),
        };
        self.conflict(from, kind, Vec::new());
        let [ours, theirs] = [OURS, THEIRS].map(|side| &self.sides[side][to[side]]);
        let merged = self.merge_versions(from, Some(old), ours, theirs);
        for side in [OURS, THEIRS] {
            self.file(to[side]).sides[side] = self.keeps(side).then(|| merged.clone());
        }
    }

    fn merge_file(&mut self, path: &SkillPath, versions: Versions) -> Option<File> {
        let Versions {
            base,
            sides: [ours, theirs],
        } = versions;
        if let Some(file) = three_way(Some(&base), &ours, &theirs) {
            return file.clone();
        }
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                Some(self.merge_versions(path, base.as_ref(), &ours, &theirs))
            }
            (ours, None) => {
                self.conflict(path, ConflictKind::DeletedThere, Vec::new());
                ours.filter(|_| self.keeps(OURS))
            }
            (None, theirs) => {
                self.conflict(path, ConflictKind::DeletedHere, Vec::new());
                theirs.filter(|_| self.keeps(THEIRS))
            }
        }
    }

    /// Merges the content and the mode independently.
    fn merge_versions(
        &mut self,
        path: &SkillPath,
        base: Option<&File>,
        ours: &File,
        theirs: &File,
    ) -> File {
        let mode = three_way(base.map(|file| &file.mode), &ours.mode, &theirs.mode);
        let mode = *mode.unwrap_or_else(|| {
            self.conflict(path, ConflictKind::Mode, Vec::new());
            &self.preferred(ours, theirs).mode
        });
        let bytes = three_way(base.map(|file| &file.bytes), &ours.bytes, &theirs.bytes);
        let bytes = match bytes {
            Some(bytes) => Arc::clone(bytes),
            None => self.merge_bytes(path, base, ours, theirs),
        };
        File { mode, bytes }
    }

    fn merge_bytes(
        &mut self,
        path: &SkillPath,
        base: Option<&File>,
        ours: &File,
        theirs: &File,
    ) -> Arc<[u8]> {
        let all = [
            base.map_or(&[][..], |file| &file.bytes),
            &ours.bytes,
            &theirs.bytes,
        ];
        if !all.iter().all(|bytes| is_text(bytes)) {
            self.conflict(path, ConflictKind::Binary, Vec::new());
            return Arc::clone(&self.preferred(ours, theirs).bytes);
        }
        let merged = if all.iter().any(|bytes| bytes.len() > MAX_MERGED_BYTES) {
            None
        } else {
            merge_lines(all[0], all[1], all[2], self.labels, self.on_conflict)
        };
        let Some(merged) = merged else {
            self.conflict(path, ConflictKind::TooLarge, Vec::new());
            return Arc::clone(&self.preferred(ours, theirs).bytes);
        };
        if !merged.is_clean {
            let kind = match base {
                Some(_) => ConflictKind::Lines,
                None => ConflictKind::AddedTwice,
            };
            self.conflict(path, kind, merged.hunks);
        }
        merged.bytes.into()
    }

    fn preferred<'f>(&self, ours: &'f File, theirs: &'f File) -> &'f File {
        if self.keeps(OURS) { ours } else { theirs }
    }

    /// Whether a conflict leaves the file of this side. A merge that stops keeps both, to report them.
    fn keeps(&self, side: usize) -> bool {
        match self.on_conflict {
            OnConflict::Stop => true,
            OnConflict::Markers | OnConflict::Ours => side == OURS,
            OnConflict::Theirs => side == THEIRS,
        }
    }

    fn conflict(&mut self, path: &SkillPath, kind: ConflictKind, hunks: Vec<String>) {
        self.conflicts.push(Conflict {
            path: path.to_string(),
            kind,
            hunks,
        });
    }
}

/// Returns the three-way merge of values that can't be mixed; `None` for a conflict.
fn three_way<'v, T: PartialEq>(base: Option<&T>, ours: &'v T, theirs: &'v T) -> Option<&'v T> {
    if ours == theirs || base == Some(theirs) {
        Some(ours)
    } else if base == Some(ours) {
        Some(theirs)
    } else {
        None
    }
}
