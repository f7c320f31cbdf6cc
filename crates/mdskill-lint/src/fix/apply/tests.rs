use super::*;
use crate::Level;
use crate::SKILL_FILE;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter;
use crate::skill_files::MemoryFiles;
use crate::span::{Position, Span};

const PAGE: &str = "---\nname: a\ndescription: b\n---\nText\n";

/// A finding that nobody's rule has, with this fix.
fn found(file: &str, severity: Severity, fix: Fix) -> Diagnostic {
    Diagnostic {
        code: "SK999",
        severity,
        file: file.to_owned(),
        start: Position::START,
        end: Position::START,
        message: "made up".to_owned(),
        help: String::new(),
        blocks_loading: false,
        excerpt: None,
        edit_places: Vec::new(),
        fix: Some(fix),
    }
}

fn change(change: Change) -> Fix {
    Fix {
        title: "change it".to_owned(),
        safety: Safety::Safe,
        change,
    }
}

/// A look that also finds each `wrong` in a file, to be replaced as it says.
fn replacing(
    rules: &'static [(&'static str, &'static str)],
) -> impl Fn(&dyn SkillFiles, &Settings) -> ValidationResult {
    move |skill, settings| {
        let mut checked = validate(skill, settings);
        for entry in skill.entries() {
            let text = skill.read(&entry.path).unwrap().into_owned();
            let text = String::from_utf8_lossy(&text);
            for (wrong, right) in rules {
                checked
                    .diagnostics
                    .extend(text.match_indices(wrong).map(|(at, _)| {
                        let fix = Fix::safe("say it well", Span::new(at, at + wrong.len()), *right);
                        found(&entry.path, Severity::Warning, fix)
                    }));
            }
        }
        checked
    }
}

fn mended(skill: &MemoryFiles, look: &Check) -> FixOutcome {
    run(
        skill,
        &Settings::default(),
        &|found| FixFilter::from(Safety::Safe).takes(found),
        look,
    )
}

fn text_of<'a>(mended: &'a FixOutcome, path: &str) -> Option<&'a str> {
    let change = mended.changes.iter().find(|change| change.path == path)?;
    change.text.as_ref().map(|(_, after)| after.as_str())
}

#[test]
fn nothing_to_mend_costs_one_look_and_changes_nothing() {
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let mended = apply_fixes(&skill, &Settings::default(), Safety::Unsafe);
    assert!(mended.changes.is_empty() && mended.fixed.is_empty());
    assert_eq!(mended.checked.facts.name.unwrap().text, "a");
}

#[test]
fn rounds_go_on_until_nothing_is_left() {
    let look = replacing(&[("aaa", "aa"), ("aa", "b")]);
    let skill = MemoryFiles::new("a")
        .with("SKILL.md", PAGE.replace("Text", "aaa\nbad aaa"))
        .with("b.md", "x aa");
    let mended = mended(&skill, &look);
    assert_eq!(
        text_of(&mended, "SKILL.md"),
        Some(PAGE.replace("Text", "b\nbad b").as_str())
    );
    assert_eq!(text_of(&mended, "b.md"), Some("x b"));
    assert!(mended.checked.diagnostics.is_empty());
}

#[test]
fn what_would_break_the_frontmatter_is_left_and_the_rest_is_done() {
    let look = replacing(&[("name: a", "name: [a"), ("Text", "Words"), ("b\n-", "c\n-")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let mended = mended(&skill, &look);
    assert_eq!(
        text_of(&mended, "SKILL.md"),
        Some("---\nname: a\ndescription: c\n---\nWords\n")
    );
    assert_eq!(mended.fixed.len(), 2);
    assert_eq!(mended.checked.diagnostics.len(), 1);
}

#[test]
fn what_adds_an_error_is_left_even_when_that_is_not_looked_for() {
    let look = replacing(&[("Text", "[x](references/gone.md)")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    assert!(mended(&skill, &look).changes.is_empty());
    let mut settings = Settings::default();
    settings.set("SK3", Level::Off).unwrap();
    let counts = |_: &Diagnostic| true;
    let mended = run(&skill, &settings, &counts, &look);
    assert!(mended.changes.is_empty());
}

#[test]
fn two_rules_that_undo_each_other_come_to_rest() {
    let look = replacing(&[("Text", "Txet"), ("Txet", "Text")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    assert!(mended(&skill, &look).changes.is_empty());
    let growing = replacing(&[("Text", "TextText")]);
    assert!(mended(&skill, &growing).changes.is_empty());
}

#[test]
fn a_frontmatter_is_mended_fault_by_fault() {
    // As a rule does that sees only the first fault of a YAML.
    let look = |skill: &dyn SkillFiles, settings: &Settings| {
        let mut checked = validate(skill, settings);
        let text = skill.read(SKILL_FILE).unwrap().into_owned();
        if let Err(error) = frontmatter::parse(&text) {
            let at = error.span.start;
            let fix = Fix::safe("drop it", Span::new(at, at + 1), "-");
            checked.diagnostics.clear();
            checked
                .diagnostics
                .push(found(SKILL_FILE, Severity::Error, fix));
        }
        checked
    };
    let page = "---\nname: a\ndescription: @b\nx: @c\ny: `d\n---\n";
    let skill = MemoryFiles::new("a").with("SKILL.md", page);
    let mended = mended(&skill, &look);
    assert_eq!(
        text_of(&mended, "SKILL.md"),
        Some("---\nname: a\ndescription: -b\nx: -c\ny: -d\n---\n")
    );
    assert_eq!(mended.fixed.len(), 3);
}

#[test]
fn a_file_is_edited_renamed_and_made_executable_at_once() {
    let look = |skill: &dyn SkillFiles, settings: &Settings| {
        let mut checked = validate(skill, settings);
        checked.diagnostics.clear();
        for (path, to) in [
            ("skill.md", "SKILL.md"),
            ("x.md", "taken.md"),
            ("y.md", "../y"),
        ] {
            if skill.entries().iter().any(|entry| entry.path == path) {
                for what in [
                    Change::Edit(vec![Edit {
                        span: Span::new(0, 0),
                        replacement: "-".to_owned(),
                    }]),
                    Change::Rename(to.to_owned()),
                    Change::MakeExecutable,
                ] {
                    let is_done = matches!(what, Change::Edit(_)) && path != "skill.md";
                    if !is_done {
                        checked
                            .diagnostics
                            .push(found(path, Severity::Error, change(what)));
                    }
                }
            }
        }
        checked
    };
    let skill = MemoryFiles::new("a")
        .with("skill.md", "--\nname: a\n---\n")
        .with("x.md", "")
        .with("y.md", "")
        .with("Taken.md", "");
    let mended = mended(&skill, &look);
    let renamed = FileChange {
        text: Some((
            "--\nname: a\n---\n".to_owned(),
            "---\nname: a\n---\n".to_owned(),
        )),
        renamed_to: Some("SKILL.md".to_owned()),
        becomes_executable: true,
        path: "skill.md".to_owned(),
    };
    assert!(mended.changes.contains(&renamed), "{:?}", mended.changes);
    assert!(
        mended.changes[1..]
            .iter()
            .all(|change| change.renamed_to.is_none()),
        "{:?}",
        mended.changes
    );
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let found = |safety| {
        let fix = Fix {
            safety,
            ..change(Change::MakeExecutable)
        };
        found("x", Severity::Info, fix)
    };
    assert!(FixFilter::from(Safety::Safe).takes(&found(Safety::Safe)));
    assert!(!FixFilter::from(Safety::Safe).takes(&found(Safety::Unsafe)));
    assert!(FixFilter::from(Safety::Unsafe).takes(&found(Safety::Unsafe)));
}

#[test]
fn one_file_alone_is_mended_and_only_its_text() {
    let page = PAGE.replace("---\nText", "allowed-tools: Read, Grep\n---\nText");
    let skill = MemoryFiles::new("a").with("SKILL.md", &page);
    let settings = Settings::default();
    let mended = apply_fixes_to_file(&skill, "SKILL.md", &settings, Safety::Unsafe);
    assert_eq!(
        text_of(&mended, "SKILL.md"),
        Some(page.replace(',', "").as_str())
    );
    assert!(
        apply_fixes_to_file(&skill, "b.md", &settings, Safety::Unsafe)
            .changes
            .is_empty()
    );
}

#[test]
fn what_is_no_text_is_not_edited() {
    let look = replacing(&[("zz", "y")]);
    let skill = MemoryFiles::new("a")
        .with("SKILL.md", PAGE)
        .with("b.md", b"zz\xff");
    assert!(mended(&skill, &look).changes.is_empty());
}

#[test]
fn fix_that_would_introduce_an_error_is_reported() {
    let look = replacing(&[("Text", "[x](references/gone.md)"), ("b\n-", "c\n-")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let outcome = mended(&skill, &look);
    assert_eq!(outcome.fixed.len(), 1);
    let [refused] = outcome.refused.as_slice() else {
        panic!("{:?}", outcome.refused);
    };
    assert_eq!(refused.finding.code, "SK999");
    assert_eq!(refused.reason, "it would introduce an error SK301");
}
