//! `add`: a spec finds a skill, or the message names one that does.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const MARKETPLACE: &str = r#"{"name": "acme", "plugins": [
    {"name": "python", "source": "./plugins/py"}, {"name": "web", "source": "./plugins/w3"}]}"#;

/// `acme/skills` with every odd layout that a repository may have.
fn odd() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "The first").skill(
        "skills/folder-name",
        "other-name",
        "Two names",
    );
    repo.skill("skills/docx-official", "docx-official", "The documents")
        .symlink("skills/docx", "docx-official");
    repo.skill("skills/parent", "parent", "Has a child").skill(
        "skills/parent/inner/child",
        "child",
        "Has a parent",
    );
    repo.skill("plugins/py/skills/lint", "lint", "Lints Python")
        .skill("plugins/w3/skills/lint", "lint", "Lints the web");
    repo.write(".claude-plugin/marketplace.json", MARKETPLACE);
    repo.commit("All of it");
    (context, repo)
}

#[test]
fn add_finds_skill_by_path_folder_and_name() {
    let cases = [
        ("one", "one", "skills/one"),
        ("skills/one", "one", "skills/one"),
        ("folder-name", "other-name", "skills/folder-name"),
        ("other-name", "other-name", "skills/folder-name"),
        ("python/lint", "lint", "plugins/py/skills/lint"),
        ("web/lint", "lint", "plugins/w3/skills/lint"),
        ("py/lint", "lint", "plugins/py/skills/lint"),
        ("docx", "docx-official", "skills/docx-official"),
        ("skills/docx", "docx-official", "skills/docx-official"),
        ("child", "child", "skills/parent/inner/child"),
    ];
    for (typed, name, path) in cases {
        let (context, repo) = odd();
        let outcome = context.run(&["add", &format!("acme/skills/{typed}")]);
        outcome.ok().says(&format!("Added {name}"));
        assert_eq!(context.folders(".github/skills"), [name], "{typed}");
        context.has(name, &repo, &format!("main:{path}"));
        assert_eq!(context.entry(name)["source"], "github:acme/skills");
        assert!(!context.entry(name).contains_key("ref"), "{typed}");
    }
}

#[test]
fn nested_skill_is_part_of_its_parent_and_a_skill() {
    let (context, repo) = odd();
    context.run(&["add", "acme/skills/parent"]).ok();
    context.has("parent", &repo, "main:skills/parent");
    assert!(
        context
            .project()
            .join(".github/skills/parent/inner/child/SKILL.md")
            .exists()
    );
    context
        .run(&["add", "acme/skills/skills/parent", "--all"])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["child", "parent"]);
    context.has("child", &repo, "main:skills/parent/inner/child");
}

#[test]
fn ambiguous_name_lists_working_specs() {
    let (context, repo) = odd();
    let refused = context.refuses(
        &["add", "acme/skills/lint"],
        1,
        "`lint` is the name of 2 skills",
    );
    for path in ["plugins/py/skills/lint", "plugins/w3/skills/lint"] {
        let spec = format!("acme/skills/{path}");
        refused.says(&spec);
        context.run(&["add", &spec, "--force"]).ok();
        context.has("lint", &repo, &format!("main:{path}"));
    }
}

#[test]
fn unknown_name_suggests_nearest() {
    let (context, _repo) = odd();
    context
        .refuses(
            &["add", "acme/skills/onne"],
            1,
            "acme/skills has no skill `onne`; did you mean `one`?",
        )
        .says("hint: `mdskill list acme/skills` lists its skills");
    context
        .refuses(&["add", "acme/skills/zzzzzz"], 1, "has no skill `zzzzzz`")
        .never_says("did you mean");
    context.refuses(
        &["add", "acme/skills/one", "acme/skills/onne"],
        1,
        "no skill `onne`",
    );
    context.refuses(&["add", "acme/nothing/one"], 1, "acme/nothing");
    context.refuses(&["add", "one"], 2, "one");
}

#[test]
fn root_skill_is_named_by_frontmatter() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/solo-repo");
    repo.write(
        "SKILL.md",
        "---\nname: solo\ndescription: Alone\n---\nSee [it](docs/a.md).\n",
    )
    .write("docs/a.md", "a");
    repo.commit("Alone");
    context
        .run(&["add", "acme/solo-repo"])
        .ok()
        .says("Added solo");
    context.has("solo", &repo, "main:");

    let mut bare = context.repo("acme/bare");
    bare.write(
        "SKILL.md",
        "---\nname: Not Valid\ndescription: Alone\n---\nText\n",
    );
    bare.commit("Alone");
    context
        .run(&["add", "acme/bare"])
        .ok()
        .says("installed under its folder's name");
    context.has("bare", &bare, "main:");
}

#[test]
fn repository_with_several_skills_needs_choice() {
    let (context, repo) = TestContext::with_skills();
    context.refuses(
        &["add", "acme/skills"],
        2,
        "acme/skills has 3 skills; name one of them",
    )
    .says("`mdskill list acme/skills` lists its skills; `add` can also take --skill NAME or --all");
    context
        .run(&[
            "add",
            "acme/skills",
            "--skill",
            "one",
            "--skill",
            "skills/two",
        ])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["one", "two"]);
    context
        .run(&["add", "acme/skills", "--all"])
        .ok()
        .says("1 skill, 2 unchanged");
    for name in ["one", "two", "three"] {
        context.has(name, &repo, &format!("main:skills/{name}"));
    }
    context.refuses(
        &["add", "acme/skills/one", "--skill", "two"],
        2,
        "already names a skill; use --skill only with owner/repo",
    );
    context.refuses(
        &["add", "acme/skills", "--all", "--skill", "two"],
        2,
        "cannot be used with",
    );
    context.refuses(
        &["add", "acme/skills", "--all", "--name", "x"],
        2,
        "--name renames one skill",
    );
}

#[test]
fn several_specs_are_added_together_or_not_at_all() {
    let (context, repo) = TestContext::with_skills();
    let mut other = context.repo("other/tools");
    other.skill("deploy", "deploy", "Deploys");
    other.commit("One");
    context
        .run(&[
            "add",
            "acme/skills/one",
            "other/tools/deploy",
            "acme/skills/two@main",
        ])
        .ok()
        .says("3 skills");
    context.has("one", &repo, "main:skills/one");
    context.has("two", &repo, "main:skills/two");
    context.has("deploy", &other, "main:deploy");
    assert_eq!(context.entry("two")["ref"], "main");
    context.refuses(
        &["add", "acme/skills/three", "other/tools/none"],
        1,
        "no skill `none`",
    );
}

#[test]
fn add_all_skips_copies_and_ambiguous_names() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for plugin in ["a", "b"] {
        repo.skill(&format!("{plugin}/skills/same"), "same", "The same")
            .skill(
                &format!("{plugin}/skills/rival"),
                "rival",
                &format!("That of {plugin}"),
            );
    }
    repo.skill("a/skills/lone", "lone", "Alone");
    repo.commit("Two of each");
    context
        .run(&["add", "acme/skills", "--all"])
        .fails(1)
        .says("`rival`: 2 different skills have this name")
        .says("acme/skills/a/skills/rival, acme/skills/b/skills/rival");
    assert_eq!(context.folders(".github/skills"), ["lone", "same"]);
    assert_eq!(context.lock().len(), 2);
    context.has("same", &repo, "main:a/skills/same");
    context.run(&["add", "acme/skills/b/skills/rival"]).ok();
    context.has("rival", &repo, "main:b/skills/rival");
}

#[test]
fn add_all_skips_unloadable_skills() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.write("bare/SKILL.md", "# No frontmatter\n")
        .write("silent/SKILL.md", "---\nname: silent\n---\nText\n")
        .write(
            "Shouts/SKILL.md",
            "---\nname: SHOUTS\ndescription: Loud\n---\nText\n",
        );
    repo.skill("good", "good", "Good");
    repo.write(
        "broken/SKILL.md",
        "---\nname: broken\ndescription: Points away\n---\nSee [x](references/gone.md).\n",
    );
    repo.commit("Good and bad");
    context
        .run(&["add", "acme/skills", "--all"])
        .fails(1)
        .says("`bare` was not added: no client can load it")
        .says("`silent` was not added: no client can load it")
        .says("the frontmatter has no `description`")
        .says("installed under its folder's name: `SHOUTS` is not a valid skill name")
        .says("references/gone.md")
        .says("` installs it anyway");
    assert_eq!(
        context.folders(".github/skills"),
        ["Shouts", "broken", "good"]
    );
    context.refuses(&["add", "acme/skills/silent"], 1, "`silent` was not added");
    context.run(&["add", "acme/skills/silent", "--force"]).ok();
    context.has("silent", &repo, "main:silent");
}

#[test]
fn lockfile_records_branch_tag_commit_and_pin() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    repo.tag("v1");
    repo.annotated_tag("v2");
    repo.branch("feature/next")
        .skill("skills/one", "one", "The next");
    let next = repo.commit("Next");
    repo.branch("main");
    let cases = [
        ("@feature/next", Some("feature/next"), &next),
        ("@v1", Some("v1"), &first),
        ("@v2", Some("v2"), &first),
        ("@main", Some("main"), &first),
        ("", Some("main"), &first),
        ("@HEAD", Some("HEAD"), &first),
    ];
    for (suffix, reference, commit) in cases {
        context
            .run(&["add", &format!("acme/skills/one{suffix}")])
            .ok();
        context.has("one", &repo, &format!("{commit}:skills/one"));
        assert_eq!(
            context.entry("one").get("ref").map(String::as_str),
            reference,
            "{suffix}"
        );
    }
    context
        .run(&["add", &format!("acme/skills/one@{next}")])
        .ok();
    assert_eq!(context.entry("one")["ref"], next);
    context.run(&["add", "acme/skills/two", "--pin"]).ok();
    assert_eq!(context.entry("two")["ref"], first);
    context.refuses(
        &["add", "acme/skills/one@nowhere"],
        1,
        "no branch or tag `nowhere`",
    );
}
