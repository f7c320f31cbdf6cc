//! [`unified`]: a diff as `git diff` prints it and `git apply` reads it.

use super::changed_files::changed_files;
use super::file_version::{FileVersion, Mode, Side};
use mdskill_git::line_diff::hunks;
use mdskill_git::similarity::{self, is_text};
use mdskill_lint::skill_files::SkillFiles;

/// Returns the diff between two versions of a skill as `git diff` prints it; all files of `after` if
/// there is no `before`. Each path begins with `prefix`, the folder of the skill.
///
/// Files that are not UTF-8 text are binary. Submodules, special files, and unreadable files are
/// omitted.
#[must_use]
pub fn unified(before: Option<&dyn SkillFiles>, after: &dyn SkillFiles, prefix: &str) -> String {
    let mut text = String::new();
    for file in changed_files(before, after) {
        let versions = [file.before.as_ref(), file.after.as_ref()];
        let paths = versions.map(|version| within(prefix, version.map_or("", FileVersion::path)));
        let [old, new] = [0, 1].map(|at| {
            let path = paths[at].as_str();
            let side = versions[at].and_then(FileVersion::side);
            side.map(|side| Side { path, ..side })
        });
        // With one unreadable side, the file would be shown as added or removed.
        if old.is_some() == versions[0].is_some() && new.is_some() == versions[1].is_some() {
            text.push_str(&unified_file(old, new));
        }
    }
    text
}

fn within(prefix: &str, path: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" | "." => path.to_owned(),
        prefix => format!("{prefix}/{path}"),
    }
}

/// Returns the diff of one file; empty if both sides are equal.
#[must_use]
pub fn unified_file(before: Option<Side<'_>>, after: Option<Side<'_>>) -> String {
    let (Some(old), Some(new)) = (before.or(after), after.or(before)) else {
        return String::new();
    };
    if before == after {
        return String::new();
    }
    if (old.mode == Mode::Link) != (new.mode == Mode::Link) {
        // git shows a link that replaces a file as a removed file and an added link.
        return unified_file(before, None) + &unified_file(None, after);
    }
    let (from, to) = (quoted("a/", old.path), quoted("b/", new.path));
    let mut text = format!("diff --git {from} {to}\n");
    let mut line = |words: &[&str]| text.extend(words.iter().copied().chain(["\n"]));
    match (before, after) {
        (None, _) => line(&["new file mode ", new.mode.octal()]),
        (_, None) => line(&["deleted file mode ", old.mode.octal()]),
        _ if old.mode != new.mode => {
            line(&["old mode ", old.mode.octal()]);
            line(&["new mode ", new.mode.octal()]);
        }
        _ => {}
    }
    if old.path != new.path {
        let alike = similarity::percent(old.bytes, new.bytes).to_string();
        line(&["similarity index ", &alike, "%"]);
        line(&["rename from ", &quoted("", old.path)]);
        line(&["rename to ", &quoted("", new.path)]);
    }
    text + &body(before, after)
}

fn body(before: Option<Side<'_>>, after: Option<Side<'_>>) -> String {
    let [old, new] = [before, after].map(|side| side.map(|side| side.bytes).unwrap_or_default());
    if old == new {
        return String::new();
    }
    let name = |side: Option<Side<'_>>, prefix| {
        side.map_or_else(|| "/dev/null".to_owned(), |side| quoted(prefix, side.path))
    };
    let (from, to) = (name(before, "a/"), name(after, "b/"));
    if !is_printable(old) || !is_printable(new) {
        return format!("Binary files {from} and {to} differ\n");
    }
    // Programs other than git read the text after a space as a date, unless there is a tab.
    let tab = |name: &str| if name.contains(' ') { "\t" } else { "" };
    let hunks = hunks(old, new);
    format!("--- {from}{}\n+++ {to}{}\n{hunks}", tab(&from), tab(&to))
}

/// Whether the bytes can be printed in a diff.
fn is_printable(bytes: &[u8]) -> bool {
    is_text(bytes) && std::str::from_utf8(bytes).is_ok()
}

/// Quotes a path as git does, so that a line end in a name cannot begin the diff of another file.
fn quoted(side: &str, path: &str) -> String {
    let is_odd = |c: char| c.is_control() || c == '"' || c == '\\';
    if !path.contains(is_odd) {
        return format!("{side}{path}");
    }
    let mut text = format!("\"{side}");
    for c in path.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                text.extend(bytes.map(|byte| format!("\\{byte:03o}")));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_lint::skill_files::MemoryFiles;

    fn regular<'a>(path: &'a str, text: &'a str) -> Side<'a> {
        Side {
            path,
            mode: Mode::Regular,
            bytes: text.as_bytes(),
        }
    }

    #[test]
    fn unified_file_prints_each_kind_of_change_as_git() {
        let old = regular("a", "x\n");
        let program = Side {
            mode: Mode::Executable,
            ..old
        };
        let link = Side {
            mode: Mode::Link,
            bytes: b"x",
            ..old
        };
        let added =
            "diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n";
        assert_eq!(unified_file(None, Some(old)), added);
        let gone = "diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
        assert_eq!(unified_file(Some(old), None), gone);
        let mode = "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n";
        assert_eq!(unified_file(Some(old), Some(program)), mode);
        let moved = "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n";
        assert_eq!(unified_file(Some(old), Some(regular("b", "x\n"))), moved);
        let turned = unified_file(Some(old), Some(link));
        assert!(turned.starts_with(gone) && turned.contains("new file mode 120000\n"));
        let binary = "diff --git a/a b/a\nBinary files a/a and b/a differ\n";
        assert_eq!(unified_file(Some(old), Some(regular("a", "\0"))), binary);
        assert_eq!(unified_file(Some(old), Some(old)), "");
        assert_eq!(unified_file(None, None), "");
        let empty = "diff --git a/a b/a\nnew file mode 100644\n";
        assert_eq!(unified_file(None, Some(regular("a", ""))), empty);
    }

    #[test]
    fn unified_prefixes_and_quotes_paths() {
        let after = MemoryFiles::new("pdf").with("x\n\"é", "y");
        let text = unified(None, &after, "skills/pdf/");
        let name = "b/skills/pdf/x\\012\\\"é\"";
        assert!(text.contains(&format!("+++ \"{name}\n")), "{text}");
        assert!(unified(None, &after, "").contains("+++ \"b/x"));
    }
}
