//! What is clear and what a person must say.

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

fn verdict(
    ours: &[(&str, &str)],
    base: Option<&[(&str, &str)]>,
    theirs: &[(&str, &str)],
) -> Verdict {
    let sides = Sides {
        ours: lockfile("targets = []", ours),
        theirs: lockfile("targets = []", theirs),
        base: base.map(|base| lockfile("targets = []", base)),
    };
    let [only] = sides.differences().try_into().unwrap();
    only.verdict().clone()
}

#[test]
fn only_what_is_clear_is_taken() {
    let (old, new) = (block("b", '1', ""), block("b", '2', ""));
    let [old, new] = [[("x", old.as_str())], [("x", new.as_str())]];
    let is_newer = |verdict| matches!(verdict, Verdict::Newer { .. });
    assert!(is_newer(verdict(&old, None, &new)));
    assert!(is_newer(verdict(&old, Some(&[]), &new)));
    let takes = |verdict| match verdict {
        Verdict::Take(side, _) => Some(side),
        _ => None,
    };
    assert_eq!(takes(verdict(&old, Some(&old), &new)), Some(Side::Theirs));
    assert_eq!(
        takes(verdict(&[], Some(&old), &old)),
        Some(Side::Ours),
        "removed"
    );
    assert_eq!(
        takes(verdict(&[], Some(&[]), &old)),
        Some(Side::Theirs),
        "added"
    );
    assert_eq!(takes(verdict(&[], None, &old)), Some(Side::Theirs));
    assert_eq!(takes(verdict(&[], Some(&old), &new)), None);
    for other in [
        block("other", '2', ""),
        block("b", '2', "ref = \"main\""),
        block("b", '2', "targets = []"),
        block("b", '2', &format!("edits = \"sha256:{}\"", "1".repeat(64))),
        block("b", '1', "").replace("source", "targets = [\"a\"]\nsource"),
    ] {
        let verdict = verdict(&old, Some(&[]), &[("x", &other)]);
        assert!(matches!(verdict, Verdict::Ask(_)), "{other}: {verdict:?}");
    }
}

#[test]
fn two_spellings_of_one_name_are_one_skill_and_unknown_keys_stay() {
    let ours = block("b", '1', "signed = true");
    let theirs = block("b", '2', "future = 1");
    let sides = Sides {
        ours: lockfile("targets = [\"a\"]\nkept = 1", &[("PDF", &ours)]),
        theirs: lockfile("targets = [\"b\"]\nkept = 1", &[("pdf", &theirs)]),
        base: Some(lockfile("targets = [\"a\", \"b\"]", &[])),
    };
    let differences = sides.differences();
    let names: Vec<&str> = differences.iter().map(Difference::name).collect();
    assert_eq!(names, ["targets", "PDF"]);
    let targets = differences[0].verdict().clone();
    assert_eq!(targets, Verdict::Both(Vec::new()), "each removed one");
    let choices = [
        (&differences[0], targets),
        (&differences[1], Verdict::Take(Side::Theirs, "")),
    ];
    let text = sides.merged(&choices).to_text();
    assert!(text.contains("targets = []\nkept = 1\n"), "{text}");
    assert!(
        text.contains("name = \"pdf\"") && !text.contains("PDF"),
        "{text}"
    );
    assert!(text.contains("future = 1\nsigned = true\n"), "{text}");
}
