//! Skills behind links: a `SKILL.md`, a skill's folder, or a folder of skills that is a symbolic link, and
//! submodules in their place.

use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const PAGE: &str =
    "---\nname: linked\ndescription: Does a linked thing. Use for links.\n---\n\n# Linked\n";

fn shared() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "Does one thing")
        .skill("shared/real", "real", "Does a real thing")
        .write("shared/linked.md", PAGE)
        .symlink("shared/over.md", "linked.md")
        .symlink("skills/linked/SKILL.md", "../../shared/over.md")
        .write("skills/linked/references/a.md", "a\n")
        .symlink("skills/x", "../shared/real")
        .symlink("plugins/p/skills", "../../skills")
        .symlink(".claude/skills", "../skills")
        .symlink("skills/gone", "../shared/gone")
        .symlink("skills/page/SKILL.md", "../../shared/none.md")
        .symlink("skills/out", "../../elsewhere")
        .submodule("skills/sub", "da0eba34bf02b6dc57a6eca611c4bdab73b246c5");
    repo.commit("links");
    (context, repo)
}

#[test]
fn linked_page_makes_a_skill() {
    let (context, mut repo) = shared();
    let server = GitServer::start(context.root());
    let context = TestContext::with_origin(&server.url());
    let listed = context.run(&["list", "acme/skills"]);
    listed.ok().says("linked").never_says("page");
    context.run(&["validate", "acme/skills/linked"]).ok();
    context.run(&["add", "acme/skills/linked"]).ok();
    let page = ".github/skills/linked/SKILL.md";
    assert_eq!(context.read(page), PAGE);
    let metadata = context.project().join(page).symlink_metadata().unwrap();
    assert!(metadata.is_file());
    let tree = repo.rev_parse("main:skills/linked");
    assert_eq!(context.entry("linked")["tree"].as_str(), tree);
    context.run(&["verify"]).ok();
    // From a cold cache.
    context.run(&["cache", "clear"]).ok();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.run(&["install"]).ok();
    assert_eq!(context.read(page), PAGE);
    repo.write("shared/linked.md", format!("{PAGE}\nMore.\n"));
    repo.commit("more");
    context.run(&["update"]).ok().says("Updated linked");
    assert!(context.read(page).ends_with("More.\n"));
}

#[test]
fn skills_behind_linked_folders_are_found_by_name_and_path() {
    for (spec, name, path) in [
        ("acme/skills/x", "real", "shared/real"),
        ("acme/skills/skills/x", "real", "shared/real"),
        ("acme/skills/.claude/skills/one", "one", "skills/one"),
        ("acme/skills/plugins/p/skills/x", "real", "shared/real"),
    ] {
        let (context, _repo) = shared();
        context.run(&["add", spec]).ok();
        assert_eq!(context.entry(name)["path"].as_str(), path, "{spec}");
    }
    let (context, _repo) = shared();
    context
        .run(&["add", "acme/skills/.claude/skills", "--all"])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["linked", "one"]);
}

#[test]
fn linked_folders_do_not_double_the_list() {
    let (context, _repo) = shared();
    let listed = context.run(&["list", "acme/skills"]);
    listed.ok().says("Found 3 skills");
}

#[test]
fn links_and_submodules_without_a_skill_are_named() {
    let (context, _repo) = shared();
    let submodule = "acme/skills/skills/sub is a submodule, whose files are in another repository";
    for (spec, sentence) in [
        ("acme/skills/sub", submodule),
        ("acme/skills/skills/sub", submodule),
        ("acme/skills/skills/sub/inner", submodule),
        (
            "acme/skills/gone",
            "acme/skills/skills/gone is a symbolic link to `../shared/gone`, and it leads to `shared/gone`",
        ),
        (
            "acme/skills/page",
            "skills/page/SKILL.md is a symbolic link to `../../shared/none.md`, and",
        ),
        (
            "acme/skills/skills/out",
            "is a symbolic link to `../../elsewhere`, and it leads out of the repository",
        ),
    ] {
        context.refuses(&["add", spec], 1, sentence);
        context.refuses(&["validate", spec], 1, sentence);
    }
    let mut only = context.repo("acme/only");
    only.submodule("skills", "da0eba34bf02b6dc57a6eca611c4bdab73b246c5");
    only.commit("submodule");
    let sentence = "acme/only/skills is a submodule";
    let refused = context.refuses(&["add", "acme/only"], 1, sentence);
    refused.says("hint: ").says(".gitmodules");
}
