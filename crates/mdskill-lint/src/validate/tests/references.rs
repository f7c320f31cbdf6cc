//! References, tested with the whole validator.

use super::*;
use crate::diagnostic::{Change, Severity};
use crate::skill_files::MemoryFiles;

/// Returns the code, severity and file of each finding about references.
fn reference_findings(skill: &MemoryFiles) -> Vec<(&'static str, Severity, String)> {
    let found = validate(skill, &Settings::default())
        .diagnostics
        .into_iter();
    let found = found.filter(|found| found.code.starts_with("SK3"));
    found
        .map(|found| (found.code, found.severity, found.file))
        .collect()
}

fn skill_with_body(body: &str) -> MemoryFiles {
    let text = format!("---\nname: a\ndescription: b\n---\n{body}\n");
    MemoryFiles::new("a")
        .with("SKILL.md", text)
        .with("references/b.md", "# B\n")
}

#[test]
fn paths_outside_skill_are_resolved_in_repository() {
    let body = "b [x](../c/references/x.md) [y](../../LICENSE.md) `../c/SKILL.md`";
    let here = |code, severity| (code, severity, "SKILL.md".to_owned());
    let known = skill_with_body(body).inside(
        "skills/a",
        &["skills/c/SKILL.md", "skills/c/references/x.md"],
    );
    let checked = validate(&known, &Settings::default());
    assert_eq!(checked.siblings, ["skills/c"]);
    assert_eq!(
        reference_findings(&known),
        [
            here("SK305", Severity::Warning),
            here("SK301", Severity::Error),
            here("SK305", Severity::Warning)
        ]
    );
    // Without a repository it is not known whether the paths exist.
    let unknown = skill_with_body(body);
    assert_eq!(
        reference_findings(&unknown),
        [
            here("SK305", Severity::Warning),
            here("SK305", Severity::Warning)
        ]
    );
    assert!(validate(&unknown, &Settings::default()).siblings.is_empty());
    // A path may leave the skill and lead back into it.
    let back = skill_with_body("[b](../a/references/b.md)").inside("skills/a", &[]);
    assert_eq!(reference_findings(&back), []);
    // A skill that contains this one is not a sibling.
    let nested = skill_with_body("b [up](../SKILL.md)").inside("skills/a", &["skills/SKILL.md"]);
    assert_eq!(validate(&nested, &Settings::default()).siblings, [""; 0]);
}

#[test]
fn findings_on_auxiliary_pages_are_notes() {
    use Severity::{Error, Info, Warning};
    let body = "[x](x.md) `references/y.md` [z](../SKILL.md#nothing)\n";
    let skill = skill_with_body("b, page")
        .with("references/page.md", body)
        .with("assets/page.md", body);
    let severities: Vec<_> = reference_findings(&skill)
        .into_iter()
        .map(|(code, severity, file)| (file.starts_with("assets"), code, severity))
        .collect();
    assert_eq!(
        severities,
        [
            (true, "SK301", Info),
            (true, "SK302", Info),
            (true, "SK308", Info),
            (false, "SK301", Error),
            (false, "SK302", Warning),
            (false, "SK308", Warning),
        ]
    );
}

#[test]
fn case_fix_replaces_only_the_path() {
    let text = "b\n[references/B.md](./references/B.md#b \"references/B.md\") `references/B.md` <a href='references/B.md'> [x][y]\n\n[y]: references/B.md";
    let skill = skill_with_body(text);
    let skill_md = format!("---\nname: a\ndescription: b\n---\n{text}\n");
    let found = validate(&skill, &Settings::default()).diagnostics;
    let fixed: Vec<String> = found
        .iter()
        .filter(|found| found.code == "SK304")
        .filter_map(|found| match &found.fix.as_ref()?.change {
            Change::Edit(edits) => Some(format!(
                "{}{}{}",
                &skill_md[edits[0].span.start - 8..edits[0].span.start],
                edits[0].replacement,
                &skill_md[edits[0].span.end..edits[0].span.end + 2]
            )),
            _ => None,
        })
        .collect();
    assert_eq!(
        fixed,
        [
            "s/B.md](./references/b.md#b",
            "B.md\") `references/b.md` ",
            "a href='references/b.md'>"
        ]
    );
    // A link whose target is defined elsewhere is found, but has no fix.
    let count = found.iter().filter(|found| found.code == "SK304").count();
    assert_eq!(count, 4);
}

#[test]
fn many_files_with_links_take_linear_time() {
    let links = |n: usize| {
        format!(
            "[next]({}.md) [far](../../{n}/x.md) `assets/{n}.md`\n",
            n + 1
        )
    };
    let files = (0..3000).map(|n| (format!("references/{n}.md"), links(n)));
    let skill = MemoryFiles::new("a").with("SKILL.md", "---\nname: a\ndescription: b\n---\n");
    let skill = files.fold(skill, |skill, (path, text)| skill.with(&path, text));
    let skill = skill.inside("skills/a", &["skills/b/SKILL.md"]);
    assert!(validate(&skill, &Settings::default()).diagnostics.len() >= 6000);
}
