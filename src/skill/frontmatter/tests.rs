use proptest::prelude::*;

use super::*;

fn read(yaml: &str) -> Result<Frontmatter, FrontmatterError> {
    parse(format!("---\n{yaml}\n---\n# Body\n").as_bytes())
}

fn error(yaml: &str) -> FrontmatterError {
    read(yaml).unwrap_err()
}

fn at(line: usize, column: usize) -> Position {
    Position { line, column }
}

#[test]
fn fields_have_values_and_places() {
    let frontmatter = read(
        "name: pdf\ndescription: >-\n  Reads: a\n  --- b\nlicense:\nmetadata:\n  version: \"1.0\"\n  'a b': x\nallowed-tools:\n- Read\n- \"Bash(git:*)\"\nbig: yes # no",
    )
    .unwrap();
    let places: Vec<_> = frontmatter
        .fields()
        .iter()
        .map(|f| (f.key.as_str(), f.key_at, f.value_at))
        .collect();
    assert_eq!(
        places,
        [
            ("name", at(2, 1), at(2, 7)),
            ("description", at(3, 1), at(3, 14)),
            ("license", at(6, 1), at(6, 1)),
            ("metadata", at(7, 1), at(8, 3)),
            ("allowed-tools", at(10, 1), at(11, 1)),
            ("big", at(13, 1), at(13, 6)),
        ]
    );
    assert_eq!(
        frontmatter.description().unwrap().value.text(),
        Some("Reads: a --- b")
    );
    assert_eq!(frontmatter.license().unwrap().value, Value::Null);
    assert_eq!(frontmatter.field("big").unwrap().value.text(), Some("yes"));
    assert_eq!(frontmatter.allowed_tools().unwrap().value.kind(), "a list");
    assert_eq!(frontmatter.body_line, 15);
}

#[test]
fn flow_collections_are_accepted_and_placed() {
    let frontmatter = read("{name: a, \"description\": 'b: c', metadata: {tags: [x, y]}}").unwrap();
    assert_eq!(frontmatter.name().unwrap().value_at, at(2, 8));
    assert_eq!(frontmatter.metadata().unwrap().key_at, at(2, 34));
    let frontmatter = read("requires: {mcp: [x]}\nname: a").unwrap();
    assert_eq!(frontmatter.name().unwrap().key_at, at(3, 1));
}

#[test]
fn an_unquoted_colon_shows_the_quoted_line() {
    let error = error("name: a\ndescription: Use when: \"x\" or y\n  and more\nlicense: MIT");
    assert_eq!(error.at, at(3, 22));
    assert_eq!(
        error.help(),
        "quote the whole value: `description: 'Use when: \"x\" or y and more'`"
    );
    assert!(
        error
            .to_string()
            .contains("`description` has an unquoted `: `")
    );
}

#[test]
fn each_shape_of_public_history_has_its_own_words() {
    let quoted = |yaml: &str| match error(yaml).fault {
        Fault::ReservedStart { quoted, .. }
        | Fault::TextAfterValue { quoted, .. }
        | Fault::BrokenCollection { quoted, .. } => quoted,
        other => panic!("{yaml}: {other}"),
    };
    assert_eq!(quoted("globs: **/*.ext"), "globs: \"**/*.ext\"");
    assert_eq!(quoted("globs: `a` b"), "globs: \"`a` b\"");
    assert_eq!(quoted("x: @a"), "x: \"@a\"");
    assert_eq!(quoted("x: %a"), "x: \"%a\"");
    assert_eq!(
        quoted("description: 'it's here'"),
        "description: \"it's here\""
    );
    assert_eq!(quoted("source: \"A\" + \"B\""), "source: '\"A\" + \"B\"'");
    assert_eq!(quoted("hint: [a] [b]\nname: c"), "hint: \"[a] [b]\"");
    assert_eq!(quoted("tags: [a, b\nname: c"), "tags: \"[a, b\"");
    assert_eq!(
        quoted("tags: [a, - b: c: d]\nname: c"),
        "tags: \"[a, - b: c: d]\""
    );
    assert_eq!(error("metadata:\n\ta: b").fault, Fault::Tab);
    assert_eq!(error("a: \"b").fault, Fault::UnclosedQuote { quote: '"' });
    assert_eq!(error("a: b\u{1b}").fault, Fault::Control { code: 27 });
    let line = "text at the edge".to_owned();
    let edge = error("description: |\ntext at the edge\nname: a");
    assert_eq!((edge.at, edge.fault), (at(3, 1), Fault::NotAKey { line }));
}

#[test]
fn what_is_no_map_of_single_keys_is_refused() {
    let duplicate = |key: &str| Fault::DuplicateKey {
        key: key.to_owned(),
    };
    let twice = error("name: a\nx: y\nname: b");
    assert_eq!((twice.at, twice.fault), (at(4, 1), duplicate("name")));
    assert_eq!(error("metadata: {a: b, a: c}").fault, duplicate("a"));
    assert_eq!(error("- a\n- b").fault, Fault::NotAMap { found: "a list" });
    assert_eq!(error("").fault, Fault::NotAMap { found: "empty" });
    assert_eq!(error("# only").fault, Fault::NotAMap { found: "empty" });
    assert_eq!(error("just text").fault, Fault::NotAMap { found: "a text" });
    assert_eq!(error("[a]: b").fault, Fault::CollectionKey);
}

#[test]
fn nothing_expands_or_nests_without_bound() {
    let reserved = |yaml: &str| match error(yaml).fault {
        Fault::ReservedStart { character, .. } => character,
        other => panic!("{yaml}: {other}"),
    };
    assert_eq!(reserved("a: &x [b]\nc: [*x, *x]"), '&');
    assert_eq!(reserved("a:\n  - b\n  - *x"), '*');
    assert_eq!(reserved("a: {b: *x}"), '*');
    assert_eq!(reserved("&x a: b"), '&');
    assert_eq!(reserved("a: !!str b"), '!');
    assert_eq!(error("a:\n  <<: {b: c}").fault, Fault::MergeKey);
    let nested = |depth| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(error(&nested(MAX_DEPTH)).fault, Fault::TooDeep);
    assert_eq!(error(&nested(30_000)).fault, Fault::TooDeep);
    let list = |items| format!("a: [{}]", "b,".repeat(items));
    assert!(read(&list(MAX_NODES - 3)).is_ok());
    assert_eq!(error(&list(MAX_NODES - 2)).fault, Fault::TooManyNodes);
}

#[test]
fn marks_inside_texts_are_texts() {
    let yaml = "a: R & D * 2 ! x\nb: |\n  *x\n  &y\nc: '*x'\nd: \"\n  *x\"\ne: f\n  *x !y\n#*z\ng: http://x#y, [a]";
    let frontmatter = read(yaml).unwrap();
    assert_eq!(frontmatter.fields().len(), 6);
    assert_eq!(frontmatter.field("g").unwrap().key_at.line, 12);
}

#[test]
fn the_summary_is_tolerant() {
    assert_eq!(
        summary(b"---\nname: ' a '\ndescription: 7\n---\n"),
        (Some("a".to_owned()), None)
    );
    assert_eq!(summary(b"---\nname: a: b\n---\n"), (None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_panic_and_errors_lie_inside(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_yaml_like_text_panics(yaml in "([a-c]|é|\u{2028}|\u{feff}|[-:?&*!|>%@`'\"#,{}\\[\\]\\\\. \t\r\n]){0,60}") {
        let whole = format!("---\n{yaml}\n---\n");
        if let Err(error) = parse(whole.as_bytes()) {
            prop_assert!(error.at.line <= whole.lines().count());
            prop_assert!(!error.help().is_empty());
        }
    }

    /// The scan claims a place for each top-level key; the parser's keys agree.
    #[test]
    fn places_match_the_keys(yaml in "([a-c]{1,2}(: |:\n|\n|: \\[a, b\\]\n|: 'x: y'\n|: \"z\n  w\"\n|: >\n  t\n|: \\{a: b\\}\n| |\n  |\n- )){0,12}") {
        let whole = format!("---\n{yaml}\n---\n");
        if let Ok(frontmatter) = parse(whole.as_bytes()) {
            let lines: Vec<&str> = whole.lines().collect();
            for field in frontmatter.fields().iter().filter(|f| f.key != "null") {
                let line = lines[field.key_at.line - 1];
                prop_assert!(line[field.key_at.column - 1..].starts_with(&field.key), "{whole} {field:?}");
            }
        }
    }
}
