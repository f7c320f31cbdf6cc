use anstream::adapter::strip_str;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::Look;

const PLAIN: Look = Look {
    width: 40,
    has_color: false,
    has_links: false,
};
const FULL: Look = Look {
    width: 40,
    has_color: true,
    has_links: true,
};

/// The lines with their escape sequences.
fn render(markdown: &str, look: Look) -> Vec<String> {
    let lines = super::render(markdown, look);
    lines.iter().map(ToString::to_string).collect()
}

fn render_file(path: &str, text: &str, look: Look) -> Vec<String> {
    let lines = super::render_file(path, text, look);
    lines.iter().map(ToString::to_string).collect()
}

fn plain(markdown: &str, width: usize) -> Vec<String> {
    render(markdown, Look { width, ..PLAIN })
}

#[test]
fn blocks_are_separated_and_wrapped() {
    assert_eq!(
        plain(
            "# A title\nOne two three four five six seven eight nine.\n\n---\n## Next\n> quoted text that is wrapped at the end\n>\n> again\n",
            30
        ),
        [
            "# A title",
            "",
            "One two three four five six",
            "seven eight nine.",
            "",
            "──────────────────────────────",
            "",
            "## Next",
            "",
            "│ quoted text that is wrapped",
            "│ at the end",
            "│",
            "│ again",
        ]
    );
}

#[test]
fn lists_are_nested_numbered_and_have_tasks() {
    assert_eq!(
        plain(
            "Text:\n- one\n  - inner item that is wrapped\n- two\n\nAfter\n\n9. nine\n10. ten\n\n- [x] done\n- [ ] open\n-\n",
            20
        ),
        [
            "Text:",
            "",
            "- one",
            "  - inner item that",
            "    is wrapped",
            "- two",
            "",
            "After",
            "",
            "9. nine",
            "10. ten",
            "",
            "- [x] done",
            "- [ ] open",
            "-",
        ]
    );
    assert_eq!(
        plain("1. loose\n\n   more\n\n2. item\n", 20),
        ["1. loose", "", "   more", "", "2. item"]
    );
}

#[test]
fn code_keeps_its_spaces_and_is_chopped() {
    assert_eq!(
        plain(
            "```py\nif x:\n    y = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n\n\tz\n```\nend\n",
            44
        ),
        [
            "    if x:",
            "        y = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "    aaaaaaa'",
            "",
            "        z",
            "",
            "end",
        ]
    );
    // An unclosed fence ends with the text, and a narrow terminal has no indent.
    assert_eq!(plain("```\na b\n", 20), ["a b"]);
}

#[test]
fn tables_fit_the_width_or_become_lists() {
    let table = "| Name | What it does |\n|---|--:|\n| `a` | short |\n| b | a long text that has many words in it |\n";
    assert_eq!(
        plain(table, 60),
        [
            "Name │                          What it does",
            "─────┼──────────────────────────────────────",
            "`a`  │                                 short",
            "b    │ a long text that has many words in it",
        ]
    );
    assert_eq!(
        plain(table, 30),
        [
            "Name │            What it does",
            "─────┼────────────────────────",
            "`a`  │                   short",
            "b    │    a long text that has",
            "     │        many words in it",
        ]
    );
    let wide = "| Heading one | Heading two | Heading three |\n|---|---|---|\n| a | b | c |\n| d | | f |\n";
    assert_eq!(
        plain(wide, 20),
        [
            "Heading one: a",
            "Heading two: b",
            "Heading three: c",
            "",
            "Heading one: d",
            "Heading three: f",
        ]
    );
}

#[test]
fn links_name_their_targets() {
    assert_eq!(
        plain(
            "[docs](https://a.example/x), <https://b.example>, [top](#top), [a.md](a.md), [forms](references/forms.md), ![pic](i.png)",
            200
        )
        .join(" "),
        "docs (https://a.example/x), https://b.example, top, a.md, forms (references/forms.md), [image: pic] (i.png)"
    );
    let wide = Look { width: 80, ..FULL };
    let line = render("[docs](https://a.example/\u{202e}x) [forms](f.md)", wide).concat();
    assert_eq!(
        line,
        "\u{1b}]8;;https://a.example/%E2%80%AEx\u{1b}\\\u{1b}[4mdocs\u{1b}[0m\u{1b}]8;;\u{1b}\\ \u{1b}[4mforms\u{1b}[0m\u{1b}[2m (f.md)\u{1b}[0m"
    );
    // A text that looks like a URL does not hide another one, and other schemes are not links.
    let line = render("[https://good.example](https://evil.example)", wide).concat();
    assert!(
        strip_str(&line)
            .to_string()
            .contains("(https://evil.example)")
    );
    for other in ["javascript:alert(1)", "file:///etc/passwd", "vscode://x"] {
        let line = render(&format!("[a]({other})"), wide).concat();
        assert!(!line.contains("\u{1b}]8"), "{line:?}");
        assert!(line.contains(other), "{line:?}");
    }
}

#[test]
fn html_is_text() {
    assert_eq!(
        plain(
            "<script>alert(1)</script>\n\nA <b>bold</b> <!-- hidden --> word\n\n<!--\nnot seen\n-->\n",
            60
        ),
        [
            "<script>alert(1)</script>",
            "",
            "A <b>bold</b> <!-- hidden --> word",
            "",
            "<!--",
            "not seen",
            "-->",
        ]
    );
}

#[test]
fn escape_sequences_and_invisible_characters_are_shown() {
    let hostile =
        "# \u{1b}]0;title\u{7}\n\u{1b}[31mred \u{202e}back `a\u{200b}b`\n\n```\n\u{1b}[2J\r\n```\n";
    for look in [PLAIN, FULL] {
        let text = render(hostile, look).join("\n");
        let plain = strip_str(&text).to_string();
        for shown in [
            "\\u{1b}]0;title\\u{7}",
            "\\u{202e}",
            "a\\u{200b}b",
            "\\u{1b}[2J",
        ] {
            assert!(
                plain.replace('\n', "").contains(shown),
                "{shown} in {plain}"
            );
        }
    }
    let file = render_file("a.py", "x = '\u{1b}[2J' # \u{202e}\n", FULL).concat();
    assert!(
        file.contains("\\u{1b}[2J") && file.contains("\\u{202e}"),
        "{file:?}"
    );
}

#[test]
fn code_has_colors_of_the_terminal() {
    let line = render("```python\nimport os # x\n```\n", FULL).concat();
    assert_eq!(
        line,
        "    \u{1b}[35mimport\u{1b}[0m os \u{1b}[2m# x\u{1b}[0m"
    );
    assert!(
        !render("```nosuch\nimport os\n```\n", FULL)
            .concat()
            .contains('\u{1b}')
    );
    assert!(
        render_file("scripts/a.sh", "echo \"x\"\n", FULL)
            .concat()
            .contains('\u{1b}')
    );
    assert_eq!(render_file("scripts/a.sh", "echo x\n", PLAIN), ["echo x"]);
}

#[test]
fn wide_characters_count_their_columns() {
    assert_eq!(
        plain("技能技能技能技能技能 and 👩 words", 12),
        ["技能技能技能", "技能技能 and", "👩 words"]
    );
}

/// Texts that are expensive for careless code: in quadratic time, this test would take very long.
#[test]
fn hostile_texts_are_rendered_in_linear_time() {
    let row = format!("|{}\n", "a|".repeat(50));
    let levels: Vec<String> = (0..300).map(|at| "  ".repeat(at) + "- x\n").collect();
    let nested = levels.concat();
    let table = format!("{row}|{}\n{}", "-|".repeat(50), row.repeat(1000));
    for text in [
        "> ".repeat(10_000) + "deep",
        "- ".repeat(10_000) + "deep",
        nested,
        "# heading\n\n".repeat(10_000),
        "**a ".repeat(50_000),
        "![".repeat(50_000),
        "![".repeat(20_000) + &"](x)".repeat(20_000),
        "[a](".repeat(50_000),
        "<a ".repeat(50_000),
        "`".repeat(1_000_000),
        "x".repeat(200_000),
        "x ".repeat(100_000),
        "\u{301}".repeat(100_000),
        "```py\n".to_owned() + &"(".repeat(200_000),
        "```js\n".to_owned() + &"/a".repeat(100_000),
        "```sh\n".to_owned() + &"${".repeat(100_000),
        "```yaml\n".to_owned() + &"- ".repeat(100_000),
        "| a ".repeat(100_000) + "\n" + &"|-".repeat(100_000),
        format!(
            "|{}\n|{}\n{}",
            "a|".repeat(1000),
            "-|".repeat(1000),
            "|x\n".repeat(20_000)
        ),
        table,
        "[^a]: ".repeat(10_000),
    ] {
        for look in [PLAIN, FULL] {
            let lines = render(&text, look);
            assert_bounds(&lines, look);
        }
    }
}

/// Asserts that the lines have no escape sequences but ours, and fit the width.
fn assert_bounds(lines: &[String], look: Look) {
    for line in lines {
        let plain = strip_str(line).to_string();
        assert!(!plain.chars().any(char::is_control), "{plain:?}");
        assert!(plain.width() <= look.width.max(10), "{plain:?}");
        let mut rest = line.as_str();
        while let Some(at) = rest.find('\u{1b}') {
            let sequence = &rest[at..];
            let end = if sequence.starts_with("\u{1b}[") {
                sequence.find('m')
            } else {
                assert!(sequence.starts_with("\u{1b}]8;;"), "{line:?}");
                sequence.find("\u{1b}\\").map(|end| end + 1)
            };
            rest = &sequence[end.unwrap() + 1..];
        }
        assert!(look.has_color || !line.contains('\u{1b}'), "{line:?}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_lines(
        text in "([-#>*_`|~\\[\\]()!<&; \n\t\r:0-9a-c\u{1b}\u{7}\u{9b}\u{202e}\u{fe0f}é技👩]|```sh\n|\\| a \\| b \\|\n\\|-\\|-\\|\n|<!-- |https://|- \\[x\\] ){0,120}",
        width in 0_usize..90,
    ) {
        for look in [Look { width, ..PLAIN }, Look { width, ..FULL }] {
            assert_bounds(&render(&text, look), look);
            for path in ["a.py", "a.sh", "a.js", "a.json", "a.yaml", "a.toml", "a.rs", "a.md", "a.html", "a.css", "Dockerfile", "a"] {
                assert_bounds(&render_file(path, &text, look), look);
            }
        }
    }

    #[test]
    fn every_word_of_a_text_is_shown(words in prop::collection::vec("[a-z]{1,30}", 1..40), width in 10_usize..60) {
        let text = words.join(" ");
        let shown = render(&format!("> - {text}\n"), Look { width, ..PLAIN });
        let marks = |c: char| c.is_whitespace() || c == '│' || c == '-';
        let shown: String = shown.concat().chars().filter(|c| !marks(*c)).collect();
        prop_assert_eq!(shown, words.concat());
    }
}
