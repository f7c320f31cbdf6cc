//! Decides which skills of a repository are hidden: those that its authors do not offer to users.
//! Hidden skills are left out when all skills of a repository are meant; a path still names them.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::discover::{Discovery, Found};
use mdskill_git::ObjectId;
use mdskill_lint::frontmatter::{self, Value};

/// The reason why a skill is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hidden {
    /// It is inside another skill.
    Nested,
    /// It is test data.
    Fixture,
    /// It belongs to a dependency, such as a package in `node_modules`.
    Dependency,
    /// It is in a virtual environment of Python.
    Environment,
    /// Its frontmatter has `metadata.internal: true`.
    Internal,
    /// Another visible skill has the same git tree.
    Copy,
}

/// The skills of a folder.
#[derive(Debug, Default)]
pub struct Sorted<'a> {
    /// The skills that users mean by all skills of the folder.
    pub visible: Vec<&'a Found>,
    /// The other skills, sorted by path.
    pub hidden: Vec<(&'a Found, Hidden)>,
}

/// Sorts the skills in `folder` into visible and hidden ones. Only the folders inside `folder` count,
/// because the user named it.
pub fn sort_out<'a>(
    discovery: &'a Discovery,
    folder: &'a str,
    is_internal: impl Fn(&Found) -> bool,
) -> Sorted<'a> {
    let paths = discovery.skills.iter().map(|found| found.path.as_str());
    let paths: HashSet<&str> = paths.collect();
    let mut sorted = Sorted::default();
    for found in discovery.below(folder) {
        let is_named = !folder.is_empty() && found.path == folder;
        let internal = || (!is_named && is_internal(found)).then_some(Hidden::Internal);
        match by_path(&paths, &found.path, folder).or_else(internal) {
            Some(reason) => sorted.hidden.push((found, reason)),
            None => sorted.visible.push(found),
        }
    }
    if sorted.visible.is_empty() {
        sorted.show_fixtures(&is_internal);
    }
    sorted.hide_copies();
    sorted.hidden.sort_by_key(|(found, _)| &found.path);
    sorted
}

impl Sorted<'_> {
    /// Shows the skills that are hidden for the names of their folders: in a repository without other
    /// skills, the names mean something else.
    fn show_fixtures(&mut self, is_internal: impl Fn(&Found) -> bool) {
        self.hidden.retain(|(found, reason)| {
            let is_shown = !matches!(reason, Hidden::Nested | Hidden::Internal | Hidden::Copy)
                && !is_internal(found);
            if is_shown {
                self.visible.push(found);
            }
            !is_shown
        });
    }

    /// Hides all but one of the visible skills with the same tree.
    fn hide_copies(&mut self) {
        let mut best: HashMap<ObjectId, &Found> = HashMap::new();
        for found in &self.visible {
            let best = best.entry(found.tree).or_insert(found);
            if preference(&found.path) < preference(&best.path) {
                *best = found;
            }
        }
        let hidden = &mut self.hidden;
        self.visible.retain(|found| {
            let is_best = best[&found.tree].path == found.path;
            if !is_best {
                hidden.push((found, Hidden::Copy));
            }
            is_best
        });
    }
}

/// Returns the reason to hide the skill at `path` when all skills of a repository are meant, as far as
/// its path shows it.
#[must_use]
pub fn hidden_by_path(discovery: &Discovery, path: &str) -> Option<Hidden> {
    let paths = discovery.skills.iter().map(|found| found.path.as_str());
    by_path(&paths.collect(), path, "")
}

fn by_path(skills: &HashSet<&str>, path: &str, folder: &str) -> Option<Hidden> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    // The folders between `folder` and the skill.
    let above: Vec<&str> = ends
        .map(|end| &path[..end])
        .filter(|above| above.len() > folder.len() || folder.is_empty())
        .collect();
    if above.iter().any(|above| skills.contains(above)) {
        return Some(Hidden::Nested);
    }
    above.iter().find_map(|above| by_folder(above))
}

/// Returns the reason to hide all skills in a folder.
fn by_folder(folder: &str) -> Option<Hidden> {
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_of_skills = || above.split('/').any(|part| part == "skills");
    Some(match name.to_ascii_lowercase().as_str() {
        "fixture" | "fixtures" | "__fixtures__" | "test-fixtures" | "test_fixtures"
        | "testdata" | "test-data" | "test_data" | "__tests__" | "__mocks__" => Hidden::Fixture,
        // Below `skills`, this may be a category.
        "tests" if !is_of_skills() => Hidden::Fixture,
        "test" if above.is_empty() => Hidden::Fixture,
        "node_modules" | "bower_components" => Hidden::Dependency,
        "vendor" | "third_party" | "third-party" if above.is_empty() => Hidden::Dependency,
        ".venv" | "venv" | "site-packages" | "dist-packages" | ".tox" | ".nox" => {
            Hidden::Environment
        }
        _ => return None,
    })
}

/// Returns the rank of a path among those of identical skills; the lowest is the conventional one.
#[must_use]
pub fn preference(path: &str) -> impl Ord + '_ {
    let is_of_agent = path.split('/').any(|part| part.starts_with('.'));
    let is_elsewhere = !path.starts_with("skills/");
    let depth = path.matches('/').count();
    (is_of_agent, is_elsewhere, depth, path)
}

/// Whether the frontmatter has `metadata.internal: true`. The text `"true"` counts, too, because the
/// values of `metadata` are texts in the specification.
#[must_use]
pub fn is_internal(skill_file: &[u8]) -> bool {
    // Parsing the frontmatter of each skill takes as long as reading the trees of a repository.
    if memchr::memmem::find(skill_file, b"internal").is_none() {
        return false;
    }
    let Ok(frontmatter) = frontmatter::parse(skill_file) else {
        return false;
    };
    let Some(Value::Map(metadata)) = frontmatter.field("metadata").map(|field| &field.value) else {
        return false;
    };
    let mut internal = metadata
        .iter()
        .filter(|(key, _)| key.text() == Some("internal"));
    let value = internal.next_back().map(|(_, value)| value);
    value.is_some_and(|value| *value == Value::Bool(true) || value.text() == Some("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovery(paths: &[(&str, u8)]) -> Discovery {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let skills = paths.iter().map(|(path, tree)| Found {
            path: (*path).to_owned(),
            tree: ObjectId::from_bytes([*tree; 20]),
            skill_file: ObjectId::from_bytes([0; 20]),
        });
        Discovery {
            skills: skills.collect(),
            ..Discovery::default()
        }
    }

    fn visible(discovery: &Discovery, folder: &str) -> Vec<String> {
        let sorted = sort_out(discovery, folder, |_| false);
        sorted
            .visible
            .iter()
            .map(|found| found.path.clone())
            .collect()
    }

    #[test]
    fn skills_of_tests_and_dependencies_are_hidden() {
        let hidden = [
            ("skills/a/evals/x", Hidden::Nested),
            ("skills/a/skills/x", Hidden::Nested),
            ("tests/fixtures/x", Hidden::Fixture),
            ("packages/api/tests/skills/x", Hidden::Fixture),
            ("test/x", Hidden::Fixture),
            ("src/__fixtures__/x", Hidden::Fixture),
            ("internal/TestData/x", Hidden::Fixture),
            ("node_modules/p/skills/x", Hidden::Dependency),
            ("vendor/p/x", Hidden::Dependency),
            (".venv/lib/python3/site-packages/p/x", Hidden::Environment),
        ];
        let shown = [
            "",
            "skills/a",
            "skills/fixtures",
            "skills/testdata",
            "skills/tests/unit",
            "plugins/test/skills/x",
            "skills/vendor/stripe",
            ".github/skills/x",
            "examples/x",
        ];
        let all = hidden.iter().map(|(path, _)| *path).chain(shown);
        let all: Vec<(&str, u8)> = all.zip(1..).collect();
        let found = discovery(&all);
        let sorted = sort_out(&found, "", |_| false);
        let reason = |path: &str| {
            let mut hidden = sorted.hidden.iter();
            hidden
                .find(|(found, _)| found.path == path)
                .map(|(_, reason)| *reason)
        };
        for (path, expected) in hidden {
            assert_eq!(reason(path), Some(expected), "{path}");
            assert_eq!(hidden_by_path(&found, path), Some(expected), "{path}");
        }
        for path in shown {
            assert_eq!(reason(path), None, "{path}");
        }
    }

    #[test]
    fn named_folder_hides_nothing() {
        let found = discovery(&[
            ("skills/a", 1),
            ("skills/a/evals/fixtures/x", 2),
            ("skills/a/evals/fixtures/y", 3),
            ("skills/a/inner", 4),
        ]);
        assert_eq!(visible(&found, ""), ["skills/a"]);
        assert_eq!(visible(&found, "skills/a"), ["skills/a", "skills/a/inner"]);
        assert_eq!(visible(&found, "skills/a/evals").len(), 2);
        assert_eq!(visible(&found, "skills/a/evals/fixtures/x").len(), 1);
    }

    #[test]
    fn repository_of_fixtures_shows_them() {
        let found = discovery(&[("tests/a", 1), ("tests/a/b", 2), ("tests/c", 3)]);
        assert_eq!(visible(&found, ""), ["tests/a", "tests/c"]);
    }

    #[test]
    fn conventional_path_of_copies_is_visible() {
        let found = discovery(&[
            (".claude/skills/a", 1),
            ("plugins/p/skills/a", 1),
            ("skills/a", 1),
            (".agents/skills/b", 2),
            ("plugins/p/skills/b", 2),
        ]);
        assert_eq!(visible(&found, ""), ["plugins/p/skills/b", "skills/a"]);
        assert_eq!(visible(&found, ".claude"), [".claude/skills/a"]);
    }

    #[test]
    fn internal_is_a_boolean_or_its_text() {
        let is =
            |metadata: &str| is_internal(format!("---\nname: x\n{metadata}\n---\n").as_bytes());
        assert!(is("metadata:\n  internal: true"));
        assert!(is("metadata: {internal: \"true\"}"));
        assert!(!is("metadata:\n  internal: false"));
        assert!(!is("metadata:\n  author: internal"));
        assert!(!is("internal: true"));
        assert!(!is_internal(b"no frontmatter"));
    }
}
