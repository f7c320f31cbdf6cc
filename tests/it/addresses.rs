//! Addresses: URLs of pages, paths, letter case, short commits, and what failed guesses leave.

use crate::support::test_context::{ServedContext, TestContext};
use std::os::unix::fs::symlink;

/// The number of sources in the cache.
fn cached(context: &TestContext) -> usize {
    let entries = std::fs::read_dir(context.path("cache/store-v1"));
    entries.into_iter().flatten().count()
}

#[test]
fn url_of_a_page_of_any_forge_adds_its_skill_at_its_ref() {
    let mut context = ServedContext::new();
    let url = context.server.url();
    context.repo.tag("v1");
    context.repo.branch("feature/x");
    context.repo.write("skills/one/more.md", "more");
    let newer = context.repo.commit("More");
    let on = |page: &str| format!("{url}/acme/skills/{page}");
    for (address, at, git_ref) in [
        (
            on("tree/feature/x/skills/one"),
            "feature/x",
            Some("feature/x"),
        ),
        (
            on("blob/main/skills/one/SKILL.md?plain=1#L10"),
            "main",
            Some("main"),
        ),
        (
            on("blob/main/skills/one/references/deep/page.md"),
            "main",
            Some("main"),
        ),
        (on("edit/v1/skills/one/SKILL.md"), "v1", Some("v1")),
        (on("blob/HEAD/skills/one/"), "feature/x", None),
        (
            on("-/tree/main/skills/one?ref_type=heads"),
            "main",
            Some("main"),
        ),
        (on("-/blob/v1/skills/one/SKILL.md"), "v1", Some("v1")),
        (
            on("src/branch/feature/x/skills/one"),
            "feature/x",
            Some("feature/x"),
        ),
        (on("src/tag/v1/skills/one/"), "v1", Some("v1")),
        (
            on(&format!("src/commit/{newer}/skills/one")),
            "feature/x",
            Some(&newer),
        ),
        (on("tree/refs/heads/main/skills/one"), "main", Some("main")),
        (on("tree/main/skills%2Fone"), "main", Some("main")),
    ] {
        let outcome = context.run(&["add", &address]);
        outcome.ok();
        context.has("one", &format!("{at}:skills/one"));
        assert_eq!(
            context.entry("one").get("ref").map(String::as_str),
            git_ref,
            "{address}"
        );
        context.run(&["remove", "one"]).ok();
    }
    let (address, tree) = (on("releases/tag/v1"), on("tree/v1"));
    let listed = |address: &str| {
        context
            .run(&["list", address, "--names"])
            .ok()
            .stdout
            .clone()
    };
    assert_eq!(listed(&address), listed(&tree));
    context.refuses(&["add", &on("issues")], 2, "`/issues` is not the page");
}

#[test]
fn repository_in_nested_groups_is_added() {
    let context = ServedContext::new();
    let mut repo = crate::support::repo::Repo::create(context.root(), "group/sub/tools");
    repo.skill("skills/deep", "deep", "Deep");
    repo.commit("Deep");
    let url = context.server.url();
    for address in [
        format!("{url}/group/sub/tools"),
        format!("{url}/group/sub/tools.git//deep"),
        format!("{url}/group/sub/tools/-/tree/main/skills/deep?ref_type=heads"),
    ] {
        context.run(&["add", &address]).ok();
        context.has_files("deep", &repo, "main:skills/deep");
        assert_eq!(
            context.entry("deep")["source"],
            format!("{url}/group/sub/tools.git")
        );
    }
}

#[test]
fn path_is_never_a_host_and_failed_guesses_leave_nothing() {
    let context = ServedContext::new();
    for arguments in [
        &["show", ".claude/skills/nope"][..],
        &["validate", ".github/skills/nope"],
        &["add", ".agents/skills/nope"],
        &["list", "./nope"],
    ] {
        context.refuses(arguments, 2, "no such file or folder: ");
    }
    let unknown = format!("{}/acme/nope", context.server.url());
    context.refuses(&["add", &unknown], 1, "");
    context.refuses(&["add", "http://127.0.0.1:1/acme/nope"], 5, "");
    context.run(&["add", "acme/nope/x"]);
    assert_eq!(cached(&context), 0);
    context.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(cached(&context), 1);
}

#[test]
fn existing_path_takes_precedence_over_a_repository() {
    let (context, _) = TestContext::with_skills();
    let text = "---\nname: mine\ndescription: Mine\n---\nText\n";
    context.write("acme/skills/mine/SKILL.md", text);
    let outcome = context.run(&["add", "acme/skills/mine"]);
    outcome.ok().says("github:acme/skills/mine");
    assert_eq!(context.entry("mine")["source"], "path:acme/skills/mine");
    // From a folder of the project, a path may be relative to the root, as mdskill prints it.
    std::fs::create_dir(context.project().join("docs")).unwrap();
    let in_docs = |arguments: &[&str]| {
        context
            .mdskill(arguments)
            .dir(context.project().join("docs"))
            .run()
    };
    in_docs(&["list", "acme/skills/mine"]).ok().says("mine");
    // With a prefix, it is the repository.
    context.run(&["add", "github:acme/skills/one"]).ok();
    assert_eq!(context.entry("one")["source"], "github:acme/skills");
}

#[test]
fn path_of_an_installed_skill_names_it() {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    std::fs::create_dir(context.project().join("docs")).unwrap();
    let path = ".github/skills/one";
    let here = context.project();
    let below = here.join("docs");
    let absolute = here.join(path).display().to_string();
    for (folder, path) in [
        (&here, path),
        (&here, "./.github/skills/one/"),
        (&here, ".github/skills/one/SKILL.md"),
        (&here, &absolute),
        (&below, path),
        (&below, "../.github/skills/one"),
    ] {
        for command in [
            "show", "validate", "update", "verify", "outdated", "diff", "install", "policy",
        ] {
            let outcome = context.mdskill([command, path]).dir(folder).run();
            assert!(
                [Some(0)].contains(&outcome.code),
                "{command} {path}: {outcome:?}"
            );
        }
    }
    let outcome = context.mdskill(["remove", path]).dir(&below).run();
    outcome.ok().says("one");
    assert_eq!(context.folders(".github/skills"), ["three", "two"]);
    context
        .run(&["install", path])
        .fails(1)
        .says("no such skill is installed");
    context.refuses(
        &["remove", ".github/skills/nope"],
        1,
        "no such skill is installed: .github/skills/nope",
    );
    context.has("two", &repo, "main:skills/two");
}

#[test]
fn spec_names_the_skills_that_were_installed_from_it() {
    let (context, _) = TestContext::with_skills();
    let mut other = context.repo("acme/other");
    other.skill("four", "four", "Four");
    other.commit("Four");
    context
        .run(&["add", "acme/skills", "acme/other", "--all"])
        .ok();
    context
        .run(&["update", "acme/skills"])
        .ok()
        .says("(3 skills)");
    context.run(&["remove", "Acme/Skills/one"]).ok();
    context
        .run(&["remove", "https://github.com/acme/skills"])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["four"]);
    let outcome = context.refuses(
        &["remove", "acme/skills/one"],
        1,
        "no skill of this spec is installed",
    );
    outcome.says("hint: `mdskill add acme/skills/one`");
}

#[test]
fn owner_and_repository_in_any_letter_case_are_one_source() {
    let context = ServedContext::new();
    symlink("acme", context.root().join("Acme")).unwrap();
    symlink("skills.git", context.root().join("acme/Skills.git")).unwrap();
    context.run(&["add", "Acme/Skills/one"]).ok();
    context
        .run(&["add", "acme/skills/one", "Acme/skills/two"])
        .ok();
    context.has("two", "main:skills/two");
    for name in ["one", "two"] {
        assert_eq!(
            context.entry(name)["source"],
            "github:Acme/Skills",
            "the first spelling is kept"
        );
    }
    context.run(&["update"]).ok().says("(2 skills)");
    context.run(&["verify"]).ok();
    assert_eq!(cached(&context), 1);
}

#[test]
fn mirror_folder_has_owners_in_any_letter_case() {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "ACME/Skills/one"]).ok();
    context.has("one", &repo, "main:skills/one");
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .says("Unchanged");
}

#[test]
fn short_commit_of_a_known_commit_is_accepted() {
    let mut context = ServedContext::new();
    context.run(&["add", "acme/skills/one"]).ok();
    let old = context.commit.clone();
    context.repo.write("skills/two/more.md", "more");
    let new = context.repo.commit("More");
    let short = format!("acme/skills/two@{}", &old[..7]);
    context.run(&["add", &short]).ok();
    context.has("two", &format!("{old}:skills/two"));
    assert_eq!(context.entry("two")["ref"], old);
    // Only the lockfile knows it.
    context.clear_cache();
    context
        .run(&["add", &format!("acme/skills/three@{}", &old[..10])])
        .ok();
    let unknown = format!("acme/skills/two@{}", &new[..7]);
    context.refuses(&["add", &unknown], 1, "write all 40 digits");
}

#[test]
fn missing_ref_names_the_default_branch_or_a_similar_ref() {
    let (context, repo) = TestContext::with_skills();
    repo.tag("v1.2.0");
    context.refuses(
        &["add", "acme/skills/one@master"],
        1,
        "its default branch is `main`",
    );
    context.refuses(
        &["add", "acme/skills/one@1.2.0"],
        1,
        "did you mean `v1.2.0`?",
    );
}

#[test]
fn name_of_an_existing_folder_is_never_a_host() {
    let context = ServedContext::new();
    context.write(
        "my.tools/skills/mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\nText\n",
    );
    for command in ["show", "validate", "add", "list"] {
        context.refuses(
            &[command, "my.tools/skills/typo"],
            2,
            "no such file or folder: my.tools/skills/typo",
        );
    }
    // The page of a skill is the skill.
    context.run(&["add", "my.tools/skills/mine/SKILL.md"]).ok();
    assert_eq!(context.entry("mine")["source"], "path:my.tools/skills/mine");
    context.run(&["remove", "mine"]).ok();
    context
        .run(&["add", "./my.tools/skills/mine/SKILL.md"])
        .ok();
    assert_eq!(context.entry("mine")["source"], "path:my.tools/skills/mine");
    assert!(
        context.server.requests().is_empty(),
        "{:?}",
        context.commands()
    );
}

#[test]
fn path_of_an_unmanaged_skill_is_not_removed() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(
        ".github/skills/mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\nText\n",
    );
    context.refuses(
        &["remove", ".github/skills/mine"],
        1,
        "`mine` in .github/skills/mine was not installed by mdskill",
    );
}
