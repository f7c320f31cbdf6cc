//! [`Suite`]: the named cases, run in parallel by a harness that reads the arguments of `cargo test`.

use crate::tally::{self, Tried};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use std::sync::LazyLock;

/// The seed of everything that is random: the environment's, else a new one.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable belongs to this suite, not to the program"
)]
pub static SEED: LazyLock<u64> = LazyLock::new(|| {
    let typed = std::env::var("MDSKILL_FAULTS_SEED").ok();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    typed
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| now.map_or(0, |time| u64::from(time.subsec_nanos())))
});

/// The short form runs one of so many cases of a group, so that `cargo test` stays short.
const SHORT: usize = 3;

/// All cases.
pub struct Suite {
    arguments: Arguments,
    trials: Vec<Trial>,
}

/// Adds cases whose names begin with that of the group.
pub struct Group<'a> {
    suite: &'a mut Suite,
    name: &'static str,
    kind: Tried,
    /// The number of cases that may be in the short form.
    cases: usize,
}

impl Suite {
    pub fn new() -> Self {
        Self {
            arguments: Arguments::from_args(),
            trials: Vec::new(),
        }
    }

    /// A group whose cases count as `kind`.
    pub fn group(&mut self, name: &'static str, kind: Tried) -> Group<'_> {
        Group {
            suite: self,
            name,
            kind,
            cases: 0,
        }
    }

    /// Whether all of the suite was asked for, not only the short form.
    pub fn is_whole(&self) -> bool {
        self.arguments.include_ignored || self.arguments.ignored
    }

    /// Runs the cases that were asked for, and prints the closing line.
    pub fn run(self) -> ExitCode {
        let is_list = self.arguments.list;
        let conclusion = libtest_mimic::run(&self.arguments, self.trials);
        if !is_list {
            println!("seed {}", *SEED);
            println!("{}\n", tally::line());
        }
        conclusion.exit_code()
    }
}

impl Group<'_> {
    /// A case. A panic fails it.
    pub fn case(&mut self, name: impl AsRef<str>, run: impl FnOnce() + Send + 'static) {
        self.case_of_form(true, name, run);
    }

    /// A case that may be in the short form, or of the whole suite only, because it takes long.
    pub fn case_of_form(
        &mut self,
        may_be_short: bool,
        name: impl AsRef<str>,
        run: impl FnOnce() + Send + 'static,
    ) {
        let is_short = may_be_short && self.is_next_short();
        self.add(name.as_ref(), true, !is_short, run);
    }

    /// Whether the next case is in the short form.
    pub fn is_next_short(&mut self) -> bool {
        self.cases += 1;
        self.cases % SHORT == 1
    }

    /// A case of the short form that counts by itself what it tries, with [`tally::tried`].
    pub fn counting_case(&mut self, name: impl AsRef<str>, run: impl FnOnce() + Send + 'static) {
        self.add(name.as_ref(), false, false, run);
    }

    /// The same, only in the whole suite.
    pub fn long_counting_case(
        &mut self,
        name: impl AsRef<str>,
        run: impl FnOnce() + Send + 'static,
    ) {
        self.add(name.as_ref(), false, true, run);
    }

    fn add(
        &mut self,
        name: &str,
        is_counted: bool,
        is_long: bool,
        run: impl FnOnce() + Send + 'static,
    ) {
        let name = format!("{}::{name}", self.name);
        assert!(
            self.suite.trials.iter().all(|other| other.name() != name),
            "two cases are called {name}"
        );
        let kind = self.kind;
        let trial = Trial::test(name, move || {
            if is_counted {
                tally::tried(kind);
            }
            run();
            Ok::<(), Failed>(())
        });
        self.suite.trials.push(trial.with_ignored_flag(is_long));
    }
}
