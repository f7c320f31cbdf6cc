//! Skills with special files: `validate` reports each and opens none.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::support::sealed;
use crate::support::test_context::TestContext;

const SKILL: &str =
    "---\nname: log\ndescription: Keeps a log. Use when a team decides.\n---\n\n# Log\n\nWrite.\n";

/// A project with a skill in the folder `log`.
fn context() -> TestContext {
    let context = TestContext::with_origin("");
    std::fs::create_dir(context.project().join("log")).unwrap();
    std::fs::write(context.project().join("log/SKILL.md"), SKILL).unwrap();
    context
}

fn make_pipe(context: &TestContext, path: &Path) {
    let mkfifo = sealed::locate("mkfifo").unwrap();
    context.command(mkfifo.to_str().unwrap(), [path]).run().ok();
}

/// The severity, code and file of the relevant findings.
fn found(context: &TestContext, arguments: &[&str]) -> Vec<String> {
    let json = context
        .mdskill([&["validate", "--json"], arguments].concat())
        .run()
        .json();
    let found = json["diagnostics"].as_array().unwrap().iter();
    let line = |found: &serde_json::Value| {
        let word = |key: &str| found[key].as_str().unwrap().to_owned();
        [word("severity"), word("code"), word("file")].join(" ")
    };
    found.map(line).collect()
}

#[test]
fn validate_reports_pipe_and_socket() {
    let context = context();
    let log = context.project().join("log");
    std::fs::create_dir(log.join("references")).unwrap();
    make_pipe(&context, &log.join("references/pipe.md"));
    let _socket = UnixListener::bind(log.join("socket")).unwrap();
    assert_eq!(
        found(&context, &[]),
        [
            "warning SK008 log/references/pipe.md",
            "warning SK008 log/socket"
        ]
    );
}

#[test]
fn validate_reports_pipe_named_skill_md() {
    let context = context();
    let file = context.project().join("log/SKILL.md");
    std::fs::remove_file(&file).unwrap();
    make_pipe(&context, &file);
    for named in [&[][..], &["log"], &["log/SKILL.md"]] {
        assert_eq!(
            found(&context, named),
            ["error SK008 log/SKILL.md"],
            "{named:?}"
        );
    }
    // It can't be read in another letter case, either.
    std::fs::rename(&file, context.project().join("log/skill.md")).unwrap();
    assert_eq!(
        found(&context, &["--select", "SK0"]),
        ["error SK001 log/skill.md", "warning SK008 log/skill.md"]
    );
}

#[test]
fn validate_does_not_follow_dangling_and_circular_links() {
    let context = context();
    let log = context.project().join("log");
    symlink("nowhere.md", log.join("gone.md")).unwrap();
    symlink(".", log.join("circle")).unwrap();
    symlink("b", log.join("a")).unwrap();
    symlink("a", log.join("b")).unwrap();
    symlink("../..", log.join("up")).unwrap();
    assert_eq!(found(&context, &["--select", "SK0"]), [] as [String; 0]);
    std::fs::remove_file(log.join("SKILL.md")).unwrap();
    for target in ["nowhere.md", "SKILL.md", "circle/SKILL.md"] {
        symlink(target, log.join("SKILL.md")).unwrap();
        assert_eq!(
            found(&context, &["--select", "SK0"]),
            ["error SK008 log/SKILL.md"],
            "{target}"
        );
        std::fs::remove_file(log.join("SKILL.md")).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn validate_reports_name_that_is_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let context = context();
    let log = context.project().join("log");
    std::fs::write(log.join(OsStr::from_bytes(b"caf\xe9.md")), "").unwrap();
    std::fs::create_dir(log.join(OsStr::from_bytes(b"\xff"))).unwrap();
    let outcome = context.mdskill(["validate"]).run();
    outcome.fails(3).says("caf\u{fffd}.md");
    assert_eq!(found(&context, &["--select", "SK504"]).len(), 2);
    assert_eq!(found(&context, &["--select", "SK008"]).len(), 0);
}

#[test]
fn file_in_place_of_a_folder_is_named() {
    let (context, _) = TestContext::with_skills();
    context.write(".github", "a file");
    let file = context.project().join(".github");
    let said = format!("{}: it is not a folder", file.display());
    context.refuses(&["add", "acme/skills/one"], 1, &said);
}

#[test]
fn read_only_lockfile_is_not_replaced() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let lockfile = context.project().join("mdskill.lock");
    let mut permissions = lockfile.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&lockfile, permissions).unwrap();
    let said = "mdskill.lock: it is read-only";
    context.refuses(&["add", "acme/skills/two"], 4, said);
    context.refuses(&["remove", "one"], 4, said);
    context.run(&["verify"]).ok();
}
