//! The rules of `mdskill.toml`.

use crate::support::outcome::Outcome;
use crate::support::test_context::TestContext;

/// Returns a project with two skills, each with a broken link and a broken path, and this configuration.
fn context(config: &str) -> TestContext {
    let context = TestContext::with_origin("");
    for name in ["new", "old"] {
        context.write(
            &format!("skills/{name}/SKILL.md"),
            format!("---\nname: {name}\ndescription: Reads the {name} ledger. Use it for books.\n---\n[x](references/a.md)\n\nRead `references/b.md`.\n"),
        );
    }
    context.write("mdskill.toml", config);
    context
}

/// Returns the findings of the two rules, such as `new SK301 error`.
fn found(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let found = json["diagnostics"].as_array().unwrap().iter();
    let line = |found: &serde_json::Value| {
        let word = |key: &str| found[key].as_str().unwrap().to_owned();
        let skill = word("skill");
        let name = skill.rsplit('/').next().unwrap_or_default().to_owned();
        format!("{name} {} {}", word("code"), word("severity"))
    };
    let ours = |line: &String| line.contains("SK301") || line.contains("SK302");
    found.map(line).filter(ours).collect()
}

fn validate(context: &TestContext, flags: &[&str]) -> Outcome {
    context
        .mdskill([&["validate", "--json"], flags].concat())
        .run()
}

#[test]
fn config_changes_severities() {
    let context = context("[rules]\nignore = [\"broken-link\"]\nSK302 = \"warning\"\n");
    let outcome = validate(&context, &[]);
    assert_eq!(
        found(outcome.ok()),
        ["new SK302 warning", "old SK302 warning"]
    );
    assert_eq!(outcome.json()["summary"]["errors"], 0);
    assert_eq!(outcome.json()["summary"]["warnings"], 2);
    validate(&context, &["--strict"]).fails(3);

    context.write(
        "mdskill.toml",
        "[rules]\nstrict = true\nignore = [\"SK3\"]\nSK302 = \"warning\"\n",
    );
    assert_eq!(found(validate(&context, &[]).fails(3)).len(), 2);
}

#[test]
fn config_at_the_root_applies_in_every_folder() {
    for config in [
        "[rules]\nSK3 = \"off\"\n",
        "rules.ignore = [\"SK301\", \"SK302\"]\n",
    ] {
        let context = context(config);
        for folder in ["skills", "skills/new"] {
            let outcome = context
                .mdskill(["validate", "--json"])
                .dir(context.project().join(folder))
                .run();
            assert_eq!(found(outcome.ok()), [""; 0], "{folder}");
        }
    }
    // A package with a configuration is a project of its own.
    let outer = context("[rules]\nSK3 = \"off\"\n");
    outer.write("mdskill.lock", "version = 1\ntargets = []\n");
    outer.write("skills/mdskill.toml", "");
    let below = outer.mdskill(["validate"]);
    below.dir(outer.project().join("skills")).run().fails(3);
    outer.run(&["validate"]).ok();
    // Without git, a configuration is enough to make a folder a project.
    let plain = TestContext::without_project("");
    plain.write("mdskill.toml", "[rules]\nignore = [\"all\"]\n");
    plain.write("a/x/SKILL.md", "Text\n");
    let below = plain.mdskill(["validate"]).dir(plain.project().join("a"));
    below.run().ok();
}

#[test]
fn glob_is_relative_to_the_root_from_every_folder() {
    let context = context(
        "[rules.per-path]\n\"skills/old\" = [\"SK301\"]\n\"skills/n*/SKILL.md\" = [\"broken-path\"]\n",
    );
    let expected = ["new SK301 error", "old SK302 error"];
    let outcome = validate(&context, &[]);
    assert_eq!(found(outcome.fails(3)), expected);
    assert_eq!(outcome.json()["summary"]["errors"], 2);
    let at = |folder: &str, named: &[&str]| {
        let outcome = context.mdskill([&["validate", "--json"], named].concat());
        found(&outcome.dir(context.project().join(folder)).run())
    };
    let project = context.project();
    assert_eq!(at("skills", &[]), expected);
    assert_eq!(at("skills/old", &["../new", "."]).len(), 2);
    assert_eq!(at("skills/old", &[&project.to_string_lossy()]), expected);
    assert_eq!(at("", &["-C", "skills/old", "../new"]), ["new SK301 error"]);
}

#[test]
fn flags_override_config() {
    let context = context(
        "[rules]\nprofile = \"spec\"\nignore = [\"SK301\"]\nSK302 = \"info\"\n[rules.per-path]\n\"skills/old\" = [\"SK302\"]\n",
    );
    assert_eq!(found(validate(&context, &[]).ok()), ["new SK302 info"]);
    let selected = validate(&context, &["--select", "SK3"]);
    assert_eq!(
        found(selected.fails(3)),
        ["new SK301 error", "new SK302 info", "old SK301 error"]
    );
    assert!(found(&validate(&context, &["--ignore", "SK"])).is_empty());
    validate(&context, &["--select", "SK301 SK302"])
        .fails(2)
        .says("separate rules with commas");
    let ignored = validate(&context, &["--ignore", "broken-path"]);
    assert_eq!(found(&ignored), [""; 0]);
}

#[test]
fn invalid_config_stops_the_command_first() {
    for (config, said) in [
        ("[rules]\nbroken-pth = \"off\"\n", "mdskill.toml:2: "),
        (
            "[rules]\nbroken-pth = \"off\"\n",
            "did you mean `broken-path`?",
        ),
        (
            "[rulez]\n",
            "mdskill.toml:1: unknown table `rulez`; did you mean `rules`?",
        ),
        ("[rules\n", "mdskill.toml:1: "),
    ] {
        let context = context(config);
        let before = context.snapshot();
        // The source does not exist, so that a request would fail with another error.
        for named in ["skills", "acme/skills/none"] {
            let outcome = context.mdskill(["validate", named]).run();
            outcome.fails(1).says(said);
            assert_eq!(outcome.stdout, "");
        }
        before.assert_same(&context.snapshot());
    }
    let context = context("");
    context.write("mdskill.toml", b"\xff");
    validate(&context, &[])
        .fails(1)
        .says("the file is not UTF-8");
}
