//! The requests of each command: only the needed objects are fetched, and nothing twice.

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::repo::Repo;
use crate::support::wire::Request;
use std::time::Duration;

/// Returns the sorted ids of all files under a tree, from git.
fn blobs(repo: &Repo, tree: &str) -> Vec<String> {
    let mut ids: Vec<_> = repo
        .ls_tree(tree)
        .into_iter()
        .map(|(_, id, _)| id)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn sorted_wants(request: &Request) -> Vec<String> {
    let mut wants = request.wants();
    wants.sort();
    wants
}

#[test]
fn add_takes_three_requests_without_blobs_of_other_skills() {
    let mut scene = Scene::set();
    let noise: Vec<u8> = (0..300_000_u32)
        .map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    scene.repo.write("skills/one/assets/noise.bin", noise);
    let commit = scene.repo.commit("Noise");
    scene.run(&["add", "acme/skills/three"]).ok();

    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    let traffic = scene.forge.traffic();
    assert_eq!((traffic.requests, traffic.connections), (3, 1));
    assert!(traffic.down < 4_000, "{traffic:?}");
    let requests = scene.forge.requests();
    let prefixes: Vec<_> = requests[0]
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("ref-prefix"))
        .collect();
    assert_eq!(prefixes, ["ref-prefix HEAD"]);
    for line in ["deepen 1", "filter blob:none"] {
        assert!(requests[1].lines().contains(&line.to_owned()), "{line}");
        assert!(!requests[2].lines().contains(&line.to_owned()), "{line}");
    }
    assert_eq!(requests[1].wants(), [commit]);
    assert_eq!(
        sorted_wants(&requests[2]),
        blobs(&scene.repo, "HEAD:skills/three")
    );
    scene.has("three", "HEAD:skills/three");
}

#[test]
fn add_of_two_skills_takes_as_many_requests_as_one() {
    let scene = Scene::set();
    scene
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    let both = [
        blobs(&scene.repo, "HEAD:skills/one"),
        blobs(&scene.repo, "HEAD:skills/two"),
    ];
    let mut both = both.concat();
    both.sort();
    assert_eq!(sorted_wants(&scene.forge.requests()[2]), both);
    scene.has("one", "HEAD:skills/one");
    scene.has("two", "HEAD:skills/two");
}

#[test]
fn cached_objects_are_not_fetched_again() {
    let scene = Scene::set();
    scene.run(&["add", "acme/skills/one"]).ok();
    scene.forge.reset();
    scene.run(&["add", "acme/skills/two"]).ok();
    assert_eq!(scene.heard(), ["ls-refs", "fetch"], "the trees are here");
    scene.run(&["remove", "one"]).ok();
    scene.forge.reset();
    scene.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(scene.heard(), ["ls-refs"], "the files are here too");
    scene.has("one", "HEAD:skills/one");
}

#[test]
fn update_without_changes_takes_one_request() {
    let scene = Scene::set();
    scene.run(&["add", "acme/skills", "--all"]).ok();
    scene.forge.reset();
    let before = scene.room.snapshot();
    scene.run(&["update"]).ok();
    assert_eq!(scene.heard(), ["ls-refs"]);
    before.assert_same(&scene.room.snapshot());
}

#[test]
fn update_names_known_commits_and_receives_only_changes() {
    let mut scene = Scene::set();
    scene.run(&["add", "acme/skills", "--all"]).ok();
    let old = scene.commit.clone();
    scene
        .repo
        .write("skills/three/references/new.md", "# New\n");
    let new = scene.repo.commit("A new reference");
    scene.forge.reset();
    scene.run(&["update"]).ok();

    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    let requests = scene.forge.requests();
    let lines = requests[1].lines();
    for line in [
        format!("shallow {old}"),
        format!("have {old}"),
        format!("want {new}"),
        "deepen 1".to_owned(),
        "filter blob:none".to_owned(),
    ] {
        assert!(lines.contains(&line), "no {line} in {lines:?}");
    }
    let added = scene.repo.rev_parse("HEAD:skills/three/references/new.md");
    assert_eq!(requests[2].wants(), [added]);
    scene.has("three", "HEAD:skills/three");
    scene.locked(&format!("commit = \"{new}\""));
    scene.locked(&format!("commit = \"{old}\""));
}

#[test]
fn install_from_lockfile_requests_no_refs() {
    let scene = Scene::set();
    scene.run(&["add", "acme/skills", "--all"]).ok();
    let installed = scene.room.snapshot();
    let forget = || std::fs::remove_dir_all(scene.room.project().join(".github")).unwrap();

    for arguments in [&["install"][..], &["install", "--offline"]] {
        forget();
        scene.forge.reset();
        scene.run(arguments).ok();
        assert_eq!(scene.forge.traffic().requests, 0, "{arguments:?}");
        installed.assert_same(&scene.room.snapshot());
    }
    forget();
    scene.lose_the_store();
    scene.run(&["install"]).ok();
    assert_eq!(scene.heard(), ["fetch", "fetch"]);
    assert_eq!(scene.forge.requests()[0].wants(), [scene.commit.as_str()]);
    installed.assert_same(&scene.room.snapshot());
}

#[test]
fn update_requests_repositories_concurrently() {
    let scene = Scene::set();
    let mut other = Repo::create(scene.root(), "acme/tools");
    other.skill("four", "four", "The fourth").commit("Four");
    // A sequential client would receive the first response before it sends the second request.
    scene.forge.fault_when(
        |request| request.command().as_deref() == Some("ls-refs"),
        Fault::Late(Duration::from_millis(200)),
    );
    scene
        .run(&["add", "acme/skills/one", "acme/tools/four"])
        .ok();
    let heard = scene.heard();
    assert_eq!(heard.len(), 6, "{heard:?}");
    assert_eq!(heard[..2], ["ls-refs", "ls-refs"]);
    scene.has("one", "HEAD:skills/one");
    let four = scene.room.tree(".github/skills/four");
    four.assert_same(&other.snapshot("HEAD:four"));
}

#[test]
fn add_of_commit_requests_no_refs() {
    let mut scene = Scene::set();
    let pinned = scene.commit.clone();
    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("Later");
    let spec = format!("acme/skills/one@{pinned}");
    scene.run(&["add", &spec]).ok();
    assert_eq!(scene.heard(), ["fetch", "fetch"]);
    scene.has("one", &format!("{pinned}:skills/one"));
    scene.forge.reset();
    scene.run(&["update"]).ok();
    assert_eq!(scene.forge.traffic().requests, 0, "a commit stays");
}

#[test]
fn list_of_source_fetches_no_blobs() {
    let scene = Scene::set();
    let named = scene.run(&["list", "acme/skills", "--names"]);
    named.ok().says("three");
    assert_eq!(scene.heard(), ["ls-refs", "fetch"]);
    scene.lose_the_store();
    scene.forge.reset();
    let described = scene.run(&["list", "acme/skills"]);
    described.ok().says("The third");
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    let described: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            scene
                .repo
                .rev_parse(&format!("HEAD:skills/{name}/SKILL.md"))
        })
        .into();
    let mut expected = described;
    expected.sort();
    assert_eq!(sorted_wants(&scene.forge.requests()[2]), expected);
}
