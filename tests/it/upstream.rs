//! What may become of a source: each has its own sentence, and none is "up to date".

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::outcome::Outcome;

/// A forge whose `acme/skills` is installed, with `one` at this ref.
fn installed_at(reference: &str) -> Scene {
    let scene = Scene::set();
    scene.repo.git(&["branch", "stable"]);
    scene.repo.tag("v1.0.0");
    scene
        .run(&["add", &format!("acme/skills/one{reference}")])
        .ok();
    scene
}

/// `update` and its look-only kin say so, each by its code, and change nothing.
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
fn a_repository_that_is_gone() {
    let scene = installed_at("");
    std::fs::rename(scene.repo.folder(), scene.root().join("gone")).unwrap();
    says(&scene, 1, "does not exist, or it is private (404)")
        .says("acme/skills (1 skill) could not be checked");
}

#[test]
fn a_repository_that_was_renamed() {
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
        .says("before somebody else takes the old name");
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
fn a_repository_that_cannot_be_reached() {
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
fn a_repository_that_was_emptied() {
    let scene = installed_at("");
    for branch in ["main", "stable"] {
        scene
            .repo
            .git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }
    says(&scene, 3, "`one`: ").says("is empty: it has no commit yet");
}

#[test]
fn a_branch_that_is_gone() {
    let scene = installed_at("@stable");
    scene.repo.git(&["update-ref", "-d", "refs/heads/stable"]);
    says(&scene, 3, "has no branch and no tag `stable`");
}

#[test]
fn a_default_branch_that_is_gone() {
    let scene = installed_at("");
    scene.repo.git(&["update-ref", "-d", "refs/heads/main"]);
    says(
        &scene,
        3,
        "has no HEAD; name one of its branches: `@stable`",
    );
}

#[test]
fn a_tag_that_is_gone() {
    let scene = installed_at("@v1.0.0");
    scene.repo.git(&["tag", "-d", "v1.0.0"]);
    says(&scene, 3, "has no branch and no tag `v1.0.0`");
}

#[test]
fn the_tags_of_a_range_that_are_gone() {
    let scene = installed_at("@^1");
    scene.repo.git(&["tag", "-d", "v1.0.0"]);
    says(
        &scene,
        3,
        "no version tag in `^1`; no tag of it is a version",
    );
}

#[test]
fn a_tag_that_moved() {
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
fn a_skill_that_is_gone() {
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
