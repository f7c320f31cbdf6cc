//! Kills at random moments of the commands that write; a third of them are followed by a kill of the recovery.

use crate::suite::{SEED, Suite};
use crate::support::repo::Repo;
use crate::support::test_context::{Prepared, TestContext};
use crate::tally::{Tried, tried};
use crate::watch::Watch;
use std::time::{Duration, Instant};

/// The kills of each command: in the short form, and in the whole suite.
const KILLS: [usize; 2] = [15, 500];

/// The commands, and whether they start with installed skills.
const COMMANDS: [(&str, &[&str], bool); 4] = [
    ("add", &["add", "acme/skills", "--all"], false),
    ("update", &["update"], true),
    ("install", &["install", "--force"], true),
    ("remove", &["remove", "one", "two"], true),
];

pub fn register(suite: &mut Suite) {
    let kills = KILLS[usize::from(suite.is_whole())];
    let mut group = suite.group("random", Tried::Kill);
    for (at, (name, arguments, is_installed)) in COMMANDS.into_iter().enumerate() {
        group.counting_case(format!("kills_of_{name}"), move || {
            let mut random = Random(*SEED ^ at as u64);
            kill_often(arguments, is_installed, kills, &mut random);
        });
    }
}

fn kill_often(arguments: &[&str], is_installed: bool, kills: usize, random: &mut Random) {
    let (context, mut repo) = TestContext::with_skills();
    if is_installed {
        install_with_edits(&context, &mut repo);
    }
    let watch = Watch::over(&context).or_as_after(arguments);
    let start = Instant::now();
    context.copy().run(arguments).ok();
    let whole = start.elapsed();
    for number in 0..kills {
        let copy = context.copy();
        kill_within(copy.mdskill(arguments), whole, random);
        if number % 3 == 2 {
            kill_within(copy.mdskill(["list"]), whole / 2, random);
        }
        tried(Tried::Kill);
        watch.on(&copy).settle();
    }
}

/// Two targets, an edit that merges, and a new version upstream.
fn install_with_edits(context: &TestContext, repo: &mut Repo) {
    let targets = ["--target", ".github/skills", "--target", ".ai/skills"];
    context
        .run(&[&["add", "acme/skills", "--all"], &targets[..]].concat())
        .ok();
    for name in ["one", "two", "three"] {
        repo.write(&format!("skills/{name}/new.md"), "new");
    }
    repo.commit("New files");
}

fn kill_within(command: Prepared, time: Duration, random: &mut Random) {
    let running = command.spawn();
    std::thread::sleep(time.mul_f64(random.fraction()));
    running.kill();
    running.wait();
}

/// `SplitMix64`: the same numbers for the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1.
    fn fraction(&mut self) -> f64 {
        f64::from((self.next() >> 32) as u32) / f64::from(u32::MAX)
    }
}
