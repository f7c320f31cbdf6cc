//! What a path says of itself, before anything is looked for.

use crate::references::path_index::{self, PathIndex};

/// Folders whose first segment means the skill's own: of the paths below them in 2,672 public
/// skills most resolve, and what does not is broken. `scripts/` is not among them: 54% of what
/// is missing there is the user's file.
const STRONG: [&str; 4] = ["references", "reference", "resources", "assets"];

/// Folders that are the user's project's, or a home's: 276 paths into them in public skills, and none
/// of them resolves.
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

/// Beginnings that only some clients replace, and what follows them lies in the skill's folder or,
/// for the plugin's, above it.
const VARIABLES: [&str; 7] = [
    "{baseDir}/",
    "${baseDir}/",
    "${CLAUDE_SKILL_DIR}/",
    "${CLAUDE_PLUGIN_ROOT}/",
    "$CLAUDE_PLUGIN_ROOT/",
    "${SKILL_DIR}/",
    "$SKILL_DIR/",
];

/// What makes a reference the skill's own, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// It is a link.
    Link,
    /// Its first folder is a conventional one.
    Strong,
    /// Its first folder is one that the skill has.
    Existing,
    /// Its first folder is `scripts/`, or a variable stands before it.
    Weak,
    /// Nothing does.
    None,
}

/// Returns what makes a path in code or prose the skill's own.
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

/// Whether a path is one into the folders that are surely the skill's own.
pub(crate) fn is_strong(target: &str) -> bool {
    path_index::top_folder(target).is_some_and(|top| STRONG.contains(&top))
}

/// Splits the variable before a path from what follows it.
pub(crate) fn split_variable(target: &str) -> (Option<&'static str>, &str) {
    let found = VARIABLES.iter().find_map(|variable| {
        let rest = target.strip_prefix(variable)?;
        Some((Some(variable.trim_end_matches('/')), rest))
    });
    found.unwrap_or((None, target))
}

/// Whether a variable means the plugin's folder, not the skill's.
pub(crate) fn is_of_plugin(variable: &str) -> bool {
    variable.contains("PLUGIN_ROOT")
}

/// `scripts/x.py:12` means the file.
pub(crate) fn without_line_number(target: &str) -> &str {
    match target.rsplit_once(':') {
        Some((path, line)) if line.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => target,
    }
}

/// `[MIT](LICENSE)`, `[text](url)`: with neither folder nor extension it says too little.
pub(crate) fn is_bare_word(target: &str) -> bool {
    !target.contains(['/', '.'])
}

/// Whether the last segment has an extension. A folder that is not there is a
/// false alarm in 70%, and `resources/list` is a method of a protocol.
pub(crate) fn names_a_file(target: &str) -> bool {
    let last = target.rsplit('/').next().unwrap_or_default();
    last.trim_start_matches('.').contains('.')
}

/// Whether a path lies in the home of someone in particular; `user` and `runner` are nobody.
pub(crate) fn is_of_a_home(target: &str) -> bool {
    const ANYONE: [&str; 26] = [
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
        .is_some_and(|(who, _)| !who.is_empty() && !ANYONE.contains(&who.to_lowercase().as_str()))
}

/// Whether a target leads into a folder of the skill: a conventional one, or one that exists.
pub(crate) fn is_own_folder(paths: &PathIndex<'_>, target: &str) -> bool {
    path_index::top_folder(target)
        .is_some_and(|top| top == "scripts" || STRONG.contains(&top) || paths.has_folder(top))
}

/// Whether a file lies in a folder of references, which agents read when they are sent there.
pub(crate) fn is_reference_file(path: &str) -> bool {
    matches!(
        path_index::top_folder(path),
        Some("references" | "reference")
    )
}

/// What marks a path as a pattern.
const MARKS: [char; 11] = ['<', '>', '{', '}', '*', '[', ']', '…', '$', '|', '?'];

/// Whether a path stands for others: a glob, a variable, `path/to/…`, `your-file.md`.
pub(crate) fn is_placeholder(target: &str) -> bool {
    const STAND_INS: [&str; 6] = ["path/to", "XXX", "NNN", "YYYY", "...", "://"];
    target.contains(MARKS)
        || STAND_INS.iter().any(|word| target.contains(word))
        || target.split('/').any(is_stand_in_name)
}

/// Returns what all paths that a pattern stands for begin with: `references/module-` of
/// `./references/module-N-*.md`; nothing for a path that is no pattern.
pub(crate) fn fixed_beginning(pattern: &str) -> Option<&str> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let end = pattern.find(MARKS)?;
    let beginning = &pattern[..end];
    let number = beginning.find("-N-").map(|at| at + 1);
    let beginning = &beginning[..number.unwrap_or(end)];
    (!beginning.is_empty()).then_some(beginning)
}

fn is_stand_in_name(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let is_nothing_in_particular = matches!(stem, "foo" | "bar" | "baz");
    let is_any_file = matches!(stem, "file" | "filename" | "name" | "topic" | "example");
    let is_numbered = stem
        .strip_suffix(['N', 'X'])
        .is_some_and(|stem| stem.ends_with(|c: char| c.is_ascii_lowercase()));
    let is_someones = ["your-", "my-", "some-", "your_", "my_", "some_"];
    is_nothing_in_particular
        || is_numbered && segment.contains('.')
        || is_any_file && segment.contains('.')
        || is_someones.iter().any(|prefix| segment.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_globs_are_no_paths() {
        for target in [
            "references/<topic>.md",
            "references/*.md",
            "assets/YYYY-MM.png",
            "path/to/x.md",
            "references/your-file.md",
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
    fn a_pattern_says_what_its_paths_begin_with() {
        for (pattern, beginning) in [
            ("./references/module-N-*.md", Some("references/module-")),
            ("references/{topic}.md", Some("references/")),
            ("*.md", None),
            ("references/a.md", None),
        ] {
            assert_eq!(fixed_beginning(pattern), beginning, "{pattern}");
        }
    }

    #[test]
    fn homes_are_those_of_someone() {
        for home in ["/Users/ada/x", "/home/ada/.x/y.md", "C:\\Users\\ada\\x"] {
            assert!(is_of_a_home(home), "{home}");
        }
        for other in [
            "/home/user/x",
            "/Users/you/x",
            "/home/",
            "/users/ada/x",
            "/etc/x",
            "~/x",
        ] {
            assert!(!is_of_a_home(other), "{other}");
        }
    }

    #[test]
    fn a_first_folder_tells_whose_a_path_is() {
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
