//! [`Watch`]: the state before a fault, and the invariants that must hold after it.

use crate::support::outcome::Outcome;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{Block, Prepared, TestContext, blocks};
use crate::tally::{Broken, broken};
use std::collections::{BTreeMap, BTreeSet};

/// A secret in the environment of every command. It must be in no output and no file.
pub const CANARY: &str = "ghp_canary0123456789abcdefghijklmnopqrst";

/// The documented exit codes (docs/reference/exit-codes.md).
const EXIT_CODES: [i32; 7] = [0, 1, 2, 3, 4, 5, 130];

/// The targets of the cases.
const TARGETS: [&str; 2] = [".github/skills", ".ai/skills"];

/// The skills of a project: what is locked and what is on disk.
#[derive(Clone)]
struct State {
    locked: BTreeMap<String, Block>,
    disk: [Snapshot; 2],
}

/// The expectations of a project after a fault.
#[derive(Clone)]
pub struct Expected {
    /// The allowed states of each skill.
    allowed: Vec<State>,
    /// Everything of the user that no command may change.
    rest: Snapshot,
    /// Texts of the user that must exist in some file of the project.
    precious: Vec<String>,
}

/// Watches a project: takes its state before a fault, and checks the invariants after it.
///
/// ```ignore
/// let watch = Watch::over(&context).or_as_after(&["update"]).keeping("an edit of mine");
/// // inject the fault
/// Watch::run(context.mdskill(["update"]));
/// // remove the fault
/// watch.settle();
/// ```
pub struct Watch<'a> {
    context: &'a TestContext,
    expected: Expected,
}

impl<'a> Watch<'a> {
    /// Takes the state of a context. Each skill may stay as it is.
    pub fn over(context: &'a TestContext) -> Self {
        Self {
            context,
            expected: Expected {
                allowed: vec![State::of(context)],
                rest: rest_of(context),
                precious: Vec::new(),
            },
        }
    }

    /// The expectations, without the context.
    pub fn expected(self) -> Expected {
        self.expected
    }

    /// Each skill may also be as this command leaves it when nothing disturbs it.
    pub fn or_as_after(self, arguments: &[&str]) -> Self {
        let copy = self.context.copy();
        copy.run(arguments).ok();
        self.or_as_in(&copy)
    }

    /// Each skill may also be as in this context.
    pub fn or_as_in(mut self, other: &TestContext) -> Self {
        self.expected.allowed.push(State::of(other));
        self
    }

    /// This text must exist in some file of the project afterwards.
    pub fn keeping(mut self, text: &str) -> Self {
        self.expected.precious.push(text.to_owned());
        self
    }

    /// Runs a command with secrets in its environment, and checks its answer.
    pub fn run(prepared: Prepared) -> Outcome {
        let outcome = with_secrets(prepared).run();
        Self::check_answer(&outcome);
        outcome
    }

    /// Checks the answer of a command that ended by itself: no panic, no signal, no secret, a documented exit code, and
    /// a sentence where it did not succeed.
    pub fn check_answer(outcome: &Outcome) {
        assert!(!outcome.hung, "it hung and was killed\n{outcome}");
        let is_panic = outcome.stderr.contains("panicked at")
            || outcome.code.is_none_or(|code| !EXIT_CODES.contains(&code));
        if is_panic {
            broken(Broken::Panicked, &outcome.to_string());
        }
        if outcome.stdout.contains(CANARY) || outcome.stderr.contains(CANARY) {
            broken(Broken::TokenLeaked, &outcome.to_string());
        }
        let is_silent = outcome.stdout.trim().is_empty() && outcome.stderr.trim().is_empty();
        assert!(
            outcome.code == Some(0) || !is_silent,
            "it failed without a word\n{outcome}"
        );
    }

    /// Runs `list`, a normal command, then checks the invariants.
    pub fn settle(&self) {
        self.settle_by(&["list"]).ok();
    }

    /// Runs this command, then checks the invariants.
    pub fn settle_by(&self, arguments: &[&str]) -> Outcome {
        let outcome = Self::run(self.context.mdskill(arguments));
        self.check();
        outcome
    }

    /// Checks that each skill is wholly in an allowed state, that the lockfile agrees, and that nothing else changed,
    /// leaked or was left.
    pub fn check(&self) {
        self.check_skills();
        let rest = self.expected.rest.differences(&rest_of(self.context));
        if !rest.is_empty() {
            broken(Broken::WrittenOutside, &rest.join("\n"));
        }
        let project = self.context.tree("");
        for text in &self.expected.precious {
            let mut files = project.entries.values();
            if !files.any(|(_, bytes)| holds(bytes, text)) {
                broken(Broken::UserFileLost, &format!("{text:?} is in no file"));
            }
        }
        for folder in ["project", "home", "cache", "temp"] {
            let files = Snapshot::of(&self.context.path(folder));
            for (path, (_, bytes)) in &files.entries {
                if holds(bytes, CANARY) {
                    broken(Broken::TokenLeaked, &format!("in {folder}/{path}"));
                }
            }
        }
        assert_tidy(&project);
    }

    fn check_skills(&self) {
        let now = State::of(self.context);
        let names = self
            .expected
            .allowed
            .iter()
            .chain([&now])
            .flat_map(State::names);
        for name in names.collect::<BTreeSet<String>>() {
            let skill = now.skill(&name);
            if self
                .expected
                .allowed
                .iter()
                .all(|state| state.skill(&name) != skill)
            {
                let allowed = self.expected.allowed.iter().map(|state| state.skill(&name));
                let allowed: Vec<_> = allowed.collect();
                let how = format!("{name} is {skill:#?}\nallowed are {allowed:#?}");
                broken(Broken::HalfInstalled, &how);
            }
        }
    }
}

impl Expected {
    /// Watches a context for this.
    pub fn of(self, context: &TestContext) -> Watch<'_> {
        Watch {
            context,
            expected: self,
        }
    }
}

impl State {
    fn of(context: &TestContext) -> Self {
        let lock = std::fs::read_to_string(context.project().join("mdskill.lock"));
        Self {
            locked: blocks(&lock.unwrap_or_default()),
            disk: TARGETS.map(|target| context.tree(target)),
        }
    }

    fn names(&self) -> BTreeSet<String> {
        let folders = self.disk.iter().flat_map(Snapshot::paths);
        let folders = folders.map(|path| path.split('/').next().unwrap_or(path).to_owned());
        folders.chain(self.locked.keys().cloned()).collect()
    }

    /// The entry of a skill, and its files in each target.
    fn skill(&self, name: &str) -> (Option<Block>, [Snapshot; 2]) {
        let below = format!("{name}/");
        let files = self.disk.each_ref().map(|target| {
            let mut files = target.clone();
            files
                .entries
                .retain(|path, _| path == name || path.starts_with(&below));
            files
        });
        (self.locked.get(name).cloned(), files)
    }
}

/// The command with the canary in all variables that hold a token.
pub fn with_secrets(mut prepared: Prepared) -> Prepared {
    for name in [
        "MDSKILL_TOKEN",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GH_ENTERPRISE_TOKEN",
        "GITLAB_TOKEN",
    ] {
        prepared = prepared.env(name, CANARY);
    }
    prepared
}

/// The files of the user that are not of mdskill: all but the lockfile, the state folder, and the skills.
fn rest_of(context: &TestContext) -> Snapshot {
    let mut files = context.snapshot();
    let ours = ["mdskill.lock", ".mdskill", ".github", ".ai"];
    files.entries.retain(|path, _| {
        !ours.iter().any(|ours| {
            path.strip_prefix("project/")
                .and_then(|path| path.strip_prefix(ours))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    });
    files
}

/// Asserts that no temporary file is left, only the trash.
fn assert_tidy(project: &Snapshot) {
    let has_trash = project.entries.contains_key(".mdskill/trash");
    let may_stay = |path: &str| {
        has_trash && matches!(path, ".mdskill" | ".mdskill/.gitignore")
            || path.starts_with(".mdskill/trash")
    };
    let left = project.paths().into_iter();
    let left: Vec<&str> = left
        .filter(|path| path.contains(".mdskill") && !may_stay(path))
        .collect();
    assert!(left.is_empty(), "temporary files: {left:?}");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
