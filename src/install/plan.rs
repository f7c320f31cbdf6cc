//! Decides what to do with one folder. This code does no I/O, so plans can be printed and tested.

use crate::digest::Digest;
use crate::fs::tree::OnDisk;

/// The step for a skill's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The folder has the wanted files already.
    Keep,
    /// The folder does not exist yet.
    Place,
    /// The folder has unmodified files of mdskill, and is replaced.
    Replace,
    /// The folder has files of the user, and is moved to the trash because of `--force`.
    Trash,
}

/// The reason to leave a folder alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// mdskill installed it, and its files were modified.
    Edited,
    /// mdskill did not install it.
    Unmanaged,
    /// It is a file or a link.
    NotAFolder,
}

/// Decides about a folder that should have the files of `wanted`, or be removed if it is `None`.
///
/// `ours` are the versions that may be replaced: the files that mdskill wrote, and local edits that
/// `wanted` contains. Any other folder is refused without `force`, because files that a user wrote
/// must never be lost.
///
/// # Errors
/// The [`Refusal`].
pub fn decide(
    on_disk: &OnDisk,
    ours: &[Digest],
    wanted: Option<Digest>,
    force: bool,
) -> Result<Step, Refusal> {
    let refusal = match on_disk {
        OnDisk::Absent => return Ok(Step::Place),
        folder if wanted.is_some_and(|wanted| folder.is(wanted)) => return Ok(Step::Keep),
        folder if ours.iter().any(|ours| folder.is(*ours)) => return Ok(Step::Replace),
        OnDisk::NotAFolder => Refusal::NotAFolder,
        OnDisk::Folder(_) if !ours.is_empty() => Refusal::Edited,
        OnDisk::Folder(_) => Refusal::Unmanaged,
    };
    if force { Ok(Step::Trash) } else { Err(refusal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{FileDigest, FileMode};
    use crate::fs::tree::Snapshot;

    fn folder(text: &str) -> (OnDisk, Digest) {
        let files = vec![(
            "SKILL.md".to_owned(),
            FileMode::Regular,
            FileDigest::of(text.as_bytes()),
        )];
        let snapshot = Snapshot {
            files,
            ..Snapshot::default()
        };
        let digest = snapshot.digest();
        (OnDisk::Folder(snapshot), digest)
    }

    #[test]
    fn user_files_are_replaced_only_with_force() {
        let (old, old_digest) = folder("old");
        let (edited, _) = folder("edited");
        let (_, new_digest) = folder("new");
        let unforced =
            |disk, locked: Option<Digest>, wanted| decide(disk, locked.as_slice(), wanted, false);
        assert_eq!(
            unforced(&OnDisk::Absent, None, Some(new_digest)),
            Ok(Step::Place)
        );
        assert_eq!(
            unforced(&old, Some(old_digest), Some(new_digest)),
            Ok(Step::Replace)
        );
        assert_eq!(
            unforced(&old, Some(old_digest), Some(old_digest)),
            Ok(Step::Keep)
        );
        assert_eq!(
            unforced(&old, None, Some(old_digest)),
            Ok(Step::Keep),
            "the same bytes are adopted"
        );
        assert_eq!(
            unforced(&edited, Some(old_digest), Some(new_digest)),
            Err(Refusal::Edited)
        );
        assert_eq!(
            unforced(&edited, None, Some(new_digest)),
            Err(Refusal::Unmanaged)
        );
        assert_eq!(
            unforced(&OnDisk::NotAFolder, Some(old_digest), Some(new_digest)),
            Err(Refusal::NotAFolder)
        );
        assert_eq!(
            decide(&edited, &[], Some(new_digest), true),
            Ok(Step::Trash)
        );
    }

    #[test]
    fn removal_takes_only_installed_files() {
        let (old, old_digest) = folder("old");
        let (edited, _) = folder("edited");
        assert_eq!(
            decide(&OnDisk::Absent, &[old_digest], None, false),
            Ok(Step::Place),
            "there is nothing to remove"
        );
        assert_eq!(decide(&old, &[old_digest], None, false), Ok(Step::Replace));
        assert_eq!(
            decide(&edited, &[old_digest], None, false),
            Err(Refusal::Edited)
        );
        assert_eq!(decide(&edited, &[old_digest], None, true), Ok(Step::Trash));
    }
}
