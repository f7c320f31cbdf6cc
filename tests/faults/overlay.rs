//! Kills in a project on an overlay, as a container image has it: folders of the lower layer can't be renamed, so they are
//! copied.

use crate::scene::{Scene, scene};
use crate::strace::{self, CHANGES, Call};
use crate::suite::Suite;
use crate::support::test_context::TestContext;
use crate::tally::{Tried, tried};
use std::sync::LazyLock;

/// The name of a case, and the system call before which the command is killed.
type Step = (&'static str, &'static str, &'static str);

const STEPS: [Step; 7] = [
    ("folder_of_copy", "mkdir", "/old/.mdskill-moving\""),
    ("file_of_copy", "openat", "/old/.mdskill-moving/new/"),
    ("flush_of_copy", "syncfs", "/old/.mdskill-moving>"),
    (
        "placement_of_copy",
        "rename",
        "/old/.mdskill-moving/new\", ",
    ),
    (
        "removal_of_original",
        "rename",
        "/skills/.mdskill-moving/old\")",
    ),
    ("removal_of_file", "unlinkat", "/skills/.mdskill-moving"),
    ("lockfile", "rename", "/mdskill.lock\")"),
];

/// Mounts an overlay over the project, runs a traced command, then two normal ones, and copies the result.
const SCRIPT: &str = r#"set -e
cd ..
project=$PWD/project
mkdir -p "$TEMP/upper"
mount -t tmpfs none "$TEMP/upper"
mkdir "$TEMP/upper/files" "$TEMP/upper/work"
mount -t overlay -o "userxattr,lowerdir=$project,upperdir=$TEMP/upper/files,workdir=$TEMP/upper/work" none "$project"
cd "$project"
for log in $LOGS; do
    eval "injection=\$INJECT_$log"
    env PATH="$TEMP" "$STRACE" -f -y -qq -s 64 -o "$TEMP/$log" -e "trace=$CHANGES" $injection "$0" $(eval "echo \$RUN_$log") || true
done
"$0" list
cp -a . "$TEMP/settled"
"$0" list
cp -a . "$TEMP/after"
"#;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("kills", Tried::Fault);
    for command in ["update", "remove"] {
        for step in STEPS {
            let name = format!("{command}_on_overlay_before_{}", step.0);
            group.counting_case(name.clone(), move || {
                if is_available(&name) {
                    kill_once(&scene(command), step);
                }
            });
        }
        let name = format!("{command}_on_overlay_before_every_change");
        group.long_counting_case(name.clone(), move || {
            if is_available(&name) {
                kill_everywhere(&scene(command));
            }
        });
    }
}

static HAS_OVERLAYS: LazyLock<bool> = LazyLock::new(|| run(&TestContext::new(), &[]).is_some());

fn is_available(case: &str) -> bool {
    if !strace::is_available(case) {
        return false;
    }
    if !*HAS_OVERLAYS {
        println!("{case} is skipped: no overlays here");
    }
    *HAS_OVERLAYS
}

fn kill_once(scene: &Scene, (_, name, text): Step) {
    let calls = calls(scene);
    let mut found = calls.iter();
    let call = found.find(|call| call.name.starts_with(name) && call.line.contains(text));
    kill(
        scene,
        call.unwrap_or_else(|| panic!("no {name} of {text} in {calls:#?}")),
    );
}

/// Kills the command before every change, and the recovery from some of these kills before every change.
fn kill_everywhere(scene: &Scene) {
    for (at, call) in calls(scene).iter().enumerate() {
        kill(scene, call);
        if at % 10 == 9 {
            let first = injection(call);
            let copy = scene.before.copy();
            let recovery = run(&copy, &[(&scene.arguments, &first), (&["list"], "")]);
            for second in &recovery.expect("an overlay")[1] {
                tried(Tried::Fault);
                let copy = scene.before.copy();
                run(
                    &copy,
                    &[(&scene.arguments, &first), (&["list"], &injection(second))],
                );
                check(scene, &copy);
            }
        }
    }
}

fn calls(scene: &Scene) -> Vec<Call> {
    let copy = scene.before.copy();
    let mut calls = run(&copy, &[(&scene.arguments, "")]).expect("an overlay");
    calls.swap_remove(0)
}

fn kill(scene: &Scene, call: &Call) {
    tried(Tried::Fault);
    let copy = scene.before.copy();
    run(&copy, &[(&scene.arguments, &injection(call))]);
    check(scene, &copy);
}

fn injection(call: &Call) -> String {
    format!("-e inject={}:signal=KILL:when={}", call.name, call.number)
}

/// Checks the state after the first normal command, and that the second had nothing to do.
fn check(scene: &Scene, copy: &TestContext) {
    let project = copy.project();
    std::fs::remove_dir_all(&project).expect("the lower layer");
    std::fs::rename(copy.path("temp/after"), &project).expect("the project after it");
    let settled = crate::support::snapshot::Snapshot::of(&copy.path("temp/settled"));
    settled.assert_same(&copy.tree(""));
    drop(std::fs::remove_dir_all(copy.path("temp")));
    std::fs::create_dir(copy.path("temp")).expect("a folder of the context");
    scene.watch(copy).check();
}

/// Runs commands, each with its options for strace, on an overlay. Returns the changes of each. `None` if the system has
/// no overlays, or nothing ran.
fn run(context: &TestContext, commands: &[(&[&str], &str)]) -> Option<Vec<Vec<Call>>> {
    let program = env!("CARGO_BIN_EXE_mdskill");
    let arguments = ["-rm", "sh", "-c", SCRIPT, program];
    let names: Vec<String> = (0..commands.len()).map(|at| format!("run{at}")).collect();
    let mut prepared = context
        .command("unshare", arguments)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("TEMP", context.path("temp"))
        .env("RAYON_NUM_THREADS", "1")
        .env("STRACE", strace::program().as_os_str())
        .env("CHANGES", CHANGES)
        .env("LOGS", names.join(" "));
    for (name, (arguments, options)) in names.iter().zip(commands) {
        prepared = prepared
            .env(&format!("RUN_{name}"), arguments.join(" "))
            .env(&format!("INJECT_{name}"), *options);
    }
    let outcome = prepared.run();
    if commands.is_empty() {
        return (outcome.code == Some(0)).then(Vec::new);
    }
    outcome.ok();
    let calls = names.iter().zip(commands).map(|(name, (_, options))| {
        let log = context.path("temp").join(name);
        let text = std::fs::read_to_string(log).expect("a log of strace");
        let is_killed = text.contains("killed by SIGKILL");
        assert_eq!(is_killed, !options.is_empty(), "{options}\n{text}");
        strace::changes(strace::parse(&text))
    });
    Some(calls.collect())
}
