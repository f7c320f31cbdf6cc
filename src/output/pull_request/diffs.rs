//! The diff of each skill, folded.

use std::collections::BTreeMap;

use super::{cut, shortened, table};
use crate::operations::update::Report;
use crate::output::markdown::{fenced, html_code};

/// Maximum number of lines of a diff. A pull request shows all files anyway, and one skill that was
/// split in two would fill the page.
const MAX_LINES: usize = 100;
/// Maximum width of a name in a heading, in columns.
const MAX_NAME: usize = 80;

/// Returns the diff of each updated skill.
pub(super) fn items(report: &Report, differences: &BTreeMap<String, String>) -> Vec<String> {
    let mut items = Vec::new();
    for change in &report.skills {
        let diff = differences.get(&change.name).map_or("", String::as_str);
        if diff.is_empty() {
            continue;
        }
        let name = html_code(&shortened(&change.name, MAX_NAME));
        let files = change.diff.as_ref().map_or_else(String::new, table::files);
        items.push(format!(
            "<details><summary>{}</summary>\n\n{}\n</details>\n\n",
            format!("{name} {files}").trim_end(),
            fenced("diff", &cut(diff, MAX_LINES))
        ));
    }
    items
}
