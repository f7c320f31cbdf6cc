//! Kills at each step of the commands that write, and of their recovery.

use crate::suite::Suite;
use crate::support::kills::{killed_in_the_middle, with_old_and_new};
use crate::tally::Tried;
use crate::watch::Watch;

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("kills", Tried::Fault);
    group.long_case("update_is_killed_during_the_exchange", || {
        let (context, _repo) = with_old_and_new();
        let watch = Watch::over(&context).or_as_after(&["update"]);
        let killed = killed_in_the_middle(&context);
        watch.on(&killed).settle();
    });
}
