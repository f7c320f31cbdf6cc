//! Contexts for tests that kill the program.

use super::repo::Repo;
use super::test_context::TestContext;

/// The number of skills in the contexts.
pub const SKILLS: usize = 100;

/// `acme/skills` with a hundred skills, at two versions: the branches `old` and `main`.
pub fn a_hundred() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let write = |repo: &mut Repo, version: &str| {
        for number in 0..SKILLS {
            let path = format!("skills/s{number:03}");
            repo.skill(&path, &format!("s{number:03}"), version)
                .write(&format!("{path}/references/text.md"), version.repeat(100));
        }
        repo.commit(version);
    };
    write(&mut repo, "old");
    repo.branch("old").branch("main");
    write(&mut repo, "new");
    (context, repo)
}

/// A hundred skills, installed at the old version, with a newer version upstream.
pub fn with_old_and_new() -> (TestContext, Repo) {
    let (context, mut repo) = a_hundred();
    let new = repo.rev_parse("main");
    repo.reset_to(&repo.rev_parse("old"));
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.branch("main").reset_to(&new);
    (context, repo)
}

/// A copy of the context in which an update was killed while it exchanged folders.
pub fn killed_in_the_middle(context: &TestContext) -> TestContext {
    loop {
        let copy = context.copy();
        let stage = copy.project().join(".github/.mdskill-stage-skills");
        let mut running = copy.mdskill(["update"]).spawn();
        let count = |name: &str| std::fs::read_dir(stage.join(name)).map_or(0, Iterator::count);
        while running.runs() && count("old") < SKILLS / 4 {}
        running.kill();
        running.wait();
        if count("old") > 0 && count("new") > 0 {
            return copy;
        }
    }
}
