use proptest::prelude::*;

use super::*;

fn read(yaml: &str) -> Result<Frontmatter, FrontmatterError> {
    parse(format!("---\n{yaml}\n---\n# Body\n").as_bytes())
}

fn error(yaml: &str) -> FrontmatterError {
    read(yaml).unwrap_err()
}

/// Returns the line and column of byte `offset` in the file that contains `yaml`.
fn place(yaml: &str, offset: usize) -> (usize, usize) {
    let file = format!("---\n{yaml}\n---\n# Body\n");
    let before = &file[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// Returns each field and its value as written in the file.
fn written(yaml: &str) -> Vec<(String, String)> {
    let file = format!("---\n{yaml}\n---\n# Body\n");
    let of = |span: Span| span.of(&file).to_owned();
    let frontmatter = parse(file.as_bytes()).unwrap();
    frontmatter
        .fields()
        .iter()
        .map(|field| (of(field.key_span), of(field.value_span)))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn fields_have_values_and_spans() {
    let yaml = "name: pdf\ndescription: >-\n  Reads: a\n  --- b\nlicense:\nmetadata:\n  version: \"1.0\"\n  'a b': x\nallowed-tools:\n- Read\n- \"Bash(git:*)\"\nbig: yes # no";
    assert_eq!(
        written(yaml),
        pairs(&[
            ("name", "pdf"),
            ("description", ">-\n  Reads: a\n  --- b"),
            ("license", "license"),
            ("metadata", "version: \"1.0\"\n  'a b': x"),
            ("allowed-tools", "- Read\n- \"Bash(git:*)\""),
            ("big", "yes"),
        ])
    );
    let frontmatter = read(yaml).unwrap();
    assert_eq!(
        frontmatter.field("description").unwrap().value.text(),
        Some("Reads: a --- b")
    );
    assert_eq!(frontmatter.field("license").unwrap().value, Value::Null);
    assert_eq!(frontmatter.field("big").unwrap().value.text(), Some("yes"));
    assert_eq!(
        frontmatter.field("allowed-tools").unwrap().value.kind(),
        "a list"
    );
}

#[test]
fn flow_collections_have_spans() {
    assert_eq!(
        written("{name: a, \"description\": 'b: c', metadata: {tags: [x, y]}}"),
        pairs(&[
            ("name", "a"),
            ("\"description\"", "'b: c'"),
            ("metadata", "{tags: [x, y]}"),
        ])
    );
    assert_eq!(
        written("requires: {mcp: [x]}\nname: a\n\n"),
        pairs(&[("requires", "{mcp: [x]}"), ("name", "a")])
    );
}

#[test]
fn unquoted_colon_has_a_quoted_line_as_help() {
    let yaml = "name: a\ndescription: Use when: \"x\" or y\n  and more\nlicense: MIT";
    let error = error(yaml);
    assert_eq!(place(yaml, error.span.start), (3, 22));
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
fn faults_of_published_skills_have_their_own_variants() {
    let quoted = |yaml: &str| error(yaml).quoted.unwrap().line;
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
    let before_key = |text: &str| Fault::TextBeforeKey {
        text: text.to_owned(),
    };
    let cite = "[cite_start]description: b: c";
    assert_eq!(error(cite).fault, before_key("[cite_start]"));
    assert_eq!(
        error(&format!("name: a\n{cite}")).fault,
        before_key("[cite_start]")
    );
    assert_eq!(error("metadata:\n\ta: b").fault, Fault::Tab);
    assert_eq!(error("a: \"b").fault, Fault::UnclosedQuote { quote: '"' });
    assert_eq!(error("a: b\n\tc: d").fault, Fault::Tab);
    assert_eq!(error("\ta: b").fault, Fault::Tab);
    assert_eq!(error("a: b\u{1b}").fault, Fault::Control { code: 27 });
    let line_separator = error("a: b\u{2028}c");
    assert_eq!(line_separator.fault, Fault::Control { code: 0x2028 });
    assert_eq!(line_separator.span, Span::new(8, 11));
    let line = "text at the edge".to_owned();
    let yaml = "description: |\ntext at the edge\nname: a";
    let edge = error(yaml);
    assert_eq!(place(yaml, edge.span.start), (3, 1));
    assert_eq!(edge.fault, Fault::NotAKey { line });
    let not_a_key = |text: &str| match error(text).fault {
        Fault::NotAKey { line } => line,
        other => panic!("{text}: {other}"),
    };
    assert_eq!(not_a_key("name:a\nb: c"), "name:a");
    assert_eq!(not_a_key("a: b\n...\nc: d"), "...");
    assert_eq!(not_a_key("a: >\n  b\n c\nd: e"), "c");
}

#[test]
fn frontmatter_that_is_not_a_map_of_unique_keys_is_rejected() {
    let duplicate = |key: &str| Fault::DuplicateKey {
        key: key.to_owned(),
    };
    let yaml = "name: a\nx: y\nname: b";
    let twice = error(yaml);
    assert_eq!(place(yaml, twice.span.start), (4, 1));
    assert_eq!(twice.fault, duplicate("name"));
    assert_eq!(error("metadata: {a: b, a: c}").fault, duplicate("a"));
    assert_eq!(error("- a\n- b").fault, Fault::NotAMap { found: "a list" });
    assert_eq!(error("").fault, Fault::NotAMap { found: "empty" });
    assert_eq!(error("# only").fault, Fault::NotAMap { found: "empty" });
    assert_eq!(
        error("just text").fault,
        Fault::NotAMap { found: "a string" }
    );
    assert_eq!(error("[a]: b").fault, Fault::CollectionKey);
}

#[test]
fn depth_and_number_of_values_are_limited() {
    let nested = |depth| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(error(&nested(MAX_DEPTH)).fault, Fault::TooDeep);
    for opening in ["[", "{a: ", "- ", "? ", "[? ", "[: "] {
        assert_eq!(error(&opening.repeat(15_000)).fault, Fault::TooDeep);
    }
    let list = |items| format!("a: [{}]", "b,".repeat(items));
    assert!(read(&list(MAX_NODES - 3)).is_ok());
    assert_eq!(error(&list(MAX_NODES - 2)).fault, Fault::TooManyNodes);
}

#[test]
fn anchors_aliases_and_tags_are_accepted() {
    let yaml = "&k a: &x [b]\nc: *x\nd: !!str 7\ne: !mine {f: *x}\ng: &y\n  h: 1\n  i: !t\nj: &z\nk: *z\n<<: *y";
    assert_eq!(
        written(yaml),
        pairs(&[
            ("a", "&x [b]"),
            ("c", "*x"),
            ("d", "!!str 7"),
            ("e", "!mine {f: *x}"),
            ("g", "&y\n  h: 1\n  i: !t"),
            ("j", "&z"),
            ("k", "*z"),
            ("<<", "*y"),
        ])
    );
    let frontmatter = read(yaml).unwrap();
    let list = Value::List(vec![Value::String("b".to_owned())]);
    assert_eq!(frontmatter.field("c").unwrap().value, list);
    assert_eq!(frontmatter.field("d").unwrap().value.text(), Some("7"));
    assert_eq!(frontmatter.field("k").unwrap().value, Value::Null);
    assert_eq!(frontmatter.field("<<").unwrap().value.kind(), "a map");
}

#[test]
fn expanded_aliases_count_towards_the_limits() {
    let laughs = |levels: usize| {
        let line = |level: usize| {
            let aliases = vec![format!("*a{level}"); 10].join(", ");
            format!("a{}: &a{} [{aliases}]\n", level + 1, level + 1)
        };
        let more: String = (0..levels).map(line).collect();
        format!("a0: &a0 [b, b]\n{more}")
    };
    assert!(read(&laughs(2)).is_ok());
    for levels in [3, 9, 100, 500] {
        assert_eq!(error(&laughs(levels)).fault, Fault::TooManyNodes);
    }
    assert_eq!(error("a: &x [*x]").fault, Fault::TooDeep);
    assert_eq!(error("a: &x {b: *x}").fault, Fault::TooDeep);
    let link = |at: usize| format!("a{}: &a{} [*a{at}]\n", at + 1, at + 1);
    let chain: String = (0..100).map(link).collect();
    assert_eq!(error(&format!("a0: &a0 b\n{chain}")).fault, Fault::TooDeep);
    let nested = "[".repeat(20_000);
    let suspect = format!("x: @a\ny: {nested}");
    assert!(matches!(error(&suspect).fault, Fault::ReservedStart { .. }));
}

#[test]
fn children_of_a_map_have_spans() {
    let of = |yaml: &str| -> Vec<(String, String)> {
        let file = format!("---\n{yaml}\n---\n# Body\n");
        let frontmatter = parse(file.as_bytes()).unwrap();
        let children = &frontmatter.field("metadata").unwrap().children;
        let of = |span: Span| span.of(&file).to_owned();
        let places = children.iter();
        places
            .map(|child| (of(child.key_span), of(child.value_span)))
            .collect()
    };
    let yaml = "name: a\nmetadata:\n  v: 1.0 # c\n  empty:\n  l:\n    - a\n  m:\n    n: o\n    p: q\n  t: >\n    x\n    y\n  last: 'z'\nlicense: b";
    assert_eq!(
        of(yaml),
        pairs(&[
            ("v", "1.0"),
            ("empty", "empty"),
            ("l", "- a"),
            ("m", "n: o\n    p: q"),
            ("t", ">\n    x\n    y"),
            ("last", "'z'"),
        ])
    );
    assert_eq!(
        of("metadata: {a: 1, b: [c, d], e: }"),
        pairs(&[("a", "1"), ("b", "[c, d]"), ("e", "e")])
    );
    assert_eq!(
        of("{metadata: {a: {b: c}, d: e}}"),
        pairs(&[("a", "{b: c}"), ("d", "e")])
    );
    assert_eq!(of("x: &x {a: b}\nmetadata: *x"), []);
    assert_eq!(of("metadata:\n- a: b"), []);
}

#[test]
fn indicators_inside_texts_are_texts() {
    let yaml = "a: R & D * 2 ! x\nb: |\n  *x\n  &y\nc: '*x'\nd: \"\n  *x\"\ne: f\n  *x !y\n#*z\ng: http://x#y, [a]";
    let frontmatter = read(yaml).unwrap();
    assert_eq!(frontmatter.fields().len(), 6);
    let at = frontmatter.field("g").unwrap().key_span.start;
    assert_eq!(place(yaml, at), (12, 1));
}

#[test]
fn summary_ignores_invalid_fields() {
    assert_eq!(
        summary(b"---\nname: ' a '\ndescription: 7\n---\n"),
        (Some("a".to_owned()), None)
    );
    assert_eq!(summary(b"---\nname: a: b\n---\n"), (None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn errors_of_yaml_like_text_have_spans_and_help(yaml in "([a-c]|é|\u{2028}|\u{feff}|[-:?&*!|>%@`'\"#,{}\\[\\]\\\\. \t\r\n]){0,60}") {
        let whole = format!("---\n{yaml}\n---\n");
        if let Err(error) = parse(whole.as_bytes()) {
            prop_assert!(error.span.start <= error.span.end && error.span.end <= whole.len());
            prop_assert!(!error.help().is_empty());
        }
    }

    /// The places match the keys of the other parser.
    #[test]
    fn spans_match_the_keys(yaml in "([a-c]{1,2}(: |:\n|\n|: \\[a, b\\]\n|: 'x: y'\n|: \"z\n  w\"\n|: >\n  t\n|: \\{a: b\\}\n| |\n  |\n- )){0,12}") {
        let whole = format!("---\n{yaml}\n---\n");
        if let Ok(frontmatter) = parse(whole.as_bytes()) {
            for field in frontmatter.fields().iter().filter(|f| f.key != "null") {
                prop_assert_eq!(field.key_span.of(&whole), &field.key);
                prop_assert!(!field.value_span.of(&whole).is_empty(), "{whole} {field:?}");
            }
        }
    }
}

#[test]
fn document_has_its_own_limit_and_unique_keys() {
    let refused = |text: &str| document(text, 10).unwrap_err();
    assert!(document("a: 1\nb: [x, {c: d}]\n", 10).is_ok());
    assert_eq!(
        refused("a: 1\nb:\n  c: 1\n  c: 2\n"),
        (3, "b: duplicate key `c`".to_owned())
    );
    assert_eq!(
        refused("a: [1,2,3,4,5,6,7,8,9]\n").1,
        "it has more than 10 values"
    );
    assert_eq!(refused("a: 1\nb: [\n").0, 3);
    // In a frontmatter, a rule reports duplicate keys.
    assert!(build("a: 1\na: 2\n", &Limits::new(10)).is_ok());
}
