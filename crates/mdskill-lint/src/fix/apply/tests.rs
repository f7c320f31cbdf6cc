use super::*;
use crate::Level;
use crate::SKILL_FILE;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter;
use crate::skill_files::MemoryFiles;
use crate::span::{Position, Span};

const PAGE: &str = "---\nname: a\ndescription: b\n---\nText\n";

/// Returns a finding of an invented rule, with this fix.
fn found(file: &str, severity: Severity, fix: Fix) -> Diagnostic {
    Diagnostic {
        code: "SK999",
        severity,
        file: file.to_owned(),
        start: Position::START,
        end: Position::START,
        message: "invented".to_owned(),
        help: String::new(),
        blocks_loading: false,
        refuses: false,
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

/// Returns a check that also reports each first text of `rules`, with a fix that replaces it by the second.
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
                        let fix = Fix::safe("replace it", Span::new(at, at + wrong.len()), *right);
                        found(&entry.path, Severity::Warning, fix)
                    }));
            }
        }
        checked
    }
}

fn fix_all(skill: &MemoryFiles, check: &Check) -> FixOutcome {
    run(
        skill,
        &Settings::default(),
        &|found| FixFilter::from(Safety::Safe).takes(found),
        check,
    )
}

fn text_of<'a>(outcome: &'a FixOutcome, path: &str) -> Option<&'a str> {
    let change = outcome.changes.iter().find(|change| change.path == path)?;
    change.text.as_ref().map(|(_, after)| after.as_str())
}

#[test]
fn skill_without_fixes_is_unchanged() {
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let outcome = apply_fixes(&skill, &Settings::default(), Safety::Unsafe);
    assert!(outcome.changes.is_empty() && outcome.fixed.is_empty());
    assert_eq!(outcome.checked.facts.name.unwrap().text, "a");
}

#[test]
fn fixes_are_applied_until_none_is_left() {
    let check = replacing(&[("aaa", "aa"), ("aa", "b")]);
    let skill = MemoryFiles::new("a")
        .with("SKILL.md", PAGE.replace("Text", "aaa\nbad aaa"))
        .with("b.md", "x aa");
    let outcome = fix_all(&skill, &check);
    assert_eq!(
        text_of(&outcome, "SKILL.md"),
        Some(PAGE.replace("Text", "b\nbad b").as_str())
    );
    assert_eq!(text_of(&outcome, "b.md"), Some("x b"));
    assert!(outcome.checked.diagnostics.is_empty());
}

#[test]
fn fix_that_breaks_frontmatter_is_refused() {
    let check = replacing(&[("name: a", "name: [a"), ("Text", "Words"), ("b\n-", "c\n-")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let outcome = fix_all(&skill, &check);
    assert_eq!(
        text_of(&outcome, "SKILL.md"),
        Some("---\nname: a\ndescription: c\n---\nWords\n")
    );
    assert_eq!(outcome.fixed.len(), 2);
    assert_eq!(outcome.checked.diagnostics.len(), 1);
}

#[test]
fn fix_that_adds_error_of_disabled_rule_is_refused() {
    let check = replacing(&[("Text", "[x](references/gone.md)")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    assert!(fix_all(&skill, &check).changes.is_empty());
    let mut settings = Settings::default();
    settings.set("SK3", Level::Off).unwrap();
    let counts = |_: &Diagnostic| true;
    let outcome = run(&skill, &settings, &counts, &check);
    assert!(outcome.changes.is_empty());
}

#[test]
fn fixes_that_undo_each_other_are_refused() {
    let check = replacing(&[("Text", "Txet"), ("Txet", "Text")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    assert!(fix_all(&skill, &check).changes.is_empty());
    let growing = replacing(&[("Text", "TextText")]);
    assert!(fix_all(&skill, &growing).changes.is_empty());
}

#[test]
fn frontmatter_errors_are_fixed_one_by_one() {
    // Like a rule that reports only the first error of the YAML.
    let check = |skill: &dyn SkillFiles, settings: &Settings| {
        let mut checked = validate(skill, settings);
        let text = skill.read(SKILL_FILE).unwrap().into_owned();
        if let Err(error) = frontmatter::parse(&text) {
            let at = error.span.start;
            let fix = Fix::safe("replace it", Span::new(at, at + 1), "-");
            checked.diagnostics.clear();
            checked
                .diagnostics
                .push(found(SKILL_FILE, Severity::Error, fix));
        }
        checked
    };
    let page = "---\nname: a\ndescription: @b\nx: @c\ny: `d\n---\n";
    let skill = MemoryFiles::new("a").with("SKILL.md", page);
    let outcome = fix_all(&skill, &check);
    assert_eq!(
        text_of(&outcome, "SKILL.md"),
        Some("---\nname: a\ndescription: -b\nx: -c\ny: -d\n---\n")
    );
    assert_eq!(outcome.fixed.len(), 3);
}

#[test]
fn file_is_edited_renamed_and_made_executable() {
    let check = |skill: &dyn SkillFiles, settings: &Settings| {
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
    let outcome = fix_all(&skill, &check);
    let renamed = FileChange {
        text: Some((
            "--\nname: a\n---\n".to_owned(),
            "---\nname: a\n---\n".to_owned(),
        )),
        renamed_to: Some("SKILL.md".to_owned()),
        becomes_executable: true,
        path: "skill.md".to_owned(),
    };
    assert!(outcome.changes.contains(&renamed), "{:?}", outcome.changes);
    assert!(
        outcome.changes[1..]
            .iter()
            .all(|change| change.renamed_to.is_none()),
        "{:?}",
        outcome.changes
    );
}

#[test]
fn filter_takes_unsafe_fixes_only_on_request() {
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
fn apply_fixes_to_file_edits_only_that_file() {
    let page = PAGE.replace("---\nText", "allowed-tools: Read, Grep\n---\nText");
    let skill = MemoryFiles::new("a").with("SKILL.md", &page);
    let settings = Settings::default();
    let outcome = apply_fixes_to_file(&skill, "SKILL.md", &settings, Safety::Unsafe);
    assert_eq!(
        text_of(&outcome, "SKILL.md"),
        Some(page.replace(',', "").as_str())
    );
    assert!(
        apply_fixes_to_file(&skill, "b.md", &settings, Safety::Unsafe)
            .changes
            .is_empty()
    );
}

#[test]
fn binary_file_is_not_edited() {
    let check = replacing(&[("zz", "y")]);
    let skill = MemoryFiles::new("a")
        .with("SKILL.md", PAGE)
        .with("b.md", b"zz\xff");
    assert!(fix_all(&skill, &check).changes.is_empty());
}

#[test]
fn fix_that_would_introduce_an_error_is_reported() {
    let check = replacing(&[("Text", "[x](references/gone.md)"), ("b\n-", "c\n-")]);
    let skill = MemoryFiles::new("a").with("SKILL.md", PAGE);
    let outcome = fix_all(&skill, &check);
    assert_eq!(outcome.fixed.len(), 1);
    let [refused] = outcome.refused.as_slice() else {
        panic!("{:?}", outcome.refused);
    };
    assert_eq!(refused.finding.code, "SK999");
    assert_eq!(refused.reason, "it would introduce an error SK301");
}
