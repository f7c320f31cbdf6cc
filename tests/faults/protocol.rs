//! Packs and packets that are damaged, that lie, or that are made to harm.

use crate::suite::Suite;
use crate::support::fault::Fault;
use crate::support::test_context::ServedContext;
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("protocol", Tried::Hostile);
    group.case("damaged_pack", || {
        let context = ServedContext::new();
        let watch = Watch::over(&context);
        context.server.fault(Fault::CorruptPack);
        Watch::run(context.mdskill(["add", "acme/skills/one"])).fails(5);
        context.server.clear_faults();
        watch.settle();
    });
}
