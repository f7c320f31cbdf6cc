//! [`validate_set`]: runs the rules that compare skills.

use crate::diagnostic::Diagnostic;
use crate::registry;
use crate::rule::{Check, Finding, Rule};
use crate::settings::Settings;
use crate::skill_facts::{SkillSet, Subject};

/// Validates several skills together. Each diagnostic has the index of its skill, or `None` for
/// a flat file, whose path is in the diagnostic.
#[must_use]
pub fn validate_set(set: &SkillSet<'_>, settings: &Settings) -> Vec<(Option<usize>, Diagnostic)> {
    let mut diagnostics = Vec::new();
    for rule in registry::RULES {
        if let Check::Set(check) = rule.check
            && settings.severity(rule, None).is_some()
        {
            let findings = check(set).into_iter();
            diagnostics.extend(findings.filter_map(|(subject, finding)| {
                diagnostic(rule, settings, set, subject, finding)
            }));
        }
    }
    diagnostics
}

fn diagnostic(
    rule: &Rule,
    settings: &Settings,
    set: &SkillSet<'_>,
    subject: Subject,
    finding: Finding,
) -> Option<(Option<usize>, Diagnostic)> {
    let severity = settings.severity(rule, finding.severity)?;
    let mut diagnostic = rule.diagnostic(finding, severity);
    let (skill, field) = match subject {
        Subject::Name(at) => (at, &set.skills[at].1.name),
        Subject::Description(at) => (at, &set.skills[at].1.description),
        Subject::FlatFile => return Some((None, diagnostic)),
    };
    if let Some(field) = field {
        (diagnostic.start, diagnostic.end) = (field.start, field.end);
        diagnostic.excerpt.clone_from(&field.excerpt);
    }
    let is_silenced = set.skills[skill].1.silenced.contains(rule.code);
    (!is_silenced).then_some((Some(skill), diagnostic))
}
