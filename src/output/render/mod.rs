//! Reports for people.

mod add;
mod cache;
mod capabilities;
mod change;
mod change_details;
mod conflicts;
mod diff;
mod hidden;
mod import;
mod install;
mod installed_findings;
mod keep;
mod list;
mod lock;
mod outdated;
mod policy;
mod remove;
mod show;
mod update;
mod verify;

use super::text;
use crate::operations::report::Change;

pub(crate) use add::{add, deny};
pub(crate) use cache::cache;
pub(crate) use capabilities::print_severe;
pub(crate) use diff::{diff, local_diff};
pub(crate) use import::import;
pub(crate) use install::install;
pub(crate) use keep::keep;
pub(crate) use list::{browse, list};
pub(crate) use lock::lock;
pub(crate) use outdated::outdated;
pub(crate) use policy::{policy, refused};
pub(crate) use remove::remove;
pub(crate) use show::show;
pub(crate) use update::update;
pub(crate) use verify::verify;

/// Returns `owner/repo@abc1234`.
fn origin(change: &Change) -> String {
    let source = text::source(&change.source);
    match &change.commit {
        Some(commit) => format!("{source}@{}", text::short(commit)),
        None => source.to_owned(),
    }
}
