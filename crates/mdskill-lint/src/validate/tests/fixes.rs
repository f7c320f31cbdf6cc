//! Fixes of the frontmatter, compared byte for byte.

use super::*;
use crate::diagnostic::{Change, Fix, Safety};
use crate::frontmatter;

/// Returns the first fix of a rule in `text`.
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

/// Fixes `fields` until the rule has no more fixes, and compares the whole file, so that
/// unrelated bytes must stay.
fn becomes(code: &str, safety: Safety, fields: &str, wanted: &str) {
    for end in ["\n", "\r\n"] {
        let mut text = file(fields).replace('\n', end);
        while let Some(fix) = fix(code, &text) {
            assert_eq!(fix.safety, safety, "{fields}");
            let fixed = apply(&fix, &text);
            assert_ne!(fixed, text);
            text = fixed;
        }
        assert_eq!(text, file(wanted).replace('\n', end));
        frontmatter::parse(text.as_bytes()).unwrap();
    }
}

/// Returns the value of a field after the first fix of SK103.
fn fixed_value(key: &str, fields: &str) -> String {
    let text = file(fields);
    let fixed = apply(&fix("SK103", &text).unwrap(), &text);
    let frontmatter = frontmatter::parse(fixed.as_bytes()).unwrap();
    let value = &frontmatter.field(key).unwrap().value;
    value.text().unwrap().to_owned()
}

#[test]
fn safe_fix_quotes_strings() {
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
fn unsafe_fix_quotes_ambiguous_values() {
    let fixed = |fields, wanted| becomes("SK103", Safety::Unsafe, fields, wanted);
    fixed("x: \"b\" + \"c\"\n", "x: '\"b\" + \"c\"'\n");
    fixed("x: \"b \"c\" d\"\n", "x: 'b \"c\" d'\n");
    fixed("argument-hint: [b] [c]\n", "argument-hint: \"[b] [c]\"\n");
    fixed("tags: [b, c]   - d\n", "tags: [b, c, d]\n");
    fixed("tags: [b, - c: d: e]\n", "tags: \"[b, - c: d: e]\"\n");
    fixed("x: b: c # d\n", "x: \"b: c # d\"\n");
    fixed("x: b: c\n  D: e\n", "x: \"b: c D: e\"\n");
    fixed("x: {b: *c d, e: f}\n", "x: {b: \"*c d\", e: f}\n");
    fixed("x: & b\n", "x: \"& b\"\n");
    for none in ["metadata: b: c\n", "metadata:\n\tb: c\n", "x: \"b\n", "b\n"] {
        assert_eq!(fix("SK103", &file(none)), None, "{none}");
    }
}

#[test]
fn fixed_value_keeps_its_text() {
    let value = |fields| fixed_value("description", fields);
    assert_eq!(value("description: b: c\n\n  d\n"), "b: c\nd");
    assert_eq!(value("description: b\\n: \"c\" 'd'\n"), "b\\n: \"c\" 'd'");
    let long = format!("Use when: {}", "b ".repeat(400));
    assert_eq!(value(&format!("description: {long}\n")), long.trim());
}

#[test]
fn fix_removes_text_before_frontmatter() {
    let front = "---\nname: a\ndescription: b\n---\n\n# Body\n";
    let fixed = |above: &str, below: &str| {
        let text = format!("{above}{front}{below}");
        let fix = fix("SK101", &text)?;
        assert_eq!(apply(&fix, &text), front);
        Some(fix.safety)
    };
    assert_eq!(fixed("\n \n", ""), Some(Safety::Safe));
    assert_eq!(fixed("\u{feff}\r\n", ""), Some(Safety::Safe));
    assert_eq!(fixed("____\n", ""), Some(Safety::Unsafe));
    assert_eq!(fixed("````skill\n", "````\n"), Some(Safety::Unsafe));
    assert_eq!(fixed("<!-- c -->\n", ""), None);
    assert_eq!(fixed("# B\n", ""), None);
}

#[test]
fn fix_closes_open_frontmatter() {
    let fixed = |text: &str| {
        let fix = fix("SK102", text)?;
        assert_eq!(fix.safety, Safety::Unsafe);
        Some(apply(&fix, text))
    };
    let front = "---\nname: a\ndescription: b\n";
    for body in ["\n# Body\n", "# Body\n", "\nText.\n", ""] {
        let open = format!("{front}{body}");
        let closed = format!("{front}---\n{body}");
        assert_eq!(fixed(&open), Some(closed.clone()));
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(fixed(&crlf(&open)), Some(crlf(&closed)));
    }
    assert_eq!(
        fixed(front.trim_end()),
        Some(format!("{}\n---\n", front.trim_end()))
    );
    assert_eq!(fixed(&format!("{front}Text.\n")), None);
    assert_eq!(fixed("---\nname: a: b\n\n# Body\n"), None);
}

#[test]
fn fix_quotes_metadata_values() {
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
fn fix_replaces_commas_between_tools() {
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
}

#[test]
fn fix_corrects_type_and_name_of_client_fields() {
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
