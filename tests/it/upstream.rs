//! Changes of a source: each has its own message, and none is reported as up to date.

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::outcome::Outcome;

/// A scene with `one` of `acme/skills` installed at this ref.
fn installed_at(reference: &str) -> Scene {
    let scene = Scene::set();
    scene.repo.git(&["branch", "stable"]);
    scene.repo.tag("v1.0.0");
    scene
        .run(&["add", &format!("acme/skills/one{reference}")])
        .ok();
    scene
}

/// Checks that `update` and its read-only variants print the message with their exit codes, and change nothing.
#[track_caller]
fn says(scene: &Scene, code: i32, sentence: &str) -> Outcome {
    for arguments in [&["update", "--check"][..], &["outdated"]] {
        let outcome = scene.refuses(arguments, code, sentence);
        outcome.never_says("up to date");
    }
    let outcome = scene.refuses(&["update"], code, sentence);
    outcome.never_says("up to date");
    outcome
}

#[test]
fn update_reports_missing_repository() {
    let scene = installed_at("");
    std::fs::rename(scene.repo.folder(), scene.root().join("gone")).unwrap();
    says(&scene, 1, "does not exist or is private (404)")
        .says("acme/skills (1 skill) could not be checked");
}

#[test]
fn update_reports_renamed_repository() {
    let mut scene = installed_at("");
    let new = scene.repo.folder().with_file_name("tools.git");
    std::fs::rename(scene.repo.folder(), &new).unwrap();
    let to = format!("{}/git-upload-pack", scene.forge.url_of("acme/tools"));
    let is_old =
        |request: &crate::support::wire::Request| request.target.starts_with("/acme/skills");
    scene
        .forge
        .fault_when(is_old, Fault::Redirect { code: 301, to });
    let sentence = format!("has moved to {}", scene.forge.url_of("acme/tools"));
    let outcome = scene.run(&["update"]);
    outcome
        .ok()
        .says(&sentence)
        .says("because another user can register the old name");
    std::fs::rename(&new, scene.repo.folder()).unwrap();
    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("More");
    std::fs::rename(scene.repo.folder(), &new).unwrap();
    scene
        .run(&["update"])
        .ok()
        .says(&sentence)
        .says("Updated one");
}

#[test]
fn update_reports_unreachable_repository() {
    let scene = installed_at("");
    scene.forge.fault(Fault::Reset);
    let prepared = scene.mdskill(&["update"]).env("MDSKILL_RETRIES", "0");
    let outcome = prepared.run();
    outcome
        .fails(5)
        .says("acme/skills (1 skill) could not be checked")
        .never_says("up to date");
    scene.forge.clear_faults();
    scene.forge.fault(Fault::status(503));
    let prepared = scene.mdskill(&["update"]).env("MDSKILL_RETRIES", "0");
    prepared
        .run()
        .fails(5)
        .says("the server failed (503)")
        .never_says("up to date");
}

#[test]
fn update_reports_empty_repository() {
    let scene = installed_at("");
    for branch in ["main", "stable"] {
        scene
            .repo
            .git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }
    says(&scene, 3, "`one`: ").says("is empty: it has no commits");
}

#[test]
fn update_reports_missing_branch() {
    let scene = installed_at("@stable");
    scene.repo.git(&["update-ref", "-d", "refs/heads/stable"]);
    says(&scene, 3, "has no branch or tag `stable`");
}

#[test]
fn update_reports_missing_default_branch() {
    let scene = installed_at("");
    scene.repo.git(&["update-ref", "-d", "refs/heads/main"]);
    says(
        &scene,
        3,
        "has no default branch; use one of its branches: `@stable`",
    );
}

#[test]
fn update_reports_missing_tag() {
    let scene = installed_at("@v1.0.0");
    scene.repo.git(&["tag", "-d", "v1.0.0"]);
    says(&scene, 3, "has no branch or tag `v1.0.0`");
}

#[test]
fn update_reports_missing_tags_of_range() {
    let scene = installed_at("@^1");
    scene.repo.git(&["tag", "-d", "v1.0.0"]);
    says(
        &scene,
        3,
        "no version tag that matches `^1`; none of its tags is a version",
    );
}

#[test]
fn update_reports_moved_tag() {
    let mut scene = installed_at("@v1.0.0");
    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("More");
    scene.repo.tag("v1.0.0");
    says(
        &scene,
        3,
        "the tag `v1.0.0` of acme/skills points at other content now",
    );
}

#[test]
fn update_reports_missing_skill() {
    let mut scene = installed_at("");
    scene.repo.remove("skills/one");
    scene.repo.commit("Without one");
    for arguments in [&["update", "--check"][..], &["outdated"]] {
        scene.refuses(
            arguments,
            3,
            "`one`: acme/skills/skills/one is gone upstream",
        );
    }
    let outcome = scene.run(&["update"]);
    outcome
        .ok()
        .says("is gone upstream")
        .never_says("up to date");
}
