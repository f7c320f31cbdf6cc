//! Names and refs: skills with the same name are never confused, and a ref is kept until another one is requested.

use crate::support::test_context::TestContext;

#[test]
fn add_refuses_second_skill_with_the_same_name() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("plugins/py/skills/lint", "lint", "Lints Python")
        .skill("plugins/w3/skills/lint", "lint", "Lints the web");
    repo.commit("Two of a name");
    context
        .run(&["add", "acme/skills/plugins/py/skills/lint"])
        .ok();
    let web = "acme/skills/plugins/w3/skills/lint";
    let outcome = context.refuses(&["add", web], 1, "would be installed as `lint`");
    outcome.says("acme/skills/plugins/py/skills/lint").says(web);
    context.run(&["add", web, "--name", "lint-web"]).ok();
    assert_eq!(context.folders(".github/skills"), ["lint", "lint-web"]);
    context.has("lint", &repo, "main:plugins/py/skills/lint");
}

#[test]
fn add_follows_skill_that_moved_in_its_repository() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("old/lint", "lint", "Lints");
    repo.commit("Here");
    context.run(&["add", "acme/skills/lint"]).ok();
    repo.rename("old/lint", "new/lint");
    repo.commit("There");
    context.run(&["add", "acme/skills/lint"]).ok();
    context.has("lint", &repo, "main:new/lint");
}

#[test]
fn add_all_keeps_the_ref_of_an_installed_skill() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["add", "acme/skills/one@v1"]).ok();
    let outcome = context.run(&["add", "acme/skills", "--all"]);
    outcome.ok().says("it follows `v1`");
    assert_eq!(context.entry("one")["ref"], "v1");
    context.has("one", &repo, "v1:skills/one");
    context.has("two", &repo, "main:skills/two");
    context.run(&["add", "acme/skills/one@HEAD"]).ok();
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn add_of_equal_refs_installs_skill_once() {
    let (context, repo) = TestContext::with_skills();
    let specs = ["add", "acme/skills/two", "acme/skills/two@main"];
    context.run(&specs).ok();
    assert_eq!(context.folders(".github/skills"), ["two"]);
    context.has("two", &repo, "main:skills/two");
}

#[test]
fn add_without_ref_restores_files_and_adds_target() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one", "--pin"]).ok();
    let pinned = context.entry("one")["commit"].clone();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context
        .run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(context.folders(".claude/skills"), ["one"]);
    context.has("one", &repo, &format!("{pinned}:skills/one"));
    assert_eq!(context.entry("one")["ref"], pinned);
}

#[test]
fn list_and_validate_find_skills_by_name_like_add() {
    let (context, _repo) = TestContext::with_skills();
    let listed = context.run(&["list", "acme/skills/two", "--names"]);
    assert_eq!(listed.ok().stdout, "two\n");
    context.refuses(
        &["add", "acme/skills/skills"],
        2,
        "acme/skills/skills has 3 skills",
    );
    context.run(&["add", "acme/skills/two"]).ok();
    let json = context.run(&["validate", "two", "--json"]).json();
    assert_eq!(json["summary"]["skills"], 1);
    context.refuses(
        &["validate", "nobody"],
        2,
        "installed skill is named `nobody`",
    );
    context.refuses(
        &["verify", "-g"],
        1,
        "hint: `mdskill -g add owner/repo/skill` installs a skill",
    );
}

#[test]
fn add_all_of_a_single_skill_installs_it() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/two", "--all"]).ok();
    assert_eq!(context.folders(".github/skills"), ["two"]);
}

#[test]
fn list_of_a_repository_takes_words() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/pdf-forms", "pdf-forms", "Fills in forms")
        .skill("skills/reports", "reports", "Writes reports as PDF")
        .skill("skills/lint", "lint", "Lints Python");
    repo.commit("Three skills");
    let names = |words: &[&str]| {
        let json = context.run(&[&["list", "acme/skills", "--json"], words].concat());
        let skills = json.ok().json()["skills"].as_array().unwrap().clone();
        let names = skills
            .iter()
            .map(|skill| skill["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&["pdf"]), ["pdf-forms", "reports"]);
    assert_eq!(names(&["PDF", "form"]), ["pdf-forms"]);
    assert_eq!(names(&["pdf", "python"]), [""; 0]);
    let none = context.run(&["list", "acme/skills", "excel"]);
    none.ok()
        .says("no skill in acme/skills that matches `excel`")
        .says("hint: `mdskill list acme/skills` lists all of them");
}
