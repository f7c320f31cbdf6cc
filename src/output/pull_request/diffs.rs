//! The diff of each skill, folded.

use super::section::Section;
use super::{cut, shortened, table};
use crate::operations::update::Report;
use crate::output::markdown::{fenced, html_code};
use crate::output::sanitize;

/// Maximum number of lines of a diff.
const MAX_LINES: usize = 300;
/// Maximum width of a name in a heading, in columns.
const MAX_NAME: usize = 80;

/// Returns the diff of each updated skill.
pub(super) fn section(report: &Report, differences: &dyn Fn(&str) -> Option<String>) -> Section {
    let mut items = Vec::new();
    for change in &report.skills {
        let Some(diff) = differences(&change.name).filter(|diff| !diff.is_empty()) else {
            continue;
        };
        let name = html_code(&shortened(&change.name, MAX_NAME));
        let files = change.diff.as_ref().map_or_else(String::new, table::files);
        let diff = fenced("diff", &cut(&sanitize::block(&diff), MAX_LINES));
        items.push(format!(
            "<details><summary>{}</summary>\n\n{diff}\n</details>\n\n",
            format!("{name} {files}").trim_end()
        ));
    }
    Section {
        title: "Diffs",
        intro: "\n",
        items,
    }
}
