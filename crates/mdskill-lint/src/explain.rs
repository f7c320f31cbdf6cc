//! [`Explanation`]: all that can be said of a rule, for `mdskill rule` and for `docs/reference/rules.md`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::profile::Profile;
use crate::rule::{Fixable, Rule};
use crate::settings::Settings;

/// What a rule looks at; the first digit of its code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// `SKILL.md` as a file, and where it lies.
    File,
    /// The YAML at its top.
    Frontmatter,
    /// The two fields that agents choose by.
    NameAndDescription,
    /// Links, paths, and the files they lead to.
    References,
    /// What the text says.
    Content,
    /// What the skill becomes when it is installed.
    Installation,
}

impl Group {
    /// Every group, in the order of the codes.
    pub const ALL: [Self; 6] = [
        Self::File,
        Self::Frontmatter,
        Self::NameAndDescription,
        Self::References,
        Self::Content,
        Self::Installation,
    ];

    /// Returns the beginning of its codes, as good as a list of them wherever rules are named.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::File => "SK0",
            Self::Frontmatter => "SK1",
            Self::NameAndDescription => "SK2",
            Self::References => "SK3",
            Self::Content => "SK4",
            Self::Installation => "SK5",
        }
    }

    /// Returns its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Frontmatter => "Frontmatter",
            Self::NameAndDescription => "Name and description",
            Self::References => "References",
            Self::Content => "Content",
            Self::Installation => "Installation",
        }
    }

    /// Returns the group of a rule.
    #[must_use]
    pub fn of(rule: &Rule) -> Self {
        let has_prefix = |group: &Self| rule.code.starts_with(group.prefix());
        // A test holds that every code has the beginning of a group.
        Self::ALL.into_iter().find(has_prefix).unwrap_or(Self::File)
    }

    /// Whether its rules find things in Markdown, where a comment can stand before them.
    const fn is_in_markdown(self) -> bool {
        matches!(self, Self::References | Self::Content)
    }
}

/// All that can be said of a rule. The names of the fields are those of `mdskill rule --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it looks at.
    pub group: Group,
    /// How much a finding matters.
    pub severity: &'static str,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// Whether a program can mend what it finds: `no`, `safe` or `unsafe`.
    pub fix: &'static str,
    /// Whether clients do not load the skill at all because of it.
    pub blocks_loading: bool,
    /// What it finds.
    pub summary: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What breaks it.
    pub example: &'static str,
    /// How to mend it.
    pub mend: &'static str,
    /// By the name of each profile, how much a finding matters, or `off`.
    pub profiles: BTreeMap<&'static str, &'static str>,
}

impl Explanation {
    /// Explains a rule.
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
            summary: rule.summary,
            why: rule.why,
            example: rule.example,
            mend: rule.mend,
            profiles: profiles.into(),
        }
    }

    /// Says how much a finding matters, and under which profiles it matters otherwise.
    #[must_use]
    pub fn severity_sentence(&self) -> String {
        let by_default = self.profiles[Profile::default().word()];
        let own = match self.on {
            true => capitalised(by_default),
            false => format!("Off by default, and {} when it is selected", self.severity),
        };
        let elsewhere = Profile::ALL.into_iter().filter_map(|profile| {
            let word = self.profiles[profile.word()];
            (word != by_default).then(|| format!("{word} with `--profile {profile}`"))
        });
        let all: Vec<String> = [own].into_iter().chain(elsewhere).collect();
        let all = all.join("; ");
        match self.blocks_loading {
            true => format!("{all}. Clients do not load such a skill."),
            false => format!("{all}."),
        }
    }

    /// Says what a program can do about a finding: it mends what is shown, and of that what has
    /// one right change.
    #[must_use]
    pub fn fix_sentence(&self) -> String {
        let (flags, what) = match self.fix {
            "safe" => ("--fix", "what it safely can"),
            "unsafe" => ("--fix --unsafe", "what it can; read what it changed"),
            _ => return "It takes a person.".to_owned(),
        };
        let shown = match self.severity == Severity::Info.word() {
            true => " --severity info",
            false => "",
        };
        format!("`mdskill validate {flags}{shown}` mends {what}.")
    }

    /// Returns the ways to silence it: where, and what to write there.
    #[must_use]
    pub fn silences(&self) -> Vec<(&'static str, String)> {
        let code = self.code;
        let comment = (
            "in the Markdown, before it",
            format!("<!-- mdskill-ignore {code}: reason -->"),
        );
        let mut ways = match self.group.is_in_markdown() {
            true => vec![comment],
            false => Vec::new(),
        };
        ways.push((
            "in mdskill.toml, below [rules]",
            format!("{code} = \"off\""),
        ));
        ways.push(("once", format!("mdskill validate --ignore {code}")));
        ways
    }
}

fn word_in(profile: Profile, rule: &Rule) -> &'static str {
    let severity = Settings::of(profile).severity(rule, None);
    severity.map_or("off", Severity::word)
}

/// Makes a sentence of a phrase: a capital at its beginning, a full stop at its end.
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
    fn a_severity_is_told_with_the_profiles_that_differ() {
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
    fn a_fix_is_told_with_the_flags_that_it_needs() {
        let sentence = |code: &str| {
            let rule = RULES.iter().find(|rule| rule.code == code).unwrap();
            Explanation::of(rule).fix_sentence()
        };
        assert_eq!(
            sentence("SK004"),
            "`mdskill validate --fix --severity info` mends what it safely can."
        );
        assert_eq!(
            sentence("SK404"),
            "`mdskill validate --fix --unsafe` mends what it can; read what it changed."
        );
        assert_eq!(sentence("SK301"), "It takes a person.");
    }

    #[test]
    fn codes_are_sorted_and_of_a_group() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
        for rule in RULES {
            let number = rule.code.strip_prefix("SK").unwrap_or_default();
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
            assert!(seen.insert(rule.name), "{} stands twice", rule.name);
            assert!(
                !rule.name.starts_with("sk"),
                "{} looks like a code",
                rule.name
            );
        }
    }

    /// Every text is read in a table, in a sentence and on a page, so its form is always the same.
    #[test]
    fn texts_have_the_form_that_they_are_printed_in() {
        for rule in RULES {
            let code = rule.code;
            for phrase in [rule.summary, rule.mend] {
                assert!(
                    !phrase.is_empty() && phrase.trim() == phrase,
                    "{code}: {phrase:?}"
                );
                assert!(!phrase.ends_with(['.', '!', ':']), "{code}: {phrase}");
                assert!(!phrase.contains('\n'), "{code}: {phrase}");
            }
            for text in [rule.summary, rule.mend, rule.why] {
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

    /// Evidence is a number, or who stumbles: a client, an agent, a checker, the specification.
    #[test]
    fn each_why_has_evidence() {
        let who = [
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
            let has_witness = who.iter().any(|who| why.contains(&who.to_lowercase()));
            assert!(has_number || has_witness, "{}: {}", rule.code, rule.why);
        }
    }
}
