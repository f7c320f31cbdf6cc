//! Reports for people.

mod add;
mod cache;
mod change;
mod conflicts;
mod diff;
mod import;
mod install;
mod installed_findings;
mod keep;
mod list;
mod lock;
mod meaning;
mod outdated;
mod policy;
mod remove;
mod show;
mod update;
mod verify;

use super::text;
use crate::operations::report::Change;

pub use add::add;
pub use cache::cache;
pub use diff::{diff, local_diff};
pub use import::import;
pub use install::install;
pub use keep::keep;
pub use list::{browse, list};
pub use lock::lock;
pub use outdated::outdated;
pub use policy::{policy, refused};
pub use remove::remove;
pub use show::show;
pub use update::update;
pub use verify::verify;

/// Returns `owner/repo@abc1234`.
fn origin(change: &Change) -> String {
    let source = text::source(&change.source);
    match &change.commit {
        Some(commit) => format!("{source}@{}", text::short(commit)),
        None => source.to_owned(),
    }
}
