//! The commands and notations of npm, cargo, gh, and `npx skills`: understood, or answered with the right line.

use crate::support::test_context::TestContext;

#[test]
fn notations_of_npx_skills_and_gh_skill_name_the_same_skill() {
    let (context, repo) = TestContext::with_skills();
    repo.tag("v1");
    for arguments in [
        &["add", "acme/skills@one"][..],
        &["add", "acme/skills/one#main"],
        &["add", "acme/skills", "one"],
        &["add", "acme/skills", "one@v1"],
        &["add", "https://skills.sh/acme/skills/one"],
        &["add", "acme/skills", "--skill", "one", "--copy"],
        &["i", "acme/skills/one"],
        &["install", "acme/skills", "--skill", "one"],
        &[
            "-C",
            ".",
            "install",
            "acme/skills/one",
            "--target",
            ".github/skills",
        ],
        &["install", "acme/skills", "one"],
    ] {
        let outcome = context.run(arguments);
        outcome.ok();
        context.has_files("one", &repo, "main:skills/one");
        assert_eq!(context.lock().len(), 1, "{arguments:?}");
        assert_eq!(context.entry("one")["path"], "skills/one");
        context.run(&["remove", "one"]).ok();
    }
    for arguments in [
        &["add", "acme/skills", "--skill", "one", "two"][..],
        &["add", "acme/skills", "--skill", "one,two"],
        &["add", "acme/skills", "one", "two"],
        &["add", "--skill", "one", "two", "acme/skills"],
    ] {
        context.run(arguments).ok();
        assert_eq!(
            context.folders(".github/skills"),
            ["one", "two"],
            "{arguments:?}"
        );
        context.run(&["uninstall", "one", "two"]).ok();
    }
    context.run(&["add", "acme/skills", "--skill", "*"]).ok();
    assert_eq!(context.lock().len(), 3);
}

#[test]
fn ref_takes_precedence_over_a_skill_of_its_name() {
    let (context, mut repo) = TestContext::with_skills();
    repo.branch("one");
    repo.write("skills/two/more.md", "more");
    repo.commit("More");
    context
        .run(&["add", "acme/skills@one", "--skill", "two"])
        .ok();
    context.has("two", &repo, "one:skills/two");
    assert_eq!(context.entry("two")["ref"], "one");
    // With a skill, the part after `@` is only a ref.
    context.refuses(&["add", "acme/skills/one@two"], 1, "no branch or tag `two`");
    context.refuses(
        &["add", "acme/skills@three", "--skill", "one"],
        1,
        "no branch or tag `three`",
    );
    context.refuses(&["add", "acme/skills@thre"], 1, "did you mean `three`?");
}

#[test]
fn name_that_follows_a_skill_is_refused_with_the_right_line() {
    let (context, _) = TestContext::with_skills();
    context.refuses(
        &["add", "acme/skills/one", "two"],
        2,
        "use `acme/skills/two`",
    );
    context.refuses(
        &["add", "two"],
        2,
        "`two`: it does not name a repository\nhint: use `owner/repo/two`, or `./two`",
    );
    // The name of an installed skill is its spec.
    context.run(&["add", "acme/skills/one"]).ok();
    context.run(&["add", "one"]).ok().says("Unchanged");
    context.run(&["add", "one@main"]).ok();
    assert_eq!(context.entry("one")["ref"], "main");
}

#[test]
fn install_of_a_name_that_is_not_locked_is_an_error() {
    let (context, _) = TestContext::with_skills();
    context.refuses(&["install", "one"], 1, "there is no mdskill.lock");
    context.run(&["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.run(&["i", "one"]).ok();
    assert_eq!(context.folders(".github/skills"), ["one"]);
    context.refuses(&["install", "two"], 1, "`two` is not in mdskill.lock");
}

#[test]
fn options_of_other_tools_are_understood() {
    let (context, _) = TestContext::with_skills();
    let listed = context.run(&["add", "acme/skills", "--list"]);
    assert_eq!(
        listed.ok().stdout,
        context.run(&["list", "acme/skills"]).stdout
    );
    context
        .run(&["add", "acme/skills/one", "--scope", "project"])
        .ok();
    context
        .run(&["add", "acme/skills/two", "--scope", "user"])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["one"]);
    assert!(context.path("home/.copilot/skills/two/SKILL.md").is_file());
    context.run(&["update", "--all"]).ok();
    context.refuses(&["update", "--all", "one"], 2, "cannot be used with");
}

#[test]
fn aliases_run_their_command() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let same = |alias: &[&str], command: &[&str]| {
        let (alias, command) = (context.run(alias), context.run(command));
        assert_eq!(
            (&alias.ok().stdout, &alias.stderr),
            (&command.ok().stdout, &command.stderr)
        );
    };
    same(&["ls"], &["list"]);
    for alias in ["upgrade", "up"] {
        same(&[alias], &["update"]);
    }
    for alias in ["info", "view", "preview"] {
        same(&[alias, "one"], &["show", "one"]);
    }
    for alias in ["i", "ci", "sync", "restore"] {
        same(&[alias], &["install"]);
    }
    for alias in ["check", "lint"] {
        same(&[alias, "one", "--json"], &["validate", "one", "--json"]);
    }
    for alias in ["rm", "uninstall"] {
        context.run(&[alias, "one"]).ok();
        context.run(&["add", "acme/skills/one"]).ok();
    }
}

#[test]
fn command_of_another_tool_is_answered_with_the_right_one() {
    let context = TestContext::new();
    for (command, answer) in [
        ("publish", "git repository"),
        ("version", "mdskill --version"),
        ("audit", "mdskill validate"),
        ("login", "MDSKILL_TOKEN"),
        ("self", "does not update itself"),
        ("tree", "mdskill list"),
        ("freeze", "mdskill.lock"),
        ("instal", "did you mean `install`?"),
        ("uninstal", "did you mean `uninstall`?"),
        ("udpate", "did you mean `update`?"),
    ] {
        let outcome = context.refuses(
            &[command, "x"],
            2,
            &format!("error: unknown command `{command}`"),
        );
        outcome.says(answer).says("hint: ");
        context.refuses(&["help", command], 2, answer);
    }
    let outcome = context.refuses(
        &["frobnicate"],
        2,
        "unknown command `frobnicate`\nhint: `mdskill help`",
    );
    assert!(!outcome.stderr.contains("did you mean"));
    // An unknown option is never to be passed as a value.
    let outcome = context.refuses(
        &["remove", "--everything", "x"],
        2,
        "unexpected argument '--everything'",
    );
    assert!(!outcome.stderr.contains("as a value"), "{outcome:?}");
}

#[test]
fn option_of_another_tool_is_answered_with_the_right_line() {
    let context = TestContext::new();
    for (arguments, answer) in [
        (
            &["add", "acme/skills/one", "--ref", "v1"][..],
            "hint: the ref is part of the spec",
        ),
        (
            &["install", "acme/skills/one", "--branch", "main"],
            "hint: the ref is part of the spec",
        ),
        (
            &["add", "acme/skills", "--path", "skills/one"],
            "hint: the path is part of the spec",
        ),
        (
            &["list", "-a", "claude-code"],
            "hint: `mdskill agents AGENT`",
        ),
        (
            &["update", "--agent", "claude-code"],
            "hint: `mdskill agents AGENT`",
        ),
        (&["-v"], "error: no command given"),
    ] {
        context.refuses(arguments, 2, answer);
    }
}
