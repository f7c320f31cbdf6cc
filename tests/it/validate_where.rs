//! The skills that `validate` finds: on disk, installed, and by spec.

use std::os::unix::fs::symlink;

use crate::support::test_context::TestContext;

const TEXT: &str =
    "---\nname: NAME\ndescription: Does it, when it is to be done\n---\n\n# Heading\nBODY\n";
const BROKEN: &str = "See [it](references/gone.md).";

fn skill(context: &TestContext, folder: &str, body: &str) {
    let name = folder.rsplit('/').next().unwrap();
    let text = TEXT.replace("NAME", name).replace("BODY", body);
    context.write(&format!("{folder}/SKILL.md"), text);
}

/// The validated folders, each of which has one broken link.
#[track_caller]
fn validated(context: &TestContext, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["validate", "--json", "--select", "SK301"], arguments].concat();
    let json = context.mdskill(arguments).run().fails(3).json();
    let diagnostics = json["diagnostics"].as_array().unwrap();
    assert_eq!(json["summary"]["skills"], diagnostics.len(), "{json}");
    let skill = |found: &serde_json::Value| found["skill"].as_str().unwrap().to_owned();
    diagnostics.iter().map(skill).collect()
}

#[test]
fn validate_searches_hidden_folders_but_not_packages_and_caches() {
    let context = TestContext::with_origin("");
    for folder in [
        ".github/skills/one",
        ".claude/skills/two",
        "skills/three",
        "skills/target/four",
        "node_modules/pkg/skills/no",
        "skills/three/node_modules/no",
        ".git/skills/no",
        ".mdskill/trash/no",
        ".github/.mdskill-stage-skills/new/no",
        "target/package/no",
    ] {
        skill(&context, folder, BROKEN);
    }
    context.write(
        "target/CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n",
    );
    let expected = [
        ".claude/skills/two",
        ".github/skills/one",
        "skills/target/four",
        "skills/three",
    ];
    assert_eq!(validated(&context, &[]), expected);
    assert_eq!(validated(&context, &["."]), expected);
    assert_eq!(validated(&context, &["skills"]), expected[2..]);
    // A named folder is validated wherever it is.
    assert_eq!(
        validated(&context, &["target/package"]),
        ["target/package/no"]
    );
}

#[test]
fn linked_skill_is_validated_once() {
    let context = TestContext::with_origin("");
    skill(&context, "shared/one", BROKEN);
    let project = context.project();
    std::fs::create_dir_all(project.join("skills")).unwrap();
    symlink("../shared/one", project.join("skills/alias")).unwrap();
    symlink("../shared/one", project.join("skills/again")).unwrap();
    symlink("..", project.join("skills/loop")).unwrap();
    symlink("nowhere", project.join("skills/dangling")).unwrap();
    let outside = TestContext::with_origin("");
    skill(&outside, "stranger", BROKEN);
    symlink(
        outside.project().join("stranger"),
        project.join("skills/out"),
    )
    .unwrap();
    assert_eq!(validated(&context, &[]), ["shared/one"]);
    assert_eq!(validated(&context, &["skills"]), ["shared/one"]);
    assert_eq!(validated(&context, &["skills/alias"]), ["skills/alias"]);
    assert_eq!(
        validated(&context, &["shared/one", "skills"]),
        ["shared/one"]
    );
}

#[test]
fn nested_skill_is_validated_separately() {
    let context = TestContext::with_origin("");
    skill(&context, "skills/outer", BROKEN);
    skill(&context, "skills/outer/nested/inner", BROKEN);
    let both = ["skills/outer", "skills/outer/nested/inner"];
    assert_eq!(validated(&context, &["skills/outer"]), both);
    assert_eq!(validated(&context, &["skills/outer/SKILL.md"]), both);
    assert_eq!(
        validated(&context, &["skills/outer/nested/inner"]),
        both[1..]
    );
}

#[test]
fn skill_named_twice_is_validated_once() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let text = TEXT.replace("NAME", "one").replace("BODY", BROKEN);
    repo.write("skills/one/SKILL.md", text);
    repo.commit("One");
    context.run(&["add", "acme/skills/one"]).ok();
    let place = ".github/skills/one";
    let named = [
        "one",
        ".github/skills/one/SKILL.md",
        "./.github/skills",
        "one",
        ".",
    ];
    assert_eq!(validated(&context, &named), [place]);
}

#[test]
fn user_skills_are_validated_with_and_without_lockfile() {
    let context = TestContext::new();
    let home = context.path("home");
    let own = home.join(".copilot/skills/mine");
    let none = context.run(&["validate", "-g"]);
    none.fails(2).says("no user skills are installed");
    std::fs::create_dir_all(&own).unwrap();
    let text = TEXT.replace("NAME", "mine").replace("BODY", BROKEN);
    std::fs::write(own.join("SKILL.md"), text).unwrap();
    let outcome = context.run(&["validate", "-g"]);
    outcome
        .fails(3)
        .says("SK301")
        .says("Validated 1 skill in ")
        .says(": 1 error,");
}

#[test]
fn validate_reports_where_it_searched_for_unknown_name() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(
        &["validate", "nobody"],
        2,
        "installed skill is named `nobody`: looked in ",
    );
    context.refuses(
        &["validate", "./skills/nobody"],
        2,
        "no such file or folder: ./skills/nobody",
    );
    let outcome = context.refuses(
        &["validate", "skills/nobody"],
        1,
        "does not have skills/nobody",
    );
    outcome.says("`skills/nobody` is not a file, a folder, or an installed skill here");
    context.refuses(
        &["validate", "acme/skills/nobody"],
        1,
        "has no skill `nobody`",
    );
    context.refuses(
        &["validate"],
        2,
        "no skills found in this folder or below it",
    );
}

#[test]
fn spec_can_be_skill_at_ref_folder_or_repository() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1");
    let broken = |name: &str| TEXT.replace("NAME", name).replace("BODY", BROKEN);
    repo.write("skills/one/SKILL.md", broken("one"))
        .write("more/four/SKILL.md", broken("four"))
        .symlink("more/four/link", "SKILL.md");
    repo.commit("Broken");
    context.refuses(&["validate", "acme/skills/one@v1"], 0, ": 0 errors");
    let at_main = validated(&context, &["acme/skills/one@main"]);
    assert_eq!(at_main, ["acme/skills/skills/one"]);
    let count =
        |spec: &str| context.run(&["validate", spec, "--json"]).json()["summary"]["skills"].clone();
    assert_eq!(count("acme/skills/skills"), 3);
    assert_eq!(count("acme/skills/more"), 1);
    // A skill with a link can't be installed, but can be validated.
    assert_eq!(count("acme/skills"), 4);
}

#[test]
fn unlistable_folder_is_one_finding_among_others() {
    use std::os::unix::fs::PermissionsExt;
    let context = TestContext::with_origin("");
    skill(&context, "skills/one", BROKEN);
    skill(&context, "skills/closed", BROKEN);
    skill(&context, "skills/two", BROKEN);
    let closed = context.project().join("skills/closed");
    let mode = |mode| {
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o000);
    if std::fs::read_dir(&closed).is_ok() {
        // Root may list any folder, but not one whose path is too long.
        mode(0o755);
        let deep = vec!["d".repeat(200); 15].join("/");
        let (half, rest) = (context.path("temp").join(&deep), closed.join(&deep));
        std::fs::create_dir_all(&half).unwrap();
        std::fs::create_dir_all(&rest).unwrap();
        let first = context.path("temp").join("d".repeat(200));
        std::fs::rename(first, rest.join("more")).unwrap();
    }
    let json = context
        .mdskill(["validate", "--json"])
        .run()
        .fails(3)
        .json();
    mode(0o755);
    let found = json["diagnostics"].as_array().unwrap();
    let of = |code: &str| found.iter().filter(|found| found["code"] == code).count();
    assert_eq!(of("SK008"), 1, "{json}");
    assert_eq!(of("SK301"), 2, "{json}");
    let unlisted = found.iter().find(|found| found["code"] == "SK008").unwrap();
    assert!(
        unlisted["skill"]
            .as_str()
            .unwrap()
            .starts_with("skills/closed")
    );
}
