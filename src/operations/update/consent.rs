//! The updates that need the consent of the user.

use super::source_update::{SkillUpdate, SourceUpdate};
use crate::operations::OpError;
use mdskill_lint::capability::Capability;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;

/// A new version that needs the consent of the user.
pub(crate) struct NeedsConsent<'a> {
    /// The name of the skill.
    pub(crate) name: &'a SkillName,
    /// The new capabilities that let commands run without asking the user.
    pub(crate) capabilities: Vec<Capability>,
    /// The findings of the audit that the installed version does not have.
    pub(crate) dangers: Vec<Diagnostic>,
}

/// Decides whether these updates may be installed.
pub(crate) type Consent<'a> = dyn Fn(&[NeedsConsent<'_>]) -> Result<bool, OpError> + 'a;

/// Returns the new versions that need consent, because what they may do has grown.
pub(super) fn needed<'u>(updates: &'u [SourceUpdate<'_>]) -> Vec<NeedsConsent<'u>> {
    let skills = updates.iter().flat_map(|update| &update.skills);
    let needed = skills.filter_map(|(name, update)| {
        let SkillUpdate::Updated(version) = update else {
            return None;
        };
        let gained = version.diff.gained.iter();
        let severe = gained.filter(|one| one.kind.needs_consent());
        let found = version.diagnostics.iter().filter(|found| !found.is_known);
        let dangers = found.map(|found| &found.diagnostic);
        let dangers = dangers.filter(|found| found.is_warning_of_audit());
        Some(NeedsConsent {
            name,
            capabilities: severe.cloned().collect(),
            dangers: dangers.cloned().collect(),
        })
    });
    needed
        .filter(|needed| !needed.capabilities.is_empty() || !needed.dangers.is_empty())
        .collect()
}
