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

/// Decides about a folder that should hold `wanted`, or nothing for a removal.
///
/// `locked` is what the lockfile says is there. Nothing that a user wrote is ever
/// lost (promise 4): without `force` an edited or unmanaged folder is refused.
///
/// # Errors
/// The [`Refusal`].
pub fn decide(
    on_disk: &OnDisk,
    locked: Option<Digest>,
    wanted: Option<Digest>,
    force: bool,
) -> Result<Step, Refusal> {
    let refusal = match on_disk {
        OnDisk::Absent if wanted.is_some() => return Ok(Step::Place),
        OnDisk::Absent => return Ok(Step::Keep),
        folder if wanted.is_some_and(|wanted| folder.is(wanted)) => return Ok(Step::Keep),
        folder if locked.is_some_and(|locked| folder.is(locked)) => return Ok(Step::Replace),
        OnDisk::NotAFolder => Refusal::NotAFolder,
        OnDisk::Folder(_) if locked.is_some() => Refusal::Edited,
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
        let gently = |disk, locked, wanted| decide(disk, locked, wanted, false);
        assert_eq!(
            gently(&OnDisk::Absent, None, Some(new_digest)),
            Ok(Step::Place)
        );
        assert_eq!(
            gently(&old, Some(old_digest), Some(new_digest)),
            Ok(Step::Replace)
        );
        assert_eq!(
            gently(&old, Some(old_digest), Some(old_digest)),
            Ok(Step::Keep)
        );
        assert_eq!(
            gently(&old, None, Some(old_digest)),
            Ok(Step::Keep),
            "the same bytes are adopted"
        );
        assert_eq!(
            gently(&edited, Some(old_digest), Some(new_digest)),
            Err(Refusal::Edited)
        );
        assert_eq!(
            gently(&edited, None, Some(new_digest)),
            Err(Refusal::Unmanaged)
        );
        assert_eq!(
            gently(&OnDisk::NotAFolder, Some(old_digest), Some(new_digest)),
            Err(Refusal::NotAFolder)
        );
        assert_eq!(
            decide(&edited, None, Some(new_digest), true),
            Ok(Step::Trash)
        );
    }

    #[test]
    fn a_removal_takes_only_what_was_installed() {
        let (old, old_digest) = folder("old");
        let (edited, _) = folder("edited");
        assert_eq!(
            decide(&OnDisk::Absent, Some(old_digest), None, false),
            Ok(Step::Keep)
        );
        assert_eq!(
            decide(&old, Some(old_digest), None, false),
            Ok(Step::Replace)
        );
        assert_eq!(
            decide(&edited, Some(old_digest), None, false),
            Err(Refusal::Edited)
        );
        assert_eq!(
            decide(&edited, Some(old_digest), None, true),
            Ok(Step::Trash)
        );
    }
}
