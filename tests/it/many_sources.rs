//! Lockfiles with many sources, half of which are dead.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::ServedContext;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The number of sources. Every fourth refuses the connection, and every fourth is a missing repository.
const SOURCES: usize = 200;
/// The number of files that a command may have open, which is less than the number of sources.
const FILES: usize = 128;

fn name(number: usize) -> String {
    format!("made-{number:05}")
}

/// Makes the sources, ten of which are names of one repository. Returns the first repository.
fn make_sources(root: &Path) -> Repo {
    let repos = (0..SOURCES / 10).map(|number| {
        let mut repo = Repo::create(root, &format!("acme/pool-{number}"));
        for name in (10 * number..10 * number + 10).map(name) {
            repo.skill(&format!("skills/{name}"), &name, "Makes things");
            symlink(repo.folder(), root.join(format!("acme/{name}.git"))).unwrap();
        }
        repo.commit("Make things");
        repo
    });
    repos.collect::<Vec<_>>().swap_remove(0)
}

/// Runs mdskill with few open files.
fn run(context: &ServedContext, arguments: &[&str]) -> Outcome {
    let program = env!("CARGO_BIN_EXE_mdskill");
    let script = format!("ulimit -n {FILES} && exec {program} \"$@\"");
    let shell = ["-c", &script, "sh"].into_iter();
    let limited = context.command("sh", shell.chain(arguments.iter().copied()));
    limited.run()
}

#[test]
fn dead_sources_among_many_do_not_stop_others() {
    let context = ServedContext::new();
    let mut repo = make_sources(context.root());
    let specs = (0..SOURCES).map(|number| format!("acme/{0}/{0}", name(number)));
    let add: Vec<String> = ["add".to_owned()].into_iter().chain(specs).collect();
    context.mdskill(&add).run().ok();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let refusing = dead.local_addr().unwrap();
    drop(dead);
    let mut lock = context.read("mdskill.lock");
    for number in (0..SOURCES).step_by(4) {
        let (missing, refused) = (name(number + 1), name(number + 2));
        std::fs::remove_file(context.root().join(format!("acme/{missing}.git"))).unwrap();
        let (old, new) = (
            format!("source = \"github:acme/{refused}\""),
            format!("source = \"http://{refusing}/acme/{refused}.git\""),
        );
        assert!(lock.contains(&old), "{lock}");
        lock = lock.replace(&old, &new);
    }
    context.write("mdskill.lock", lock);
    let changed = name(0);
    repo.write(&format!("skills/{changed}/more.md"), "more");
    repo.commit("More");

    let half = SOURCES / 2;
    for command in ["outdated", "update"] {
        context.server.reset();
        let outcome = run(&context, &[command]);
        outcome.fails(5);
        outcome.says("does not exist or is private (404)");
        outcome.says(&format!("can't connect to {refusing}"));
        outcome.says(&format!("{} more sources ({0} skills)", half - 20));
        outcome.never_says("Too many open files");
        let lines = outcome.stderr.lines().count() + outcome.stdout.lines().count();
        assert!(lines < 100, "{lines} lines: {outcome}");
    }
    context.has_files(&changed, &repo, &format!("HEAD:skills/{changed}"));
    let outcome = run(&context, &["update", "--json"]);
    outcome.fails(5);
    let report = outcome.json();
    assert_eq!(report["failed"].as_array().unwrap().len(), half);
    assert_eq!(report["unchanged"], half);

    // `install` is all or nothing: the first dead source ends it.
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
    let outcome = run(&context, &["install"]);
    assert!(matches!(outcome.code, Some(1 | 5)), "{outcome}");
    outcome.never_says("Too many open files");
    assert!(outcome.stderr.lines().count() < 10, "{outcome}");
    assert!(!context.project().join(".github").exists());
}
