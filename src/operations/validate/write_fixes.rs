//! Writes fixes to skills on disk, and reports them.

use std::io;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::diff::{self, Mode, Side};
use crate::fs::{self, At, Error, atomic};
use crate::operations::findings::join;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::fix::{FileChange, FixFilter, FixOutcome, RefusedFix};

/// The findings to fix, and whether to write the fixes.
#[derive(Debug, Clone, Copy)]
pub struct Fixing {
    /// The findings to fix.
    pub filter: FixFilter,
    /// Whether to only show the difference.
    pub is_dry: bool,
}

/// The result of fixing.
#[derive(Debug, Default, Serialize)]
pub struct Fixes {
    /// The fixed findings, by skill in the order of the fixes.
    pub fixed: Vec<Fixed>,
    /// The files that were not written.
    pub kept: Vec<Kept>,
    /// The fixes that were not applied because they would introduce errors.
    pub refused: Vec<Kept>,
    /// The difference, if nothing is to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// The fixed text of a page from standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<PageText>,
}

/// A page after the fixes. In JSON, invalid UTF-8 is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText(pub Vec<u8>);

impl Serialize for PageText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        String::from_utf8_lossy(&self.0).serialize(serializer)
    }
}

/// A fixed finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fixed {
    /// The finding's code.
    pub code: &'static str,
    /// Its file, relative to the current directory.
    pub file: String,
    /// The line of the finding before the fix.
    pub line: usize,
    /// The title of the fix, for example "quote the value".
    pub title: String,
    /// The skill's folder.
    pub skill: String,
}

/// A file or a finding that was not fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The file, relative to the current directory.
    pub file: String,
    /// The reason.
    pub reason: String,
}

impl Fixes {
    /// Creates an empty result.
    pub(super) fn of(fixing: Fixing) -> Self {
        Self {
            diff: fixing.is_dry.then(String::new),
            ..Self::default()
        }
    }

    /// Adds the fixes of the skill that is shown as `skill`; the files in `kept` were not written.
    pub(super) fn add(
        &mut self,
        skill: &str,
        outcome: &FixOutcome,
        kept: &[(&FileChange, String)],
    ) {
        let is_kept = |found: &&Diagnostic| {
            kept.iter().any(|(change, _)| {
                change.path == found.file || change.renamed_to.as_ref() == Some(&found.file)
            })
        };
        let fixed = outcome.fixed.iter().filter(|found| !is_kept(found));
        self.fixed.extend(fixed.map(|found| {
            let fix = found.fix.as_ref();
            Fixed {
                code: found.code,
                file: join(skill, &found.file),
                line: found.start.line,
                title: fix.map(|fix| fix.title.clone()).unwrap_or_default(),
                skill: skill.to_owned(),
            }
        }));
        self.kept.extend(kept.iter().map(|(change, reason)| Kept {
            file: join(skill, &change.path),
            reason: reason.clone(),
        }));
        let refused = outcome.refused.iter();
        self.refused
            .extend(refused.map(|RefusedFix { finding, reason }| Kept {
                file: join(skill, &finding.file),
                reason: format!("the fix for {} was not applied: {reason}", finding.code),
            }));
        if let Some(diff) = &mut self.diff {
            for change in &outcome.changes {
                diff.push_str(&difference(skill, change));
            }
        }
    }
}

/// Writes the changes of the skill in `folder`; returns the changes that were not written, each
/// with the reason.
pub(super) fn write<'a>(folder: &Path, changes: &'a [FileChange]) -> Vec<(&'a FileChange, String)> {
    let refused = changes.iter().filter_map(|change| {
        let reason = match write_one(folder, change) {
            Ok(true) => return None,
            Ok(false) => "it was changed during validation; run the command again".to_owned(),
            Err(error) => error.to_string(),
        };
        Some((change, reason))
    });
    refused.collect()
}

fn write_one(folder: &Path, change: &FileChange) -> Result<bool, Error> {
    let path = folder.join(&change.path);
    let mut above = path.ancestors().take_while(|above| *above != folder);
    if let Some(link) = above.find(|above| above.is_symlink()) {
        // Other skills may have the same link.
        let reason = "it is a symbolic link: fix the file that it leads to";
        return Err(io::Error::other(reason)).at("change", link);
    }
    if let Some((before, after)) = &change.text
        && !atomic::exchange(&path, before.as_bytes(), after.as_bytes())?
    {
        return Ok(false);
    }
    if change.becomes_executable {
        fs::make_executable(&path)?;
    }
    if let Some(to) = &change.renamed_to {
        let to = folder.join(to);
        fs::create_folder(to.parent().unwrap_or(folder))?;
        fs::rename_new(&path, &to)?;
    }
    Ok(true)
}

/// Returns the change of a file in the format of `git apply` and `patch`.
fn difference(skill: &str, change: &FileChange) -> String {
    let from = join(skill, &change.path);
    let to = change.renamed_to.as_ref().map(|to| join(skill, to));
    // Without a text change, the text is not part of the difference.
    let (old, new) = change
        .text
        .as_ref()
        .map_or(("", ""), |(old, new)| (old, new));
    let before = Side {
        path: &from,
        mode: Mode::Regular,
        bytes: old.as_bytes(),
    };
    let after = Side {
        path: to.as_ref().unwrap_or(&from),
        mode: if change.becomes_executable {
            Mode::Executable
        } else {
            Mode::Regular
        },
        bytes: new.as_bytes(),
    };
    diff::unified_file(Some(before), Some(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: Option<(&str, &str)>, renamed_to: Option<&str>) -> FileChange {
        FileChange {
            path: "skill.md".to_owned(),
            text: text.map(|(before, after)| (before.to_owned(), after.to_owned())),
            renamed_to: renamed_to.map(str::to_owned),
            becomes_executable: true,
        }
    }

    #[test]
    fn difference_has_git_format() {
        assert_eq!(
            difference("a b", &change(Some(("x\ny", "x\nz")), Some("SKILL.md"))),
            "diff --git a/a b/skill.md b/a b/SKILL.md\nold mode 100644\nnew mode 100755\n\
             similarity index 66%\nrename from a b/skill.md\nrename to a b/SKILL.md\n\
             --- a/a b/skill.md\t\n+++ b/a b/SKILL.md\t\n@@ -1,2 +1,2 @@\n x\n-y\n\
             \\ No newline at end of file\n+z\n\\ No newline at end of file\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn write_changes_text_mode_and_path_but_not_of_edited_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("skill.md"), "edited").unwrap();
        let changes = [change(Some(("old", "new")), Some("SKILL.md"))];
        let kept = write(folder.path(), &changes);
        assert!(kept[0].1.contains("changed during validation"));
        assert!(path("skill.md").exists() && !path("SKILL.md").exists());
        std::fs::write(path("skill.md"), "old").unwrap();
        assert!(write(folder.path(), &changes).is_empty());
        assert_eq!(std::fs::read(path("SKILL.md")).unwrap(), b"new");
        let mode = path("SKILL.md").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111);
        assert!(!path("skill.md").exists());
        std::fs::write(path("skill.md"), "other").unwrap();
        let changes = [change(None, Some("SKILL.md"))];
        let kept = write(folder.path(), &changes);
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(std::fs::read(path("SKILL.md")).unwrap(), b"new");
    }
}
