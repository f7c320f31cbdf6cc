//! The skills that a repository offers: hidden ones and identical copies are left out and counted, and a name or path
//! still finds them.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const INTERNAL: &str =
    "---\nname: NAME\ndescription: For maintainers\nmetadata:\n  internal: true\n---\nText\n";

/// The hidden skills of [`with_hidden`], with the reasons.
const HIDDEN: [(&str, &str); 7] = [
    (
        ".venv/lib/python3/site-packages/pkg/skills/env",
        "environment",
    ),
    ("node_modules/pkg/skills/dep", "dependency"),
    ("packages/api/__fixtures__/fix", "fixture"),
    ("skills/one/evals/fixtures/inj", "nested"),
    ("skills/secret", "internal"),
    ("tests/skills/probe", "fixture"),
    ("vendor/lib/.agents/skills/third", "dependency"),
];

fn write_internal(repo: &mut Repo, path: &str) {
    let name = path.rsplit('/').next().unwrap();
    let page = INTERNAL.replace("NAME", name);
    repo.write(&format!("{path}/SKILL.md"), page);
}

/// A repository with the visible skills `one` and `two`, and one hidden skill of each kind.
fn with_hidden() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "Does one")
        .skill(".github/skills/two", "two", "Does two");
    for (path, reason) in HIDDEN {
        if reason == "internal" {
            write_internal(&mut repo, path);
        } else {
            repo.skill(path, path.rsplit('/').next().unwrap(), "Hidden");
        }
    }
    repo.commit("Visible and hidden skills");
    (context, repo)
}

fn texts<'a>(json: &'a serde_json::Value, list: &str, key: &str) -> Vec<&'a str> {
    let items = json[list].as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap()).collect()
}

#[test]
fn list_leaves_out_hidden_skills_and_counts_them() {
    let (context, _repo) = with_hidden();
    let sentence = "Left out 1 inside other skills, 2 in tests, 2 in dependencies, 1 in virtual environments, 1 internal \
                    (--hidden includes them)";
    let listed = context.run(&["list", "acme/skills"]);
    listed.ok().says("Found 2 skills").says(sentence);
    let names = context.run(&["list", "acme/skills", "--names"]);
    assert_eq!(names.ok().stdout, "two\none\n");
    let json = context.run(&["list", "acme/skills", "--json"]).json();
    assert_eq!(texts(&json, "skills", "name"), ["two", "one"]);
    let found: Vec<_> = texts(&json, "hidden", "path")
        .into_iter()
        .zip(texts(&json, "hidden", "reason"))
        .collect();
    assert_eq!(found, HIDDEN);
    let all = context
        .run(&["list", "acme/skills", "--hidden", "--json"])
        .json();
    assert_eq!(texts(&all, "skills", "path").len(), 2 + HIDDEN.len());
    assert!(texts(&all, "hidden", "path").is_empty());
}

#[test]
fn add_all_leaves_out_hidden_skills() {
    let (context, repo) = with_hidden();
    let added = context.run(&["add", "acme/skills", "--all"]);
    added.ok().says("Left out 1 inside other skills");
    assert_eq!(context.folders(".github/skills"), ["one", "two"]);
    context.has("one", &repo, "main:skills/one");
    let dry = ["add", "acme/skills", "--all", "--hidden", "--dry-run"];
    context
        .refuses(&dry, 0, "Would add inj")
        .never_says("Left out");
    let json = context
        .run(&["add", "acme/skills", "--all", "--json"])
        .json();
    assert_eq!(texts(&json, "hidden", "path").len(), HIDDEN.len());
    context.refuses(&["add", "acme/skills", "--hidden"], 2, "--all");
    context
        .run(&["add", "acme/skills", "--all", "--hidden"])
        .ok();
    assert_eq!(context.lock().len(), 2 + HIDDEN.len());
}

#[test]
fn path_or_name_adds_hidden_skill() {
    for (path, _) in HIDDEN {
        let name = path.rsplit('/').next().unwrap();
        for wanted in [path, name] {
            let (context, repo) = with_hidden();
            context.run(&["add", &format!("acme/skills/{wanted}")]).ok();
            context.has(name, &repo, &format!("main:{path}"));
        }
    }
    let (context, _repo) = with_hidden();
    let folder = "acme/skills/skills/one/evals/fixtures";
    context.run(&["add", folder, "--all"]).ok();
    assert_eq!(context.folders(".github/skills"), ["inj"]);
}

#[test]
fn name_of_visible_skill_is_not_ambiguous_with_hidden_one() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/pdf", "pdf", "Reads PDF")
        .skill("tests/fixtures/pdf", "pdf", "A broken copy")
        .skill("node_modules/other/skills/pdf", "pdf", "Another one");
    repo.commit("Three");
    context.run(&["add", "acme/skills/pdf"]).ok();
    context.has("pdf", &repo, "main:skills/pdf");
    // The only visible skill needs no name.
    let shown = context.run(&["show", "acme/skills", "--json"]).json();
    assert_eq!(shown["path"], "skills/pdf");
}

#[test]
fn repository_with_one_public_skill_needs_no_choice() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/public", "public", "For users");
    write_internal(&mut repo, "skills/release");
    repo.commit("Two");
    context.run(&["add", "acme/skills"]).ok();
    assert_eq!(context.folders(".github/skills"), ["public"]);
    repo.remove("skills/public");
    repo.commit("Only the internal one");
    let context = context.another();
    let all = ["add", "acme/skills", "--all"];
    let outcome = context.refuses(&all, 1, "acme/skills has only hidden skills (1)");
    outcome.says("`mdskill list acme/skills --hidden`");
    context.run(&["add", "acme/skills"]).ok();
    context.has("release", &repo, "main:skills/release");
}

#[test]
fn folder_with_one_skill_needs_no_choice() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("plugins/a/skills/one", "one", "One")
        .skill("plugins/b/skills/two", "two", "Two")
        .skill("plugins/b/skills/three", "three", "Three");
    repo.commit("Three skills");
    context.run(&["add", "acme/skills/plugins/a"]).ok();
    context.has("one", &repo, "main:plugins/a/skills/one");
    let outcome = context.refuses(&["add", "acme/skills/plugins/b"], 2, "has 2 skills");
    outcome.says("three, two");
    context.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\nText\n",
    );
    context.run(&["add", "./drafts"]).ok();
    assert_eq!(context.folders(".github/skills"), ["mine", "one"]);
}

#[test]
fn identical_copies_are_one_skill_by_name() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for path in [
        ".claude/skills/p",
        ".openclaw/skills/p",
        "plugins/a/skills/p",
        "skills/p",
    ] {
        repo.skill(path, "p", "Does it");
    }
    // Only the frontmatter has the name, and the folders differ.
    repo.skill("skills/q-skill", "q", "Does q")
        .skill(".claude/skills/q-copy", "q", "Does q");
    repo.commit("Copies");
    assert_eq!(
        repo.rev_parse("main:skills/p"),
        repo.rev_parse("main:.openclaw/skills/p")
    );
    context.run(&["add", "acme/skills/p", "acme/skills/q"]).ok();
    context.has("p", &repo, "main:skills/p");
    context.has("q", &repo, "main:skills/q-skill");
    let listed = context.run(&["list", "acme/skills", "--json"]).json();
    assert_eq!(
        texts(&listed, "skills", "spec"),
        ["acme/skills/p", "acme/skills/q-skill"]
    );
    assert_eq!(texts(&listed, "hidden", "reason"), ["copy"; 4]);
    context
        .run(&["list", "acme/skills"])
        .ok()
        .says("Left out 4 identical copies");
    // A path still chooses one of the copies, and another copy is not another skill.
    let other = context.another();
    other.run(&["add", "acme/skills/.claude/skills/p"]).ok();
    other.has("p", &repo, "main:.claude/skills/p");
    other.run(&["add", "acme/skills", "--all"]).ok();
    other.has_files("p", &repo, "main:skills/p");
}

#[test]
fn copies_that_differ_stay_ambiguous() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/p", "p", "Does it")
        .skill(".claude/skills/p", "p", "Does it")
        .skill("docs/de/skills/p", "p", "Tut es");
    repo.commit("A translation");
    let outcome = context.refuses(&["add", "acme/skills/p"], 1, "is the name of 2 skills");
    outcome
        .says("acme/skills/docs/de/skills/p")
        .says("acme/skills/skills/p");
    outcome.never_says(".claude");
}

#[test]
fn clashes_of_all_are_one_error_with_a_folder_that_works() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let names: Vec<String> = (0..20).map(|number| format!("skill-{number:02}")).collect();
    for name in &names {
        repo.skill(&format!("skills/{name}"), name, "In English");
    }
    for name in &names[..12] {
        repo.skill(&format!("docs/fr/skills/{name}"), name, "En français");
        repo.skill(&format!(".kiro/skills/{name}"), name, "For Kiro");
    }
    repo.skill("docs/fr/skills/extra", "extra", "Only in French");
    repo.commit("Translations");
    let outcome = context.run(&["add", "acme/skills", "--all"]);
    outcome
        .fails(1)
        .says("12 names were not added, because different skills have the same name: `skill-00`")
        .says("hint: `mdskill add acme/skills/skills --all`")
        .never_says("skill-11`");
    let errors = outcome.stderr.matches("error:").count();
    assert_eq!(errors, 1, "{}", outcome.stderr);
    let json = context.run(&["add", "acme/skills", "--all", "--json"]);
    let json = json.fails(1).json();
    assert_eq!(texts(&json, "clashes", "name"), names[..12]);
    assert_eq!(json["clash_free"], "acme/skills/skills");
    let context = context.another();
    context.run(&["add", "acme/skills/skills", "--all"]).ok();
    assert_eq!(context.folders(".github/skills"), names);
}

#[test]
fn unknown_name_is_explained() {
    let (context, _repo) = TestContext::with_skills();
    let sentence = "no skill `ThReE`; did you mean `three`?";
    context.refuses(&["add", "acme/skills/ThReE"], 1, sentence);
    let outcome = context.refuses(&["add", "acme/skills/zzz"], 1, "no skill `zzz`");
    outcome
        .says("it has 3 other skills")
        .says("hint: `mdskill list acme/skills`");
}
