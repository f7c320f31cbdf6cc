//! The time from a change to its page in a preview.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};

use crate::sealed;

/// Times in milliseconds.
pub struct Times {
    pub least: u128,
    pub middle: u128,
    pub most: u128,
}

/// Changes a skill again and again, and reads from the preview how long it took to make its pages.
pub fn rebuild_times(skills: &Path, runs: usize) -> Times {
    let mut command = sealed::command(env!("CARGO_BIN_EXE_mdskill"), skills);
    command.args(["site", ".", "--serve", "--port", "0"]);
    let mut preview = command
        .current_dir(skills)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(preview.stderr.take().unwrap());
    next_time(&mut lines, &mut preview);
    let page = crate::rows::first_skill(skills);
    let text = fs::read_to_string(&page).unwrap();
    let times = (0..=runs).map(|round| {
        fs::write(&page, format!("{text}\nChange {round}.\n")).unwrap();
        next_time(&mut lines, &mut preview)
    });
    let mut times: Vec<u128> = times.skip(1).collect();
    preview.kill().unwrap();
    preview.wait().unwrap();
    times.sort_unstable();
    Times {
        least: times[0],
        middle: times[times.len() / 2],
        most: times[times.len() - 1],
    }
}

/// Waits until the preview made pages, and returns how long it took.
fn next_time(lines: &mut BufReader<ChildStderr>, preview: &mut Child) -> u128 {
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        if let Some((_, time)) = line.trim_end().rsplit_once(" in ")
            && let Some(milliseconds) = time.strip_suffix(" ms")
        {
            return milliseconds.parse().unwrap();
        }
        line.clear();
    }
    panic!("the preview ended: {:?}", preview.wait());
}
