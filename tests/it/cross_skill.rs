//! Findings that compare skills, and files that are not in a skill folder.

use crate::support::outcome::Outcome;
use crate::support::test_context::TestContext;

const TEXT: &str = "Keeps a log of decisions. Use when a team decides";

/// Returns a project with these files.
fn context(files: &[(&str, &str)]) -> TestContext {
    let context = TestContext::with_origin("");
    for (path, text) in files {
        let path = context.project().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    context
}

fn skill(name: &str, description: &str) -> String {
    format!("---\nname: {name}\ndescription: {description}\n---\n\n# Log\n\nWrite it down.\n")
}

/// Returns the code and the file of each finding of `validate`.
fn found(outcome: &Outcome) -> Vec<(String, String)> {
    let json = outcome.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let found = json["diagnostics"].as_array().unwrap().iter();
    found
        .map(|found| (text(&found["code"]), text(&found["file"])))
        .collect()
}

fn pair(code: &str, file: &str) -> (String, String) {
    (code.to_owned(), file.to_owned())
}

#[test]
fn validate_compares_all_skills_of_a_repository() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("a/log", "log", "Keeps a log")
        .skill("b/log", "log", "Keeps another log")
        .skill("b/journal", "journal", "Keeps another log")
        .skill(".claude/skills/log", "log", "Keeps a log");
    repo.commit("Two of a name");
    let outcome = context.run(&["validate", "acme/skills", "--json"]);
    outcome
        .fails(3)
        .says("is also the name of the skill in `acme/skills/a/log`");
    let between = found(&outcome);
    let between: Vec<_> = between
        .into_iter()
        .filter(|(code, _)| ["SK205", "SK214"].contains(&code.as_str()))
        .collect();
    assert_eq!(
        between,
        [
            pair("SK205", "acme/skills/b/log/SKILL.md"),
            pair("SK214", "acme/skills/b/log/SKILL.md"),
        ]
    );
    let one = context.run(&["validate", "acme/skills/b/log", "--json"]);
    assert!(!found(&one).contains(&pair("SK205", "acme/skills/b/log/SKILL.md")));
}

#[test]
fn skill_installed_for_several_agents_is_not_a_duplicate() {
    let log = skill("log", TEXT);
    let installed = [
        ("skills/log/SKILL.md", log.as_str()),
        (".github/skills/log/SKILL.md", &log),
        (".claude/skills/log/SKILL.md", &log),
        (".agents/skills/log/SKILL.md", "---\nname: log\n---\nText\n"),
    ];
    let context = context(&installed[..3]);
    let outcome = context.mdskill(["validate", "--json"]).run();
    assert_eq!(found(outcome.ok()), []);
    // An edited copy is still the same skill.
    let context = self::context(&installed);
    let outcome = context.mdskill(["validate", "--json"]).run();
    assert_eq!(
        found(&outcome),
        [pair("SK210", ".agents/skills/log/SKILL.md")]
    );
    let other = log.replace("name: log", "name: log\nlicense: MIT");
    let twice = |second: &str| {
        self::context(&[
            (".github/skills/log/SKILL.md", &log),
            (".github/skills/team/log/SKILL.md", second),
        ])
    };
    // An exact copy is only a note.
    let copied = twice(&log).mdskill(["validate", "--json"]).run();
    assert_eq!(copied.ok().json()["summary"]["infos"], 1);
    let twice = twice(&other);
    let outcome = twice.mdskill(["validate", "--json"]).run();
    assert_eq!(
        found(outcome.fails(3)),
        [pair("SK205", ".github/skills/team/log/SKILL.md")]
    );
}

#[test]
fn flat_file_is_reported_even_without_skills() {
    let log = skill("log", TEXT);
    let context = context(&[(".github/skills/log.md", &log), ("docs/log.md", &log)]);
    let flat = pair("SK006", ".github/skills/log.md");
    for arguments in [
        &["validate", "--json"][..],
        &["validate", ".", "--json"],
        &["validate", ".github/skills", "--json"],
        &["validate", ".github", "--json"],
    ] {
        let outcome = context.mdskill(arguments).run();
        assert_eq!(
            found(outcome.ok()),
            std::slice::from_ref(&flat),
            "{arguments:?}"
        );
    }
    let inside = context
        .mdskill(["validate", "--json"])
        .dir(context.project().join(".github/skills"))
        .run();
    assert_eq!(found(&inside), [pair("SK006", "log.md")]);
    context.mdskill(["validate", "--strict"]).run().fails(3);
    std::fs::rename(
        context.project().join(".github/skills/log.md"),
        context.project().join(".github/skills/README.md"),
    )
    .unwrap();
    let nothing = context.mdskill(["validate"]).run();
    nothing.fails(2).says("no skills found in this folder");
}
