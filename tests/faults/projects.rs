//! Cloned projects as attackers: lockfiles, configurations, journals, links and special files.

use crate::suite::Suite;
use crate::support::test_context::TestContext;
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("projects", Tried::Hostile);
    group.case("lockfile_is_a_folder", || {
        let (context, _repo) = TestContext::with_skills();
        std::fs::create_dir(context.project().join("mdskill.lock")).unwrap();
        let watch = Watch::over(&context);
        Watch::run(context.mdskill(["install"])).fails(1);
        watch.settle_by(&["list"]).fails(1);
    });
}
