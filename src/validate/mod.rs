//! [`validate`]: every problem of a skill at once, with its place and its remedy.
//!
//! 1. [`Context`] reads the [view](crate::view) of a skill once for all rules: its frontmatter, the
//!    Markdown of its pages, its paths, and by `resolve` where each reference leads.
//! 2. Each rule of the [`registry`] that the [`Settings`] let count looks at the context and returns
//!    findings, which know bytes. `hedge` and `shape` say which references are meant at all.
//! 3. `suppress` takes out what comments silence.
//! 4. `place` turns bytes into lines, once through each file, and gives each finding its severity.
//! 5. [`validate_set`] compares skills with each other, by the [`set::Facts`] that are kept of each.
//! 6. [`apply_fixes`] repeats all this with the fixes of the findings, until nothing is left to fix.

pub mod context;
pub mod explain;
pub mod fix;
pub mod profile;
pub mod registry;
pub mod rule;
pub mod set;
pub mod settings;

mod between;
mod directive;
mod fields;
mod hedge;
mod mention;
mod naming;
mod paths;
mod place;
mod required;
mod resolve;
mod rules;
mod shape;
mod stems;
mod suppress;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::diagnostic::{Diagnostic, Severity};
use crate::skill::discover::SKILL_FILE;
use crate::skill::frontmatter::Field;
use crate::span::Position;
use crate::view::{MemoryView, SkillView};
use context::Context;
use place::Lines;
use resolve::Destination;
use rule::Check;
use set::{Fact, Facts};

pub use between::validate_set;
pub use fix::{FixOutcome, apply_fixes};
pub use profile::{Level, Profile};
pub use set::Set;
pub use settings::Settings;

/// What was found in a skill, and what is kept of it to compare it with others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// What was found, sorted by file, place and code.
    pub diagnostics: Vec<Diagnostic>,
    /// What [`validate_set`] needs of the skill.
    pub facts: Facts,
    /// The other skills of the repository that this one refers to: their folders, seen from the
    /// root of the repository, sorted.
    pub siblings: Vec<String>,
}

/// Returns what every rule that counts finds in `skill`.
///
/// The skill can lie [in memory](crate::view::MemoryView), [on disk](crate::view::DiskView) or
/// [in git](crate::view::GitView):
///
/// ```
/// use mdskill::validate::{Settings, validate};
/// use mdskill::view::DiskView;
///
/// let skill = DiskView::open("testdata/skills/invalid/SK103/hit/unquoted-colon".as_ref(), None)?;
/// let found = validate(&skill, &Settings::default()).diagnostics;
/// assert_eq!((found[0].code, found[0].start.line), ("SK103", 3));
/// # Ok::<(), mdskill::fs::Error>(())
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
    if settings.heeds_comments {
        let heeded = suppress::suppress(&context, settings, findings);
        (findings, facts.silenced) = (heeded.findings, heeded.between);
    }
    Checked {
        diagnostics: place::place(&context, settings, findings),
        facts,
        siblings: siblings(&context),
    }
}

/// Returns what [`validate_set`] needs of a skill, without a look at anything but its `SKILL.md`.
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
        help: rule.mend.to_owned(),
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
    let skills = mention::all(context).filter_map(|mention| match mention.destination() {
        Destination::Beside(beside) => beside.skill.clone(),
        _ => None,
    });
    let skills: BTreeSet<String> = skills.collect();
    skills.into_iter().collect()
}

#[cfg(test)]
mod tests;
