//! What to do about one folder: pure, so that it can be printed, tested and refused.

use crate::digest::Digest;
use crate::fs::tree::OnDisk;

/// What is to be done with a skill's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It holds what it should.
    Keep,
    /// There is nothing yet.
    Place,
    /// What is there is ours and unedited: it goes.
    Replace,
    /// What is there is the user's: it goes to the trash, for `--force` said so.
    Trash,
}

/// Why a folder is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// mdskill installed it, and somebody edited it since.
    Edited,
    /// mdskill did not install it.
    Unmanaged,
    /// It is a file or a link.
    NotAFolder,
}

/// Decides about a folder that should hold `wanted`; nothing is wanted of a removal.
///
/// `ours` is what may go: the files that mdskill wrote, and edited ones that are in what is
/// wanted already. Nothing that a user wrote is ever lost (promise 4): without `force` any
/// other folder is refused.
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
            strangers: Vec::new(),
        };
        let digest = snapshot.digest();
        (OnDisk::Folder(snapshot), digest)
    }

    #[test]
    fn nothing_of_a_users_goes_without_force() {
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
    fn a_removal_takes_only_what_was_installed() {
        let (old, old_digest) = folder("old");
        let (edited, _) = folder("edited");
        assert_eq!(
            decide(&OnDisk::Absent, &[old_digest], None, false),
            Ok(Step::Place),
            "there is nothing to take away"
        );
        assert_eq!(decide(&old, &[old_digest], None, false), Ok(Step::Replace));
        assert_eq!(
            decide(&edited, &[old_digest], None, false),
            Err(Refusal::Edited)
        );
        assert_eq!(decide(&edited, &[old_digest], None, true), Ok(Step::Trash));
    }
}
