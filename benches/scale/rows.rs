//! What grows, and the commands that are measured for each size.

use std::path::Path;

use crate::desk::Desk;
use crate::made::{self, MANY, OTHER};
use crate::measure::Cost;

/// The number of open files that macOS allows a process.
const FILES: usize = 256;

type Costs = Vec<(&'static str, Cost)>;

/// One table.
pub struct Scale {
    pub what: &'static str,
    pub sizes: &'static [usize],
    /// Writes the repositories of a size to a mirror.
    pub make: fn(&Path, usize),
    /// Runs the commands for a new user.
    pub run: fn(&Desk) -> Costs,
}

pub const SCALES: &[Scale] = &[
    Scale {
        what: "skills in the repository and the project",
        sizes: &[100, 500, 2_000, 5_000],
        make: made::skills,
        run: run_skills,
    },
    Scale {
        what: "files in the repository",
        sizes: &[5_000, 20_000, 100_000],
        make: made::files,
        run: run_files,
    },
    Scale {
        what: "tags of the repository",
        sizes: &[1_000, 10_000, 100_000],
        make: made::refs,
        run: run_refs,
    },
    Scale {
        what: "sources in the lockfile, with 256 open files",
        sizes: &[10, 50, 200],
        make: made::sources,
        run: run_sources,
    },
];

fn run_skills(desk: &Desk) -> Costs {
    let all = ["add", MANY, "--all", "--yes"];
    let mut costs = vec![
        ("add --all", desk.run(&all)),
        ("add --all again", desk.run(&all)),
        ("list", desk.run(&["list"])),
        ("verify", desk.run(&["verify"])),
        ("validate", desk.run(&["validate"])),
        ("update, nothing new", desk.run(&["update"])),
        ("list the repository", desk.run(&["list", MANY])),
        (
            "add one of another repository",
            desk.run(&["add", OTHER, "--all"]),
        ),
        ("remove one", desk.run(&["remove", "other"])),
    ];
    desk.forget_files();
    costs.push(("install, cached", desk.run(&["install"])));
    let next = desk.upstream.join("next");
    costs.push(("update, 10 changed", desk.run_at(&next, &["update"])));
    costs
}

fn run_files(desk: &Desk) -> Costs {
    let add = ["add", MANY, "--all", "--yes", "--force"];
    vec![
        ("add one", desk.run(&add)),
        ("add it again", desk.run(&add)),
        ("update, nothing new", desk.run(&["update"])),
    ]
}

fn run_refs(desk: &Desk) -> Costs {
    let spec = format!("{MANY}@^1.0");
    vec![
        (
            "add the newest of ^1.0",
            desk.run(&["add", &spec, "--all", "--yes"]),
        ),
        ("update", desk.run(&["update"])),
    ]
}

fn run_sources(desk: &Desk) -> Costs {
    let count = std::fs::read_dir(desk.upstream.join("acme"))
        .unwrap()
        .count();
    let specs = (0..count).map(|number| format!("{}/made-{number}", made::source(number)));
    let specs: Vec<String> = specs.collect();
    let mut add = vec!["add"];
    add.extend(specs.iter().map(String::as_str));
    let mut costs = vec![
        ("add", desk.run_with_files(FILES, &add)),
        (
            "update, nothing new",
            desk.run_with_files(FILES, &["update"]),
        ),
    ];
    desk.forget_files();
    desk.forget_cache();
    costs.push(("install", desk.run_with_files(FILES, &["install"])));
    costs
}
