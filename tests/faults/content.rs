//! Repositories of skills with hostile names, links, modes, objects, frontmatter and text.
//!
//! Every command that reads such a repository is run: none may print a control character or write outside of the
//! skill, and a skill that is not refused is installed exactly as git has it.

use crate::suite::{Group, Suite};
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use crate::tally::Tried;
use crate::watch::Watch;

mod files;
mod names;
mod pages;
mod trees;

const PAGE: &str = "---\nname: evil\ndescription: Keeps a log. Use it when asked.\n---\n\n# Log\n\nWrite it down.\n";

/// The end of a case.
#[derive(Clone, Copy)]
enum End {
    /// `add` and `update` install it as git has it.
    Installed,
    /// `add` exits with this code and this text, and `update` does not install it.
    Refused(i32, &'static str),
}

use End::{Installed, Refused};

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("content", Tried::Hostile);
    names::register(&mut group);
    trees::register(&mut group);
    files::register(&mut group);
    pages::register(&mut group);
}

/// A case in which this commits the skill `evil` of `acme/evil`.
fn skill(
    group: &mut Group<'_>,
    name: impl AsRef<str>,
    end: End,
    commit: impl Fn(&mut Repo) + Send + 'static,
) {
    group.case(name, move || attack(end, &commit));
}

/// Runs the commands that read a repository. A skill that is refused is also refused as an update of an honest one.
fn attack(end: End, commit: &impl Fn(&mut Repo)) {
    let (context, mut repo, _root) = open();
    if matches!(end, Refused(..)) {
        repo.write("evil/SKILL.md", PAGE).commit("Honest");
        context.run(&["add", "acme/evil/evil"]).ok();
    }
    commit(&mut repo);
    let watch = Watch::over(&context);
    for arguments in [
        &["list", "acme/evil"][..],
        &["show", "acme/evil/evil"],
        &["validate", "acme/evil/evil"],
    ] {
        run(&context, arguments);
    }
    let outcome = run(&context, &["add", "acme/evil/evil"]);
    match end {
        Refused(code, sentence) => {
            outcome.fails(code).says(sentence);
            let outcome = run(&context, &["update"]);
            assert_ne!(outcome.code, Some(0), "{outcome}");
            watch.settle();
        }
        Installed => {
            outcome.ok();
            context.has("evil", &repo, "HEAD:evil");
            let watch = Watch::over(&context);
            run(&context, &["show", "evil"]);
            watch.settle_by(&["verify"]).ok();
        }
    }
}

/// A context in memory, an empty repository, and the context that keeps the repository.
fn open() -> (TestContext, Repo, TestContext) {
    let root = TestContext::new();
    let context = TestContext::in_memory(root.origin());
    let repo = root.repo("acme/evil");
    (context, repo, root)
}

/// Runs a command, and checks its answer. In CI, lines of the log can be commands.
fn run(context: &TestContext, arguments: &[&str]) -> Outcome {
    let outcome = Watch::run(context.mdskill(arguments).env("CI", "true"));
    for raw in [
        '\u{1b}',
        '\u{7}',
        '\u{8}',
        '\u{9b}',
        '\u{202e}',
        '\u{2066}',
        '\u{e0041}',
    ] {
        let is_printed = outcome.stdout.contains(raw) || outcome.stderr.contains(raw);
        assert!(!is_printed, "{raw:?} was printed\n{outcome}");
    }
    // The format for GitHub consists of commands.
    if !arguments.contains(&"github") {
        let mut lines = outcome.stdout.lines().chain(outcome.stderr.lines());
        let command =
            lines.find(|line| line.trim_start().starts_with("::") || line.starts_with("##["));
        assert_eq!(command, None, "{outcome}");
    }
    outcome
}
