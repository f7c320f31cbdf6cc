//! [`Set`]: what must be known of several skills at once, and what is found between them.

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::skill::discover::SKILL_FILE;
use crate::span::Position;
use crate::validate::registry;
use crate::validate::rule::{Check, Rule};
use crate::validate::settings::Settings;

/// What is kept of a skill to compare it with others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Its frontmatter's name.
    pub name: Option<Fact>,
    /// Its frontmatter's description.
    pub description: Option<Fact>,
}

/// A field of a frontmatter, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The field's text.
    pub text: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The line.
    pub excerpt: Option<Excerpt>,
}

/// The skills of a repository or a folder.
#[derive(Debug, Clone, Copy)]
pub struct Set<'a> {
    /// Where each lies, as it is shown, and what is known of it.
    pub skills: &'a [(String, Facts)],
    /// Markdown files that lie where a client looks for folders of skills, as they are shown.
    pub loose: &'a [String],
}

/// What was found between skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFinding {
    /// Where.
    pub subject: Subject,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// What a finding between skills is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The name of the skill with that index.
    Name(usize),
    /// The description of the skill with that index.
    Description(usize),
    /// The loose file with that index.
    Loose(usize),
}

/// Returns what is found between skills, each with the index of its skill; nothing as index
/// means a loose file, whose path is then the diagnostic's.
#[must_use]
pub fn validate_set(set: &Set<'_>, settings: &Settings) -> Vec<(Option<usize>, Diagnostic)> {
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
    set: &Set<'_>,
    finding: SetFinding,
) -> Option<(Option<usize>, Diagnostic)> {
    let (skill, fact) = match finding.subject {
        Subject::Name(at) => (Some(at), set.skills[at].1.name.as_ref()),
        Subject::Description(at) => (Some(at), set.skills[at].1.description.as_ref()),
        Subject::Loose(_) => (None, None),
    };
    let file = match finding.subject {
        Subject::Loose(at) => set.loose[at].clone(),
        _ => SKILL_FILE.to_owned(),
    };
    let diagnostic = Diagnostic {
        code: rule.code,
        severity: settings.severity(rule, None)?,
        file,
        start: fact.map_or(Position::START, |fact| fact.start),
        end: fact.map_or(Position::START, |fact| fact.end),
        message: finding.message,
        help: finding.help,
        blocks_loading: rule.blocks_loading,
        excerpt: fact.and_then(|fact| fact.excerpt.clone()),
        fix: None,
    };
    Some((skill, diagnostic))
}
