//! SK203: `name` is not the name of the folder.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK203",
    name: "name-not-folder",
    severity: Severity::Error,
    summary: "`name` differs from the name of the folder",
    why: "The specification requires them to be equal: some versions of VS Code refuse the skill, others use the name of the folder; 133 of 2,672 public skills differ.",
    example: "pdf-tools/SKILL.md with name: pdf",
    how_to_fix: "give the skill and its folder the same name",
    fixable: Fixable::Unsafe,
    check: Check::Field("name", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let folder = skill.files.folder();
    let name = field.value.text().filter(|name| !name.is_empty())?;
    // A skill at the root of its repository does not have its own folder.
    if folder.is_empty() || name == folder {
        return None;
    }
    let (name, folder_shown) = (naming::shortened(name), naming::shortened(folder));
    let message = format!("`name` is `{name}`, but the folder is `{folder_shown}`");
    let fix = naming::is_valid(folder)
        .then(|| naming::rename_fix(skill.skill_text(), field, folder))
        .flatten();
    Some(Finding::new(field.value_span, message).with_fix(fix))
}
