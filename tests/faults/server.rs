//! Servers that answer with errors, or not at all: statuses and transport faults in each phase of a fetch.

use crate::suite::Suite;
use crate::support::fault::Fault;
use crate::support::test_context::ServedContext;
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("server", Tried::Fault);
    for code in [404, 410] {
        group.case(format!("status_{code}_of_capabilities"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context);
            context.server.fault_nth(1, Fault::status(code));
            Watch::run(context.mdskill(["add", "acme/skills/one"])).fails(1);
            context.server.clear_faults();
            watch.or_as_after(&["add", "acme/skills/one"]).settle();
        });
    }
}
