//! SK116: `license` is not a string, or names a missing file.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_index;
use crate::rule::{Check, Finding, Rule};
use crate::string_field;

pub(crate) const RULE: Rule = Rule {
    code: "SK116",
    name: "license",
    severity: Severity::Warning,
    summary: "`license` is not a string, or names a file that is not in the skill",
    why: "The specification defines it as the name of a license or of a file bundled with the skill, and only bundled files are installed.",
    example: "license: Complete terms in LICENSE.txt",
    how_to_fix: "add the file to the skill, or write the name of the license",
    check: Check::Field("license", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let Some(text) = field.value.text() else {
        let help = "write the name of the license, or remove the field";
        return Some(
            Finding::new(field.value_span, string_field::not_a_string(field)?).with_help(help),
        );
    };
    let missing = files_named(text).find(|file| !exists(skill, file))?;
    let message = format!("`license` names the file `{missing}`, which is not in the skill");
    Some(Finding::new(field.value_span, message))
}

fn exists(skill: &ParsedSkill<'_>, file: &str) -> bool {
    let path = file.strip_prefix("./").unwrap_or(file);
    path_index::join("", path).is_some_and(|path| skill.paths.find_exact(&path).is_some())
}

/// Returns the files that the text names. `LICENSE` inside the name of a license (`CeCILL FREE
/// SOFTWARE LICENSE AGREEMENT`) is not a file: a file is the only word, or follows a word such as
/// `in`.
fn files_named(text: &str) -> impl Iterator<Item = &str> {
    let is_alone = text.split_whitespace().nth(1).is_none();
    let mut before = "";
    text.split_whitespace().filter_map(move |word| {
        let leads = ["in", "see", "file", "the"]
            .iter()
            .any(|lead| before.eq_ignore_ascii_case(lead));
        before = word;
        file_named(word).filter(|file| is_alone || leads || file.contains(['.', '/']))
    })
}

/// Returns the word if it looks like a file name: `LICENSE`, `LICENSE.txt`, `docs/terms.md`, but
/// not `MIT/Apache-2.0` or a URL.
fn file_named(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '/'));
    let name = word.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let is_text = ["txt", "md", "rst"]
        .iter()
        .any(|text| extension.eq_ignore_ascii_case(text));
    let is_license = ["LICENSE", "LICENCE", "COPYING"].contains(&stem);
    let is_file = is_text && !stem.is_empty() || is_license && extension.is_empty();
    (is_file && !word.contains("//") && !word.starts_with("..")).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::{file_named, files_named};

    #[test]
    fn license_name_with_the_word_license_is_not_a_file() {
        let files = |text| files_named(text).collect::<Vec<_>>();
        assert_eq!(files("LICENSE"), ["LICENSE"]);
        assert_eq!(files("Complete terms in LICENSE"), ["LICENSE"]);
        assert_eq!(files("MIT, LICENSE.txt has it all"), ["LICENSE.txt"]);
        assert_eq!(files("CeCILL FREE SOFTWARE LICENSE AGREEMENT"), [""; 0]);
    }

    #[test]
    fn file_names_and_license_names_are_distinguished() {
        for file in ["LICENSE", "LICENSE.txt", "./docs/terms.md", "COPYING"] {
            assert_eq!(file_named(file), Some(file));
        }
        assert_eq!(file_named("(LICENSE.txt)."), Some("LICENSE.txt"));
        for other in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0.",
            "License",
            "license",
            "https://a.b/LICENSE.txt",
            ".md",
        ] {
            assert_eq!(file_named(other), None, "{other}");
        }
    }
}
