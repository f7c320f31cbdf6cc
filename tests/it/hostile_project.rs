//! Strangers' projects: what a clone brings in `.mdskill/`, in its links and in its lockfile leads no command astray.

use crate::support::shop::Shop;
use std::os::unix::fs::symlink;

const COMMANDS: [&[&str]; 5] = [
    &["list"],
    &["install"],
    &["update"],
    &["remove", "one"],
    &["add", "acme/skills/two"],
];

#[test]
fn linked_lock_leaves_the_file_it_leads_to() {
    for command in COMMANDS {
        let (shop, _repo) = Shop::stocked();
        shop.run(&["add", "acme/skills/one"]).ok();
        let home = shop.room.path("home");
        std::fs::write(home.join("precious"), "text").unwrap();
        // A temporary file of a killed command makes `list` take the lock as well.
        shop.room.write(".mdskill/.mdskill-left", "");
        let lock = shop.room.project().join(".mdskill/lock");
        for linked in ["precious", "nothing"] {
            symlink(home.join(linked), &lock).unwrap();
            shop.run(command).fails(1).says(".mdskill/lock");
            let precious = std::fs::read_to_string(home.join("precious")).unwrap();
            assert_eq!(precious, "text", "{command:?}");
            assert!(!home.join("nothing").exists(), "{command:?}");
            std::fs::remove_file(&lock).unwrap();
        }
    }
}
