use crate::diagnostic::Severity;
use crate::skill_files::MemoryFiles;
use crate::{Level, Settings, validate};

/// Returns the code and line of each finding of these rules and of the rule about comments.
fn found(text: &str, rules: &[&str]) -> Vec<(&'static str, usize)> {
    let mut settings = Settings::default();
    settings.set("all", Level::Off).unwrap();
    for rule in rules.iter().chain(&["SK007"]) {
        settings.set(rule, Level::Own).unwrap();
    }
    let skill = MemoryFiles::new("a").with("SKILL.md", text);
    let found = validate(&skill, &settings).diagnostics.into_iter();
    found.map(|found| (found.code, found.start.line)).collect()
}

fn in_body(body: &str) -> Vec<(&'static str, usize)> {
    found(&format!("---\nname: a\n---\n{body}"), &["SK301", "SK302"])
}

#[test]
fn comment_block_silences_next_block() {
    let comment = "<!-- mdskill-ignore SK301: made later -->\n";
    assert_eq!(
        in_body(&format!(
            "{comment}[a](assets/b.md)\n[c](assets/d.md)\n\n[e](assets/f.md)\n"
        )),
        [("SK301", 8)]
    );
    assert_eq!(
        in_body(&format!(
            "{comment}\n- [a](assets/b.md)\n\n  [c](assets/d.md)\n- [e](assets/f.md)\n"
        )),
        []
    );
    let other = "<!-- mdskill-ignore broken-path: the same -->\n";
    assert_eq!(
        in_body(&format!(
            "{comment}{other}\n[a](assets/b.md) `references/x.md`\n"
        )),
        []
    );
}

#[test]
fn comment_in_block_silences_its_line_and_next_line() {
    let comment = "<!-- mdskill-ignore SK301: made later -->";
    assert_eq!(
        in_body(&format!(
            "[a](assets/b.md) {comment}\n[c](assets/d.md)\n[e](assets/f.md)\n"
        )),
        [("SK301", 6)]
    );
    assert_eq!(
        in_body(&format!(
            "- [a](assets/b.md)\n- {comment}\n- [c](assets/d.md)\n- [e](assets/f.md)\n"
        )),
        [("SK301", 4), ("SK301", 7)]
    );
    assert_eq!(in_body(&format!("x [a](assets/b.md) {comment}")), []);
}

#[test]
fn file_comment_silences_findings_about_file() {
    let text = "---\nname: a\n---\n[a](assets/b.md)\n\n<!-- mdskill-ignore-file SK203, SK301: so it is -->\n[c](assets/d.md)\n";
    let skill = MemoryFiles::new("other").with("SKILL.md", text);
    let left = |settings: &Settings| -> Vec<_> {
        let found = validate(&skill, settings).diagnostics.into_iter();
        found.map(|found| found.code).collect()
    };
    assert_eq!(left(&Settings::default()), ["SK210"]);
    let untrusted = left(&Settings::default().for_untrusted());
    assert_eq!(untrusted, ["SK210", "SK203", "SK301", "SK301"]);
}

#[test]
fn frontmatter_comment_silences_next_key() {
    let text = "---\n# mdskill-ignore SK114: two clients read it\nmetadata:\n  a: 1\n  # not this\n  b: [c]\nallowed-tools: a, b\n---\nx\n";
    assert_eq!(found(text, &["SK113", "SK114"]), [("SK113", 7)]);
    let text = "---\n# mdskill-ignore SK113: a\n\n# mdskill-ignore SK114: b\nallowed-tools: a, b\nmetadata:\n  a: 1\n---\nx\n";
    assert_eq!(
        found(text, &["SK113", "SK114"]),
        [("SK007", 4), ("SK114", 7)]
    );
    let text = "---\ndescription: |\n  # mdskill-ignore SK113: text\nallowed-tools: a, b\n---\nx\n";
    assert_eq!(found(text, &["SK113"]), [("SK113", 4)]);
}

#[test]
fn useless_comments_are_reported() {
    let reported = |body: &str| -> Vec<(Severity, String, String)> {
        let skill = MemoryFiles::new("a").with(
            "SKILL.md",
            format!("---\nname: a\ndescription: b\n---\n{body}\n"),
        );
        let found = validate(&skill, &Settings::default())
            .diagnostics
            .into_iter();
        let found = found.filter(|found| found.code == "SK007");
        found
            .map(|found| (found.severity, found.message, found.help))
            .collect()
    };
    let unused = &reported("<!-- mdskill-ignore SK301: x -->\ny")[0];
    assert!(
        unused.0 == Severity::Warning && unused.1.starts_with("SK301 (broken-link) finds nothing")
    );
    let misspelled = &reported("<!-- mdskill-ignore broken-lnk: x -->\n[a](assets/b.md)")[0];
    assert_eq!(misspelled.2, "did you mean `broken-link`?");
    assert_eq!(
        reported("<!-- mdskill-ignore SK3: x -->\n[a](assets/b.md)").len(),
        1
    );
    assert_eq!(
        reported("<!-- mdskill-ignore -->\n[a](assets/b.md)").len(),
        1
    );
    let unexplained = reported("<!-- mdskill-ignore SK301 -->\n[a](assets/b.md)");
    assert_eq!(unexplained.len(), 1);
    assert_eq!(unexplained[0].0, Severity::Info);
    // A rule that is off may have had something to silence.
    assert_eq!(
        reported("<!-- mdskill-ignore SK301: a -->\n[a](assets/b.md)"),
        []
    );
    assert_eq!(
        in_body("<!-- mdskill-ignore SK113: another client's -->\nx\n"),
        []
    );
    assert_eq!(
        in_body("<!-- mdskill-ignore SK301, SK007: both -->\nx\n"),
        []
    );
}

#[test]
fn many_comments_and_findings_take_linear_time() {
    let item = "[a](assets/b.md)<!-- mdskill-ignore SK301: c --> ";
    assert_eq!(in_body(&item.repeat(20_000)), []);
    let lines = "[a](assets/b.md)\n\n<!-- mdskill-ignore nosuchrule: c -->\n\n".repeat(15_000);
    let found = in_body(&lines);
    let unknown = found.iter().filter(|(code, _)| *code == "SK007");
    assert_eq!(unknown.count(), super::MAX_COMMENTS);
    let comments = "<!-- mdskill-ignore SK301: c -->\n\n".repeat(20_000);
    assert_eq!(in_body(&comments).len(), super::MAX_COMMENTS);
}
