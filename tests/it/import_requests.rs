//! The requests of `import`: refs, trees, and the files of all versions in one.

use crate::import::{copy_files, fixture, npx_entry, npx_lock};
use crate::support::fault::Fault;
use crate::support::test_context::ServedContext;
use crate::support::wire::Request;

/// A project with the first version of `three`, installed by `gh skill`, after which its source changed `count`
/// times, and with the current version of `two`, installed by `npx skills`.
fn with_changes(count: usize) -> ServedContext {
    let mut context = ServedContext::new();
    let tree = context.repo.rev_parse("main:skills/three");
    for number in 0..count {
        context
            .repo
            .write("skills/three/number", number.to_string());
        context.repo.commit("Count");
    }
    let project = context.project();
    copy_files(
        &project.join(".agents/skills/two"),
        &context.repo,
        "main:skills/two",
    );
    context.write("skills-lock.json", npx_lock(&[npx_entry("two")]));
    copy_files(&project.join(".agents/skills/three"), &context.repo, &tree);
    let words = [("TREE", tree.as_str()), ("REF", "refs/heads/main")];
    let page = fixture("gh/SKILL.md", &words);
    context.write(".agents/skills/three/SKILL.md", page);
    context
}

/// The depth of each request for a history.
fn depths(context: &ServedContext) -> Vec<String> {
    let requests = context.server.requests();
    let lines = requests.iter().flat_map(Request::lines);
    lines.filter(|line| line.starts_with("deepen")).collect()
}

#[track_caller]
fn imports_both(context: &ServedContext) {
    context.run(&["import"]).ok().says("2 imported");
    let lock = context.read("mdskill.lock");
    assert!(lock.contains(&context.commit), "{lock}");
    context.run(&["verify"]).ok();
}

#[test]
fn import_of_current_version_costs_three_requests() {
    let context = with_changes(0);
    context.run(&["import", "skills-lock.json"]).ok();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    assert_eq!(depths(&context), ["deepen 1"]);
}

#[test]
fn import_fetches_history_once_for_noted_tree() {
    let context = with_changes(60);
    imports_both(&context);
    assert_eq!(depths(&context), ["deepen 1", "deepen 1000"]);
    let update = context.run(&["update", "--dry-run"]);
    update.says("three");
}

#[test]
fn import_works_with_servers_without_filters_or_protocol_v2() {
    for fault in [Fault::NoFilter, Fault::V0Only] {
        let context = with_changes(3);
        context.server.fault(fault);
        imports_both(&context);
    }
}

#[test]
fn import_reports_unreachable_server() {
    let context = with_changes(0);
    context.server.fault(Fault::Reset);
    let failed = context.run(&["import"]);
    failed.fails(5).says("`two`: acme/skills can't be read: ");
    assert!(!context.project().join("mdskill.lock").exists());
    context.server.clear_faults();
    let offline = context.run(&["import", "--offline"]);
    offline.fails(5).says("acme/skills can't be read: ");
    imports_both(&context);
    std::fs::remove_file(context.project().join("mdskill.lock")).unwrap();
    let offline = context.run(&["import", "--offline"]);
    offline.ok().says("2 imported");
}

#[test]
fn missing_commit_does_not_stop_import_of_other_skills() {
    let context = with_changes(2);
    let lost = "0123456789012345678901234567890123456789";
    let package = |commit: &str, name: &str| {
        format!(
            "- repo_url: acme/skills\n  resolved_commit: {commit}\n  virtual_path: skills/{name}\n  package_type: claude_skill\n  deployed_files: [.agents/skills/{name}]\n"
        )
    };
    let packages = [package(&context.commit, "three"), package(lost, "two")].concat();
    let lock = format!("lockfile_version: '1'\ndependencies:\n{packages}");
    context.write("apm.lock.yaml", lock);
    let imported = context.run(&["import", "apm.lock.yaml"]);
    imported
        .fails(3)
        .says("1 imported, 1 not imported")
        .says("`two`: its commit 0123456 is not available: ");
    let lock = context.read("mdskill.lock");
    assert!(lock.contains(&context.commit), "{lock}");
    context.run(&["verify"]).ok();
}
