//! Eight processes at once: one project, one cache, and a repository that moves.

use crate::random::Random;
use crate::suite::Suite;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use crate::tally::{Tried, tried};
use crate::watch::Watch;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PROCESSES: usize = 8;

/// The seconds of a case: in the short form, and in the whole suite.
const SECONDS: [u64; 2] = [3, 60];

const NAMES: [&str; 3] = ["one", "two", "three"];

/// Commands that change skills.
const CHANGES: [&[&str]; 7] = [
    &["add", "acme/skills/one"],
    &["add", "acme/skills", "--all"],
    &["update"],
    &["install"],
    &["remove", "two"],
    &["remove", "three"],
    &["lock"],
];
const READERS: [&[&str]; 2] = [&["list"], &["verify"]];
const CACHE: [&[&str]; 3] = [&["cache"], &["cache", "prune"], &["cache", "clear"]];

pub fn register(suite: &mut Suite) {
    let seconds = SECONDS[usize::from(suite.is_whole())];
    let mut group = suite.group("crowd", Tried::Fault);
    group.counting_case("eight_processes_lose_no_edit", move || {
        lose_no_edit(seconds);
    });
    group.counting_case("readers_see_old_or_new", move || {
        readers_see_old_or_new(seconds);
    });
}

/// A crowd, while a user saves files in a skill.
fn lose_no_edit(seconds: u64) {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let commands = [&CHANGES[..], &READERS, &CACHE].concat();
    let check = |arguments: &[&str], outcome: &Outcome| {
        // No permission and no network explain nothing here.
        let is_explained = matches!(outcome.code, Some(0..=3));
        assert!(is_explained, "{arguments:?}\n{outcome}");
    };
    let saved = crowd(&context, &commands, seconds, &check, &mut || {
        change_upstream(&mut repo);
    });
    let mut watch = Watch::over(&context);
    for text in &saved {
        watch = watch.keeping(text);
    }
    watch.settle();
}

/// Without edits by a user, a reader never sees a skill that is not as the lockfile says.
fn readers_see_old_or_new(seconds: u64) {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let commands = [&CHANGES[..], &READERS, &READERS].concat();
    let check = |arguments: &[&str], outcome: &Outcome| match arguments[0] {
        "list" => {
            outcome.ok();
            for state in ["missing", "modified", "unmanaged"] {
                outcome.never_says(state);
            }
        }
        "verify" => {
            outcome.ok();
        }
        _ => assert!(
            matches!(outcome.code, Some(0..=3)),
            "{arguments:?}\n{outcome}"
        ),
    };
    crowd(&context, &commands, seconds, &check, &mut || {
        change_upstream(&mut repo);
    });
    Watch::over(&context).settle_by(&["verify"]).ok();
}

fn change_upstream(repo: &mut Repo) {
    let text = format!("{:?}", Instant::now());
    for name in NAMES {
        repo.write(&format!("skills/{name}/version.md"), &text);
    }
    repo.commit("Another version");
}

/// Runs commands in eight processes at once, and `meanwhile` again and again. A user saves files in `one`, if a command
/// of the crowd clears the cache. Returns their texts.
fn crowd(
    context: &TestContext,
    commands: &[&[&str]],
    seconds: u64,
    check: &(impl Fn(&[&str], &Outcome) + Sync),
    meanwhile: &mut impl FnMut(),
) -> Vec<String> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let failed = &AtomicBool::new(false);
    let goes_on = &|| Instant::now() < end && !failed.load(Ordering::Relaxed);
    let is_edited = commands.contains(&CACHE[0]);
    let mut saved = Vec::new();
    std::thread::scope(|threads| {
        let processes: Vec<_> = (0..PROCESSES)
            .map(|number| {
                threads.spawn(move || {
                    let mut random = Random::new(number);
                    while goes_on() {
                        let arguments = random.choose(commands);
                        tried(Tried::Fault);
                        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            check(arguments, &Watch::run(context.mdskill(*arguments)));
                        }));
                        if let Err(reason) = ran {
                            failed.store(true, Ordering::Relaxed);
                            std::panic::resume_unwind(reason);
                        }
                    }
                })
            })
            .collect();
        let skill = context.project().join(".github/skills/one");
        for number in 0.. {
            if !goes_on() {
                break;
            }
            meanwhile();
            let text = format!("saved text number {number}.");
            // The skill may not be there at this moment.
            if is_edited && std::fs::write(skill.join(format!("{number}.md")), &text).is_ok() {
                saved.push(text);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        for process in processes {
            if let Err(reason) = process.join() {
                std::panic::resume_unwind(reason);
            }
        }
    });
    saved
}
