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

pub use add::{add, siblings};
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

/// Number of digits of an abbreviated commit.
const SHORT: usize = 7;

fn short(commit: Option<&String>) -> &str {
    commit.map_or("", |commit| commit.get(..SHORT).unwrap_or(commit))
}

/// Returns `owner/repo@abc1234`.
fn origin(change: &Change) -> String {
    let source = text::source(&change.source);
    match change.commit {
        Some(_) => format!("{source}@{}", short(change.commit.as_ref())),
        None => source.to_owned(),
    }
}

/// Returns a ref; a commit is abbreviated.
fn short_ref(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..SHORT] } else { text }
}
