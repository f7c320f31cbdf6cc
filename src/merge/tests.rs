use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

const LABELS: Labels<'static> = Labels {
    ours: "ours",
    theirs: "theirs",
};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

fn files<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Files {
    let files = given.into_iter().map(|(path, text)| {
        let file = File {
            mode: FileMode::Regular,
            bytes: text.as_bytes().into(),
        };
        (SkillPath::parse(path).unwrap(), file)
    });
    files.collect()
}

/// Returns the conflicts as `PATH: SENTENCE`.
fn sentences(merged: &Merged) -> Vec<String> {
    let lines = merged.conflicts.iter();
    lines
        .map(|conflict| format!("{}: {}", conflict.path, conflict.kind))
        .collect()
}

/// Checks the conflicts, and the files with markers, of ours, and of theirs.
fn check(base: &Files, ours: &Files, theirs: &Files, conflicts: &[&str], left: [&Files; 3]) {
    let merged = merge(base, ours, theirs, LABELS, OnConflict::Stop);
    assert_eq!(sentences(&merged), conflicts);
    let reactions = [OnConflict::Markers, OnConflict::Ours, OnConflict::Theirs];
    for (on_conflict, expected) in reactions.into_iter().zip(left) {
        let merged = merge(base, ours, theirs, LABELS, on_conflict);
        assert_eq!(&merged.files, expected, "{on_conflict:?}");
        assert_eq!(sentences(&merged), conflicts, "{on_conflict:?}");
    }
}

#[test]
fn edit_follows_rename_of_other_side() {
    let edited = TEXT.replace("six", "6");
    let base = files([("a.md", TEXT)]);
    let edit = files([("a.md", edited.as_str())]);
    let renamed = files([("references/b.md", TEXT)]);
    let expected = files([("references/b.md", edited.as_str())]);
    for (ours, theirs) in [(&edit, &renamed), (&renamed, &edit)] {
        let merged = merge(&base, ours, theirs, LABELS, OnConflict::Stop);
        assert_eq!(merged.files, expected);
        assert!(merged.conflicts.is_empty());
    }
}

#[test]
fn changes_of_same_lines_conflict_with_hunk() {
    let [here, there] = ["2", "II"].map(|two| TEXT.replace("two", two));
    let base = files([("a.md", TEXT)]);
    let ours = files([("a.md", here.as_str())]);
    let theirs = files([("a.md", there.as_str())]);
    let hunk = "<<<<<<< ours\n2\n=======\nII\n>>>>>>> theirs\n";
    let marked = TEXT.replace("two\n", hunk);
    let sentence = "a.md: both sides changed the same lines";
    let left = [&files([("a.md", marked.as_str())]), &ours, &theirs];
    check(&base, &ours, &theirs, &[sentence], left);
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert_eq!(merged.conflicts[0].hunks, [hunk]);
}

#[test]
fn edit_and_deletion_conflict() {
    let base = files([("a.md", TEXT)]);
    let (edited, gone) = (files([("a.md", "new\n")]), Files::new());
    let sentence = "a.md: it was edited here and deleted there";
    check(
        &base,
        &edited,
        &gone,
        &[sentence],
        [&edited, &edited, &gone],
    );
    let sentence = "a.md: it was deleted here and edited there";
    check(&base, &gone, &edited, &[sentence], [&gone, &gone, &edited]);
}

#[test]
fn two_renames_conflict_and_keep_both_edits() {
    let base = files([("a.md", TEXT)]);
    let [here, there] = [("one", "1"), ("six", "6")].map(|(from, to)| TEXT.replace(from, to));
    let both = here.replace("six", "6");
    let ours = files([("b.md", here.as_str())]);
    let theirs = files([("c.md", there.as_str())]);
    let sentence = "a.md: it was renamed to `b.md` here and to `c.md` there";
    let [kept, taken] = ["b.md", "c.md"].map(|path| files([(path, both.as_str())]));
    check(&base, &ours, &theirs, &[sentence], [&kept, &kept, &taken]);
}

#[test]
fn rename_and_deletion_conflict() {
    let base = files([("a.md", TEXT)]);
    let (renamed, gone) = (files([("b.md", TEXT)]), Files::new());
    let sentence = ["b.md: it was renamed from `a.md` on one side and deleted on the other"];
    check(
        &base,
        &renamed,
        &gone,
        &sentence,
        [&renamed, &renamed, &gone],
    );
    check(&base, &gone, &renamed, &sentence, [&gone, &gone, &renamed]);
}

#[test]
fn binary_files_conflict_and_modes_are_merged() {
    let base = files([("logo.png", "\0old")]);
    let ours = files([("logo.png", "\0mine")]);
    let mut theirs = files([("logo.png", "\0theirs")]);
    for file in theirs.values_mut() {
        file.mode = FileMode::Executable;
    }
    let mut kept = ours.clone();
    for file in kept.values_mut() {
        file.mode = FileMode::Executable;
    }
    let sentence = "logo.png: both sides changed it, and it is not text";
    check(&base, &ours, &theirs, &[sentence], [&kept, &kept, &theirs]);
}

#[test]
fn too_large_file_is_not_merged() {
    let large = "line\n".repeat((16 << 20) / 5 + 2);
    let [base, ours, theirs] =
        ["a", "b", "c"].map(|end| files([("a.txt", &*format!("{large}{end}"))]));
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert_eq!(
        sentences(&merged),
        ["a.txt: both sides changed it, and it is too large to merge"]
    );
}

/// The work is bounded for 2,000 renamed and changed files.
#[test]
fn rename_detection_of_many_files_is_bounded() {
    let many = |folder: &str, line: &str| -> Files {
        let files = (0..2000).map(|at| {
            let path = SkillPath::parse(&format!("{folder}/{at}{folder}.txt")).unwrap();
            let bytes = format!("{line} {at}\n").repeat(100).into_bytes();
            let mode = FileMode::Regular;
            (
                path,
                File {
                    mode,
                    bytes: bytes.into(),
                },
            )
        });
        files.collect()
    };
    let [base, ours, theirs] = [many("a", "x"), many("b", "x"), many("c", "x")];
    let begun = std::time::Instant::now();
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert_eq!(merged.conflicts.len(), 2000);
    let [ours, theirs] = [many("b", "y"), many("c", "z")];
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert!(merged.conflicts.is_empty());
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn files_of_returns_files_in_memory() {
    let room = tempfile::tempdir().unwrap();
    let objects = Objects::create(&room.path().join("empty.git")).unwrap();
    let given = files([("SKILL.md", TEXT), ("a/b.md", ""), ("a.md", "x")]);
    let list = given
        .iter()
        .rev()
        .map(|(path, file)| (path.clone(), file.mode, file.bytes.to_vec()));
    let tree = SkillTree::of_files(list).unwrap();
    assert_eq!(files_of(&tree, &objects).unwrap(), given);
    let sizes: Vec<_> = tree
        .sizes()
        .map(|(file, size)| (file.path.as_str(), size))
        .collect();
    assert_eq!(sizes, [("SKILL.md", 28), ("a.md", 1), ("a/b.md", 0)]);
}

fn some_files() -> impl Strategy<Value = Files> {
    let path = prop_oneof![
        Just("SKILL.md"),
        Just("a.md"),
        Just("A.md"),
        Just("x"),
        Just("x/a.md"),
        Just("x/y.md"),
        Just("z/a.md")
    ];
    let path = path.prop_map(|path| SkillPath::parse(path).unwrap());
    let bytes = prop_oneof![
        4 => vec("[a-d]{1,2}\r?\n?", 0..8).prop_map(|lines| lines.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..20),
    ];
    let mode = prop_oneof![3 => Just(FileMode::Regular), 1 => Just(FileMode::Executable)];
    let file = (bytes, mode).prop_map(|(bytes, mode)| File {
        mode,
        bytes: bytes.into(),
    });
    let is_valid = |files: &Files| {
        let is_file = |path: &str| files.contains_key(&SkillPath::parse(path).unwrap());
        !is_file("x") || !is_file("x/a.md") && !is_file("x/y.md")
    };
    btree_map(path, file, 0..5).prop_filter("a file and a folder of one name", is_valid)
}

fn any_on_conflict() -> impl Strategy<Value = OnConflict> {
    prop_oneof![
        Just(OnConflict::Stop),
        Just(OnConflict::Markers),
        Just(OnConflict::Ours),
        Just(OnConflict::Theirs)
    ]
}

/// Returns a text with tagged lines that only this side has.
fn tagged(lines: &[(bool, bool)], tag: &str, mine: impl Fn(&(bool, bool)) -> bool) -> String {
    let lines = lines
        .iter()
        .enumerate()
        .map(|(at, changed)| match mine(changed) {
            true => format!("line {at}\n{tag} {at}\n"),
            false => format!("line {at}\n"),
        });
    lines.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changes_of_one_side_are_applied(base in some_files(), side in some_files(), on_conflict in any_on_conflict()) {
        for (ours, theirs) in [(&base, &side), (&side, &base), (&side, &side)] {
            let merged = merge(&base, ours, theirs, LABELS, on_conflict);
            prop_assert_eq!(&merged.files, &side);
            prop_assert!(merged.conflicts.is_empty());
        }
    }

    #[test]
    fn swapped_sides_have_same_conflicts(base in some_files(), ours in some_files(), theirs in some_files()) {
        let paths = |merged: Merged| -> Vec<String> {
            merged.conflicts.into_iter().map(|conflict| conflict.path).collect()
        };
        let one = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
        let other = merge(&base, &theirs, &ours, LABELS, OnConflict::Stop);
        if one.conflicts.is_empty() {
            prop_assert_eq!(&one.files, &other.files);
        }
        prop_assert_eq!(paths(one), paths(other));
    }

    #[test]
    fn added_lines_are_not_lost(
        lines in vec((any::<bool>(), any::<bool>()), 1..20), renamed in any::<bool>(),
    ) {
        let base = tagged(&lines, "", |_| false);
        let ours = tagged(&lines, "ours", |(ours, _)| *ours);
        let theirs = tagged(&lines, "theirs", |(_, theirs)| *theirs);
        let name = if renamed { "b.md" } else { "a.md" };
        let [base, ours_files, theirs_files] =
            [("a.md", &base), ("a.md", &ours), (name, &theirs)].map(|(path, text)| files([(path, text.as_str())]));
        let merged = merge(&base, &ours_files, &theirs_files, LABELS, OnConflict::Markers);
        let text: String = merged.files.values().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
        for line in ours.lines().chain(theirs.lines()) {
            prop_assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
    }
}
