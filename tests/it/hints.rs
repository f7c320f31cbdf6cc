//! Hints are next steps that work when they are pasted.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use std::path::Path;

const PAGE: &str = ".github/skills/one/SKILL.md";

/// Returns the commands in backticks on the lines `hint: `.
fn commands(outcome: &Outcome) -> Vec<String> {
    let hints = outcome.stderr.lines();
    let hints = hints.filter_map(|line| line.strip_prefix("hint: "));
    let spans = hints.flat_map(|hint| hint.split('`').skip(1).step_by(2));
    let commands = spans.filter(|span| span.starts_with("mdskill ") || span.starts_with("git "));
    commands.map(str::to_owned).collect()
}

/// Runs a command in a shell, as a user who has copied it.
fn paste(context: &TestContext, command: &str) -> Outcome {
    let program = Path::new(env!("CARGO_BIN_EXE_mdskill")).parent().unwrap();
    let path = format!("{}:{}", program.display(), context.path("tools").display());
    context
        .command("sh", ["-c", command])
        .env("PATH", path)
        .run()
}

fn edited() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let page = context.read(PAGE);
    context.write(PAGE, page + "More.\n");
    (context, repo)
}

#[test]
fn forced_command_of_a_hint_works() {
    let (context, _) = edited();
    let refused = context.refuses(&["remove", "one"], 1, "it has local edits\n");
    assert_eq!(commands(&refused), ["mdskill remove one --force"]);
    paste(&context, "mdskill remove one --force").ok();
    assert_eq!(context.folders(".github/skills"), ["three", "two"]);
}

#[test]
fn every_command_of_verify_works() {
    for at in 0..3 {
        let (context, _) = edited();
        context.write(".github/skills/two/more.md", "More.\n");
        let commands = commands(&context.run(&["verify"]));
        assert_eq!(
            commands,
            [
                "mdskill diff --local",
                "mdskill keep one two",
                "mdskill install one two --force"
            ]
        );
        paste(&context, &commands[at]).ok();
    }
}

#[test]
fn every_command_of_missing_edits_works() {
    for at in 0..2 {
        let (context, _) = edited();
        context.run(&["keep", "one"]).ok();
        context.git(&["add", "."]).ok();
        context
            .git(&[
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b.c",
                "commit",
                "-qm",
                "All",
            ])
            .ok();
        std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
        let commands = commands(&context.run(&["install"]));
        assert_eq!(
            commands,
            [
                "git checkout -- .github/skills/one",
                "mdskill install one --force"
            ]
        );
        paste(&context, &commands[at]).ok();
        assert!(context.project().join(PAGE).exists());
        // The other one gives up the edits.
        let is_as_before = at == 0;
        context
            .run(&["verify"])
            .fails(if is_as_before { 0 } else { 3 });
    }
}

#[test]
fn names_in_hints_are_quoted_for_the_shell() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/my skill; rm -rf x", "My Skill", "Skill");
    repo.commit("One");
    context.run(&["add", "acme/skills"]).ok();
    let folder = ".github/skills/my skill; rm -rf x";
    context.write(&format!("{folder}/more.md"), "more");
    context.write("x/file", "of the user");
    let refused = context.run(&["remove", "my skill; rm -rf x"]);
    let command = "mdskill remove 'my skill; rm -rf x' --force";
    assert_eq!(commands(&refused), [command]);
    paste(&context, command).ok();
    assert_eq!(context.folders(".github/skills"), [""; 0]);
    assert_eq!(context.read("x/file"), "of the user");
}

#[test]
fn dry_run_names_the_spec_of_the_new_version() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    // SK113 is a warning, SK301 is an error.
    let page = "---\nname: one\ndescription: Skill one\nallowed-tools: Read, Write\n---\n\n# One\n\n[a](gone.md)\n";
    repo.write("skills/one/SKILL.md", page);
    repo.commit("Broken");
    let planned = context.run(&["update", "--dry-run"]);
    planned
        .ok()
        .says("acme/skills/skills/one/SKILL.md:9: ")
        .never_says(".github/skills/one/SKILL.md:9");
    let spec = "mdskill validate acme/skills/skills/one";
    planned.says(&format!("run `{spec}` to show"));
    paste(&context, spec).fails(3).says("gone.md");
    let done = context.run(&["update"]);
    done.ok().says("run `mdskill validate one` to show");
    paste(&context, "mdskill validate one")
        .fails(3)
        .says("gone.md");
}

#[test]
fn first_skill_of_a_project_has_the_hint_to_commit() {
    let (context, _) = TestContext::with_skills();
    let added = context.run(&["add", "acme/skills/one"]);
    let command = "git add .github/skills mdskill.lock";
    assert!(commands(&added).contains(&command.to_owned()), "{added}");
    paste(&context, command).ok();
    let staged = context.git(&["diff", "--cached", "--name-only"]);
    assert_eq!(
        staged.ok().stdout,
        ".github/skills/one/SKILL.md\nmdskill.lock\n"
    );
    let second = context.run(&["add", "acme/skills/two"]);
    second.ok().never_says("git add");
    for arguments in [
        &["add", "acme/skills/one", "--dry-run"][..],
        &["-g", "add", "acme/skills/one"],
    ] {
        context.another().run(arguments).ok().never_says("git add");
    }
}

#[test]
fn path_with_a_command_is_quoted_in_every_hint() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("a;touch owned;#/one", "one", "Does it");
    repo.commit("One");
    repo.branch("dev");
    context.run(&["add", "acme/skills/one@dev"]).ok();
    context.run(&["list", "acme/skills/one", "--versions"]).ok();
    repo.branch("main");
    repo.git(&["branch", "-D", "dev"]);
    context
        .run(&["update"])
        .fails(3)
        .says("`mdskill add 'acme/skills/a;touch owned;#/one@HEAD'` follows the default branch");
    repo.tag("v1.0.0");
    context
        .run(&["list", "acme/skills/one", "--versions"])
        .ok()
        .says("`mdskill add 'acme/skills/a;touch owned;#/one@v1.0.0'` installs the newest");
}
