//! SK003: `SKILL.md` begins with a byte order mark.

use crate::diagnostic::{Fix, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK003",
    name: "byte-order-mark",
    severity: Severity::Warning,
    summary: "`SKILL.md` begins with a byte order mark",
    why: "The three bytes come before the first `---`: the reference checker refuses the file, and so does a client that compares bytes; 2 of 15,780 published versions have it.",
    example: "\\u{feff}---\nname: pdf",
    how_to_fix: "save the file as UTF-8 without a byte order mark",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// The byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let bytes = skill.skill_md.as_deref().unwrap_or_default();
    if !bytes.starts_with(MARK) {
        return Vec::new();
    }
    let fix = Fix::safe("remove the byte order mark", Span::new(0, MARK.len()), "");
    // The mark is invisible, so there is nothing to underline.
    let finding = Finding::new(
        Span::at(0),
        "there is a byte order mark before the first `---`",
    );
    vec![finding.with_fix(fix)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Change, Edit};
    use crate::profile::Profile;
    use crate::skill_files::MemoryFiles;

    #[test]
    fn fix_removes_only_the_mark() {
        let found = |text: &[u8]| {
            let view = MemoryFiles::new("a").with("SKILL.md", text);
            check(&ParsedSkill::new(&view, Profile::default()))
        };
        let marked = found(b"\xef\xbb\xbf---\nname: a\n---\n");
        let edit = Edit {
            span: Span::new(0, 3),
            replacement: String::new(),
        };
        let fix = marked[0].fix.as_ref().unwrap();
        assert_eq!(fix.change, Change::Edit(vec![edit]));
        assert_eq!(found(b"---\nname: \xef\xbb\xbf\n---\n"), []);
    }
}
