//! The requests of `import`: refs, trees, and the files of all versions in one.

use crate::forge::Scene;
use crate::import::{copy_files, fixture, npx_entry, npx_lock};
use crate::support::fault::Fault;
use crate::support::wire::Request;

/// A project with the first version of `three`, installed by `gh skill`, after which its source changed `count`
/// times, and with the current version of `two`, installed by `npx skills`.
fn with_changes(count: usize) -> Scene {
    let mut scene = Scene::set();
    let tree = scene.repo.rev_parse("main:skills/three");
    for number in 0..count {
        scene.repo.write("skills/three/number", number.to_string());
        scene.repo.commit("Count");
    }
    let project = scene.room.project();
    copy_files(
        &project.join(".agents/skills/two"),
        &scene.repo,
        "main:skills/two",
    );
    scene
        .room
        .write("skills-lock.json", npx_lock(&[npx_entry("two")]));
    copy_files(&project.join(".agents/skills/three"), &scene.repo, &tree);
    let words = [("TREE", tree.as_str()), ("REF", "refs/heads/main")];
    let page = fixture("gh/SKILL.md", &words);
    scene.room.write(".agents/skills/three/SKILL.md", page);
    scene
}

/// The depth of each request for a history.
fn depths(scene: &Scene) -> Vec<String> {
    let requests = scene.forge.requests();
    let lines = requests.iter().flat_map(Request::lines);
    lines.filter(|line| line.starts_with("deepen")).collect()
}

#[track_caller]
fn imports_both(scene: &Scene) {
    scene.run(&["import"]).ok().says("2 imported");
    let lock = scene.room.read("mdskill.lock");
    assert!(lock.contains(&scene.commit), "{lock}");
    scene.run(&["verify"]).ok();
}

#[test]
fn import_of_current_version_costs_three_requests() {
    let scene = with_changes(0);
    scene.run(&["import", "skills-lock.json"]).ok();
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    assert_eq!(depths(&scene), ["deepen 1"]);
}

#[test]
fn import_fetches_history_once_for_noted_tree() {
    let scene = with_changes(60);
    imports_both(&scene);
    assert_eq!(depths(&scene), ["deepen 1", "deepen 1000"]);
    let update = scene.run(&["update", "--dry-run"]);
    update.says("three");
}

#[test]
fn import_works_with_servers_without_filters_or_protocol_v2() {
    for fault in [Fault::NoFilter, Fault::V0Only] {
        let scene = with_changes(3);
        scene.forge.fault(fault);
        imports_both(&scene);
    }
}

#[test]
fn import_reports_unreachable_server() {
    let scene = with_changes(0);
    scene.forge.fault(Fault::Reset);
    let failed = scene.run(&["import"]);
    failed.fails(5).says("`two`: acme/skills can't be read: ");
    assert!(!scene.room.project().join("mdskill.lock").exists());
    scene.forge.clear_faults();
    let offline = scene.run(&["import", "--offline"]);
    offline.fails(5).says("acme/skills can't be read: ");
    imports_both(&scene);
    std::fs::remove_file(scene.room.project().join("mdskill.lock")).unwrap();
    let offline = scene.run(&["import", "--offline"]);
    offline.ok().says("2 imported");
}

#[test]
fn missing_commit_does_not_stop_import_of_other_skills() {
    let scene = with_changes(2);
    let lost = "0123456789012345678901234567890123456789";
    let package = |commit: &str, name: &str| {
        format!(
            "- repo_url: acme/skills\n  resolved_commit: {commit}\n  virtual_path: skills/{name}\n  package_type: claude_skill\n  deployed_files: [.agents/skills/{name}]\n"
        )
    };
    let packages = [package(&scene.commit, "three"), package(lost, "two")].concat();
    let lock = format!("lockfile_version: '1'\ndependencies:\n{packages}");
    scene.room.write("apm.lock.yaml", lock);
    let imported = scene.run(&["import", "apm.lock.yaml"]);
    imported
        .fails(3)
        .says("1 imported, 1 not imported")
        .says("`two`: its commit 0123456 is not available: ");
    let lock = scene.room.read("mdskill.lock");
    assert!(lock.contains(&scene.commit), "{lock}");
    scene.run(&["verify"]).ok();
}
