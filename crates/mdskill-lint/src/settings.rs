//! [`Settings`]: which rules are enabled, and their severities.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::limits::Limits;
use crate::profile::{Level, Profile};
use crate::registry;
use crate::rule::Rule;

/// Which rules are enabled, and their severities.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The client whose rules apply.
    pub profile: Profile,
    /// Whether `mdskill-ignore` comments in a skill suppress findings.
    pub allow_suppressions: bool,
    /// The size of a skill that can be installed.
    pub limits: Limits,
    levels: BTreeMap<&'static str, Level>,
    /// The codes of the rules that are allowed for each skill.
    allowed: BTreeMap<String, BTreeSet<&'static str>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            allow_suppressions: true,
            limits: Limits::default(),
            levels: BTreeMap::new(),
            allowed: BTreeMap::new(),
        }
    }
}

/// The error for an unknown rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{wanted}`{}", self.hint())]
pub struct UnknownRule {
    /// The requested name or code.
    pub wanted: String,
    /// The most similar name or code.
    pub nearest: Option<String>,
}

impl UnknownRule {
    /// Returns a suggestion, as the end of a sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        if self.wanted.trim().contains(char::is_whitespace) {
            return "; separate rules with commas".to_owned();
        }
        match &self.nearest {
            Some(nearest) => format!("; did you mean `{nearest}`?"),
            None => "; `mdskill rule` lists all rules".to_owned(),
        }
    }
}

impl Settings {
    /// Returns the default settings of a profile.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// Returns the same settings for an untrusted skill: its comments suppress no findings, because
    /// hidden text could otherwise suppress its own finding.
    #[must_use]
    pub fn for_untrusted(&self) -> Self {
        Self {
            allow_suppressions: false,
            ..self.clone()
        }
    }

    /// Sets the level of a rule, or of all rules of a group: `SK302`, `broken-path`, `SK3`, `all`.
    ///
    /// # Errors
    /// The rule or group does not exist.
    pub fn set(&mut self, rules: &str, level: Level) -> Result<(), UnknownRule> {
        for rule in named(rules)? {
            self.levels.insert(rule.code, level);
        }
        Ok(())
    }

    /// Allows a rule for one skill: its findings there are not reported, and do not keep it from being
    /// installed.
    pub fn allow(&mut self, skill: &str, rule: &Rule) {
        let codes = self.allowed.entry(skill.to_owned()).or_default();
        codes.insert(rule.code);
    }

    /// Whether a rule is allowed for a skill.
    #[must_use]
    pub fn is_allowed(&self, skill: &str, rule: &Rule) -> bool {
        self.allowed
            .get(skill)
            .is_some_and(|codes| codes.contains(rule.code))
    }

    /// Whether to check a skill with a rule. A rule that is off for all skills still keeps an untrusted
    /// one from being installed, because only this skill can be allowed to break it.
    pub(crate) fn checks(&self, skill: &str, rule: &Rule) -> bool {
        let is_on = self.level(rule) != Level::Off || rule.refuses && !self.allow_suppressions;
        is_on && !self.is_allowed(skill, rule)
    }

    /// Disables all other rules. Levels that are already set for these rules stay.
    ///
    /// # Errors
    /// The rule or group does not exist.
    pub fn only(&mut self, rules: &[String]) -> Result<(), UnknownRule> {
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

    /// Returns the level of a rule.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        let of_profile = self.profile.level(rule.code);
        match self.levels.get(rule.code) {
            // An explicitly selected rule has the level of the profile.
            Some(Level::Own) => of_profile
                .filter(|level| *level != Level::Off)
                .unwrap_or(Level::Own),
            Some(level) => *level,
            None if rule.is_on => of_profile.unwrap_or(Level::Own),
            None => of_profile.unwrap_or(Level::Off),
        }
    }

    /// Returns the severity of a finding of a rule, where `own` is the severity that the finding
    /// sets, or `None` when the rule is off.
    #[must_use]
    pub fn severity(&self, rule: &Rule, own: Option<Severity>) -> Option<Severity> {
        match self.level(rule) {
            Level::Off => None,
            Level::Own => Some(own.unwrap_or(rule.severity)),
            Level::At(severity) => Some(severity),
        }
    }
}

/// Returns the rule with this code or name, but not a group of rules.
#[must_use]
pub fn exactly(wanted: &str) -> Option<&'static Rule> {
    let mut rules = registry::RULES.iter().copied();
    rules.find(|rule| rule.name == wanted || rule.code.eq_ignore_ascii_case(wanted))
}

/// Returns the rules that match a code, a name, a code prefix, or `all`.
///
/// # Errors
/// The rule or group does not exist.
pub fn named(wanted: &str) -> Result<Vec<&'static Rule>, UnknownRule> {
    let code = wanted.to_uppercase();
    let letters = code.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_group = matches!(letters, "SK" | "A");
    let matches = |rule: &&&Rule| {
        wanted.eq_ignore_ascii_case("all")
            || rule.name == wanted
            || is_group && rule.code.starts_with(&code)
    };
    let found: Vec<&Rule> = registry::RULES.iter().filter(matches).copied().collect();
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
    Err(UnknownRule {
        wanted: wanted.to_owned(),
        nearest: nearest.map(|(_, name)| name.to_owned()),
    })
}
