//! Disks that are full, read-only or broken, and folders that are not what they should be.

use crate::suite::Suite;
use crate::support::test_context::TestContext;
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("disk", Tried::Fault);
    group.case("target_is_a_file", || {
        let (context, _repo) = TestContext::with_skills();
        context.write(".github", "a file");
        let watch = Watch::over(&context).keeping("a file");
        Watch::run(context.mdskill(["add", "acme/skills/one"])).fails(1);
        watch.settle();
    });
}
