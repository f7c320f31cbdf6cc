//! References through the whole validator.

use super::*;
use crate::diagnostic::{Change, Severity};
use crate::skill_files::MemoryFiles;

/// What is found of references in a skill at `skills/a` of a repository, by code, severity and file.
fn of_references(view: &MemoryFiles) -> Vec<(&'static str, Severity, String)> {
    let found = validate(view, &Settings::default()).diagnostics.into_iter();
    let found = found.filter(|found| found.code.starts_with("SK3"));
    found
        .map(|found| (found.code, found.severity, found.file))
        .collect()
}

fn skill_that_says(body: &str) -> MemoryFiles {
    let text = format!("---\nname: a\ndescription: b\n---\n{body}\n");
    MemoryFiles::new("a")
        .with("SKILL.md", text)
        .with("references/b.md", "# B\n")
}

#[test]
fn what_leaves_the_skill_is_judged_by_its_repository() {
    let body = "b [x](../c/references/x.md) [y](../../LICENSE.md) `../c/SKILL.md`";
    let here = |code, severity| (code, severity, "SKILL.md".to_owned());
    let known = skill_that_says(body).inside(
        "skills/a",
        &["skills/c/SKILL.md", "skills/c/references/x.md"],
    );
    let checked = validate(&known, &Settings::default());
    assert_eq!(checked.siblings, ["skills/c"]);
    assert_eq!(
        of_references(&known),
        [
            here("SK305", Severity::Warning),
            here("SK301", Severity::Error),
            here("SK305", Severity::Warning)
        ]
    );
    // Without a repository nobody knows.
    let unknown = skill_that_says(body);
    assert_eq!(
        of_references(&unknown),
        [
            here("SK305", Severity::Warning),
            here("SK305", Severity::Warning)
        ]
    );
    assert!(validate(&unknown, &Settings::default()).siblings.is_empty());
    // It may leave and come back.
    let back = skill_that_says("[b](../a/references/b.md)").inside("skills/a", &[]);
    assert_eq!(of_references(&back), []);
    // A skill around this one is no sibling.
    let nested = skill_that_says("b [up](../SKILL.md)").inside("skills/a", &["skills/SKILL.md"]);
    assert_eq!(validate(&nested, &Settings::default()).siblings, [""; 0]);
}

#[test]
fn a_page_that_people_fill_in_is_told_of_but_mildly() {
    use Severity::{Error, Info, Warning};
    let body = "[x](x.md) `references/y.md` [z](../SKILL.md#nothing)\n";
    let view = skill_that_says("b, page")
        .with("references/page.md", body)
        .with("assets/page.md", body);
    let severities: Vec<_> = of_references(&view)
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
fn the_right_spelling_replaces_the_path_and_nothing_else() {
    let text = "b\n[references/B.md](./references/B.md#b \"references/B.md\") `references/B.md` <a href='references/B.md'> [x][y]\n\n[y]: references/B.md";
    let view = skill_that_says(text);
    let skill_md = format!("---\nname: a\ndescription: b\n---\n{text}\n");
    let found = validate(&view, &Settings::default()).diagnostics;
    let mended: Vec<String> = found
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
        mended,
        [
            "s/B.md](./references/b.md#b",
            "B.md\") `references/b.md` ",
            "a href='references/b.md'>"
        ]
    );
    // What is defined elsewhere has no fix, but is found.
    let count = found.iter().filter(|found| found.code == "SK304").count();
    assert_eq!(count, 4);
}

#[test]
fn thousands_of_files_that_name_each_other_come_to_an_end() {
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
