//! `--profile`: the client whose rules apply.

use std::collections::BTreeMap;

use crate::support::test_context::TestContext;

/// A context with a skill whose findings differ by profile.
fn context() -> TestContext {
    let context = TestContext::with_origin("");
    let long = "Reads a ledger. ".repeat(70);
    context.write(
        "skills/ledger/SKILL.md",
        format!("---\nname: books\ndescription: {long}\nallowed-tools: [Read, Grep]\nmetadata:\n  version: 1\n---\n[x](references/none.md)\n"),
    );
    context.write(
        "skills/nameless/SKILL.md",
        "---\nallowed-tools: Read, Grep\n---\nText\n",
    );
    context
}

/// The severity of each found code, for the codes that the tests compare.
fn found(context: &TestContext, flags: &[&str]) -> BTreeMap<String, String> {
    const CODES: [&str; 8] = [
        "SK112", "SK113", "SK114", "SK201", "SK203", "SK210", "SK211", "SK301",
    ];
    let json = context
        .mdskill([&["validate", "--json"], flags].concat())
        .run();
    let json = json.json();
    let found = json["diagnostics"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let found = found.map(|found| (text(&found["code"]), text(&found["severity"])));
    found
        .filter(|(code, _)| CODES.contains(&code.as_str()))
        .collect()
}

fn levels(expected: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(code, word): &(&str, &str)| ((*code).to_owned(), (*word).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn each_profile_has_its_own_severities() {
    let context = context();
    let copilot = levels(&[
        ("SK112", "info"),
        ("SK113", "warning"),
        ("SK114", "warning"),
        ("SK201", "error"),
        ("SK203", "error"),
        ("SK210", "error"),
        ("SK211", "error"),
        ("SK301", "error"),
    ]);
    assert_eq!(found(&context, &[]), copilot);
    assert_eq!(found(&context, &["--profile", "copilot"]), copilot);
    let claude = levels(&[
        ("SK113", "warning"),
        ("SK114", "warning"),
        ("SK201", "info"),
        ("SK203", "info"),
        ("SK210", "warning"),
        ("SK211", "warning"),
        ("SK301", "error"),
    ]);
    assert_eq!(found(&context, &["--profile", "claude"]), claude);
    let spec = levels(&[
        ("SK112", "error"),
        ("SK113", "error"),
        ("SK114", "error"),
        ("SK201", "error"),
        ("SK203", "error"),
        ("SK210", "error"),
        ("SK211", "error"),
        ("SK301", "error"),
    ]);
    assert_eq!(found(&context, &["--profile", "spec"]), spec);
}

#[test]
fn selected_rule_has_the_severity_of_the_profile() {
    let context = context();
    let selected = found(
        &context,
        &["--profile", "claude", "--select", "SK203,SK112"],
    );
    assert_eq!(selected, levels(&[("SK112", "info"), ("SK203", "info")]));
}

#[test]
fn unknown_profile_is_refused() {
    let context = context();
    let run = |flags: &[&str]| context.mdskill([&["validate"], flags].concat()).run();
    for word in ["parity", "reference", "copilt"] {
        run(&["--profile", word])
            .fails(2)
            .says("use copilot, claude, or spec");
    }
}
