//! Tests of the formats with constructed reports, which have fixes and lines that no rule produces.

use super::snippet::{self, Snippet};
use super::*;
use mdskill_lint::diagnostic::{Change, Edit, Excerpt, Fix};
use mdskill_lint::span::{Position, Span};

const PAGE: Page = Page {
    least: Severity::Warning,
    max: 100,
    width: 140,
};

/// Returns a finding about the first `marked` in the line.
fn finding(file: &str, number: usize, line: &str, marked: &str) -> Diagnostic {
    let start = line.find(marked).unwrap();
    let column = line[..start].chars().count() + 1;
    let position = |column| Position {
        line: number,
        column,
    };
    Diagnostic {
        code: "SK302",
        severity: Severity::Error,
        file: file.to_owned(),
        start: position(column),
        end: position(column + marked.chars().count()),
        message: format!("`{marked}` is not a file of the skill"),
        help: "add it".to_owned(),
        blocks_loading: false,
        refuses: false,
        excerpt: Some(Excerpt {
            line: line.to_owned(),
            marked: Span::new(start, start + marked.len()),
            is_cut_before: false,
            is_cut_after: false,
        }),
        fix: None,
        edit_places: Vec::new(),
    }
}

/// Adds a fix that replaces the marked text.
fn fixed(mut found: Diagnostic, replacement: &str) -> Diagnostic {
    let span = Span::new(100, 103);
    found.edit_places = vec![(found.start, found.end)];
    found.fix = Some(Fix::safe("write it right", span, replacement));
    found
}

fn report(found: Vec<Diagnostic>) -> Report {
    let mut report = Report::default();
    report.skills.push("a".to_owned());
    report.summary.skills = 1;
    for diagnostic in found {
        report.diagnostics.push(Found {
            diagnostic,
            skill: "a".to_owned(),
            is_known: false,
        });
    }
    report
}

fn log(found: Vec<Diagnostic>) -> serde_json::Value {
    sarif(&report(found), Severity::Info)
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn text_shows_line_mark_and_help() {
    let found = fixed(finding("a/SKILL.md", 12, "name: Über x", "Über"), "uber");
    assert_eq!(
        plain(&text(&report(vec![found]), &PAGE)),
        "\
error[SK302]: `Über` is not a file of the skill
  --> a/SKILL.md:12:7
   |
12 | name: Über x
   |       ^^^^
   = help: add it
   = fix: write it right (--fix)
12 + name: uber x"
    );
}

#[test]
fn mark_is_below_the_sanitized_text() {
    let mark = |line: &str, marked: &str| {
        let found = finding("a", 1, line, marked);
        let Snippet {
            line,
            indent,
            width,
        } = snippet::excerpt(found.excerpt.as_ref().unwrap(), 60);
        (line, indent, width)
    };
    let seen = |line: &str, indent, width| (line.to_owned(), indent, width);
    assert_eq!(mark("\tab\tc", "b\tc"), seen("    ab    c", 5, 6));
    assert_eq!(mark("技能 x", "x"), seen("技能 x", 5, 1));
    assert_eq!(mark("x 技能", "技能"), seen("x 技能", 2, 4));
    assert_eq!(
        mark("e\u{301}e\u{301} x", "x"),
        seen("e\u{301}e\u{301} x", 3, 1)
    );
    assert_eq!(mark("\u{202e}x", "x"), seen("\\u{202e}x", 8, 1));
    assert_eq!(mark("\u{1b}[2Jx", "\u{1b}"), seen("\\u{1b}[2Jx", 0, 6));
    assert_eq!(mark("abc", ""), seen("abc", 0, 1));
    let long = format!("{} here {}", "技".repeat(100), "z".repeat(100));
    let (line, indent, width) = mark(&long, "here");
    assert!(line.starts_with("…技") && line.ends_with("zz…"), "{line}");
    assert_eq!(
        (unicode_width::UnicodeWidthStr::width(&*line), width),
        (60, 4)
    );
    let before = line.split("here").next().unwrap();
    assert_eq!(unicode_width::UnicodeWidthStr::width(before), indent);
    // The marked text may itself be longer than the page.
    let (line, indent, width) = mark(&"y".repeat(200), &"y".repeat(200));
    assert_eq!((line.chars().count(), indent, width), (60, 0, 60));
}

#[test]
fn cut_line_has_dots() {
    let mut found = finding("a", 1, "before here after", "here");
    let excerpt = found.excerpt.as_mut().unwrap();
    (excerpt.is_cut_before, excerpt.is_cut_after) = (true, true);
    let snippet = snippet::excerpt(excerpt, 60);
    assert_eq!(
        (snippet.line.as_str(), snippet.indent),
        ("…before here after…", 8)
    );
}

#[test]
fn fixed_line_is_shown_only_if_the_fix_edits_only_it() {
    let replaced = |found: &Diagnostic| snippet::replaced(found, 60).map(|snippet| snippet.line);
    let found = finding("a", 3, "x: [é, b]", "é");
    assert_eq!(replaced(&found), None);
    let found = fixed(found, "\u{7}y");
    assert_eq!(replaced(&found).unwrap(), "x: [\\u{7}y, b]");
    let mut two = found.clone();
    let end = Position {
        line: 3,
        column: 10,
    };
    two.edit_places.push((Position { line: 3, column: 9 }, end));
    let edit = |replacement: &str| Edit {
        span: Span::default(),
        replacement: replacement.to_owned(),
    };
    two.fix.as_mut().unwrap().change = Change::Edit(vec![edit("e"), edit("")]);
    assert_eq!(replaced(&two).unwrap(), "x: [e, b");
    let mut elsewhere = found.clone();
    elsewhere.edit_places[0].0.line = 2;
    assert_eq!(replaced(&elsewhere), None);
    let mut beyond = found.clone();
    beyond.edit_places[0].1.column = 99;
    assert_eq!(replaced(&beyond), None);
    assert_eq!(replaced(&fixed(found, "two\nlines")), None);
}

#[test]
fn repeated_findings_of_a_file_are_folded() {
    let many = |file: &str, number: usize| {
        (1..=number)
            .map(|line| {
                finding(
                    file,
                    line,
                    &format!("see x{line}.md"),
                    &format!("x{line}.md"),
                )
            })
            .collect::<Vec<_>>()
    };
    let mut found = many("a", 20);
    let mut other = finding("a", 7, "other", "other");
    other.message = "something else".to_owned();
    found.push(other);
    found.extend(many("b", 5));
    let report = report(found);
    let shown = plain(&text(&report, &PAGE));
    let repeats = "… 19 similar: 2:5 `x2.md`, 3:5 `x3.md`, 4:5 `x4.md`, 5:5, 6:5, 7:5, 8:5, 9:5, 10:5, 11:5, 12:5, 13:5, …; use `--max 0` to show each";
    assert!(shown.contains(repeats), "{shown}");
    assert_eq!(shown.matches("error[SK302]").count(), 7, "{shown}");
    assert!(
        shown.contains("something else") && shown.matches("--max").count() == 1,
        "{shown}"
    );
    let all = plain(&text(&report, &Page { max: 0, ..PAGE }));
    assert_eq!(all.matches("error[SK302]").count(), 26);
    let few = plain(&text(&report, &Page { max: 2, ..PAGE }));
    assert_eq!(few.matches("error[SK302]").count(), 2);
    assert!(
        few.ends_with("\n\n… and 5 more; use `--max 0` to show all"),
        "{few}"
    );
}

#[test]
fn similar_findings_are_folded_to_their_places() {
    let found = (0..6).map(|at| finding("a", 3, &format!("{}x", " ".repeat(at)), "x"));
    let shown = plain(&text(&report(found.collect()), &PAGE));
    let repeats = "… 5 similar: 3:2, 3:3, 3:4, 3:5, 3:6; use `--max 0` to show each";
    assert!(shown.ends_with(repeats), "{shown}");
}

#[test]
fn max_shows_the_most_severe_findings_in_their_order() {
    let warning = |file: &str, line| Diagnostic {
        severity: Severity::Warning,
        ..finding(file, line, "x", "x")
    };
    let found = vec![
        warning("a", 3),
        finding("a", 5, "x", "x"),
        warning("a", 9),
        finding("b", 2, "x", "x"),
    ];
    let places = |max| {
        let shown = plain(&text(&report(found.clone()), &Page { max, ..PAGE }));
        let lines = shown.lines().filter_map(|line| line.split_once("--> "));
        lines.map(|(_, place)| place.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(places(0), ["a:3:1", "a:5:1", "a:9:1", "b:2:1"]);
    assert_eq!(places(2), ["a:5:1", "b:2:1"]);
    let lines = concise(&report(found), Severity::Info, 2);
    let places = lines
        .iter()
        .map(|line| line.split_once(": ").map_or(&**line, |at| at.0));
    let cut = "… and 2 more; use `--max 0` to show all";
    assert_eq!(places.collect::<Vec<_>>(), ["a:5:1", "b:2:1", cut]);
}

#[test]
fn concise_finding_is_one_line() {
    let found = finding("a\n::error::x", 1, "x", "x");
    let shown = concise(&report(vec![found.clone(), found]), Severity::Info, 1);
    assert_eq!(
        plain(&shown.join("\n")),
        "a ::error::x:1:1: error[SK302] `x` is not a file of the skill\n… and 1 more; use `--max 0` to show all"
    );
}

#[test]
fn github_gets_ten_findings_of_a_kind_most_severe_first() {
    let mut found: Vec<_> = (1..=15).map(|line| finding("a", line, "x", "x")).collect();
    found[13].blocks_loading = true;
    let warnings = (1..=3).map(|line| Diagnostic {
        severity: Severity::Warning,
        ..finding("b", line, "x", "x")
    });
    found.splice(0..0, warnings);
    let report = report(found);
    let (commands, rest) = annotate(&report, Severity::Info);
    let first = commands[0].to_string();
    assert_eq!(
        first,
        "::error file=a,line=14,col=1,endLine=14,endColumn=2,title=SK302 broken-path::`x` is not a file of the skill%0Ahelp: add it"
    );
    assert_eq!((commands.len(), rest.len()), (13, 5));
    assert_eq!(commands[12].severity, Severity::Warning);
}

#[test]
fn annotation_over_several_lines_has_no_columns() {
    let mut found = finding("a", 3, "x", "x");
    found.end.line = 5;
    let report = report(vec![found]);
    let command = annotate(&report, Severity::Info).0[0].to_string();
    assert!(
        command.starts_with("::error file=a,line=3,endLine=5,title="),
        "{command}"
    );
}

#[test]
fn step_summary_keeps_to_its_limit_and_escapes_markup() {
    let mut found = finding("a|b", 1, "x", "x");
    found.message = "<script> [x](javascript:x) `y` @me\n| z".to_owned();
    let report = report(vec![found; 1000]);
    let rest: Vec<&Found> = report.diagnostics.iter().collect();
    let page = step_summary(&report.summary, &rest, 10_000).unwrap();
    assert!(page.len() <= 10_000, "{}", page.len());
    assert!(
        page.contains(
            "| a\\|b:1:1 | \\<script> \\[x\\](javascript:x) \\`y\\` @&#8203;me \\| z | add it |"
        ),
        "{page}"
    );
    let rows = page.matches("SK302").count();
    assert!(page.ends_with(&format!(
        "… and {} more; the size limit of the summary is reached.\n",
        1000 - rows
    )));
    assert_eq!(step_summary(&report.summary, &rest, 200), None);
}

#[test]
fn fingerprint_is_the_same_after_lines_move() {
    let print = |found: Vec<Diagnostic>| -> Vec<String> {
        let log = log(found);
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print = |result: &serde_json::Value| {
            result["partialFingerprints"]["mdskillFinding/v1"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        results.iter().map(print).collect()
    };
    let at = |line| finding("a", line, "see x", "x");
    let twice = print(vec![at(1), at(2)]);
    assert_ne!(twice[0], twice[1]);
    assert_eq!(print(vec![at(7), at(90)]), twice);
    assert_ne!(print(vec![finding("a", 1, "see also x", "x")])[0], twice[0]);
}

#[test]
fn sarif_has_edits_and_encodes_names() {
    let mut found = fixed(finding("a:b/ü %1/SKILL.md", 4, "name: X", "X"), "x");
    found.message = "[x](javascript:y)\u{202e}".to_owned();
    let log = log(vec![found]);
    let result = &log["runs"][0]["results"][0];
    let message = "[x\\](javascript:y)\\u{202e}; add it";
    assert_eq!(result["message"]["text"], message);
    let uri = "a%3Ab/%C3%BC%20%251/SKILL.md";
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        uri
    );
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], uri);
    assert_eq!(
        change["replacements"][0],
        serde_json::json!({
            "deletedRegion": {"startLine": 4, "startColumn": 7, "endLine": 4, "endColumn": 8},
            "insertedContent": {"text": "x"},
        })
    );
}

#[test]
fn json_has_the_fix() {
    let found = fixed(finding("a", 4, "name: X", "X"), "x");
    let json = serde_json::to_value(report(vec![found])).unwrap();
    assert_eq!(
        json["diagnostics"][0]["fix"],
        serde_json::json!({
            "title": "write it right",
            "safety": "safe",
            "edits": [{"line": 4, "column": 7, "end_line": 4, "end_column": 8, "start_byte": 100, "end_byte": 103, "replacement": "x"}],
        })
    );
    assert_eq!(json["diagnostics"][0]["rule"], "broken-path");
}

#[test]
fn junit_escapes_characters_that_xml_does_not_allow() {
    let mut found = finding("a<&\">\u{1}\u{fffe}]]>", 1, "x", "x");
    found.message = "</failure>\u{0}".to_owned();
    let xml = junit(&report(vec![found]), Severity::Info);
    assert!(xml.contains("message=\"&lt;/failure&gt;\\u{0}\""), "{xml}");
    assert!(
        xml.chars()
            .all(|c| c == '\n' || !c.is_control() && c != '\u{fffe}')
    );
}
