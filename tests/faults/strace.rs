//! [`Call`]: the system calls of a command, and a command that is killed at one, or whose calls fail, by strace.

use crate::support::outcome::Outcome;
use crate::support::sealed;
use crate::support::test_context::TestContext;
use crate::watch::with_secrets;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The calls that change files, and `flock`.
pub const CHANGES: &str =
    "/^(rename|unlink|mkdir|rmdir|ftruncate|fsync|syncfs|flock|fchmod|chmod|link|openat$|write$)";

/// Stops a process only at the calls that are traced. Signals can't be injected with it.
const FAST: &str = "--seccomp-bpf";

/// strace, if it exists and may trace.
static STRACE: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let strace = sealed::locate("strace")?;
    let mut trial = Command::new(&strace);
    trial.args(["-f", FAST, "-qq", "-o", "/dev/null", "true"]);
    let status = trial.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status
        .is_ok_and(|status| status.success())
        .then_some(strace)
});

/// One system call of a command.
#[derive(Debug, Clone)]
pub struct Call {
    /// For example `renameat`.
    pub name: String,
    /// Its number among the calls of this name in its thread, from 1, as strace counts.
    pub number: usize,
    /// The call as strace prints it.
    pub line: String,
}

/// Whether cases with strace can run. Prints a message otherwise.
pub fn is_available(case: &str) -> bool {
    if STRACE.is_none() {
        println!("{case} is skipped: strace is not installed, or may not trace");
    }
    STRACE.is_some()
}

/// The path of strace.
pub fn program() -> &'static Path {
    STRACE.as_ref().expect("the caller has checked it")
}

/// Returns the calls that change something: not those that read, or print the answer.
pub fn changes(mut calls: Vec<Call>) -> Vec<Call> {
    calls.retain(|call| match call.name.as_str() {
        "openat" => call.line.contains("O_CREAT"),
        "write" => !["(1<", "(2<"].iter().any(|own| call.line.contains(own)),
        _ => true,
    });
    calls
}

/// Runs a command, and returns its calls of these names.
pub fn calls(context: &TestContext, arguments: &[&str], names: &str) -> Vec<Call> {
    traced(context, arguments, &[FAST, "-e", &format!("trace={names}")]).1
}

/// Runs a command with injections, each in the syntax of strace: `NAME:EFFECT:when=NUMBER`. Returns its outcome, and its
/// calls of these names.
pub fn disturbed(
    context: &TestContext,
    arguments: &[&str],
    injections: &[String],
    names: &str,
) -> (Outcome, Vec<Call>) {
    let mut options = vec!["-e".to_owned(), format!("trace={names}")];
    if !injections
        .iter()
        .any(|injection| injection.contains(":signal="))
    {
        options.push(FAST.to_owned());
    }
    for injection in injections {
        options.extend(["-e".to_owned(), format!("inject={injection}")]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    traced(context, arguments, &options)
}

/// Kills a command right before this call, whose line has this text.
///
/// # Panics
/// If the command ends before, or was killed elsewhere.
#[track_caller]
pub fn kill_before(context: &TestContext, arguments: &[&str], call: &Call, text: &str) {
    let injection = format!("{}:signal=KILL:when={}", call.name, call.number);
    let (outcome, calls) = disturbed(context, arguments, &[injection], &call.name);
    let lines = || {
        calls
            .iter()
            .map(|call| format!("{} {}", call.number, call.line))
    };
    assert_eq!(
        outcome.code,
        None,
        "it was not killed at {} {}, but called\n{}\n{outcome}",
        call.number,
        call.line,
        lines().collect::<Vec<_>>().join("\n")
    );
    let mut reached = calls.iter().filter(|reached| reached.number == call.number);
    let is_there = reached.any(|reached| reached.line.contains(text));
    assert!(is_there, "it was killed before something else: {calls:#?}");
}

fn traced(context: &TestContext, arguments: &[&str], options: &[&str]) -> (Outcome, Vec<Call>) {
    let strace = program();
    let log = context.path("temp/strace.log");
    let log_text = log.to_string_lossy();
    let own = ["-f", "-y", "-qq", "-s", "64", "-o", &log_text];
    let program = env!("CARGO_BIN_EXE_mdskill");
    let all = [&own[..], options, &[program], arguments].concat();
    // One worker thread, so that the calls are the same each time. Without git, which has calls of its own.
    let prepared = context
        .command(&strace.to_string_lossy(), all)
        .env("RAYON_NUM_THREADS", "1")
        .env("PATH", context.path("temp"));
    let outcome = with_secrets(prepared).run();
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    // It may already be gone.
    drop(std::fs::remove_file(&log));
    (outcome, parse(&text))
}

/// Parses lines such as `123 unlink("x") = 0`.
pub fn parse(text: &str) -> Vec<Call> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let Some((name, _)) = call.trim_start().split_once('(') else {
            continue;
        };
        if name.contains(' ') {
            // The end of a call that another thread's interrupted.
            continue;
        }
        let count = counts.entry((thread, name)).or_default();
        *count += 1;
        calls.push(Call {
            name: name.to_owned(),
            number: *count,
            // A kill leaves the end of the line open.
            line: call.trim_start().replace(" <unfinished ...>", ")"),
        });
    }
    calls
}
