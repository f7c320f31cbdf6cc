//! Checks with a Markdown parser that escaped text stays text.

use super::*;

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

/// Parses with all extensions, except those that change plain text.
fn events(text: &str) -> Vec<Event<'_>> {
    let options = Options::all()
        - Options::ENABLE_SMART_PUNCTUATION
        - Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        - Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    Parser::new_ext(text, options).collect()
}

/// Text that is likely to contain markup.
fn strange() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("@octocat"),
        Just("#1"),
        Just("GH-2"),
        Just("https://evil.example"),
        Just("www.evil.example"),
        Just("<b>"),
        Just("</details>"),
        Just("![x](y)"),
        Just("[x]: y"),
        Just("`"),
        Just("``"),
        Just("```"),
        Just("\n"),
        Just("\n\n"),
        Just("\r"),
        Just("|"),
        Just("    "),
        Just("\t"),
        Just("# "),
        Just("- "),
        Just("1. "),
        Just("&amp;"),
        Just("\\"),
        Just("*"),
        Just("_"),
        Just("~~"),
        Just("$"),
        Just("[^1]"),
        Just("[ ] "),
        Just("\u{202e}"),
        Just("\u{a0}"),
        Just("a"),
        Just("Z"),
        Just("\u{6280}"),
        Just("a@b.org"),
        Just(":"),
        Just("---"),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn escaped_text_is_read_as_text(text in strange()) {
        let line = format!("- x{}x", escaped(&text));
        let mut read = String::new();
        for event in events(&line) {
            match event {
                Event::Text(piece) => read += &piece,
                Event::Start(Tag::List(_) | Tag::Item) | Event::End(_) => {}
                other => panic!("{other:?} in {line}"),
            }
        }
        prop_assert_eq!(read.replace('\u{200b}', ""), format!("x{}x", sanitize::line(&text)));
        for made in ["@o", "@b", "#1", "GH-2", "://", "www."] {
            prop_assert!(!read.contains(made), "{}", read);
        }
    }

    #[test]
    fn code_is_read_as_code(text in strange()) {
        let line = format!("- x {} x", code(&text));
        let read: Vec<_> = events(&line).into_iter().filter_map(|event| match event {
            Event::Code(code) => Some(code.to_string()),
            Event::Text(piece) => {
                assert!(["x ", " x"].contains(&&*piece), "{piece:?} in {line}");
                None
            }
            Event::Start(Tag::List(_) | Tag::Item) | Event::End(_) => None,
            other => panic!("{other:?} in {line}"),
        }).collect();
        prop_assert_eq!(read.len(), 1);
        let shown = sanitize::line(&text);
        prop_assert_eq!(read[0].trim(), shown.trim());
    }

    #[test]
    fn fenced_text_is_read_as_one_block(text in strange()) {
        let block = fenced("diff", &text);
        let page = format!("{block}\nafter\n");
        let mut read = String::new();
        let mut blocks = 0;
        for event in events(&page) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    assert_eq!(&*language, "diff");
                    blocks += 1;
                }
                Event::Text(piece) => read += &piece,
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                other => panic!("{other:?} in {page}"),
            }
        }
        prop_assert_eq!(blocks, 1);
        let shown = sanitize::block(&text);
        prop_assert_eq!(read, format!("{}\nafter", shown.trim_end_matches('\n')));
    }
}

#[test]
fn escaped_text_has_no_mentions_and_no_links() {
    assert_eq!(escaped("@me and a@b.org"), "@&#8203;me and a@&#8203;b.org");
    assert_eq!(escaped("fixes #1, gh-2"), "fixes #&#8203;1, gh-&#8203;2");
    assert_eq!(escaped("https://a.b"), "https:&#8203;//a.b");
    assert_eq!(escaped("WWW.a.b"), "WWW&#8203;.a.b");
    assert_eq!(
        escaped("![x](y)<b>\n\u{202e}"),
        "!\\[x\\](y)\\<b> \\\\u{202e}"
    );
}

#[test]
fn escaped_text_has_backslashes_only_where_needed() {
    for plain in [
        "C# and - and @ x",
        "acme/skills at v1.2 (main): use snake_case, 100%, it's \"so\"; + = ? ! {a}",
    ] {
        assert_eq!(escaped(plain), plain);
    }
    assert_eq!(escaped("__init__ and a_b"), "\\_\\_init\\_\\_ and a_b");
}

#[test]
fn code_with_backticks_has_longer_delimiters() {
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(code(""), "`  `");
    assert_eq!(
        fenced("diff", "+```\n+````\n\u{7}\n"),
        "`````diff\n+```\n+````\n\\u{7}\n`````\n"
    );
    assert_eq!(html_code("<a>&\n"), "<code>&lt;a&gt;&amp; </code>");
}

#[test]
fn link_has_an_http_url_or_is_text() {
    assert_eq!(link("x", "https://a.b/c...d"), "[x](https://a.b/c...d)");
    assert_eq!(link("x", "javascript:alert(1)"), "x");
    assert_eq!(
        link("x", "https://a.b/)|\u{e9}"),
        "[x](https://a.b/%29%7C%C3%A9)"
    );
}
