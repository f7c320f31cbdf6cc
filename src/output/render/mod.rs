//! Reports for people.

mod add;
mod agents;
mod cache;
mod capabilities;
mod change;
mod change_details;
mod completions;
mod conflicts;
mod diff;
mod doctor;
mod hidden;
mod import;
mod init;
mod install;
mod installed_findings;
mod keep;
mod list;
mod lock;
mod log;
mod outdated;
mod policy;
mod remove;
mod search;
mod show;
mod site;
mod update;
mod update_items;
mod verify;

use super::text;
use crate::operations::report::Change;

pub(crate) use add::{add, commit_hint, deny};
pub(crate) use agents::agents;
pub(crate) use cache::cache;
pub(crate) use capabilities::{print_dangers, print_severe};
pub(crate) use completions::completions;
pub(crate) use diff::{DiffForm, diff, local_diff};
pub(crate) use doctor::doctor;
pub(crate) use import::import;
pub(crate) use init::init;
pub(crate) use install::install;
pub(crate) use keep::keep;
pub(crate) use list::{browse, list, versions};
pub(crate) use lock::lock;
pub(crate) use log::log;
pub(crate) use outdated::outdated;
pub(crate) use policy::{policy, refused};
pub(crate) use remove::remove;
pub(crate) use search::search;
pub(crate) use show::{file, show};
pub(crate) use site::site;
pub(crate) use update::update;
pub(crate) use update_items::update_items;
pub(crate) use verify::verify;

/// Maximum number of names in a command of a hint.
const MAX_NAMES: usize = 5;

/// Returns the first names, for a command that is about them, and a phrase for those that it leaves
/// out.
fn join_names<'a, 'b>(names: &'a [&'b str]) -> (&'a [&'b str], String) {
    let shown = &names[..names.len().min(MAX_NAMES)];
    let others = match names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    (shown, others)
}

/// Returns `owner/repo@v1.2.0` or `owner/repo@abc1234`.
fn origin(change: &Change) -> String {
    let source = text::source(&change.source);
    match text::version(change.version.as_deref(), change.commit.as_deref()) {
        "" => source.to_owned(),
        version => format!("{source}@{version}"),
    }
}
