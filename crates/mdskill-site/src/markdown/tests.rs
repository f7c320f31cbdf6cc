use super::*;

fn rendered(text: &str) -> Rendered {
    let resolve = |_: usize, target: &str| match target {
        "" => Destination::Nowhere,
        "logo.png" => Destination::Image("files/logo.png".to_owned()),
        "a.md" => Destination::Site("files/a.md.html".to_owned()),
        target => web(target),
    };
    render(&Source {
        text,
        resolve: &resolve,
        level: 3,
    })
}

fn html(text: &str) -> String {
    rendered(text).html
}

#[test]
fn html_of_a_text_is_text() {
    assert_eq!(
        html("a <b onclick=x>b</b><br/>c"),
        "<p>a <code class=raw>&lt;b onclick=x&gt;</code>b<code class=raw>&lt;/b&gt;</code><br />\nc</p>\n"
    );
    assert_eq!(
        html("<script>\nalert(1)\n</script>\n"),
        "<pre class=raw tabindex=0><code>&lt;script&gt;\nalert(1)\n&lt;/script&gt;\n</code></pre>\n"
    );
    assert_eq!(
        html("![a\"><script>](x)"),
        "<p>[image: a&quot;&gt;&lt;script&gt;]</p>\n"
    );
    assert_eq!(
        html("```html\"><script>\n</code></pre><script>\n```"),
        "<pre tabindex=0><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;\n</code></pre>\n"
    );
}

#[test]
fn only_safe_links_are_links() {
    for target in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/absolute",
        "&#106;avascript:x",
        "https://a.example/\u{202e}",
    ] {
        let html = html(&format!("[a](<{target}>)"));
        assert!(
            !html.contains("href") || html.contains("⟨U+202E⟩"),
            "{html}"
        );
    }
    assert_eq!(
        html("[a](https://a.example/?x=\"'&y) [b](a.md) ![c](logo.png)"),
        "<p><a href=\"https://a.example/?x=&quot;&#39;&amp;y\" rel=\"nofollow noopener noreferrer\">a</a> \
         <a href=\"files/a.md.html\">b</a> <img src=\"files/logo.png\" alt=\"c\" loading=lazy></p>\n"
    );
    assert!(html("<https://a.example>").contains("<a href=\"https://a.example\""));
}

#[test]
fn headings_are_in_order() {
    let found = rendered("## A <b>\n\n##### B `c`\n\n## A\n\n# D\n");
    let levels: Vec<&str> = found
        .html
        .lines()
        .map(|line| &line[..line.find('>').unwrap()])
        .collect();
    assert_eq!(
        levels,
        [
            "<h3 id=\"a\"",
            "<h4 id=\"b-c\"",
            "<h3 id=\"a-1\"",
            "<h3 id=\"d\""
        ]
    );
    let outline: Vec<_> = found
        .outline
        .iter()
        .map(|heading| (heading.depth, heading.text.as_str()))
        .collect();
    assert_eq!(outline, [(1, "A"), (2, "B c"), (1, "A"), (1, "D")]);
}

#[test]
fn tables_tasks_and_footnotes_have_no_styles_and_fields() {
    let html = html("| a | b |\n|:-:|--:|\n| 1 | `2` |\n\n- [x] done\n\nx[^1]\n\n[^1]: y\n");
    assert!(html.contains("<th scope=col class=center>a</th><th scope=col class=right>b</th>"));
    assert!(html.contains("<td class=center>1</td><td class=right><code>2</code></td>"));
    assert!(html.contains("\u{2611} done") && !html.contains("style=") && !html.contains("<input"));
    assert!(html.contains("href=\"#note:1\"") && html.contains("id=\"note:1\""));
}

#[test]
fn footnotes_have_ids_whatever_their_labels() {
    let html = html("x[^a \"b] y[^2]\n\n[^2]: two\n\n[^a \"b]: one\n\n[^2]: again\n");
    for part in [
        "href=\"#note:1\">[a &quot;b]",
        "href=\"#note:2\">[2]",
        "id=\"note:2\"><sup>2</sup><div>\n<p>two",
        "id=\"note:1\"><sup>a &quot;b</sup><div>\n<p>one",
        "<div class=footnote><sup>2</sup><div>\n<p>again",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
}
