//! The choice among the updates, for `update --interactive`.

use std::collections::BTreeSet;

use super::source_update::{Request, SourceUpdate};
use super::{Consent, Report, plan_updates};
use crate::operations::OpError;

/// Chooses updates of a report by the names of their skills. Returns `None` if the user cancelled.
pub(crate) type Choose<'a> = dyn Fn(&Report) -> Result<Option<BTreeSet<String>>, OpError> + 'a;

/// The questions of an update.
pub(crate) struct Questions<'a> {
    /// Chooses the updates; `None` for all.
    pub(crate) choose: Option<&'a Choose<'a>>,
    /// Decides whether updates with new capabilities are made.
    pub(crate) consent: &'a Consent<'a>,
}

/// Lets the user choose among the updates and the conflicts, and leaves the others out. Returns
/// `false` if the user cancelled.
pub(super) fn choose_updates(
    request: Request<'_, '_>,
    updates: &mut [SourceUpdate<'_>],
    report: &mut Report,
    choose: &Choose<'_>,
) -> Result<bool, OpError> {
    let (unresolved, conflicts) = std::mem::take(&mut report.conflicts)
        .into_iter()
        .partition(|conflict| conflict.is_unresolved);
    report.conflicts = unresolved;
    let mut offered = Report {
        dry_run: true,
        conflicts,
        ..Report::default()
    };
    plan_updates(request, request.lockfile, updates, &mut offered)?;
    report.left_alone.append(&mut offered.left_alone);
    let has_choice = !offered.skills.is_empty() || !offered.conflicts.is_empty();
    let chosen = if has_choice {
        choose(&offered)?
    } else {
        Some(BTreeSet::new())
    };
    let Some(chosen) = chosen else {
        return Ok(false);
    };
    for source in updates {
        let is_chosen = |name: &str| chosen.contains(name);
        source.skills.retain(|(name, _)| is_chosen(name.as_str()));
    }
    // An installed version with markers is reported by its own plan.
    let conflicts = offered.conflicts.into_iter();
    let stopped = conflicts.filter(|conflict| !conflict.is_marked);
    let stopped = stopped.filter(|conflict| chosen.contains(&conflict.name));
    report.conflicts.extend(stopped);
    Ok(true)
}
