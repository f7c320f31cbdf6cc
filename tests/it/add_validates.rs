//! `add` and `update` validate skills as they will be on disk, and report findings before they write.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const TEXT: &str =
    "---\nname: NAME\ndescription: Does it, when it is to be done\n---\n\n# Heading\nBODY\n";

fn text(name: &str, body: &str) -> String {
    TEXT.replace("NAME", name).replace("BODY", body)
}

/// `acme/skills` with `good`, `broken`, whose link leads nowhere, `listed`, whose tools have commas, and
/// `silent`, which no client loads.
fn stocked() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.write("good/SKILL.md", text("good", "Do it."))
        .write(
            "broken/SKILL.md",
            text("broken", "See [it](references/gone.md)."),
        )
        .write(
            "listed/SKILL.md",
            text("listed", "Do it.").replace("name:", "allowed-tools: Read, Write\nname:"),
        )
        .write("silent/SKILL.md", "---\nname: silent\n---\nText\n");
    repo.commit("Good and bad");
    (context, repo)
}

#[test]
fn add_refuses_unloadable_skill_unless_allowed() {
    let (context, repo) = stocked();
    let stopped = context.refuses(&["add", "acme/skills/silent"], 1, "`silent` was not added");
    stopped
        .says("[SK210]")
        .says("`mdskill add acme/skills/silent --allow SK210` installs it anyway");
    context.refuses(
        &["add", "acme/skills/silent", "--allow", "SK301"],
        1,
        "`silent` was not added",
    );
    context.refuses(
        &["add", "acme/skills/silent", "--allow", "description-mising"],
        2,
        "unknown rule `description-mising`",
    );
    context
        .run(&["add", "acme/skills/silent", "--allow", "SK210"])
        .ok();
    context.has("silent", &repo, "main:silent");
    let by_name = context.another();
    let allow = [
        "add",
        "acme/skills/silent",
        "--allow",
        "SK301,description-missing",
    ];
    let outcome = by_name.mdskill(allow).run();
    outcome.ok().never_says("SK210");
}

#[test]
fn add_shows_errors_and_counts_warnings() {
    let (context, _repo) = stocked();
    let outcome = context.run(&[
        "add",
        "acme/skills/broken",
        "acme/skills/listed",
        "acme/skills/good",
    ]);
    outcome
        .ok()
        .says(".github/skills/broken/SKILL.md:7: ")
        .says("[SK301]")
        .says("1 warning in 1 skill; run `mdskill validate listed` to show them")
        .never_says("SK113");
    assert_eq!(
        context.folders(".github/skills"),
        ["broken", "good", "listed"]
    );
    // The command of the hint shows the finding.
    let shown = context.run(&["validate", ".github/skills/listed"]);
    shown
        .says(".github/skills/listed/SKILL.md:2:")
        .says("SK113");
}

#[test]
fn strict_add_refuses_any_error() {
    let (context, _repo) = stocked();
    let all = context.refuses(
        &["add", "acme/skills", "--all", "--strict"],
        3,
        "nothing was changed",
    );
    all.says("`broken` was not added: it has errors")
        .says("`silent` was not added: no client can load it");
    let json = context
        .refuses(
            &["add", "acme/skills/broken", "--strict", "--json"],
            3,
            "SK301",
        )
        .json();
    assert_eq!(json["is_refused"], true);
    assert_eq!(json["skills"], serde_json::json!([]));
    context
        .run(&["add", "acme/skills/broken", "--strict", "--allow", "SK301"])
        .ok();
    context.run(&["add", "acme/skills/listed", "--strict"]).ok();
}

#[test]
fn json_of_add_has_findings_as_validate() {
    let (context, mut repo) = stocked();
    let added = context.run(&["add", "acme/skills/broken", "--json"]).json();
    let validated = context.run(&["validate", "broken", "--json"]).json();
    let errors = |json: &serde_json::Value| -> Vec<serde_json::Value> {
        let found = json["diagnostics"].as_array().unwrap().iter();
        found
            .filter(|found| found["severity"] == "error")
            .cloned()
            .collect()
    };
    assert_eq!(errors(&added).len(), 1);
    assert_eq!(errors(&added), errors(&validated));
    repo.write(
        "broken/SKILL.md",
        text("broken", "See [it](references/lost.md)."),
    );
    repo.commit("Still broken");
    let moved = context.run(&["update", "--json"]).json();
    assert_eq!(
        moved["skills"][0]["places"][0],
        moved["diagnostics"][0]["skill"]
    );
    assert!(
        moved["diagnostics"][0]["message"]
            .as_str()
            .unwrap()
            .contains("lost.md")
    );
}

#[test]
fn update_reports_findings_in_new_version() {
    let (context, mut repo) = stocked();
    context.run(&["add", "acme/skills/good"]).ok();
    repo.write(
        "good/SKILL.md",
        text("good", "See [it](references/gone.md)."),
    );
    repo.commit("Broken");
    context.refuses(&["update", "--dry-run"], 0, "acme/skills/good/SKILL.md:7: ");
    context
        .run(&["update"])
        .ok()
        .says(".github/skills/good/SKILL.md:7: ");
    repo.write("good/SKILL.md", "---\nname: good\n---\nText\n");
    let silent = repo.commit("Silent");
    let stuck = context.refuses(
        &["update"],
        3,
        "clients would not load its new version (SKILL.md:",
    );
    stuck.says("--allow SK210 accepts it");
    context.run(&["update", "--allow", "SK210"]).ok();
    assert_eq!(context.entry("good")["commit"], silent);
}

#[test]
fn skill_is_validated_under_its_installed_name() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.write("pdf-tools/SKILL.md", text("pdf", "Do it."));
    repo.commit("One");
    // The folder has another name in the repository, but not on disk.
    context
        .run(&["validate", "acme/skills"])
        .fails(3)
        .says("SK203");
    context
        .run(&["add", "acme/skills/pdf"])
        .ok()
        .never_says("SK203");
    context.run(&["validate", "pdf"]).ok();
}

#[test]
fn add_names_linked_siblings() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let links = "See [two](../two/SKILL.md) and [three](../three x/references/a.md).";
    repo.write("skills/one/SKILL.md", text("one", links))
        .write("skills/two/SKILL.md", text("two", "Do it."))
        .write("skills/three x/SKILL.md", text("three", "Do it."))
        .write("skills/three x/references/a.md", "A\n");
    repo.commit("Siblings");
    repo.tag("v1");
    let links = "See [two](../two/SKILL.md).";
    repo.write("skills/one/SKILL.md", text("one", links));
    repo.commit("One sibling");
    let outcome = context.run(&["add", "acme/skills/one"]);
    outcome.ok().says(
        "one links to two, which is not installed; `mdskill add acme/skills/skills/two` adds it",
    );
    let json = context.run(&["add", "acme/skills/one", "--json"]).json();
    let expected = serde_json::json!([{
        "name": "two", "spec": "acme/skills/skills/two", "linked_from": ["one"]
    }]);
    assert_eq!(json["siblings"], expected);
    context.run(&["add", "acme/skills/skills/two"]).ok();
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .never_says("links to");
    let other = context.another();
    let outcome = other.mdskill(["add", "acme/skills", "--all"]).run();
    outcome.ok().never_says("links to");
}

#[test]
fn add_uses_rules_of_project_and_ignores_suppressions_of_skill() {
    let (context, mut repo) = stocked();
    let text = text(
        "broken",
        "See [it](references/gone.md). <!-- mdskill-ignore-file SK301: it will be there -->",
    );
    repo.write("broken/SKILL.md", text);
    repo.commit("Hushed up");
    context.refuses(&["add", "acme/skills/broken", "--strict"], 3, "SK301");
    context.write("mdskill.toml", "[rules]\nignore = [\"SK301\"]\n");
    context.run(&["add", "acme/skills/broken", "--strict"]).ok();
    context.refuses(&["add", "acme/skills/silent"], 1, "SK210");
    context.write("mdskill.toml", "[rules]\nignore = [\"SK2\"]\n");
    context
        .run(&["add", "acme/skills/silent", "acme/skills/good"])
        .ok();
    repo.write("good/SKILL.md", "---\nname: good\n---\nText\n");
    repo.commit("No description");
    context.run(&["update", "good"]).ok();
    context.has("good", &repo, "main:good");
    context.write("mdskill.toml", "[rules]\nignore = [\"SK9999\"]\n");
    for verb in [&["add", "acme/skills/listed"][..], &["update"]] {
        context.refuses(verb, 1, "mdskill.toml:2: ");
    }
}

#[test]
fn link_to_sibling_is_warning_in_installed_skill() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/two", "two", "Skill two");
    repo.skill("skills/one", "one", "Skill one").write(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Does one. Use it for one.\n---\n\nSee [two](../two/SKILL.md).\n",
    );
    repo.commit("One links to two");
    context.run(&["add", "acme/skills/one"]).ok();
    // The other skill exists only in the source repository, so it can't be fixed here.
    for arguments in [
        &["validate"][..],
        &["validate", "one"],
        &["validate", ".github/skills/one"],
    ] {
        context.run(arguments).ok().never_says("SK301");
    }
    // In a skill of this repository, it is an error.
    std::fs::create_dir_all(context.project().join("skills")).unwrap();
    std::fs::rename(
        context.project().join(".github/skills/one"),
        context.project().join("skills/one"),
    )
    .unwrap();
    context
        .run(&["validate", "skills/one"])
        .fails(3)
        .says("SK301");
}
