//! SK202: `name` violates the specification.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::name;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK202",
    name: "name-invalid",
    severity: Severity::Error,
    // VS Code does not load it; the Copilot CLI, Codex, and Claude Code do.
    blocks_loading: false,
    summary: "`name` is not 1-64 characters of `a-z`, `0-9` and single inner `-`",
    why: "VS Code documents that a skill with invalid characters in its name silently fails to load; 121 of 2,672 public skills.",
    example: "name: Ahrefs Automation",
    how_to_fix: "use only `a-z`, `0-9` and single hyphens, and rename the folder to match",
    fixable: Fixable::Unsafe,
    check: Check::Field("name", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let name = field.value.text().filter(|name| !name.is_empty())?;
    let reasons = name::specification_faults(name);
    if reasons.is_empty() {
        return None;
    }
    let shown = naming::shortened(name);
    let foreign = name.chars().find(|c| !c.is_ascii() && c.is_alphanumeric());
    let folder = skill.files.folder();
    let help = match foreign {
        None if naming::is_valid(folder) => {
            format!("rename it to `{folder}`, the name of its folder")
        }
        None => RULE.how_to_fix.to_owned(),
        Some(letter) => format!(
            "{}; the reference checker allows `{letter}`, but VS Code does not load the skill",
            RULE.how_to_fix
        ),
    };
    // Clients that use folder names know the skill by the name of its folder already. A folder with
    // an invalid name has to be renamed, too, which has no automatic fix.
    let better = match folder {
        "" => naming::slug(name),
        folder if naming::is_valid(folder) => Some(folder.to_owned()),
        _ => None,
    };
    let fix = better.and_then(|better| naming::rename_fix(skill.skill_text(), field, &better));
    let message = format!(
        "`{shown}` is not a valid skill name: {}",
        reasons.join("; ")
    );
    Some(
        Finding::new(field.value_span, message)
            .with_help(help)
            .with_fix(fix),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Change, Edit};
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;
    use crate::span::Span;

    fn replacement(folder: &str, name: &str) -> Option<String> {
        let text = format!("---\nname: {name}\n---\n");
        let view = MemoryFiles::new(folder).with("SKILL.md", &text);
        let found = RULE
            .check
            .findings(&ParsedSkill::new(&view, Profile::default()));
        let Change::Edit(edits) = found[0].fix.clone()?.change else {
            return None;
        };
        let [Edit { span, replacement }] = <[Edit; 1]>::try_from(edits).unwrap();
        assert_eq!(span, Span::new(10, 10 + name.len()));
        Some(replacement)
    }

    #[test]
    fn valid_folder_name_is_preferred_to_a_slug() {
        assert_eq!(replacement("pdf", "PDF Tools").as_deref(), Some("pdf"));
        assert_eq!(
            replacement("", "'PDF Tools'").as_deref(),
            Some("'pdf-tools'")
        );
        assert_eq!(replacement("", "Café"), None);
    }
}
