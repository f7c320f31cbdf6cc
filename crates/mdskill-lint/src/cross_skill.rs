//! [`validate_set`]: runs the rules that compare skills.

use crate::SKILL_FILE;
use crate::diagnostic::Diagnostic;
use crate::registry;
use crate::rule::{Check, Rule};
use crate::settings::Settings;
use crate::skill_facts::{SetFinding, SkillSet, Subject};
use crate::span::Position;

/// Validates several skills together. Each diagnostic has the index of its skill, or `None` for
/// a flat file, whose path is in the diagnostic.
#[must_use]
pub fn validate_set(set: &SkillSet<'_>, settings: &Settings) -> Vec<(Option<usize>, Diagnostic)> {
    let mut found = Vec::new();
    for rule in registry::RULES {
        let Check::Set(check) = rule.check else {
            continue;
        };
        if settings.severity(rule, None).is_some() {
            let diagnostics = check(set).into_iter();
            found
                .extend(diagnostics.filter_map(|finding| diagnostic(rule, settings, set, finding)));
        }
    }
    found
}

fn diagnostic(
    rule: &Rule,
    settings: &Settings,
    set: &SkillSet<'_>,
    finding: SetFinding,
) -> Option<(Option<usize>, Diagnostic)> {
    let (skill, fact) = match finding.subject {
        Subject::Name(at) => (Some(at), set.skills[at].1.name.as_ref()),
        Subject::Description(at) => (Some(at), set.skills[at].1.description.as_ref()),
        Subject::FlatFile(_) => (None, None),
    };
    if skill.is_some_and(|at| set.skills[at].1.silenced.contains(rule.code)) {
        return None;
    }
    let file = match finding.subject {
        Subject::FlatFile(at) => set.flat_files[at].clone(),
        _ => SKILL_FILE.to_owned(),
    };
    let diagnostic = Diagnostic {
        code: rule.code,
        severity: settings.severity(rule, finding.severity)?,
        file,
        start: fact.map_or(Position::START, |fact| fact.start),
        end: fact.map_or(Position::START, |fact| fact.end),
        message: finding.message,
        help: finding.help,
        blocks_loading: rule.blocks_loading,
        excerpt: fact.and_then(|fact| fact.excerpt.clone()),
        fix: None,
        edit_places: Vec::new(),
    };
    Some((skill, diagnostic))
}
