//! Skills that their repository no longer has: the successor is named, and a command ends the report.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

/// A page that is long enough to be recognised after its name changed.
fn page(name: &str) -> String {
    let lines: Vec<String> = (1..100).map(|line| format!("Step {line}.\n")).collect();
    let lines = lines.concat();
    format!("---\nname: {name}\ndescription: Does {name} well\n---\n\n{lines}")
}

/// Installs `old`, whose page is long, beside `two`.
fn installed() -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/old/SKILL.md", page("old"));
    repo.write("skills/old/references/a.md", "A reference\n");
    repo.commit("Old");
    context
        .run(&["add", "acme/skills/old", "acme/skills/two"])
        .ok();
    (context, repo)
}

#[test]
fn renamed_skill_names_its_successor() {
    let (context, mut repo) = installed();
    repo.rename("skills/old", "skills/fresh");
    repo.write("skills/fresh/SKILL.md", page("fresh"));
    repo.skill("skills/other", "other", "Not it");
    let commit = repo.commit("Rename");
    // git itself calls it a rename.
    let renames = repo.git(&["show", "--name-status", "--format=", &commit]);
    assert!(
        renames.contains("\tskills/old/SKILL.md\tskills/fresh/SKILL.md"),
        "{renames}"
    );
    for arguments in [&["update"][..], &["update", "--check"], &["outdated"]] {
        context
            .refuses(arguments, 3, "acme/skills/skills/old is gone upstream")
            .says("it was renamed to skills/fresh")
            .says("`mdskill add acme/skills/skills/fresh`")
            .says("`mdskill remove old`")
            .never_says("up to date");
    }
    context.run(&["add", "acme/skills/skills/fresh"]).ok();
    context.run(&["remove", "old"]).ok();
    context.run(&["update"]).ok().says("up to date");
}

#[test]
fn skill_that_existed_before_is_no_rename() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/old/SKILL.md", page("old"));
    repo.write("skills/twin/SKILL.md", page("twin"));
    repo.commit("Twins");
    context.run(&["add", "acme/skills/old"]).ok();
    repo.remove("skills/old");
    repo.commit("Remove one of them");
    context
        .refuses(&["update"], 3, "is gone upstream")
        .never_says("renamed")
        .never_says("twin");
}

#[test]
fn rewritten_skill_with_the_same_files_is_the_likely_successor() {
    let (context, mut repo) = installed();
    repo.rename("skills/old", "skills/fresh");
    repo.skill("skills/fresh", "fresh", "Rewritten");
    repo.commit("Rewrite and rename");
    context
        .refuses(&["update"], 3, "is gone upstream")
        .says("it was probably replaced by skills/fresh");
}

#[test]
fn accepted_skill_is_kept_without_another_report() {
    let (context, mut repo) = installed();
    let before = context.tree(".github/skills/old");
    repo.remove("skills/old");
    repo.commit("Remove");
    context
        .refuses(&["update"], 3, "1 unchanged, 1 gone upstream")
        .says("`mdskill update old --accept-gone` keeps it without another report");
    let outdated = context.run(&["outdated"]);
    let row = outdated.fails(3).stdout.lines().nth(1).map(str::to_owned);
    assert!(
        row.is_some_and(|row| row.starts_with("old ") && row.contains("gone upstream")),
        "{outdated}"
    );
    context
        .run(&["update", "old", "--accept-gone"])
        .ok()
        .says("it is gone upstream; the installed copy is kept");
    assert_eq!(context.entry("old")["gone"], "true");
    before.assert_same(&context.tree(".github/skills/old"));
    for arguments in [&["update"][..], &["update", "--check"], &["outdated"]] {
        context.refuses(arguments, 0, "up to date");
    }
    context.run(&["verify"]).ok();
    context.clear_cache();
    context.run(&["update"]).ok().says("up to date");
    // It comes back.
    repo.write("skills/old/SKILL.md", page("old, again"));
    repo.commit("Restore");
    context.run(&["update"]).ok().says("Updated old");
    assert!(!context.entry("old").contains_key("gone"));
    context.has("old", &repo, "main:skills/old");
}

#[test]
fn deleted_branch_names_the_command_that_follows_the_default_branch() {
    let (context, mut repo) = TestContext::with_skills();
    repo.branch("next");
    repo.skill("skills/one", "one", "Of next");
    repo.commit("Next");
    repo.branch("main");
    context.run(&["add", "acme/skills/one@next"]).ok();
    repo.git(&["branch", "-D", "next"]);
    context
        .refuses(&["update"], 3, "has no branch or tag `next`")
        .says("`mdskill add acme/skills/skills/one@HEAD` follows the default branch");
    context.run(&["add", "acme/skills/skills/one@HEAD"]).ok();
    context.run(&["update"]).ok();
    context.has("one", &repo, "main:skills/one");
}
