//! Transactions that are interrupted, out of disk space, or concurrent: each skill is completely old or new, as the
//! lockfile says. `tests/faults` kills them.

use crate::support::git_server::GitServer;
use crate::support::kills::a_hundred;
use crate::support::outcome::Running;
use crate::support::test_context::TestContext;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

const MOMENTS: u32 = 20;

/// The duration of an undisturbed command.
pub fn time_of(context: &TestContext, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    context.mdskill(arguments).run().ok();
    start.elapsed()
}

#[test]
fn interrupted_command_is_undone_or_complete() {
    let (context, repo) = a_hundred();
    let arguments = ["add", "acme/skills", "--all"];
    context
        .run(&["add", "acme/skills", "--all", "--dry-run"])
        .ok();
    let done = repo.snapshot("main:skills");
    let whole = time_of(&context.copy(), &arguments);
    let mut stopped = 0;
    for moment in 1..=10 {
        let second = context.copy();
        let before = second.snapshot();
        let running = second.mdskill(arguments).spawn();
        std::thread::sleep(whole * moment / 10);
        running.interrupt();
        let outcome = running.wait();
        match outcome.code {
            Some(0) => {
                second.tree(".github/skills").assert_same(&done);
                second.mdskill(["verify"]).run().ok();
            }
            // Before the program handles the signal, the signal ends the process.
            None => before.assert_same(&second.snapshot()),
            _ => {
                outcome.fails(130).says("interrupted");
                before.assert_same(&second.snapshot());
                stopped += 1;
            }
        }
    }
    assert!(stopped > 0, "no interrupt came in time");
}

#[test]
fn concurrent_commands_all_succeed() {
    for crowd in [2, 4] {
        let (context, repo) = a_hundred();
        let specs: Vec<String> = (0..crowd)
            .map(|number| format!("acme/skills/s{number:03}"))
            .collect();
        let running: Vec<_> = specs
            .iter()
            .map(|spec| context.mdskill(["add", spec]).spawn())
            .collect();
        for one in running {
            one.wait().ok();
        }
        assert_eq!(context.lock().len(), crowd);
        for number in 0..crowd {
            context.has(
                &format!("s{number:03}"),
                &repo,
                &format!("main:skills/s{number:03}"),
            );
        }
        assert!(!context.project().join(".mdskill").exists());
    }
}

/// Starts a command and waits long enough for it to reach the held lock.
pub fn start_and_wait(context: &TestContext, arguments: &[&str]) -> Running {
    let dry = [arguments, &["--dry-run"]].concat();
    let ample = time_of(context, &dry) * 4 + Duration::from_millis(200);
    let running = context.mdskill(arguments).spawn();
    std::thread::sleep(ample);
    running
}

/// Holds the project's lock, as another mdskill would.
pub fn hold(project: &Path) -> File {
    std::fs::create_dir_all(project.join(".mdskill")).unwrap();
    let file = File::create(project.join(".mdskill/lock")).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn waiting_command_reports_holder_of_lock() {
    let (context, repo) = TestContext::with_skills();
    let held = hold(&context.project());
    let mut running = start_and_wait(&context, &["add", "acme/skills/one"]);
    assert!(running.runs());
    drop(held);
    running.wait().ok().says("waiting for another process");
    context.has("one", &repo, "main:skills/one");

    let held = hold(&context.project());
    let before = context.snapshot();
    let running = start_and_wait(&context, &["add", "acme/skills/two"]);
    running.interrupt();
    running.wait().fails(130).says("interrupted");
    before.assert_same(&context.snapshot());
    drop(held);
}

#[test]
fn add_refuses_name_added_by_concurrent_command() {
    let (context, repo) = TestContext::with_skills();
    let mut other = context.repo("other/skills");
    other.skill("one", "one", "Another one");
    other.commit("One");
    let first = context.another();
    first.mdskill(["add", "acme/skills/one"]).run().ok();

    let held = hold(&context.project());
    let running = start_and_wait(&context, &["add", "other/skills/one"]);
    let one = first.tree(".github/skills/one");
    context.write(".github/skills/one/SKILL.md", &one.entries["SKILL.md"].1);
    context.write("mdskill.lock", first.read("mdskill.lock"));
    drop(held);
    running
        .wait()
        .fails(1)
        .says("two skills would be installed as `one`");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn update_refuses_concurrent_lockfile_change() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    context.run(&["add", "acme/skills/one"]).ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let pinned = context.copy();
    pinned
        .mdskill(["add", &format!("acme/skills/one@{first}")])
        .run()
        .ok();

    let held = hold(&context.project());
    let running = start_and_wait(&context, &["update"]);
    context.write("mdskill.lock", pinned.read("mdskill.lock"));
    drop(held);
    running
        .wait()
        .fails(1)
        .says("mdskill.lock was changed while its skills were being fetched");
    context.has("one", &repo, &format!("{first}:skills/one"));
    assert_eq!(context.entry("one")["ref"], first);
}

#[test]
fn concurrent_edit_is_not_lost() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let whole = time_of(&context.copy(), &["update"]);
    for moment in 0..MOMENTS {
        let second = context.copy();
        let running = second.mdskill(["update"]).spawn();
        std::thread::sleep(whole * moment / MOMENTS);
        let file = second.project().join(".github/skills/one/SKILL.md");
        let saved = std::fs::write(&file, "mine").is_ok();
        let outcome = running.wait();
        let kept = std::fs::read_to_string(&file).is_ok_and(|text| text == "mine");
        assert!(!saved || kept, "moment {moment}\n{outcome}");
    }
}

#[test]
fn full_disk_changes_nothing() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/three/large.bin", vec![7; 300_000]);
    repo.commit("Large");
    context.run(&["add", "acme/skills/two"]).ok();
    context
        .run(&["add", "acme/skills", "--all", "--dry-run"])
        .ok();
    context.write(".github/skills/one/SKILL.md", "mine");
    let before = context.snapshot();
    // A file size limit of 8 blocks simulates a full disk on any machine.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' add acme/skills --all --force",
        env!("CARGO_BIN_EXE_mdskill")
    );
    context
        .command("sh", ["-c", &script])
        .run()
        .fails(1)
        .says("large.bin");
    before.assert_same(&context.snapshot());
    context.run(&["verify"]).ok();
    context
        .run(&["add", "acme/skills", "--all", "--force"])
        .ok();
    context.has("three", &repo, "main:skills/three");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn read_only_target_changes_nothing() {
    let (context, _repo) = TestContext::with_skills();
    context.write("tools", "a file");
    context.refuses(
        &["add", "acme/skills/one", "--target", "tools/skills"],
        1,
        "tools",
    );
    context.refuses(&["add", "acme/skills/one", "--target", "tools"], 1, "tools");
    context.write(".mdskill", "a file");
    context.refuses(&["add", "acme/skills/one"], 1, ".mdskill");
    std::fs::remove_file(context.project().join(".mdskill")).unwrap();
    // Only repositories on a server are cached.
    let server = GitServer::start(context.root());
    let cache = context.path("temp/cache");
    std::fs::write(&cache, "a file").unwrap();
    let before = context.snapshot();
    let add = context.mdskill(["add", "acme/skills/one"]);
    let outcome = add
        .env("MDSKILL_GITHUB_URL", server.url())
        .env("MDSKILL_CACHE_DIR", &cache);
    outcome.run().fails(1).says("temp/cache");
    before.assert_same(&context.snapshot());
    assert_eq!(std::fs::read_to_string(&cache).unwrap(), "a file");
}
