//! `update` and `outdated`: skills that changed upstream are updated, and no others.

use crate::support::test_context::TestContext;

#[test]
fn update_updates_changed_skills_only() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    let before = context.times();
    repo.write("skills/two/more.md", "more")
        .remove("skills/three/scripts");
    let second = repo.commit("More of two, less of three");
    let outcome = context.run(&["update"]);
    outcome
        .ok()
        .says("Updated two")
        .says("Updated three")
        .says("2 updated, 1 unchanged");
    outcome
        .says(&format!("{} -> {}", &first[..7], &second[..7]))
        .never_says("Updated one");
    context.has("one", &repo, &format!("{first}:skills/one"));
    context.has("two", &repo, &format!("{second}:skills/two"));
    context.has("three", &repo, &format!("{second}:skills/three"));
    let after = context.times();
    assert_eq!(
        before[".github/skills/one/SKILL.md"],
        after[".github/skills/one/SKILL.md"]
    );
    let settled = (context.snapshot(), after);
    repo.write("README.md", "news");
    repo.commit("News");
    context
        .run(&["update"])
        .ok()
        .says("all skills are up to date (3 skills)");
    settled.0.assert_same(&context.snapshot());
    assert_eq!(settled.1, context.times());
}

#[test]
fn update_of_one_name_leaves_others() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    for name in ["one", "two", "three"] {
        repo.write(&format!("skills/{name}/more.md"), "more");
    }
    repo.commit("More of all");
    context.run(&["update", "two"]).ok();
    context.has("two", &repo, "main:skills/two");
    context.has("one", &repo, &format!("{first}:skills/one"));
    context.refuses(
        &["update", "one", "thre"],
        1,
        "`thre` is not installed; did you mean `three`?",
    );
    context.run(&["update", "one", "three"]).ok();
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn update_without_lockfile_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    for command in ["update", "outdated", "verify"] {
        context.refuses(&[command], 1, "there is no mdskill.lock");
    }
}

#[test]
fn update_follows_moved_skill() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.rename("skills/one", "plugins/tools/skills/one");
    repo.commit("Move one");
    context
        .run(&["update"])
        .ok()
        .says("moved in its repository from skills/one to plugins/tools/skills/one");
    context.has("one", &repo, "main:plugins/tools/skills/one");
    repo.rename("plugins/tools/skills/one", "a/one")
        .write("a/one/more.md", "more")
        .skill("b/one", "one", "Another");
    repo.commit("Two of them now");
    context
        .run(&["update", "--check"])
        .fails(3)
        .says("is gone upstream");
}

#[test]
fn update_follows_renamed_folder_with_same_files() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    repo.rename("skills/one", "tools/uno");
    repo.commit("Another name");
    context
        .run(&["update"])
        .ok()
        .says("moved in its repository from skills/one to tools/uno");
    context.has("one", &repo, "main:tools/uno");
}

#[test]
fn update_keeps_skill_that_was_removed_upstream() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.remove("skills/one")
        .write("skills/two/more.md", "more");
    repo.commit("Without one");
    context.refuses(
        &["update", "--check"],
        3,
        "`one`: acme/skills/skills/one is gone upstream",
    );
    context
        .run(&["update"])
        .fails(3)
        .says("gone upstream")
        .says("`mdskill update one --accept-gone` keeps it");
    context.has("one", &repo, &format!("{first}:skills/one"));
    context.has("two", &repo, "main:skills/two");
    context.refuses(&["outdated"], 3, "1 gone upstream");
    context.run(&["verify"]).ok();
}

#[test]
fn update_refuses_moved_tag() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1");
    context
        .run(&["add", "acme/skills/one@v1", "acme/skills/two@v1"])
        .ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context
        .run(&["update"])
        .ok()
        .says("all skills are up to date (2 skills)");
    repo.tag("v1");
    context
        .refuses(
            &["update"],
            3,
            "the tag `v1` of acme/skills points at other content now",
        )
        .says("--accept-moved-tag");
    context
        .run(&["add", "acme/skills/one@v1", "--dry-run"])
        .ok()
        .says("the tag `v1` was moved since the skill was locked");
    context
        .run(&["update", "--accept-moved-tag"])
        .ok()
        .says("1 updated, 1 unchanged");
    context.has("one", &repo, "v1:skills/one");
    assert_eq!(context.entry("one")["ref"], "v1");
}

#[test]
fn update_refuses_moved_tag_of_range() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1.2.0");
    context.run(&["add", "acme/skills/one@^1"]).ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    repo.tag("v1.2.0");
    let said = "the tag `v1.2.0` of acme/skills points at other content now";
    context.refuses(&["update"], 3, said);
    context.run(&["update", "--accept-moved-tag"]).ok();
    context.has("one", &repo, "v1.2.0:skills/one");
    assert_eq!(context.entry("one")["commit"], repo.rev_parse("v1.2.0"));
}

#[test]
fn update_refuses_tag_that_became_a_branch() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1");
    context.run(&["add", "acme/skills/one@v1"]).ok();
    repo.git(&["tag", "-d", "v1"]);
    repo.branch("v1");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let said = "the tag `v1` of acme/skills was replaced by a branch";
    context.refuses(&["update"], 3, said);
    context.refuses(&["outdated"], 3, said);
    context.run(&["update", "--accept-moved-tag"]).ok();
    context.has("one", &repo, "refs/heads/v1:skills/one");
    // The branch is followed from now on.
    repo.write("skills/one/more.md", "even more");
    repo.commit("Even more");
    context.run(&["update"]).ok().says("Updated one");
}

#[test]
fn update_takes_newest_tag_in_range() {
    let (context, mut repo) = TestContext::with_skills();
    for (number, tag) in ["v1.2.0", "v1.3.0", "v2.0.0"].into_iter().enumerate() {
        repo.write("skills/one/version", tag);
        repo.commit(tag);
        repo.annotated_tag(tag);
        if number == 0 {
            context.run(&["add", "acme/skills/one@^1.2"]).ok();
            context.has("one", &repo, "v1.2.0:skills/one");
        }
    }
    context.run(&["update"]).ok().says("Updated one");
    context.has("one", &repo, "v1.3.0:skills/one");
    assert_eq!(context.entry("one")["ref"], "^1.2");
    context.run(&["add", "acme/skills/two@~1.2"]).ok();
    context.has("two", &repo, "v1.2.0:skills/two");
    context.refuses(
        &["add", "acme/skills/three@^9"],
        1,
        "no version tag that matches `^9`; the newest is `v2.0.0`",
    );
}

#[test]
fn outdated_shows_wanted_and_newest_version() {
    let (context, mut repo) = TestContext::with_skills();
    let mut release = |tag: &str| {
        repo.write("skills/one/version", tag);
        repo.commit(tag);
        repo.annotated_tag(tag);
    };
    release("v1.2.0");
    context
        .run(&["add", "acme/skills/one@^1.2", "acme/skills/two@v1.2.0"])
        .ok();
    release("v1.3.0");
    release("v2.0.0");
    release("v2.1.0-rc.1");
    let outcome = context.refuses(&["outdated"], 3, "1 to update, 1 unchanged");
    let table: Vec<Vec<&str>> = outcome
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        table,
        [
            vec![
                "NAME", "CURRENT", "WANTED", "LATEST", "CHANGES", "REF", "SOURCE"
            ],
            vec![
                "one",
                "v1.2.0",
                "v1.3.0",
                "v2.0.0",
                "+1",
                "-1",
                "^1.2",
                "acme/skills"
            ],
            vec!["two", "v1.2.0", "v1.2.0", "v2.0.0", "v1.2.0", "acme/skills"],
        ]
    );
    let json = context.run(&["outdated", "--json"]).json();
    assert_eq!(json["newer"][0]["compatible"], "v1.3.0");
    assert_eq!(json["newer"][0]["newest"], "v2.0.0");
    // `update` would not install a version that the ref does not give.
    context.run(&["update"]).ok();
    context.refuses(&["outdated"], 0, "2 newer versions outside of the refs");
}

#[test]
fn update_never_changes_pinned_skill() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context
        .run(&["add", &format!("acme/skills/one@{first}")])
        .ok();
    context.run(&["add", "acme/skills/two", "--pin"]).ok();
    repo.write("skills/one/more.md", "more")
        .write("skills/two/more.md", "more");
    repo.commit("More");
    context.refuses(&["update"], 0, "all skills are up to date (2 skills)");
    context.refuses(&["outdated"], 0, "all skills are up to date (2 skills)");
}

#[test]
fn conflict_of_one_skill_does_not_stop_others() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    let skill = ".github/skills/three";
    let page = context.read(&format!("{skill}/SKILL.md"));
    let with = |line: &str| page.replace("Do it with care.", line);
    context.write(&format!("{skill}/SKILL.md"), with("mine"));
    context.write(&format!("{skill}/notes.md"), "mine");
    repo.write("skills/one/more.md", "more")
        .write("skills/three/SKILL.md", with("theirs"));
    repo.commit("More");
    let mine = context.tree(skill);
    context.refuses(
        &["update", "--check"],
        3,
        "1 to update, 1 unchanged, 1 conflict",
    );
    context
        .run(&["update"])
        .fails(3)
        .says(".github/skills/three: your edits conflict with the new version");
    mine.assert_same(&context.tree(skill));
    assert_eq!(context.entry("three")["commit"], first);
    context.has("one", &repo, "main:skills/one");
    let forced = context.run(&["update", "--force"]);
    forced.ok().says("your old copy to .mdskill/trash/three-1");
    mine.assert_same(&context.tree(".mdskill/trash/three-1"));
    context.has("three", &repo, "main:skills/three");
}

#[test]
fn edit_of_unchanged_skill_is_kept() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.write(".github/skills/one/SKILL.md", "mine");
    repo.write("skills/two/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok().says("1 updated, 2 unchanged");
    assert_eq!(context.read(".github/skills/one/SKILL.md"), "mine");
}

#[test]
fn dry_run_and_check_write_nothing() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    for arguments in [
        &["update", "--check"][..],
        &["outdated"],
        &["list", "--outdated"],
    ] {
        context.refuses(arguments, 0, "all skills are up to date (3 skills)");
    }
    repo.write("skills/two/more.md", "more");
    let second = repo.commit("More");
    context.refuses(&["update", "--dry-run"], 0, "Would update two");
    context.refuses(&["update", "--check"], 3, "Would update two");
    for arguments in [&["outdated"][..], &["list", "--outdated"]] {
        let outcome = context.refuses(arguments, 3, "1 to update");
        let row = format!("two   {}  {}", &first[..7], &second[..7]);
        assert!(outcome.stdout.contains(&row), "{}", outcome.stdout);
    }
    let json = context.refuses(&["outdated", "--json"], 3, "").json();
    assert_eq!(json["command"], "outdated");
    assert_eq!(json["unchanged"], 2);
    let moved = &json["skills"][0];
    assert_eq!(moved["name"], "two");
    assert_eq!(moved["from"], first);
    assert_eq!(moved["commit"], second);
    assert_eq!(moved["tree"], repo.rev_parse("main:skills/two"));
    context.refuses(
        &["outdated", "one"],
        0,
        "all skills are up to date (1 skill)",
    );
}

#[test]
fn update_refuses_unloadable_and_unsafe_versions() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.write("skills/one/SKILL.md", "no frontmatter any more\n")
        .symlink("skills/two/link", "/etc/passwd")
        .write("skills/three/more.md", "more");
    repo.commit("Bad, worse and good");
    context
        .run(&["update"])
        .fails(3)
        .says("`one`: clients would not load its new version (SKILL.md:1:")
        .says("`two`: its new version is refused")
        .says("1 updated, 2 blocked");
    context.has("one", &repo, &format!("{first}:skills/one"));
    context.has("two", &repo, &format!("{first}:skills/two"));
    context.has("three", &repo, "main:skills/three");
    context
        .run(&["update", "--force"])
        .fails(3)
        .says("1 updated, 1 unchanged, 1 blocked");
    context.has("one", &repo, "main:skills/one");
    context.refuses(
        &["add", "acme/skills/two"],
        1,
        "acme/skills/skills/two is refused",
    );
}

#[test]
fn missing_source_does_not_stop_others() {
    let (context, mut repo) = TestContext::with_skills();
    let mut other = context.repo("other/tools");
    other.skill("deploy", "deploy", "Deploys");
    other.commit("One");
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.run(&["add", "other/tools/deploy"]).ok();
    std::fs::rename(other.folder(), context.root().join("gone")).unwrap();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context
        .run(&["update"])
        .fails(1)
        .says("other/tools (1 skill) could not be checked")
        .says("1 updated, 2 unchanged, 1 not checked");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn update_reports_and_relocks_rewritten_history() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let old = repo.rev_parse("main");
    let tree = repo.rev_parse("main^{tree}");
    // The same content, in a history without the locked commit.
    let other = repo.git(&["commit-tree", &tree, "-m", "Another history"]);
    repo.reset_to(&other);
    repo.write("skills/one/more.md", "more");
    let new = repo.commit("More");
    let sentence = &format!(
        "its history was rewritten upstream: {} is not a descendant of the locked commit {}",
        &new[..7],
        &old[..7]
    );
    context.refuses(&["outdated"], 3, sentence);
    context
        .run(&["update"])
        .ok()
        .says("Updated one")
        .says("Locked two")
        .says(&format!("{} -> {}", &old[..7], &new[..7]))
        .says(sentence);
    for name in ["one", "two", "three"] {
        context.has(name, &repo, &format!("main:skills/{name}"));
    }
    context.refuses(&["update"], 0, "all skills are up to date (3 skills)");
}

#[test]
fn update_reports_branch_that_was_moved_back() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["add", "acme/skills/one"]).ok();
    repo.reset_to(&first);
    context
        .run(&["update"])
        .ok()
        .says("its ref was moved back upstream");
    context.has("one", &repo, "main:skills/one");
}
