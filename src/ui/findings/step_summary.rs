//! The findings that GitHub would drop, as Markdown for the step's summary.

use std::fmt::Write;

use super::place;
use crate::ops::validate::{Found, Summary};
use crate::ui::markdown::escaped;
use crate::ui::text::count;

/// How much a step may write into its summary. Of more, GitHub shows nothing but an error:
/// "upload aborted, supports content up to a size of 1024k".
pub const MAX_BYTES: usize = 1024 * 1024;
/// What the last line takes at most.
const LAST_LINE_BYTES: usize = 100;

/// Returns a table of the findings that fits into `room` bytes; nothing when not even one does.
#[must_use]
pub fn step_summary(summary: &Summary, rest: &[&Found], room: usize) -> Option<String> {
    let mut page = format!(
        "### mdskill validate\n\n{}: {}, {}, {} to know. Not annotated:\n\n\
         | severity | rule | place | finding | help |\n|---|---|---|---|---|\n",
        count(summary.skills, "skill"),
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        summary.infos
    );
    let mut told = 0;
    for found in rest {
        let found = &found.diagnostic;
        let row = format!(
            "| {} | {} | {} | {} | {} |\n",
            found.severity,
            found.code,
            escaped(&place(found)),
            escaped(&found.message),
            escaped(&found.help)
        );
        if page.len() + row.len() + LAST_LINE_BYTES > room {
            break;
        }
        page += &row;
        told += 1;
    }
    if told < rest.len() {
        let more = rest.len() - told;
        let _ = write!(
            page,
            "\n… and {more} more, for which there is no room here.\n"
        );
    }
    (told > 0).then_some(page)
}
