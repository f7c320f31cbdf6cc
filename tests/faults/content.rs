//! Repositories of skills with hostile names, links, modes, frontmatter and text.

use crate::suite::Suite;
use crate::support::test_context::TestContext;
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("content", Tried::Hostile);
    group.case("link_out_of_the_repository", || {
        let (context, mut repo) = TestContext::with_skills();
        repo.symlink("skills/one/secrets", "/etc/passwd")
            .commit("Link");
        let watch = Watch::over(&context);
        Watch::run(context.mdskill(["add", "acme/skills/one"])).fails(1);
        watch.settle();
    });
}
