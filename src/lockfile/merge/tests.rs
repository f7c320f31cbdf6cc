//! Tests for differences that are resolved without a question.

use super::*;

const TREE: &str = "993d10828bde72457893b68f6055274d5095558b";

fn lockfile(top: &str, blocks: &[(&str, &str)]) -> Lockfile {
    let block = |(name, more): &(&str, &str)| {
        let digest = "9".repeat(64);
        format!(
            "[[skill]]\nname = \"{name}\"\npath = \"\"\ntree = \"{TREE}\"\ndigest = \"sha256:{digest}\"\n{more}\n"
        )
    };
    let blocks: Vec<String> = blocks.iter().map(block).collect();
    let text = format!("version = 1\n{top}\n{}", blocks.concat());
    Lockfile::parse(&text).unwrap()
}

fn block(source: &str, commit: char, more: &str) -> String {
    let commit = commit.to_string().repeat(40);
    format!("source = \"github:a/{source}\"\ncommit = \"{commit}\"\n{more}")
}

type Blocks<'a> = &'a [(&'a str, &'a str)];

/// The side that is chosen for the only difference.
fn side(ours: Blocks<'_>, base: Blocks<'_>, theirs: Blocks<'_>) -> Option<Side> {
    let sides = Sides {
        ours: lockfile("targets = []", ours),
        theirs: lockfile("targets = []", theirs),
        base: lockfile("targets = []", base),
    };
    let (merged, differences) = sides.merge(|_| None, None);
    let [only] = differences.try_into().unwrap();
    let expected = match only.side {
        Some(Side::Theirs) => &sides.theirs,
        _ => &sides.ours,
    };
    assert_eq!(&merged, expected);
    only.side
}

#[test]
fn side_is_chosen_if_only_it_changed_the_skill() {
    let (old, new) = (block("b", '1', ""), block("b", '2', "ref = \"main\""));
    let [old, new] = [[("x", old.as_str())], [("x", new.as_str())]];
    let (ours, theirs) = (Some(Side::Ours), Some(Side::Theirs));
    assert_eq!(side(&old, &old, &new), theirs, "updated");
    assert_eq!(side(&new, &old, &old), ours, "updated");
    assert_eq!(side(&[], &old, &old), ours, "removed");
    assert_eq!(side(&old, &old, &[]), theirs, "removed");
    assert_eq!(side(&[], &[], &old), theirs, "added");
    assert_eq!(side(&old, &[], &[]), ours, "added");
    assert_eq!(side(&[], &old, &new), None);
    assert_eq!(side(&new, &old, &[]), None);
    assert_eq!(side(&old, &[], &new), None);
    let same_files = block("b", '2', "");
    assert_eq!(side(&old, &[], &[("x", &same_files)]), ours);
    for other in [
        block("other", '1', ""),
        block("b", '1', "ref = \"main\""),
        block("b", '1', "targets = []"),
        block("b", '1', &format!("edits = \"sha256:{}\"", "1".repeat(64))),
        block("b", '1', "unknown = 1"),
    ] {
        assert_eq!(side(&old, &[], &[("x", &other)]), None, "{other}");
    }
    assert_eq!(side(&old, &[], &[("X", old[0].1)]), None, "spelling");
}

#[test]
fn names_that_differ_in_case_are_one_skill_and_targets_are_united() {
    let ours = block("b", '1', "signed = true");
    let theirs = block("b", '2', "future = 1");
    let sides = Sides {
        ours: lockfile("targets = [\"a\", \"c\"]\nkept = 1", &[("PDF", &ours)]),
        theirs: lockfile(
            "targets = [\"b\", \"d\"]\nkept = 1\nnew = 2",
            &[("pdf", &theirs)],
        ),
        base: lockfile("targets = [\"a\", \"b\"]", &[]),
    };
    let (_, differences) = sides.merge(|_| None, None);
    let found: Vec<_> = differences
        .iter()
        .map(|difference| (difference.name.as_str(), difference.side))
        .collect();
    assert_eq!(found, [("PDF", None)]);
    let chosen = sides.merge(|name| (name == "PDF").then_some(Side::Theirs), None);
    let rest = sides.merge(|_| None, Some(Side::Theirs));
    assert_eq!(chosen.0, rest.0);
    let text = rest.0.to_text();
    assert!(
        text.contains("targets = [\"c\", \"d\"]\nkept = 1\nnew = 2\n"),
        "{text}"
    );
    assert!(
        text.contains("name = \"pdf\"") && !text.contains("PDF"),
        "{text}"
    );
    assert!(text.contains("future = 1\n"), "{text}");
}
