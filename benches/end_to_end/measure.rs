//! Measures one run of a command: wall time, CPU time, and memory.
//!
//! The kernel sums up the children of a process. Each command is started by a copy of this program that has no other
//! child, so that the sum is that of the command alone, without the git processes of the server.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The argument that makes the copy measure a command.
const FLAG: &str = "--measure";
/// The place for files in memory.
pub const MEMORY: &str = "/dev/shm";

/// Runs a benchmark, or measures one command for it.
pub fn main(name: &str, bench: fn()) {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == FLAG) {
        run_and_report(&arguments[1..]);
    } else if arguments.iter().any(|argument| argument == "--bench") {
        bench();
    } else {
        println!("This is a benchmark: `cargo bench --bench {name}` runs it.");
    }
}

/// Returns the number of runs of each row: `MDSKILL_BENCH_RUNS`, or the default.
#[expect(
    clippy::disallowed_methods,
    reason = "the number of runs is a setting of the benchmark, not of the program"
)]
pub fn runs(default: usize) -> usize {
    let runs = std::env::var("MDSKILL_BENCH_RUNS").ok();
    runs.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Returns the end of a headline: a warning if the times are those of a debug build.
pub fn warning() -> &'static str {
    if cfg!(debug_assertions) {
        " **This is a debug build: ignore the times.**"
    } else {
        ""
    }
}

/// Creates a temporary folder, in memory if the system has such a place.
pub fn folder_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in(MEMORY)
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary folder")
}

/// The cost of one run.
#[derive(Clone, Debug)]
pub struct Cost {
    pub wall: Duration,
    /// User and system time of the command and its children.
    pub cpu: Duration,
    /// The largest of its processes, in KiB.
    pub peak: u64,
    /// The reason for a failure.
    pub failure: Option<String>,
}

/// Runs a command in a copy of this program, and reads its cost.
pub fn cost_of(command: &Command) -> Cost {
    let mut copy = Command::new(std::env::current_exe().expect("a running program has a file"));
    copy.arg(FLAG)
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    copy.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if let Some(folder) = command.get_current_dir() {
        copy.current_dir(folder);
    }
    let output = copy
        .stdin(Stdio::null())
        .output()
        .expect("a copy of this program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.splitn(4, '\n');
    let mut number = || {
        lines
            .next()
            .and_then(|line| line.parse().ok())
            .expect("the copy prints three numbers")
    };
    let (wall, cpu, peak) = (
        Duration::from_micros(number()),
        Duration::from_micros(number()),
        number(),
    );
    let failure = lines
        .next()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned);
    Cost {
        wall,
        cpu,
        peak,
        failure,
    }
}

/// Runs in the copy: runs the command, and prints its cost in microseconds and KiB, and the reason for a failure.
fn run_and_report(command: &[OsString]) {
    let start = Instant::now();
    let ended = Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .output();
    let wall = start.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel keeps count");
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    println!("{}\n{cpu}\n{}", wall.as_micros(), usage.max_rss());
    match ended {
        Err(error) => println!("failed: {error}"),
        Ok(output) if !output.status.success() => {
            let errors = String::from_utf8_lossy(&output.stderr);
            println!(
                "failed: {}: {}",
                output.status,
                errors.lines().next().unwrap_or_default()
            );
        }
        Ok(_) => {}
    }
}
