//! What `import` asks of a server: refs and trees as far back as it must, and no file that is on disk.

use crate::forge::Scene;
use crate::import::put;
use crate::support::fault::Fault;
use crate::support::wire::Request;

/// A scene whose `one` has changed so many times after the first commit.
fn with_changes(count: usize) -> Scene {
    let mut scene = Scene::set();
    for number in 0..count {
        scene.repo.write("skills/one/number", number.to_string());
        scene.repo.commit("Count");
    }
    let place = scene.room.project().join(".agents/skills");
    put(
        &place.join("one"),
        &scene.repo,
        &format!("{}:skills/one", scene.commit),
        &[],
    );
    put(&place.join("two"), &scene.repo, "main:skills/two", &[]);
    let entry = |name: &str| {
        format!(
            r#""{name}": {{"source": "acme/skills", "sourceType": "github", "skillPath": "skills/{name}/SKILL.md"}}"#
        )
    };
    let entries = [entry("one"), entry("two")].join(",");
    scene.room.write(
        "skills-lock.json",
        format!(r#"{{"version": 1, "skills": {{{entries}}}}}"#),
    );
    scene
}

/// How far back each request went.
fn depths(scene: &Scene) -> Vec<String> {
    let requests = scene.forge.requests();
    let lines = requests.iter().flat_map(Request::lines);
    lines.filter(|line| line.starts_with("deepen")).collect()
}

#[test]
fn what_is_new_costs_two_requests_and_no_file() {
    let scene = with_changes(0);
    scene.run(&["import"]).ok().says("2 skills taken");
    assert_eq!(scene.heard(), ["ls-refs", "fetch"]);
    assert_eq!(depths(&scene), ["deepen 1"]);
    assert!(
        scene.forge.traffic().down < 3_000,
        "{:?}",
        scene.forge.traffic()
    );
}

#[test]
fn the_history_is_fetched_as_far_back_as_it_must() {
    for (changes, expected) in [
        (10, &["deepen 1", "deepen 50"][..]),
        (60, &["deepen 1", "deepen 50", "deepen 500"]),
    ] {
        let scene = with_changes(changes);
        scene.run(&["import"]).ok().says("2 skills taken");
        assert_eq!(depths(&scene), expected);
        let lock = scene.room.read("mdskill.lock");
        assert!(
            lock.contains(&format!("commit = \"{}\"", scene.commit)),
            "{lock}"
        );
        let requests = scene.forge.requests();
        let mut fetches = requests.iter().skip(1);
        assert!(fetches.all(|request| request.lines().contains(&"filter blob:none".to_owned())));
        scene.run(&["verify"]).ok();
        scene
            .run(&["update", "--dry-run"])
            .ok()
            .says("Would move one");
    }
}

#[test]
fn a_server_without_filters_gives_the_history_with_its_files() {
    let scene = with_changes(3);
    scene.forge.fault(Fault::NoFilter);
    scene.run(&["import"]).ok().says("2 skills taken");
    let lock = scene.room.read("mdskill.lock");
    assert!(lock.contains(&scene.commit), "{lock}");
}

#[test]
fn a_server_of_the_first_protocol_gives_the_history_to_git() {
    let scene = with_changes(3);
    scene.forge.fault(Fault::V0Only);
    scene.run(&["import"]).ok().says("2 skills taken");
    let lock = scene.room.read("mdskill.lock");
    assert!(lock.contains(&scene.commit), "{lock}");
    scene.run(&["verify"]).ok();
}

#[test]
fn a_server_that_is_away_is_a_failure_of_the_network() {
    let scene = with_changes(0);
    scene.forge.fault(Fault::Reset);
    scene
        .run(&["import"])
        .fails(5)
        .says("`one`: ")
        .says("acme/skills was not asked");
    assert!(!scene.room.project().join("mdskill.lock").exists());
    scene.forge.clear_faults();
    scene
        .run(&["import", "--offline"])
        .fails(5)
        .says("acme/skills was not asked");
    scene.run(&["import"]).ok();
    std::fs::remove_file(scene.room.project().join("mdskill.lock")).unwrap();
    // All is in the store now.
    scene
        .run(&["import", "--offline"])
        .ok()
        .says("2 skills taken");
}

#[test]
fn a_commit_that_is_gone_from_the_server_stops_no_other() {
    let scene = with_changes(2);
    let lost = "0123456789012345678901234567890123456789";
    let package = |commit: &str, name: &str| {
        format!(
            "[[package]]\nname = \"acme/skills\"\nconstraint = \"main\"\nref = true\nversion = \"dev-main\"\n\
             dist = {{ type = \"zip\", url = \"https://api.github.com/repos/acme/skills/zipball/{commit}\", reference = \"{commit}\" }}\n\
             skills = [{{ name = \"{name}\", from = \"{name}\", path = \"skills/{name}\", tree-sha256 = \"\" }}]\n"
        )
    };
    let lock = format!(
        "version = 1\n\n{}\n{}",
        package(&scene.commit, "one"),
        package(lost, "two")
    );
    scene.room.write("skills.lock", lock);
    scene
        .run(&["import", "skills.lock"])
        .fails(3)
        .says("1 skill taken, 1 not taken")
        .says("`two`: its commit 0123456 can't be had");
    let lock = scene.room.read("mdskill.lock");
    assert!(lock.contains(&scene.commit), "{lock}");
    scene.run(&["verify"]).ok();
}
