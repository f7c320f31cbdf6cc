//! Kills at random moments of the commands that write; a third of them are followed by a kill of the recovery.

use crate::scene::{Scene, scene};
use crate::suite::{SEED, Suite};
use crate::support::test_context::Prepared;
use crate::tally::{Tried, tried};
use std::time::{Duration, Instant};

/// The kills of each command: in the short form, and in the whole suite.
const KILLS: [usize; 2] = [15, 500];

const SCENES: [&str; 4] = ["add", "update", "install", "remove"];

/// A scene with a hundred skills, in the whole suite.
const MANY: &str = "update_many";
const KILLS_OF_MANY: usize = 50;

pub fn register(suite: &mut Suite) {
    let kills = KILLS[usize::from(suite.is_whole())];
    let mut group = suite.group("random", Tried::Kill);
    for (at, name) in SCENES.into_iter().enumerate() {
        group.counting_case(format!("kills_of_{name}"), move || {
            kill_often(&scene(name), kills, &mut Random::new(at));
        });
    }
    group.long_counting_case(format!("kills_of_{MANY}"), || {
        kill_often(&scene(MANY), KILLS_OF_MANY, &mut Random::new(SCENES.len()));
    });
}

fn kill_often(scene: &Scene, kills: usize, random: &mut Random) {
    let start = Instant::now();
    scene.before.copy().run(&scene.arguments).ok();
    let whole = start.elapsed();
    for number in 0..kills {
        let copy = scene.before.copy();
        kill_within(copy.mdskill(&scene.arguments), whole, random);
        if number % 3 == 2 {
            kill_within(copy.mdskill(["list"]), whole / 2, random);
        }
        tried(Tried::Kill);
        scene.watch(&copy).settle();
    }
}

fn kill_within(command: Prepared, time: Duration, random: &mut Random) {
    let running = command.spawn();
    std::thread::sleep(time.mul_f64(random.fraction()));
    running.kill();
    running.wait();
}

/// `SplitMix64`: the same numbers for the same seed on every machine.
pub struct Random(u64);

impl Random {
    /// The numbers of one of several cases.
    pub fn new(case: usize) -> Self {
        Self(*SEED ^ case as u64)
    }

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

    /// One of these.
    pub fn choose<'a, Item>(&mut self, items: &'a [Item]) -> &'a Item {
        let at = usize::try_from(self.next() >> 33).expect("31 bits");
        &items[at % items.len()]
    }
}
