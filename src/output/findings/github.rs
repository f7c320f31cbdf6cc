//! GitHub Actions annotations, up to the limit of GitHub, most severe first.

use std::cmp::Reverse;

use super::shown;
use crate::operations::validate::{Found, Report};
use crate::output::github::commands::{Command, MAX_OF_A_KIND};
use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Returns annotations for the most severe findings, and the findings above the limit of GitHub.
pub(crate) fn annotate(report: &Report, least: Severity) -> (Vec<Command>, Vec<&Found>) {
    let mut ranked: Vec<&Found> = shown(report, least).collect();
    ranked.sort_by_key(|found| {
        let diagnostic = &found.diagnostic;
        Reverse((diagnostic.severity, diagnostic.blocks_loading))
    });
    let (mut commands, mut rest) = (Vec::new(), Vec::new());
    for of_a_kind in ranked.chunk_by(|a, b| a.diagnostic.severity == b.diagnostic.severity) {
        let (first, others) = of_a_kind.split_at(of_a_kind.len().min(MAX_OF_A_KIND));
        commands.extend(first.iter().map(|found| command(&found.diagnostic)));
        rest.extend(others);
    }
    (commands, rest)
}

fn command(found: &Diagnostic) -> Command {
    let rule = mdskill_lint::registry::rule(found.code).map_or("", |rule| rule.name);
    let mut properties = vec![
        ("file", found.file.clone()),
        ("line", found.start.line.to_string()),
    ];
    // The runner accepts columns only for a range within one line. Source:
    // `ValidateLinesAndColumns` in `ActionCommandManager.cs` of actions/runner.
    if found.excerpt.is_some() && found.start.line == found.end.line {
        properties.push(("col", found.start.column.to_string()));
        properties.push(("endLine", found.end.line.to_string()));
        properties.push(("endColumn", found.end.column.to_string()));
    } else if found.excerpt.is_some() {
        properties.push(("endLine", found.end.line.to_string()));
    }
    properties.push(("title", format!("{} {rule}", found.code)));
    let message = match found.help.as_str() {
        "" => found.message.clone(),
        help => format!("{}\nhelp: {help}", found.message),
    };
    Command {
        severity: found.severity,
        properties,
        message,
    }
}
