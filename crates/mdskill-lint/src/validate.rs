//! [`validate`]: finds every problem of a skill.
//!
//! 1. [`Context`] parses the skill once for all rules: frontmatter, Markdown pages, paths, and links.
//! 2. Each enabled rule of the [`registry`] checks it and returns findings with byte positions.
//! 3. [`suppression`] removes the findings that comments silence.
//! 4. [`locate`] turns byte positions into lines and sets severities.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::SKILL_FILE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::frontmatter::Field;
use crate::locate::Lines;
use crate::parsed_skill::Context;
use crate::references::resolve::Destination;
use crate::rule::Check;
use crate::skill_facts::{Fact, Facts};
use crate::skill_files::{MemoryView, SkillView};
use crate::span::Position;

use crate::mentions;
use crate::profile::Level;
use crate::settings::Settings;
use crate::{locate, registry, rules, suppression};

/// What was found in a skill, and what is kept of it to compare it with others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// What was found, sorted by file, place and code.
    pub diagnostics: Vec<Diagnostic>,
    /// The facts that [`validate_set`](crate::validate_set) compares.
    pub facts: Facts,
    /// The other skills of the repository that this one refers to: their folders, seen from the
    /// root of the repository, sorted.
    pub siblings: Vec<String>,
}

/// Validates a skill with all enabled rules.
///
/// ```
/// use mdskill_lint::skill_files::MemoryView;
/// use mdskill_lint::{Settings, validate};
///
/// let skill = MemoryView::new("a").with("SKILL.md", "---\nname: a\ndescription: x: y\n---\nText\n");
/// let found = validate(&skill, &Settings::default()).diagnostics;
/// assert_eq!((found[0].code, found[0].start.line), ("SK103", 3));
/// ```
#[must_use]
pub fn validate(skill: &dyn SkillView, settings: &Settings) -> Checked {
    let context = Context::new(skill, settings.profile);
    let mut findings = Vec::new();
    for rule in registry::RULES.iter().copied() {
        if let Check::Skill(check) = rule.check
            && settings.level(rule) != Level::Off
        {
            findings.extend(check(&context).into_iter().map(|finding| (rule, finding)));
        }
    }
    let mut facts = facts(&context);
    if settings.allow_suppressions {
        let heeded = suppression::suppress(&context, settings, findings);
        (findings, facts.silenced) = (heeded.findings, heeded.between);
    }
    Checked {
        diagnostics: locate::place(&context, settings, findings),
        facts,
        siblings: siblings(&context),
    }
}

/// Returns the facts that [`validate_set`](crate::validate_set) compares, read from `SKILL.md` only.
#[must_use]
pub fn facts_of(skill: &dyn SkillView, settings: &Settings) -> Facts {
    let mut alone = MemoryView::new(skill.folder());
    if let Ok(bytes) = skill.read(SKILL_FILE) {
        alone = alone.with(SKILL_FILE, bytes);
    }
    facts(&Context::new(&alone, settings.profile))
}

/// Returns the finding that a folder can't be listed; nothing when that rule is off.
#[must_use]
pub fn unlisted(reason: &str, settings: &Settings) -> Option<Diagnostic> {
    let rule = &rules::unreadable::RULE;
    Some(Diagnostic {
        code: rule.code,
        severity: settings.severity(rule, Some(Severity::Error))?,
        file: String::new(),
        start: Position::START,
        end: Position::START,
        message: reason.to_owned(),
        help: rule.how_to_fix.to_owned(),
        blocks_loading: rule.blocks_loading,
        excerpt: None,
        fix: None,
        edit_places: Vec::new(),
    })
}

fn facts(context: &Context<'_>) -> Facts {
    let mut lines = Lines::new(context.skill_text());
    let mut fact = |field: Option<&Field>| {
        let field = field?;
        let text = field.value.text().filter(|text| !text.is_empty())?;
        let (start, end, excerpt) = lines.locate(field.value_span);
        Some(Fact {
            text: text.to_owned(),
            start,
            end,
            excerpt: Some(excerpt),
        })
    };
    let mut hasher = DefaultHasher::new();
    context.skill_md.hash(&mut hasher);
    Facts {
        fingerprint: hasher.finish(),
        name: fact(context.field("name")),
        description: fact(context.field("description")),
        silenced: BTreeSet::new(),
    }
}

fn siblings(context: &Context<'_>) -> Vec<String> {
    let skills = mentions::all(context).filter_map(|mention| match mention.destination() {
        Destination::Beside(beside) => beside.skill.clone(),
        _ => None,
    });
    let skills: BTreeSet<String> = skills.collect();
    skills.into_iter().collect()
}

#[cfg(test)]
mod tests;
