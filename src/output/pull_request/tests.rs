//! Compares whole pages with `testdata/summary`. `SNAPSHOTS=overwrite cargo test --lib pull_request` writes them.

mod sample;

use std::fmt::Write;
use std::path::Path;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use self::sample::{HOSTILE, change, differences, everything, gains};
use super::*;
use crate::merge::ConflictKind;
use mdskill_lint::capability::Kind;

/// Asserts that a page is the file of that name in `testdata/summary`.
#[track_caller]
fn assert_page(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/summary")
        .join(name);
    let expected = snapbox::Data::read_from(&path, Some(snapbox::data::DataFormat::Text)).raw();
    snapbox::Assert::new()
        .action_env(snapbox::assert::DEFAULT_ACTION_ENV)
        .eq(snapbox::Data::text(actual).raw(), expected);
}

#[test]
fn page_begins_with_the_items_that_need_review() {
    assert_page(
        "everything.md",
        &summary(&everything(), &differences(&everything()), MAX_BODY_BYTES),
    );
    let quiet = Report {
        unchanged: 3,
        ..Report::default()
    };
    assert_page(
        "nothing.md",
        &summary(&quiet, &BTreeMap::new(), MAX_BODY_BYTES),
    );
    let one = Report {
        skills: vec![change("pdf")],
        dry_run: true,
        ..Report::default()
    };
    assert_page("one.md", &summary(&one, &differences(&one), MAX_BODY_BYTES));
}

#[test]
fn skill_with_two_folders_counts_once_in_the_headline() {
    let mut report = everything();
    let before = headline(&report);
    let mut second = report.left_alone[0].clone();
    second.place.insert_str(0, ".claude/");
    report.left_alone.push(second);
    assert_eq!(headline(&report), before);
    assert!(before.contains("1 not changed"), "{before}");
}

#[test]
fn long_page_omits_its_diffs_first_and_counts_them() {
    let mut report = everything();
    report.skills.insert(0, change("big"));
    let mut big = differences(&report);
    let mut diff = String::new();
    for line in 0..2_000 {
        let _ = writeln!(diff, "+line {line} of a long page");
    }
    big.insert("big".to_owned(), diff);
    let page = summary(&report, &big, MAX_BODY_BYTES);
    assert!(page.contains("… 1900 more lines\n"), "{page}");
    assert_eq!(page.matches("<details>").count(), 3);
    assert!(!page.contains("Not shown"));
    let max = summary(&report, &BTreeMap::new(), MAX_BODY_BYTES).len() + 1_000;
    let bare = summary(&report, &big, max);
    assert!(bare.len() <= max);
    for kept in ["| [big](", "**Hooks", "docs.example", "**Conflict:**"] {
        assert!(bare.contains(kept), "{kept} is cut: {bare}");
    }
    assert!(!bare.contains("<details>"));
    let last = bare.lines().last().unwrap();
    assert!(
        last.contains("limit:** 3 of “Diffs”. Use `mdskill diff NAME`"),
        "{bare}"
    );
}

#[test]
fn page_never_exceeds_its_limit() {
    let report = everything();
    let differences = differences(&report);
    let whole = summary(&report, &differences, 100_000).len();
    for max in (0..whole + 2_500).step_by(61) {
        let page = summary(&report, &differences, max);
        assert!(page.len() <= max, "{} > {max}", page.len());
        is_sound(&page);
    }
}

/// Checks that GitHub finds only the markup of this module in the page.
#[track_caller]
fn is_sound(page: &str) {
    let (mut open, mut cells, mut text) = (0_i32, 0, String::new());
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim_end();
                if html.starts_with("<details><summary><code>") && html.ends_with("</summary>") {
                    open += 1;
                } else {
                    assert_eq!(html, "</details>");
                    open -= 1;
                }
                assert!((0..=1).contains(&open), "{page}");
            }
            Event::Start(Tag::Image { .. }) => panic!("an image: {page}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let of_source = dest_url.strip_prefix("https://github.com/acme/skills/");
                let page = of_source.and_then(|page| page.split('/').next());
                assert!(matches!(page, Some("compare" | "tree")), "{dest_url}");
            }
            Event::Start(Tag::Heading { level, .. }) => assert_eq!(level, HeadingLevel::H3),
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => assert_eq!(cells, 5),
            // GitHub finds no references in code, and a block of code is text between these events.
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => text.clear(),
            Event::Text(piece) => text += &piece,
            Event::End(_) => {
                assert!(
                    !text.contains("@o")
                        && !text.contains("#1")
                        && !text.contains("GH-2")
                        && !text.contains("https://"),
                    "{text}"
                );
                assert!(!text.contains('\u{202e}'));
                text.clear();
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "{page}");
}

#[test]
fn hostile_text_stays_text() {
    let mut report = everything();
    for change in &mut report.skills {
        change.name += HOSTILE;
        change.source += HOSTILE;
        change.notes.push(HOSTILE.to_owned());
        change.edited.push(HOSTILE.to_owned());
    }
    for problem in report.stuck.iter_mut().chain(&mut report.deleted) {
        problem.name += HOSTILE;
        problem.reason += HOSTILE;
    }
    for file in &mut report.conflicts[0].files {
        file.path += HOSTILE;
        file.kind = ConflictKind::RenamedAndDeleted {
            from: HOSTILE.to_owned(),
        };
        file.hunks = vec![HOSTILE.to_owned(); 3];
    }
    report.left_alone[0].reason += HOSTILE;
    let names = report.skills.iter().map(|change| change.name.clone());
    let differences = names.map(|name| (name, format!("+{HOSTILE}\n-````\n")));
    is_sound(&summary(&report, &differences.collect(), MAX_BODY_BYTES));
}

#[test]
fn page_of_500_skills_has_each_row_and_capability() {
    let skills = (0..500).map(|number| {
        let mut change = change(&format!("a-skill-with-a-name-{number}"));
        let gained = gains(Kind::Host, "a.example", "SKILL.md", Some(number));
        change.diff.as_mut().unwrap().gained = if number % 10 == 0 {
            vec![gained]
        } else {
            Vec::new()
        };
        change
    });
    let report = Report {
        skills: skills.collect(),
        ..Report::default()
    };
    let page = summary(&report, &differences(&report), MAX_BODY_BYTES);
    assert!(page.len() <= MAX_BODY_BYTES, "{}", page.len());
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| a-skill"))
        .count();
    assert_eq!(rows, 500);
    assert_eq!(page.matches("`a.example`").count(), 50);
    let missing = page.lines().last().unwrap();
    assert!(missing.contains("of “Diffs”"), "{missing}");
}

#[test]
fn page_does_not_call_uncompared_skills_harmless() {
    let mut unknown = change("pdf");
    unknown.diff = None;
    let page = |skills: Vec<Change>| {
        let report = Report {
            skills,
            ..Report::default()
        };
        summary(&report, &BTreeMap::new(), MAX_BODY_BYTES)
    };
    let unknown = page(vec![unknown, change("docx")]);
    assert!(unknown.contains("1 skill could not be compared: read the diffs."));
    assert!(!unknown.contains("None:"));
    assert!(
        page(vec![change("docx")])
            .contains("None: the scripts, commands, tools, and hosts are unchanged.\n")
    );
}
