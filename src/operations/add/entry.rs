//! The lockfile entry of an added skill, compared with the one from before.

use super::Chosen;
use crate::digest::Digest;
use crate::lockfile::{Entry, Lockfile};

/// Returns the lockfile entry of a skill, as far as possible as it was before.
pub(super) fn entry_of(
    chosen: &Chosen<'_>,
    digest: Digest,
    lockfile: &Lockfile,
    is_forced: bool,
) -> Entry {
    let before = lockfile.skills.get(&chosen.candidate.name);
    let kept = before
        .filter(|_| chosen.is_locked && !is_forced)
        .and_then(|before| Some((before.digest, before.edits?)));
    let renamed = chosen.upstream.filter(|upstream| *upstream != digest);
    let kept = kept.or(renamed.map(|upstream| (upstream, digest)));
    // The written files have the edits, but `digest` is that of upstream's files.
    let digest = kept.map_or(digest, |(upstream, _)| upstream);
    let mut entry = chosen.candidate.entry(digest).keeping(before);
    // The spelling of the source that was written first is kept.
    let spelled = lockfile
        .skills
        .values()
        .find(|other| other.source == entry.source);
    if let Some(other) = spelled {
        entry.source.clone_from(&other.source);
    }
    // A commit that did not change the skill would only make the diff of the lockfile longer.
    if let Some(before) = before.filter(|before| is_same(before, &entry))
        && before.commit != entry.commit
    {
        entry.commit = before.commit;
        entry.version.clone_from(&before.version);
        entry.signed_by.clone_from(&before.signed_by);
        entry.signed_tag = before.signed_tag;
    }
    // Another archive with the same skill.
    if let Some(before) = before.filter(|before| is_same(before, &entry)) {
        entry.download = before.download.or(entry.download);
    }
    entry.edits = kept.map(|(_, edits)| edits);
    entry.targets = (chosen.targets != lockfile.targets).then(|| chosen.targets.clone());
    entry
}

fn is_same(before: &Entry, entry: &Entry) -> bool {
    before.source == entry.source
        && before.path == entry.path
        && before.git_ref == entry.git_ref
        && before.tree == entry.tree
        && before.digest == entry.digest
}

/// Whether both are the same, apart from the version, which older lockfiles lack, and the signature,
/// which is recorded when the policy requires it.
pub(super) fn is_equal(before: &Entry, entry: &Entry) -> bool {
    let mut before = before.clone();
    before.version.clone_from(&entry.version);
    before.signed_by.clone_from(&entry.signed_by);
    before.signed_tag = entry.signed_tag;
    before == *entry
}

/// Returns the note that the tag of the locked version leads to other files now.
pub(super) fn moved_tag(before: &Entry, entry: &Entry) -> Option<String> {
    let tag = before.version.as_ref()?;
    let is_moved = before.source == entry.source
        && before.path == entry.path
        && entry.version.as_ref() == Some(tag)
        && entry.tree != before.tree;
    is_moved.then(|| format!("the tag `{tag}` was moved since the skill was locked"))
}
