//! Classifies a path by its text alone: placeholder, home folder, conventional folder of a skill.

use crate::references::path_index::{self, PathIndex};

/// Conventional folders of a skill. In 2,672 public skills most paths into them resolve, and the
/// others are broken. `scripts/` is not included, because 54% of the unresolved paths into it
/// mean the user's own file.
const STRONG: [&str; 4] = ["references", "reference", "resources", "assets"];

/// Folders of the user's project or home. Public skills have 276 paths into them, and none of
/// them resolves in the skill.
const NEVER: [&str; 10] = [
    ".github",
    ".claude",
    "~",
    "docs",
    "quality",
    "skills",
    "src",
    "test",
    "tests",
    "node_modules",
];

/// Variables that only some clients replace, by the skill's folder or by the plugin's folder above it.
const VARIABLES: [&str; 7] = [
    "{baseDir}/",
    "${baseDir}/",
    "${CLAUDE_SKILL_DIR}/",
    "${CLAUDE_PLUGIN_ROOT}/",
    "$CLAUDE_PLUGIN_ROOT/",
    "${SKILL_DIR}/",
    "$SKILL_DIR/",
];

/// The confidence that a reference means a file of the skill, highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// It is a link.
    Link,
    /// Its first folder is a conventional one.
    Strong,
    /// Its first folder exists in the skill.
    Existing,
    /// Its first folder is `scripts/`, or it starts with a variable.
    Weak,
    /// None of these.
    None,
}

/// Returns the confidence that a path in code or prose means a file of the skill.
pub(crate) fn confidence(
    paths: &PathIndex<'_>,
    target: &str,
    variable: Option<&str>,
) -> Confidence {
    if variable.is_some() {
        return Confidence::Weak;
    }
    let top = path_index::top_folder(target).unwrap_or_default();
    if NEVER.contains(&top) {
        return Confidence::None;
    }
    match top.to_lowercase().as_str() {
        top if STRONG.contains(&top) => Confidence::Strong,
        "scripts" => Confidence::Weak,
        _ if paths.has_folder(top) => Confidence::Existing,
        _ => Confidence::None,
    }
}

/// Whether a path leads into a conventional folder of a skill.
pub(crate) fn is_strong(target: &str) -> bool {
    path_index::top_folder(target).is_some_and(|top| STRONG.contains(&top))
}

/// Splits a leading variable from the rest of a path.
pub(crate) fn split_variable(target: &str) -> (Option<&'static str>, &str) {
    let found = VARIABLES.iter().find_map(|variable| {
        let rest = target.strip_prefix(variable)?;
        Some((Some(variable.trim_end_matches('/')), rest))
    });
    found.unwrap_or((None, target))
}

/// Whether a variable means the plugin's folder, and not the skill's.
pub(crate) fn is_of_plugin(variable: &str) -> bool {
    variable.contains("PLUGIN_ROOT")
}

/// Removes a line number: `scripts/x.py:12` means the file.
pub(crate) fn without_line_number(target: &str) -> &str {
    match target.rsplit_once(':') {
        Some((path, line)) if line.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => target,
    }
}

/// Whether a target has neither a folder nor an extension, such as `[MIT](LICENSE)` or
/// `[text](url)`: it may not be a path.
pub(crate) fn is_bare_word(target: &str) -> bool {
    !target.contains(['/', '.'])
}

/// Whether the last segment has an extension. Paths without one are ignored, because 70% of the
/// missing folders are false alarms: `resources/list` is a method of a protocol, for example.
pub(crate) fn names_a_file(target: &str) -> bool {
    let last = target.rsplit('/').next().unwrap_or_default();
    last.trim_start_matches('.').contains('.')
}

/// Whether a path is in a real person's home folder. Names such as `user` and `runner` are placeholders.
pub(crate) fn is_in_home(target: &str) -> bool {
    const PLACEHOLDER_NAMES: [&str; 27] = [
        "project",
        "user",
        "users",
        "username",
        "user_name",
        "user-name",
        "yourname",
        "your",
        "you",
        "me",
        "name",
        "admin",
        "agent",
        "app",
        "claude",
        "dev",
        "developer",
        "jovyan",
        "node",
        "runner",
        "shared",
        "ubuntu",
        "vscode",
        "root",
        "alice",
        "nvidia",
        "pi",
    ];
    let path = target.replace('\\', "/");
    let path = path.strip_prefix("C:").unwrap_or(&path);
    let rest = ["/Users/", "/home/"]
        .iter()
        .find_map(|homes| path.strip_prefix(homes));
    rest.and_then(|rest| rest.split_once('/'))
        .is_some_and(|(who, _)| {
            !who.is_empty() && !PLACEHOLDER_NAMES.contains(&who.to_lowercase().as_str())
        })
}

/// Whether a target leads into a folder of the skill: a conventional or an existing one.
pub(crate) fn is_own_folder(paths: &PathIndex<'_>, target: &str) -> bool {
    path_index::top_folder(target)
        .is_some_and(|top| top == "scripts" || STRONG.contains(&top) || paths.has_folder(top))
}

/// Whether a file is in `references/` or `reference/`, whose files agents read on demand.
pub(crate) fn is_reference_file(path: &str) -> bool {
    matches!(
        path_index::top_folder(path),
        Some("references" | "reference")
    )
}

/// Whether a page is a template: its links are for the page that the agent makes from it. Outside
/// of `references/`, `apply-template.md` can also be a page about templates.
pub(crate) fn is_template(page: &str) -> bool {
    let name = page.rsplit('/').next().unwrap_or(page);
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    stem == "template" || is_strong(page) && stem.split(['-', '_']).any(|word| word == "template")
}

/// Characters that make a path a pattern.
const PATTERN_CHARS: [char; 11] = ['<', '>', '{', '}', '*', '[', ']', '…', '$', '|', '?'];

/// Whether a path is a placeholder: a glob, a variable, `path/to/…`, `your-file.md`.
pub(crate) fn is_placeholder(target: &str) -> bool {
    const PLACEHOLDERS: [&str; 7] = ["path/to", "XXX", "xxx", "NNN", "YYYY", "...", "://"];
    target.contains(PATTERN_CHARS)
        || PLACEHOLDERS.iter().any(|word| target.contains(word))
        || target.split('/').any(is_placeholder_name)
}

fn is_placeholder_name(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let is_metasyntactic = matches!(stem, "foo" | "bar" | "baz");
    let is_generic = matches!(stem, "file" | "filename" | "name" | "topic" | "example");
    let is_numbered = stem
        .strip_suffix(['N', 'X'])
        .is_some_and(|stem| stem.ends_with(|c: char| c.is_ascii_lowercase()));
    let possessives = ["your-", "my-", "some-", "your_", "my_", "some_"];
    is_metasyntactic
        || is_numbered && segment.contains('.')
        || is_generic && segment.contains('.')
        || possessives.iter().any(|prefix| segment.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_placeholder_finds_globs_and_placeholder_names() {
        for target in [
            "references/<topic>.md",
            "references/*.md",
            "assets/YYYY-MM.png",
            "path/to/x.md",
            "references/your-file.md",
            "references/xxx.md",
            "references/example.md",
            "{baseDir}/scripts/x.py",
            "references/…",
            "assets/foo.png",
        ] {
            assert!(is_placeholder(target), "{target}");
        }
        for target in [
            "references/topics.md",
            "references/file-formats.md",
            "references/food.md",
        ] {
            assert!(!is_placeholder(target), "{target}");
        }
    }

    #[test]
    fn is_template_finds_pages_to_fill_in() {
        for page in [
            "template.md",
            "references/readme_hub_template.md",
            "resources/js-template.md",
        ] {
            assert!(is_template(page), "{page}");
        }
        for page in [
            "guide/apply-template.md",
            "references/templates.md",
            "references/a.md",
        ] {
            assert!(!is_template(page), "{page}");
        }
    }

    #[test]
    fn is_in_home_ignores_placeholder_names() {
        for home in ["/Users/ada/x", "/home/ada/.x/y.md", "C:\\Users\\ada\\x"] {
            assert!(is_in_home(home), "{home}");
        }
        for other in [
            "/home/user/x",
            "/Users/you/x",
            "/home/",
            "/users/ada/x",
            "/etc/x",
            "~/x",
        ] {
            assert!(!is_in_home(other), "{other}");
        }
    }

    #[test]
    fn confidence_depends_on_first_folder() {
        use crate::skill_files::Entry;
        let entries = [Entry::file("rules/a.md", 1), Entry::file("docs/a.md", 1)];
        let paths = PathIndex::new(&entries);
        for (target, expected) in [
            ("./References/a.md", Confidence::Strong),
            ("rules/b.md", Confidence::Existing),
            ("scripts/b.py", Confidence::Weak),
            ("docs/b.md", Confidence::None),
            ("other/b.md", Confidence::None),
            ("b.md", Confidence::None),
        ] {
            assert_eq!(confidence(&paths, target, None), expected, "{target}");
        }
        let (variable, rest) = split_variable("${CLAUDE_PLUGIN_ROOT}/x/y.py");
        assert!(variable.is_some_and(is_of_plugin) && rest == "x/y.py");
        assert_eq!(confidence(&paths, rest, variable), Confidence::Weak);
    }
}
