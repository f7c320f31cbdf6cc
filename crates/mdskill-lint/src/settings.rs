//! [`Settings`]: which rules count, and how much.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::profile::{Level, Profile};
use crate::registry;
use crate::rule::Rule;

/// Which rules count, and how much.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose eyes a skill is looked at with.
    pub profile: Profile,
    /// Whether comments in a skill can silence findings about it.
    pub heeds_comments: bool,
    levels: BTreeMap<&'static str, Level>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            heeds_comments: true,
            levels: BTreeMap::new(),
        }
    }
}

/// No rule is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{wanted}`{}", self.hint())]
pub struct NoSuchRule {
    /// What was asked for.
    pub wanted: String,
    /// The name or code that is nearest to it.
    pub nearest: Option<String>,
}

impl NoSuchRule {
    /// Says what to write instead, as the end of a sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        if self.wanted.trim().contains(char::is_whitespace) {
            return "; separate rules by commas".to_owned();
        }
        match &self.nearest {
            Some(nearest) => format!("; is `{nearest}` meant?"),
            None => "; `mdskill rule` lists them all".to_owned(),
        }
    }
}

impl Settings {
    /// Returns the settings of a profile.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// Returns the same settings for somebody else's skill, which must not say what is found
    /// in it: hidden text that silences its own finding would go unseen.
    #[must_use]
    pub fn for_strangers(&self) -> Self {
        Self {
            heeds_comments: false,
            ..self.clone()
        }
    }

    /// Sets the level of a rule, or of all rules of a group: `SK302`, `broken-path`, `SK3`, `all`.
    ///
    /// # Errors
    /// When there is none called so.
    pub fn set(&mut self, rules: &str, level: Level) -> Result<(), NoSuchRule> {
        for rule in named(rules)? {
            self.levels.insert(rule.code, level);
        }
        Ok(())
    }

    /// Looks only for these rules; what was said of how much they count stays.
    ///
    /// # Errors
    /// When there is none called so.
    pub fn only(&mut self, rules: &[String]) -> Result<(), NoSuchRule> {
        let mut wanted = BTreeSet::new();
        for rules in rules {
            wanted.extend(named(rules)?.into_iter().map(|rule| rule.code));
        }
        for rule in registry::RULES {
            if !wanted.contains(rule.code) {
                self.levels.insert(rule.code, Level::Off);
            } else if self.level(rule) == Level::Off {
                self.levels.insert(rule.code, Level::Own);
            }
        }
        Ok(())
    }

    /// Returns what becomes of a rule's findings.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        let of_profile = self.profile.level(rule.code);
        match self.levels.get(rule.code) {
            // Who asks for a rule gets it as the profile takes it.
            Some(Level::Own) => of_profile
                .filter(|level| *level != Level::Off)
                .unwrap_or(Level::Own),
            Some(asked) => *asked,
            None if rule.is_on => of_profile.unwrap_or(Level::Own),
            None => of_profile.unwrap_or(Level::Off),
        }
    }

    /// Returns how much a finding of a rule matters that has `own` severity; nothing when the
    /// rule is off.
    #[must_use]
    pub fn severity(&self, rule: &Rule, own: Option<Severity>) -> Option<Severity> {
        match self.level(rule) {
            Level::Off => None,
            Level::Own => Some(own.unwrap_or(rule.severity)),
            Level::At(severity) => Some(severity),
        }
    }
}

/// Returns the rules that a code, a name, the beginning of a code or `all` means.
///
/// # Errors
/// When there is none called so.
pub fn named(wanted: &str) -> Result<Vec<&'static Rule>, NoSuchRule> {
    let is_group = wanted.to_uppercase().starts_with("SK");
    let is_meant = |rule: &&&Rule| {
        wanted.eq_ignore_ascii_case("all")
            || rule.name == wanted
            || is_group && rule.code.starts_with(&wanted.to_uppercase())
    };
    let found: Vec<&Rule> = registry::RULES.iter().filter(is_meant).copied().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names = registry::RULES
        .iter()
        .flat_map(|rule| [rule.code, rule.name]);
    let nearest = names
        .map(|name| (strsim::damerau_levenshtein(name, wanted), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min();
    Err(NoSuchRule {
        wanted: wanted.to_owned(),
        nearest: nearest.map(|(_, name)| name.to_owned()),
    })
}
