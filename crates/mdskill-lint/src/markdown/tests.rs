use proptest::prelude::*;

use super::LinkKind::{CodeBlock, CodeSpan, Command, Html, Image, Link, Prose};
use super::*;

fn seen(markdown: &str) -> Vec<(LinkKind, String)> {
    let found = read(markdown, 0).links.into_iter();
    found.map(|found| (found.kind, found.target)).collect()
}

fn pairs(pairs: &[(LinkKind, &str)]) -> Vec<(LinkKind, String)> {
    let owned = |(kind, target): &(LinkKind, &str)| (*kind, (*target).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn links_of_every_style_count_with_their_place() {
    let text = "---\nx\n---\n# T\n\nSee é [a](x.md#f) ![b](y%20z.png)\n[c][] <img src='d.png'>\n\n[c]: r/c.md?q\n";
    let found = read(text, 10);
    let places: Vec<_> = found
        .links
        .iter()
        .map(|found| (found.kind, found.target.as_str(), found.span.of(text)))
        .collect();
    assert_eq!(
        places,
        [
            (Link, "x.md", "[a](x.md#f)"),
            (Image, "y z.png", "![b](y%20z.png)"),
            (Link, "r/c.md", "[c]"),
            (Html, "d.png", "<img src='d.png'>"),
        ]
    );
    assert_eq!(found.links[0].fragment.as_deref(), Some("f"));
}

#[test]
fn other_hosts_do_not_count_and_fragments_do() {
    let markdown = "<https://a.b/c> [a](https://x/y) [b](#f) [c](mailto:a@b) [d](//h/p) `http://a/b` \
         <ada@a.b> [e](git@a.b:o/r.git) `git@a.b:o/r.git` [f](vscode://x/y.md)";
    assert_eq!(seen(markdown), pairs(&[(Link, "")]));
}

#[test]
fn blocks_of_code_hold_paths_and_comments_nothing() {
    let markdown = "```markdown\n[a](r/x.md)\npython s/x.py\n```\n\n    [b](y.md)\n\n<!-- [c](r/z.md) `r/z.md` -->\n";
    assert_eq!(
        seen(markdown),
        pairs(&[(CodeBlock, "r/x.md"), (CodeBlock, "s/x.py")])
    );
}

#[test]
fn a_code_span_is_a_path_or_a_command() {
    let markdown = "`a.md` `r/a.md#f` `python s/x.py` [`r/b`](r/b) | `c/d/` | see r/e.md.";
    assert_eq!(
        seen(markdown),
        pairs(&[
            (CodeSpan, "r/a.md"),
            (Command, "s/x.py"),
            (Link, "r/b"),
            (CodeSpan, "c/d/"),
            (Prose, "r/e.md"),
        ])
    );
}

#[test]
fn code_span_over_two_lines_is_read_the_same_with_crlf() {
    for text in [
        "[x](r/é.md)```\n[x](r/é.md)> ```\n",
        "a ``\nr/b.md `` b\n",
        "a `b\nr/c.md`\n",
    ] {
        assert_eq!(seen(text), seen(&text.replace('\n', "\r\n")), "{text}");
    }
    assert_eq!(seen("a ``\r\nr/b.md `` b"), pairs(&[(CodeSpan, "r/b.md")]));
}

#[test]
fn a_reference_knows_the_block_around_it() {
    let text = "Not this.\n\n- **See** `x`'s\n  `r/a` now\n- then\n";
    let found = read(text, 0);
    let block = found.links[0].block.of(text);
    assert!(
        block.contains("**See** `x`'s\n  `r/a` now") && !block.contains("then"),
        "{block}"
    );
}

#[test]
fn headings_ids_comments_and_blocks_are_found() {
    let text = "# A `b` *c*\n\n<a name=\"own\"></a>\n\ntext <!-- x -->\n\n- one\n- two\n";
    let found = read(text, 0);
    assert!(found.anchors.has("a-b-c") && found.anchors.has("own"));
    let pieces = |spans: &[Span]| -> Vec<String> {
        let pieces = spans.iter().map(|span| span.of(text).trim().to_owned());
        pieces.collect()
    };
    assert_eq!(pieces(&found.comments), ["<!-- x -->"]);
    assert_eq!(
        pieces(&found.blocks),
        [
            "# A `b` *c*",
            "<a name=\"own\"></a>",
            "text <!-- x -->",
            "- one\n- two"
        ]
    );
}

#[test]
fn a_fence_that_nothing_closes_is_known() {
    let unclosed = |text: &str| read(text, 0).unclosed_fences.len();
    for closed in [
        "```\na\n```\n",
        "~~~~ x\n```\n~~~~",
        "- a\n  ```\n  b\n  ```\n",
        "> ```\n> b\n> ```\n",
        "    indented\n",
        "```\n```",
    ] {
        assert_eq!(unclosed(closed), 0, "{closed}");
    }
    for open in ["```\na\n", "````\n```\n", "```", "- ```\n  b\n\nc\n"] {
        assert_eq!(unclosed(open), 1, "{open}");
    }
}

proptest! {
    #[test]
    fn no_markdown_panics(text in "([a-c/.]|é|[`~*_!<>|#%=\"\\[\\]()\\\\: \t\r\n-]){0,120}") {
        let found = read(&text, 0);
        for link in found.links {
            prop_assert!(text.get(link.span.start..link.span.end).is_some());
            prop_assert!(text.get(link.block.start..link.block.end).is_some());
        }
        for span in found.blocks.iter().chain(&found.comments).chain(&found.unclosed_fences) {
            prop_assert!(text.get(span.start..span.end).is_some());
        }
    }
}
