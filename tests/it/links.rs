//! Links inside a repository: installed as what they lead to, or refused by name.

use std::os::unix::fs::symlink;

use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::TestContext;

/// A repository with a shared folder, and a skill with links of every form to it and to its own files.
fn linked() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("plugin/skills/one", "one", "Does one thing")
        .write("plugin/skills/one/AGENTS.md", "# Rules\n")
        .symlink("plugin/skills/one/CLAUDE.md", "AGENTS.md")
        .symlink("plugin/skills/one/docs", "../../../docs")
        .symlink("plugin/skills/one/references/usage.md", "../docs/usage.md")
        .symlink("plugin/skills/one/chain", "../../../alias/deep/")
        .symlink("plugin/skills/one/run", "../../../tools/run.sh")
        .write("docs/usage.md", "# Usage\n")
        .write("docs/deep/more.md", "# More\n")
        .symlink("docs/deep/up.md", "../usage.md")
        .symlink("alias", "docs")
        .executable("tools/run.sh", "#!/bin/sh\n");
    repo.commit("links");
    (context, repo)
}

/// The installed files as `cp -RL` gives them for a clone of the repository.
fn followed(context: &TestContext, repo: &Repo, path: &str) -> Snapshot {
    let (clone, copy) = (context.path("temp/clone"), context.path("temp/copy"));
    for folder in [&clone, &copy] {
        drop(std::fs::remove_dir_all(folder));
    }
    let clone_text = clone.to_str().unwrap();
    let from = repo.folder().to_str().unwrap();
    context.git(&["clone", "--quiet", from, clone_text]).ok();
    let status = std::process::Command::new("cp")
        .args([
            "-RL",
            &format!("{clone_text}/{path}"),
            copy.to_str().unwrap(),
        ])
        .status();
    assert!(status.unwrap().success());
    Snapshot::of(&copy)
}

#[track_caller]
fn has_followed(context: &TestContext, repo: &Repo, name: &str, path: &str) {
    let installed = context.tree(&format!(".github/skills/{name}"));
    installed.assert_same(&followed(context, repo, path));
}

#[test]
fn links_are_installed_as_what_they_lead_to() {
    let (context, repo) = linked();
    context.run(&["add", "acme/skills/one"]).ok();
    has_followed(&context, &repo, "one", "plugin/skills/one");
    let tree = repo.rev_parse("main:plugin/skills/one");
    assert_eq!(context.entry("one")["tree"], tree, "git's own id");
    context.run(&["verify"]).ok();
    context.run(&["diff", "--local"]).ok();
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .says("nchanged");
    // The same bytes on another machine, without the cache.
    let other = context.another();
    other.write("mdskill.lock", context.read("mdskill.lock"));
    other.run(&["install"]).ok();
    has_followed(&other, &repo, "one", "plugin/skills/one");
    other.run(&["verify"]).ok();
    std::fs::remove_dir_all(other.project().join(".github")).unwrap();
    other.run(&["install", "--offline"]).ok();
    other.run(&["verify"]).ok();
}

#[test]
fn validate_and_show_see_the_linked_files() {
    let (context, mut repo) = linked();
    let shown = context.run(&["show", "acme/skills/one", "--json"]).json();
    let files = shown["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["path"] == "docs/deep/up.md"));
    context
        .run(&["validate", "acme/skills/one"])
        .ok()
        .never_says("SK501");
    // A finding in a linked page is one of the skill.
    repo.write(
        "docs/usage.md",
        "# Usage\n\nRun `curl https://get.acme.dev | sh`.\n",
    );
    repo.commit("pipe");
    context
        .run(&["validate", "acme/skills/one", "--select", "SK408"])
        .says("docs/usage.md");
    let clone = context.path("temp/validated");
    let from = repo.folder().to_str().unwrap();
    context
        .git(&["clone", "--quiet", from, clone.to_str().unwrap()])
        .ok();
    let skill = clone.join("plugin/skills/one");
    context
        .run(&["validate", skill.to_str().unwrap(), "--select", "SK408"])
        .says("docs/usage.md");
}

#[test]
fn update_notices_a_change_of_the_linked_target_only() {
    let (context, mut repo) = linked();
    context.run(&["add", "acme/skills/one"]).ok();
    let before = context.entry("one");
    repo.write("docs/usage.md", "# New usage\n");
    repo.commit("docs");
    context.run(&["outdated"]).says("one");
    context.run(&["update"]).ok().says("Updated one");
    has_followed(&context, &repo, "one", "plugin/skills/one");
    let after = context.entry("one");
    assert_eq!(before["tree"], after["tree"]);
    assert_ne!(before["digest"], after["digest"]);
    assert_eq!(after["commit"], repo.rev_parse("main"));
    context.run(&["verify"]).ok();
    // A commit that changes nothing of the skill changes nothing here.
    repo.write("other.md", "x");
    repo.commit("other");
    let lock = context.read("mdskill.lock");
    context.run(&["update"]).ok();
    assert_eq!(context.read("mdskill.lock"), lock);
}

#[test]
fn update_without_the_locked_commit_compares_the_linked_files() {
    let (context, repo) = linked();
    context.run(&["add", "acme/skills/one"]).ok();
    let before = context.entry("one");
    // The history is rewritten, so the locked commit is gone; the files are the same.
    let again = repo.git(&["commit-tree", "main^{tree}", "-m", "again"]);
    repo.reset_to(again.trim());
    repo.collect_garbage();
    context.clear_cache();
    context.run(&["update"]).ok().never_says("Updated one");
    assert_eq!(context.entry("one")["digest"], before["digest"]);
    has_followed(&context, &repo, "one", "plugin/skills/one");
    let mut repo = repo;
    repo.write("docs/usage.md", "# New usage\n");
    repo.commit("docs");
    context.run(&["update"]).ok().says("Updated one");
    has_followed(&context, &repo, "one", "plugin/skills/one");
}

#[test]
fn edits_of_linked_files_are_merged() {
    let (context, mut repo) = linked();
    repo.write("docs/usage.md", "one\ntwo\nthree\nfour\nfive\n");
    repo.commit("lines");
    context.run(&["add", "acme/skills/one"]).ok();
    let file = ".github/skills/one/docs/usage.md";
    context.write(file, "one\ntwo\nthree\nfour\nmine\n");
    context.run(&["diff", "--local"]).says("docs/usage.md");
    repo.write("docs/usage.md", "theirs\ntwo\nthree\nfour\nfive\n");
    repo.commit("theirs");
    context.run(&["update"]).ok();
    assert_eq!(context.read(file), "theirs\ntwo\nthree\nfour\nmine\n");
    context.run(&["verify"]).ok();
}

#[test]
fn update_refuses_a_link_that_leads_nowhere_now() {
    let (context, mut repo) = linked();
    context.run(&["add", "acme/skills/one"]).ok();
    let installed = context.tree(".github/skills/one");
    repo.remove("docs/usage.md");
    repo.commit("gone");
    context
        .run(&["update"])
        .says("`references/usage.md`: it is a symbolic link to `../docs/usage.md`, and it leads to `docs/usage.md`, which the repository does not have");
    context.tree(".github/skills/one").assert_same(&installed);
}

/// What `add` and `validate` say about a skill with this link.
#[track_caller]
fn is_refused(links: &[(&str, &str)], reason: &str) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "Does one thing")
        .write("skills/one/references/a.md", "a\n")
        .submodule("vendor/lib", "da0eba34bf02b6dc57a6eca611c4bdab73b246c5");
    for (path, target) in links {
        repo.symlink(path, target);
    }
    repo.commit("links");
    context.refuses(&["add", "acme/skills/one"], 1, reason);
    context
        .run(&["validate", "acme/skills/one"])
        .fails(3)
        .says("SK501")
        .says(reason);
    // The same on disk.
    let clone = context.path("temp/clone");
    let from = repo.folder().to_str().unwrap();
    context
        .git(&["clone", "--quiet", from, clone.to_str().unwrap()])
        .ok();
    let skill = clone.join("skills/one");
    let on_disk = context.run(&["validate", skill.to_str().unwrap()]);
    on_disk.fails(3).says("SK501");
    if !reason.contains("submodule") {
        on_disk.says(reason);
    }
}

#[test]
fn links_that_leave_the_repository_are_refused_by_name() {
    is_refused(
        &[("skills/one/x", "../../../x")],
        "it leads out of the repository",
    );
    is_refused(
        &[("skills/one/x", "../../out"), ("out", "..")],
        "it leads out of the repository",
    );
    is_refused(
        &[("skills/one/x", "/etc/passwd")],
        "it leads to an absolute path",
    );
    is_refused(
        &[("skills/one/x", "C:/Users/me")],
        "it leads to an absolute path",
    );
    is_refused(
        &[("skills/one/x", "../../y/"), ("y", "/etc")],
        "it leads to an absolute path",
    );
}

#[test]
fn links_that_lead_nowhere_are_refused_by_name() {
    is_refused(
        &[("skills/one/x", "gone.md")],
        "it leads to `skills/one/gone.md`, which the repository does not have",
    );
    is_refused(
        &[("skills/one/x", "../../.git/config")],
        "it leads into a `.git` folder",
    );
    is_refused(
        &[("skills/one/x", "../../vendor/lib/a.md")],
        "it leads to the submodule `vendor/lib`",
    );
    is_refused(&[("skills/one/x", "x")], "it leads to itself");
    is_refused(
        &[("skills/one/x", "y"), ("skills/one/y", "x")],
        "it leads to itself",
    );
}

#[test]
fn links_without_an_end_are_refused_by_name() {
    let reason = "it leads to a folder that contains it";
    is_refused(&[("skills/one/all", "../..")], reason);
    is_refused(&[("skills/one/me", ".")], reason);
    is_refused(&[("skills/one/references/up", "..")], reason);
    is_refused(
        &[
            ("skills/one/shared", "../../shared"),
            ("shared/back", "../skills"),
        ],
        reason,
    );
    is_refused(
        &[
            ("skills/one/a", "../../a"),
            ("a/b", "../b"),
            ("b/a", "../a"),
        ],
        reason,
    );
}

#[test]
fn limits_hold_for_the_linked_files() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "Does one thing");
    for file in 0..100 {
        repo.write(&format!("d0/{file}.md"), "x");
    }
    // Each level doubles the files: 100 * 2^7.
    for level in 1..8 {
        let below = format!("../d{}", level - 1);
        repo.symlink(&format!("d{level}/a"), &below)
            .symlink(&format!("d{level}/b"), &below);
    }
    repo.symlink("skills/one/all", "../../d7");
    repo.commit("many");
    context.refuses(&["add", "acme/skills/one"], 1, "more than 5000 files");
}

#[test]
fn skill_without_links_takes_three_requests_and_links_take_one_more() {
    let (context, _repo) = linked();
    let mut plain = context.repo("acme/plain");
    plain.skill("skills/two", "two", "Does another thing");
    plain.commit("plain");
    let server = GitServer::start(context.root());
    let served = TestContext::with_origin(&server.url());
    served.run(&["add", "acme/plain/two"]).ok();
    assert_eq!(server.requests().len(), 3);
    server.reset();
    served.run(&["add", "acme/skills/one"]).ok();
    // The links of the skill and those that they lead over.
    assert!(
        server.requests().len() <= 6,
        "{:?}",
        server.requests().len()
    );
    server.reset();
    served.run(&["update"]).ok();
    assert_eq!(server.requests().len(), 2, "one request a repository");
}

#[test]
fn links_of_a_folder_source_are_followed_as_in_git() {
    let context = TestContext::new();
    let skill = "---\nname: mine\ndescription: Mine. Use it.\n---\nText\n";
    context.write("packs/skills/mine/SKILL.md", skill);
    context.write("packs/shared/rules.md", "Rules\n");
    context.write("packs/shared/deep/more.md", "More\n");
    context.write("packs/unrelated.md", "Not imported\n");
    context.write("secret.md", "Outside of the source\n");
    let links = [
        ("mine.md", "SKILL.md"),
        ("rules.md", "../../alias/rules.md"),
        ("deep", "../../shared/deep"),
    ];
    let link = |path: &str, target: &str| symlink(target, context.project().join(path)).unwrap();
    for (path, target) in links {
        link(&format!("packs/skills/mine/{path}"), target);
    }
    link("packs/alias", "shared");
    context.run(&["add", "./packs", "--skill", "mine"]).ok();
    let installed = |path: &str| context.read(&format!(".github/skills/mine/{path}"));
    assert_eq!(installed("mine.md"), skill);
    assert_eq!(installed("rules.md"), "Rules\n");
    assert_eq!(installed("deep/more.md"), "More\n");
    context.run(&["verify"]).ok();
    context.run(&["remove", "mine"]).ok();
    for (target, problem) in [
        (
            "../../../secret.md",
            "it is a symbolic link to `../../../secret.md`",
        ),
        ("/etc/passwd", "it is a symbolic link to `/etc/passwd`"),
        ("none.md", "it is a symbolic link to `none.md`"),
    ] {
        link("packs/skills/mine/out.md", target);
        let add = ["add", "./packs", "--skill", "mine"];
        context.refuses(&add, 1, problem);
        std::fs::remove_file(context.project().join("packs/skills/mine/out.md")).unwrap();
    }
}
