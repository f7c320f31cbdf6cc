//! Fixes of the frontmatter: what becomes of the file, byte for byte.

use super::*;
use crate::diagnostic::{Change, Fix, Safety};
use crate::frontmatter;

/// The first fix for a rule's finding in `text`.
fn fix(code: &str, text: &str) -> Option<Fix> {
    let found = validate_text(text.as_bytes()).into_iter();
    let mut of_rule = found.filter(|found| found.code == code);
    of_rule.find_map(|found| found.fix)
}

fn apply(fix: &Fix, text: &str) -> String {
    let Change::Edit(edits) = &fix.change else {
        panic!("{fix:?}")
    };
    let (mut out, mut reached) = (String::new(), 0);
    for edit in edits {
        assert!(reached <= edit.span.start);
        out += &text[reached..edit.span.start];
        out += &edit.replacement;
        reached = edit.span.end;
    }
    out + &text[reached..]
}

fn file(fields: &str) -> String {
    format!("---\nname: a\n{fields}# last\nlicense: MIT\n---\n\n# Body\n")
}

/// Mends `fields` until the rule has no more fixes, and compares the whole file; whatever
/// wasn't to change is in both.
fn becomes(code: &str, safety: Safety, fields: &str, wanted: &str) {
    for end in ["\n", "\r\n"] {
        let mut text = file(fields).replace('\n', end);
        while let Some(fix) = fix(code, &text) {
            assert_eq!(fix.safety, safety, "{fields}");
            let mended = apply(&fix, &text);
            assert_ne!(mended, text);
            text = mended;
        }
        assert_eq!(text, file(wanted).replace('\n', end));
        frontmatter::parse(text.as_bytes()).unwrap();
    }
}

/// The text of a field after all fixes of SK103.
fn mended_value(key: &str, fields: &str) -> String {
    let text = file(fields);
    let mended = apply(&fix("SK103", &text).unwrap(), &text);
    let frontmatter = frontmatter::parse(mended.as_bytes()).unwrap();
    let value = &frontmatter.field(key).unwrap().value;
    value.text().unwrap().to_owned()
}

#[test]
fn what_is_surely_a_text_is_quoted() {
    let safe = |fields, wanted| becomes("SK103", Safety::Safe, fields, wanted);
    safe("description: b: c\n", "description: \"b: c\"\n");
    safe("description: b: c:\n", "description: \"b: c:\"\n");
    safe(
        "description: say \"b\": c\n",
        "description: 'say \"b\": c'\n",
    );
    safe(
        "description: it's \"b\": c\n",
        "description: \"it's \\\"b\\\": c\"\n",
    );
    safe(
        "description: Use when: b\n  and é,\n    or d\nx: y\n",
        "description: \"Use when: b and é, or d\"\nx: y\n",
    );
    safe("description:\n  b: c: d\n", "description:\n  b: \"c: d\"\n");
    safe("globs: **/*.ext\n", "globs: \"**/*.ext\"\n");
    safe(
        "globs:\n  - **/*.ext\n  - *.b\n",
        "globs:\n  - \"**/*.ext\"\n  - \"*.b\"\n",
    );
    safe("x: `b` c\n", "x: \"`b` c\"\n");
    safe("x: @b\ny: %c\n", "x: \"@b\"\ny: \"%c\"\n");
    safe("description: 'it's here'\n", "description: \"it's here\"\n");
    safe("description: \"B\" is c\n", "description: '\"B\" is c'\n");
    safe("x: b: c\ny: d: e\n", "x: \"b: c\"\ny: \"d: e\"\n");
}

#[test]
fn what_may_be_more_than_a_text_is_quoted_only_when_asked() {
    let asked = |fields, wanted| becomes("SK103", Safety::Unsafe, fields, wanted);
    asked("x: \"b\" + \"c\"\n", "x: '\"b\" + \"c\"'\n");
    asked("x: \"b \"c\" d\"\n", "x: 'b \"c\" d'\n");
    asked("argument-hint: [b] [c]\n", "argument-hint: \"[b] [c]\"\n");
    asked("tags: [b, c]   - d\n", "tags: [b, c, d]\n");
    asked("tags: [b, - c: d: e]\n", "tags: \"[b, - c: d: e]\"\n");
    asked("x: b: c # d\n", "x: \"b: c # d\"\n");
    asked("x: b: c\n  D: e\n", "x: \"b: c D: e\"\n");
    asked("x: {b: *c d, e: f}\n", "x: {b: \"*c d\", e: f}\n");
    asked("x: & b\n", "x: \"& b\"\n");
    for none in ["metadata: b: c\n", "metadata:\n\tb: c\n", "x: \"b\n", "b\n"] {
        assert_eq!(fix("SK103", &file(none)), None, "{none}");
    }
}

#[test]
fn a_mended_value_says_what_was_written() {
    let value = |fields| mended_value("description", fields);
    assert_eq!(value("description: b: c\n\n  d\n"), "b: c\nd");
    assert_eq!(value("description: b\\n: \"c\" 'd'\n"), "b\\n: \"c\" 'd'");
    let long = format!("Use when: {}", "b ".repeat(400));
    assert_eq!(value(&format!("description: {long}\n")), long.trim());
}

#[test]
fn what_stands_before_the_frontmatter_goes() {
    let front = "---\nname: a\ndescription: b\n---\n\n# Body\n";
    let mended = |above: &str, below: &str| {
        let text = format!("{above}{front}{below}");
        let fix = fix("SK101", &text)?;
        assert_eq!(apply(&fix, &text), front);
        Some(fix.safety)
    };
    assert_eq!(mended("\n \n", ""), Some(Safety::Safe));
    assert_eq!(mended("\u{feff}\r\n", ""), Some(Safety::Safe));
    assert_eq!(mended("____\n", ""), Some(Safety::Unsafe));
    assert_eq!(mended("````skill\n", "````\n"), Some(Safety::Unsafe));
    assert_eq!(mended("<!-- c -->\n", ""), None);
    assert_eq!(mended("# B\n", ""), None);
}

#[test]
fn an_open_frontmatter_is_closed_where_it_must_end() {
    let mended = |text: &str| {
        let fix = fix("SK102", text)?;
        assert_eq!(fix.safety, Safety::Unsafe);
        Some(apply(&fix, text))
    };
    let front = "---\nname: a\ndescription: b\n";
    for body in ["\n# Body\n", "# Body\n", "\nText.\n", ""] {
        let open = format!("{front}{body}");
        let closed = format!("{front}---\n{body}");
        assert_eq!(mended(&open), Some(closed.clone()));
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(mended(&crlf(&open)), Some(crlf(&closed)));
    }
    assert_eq!(
        mended(front.trim_end()),
        Some(format!("{}\n---\n", front.trim_end()))
    );
    assert_eq!(mended(&format!("{front}Text.\n")), None);
    assert_eq!(mended("---\nname: a: b\n\n# Body\n"), None);
}

#[test]
fn values_of_metadata_are_quoted_as_they_are_written() {
    becomes(
        "SK114",
        Safety::Safe,
        "description: b\nmetadata:\n  v: 1.10 # first\n  t: true\n  n: ~\n  none:\n  l: [1, 2]\n  s: c\n",
        "description: b\nmetadata:\n  v: \"1.10\" # first\n  t: \"true\"\n  n: \"~\"\n  none:\n  l: [1, 2]\n  s: c\n",
    );
    becomes(
        "SK114",
        Safety::Safe,
        "description: b\nmetadata: {v: 1, w: c}\n",
        "description: b\nmetadata: {v: \"1\", w: c}\n",
    );
}

#[test]
fn commas_between_tools_become_spaces() {
    let tools = |written: &str, wanted: &str| {
        becomes(
            "SK113",
            Safety::Unsafe,
            &format!("description: b\nallowed-tools: {written}\n"),
            &format!("description: b\nallowed-tools: {wanted}\n"),
        );
    };
    tools("Read, Grep", "Read Grep");
    tools("Read,Grep,", "Read Grep");
    tools("\"Read,Bash(a, b), Grep\"", "\"Read Bash(a, b) Grep\"");
    tools(">-\n  Read,\n  Grep", ">-\n  Read\n  Grep");
}

#[test]
fn fields_of_clients_get_their_type_and_their_name() {
    let safe = |fields, wanted| becomes("SK117", Safety::Safe, fields, wanted);
    safe("argument-hint: [b]\n", "argument-hint: \"[b]\"\n");
    safe("argument-hint: 7 # c\n", "argument-hint: \"7\" # c\n");
    safe("user-invocable: 'no'\n", "user-invocable: false\n");
    safe(
        "disable-model-invocation: Yes\n",
        "disable-model-invocation: true\n",
    );
    for none in [
        "argument-hint:\n- b\n",
        "user-invocable: 2\n",
        "user-invocable: &b yes\n",
    ] {
        assert_eq!(fix("SK117", &file(none)), None, "{none}");
    }
    becomes(
        "SK110",
        Safety::Unsafe,
        "user_invocable: no\n",
        "user-invocable: no\n",
    );
    assert_eq!(fix("SK110", &file("License: b\n")), None);
}
