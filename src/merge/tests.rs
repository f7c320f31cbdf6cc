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

/// The conflicts as `PATH: SENTENCE`.
fn told(merged: &Merged) -> Vec<String> {
    let lines = merged.conflicts.iter();
    lines
        .map(|conflict| format!("{}: {}", conflict.path, conflict.kind))
        .collect()
}

/// Merges with nobody to win, then with each, and expects these sentences and files of it.
fn settled(base: &Files, ours: &Files, theirs: &Files, conflicts: &[&str], left: [&Files; 3]) {
    let merged = merge(base, ours, theirs, LABELS, OnConflict::Stop);
    assert_eq!(told(&merged), conflicts);
    let reactions = [OnConflict::Markers, OnConflict::Ours, OnConflict::Theirs];
    for (on_conflict, expected) in reactions.into_iter().zip(left) {
        let merged = merge(base, ours, theirs, LABELS, on_conflict);
        assert_eq!(&merged.files, expected, "{on_conflict:?}");
        assert_eq!(told(&merged), conflicts, "{on_conflict:?}");
    }
}

#[test]
fn an_edit_follows_the_file_that_the_other_side_renamed() {
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
fn the_same_lines_changed_are_a_conflict_with_its_hunk() {
    let [here, there] = ["2", "II"].map(|two| TEXT.replace("two", two));
    let base = files([("a.md", TEXT)]);
    let ours = files([("a.md", here.as_str())]);
    let theirs = files([("a.md", there.as_str())]);
    let hunk = "<<<<<<< ours\n2\n=======\nII\n>>>>>>> theirs\n";
    let marked = TEXT.replace("two\n", hunk);
    let sentence = "a.md: both sides changed the same lines";
    let left = [&files([("a.md", marked.as_str())]), &ours, &theirs];
    settled(&base, &ours, &theirs, &[sentence], left);
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert_eq!(merged.conflicts[0].hunks, [hunk]);
}

#[test]
fn an_edit_and_a_deletion_are_a_conflict_that_ours_wins() {
    let base = files([("a.md", TEXT)]);
    let (edited, gone) = (files([("a.md", "new\n")]), Files::new());
    let sentence = "a.md: it was edited here and deleted there";
    settled(
        &base,
        &edited,
        &gone,
        &[sentence],
        [&edited, &edited, &gone],
    );
    let sentence = "a.md: it was deleted here and edited there";
    settled(&base, &gone, &edited, &[sentence], [&gone, &gone, &edited]);
}

#[test]
fn two_names_for_one_file_are_a_conflict_and_keep_the_edits_of_both() {
    let base = files([("a.md", TEXT)]);
    let [here, there] = [("one", "1"), ("six", "6")].map(|(from, to)| TEXT.replace(from, to));
    let both = here.replace("six", "6");
    let ours = files([("b.md", here.as_str())]);
    let theirs = files([("c.md", there.as_str())]);
    let sentence = "a.md: it was renamed to `b.md` here and to `c.md` there";
    let [kept, taken] = ["b.md", "c.md"].map(|path| files([(path, both.as_str())]));
    settled(&base, &ours, &theirs, &[sentence], [&kept, &kept, &taken]);
}

#[test]
fn a_rename_and_a_deletion_are_a_conflict() {
    let base = files([("a.md", TEXT)]);
    let (renamed, gone) = (files([("b.md", TEXT)]), Files::new());
    let sentence = ["b.md: it was renamed from `a.md` on one side and deleted on the other"];
    settled(
        &base,
        &renamed,
        &gone,
        &sentence,
        [&renamed, &renamed, &gone],
    );
    settled(&base, &gone, &renamed, &sentence, [&gone, &gone, &renamed]);
}

#[test]
fn what_is_no_text_is_a_conflict_and_the_mode_is_merged_for_itself() {
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
    settled(&base, &ours, &theirs, &[sentence], [&kept, &kept, &theirs]);
}

#[test]
fn a_file_over_the_limit_is_not_merged() {
    let large = "line\n".repeat((16 << 20) / 5 + 2);
    let [base, ours, theirs] =
        ["a", "b", "c"].map(|end| files([("a.txt", &*format!("{large}{end}"))]));
    let merged = merge(&base, &ours, &theirs, LABELS, OnConflict::Stop);
    assert_eq!(
        told(&merged),
        ["a.txt: both sides changed it, and it is too large to merge"]
    );
}

/// A thousand files that all moved and changed, 4 MiB of them: the work is bounded.
#[test]
fn very_many_renames_are_not_looked_for_without_end() {
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
fn files_in_memory_come_back_from_their_tree() {
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
    let can_lie = |files: &Files| {
        let is_file = |path: &str| files.contains_key(&SkillPath::parse(path).unwrap());
        !is_file("x") || !is_file("x/a.md") && !is_file("x/y.md")
    };
    btree_map(path, file, 0..5).prop_filter("a file and a folder of one name", can_lie)
}

fn any_on_conflict() -> impl Strategy<Value = OnConflict> {
    prop_oneof![
        Just(OnConflict::Stop),
        Just(OnConflict::Markers),
        Just(OnConflict::Ours),
        Just(OnConflict::Theirs)
    ]
}

/// A text with a tag in some of its lines, which no other side has.
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
    fn what_only_one_side_did_is_done(base in some_files(), side in some_files(), on_conflict in any_on_conflict()) {
        for (ours, theirs) in [(&base, &side), (&side, &base), (&side, &side)] {
            let merged = merge(&base, ours, theirs, LABELS, on_conflict);
            prop_assert_eq!(&merged.files, &side);
            prop_assert!(merged.conflicts.is_empty());
        }
    }

    #[test]
    fn the_sides_may_be_swapped(base in some_files(), ours in some_files(), theirs in some_files()) {
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
    fn no_line_that_only_one_side_added_is_lost(
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
