//! The updates that need the consent of the user.

use super::source_update::{SkillUpdate, SourceUpdate};
use crate::operations::OpError;
use mdskill_lint::capability::Capability;
use mdskill_lint::name::SkillName;

/// The new capabilities of an update that let commands run without asking the user.
pub(crate) type NeedsConsent<'a> = (&'a SkillName, Vec<Capability>);

/// Decides whether these updates may be installed.
pub(crate) type Consent<'a> = dyn Fn(&[NeedsConsent<'_>]) -> Result<bool, OpError> + 'a;

/// Returns the new capabilities that need consent.
pub(super) fn needed<'u>(updates: &'u [SourceUpdate<'_>]) -> Vec<NeedsConsent<'u>> {
    let skills = updates.iter().flat_map(|update| &update.skills);
    let gained = skills.filter_map(|(name, update)| match update {
        SkillUpdate::Updated(version) => Some((name, &version.diff.gained)),
        _ => None,
    });
    let severe = gained.map(|(name, gained)| {
        let severe = gained.iter().filter(|one| one.kind.needs_consent());
        (name, severe.cloned().collect::<Vec<_>>())
    });
    severe.filter(|(_, severe)| !severe.is_empty()).collect()
}
