//! [`Explanation`]: the documentation of a rule, for `mdskill rule` and for `docs/reference/rules.md`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::profile::Profile;
use crate::rule::{Fixable, Rule};
use crate::settings::Settings;

/// The subject of a rule, given by the first digit of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// `SKILL.md` as a file, and its location.
    File,
    /// The YAML frontmatter.
    Frontmatter,
    /// The two fields that agents use to choose a skill.
    NameAndDescription,
    /// Links, paths, and their target files.
    References,
    /// The text of the skill.
    Content,
    /// The result of an installation.
    Installation,
    /// Dangers of an installation.
    Audit,
}

impl Group {
    /// All groups, in the order of their codes.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Frontmatter,
        Self::NameAndDescription,
        Self::References,
        Self::Content,
        Self::Installation,
        Self::Audit,
    ];

    /// Returns the common prefix of the codes, which selects the whole group.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::File => "SK0",
            Self::Frontmatter => "SK1",
            Self::NameAndDescription => "SK2",
            Self::References => "SK3",
            Self::Content => "SK4",
            Self::Installation => "SK5",
            Self::Audit => "A",
        }
    }

    /// Returns the title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Frontmatter => "Frontmatter",
            Self::NameAndDescription => "Name and description",
            Self::References => "References",
            Self::Content => "Content",
            Self::Installation => "Installation",
            Self::Audit => "Audit",
        }
    }

    /// Returns the group of a rule.
    #[must_use]
    pub fn of(rule: &Rule) -> Self {
        let has_prefix = |group: &Self| rule.code.starts_with(group.prefix());
        // A test asserts that every code has the prefix of a group.
        Self::ALL.into_iter().find(has_prefix).unwrap_or(Self::File)
    }

    /// Whether the findings are in Markdown, where a comment can suppress them.
    const fn is_in_markdown(self) -> bool {
        matches!(self, Self::References | Self::Content | Self::Audit)
    }
}

/// The documentation of a rule. The field names are the keys of `mdskill rule --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Code.
    pub code: &'static str,
    /// Name.
    pub name: &'static str,
    /// Subject.
    pub group: Group,
    /// Severity of a finding.
    pub severity: &'static str,
    /// Whether the rule is on by default.
    pub on: bool,
    /// Automatic fix: `no`, `safe` or `unsafe`.
    pub fix: &'static str,
    /// Whether clients refuse to load a skill with this problem.
    pub blocks_loading: bool,
    /// Whether findings keep a skill from being installed, unless it is allowed by name.
    pub refuses: bool,
    /// One-line description of the problem.
    pub summary: &'static str,
    /// Reason for the rule.
    pub why: &'static str,
    /// Example of the problem.
    pub example: &'static str,
    /// How to fix the problem.
    pub how_to_fix: &'static str,
    /// For each profile, the severity of a finding, or `off`.
    pub profiles: BTreeMap<&'static str, &'static str>,
}

impl Explanation {
    /// Returns the documentation of a rule.
    #[must_use]
    pub fn of(rule: &Rule) -> Self {
        let profiles = Profile::ALL.map(|profile| (profile.word(), word_in(profile, rule)));
        Self {
            code: rule.code,
            name: rule.name,
            group: Group::of(rule),
            severity: rule.severity.word(),
            on: rule.is_on,
            fix: match rule.fixable {
                Fixable::No => "no",
                Fixable::Safe => "safe",
                Fixable::Unsafe => "unsafe",
            },
            blocks_loading: rule.blocks_loading,
            refuses: rule.refuses,
            summary: rule.summary,
            why: rule.why,
            example: rule.example,
            how_to_fix: rule.how_to_fix,
            profiles: profiles.into(),
        }
    }

    /// Returns a sentence with the severity, and the profiles where it differs.
    #[must_use]
    pub fn severity_sentence(&self) -> String {
        let by_default = self.profiles[Profile::default().word()];
        let own = if self.on {
            capitalised(by_default)
        } else {
            format!("Off by default; {} when selected", self.severity)
        };
        let elsewhere = Profile::ALL.into_iter().filter_map(|profile| {
            let word = self.profiles[profile.word()];
            (word != by_default).then(|| format!("{word} with `--profile {profile}`"))
        });
        let all: Vec<String> = [own].into_iter().chain(elsewhere).collect();
        let all = all.join("; ");
        if self.blocks_loading {
            format!("{all}. Clients do not load such a skill.")
        } else if self.refuses {
            format!(
                "{all}. A skill with such a finding is only installed when it is allowed by name."
            )
        } else {
            format!("{all}.")
        }
    }

    /// Returns a sentence with the command that fixes findings. `--fix` only fixes findings that
    /// are shown, so a note needs `--severity info`.
    #[must_use]
    pub fn fix_sentence(&self) -> String {
        let (flags, result) = match self.fix {
            "safe" => ("--fix", "applies the safe fixes"),
            "unsafe" => (
                "--fix --unsafe",
                "fixes it where possible; review the changes",
            ),
            _ => return "There is no automatic fix.".to_owned(),
        };
        let shown = if self.severity == Severity::Info.word() {
            " --severity info"
        } else {
            ""
        };
        format!("`mdskill validate {flags}{shown}` {result}.")
    }

    /// Returns the ways to ignore the rule: the place, and the text to write there.
    #[must_use]
    pub fn ways_to_ignore(&self) -> Vec<(&'static str, String)> {
        let code = self.code;
        let comment = (
            "in Markdown, before the line",
            format!("<!-- mdskill-ignore {code}: reason -->"),
        );
        let mut ways = Vec::new();
        if self.group.is_in_markdown() {
            ways.push(comment);
        }
        if self.refuses {
            let allow = format!("allow = [\"{code}\"]");
            ways.push(("for one skill, in [skills.NAME]", allow));
        }
        ways.push(("in mdskill.toml, in [rules]", format!("{code} = \"off\"")));
        ways.push(("for one run", format!("mdskill validate --ignore {code}")));
        ways
    }
}

fn word_in(profile: Profile, rule: &Rule) -> &'static str {
    let severity = Settings::of(profile).severity(rule, None);
    severity.map_or("off", Severity::word)
}

/// Turns a phrase into a sentence: a capital at its beginning, and a full stop at its end.
#[must_use]
pub fn sentence(phrase: &str) -> String {
    format!("{}.", capitalised(phrase))
}

fn capitalised(phrase: &str) -> String {
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::registry::RULES;

    fn severity_sentence(code: &str) -> String {
        let rule = RULES.iter().find(|rule| rule.code == code).unwrap();
        Explanation::of(rule).severity_sentence()
    }

    #[test]
    fn severity_sentence_names_profiles_that_differ() {
        assert_eq!(severity_sentence("SK302"), "Error.");
        assert_eq!(
            severity_sentence("SK112"),
            "Info; off with `--profile claude`; error with `--profile spec`."
        );
        assert_eq!(
            severity_sentence("SK103"),
            "Error. Clients do not load such a skill."
        );
    }

    #[test]
    fn fix_sentence_names_the_needed_flags() {
        let sentence = |code: &str| {
            let rule = RULES.iter().find(|rule| rule.code == code).unwrap();
            Explanation::of(rule).fix_sentence()
        };
        assert_eq!(
            sentence("SK004"),
            "`mdskill validate --fix --severity info` applies the safe fixes."
        );
        assert_eq!(
            sentence("SK404"),
            "`mdskill validate --fix --unsafe` fixes it where possible; review the changes."
        );
        assert_eq!(sentence("SK301"), "There is no automatic fix.");
    }

    #[test]
    fn codes_are_sorted_and_belong_to_a_group() {
        let groups = |rule: &Rule| {
            Group::ALL
                .iter()
                .position(|group| *group == Group::of(rule))
        };
        assert!(RULES.is_sorted_by(|a, b| (groups(a), a.code) < (groups(b), b.code)));
        for rule in RULES {
            let number = rule.code.strip_prefix("SK");
            let number = number.or(rule.code.strip_prefix('A')).unwrap_or_default();
            let is_number = number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit());
            assert!(is_number, "{}", rule.code);
            let group = Group::of(rule);
            assert!(rule.code.starts_with(group.prefix()), "{}", rule.code);
        }
    }

    #[test]
    fn names_are_kebab_case_and_unique() {
        let mut seen = BTreeSet::new();
        for rule in RULES {
            let is_part = |part: &str| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            };
            assert!(rule.name.split('-').all(is_part), "{}", rule.name);
            assert!(seen.insert(rule.name), "duplicate name {}", rule.name);
            assert!(
                !rule.name.starts_with("sk"),
                "{} looks like a code",
                rule.name
            );
        }
    }

    /// The texts are printed in tables, in sentences, and on pages, so they have a common form.
    #[test]
    fn texts_have_a_common_form() {
        for rule in RULES {
            let code = rule.code;
            for phrase in [rule.summary, rule.how_to_fix] {
                assert!(
                    !phrase.is_empty() && phrase.trim() == phrase,
                    "{code}: {phrase:?}"
                );
                assert!(!phrase.ends_with(['.', '!', ':']), "{code}: {phrase}");
                assert!(!phrase.contains('\n'), "{code}: {phrase}");
            }
            for text in [rule.summary, rule.how_to_fix, rule.why] {
                assert!(text.matches('`').count() % 2 == 0, "{code}: {text}");
            }
            assert!(
                rule.summary.chars().count() <= 80,
                "{code}: {}",
                rule.summary
            );
            assert!(
                rule.why.ends_with('.') && !rule.why.contains('\n'),
                "{code}: {}",
                rule.why
            );
            assert!(!rule.example.trim().is_empty(), "{code}");
            let is_escape = |c: char| c.is_control() && c != '\n';
            assert!(
                !rule.example.contains(is_escape),
                "{code}: {:?}",
                rule.example
            );
        }
    }

    /// Evidence is a number or the affected party: a client, an agent, a checker, the specification.
    #[test]
    fn each_why_has_evidence() {
        let parties = [
            "client",
            "agent",
            "checker",
            "specification",
            "VS Code",
            "Copilot",
            "Codex",
            "Claude",
            "Cursor",
            "GitHub",
        ];
        for rule in RULES {
            let why = rule.why.to_lowercase();
            let has_number = why.bytes().any(|b| b.is_ascii_digit());
            let has_party = parties
                .iter()
                .any(|party| why.contains(&party.to_lowercase()));
            assert!(has_number || has_party, "{}: {}", rule.code, rule.why);
        }
    }
}
