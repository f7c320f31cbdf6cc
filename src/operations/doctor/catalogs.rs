//! The catalogs that `search` asks: whether each answers.

use super::{Section, Status};
use crate::context::Context;
use crate::hint::HasHint;
use crate::operations::OpError;
use crate::operations::search::{Answer, ask_catalogs};

/// Asks the catalogs. A failure is only a warning, because no other command needs them.
pub(super) async fn check(context: &Context<'_>) -> Section {
    let mut section = Section::new("search");
    let asked = match ask_catalogs(context).await {
        Ok(asked) => asked,
        // The section of the project has it.
        Err(OpError::Config(_)) => return section,
        Err(error) => {
            section.ok("catalogs", "unknown");
            section.but(context, Status::Warning, error.to_string(), error.hint());
            return section;
        }
    };
    for (name, answer) in asked {
        match answer {
            Ok(Answer::In(time)) => {
                section.ok(name, format!("reachable in {} ms", time.as_millis()));
            }
            Ok(Answer::Offline) => section.ok(name, "not tried (--offline)"),
            Ok(Answer::Skipped(reason)) => section.ok(name, format!("not asked: {reason}")),
            Err(error) => {
                section.ok(name, "failed");
                section.but(context, Status::Warning, error.to_string(), error.hint());
            }
        }
    }
    section
}
