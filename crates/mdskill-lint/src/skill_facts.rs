//! [`SkillSet`]: the facts of several skills, compared by cross-skill rules.

use std::collections::BTreeSet;

use crate::agents;
use crate::diagnostic::Excerpt;
use crate::span::Position;

/// The facts of a skill that rules compare with other skills.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkillFacts {
    /// A hash of its `SKILL.md`, valid within one run of the program.
    pub fingerprint: u64,
    /// Its frontmatter's name.
    pub name: Option<FieldFact>,
    /// Its frontmatter's description.
    pub description: Option<FieldFact>,
    /// Codes of the cross-skill rules that its own comments silence.
    pub silenced: BTreeSet<&'static str>,
}

/// A field of a frontmatter, and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFact {
    /// The field's text.
    pub text: String,
    /// The start of the value.
    pub start: Position,
    /// The end of the value.
    pub end: Position,
    /// The first line of the value.
    pub excerpt: Option<Excerpt>,
}

/// The skills of a repository or a folder.
#[derive(Debug, Clone, Copy)]
pub struct SkillSet<'a> {
    /// The displayed path and the facts of each skill.
    pub skills: &'a [(String, SkillFacts)],
    /// The displayed paths of Markdown files in a folder where clients expect only folders of skills.
    pub flat_files: &'a [String],
}

impl SkillSet<'_> {
    /// Returns the folder within which the name of this skill must be unique: the agent's folder
    /// that it is installed in, the folder of a translation, or an empty path for the whole set.
    /// Copies in `.github/skills` and in `.claude/skills` are not duplicates, because that is how a
    /// skill is installed for several agents; `docs/zh-CN/skills/x` is the translation of `skills/x`.
    #[must_use]
    pub fn name_scope(&self, skill: usize) -> &str {
        let path = self.skills.get(skill).map_or("", |(path, _)| path);
        let scope = agents::agent_folder(path).or_else(|| tree_of_another_host(path));
        scope.or_else(|| translation(path)).unwrap_or_default()
    }
}

/// Returns the shortest prefix of a path that ends with a hidden folder and `skills`, as agents that
/// are not in our table have it: `.hermes/skills`.
fn tree_of_another_host(path: &str) -> Option<&str> {
    prefixes(path).find(|folder| {
        let mut names = folder.rsplit('/');
        matches!(names.next(), Some("skills" | "skill"))
            && names.next().is_some_and(|name| name.starts_with('.'))
    })
}

/// Returns the shortest prefix of a path that ends with the folder of a language: `zh-CN`, or `fr` in
/// `docs` or another folder that has one folder for each language.
fn translation(path: &str) -> Option<&str> {
    const PARENTS: [&str; 8] = [
        "docs",
        "i18n",
        "l10n",
        "lang",
        "languages",
        "locales",
        "translations",
        "translated",
    ];
    prefixes(path).find(|folder| {
        let mut names = folder.rsplit('/');
        let name = names.next().unwrap_or_default();
        let is_in_list = names.next().is_some_and(|parent| PARENTS.contains(&parent));
        let (language, rest) = name.split_at_checked(2).unwrap_or((name, ""));
        let is_region = |region: &str| {
            let is_code = region.len() == 2 && region.bytes().all(|c| c.is_ascii_uppercase());
            is_code || matches!(region, "Hans" | "Hant")
        };
        language.len() == 2
            && language.bytes().all(|c| c.is_ascii_lowercase())
            && match rest.strip_prefix(['-', '_']) {
                Some(region) => is_region(region),
                None => rest.is_empty() && is_in_list,
            }
    })
}

/// Returns the folders that contain the last folder of a path, the outermost first.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_unique_in_the_tree_of_an_agent_or_a_language() {
        for (path, scope) in [
            ("skills/a", ""),
            (".github/skills/a", ".github/skills"),
            ("x/.hermes/skills/a", "x/.hermes/skills"),
            (".opencode/skill/b/a", ".opencode/skill"),
            (".hidden/a", ""),
            ("docs/zh-CN/skills/a", "docs/zh-CN"),
            ("pt_BR/a", "pt_BR"),
            ("zh-Hant/a", "zh-Hant"),
            ("i18n/fr/a", "i18n/fr"),
            // Two letters alone can be anything.
            ("skills/go/a", ""),
            ("docs/web/a", ""),
            ("my-AB/a", "my-AB"),
            ("docs/fr", ""),
        ] {
            let skills = [(path.to_owned(), SkillFacts::default())];
            let set = SkillSet {
                skills: &skills,
                flat_files: &[],
            };
            assert_eq!(set.name_scope(0), scope, "{path}");
        }
    }
}

/// The subject of a cross-skill finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The name of the skill with this index.
    Name(usize),
    /// The description of the skill with this index.
    Description(usize),
    /// A flat file.
    FlatFile,
}
