//! Systems that refuse what a program needs, and folders that are not what they should be.

use super::traced;
use crate::scene::scene;
use crate::strace;
use crate::suite::Group;
use crate::support::test_context::TestContext;
use crate::watch::Watch;

/// What is typed before and after the command in a shell, and the exit codes that are right.
type Shell = (&'static str, &'static str, &'static str, &'static [i32]);

const SHELLS: [Shell; 30] = [
    ("6_open_files", "ulimit -n 6;", "", &[0, 1]),
    ("8_open_files", "ulimit -n 8;", "", &[0, 1]),
    ("10_open_files", "ulimit -n 10;", "", &[0, 1]),
    ("12_open_files", "ulimit -n 12;", "", &[0, 1]),
    ("14_open_files", "ulimit -n 14;", "", &[0, 1]),
    ("16_open_files", "ulimit -n 16;", "", &[0, 1]),
    ("32_open_files", "ulimit -n 32;", "", &[0]),
    ("files_of_no_bytes", "ulimit -f 0;", "", &[1]),
    ("files_of_512_bytes", "ulimit -f 1;", "", &[0, 1]),
    ("files_of_4_kib", "ulimit -f 8;", "", &[0]),
    ("no_home", "unset HOME;", "", &[0]),
    ("home_is_a_file", "HOME=/dev/null;", "", &[0]),
    ("home_is_missing", "HOME=/nowhere;", "", &[0]),
    ("home_is_empty", "HOME=;", "", &[0]),
    ("home_is_relative", "HOME=home;", "", &[0]),
    (
        "no_folder_at_all",
        "unset HOME MDSKILL_CACHE_DIR XDG_CACHE_HOME;",
        "",
        &[0, 1],
    ),
    ("cache_is_a_file", "MDSKILL_CACHE_DIR=/dev/null;", "", &[1]),
    (
        "cache_is_not_a_disk",
        "MDSKILL_CACHE_DIR=/proc/mdskill;",
        "",
        &[1, 4],
    ),
    ("no_temporary_folder", "TMPDIR=/nowhere;", "", &[0]),
    (
        "project_is_removed",
        "PATH=/usr/bin:/bin; mkdir gone; cd gone; rmdir ../gone;",
        "",
        &[1],
    ),
    ("no_stdin", "", "<&-", &[0]),
    ("no_stdout", "", ">&-", &[0]),
    ("no_stderr", "", "2>&-", &[0]),
    ("no_streams", "", "<&- >&- 2>&-", &[0]),
    ("full_stderr", "", "2>/dev/full", &[0]),
    ("no_search_path", "unset PATH;", "", &[0]),
    ("empty_search_path", "PATH=;", "", &[0]),
    ("locale_c", "LC_ALL=C LANG=C; unset TERM;", "", &[0]),
    ("open_umask", "umask 000;", "", &[0]),
    ("closed_umask", "umask 077;", "", &[0]),
];

/// System calls that create what threads, timers, and child processes need.
const REFUSED: [(&str, &str, &str); 8] = [
    ("no_thread", "clone3", "EAGAIN"),
    ("no_second_thread", "clone3", "EAGAIN:when=2+"),
    ("no_third_thread", "clone3", "EAGAIN:when=3+"),
    ("no_sockets", "socketpair", "EMFILE"),
    ("no_events", "eventfd2", "EMFILE"),
    ("no_polling", "epoll_create1", "EMFILE"),
    ("no_pipes", "pipe2", "EMFILE"),
    ("no_locks", "flock", "ENOTSUP"),
];

pub(super) fn register(group: &mut Group<'_>) {
    for (name, before, after, codes) in SHELLS {
        group.case(name, move || in_shell(before, after, codes));
    }
    for (name, call, error) in REFUSED {
        traced(group, name.to_owned(), false, move || refused(call, error));
    }
    group.case("target_is_a_file", || {
        blocked("a file", |context| context.write(".github", "a file"));
    });
    group.case("target_is_a_link_to_a_file", || {
        blocked("text", |context| {
            context.write("file", "text");
            std::os::unix::fs::symlink("file", context.project().join(".github")).unwrap();
        });
    });
    group.case("target_is_a_link_outside", || {
        blocked("text", |context| {
            context.write("file", "text");
            let link = context.project().join(".github");
            std::os::unix::fs::symlink(context.path("home"), link).unwrap();
        });
    });
    group.case("skill_is_a_folder_of_the_user", || {
        blocked("my notes", |context| {
            context.write(".github/skills/three/notes.md", "my notes");
        });
    });
    group.case("skill_is_a_file_of_the_user", || {
        blocked("my notes", |context| {
            context.write(".github/skills/three", "my notes");
        });
    });
    group.case("lockfile_is_a_folder", || {
        blocked("my notes", |context| {
            context.write("mdskill.lock/notes.md", "my notes");
        });
    });
    group.case("project_path_is_too_long", project_path_is_too_long);
    for (name, folder) in [
        ("project_with_spaces", "a b'c\"d $(e)"),
        ("project_with_a_new_line", "a\nb"),
    ] {
        group.case(name, move || in_folder(folder));
    }
}

/// Runs `add` in a shell, and then without its settings.
fn in_shell(before: &str, after: &str, codes: &[i32]) {
    let scene = scene("packed");
    let context = scene.before.copy();
    let watch = scene.watch(&context);
    let script = format!("{before} exec \"$0\" \"$@\" {after}");
    let all = ["-c", &script, env!("CARGO_BIN_EXE_mdskill")];
    let outcome = Watch::run(context.command("/bin/sh", [&all[..], &scene.arguments].concat()));
    assert!(
        outcome.code.is_some_and(|code| codes.contains(&code)),
        "{outcome}"
    );
    if outcome.code != Some(0) {
        outcome.says("error: ");
    }
    watch.settle();
    Watch::run(context.mdskill(&scene.arguments)).ok();
    watch.check();
}

/// Runs `add` while the system refuses a call.
fn refused(call: &str, error: &str) {
    let scene = scene("packed");
    let context = scene.before.copy();
    let watch = scene.watch(&context);
    let injection = format!("{call}:error={error}");
    let (outcome, _) = strace::disturbed(&context, &scene.arguments, &[injection], call);
    Watch::check_answer(&outcome);
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome}");
    watch.settle();
    Watch::run(context.mdskill(&scene.arguments)).ok();
    watch.check();
}

/// Something of the user is where the skill would be.
fn blocked(precious: &str, prepare: impl Fn(&TestContext)) {
    let (context, _repo) = TestContext::with_skills();
    prepare(&context);
    let watch = Watch::over(&context).keeping(precious);
    let outcome = Watch::run(context.mdskill(["add", "acme/skills/three"]));
    assert!(matches!(outcome.code, Some(1..=3)), "{outcome}");
    outcome.says("error: ");
    watch.check();
}

/// Longer than the system's limit of 4,096 bytes, so only relative paths lead there.
fn project_path_is_too_long() {
    let context = scene("packed").before.copy();
    let watch = Watch::over(&context);
    let long = context.path("temp/long");
    let script = "name=$(printf '%0200d' 0); mkdir \"$1\"; cd \"$1\"; \
                  for step in $(seq 25); do mkdir $name; cd -P $name; done; exec \"$0\" add acme/packed/two";
    let all = [
        "-c",
        script,
        env!("CARGO_BIN_EXE_mdskill"),
        &long.to_string_lossy(),
    ];
    let shell = context.command("/bin/bash", all);
    let outcome = Watch::run(shell.env("PATH", "/usr/bin:/bin"));
    outcome.fails(1).says("error: ");
    // The standard library can remove it, because it opens one folder after another.
    std::fs::remove_dir_all(long).unwrap();
    watch.settle();
}

fn in_folder(name: &str) {
    let context = scene("packed").before.copy();
    let folder = context.project().join(name);
    std::fs::create_dir(&folder).unwrap();
    // Its own project, because the parent is a git repository.
    std::fs::write(folder.join("mdskill.toml"), "").unwrap();
    context.git(&["init", "--quiet", name]).ok();
    for arguments in [&["add", "acme/packed/two"][..], &["verify"], &["list"]] {
        Watch::run(context.mdskill(arguments).dir(&folder)).ok();
    }
    let installed = std::fs::read_dir(folder.join(".github/skills/two")).unwrap();
    assert_eq!(installed.count(), 3);
    Watch::run(context.mdskill(["remove", "two"]).dir(&folder)).ok();
}
