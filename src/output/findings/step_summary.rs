//! The findings above GitHub's annotation limit, as Markdown for the step summary.

use std::fmt::Write;

use super::place;
use crate::operations::validate::{Found, Summary};
use crate::output::markdown::escaped;
use crate::output::text::count;

/// Maximum size of a step summary. If it is larger, GitHub shows only an error:
/// "upload aborted, supports content up to a size of 1024k".
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// Maximum size of the last line.
const LAST_LINE_BYTES: usize = 100;

/// Returns a table of the findings in at most `max` bytes, or `None` if not one of them fits.
pub(crate) fn step_summary(summary: &Summary, rest: &[&Found], max: usize) -> Option<String> {
    let mut page = format!(
        "### mdskill validate\n\n{}: {}, {}, {}. Findings without an annotation:\n\n\
         | severity | rule | place | finding | help |\n|---|---|---|---|---|\n",
        count(summary.skills, "skill"),
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        count(summary.infos, "note")
    );
    let mut shown = 0;
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
        if page.len() + row.len() + LAST_LINE_BYTES > max {
            break;
        }
        page += &row;
        shown += 1;
    }
    if shown < rest.len() {
        let more = rest.len() - shown;
        let _ = write!(
            page,
            "\n… and {more} more; the size limit of the summary is reached.\n"
        );
    }
    (shown > 0).then_some(page)
}
