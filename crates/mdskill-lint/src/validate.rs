//! [`validate`]: finds every problem of a skill.
//!
//! 1. [`ParsedSkill`] parses the skill once for all rules: frontmatter, Markdown pages, paths, and links.
//! 2. Each enabled rule of the [`registry`] checks it and returns findings with byte positions.
//! 3. [`suppression`] removes the findings that comments silence.
//! 4. [`locate`] turns byte positions into lines and sets severities.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::SKILL_FILE;
use crate::capabilities::KnownPage;
use crate::capability::Capability;
use crate::diagnostic::{Diagnostic, Severity};
use crate::frontmatter::{Field, Frontmatter, FrontmatterError, MAX_SKILL_MD_BYTES};
use crate::locate::Lines;
use crate::parsed_skill::ParsedSkill;
use crate::references::resolve::Destination;
use crate::rule::Finding;
use crate::skill_facts::{FieldFact, SkillFacts};
use crate::skill_files::{MemoryFiles, SkillFiles};

use crate::mentions;
use crate::settings::Settings;
use crate::{capabilities, locate, registry, rules, suppression};

/// The findings of a skill, and the facts to compare it with other skills.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValidationResult {
    /// The findings, sorted by file, position and code.
    pub diagnostics: Vec<Diagnostic>,
    /// The facts that [`validate_set`](crate::validate_set) compares.
    pub facts: SkillFacts,
    /// The other skills of the repository that this one refers to: their folders, relative to
    /// the root of the repository, sorted.
    pub siblings: Vec<String>,
}

/// Validates a skill with all enabled rules.
///
/// ```
/// use mdskill_lint::skill_files::MemoryFiles;
/// use mdskill_lint::{Settings, validate};
///
/// let skill = MemoryFiles::new("a").with("SKILL.md", "---\nname: a\ndescription: x: y\n---\nText\n");
/// let found = validate(&skill, &Settings::default()).diagnostics;
/// assert_eq!((found[0].code, found[0].start.line), ("SK103", 3));
/// ```
#[must_use]
pub fn validate(files: &dyn SkillFiles, settings: &Settings) -> ValidationResult {
    let skill = ParsedSkill::new(files, settings.profile);
    validate_parsed(skill, settings, |_| ()).0
}

/// Validates a skill, and returns its capabilities as [`capabilities`](crate::capabilities::capabilities) does, in two
/// thirds of the time of both. `frontmatter` is that of its `SKILL.md`, if it was parsed before, for example for the name.
#[must_use]
pub fn validate_with_capabilities(
    files: &dyn SkillFiles,
    settings: &Settings,
    frontmatter: Option<Result<Frontmatter, FrontmatterError>>,
) -> (ValidationResult, BTreeSet<Capability>) {
    let skill = ParsedSkill::with_frontmatter(files, settings.profile, frontmatter);
    validate_parsed(skill, settings, |skill| {
        capabilities::of_files(files, &|path, text| {
            let page = skill.page(path)?;
            (*page.text == *text).then_some(KnownPage {
                markdown: &page.markdown,
                frontmatter: skill.parsed_frontmatter().filter(|_| path == SKILL_FILE),
            })
        })
    })
}

fn validate_parsed<T>(
    mut skill: ParsedSkill<'_>,
    settings: &Settings,
    describe: impl FnOnce(&ParsedSkill<'_>) -> T,
) -> (ValidationResult, T) {
    let files = skill.files;
    skill.limits = settings.limits;
    let description = describe(&skill);
    // `references/skill.md` is a page of the skill around it, and checked there.
    if skill.skill_md.is_none() && skill.entry(SKILL_FILE).is_none() && skill.is_in_another_skill()
    {
        return (ValidationResult::default(), description);
    }
    let mut findings = Vec::new();
    for rule in registry::RULES.iter().copied() {
        if settings.checks(files.folder(), rule) {
            let found = rule.check.findings(&skill).into_iter();
            findings.extend(found.map(|finding| (rule, finding)));
        }
    }
    let mut facts = facts(&skill);
    if settings.allow_suppressions {
        let outcome = suppression::suppress(&skill, settings, findings);
        (findings, facts.silenced) = (outcome.remaining, outcome.set_rules);
    }
    let result = ValidationResult {
        diagnostics: locate::to_diagnostics(&skill, settings, findings),
        facts,
        siblings: siblings(&skill),
    };
    (result, description)
}

/// Returns the facts that [`validate_set`](crate::validate_set) compares, read from `SKILL.md` only.
#[must_use]
pub fn read_facts(skill: &dyn SkillFiles, settings: &Settings) -> SkillFacts {
    let mut skill_md = MemoryFiles::new(skill.folder());
    // A larger file has no facts.
    if let Ok(bytes) = skill.beginning(SKILL_FILE, MAX_SKILL_MD_BYTES + 1) {
        skill_md = skill_md.with(SKILL_FILE, bytes);
    }
    facts(&ParsedSkill::new(&skill_md, settings.profile))
}

/// Returns the finding that a folder can't be listed; `None` if that rule is off.
#[must_use]
pub fn unlistable_folder(reason: &str, settings: &Settings) -> Option<Diagnostic> {
    let rule = &rules::unreadable::RULE;
    let severity = settings.severity(rule, Some(Severity::Error))?;
    Some(rule.diagnostic(Finding::about("", reason), severity))
}

fn facts(skill: &ParsedSkill<'_>) -> SkillFacts {
    let mut lines = Lines::new(skill.skill_text());
    let mut fact = |field: Option<&Field>| {
        let field = field?;
        let text = field.value.text().filter(|text| !text.is_empty())?;
        let location = lines.locate(field.value_span);
        Some(FieldFact {
            text: text.to_owned(),
            start: location.start,
            end: location.end,
            excerpt: Some(location.excerpt),
        })
    };
    let mut hasher = DefaultHasher::new();
    skill.skill_md.hash(&mut hasher);
    SkillFacts {
        fingerprint: hasher.finish(),
        name: fact(skill.field("name")),
        description: fact(skill.field("description")),
        silenced: BTreeSet::new(),
    }
}

fn siblings(skill: &ParsedSkill<'_>) -> Vec<String> {
    let skills = mentions::all(skill).filter_map(|mention| match mention.destination() {
        Destination::Outside(outside) => outside.skill.clone(),
        _ => None,
    });
    let skills: BTreeSet<String> = skills.collect();
    skills.into_iter().collect()
}

#[cfg(test)]
mod tests;
