//! Hostile trees: links, submodules, modes, and objects that git did not write.

use super::names::{commit_entries, commit_entry, commit_skill};
use super::{Installed, PAGE, Refused, skill};
use crate::suite::Group;

const LINKS: [(&str, &str); 14] = [
    ("absolute", "/etc/passwd"),
    ("above", "../../../../etc/passwd"),
    ("above_skill", "../secret"),
    ("dangling", "nowhere"),
    ("itself", "link"),
    ("device", "/dev/zero"),
    ("terminal", "/dev/tty"),
    ("process", "/proc/self/environ"),
    ("git", "../.git/config"),
    ("home", "~/.ssh/id_rsa"),
    ("windows", "C:\\Windows\\win.ini"),
    ("escape", "\u{1b}[2J"),
    ("newline", "a\nb"),
    ("empty", ""),
];

pub(super) fn register(group: &mut Group<'_>) {
    for (case, target) in LINKS {
        skill(
            group,
            format!("link_{case}"),
            Refused(1, "`link`"),
            move |repo| {
                commit_entry(repo, "120000", b"link", target);
            },
        );
    }
    skill(group, "link_loop", Refused(1, "`a`"), |repo| {
        let (a, b) = (repo.blob("b"), repo.blob("a"));
        commit_entries(repo, &[("120000", "a", &a), ("120000", "b", &b)]);
    });
    skill(group, "link_into_itself", Refused(1, "`a`"), |repo| {
        let here = repo.blob(".");
        commit_entries(repo, &[("120000", "a", &here)]);
    });
    skill(group, "link_through_folder", Refused(1, "`out`"), |repo| {
        let (out, through) = (repo.blob("../.."), repo.blob("out/x"));
        commit_entries(
            repo,
            &[("120000", "out", &out), ("120000", "through", &through)],
        );
    });
    skill(
        group,
        "page_is_a_link",
        Refused(1, "symbolic link"),
        |repo| {
            let target = repo.blob("../../../etc/passwd");
            let tree = repo.raw_tree(&[("120000", "SKILL.md", &target)]);
            commit_skill(repo, &tree);
        },
    );
    skill(
        group,
        "submodule",
        Refused(1, "it is a submodule"),
        |repo| {
            let commit = "1111111111111111111111111111111111111111";
            commit_entries(repo, &[("160000", "module", commit)]);
        },
    );
    entries(group);
    shapes(group);
}

/// Modes, and several entries of one name.
fn entries(group: &mut Group<'_>) {
    for mode in ["100600", "100664", "100777", "104755", "102644"] {
        let executable = mode.ends_with("755") || mode.ends_with("777");
        group.case(format!("mode_{mode}"), move || {
            mode_is_normal(mode, executable);
        });
    }
    skill(
        group,
        "duplicate",
        Refused(1, "duplicate name in its folder"),
        |repo| {
            let (one, two) = (repo.blob("one"), repo.blob("two"));
            commit_entries(repo, &[("100644", "x", &one), ("100644", "x", &two)]);
        },
    );
    skill(
        group,
        "duplicate_page",
        Refused(1, "duplicate name in its folder"),
        |repo| {
            let other = repo.blob("---\nname: evil\ndescription: Other\n---\nOther\n");
            commit_entries(repo, &[("100644", "SKILL.md", &other)]);
        },
    );
    skill(
        group,
        "file_and_folder",
        Refused(1, "duplicate name in its folder"),
        |repo| {
            let blob = repo.blob("one");
            let folder = repo.raw_tree(&[("100644", "x", &blob)]);
            commit_entries(repo, &[("100644", "x", &blob), ("40000", "x", &folder)]);
        },
    );
    skill(
        group,
        "folder_of_link",
        Refused(1, "duplicate name in its folder"),
        |repo| {
            let (link, blob) = (repo.blob("/tmp"), repo.blob("one"));
            let folder = repo.raw_tree(&[("100644", "x", &blob)]);
            commit_entries(repo, &[("120000", "x", &link), ("40000", "x", &folder)]);
        },
    );
}

/// Trees that are empty, deep, or shared.
fn shapes(group: &mut Group<'_>) {
    skill(group, "empty_name", Refused(1, ""), |repo| {
        commit_entry(repo, "100644", b"", "text");
    });
    skill(group, "tree_as_file", Refused(1, ""), |repo| {
        let folder = repo.raw_tree(&[]);
        commit_entries(repo, &[("100644", "x", &folder)]);
    });
    skill(
        group,
        "deep",
        Refused(1, "nested deeper than 16 folders"),
        |repo| {
            let blob = repo.blob("text");
            let mut tree = repo.raw_tree(&[("100644", "file", &blob)]);
            for _ in 0..17 {
                tree = repo.raw_tree(&[("40000", "d", &tree)]);
            }
            commit_entries(repo, &[("40000", "d", &tree)]);
        },
    );
    skill(group, "shared_trees", Refused(1, "limit"), |repo| {
        let blob = repo.blob(PAGE);
        let mut tree = repo.raw_tree(&[("100644", "file", &blob)]);
        let names: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
        for _ in 0..6 {
            let entries = names
                .iter()
                .map(|name| ("40000", name.as_str(), tree.as_str()));
            tree = repo.raw_tree(&entries.collect::<Vec<_>>());
        }
        commit_entries(repo, &[("40000", "d", &tree)]);
    });
    skill(group, "empty_folder", Installed, |repo| {
        let blob = repo.blob("text");
        let folder = repo.raw_tree(&[("100644", "x", &blob)]);
        commit_entries(repo, &[("40000", "folder", &folder)]);
    });
}

/// A file of an odd mode is installed with or without the executable bit, and nothing else.
fn mode_is_normal(mode: &str, executable: bool) {
    use crate::watch::Watch;
    use std::os::unix::fs::PermissionsExt;

    let (context, mut repo, _root) = super::open();
    commit_entry(&mut repo, mode, b"run", "text");
    let outcome = super::run(&context, &["add", "acme/evil/evil"]);
    if outcome.code == Some(0) {
        let file = context.project().join(".github/skills/evil/run");
        let mode = std::fs::metadata(file).unwrap().permissions().mode() & 0o7777;
        let expected = if executable { 0o755 } else { 0o644 };
        assert_eq!(mode, expected, "{mode:o}");
    }
    Watch::over(&context).settle();
}
