//! Merges of the files of a skill, compared with `git merge-tree`.
//!
//! All cases share four processes of git: one imports the commits, and one merges for each option.
//!
//! Two features of git are switched off. It detects that a whole folder was renamed, and moves new files of the other side
//! to it (`merge.directoryRenames`), which is a guess. And it compares lines by "histogram", but `git merge-file` and
//! mdskill by Myers' algorithm.

use crate::support::sealed;
use mdskill::digest::FileMode;
use mdskill::merge::{File, Files, Labels, Merged, OnConflict, merge};
use mdskill_git::objects::{blob_id, tree_id};
use mdskill_lint::path::{SkillPath, collision};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const LABELS: Labels<'static> = Labels {
    ours: "ours",
    theirs: "theirs",
};

/// Base, ours, theirs.
type Case = [Files; 3];

/// The result of git: whether there is no conflict, and the merged tree.
struct Answer {
    is_clean: bool,
    tree: String,
}

fn git(context: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut git = sealed::command("git", context);
    git.args(["-c", "merge.directoryRenames=false", "-C"]);
    git.arg(context).args(arguments);
    git.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = git.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", done.status);
    done.stdout
}

/// Commits the base and both sides of each case, and returns the ids.
fn commits(context: &Path, cases: &[Case]) -> Vec<[String; 3]> {
    git(context, &["init", "--quiet", "--bare"], b"");
    let mut stream: Vec<u8> = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        for (side, files) in case.iter().enumerate() {
            let base = at * 3 + 1;
            let from = if side == 0 {
                String::new()
            } else {
                format!("from :{base}\n")
            };
            let mark = base + side;
            let author = "committer A <a@example.org> 1700000000 +0000";
            let head = format!(
                "reset refs/heads/case\n\ncommit refs/heads/case\nmark :{mark}\n{author}\ndata 0\n{from}deleteall\n"
            );
            stream.extend_from_slice(head.as_bytes());
            for (path, file) in files {
                let line = format!(
                    "M {} inline \"{path}\"\ndata {}\n",
                    file.mode,
                    file.bytes.len()
                );
                stream.extend_from_slice(line.as_bytes());
                stream.extend_from_slice(&file.bytes);
                stream.push(b'\n');
            }
        }
    }
    let arguments = ["fast-import", "--quiet", "--force", "--export-marks=marks"];
    git(context, &arguments, &stream);
    let marks = std::fs::read_to_string(context.join("marks")).unwrap();
    let mut ids = vec![[const { String::new() }; 3]; cases.len()];
    for line in marks.lines() {
        let (mark, id) = line.trim_start_matches(':').split_once(' ').unwrap();
        let mark = mark.parse::<usize>().unwrap() - 1;
        id.clone_into(&mut ids[mark / 3][mark % 3]);
    }
    ids
}

/// Merges each pair with git.
fn by_git(context: &Path, ids: &[[String; 3]], on_conflict: OnConflict) -> Vec<Answer> {
    let mut arguments = vec![
        "merge-tree",
        "--write-tree",
        "--stdin",
        "-z",
        "--name-only",
        "--no-messages",
        "-X",
        "diff-algorithm=myers",
    ];
    match on_conflict {
        OnConflict::Ours => arguments.extend(["-X", "ours"]),
        OnConflict::Theirs => arguments.extend(["-X", "theirs"]),
        OnConflict::Stop | OnConflict::Markers => {}
    }
    let pairs: Vec<String> = ids
        .iter()
        .map(|[_, ours, theirs]| format!("{ours} {theirs}\n"))
        .collect();
    let output = git(context, &arguments, pairs.concat().as_bytes());
    let mut fields = output
        .split(|byte| *byte == 0)
        .map(|field| String::from_utf8_lossy(field).into_owned());
    ids.iter()
        .map(|_| {
            let is_clean = fields.next().unwrap() == "1";
            let tree = fields.next().unwrap();
            // The files in conflict, up to an empty field.
            while fields.next().is_some_and(|name| !name.is_empty()) {}
            Answer { is_clean, tree }
        })
        .collect()
}

fn tree_of(files: &Files) -> String {
    let ids: Vec<_> = files
        .iter()
        .map(|(path, file)| (path.as_str(), file.mode, blob_id(&file.bytes).unwrap()))
        .collect();
    tree_id(&ids).unwrap().to_string()
}

fn shown(files: &Files) -> String {
    let lines = files.iter().map(|(path, file)| {
        let text = String::from_utf8_lossy(&file.bytes);
        format!(
            "  {} {path}: {}\n",
            file.mode.number() & 0o777,
            text.escape_debug()
        )
    });
    lines.collect()
}

fn describe(
    context: &Path,
    case: &Case,
    ids: &[String; 3],
    merged: &Merged,
    answer: &Answer,
) -> String {
    let [base, ours, theirs] = case.each_ref().map(shown);
    let tree = git(context, &["ls-tree", "-r", &answer.tree], b"");
    let mut merge_tree = sealed::command("git", context);
    merge_tree
        .args(["-c", "merge.directoryRenames=false", "-C"])
        .arg(context);
    merge_tree.args([
        "merge-tree",
        "--write-tree",
        "-X",
        "diff-algorithm=myers",
        &ids[1],
        &ids[2],
    ]);
    let messages = merge_tree.output().unwrap().stdout;
    format!(
        "base:\n{base}ours:\n{ours}theirs:\n{theirs}merged:\n{}conflicts: {:#?}\ngit's tree:\n{}git says:\n{}",
        shown(&merged.files),
        merged.conflicts,
        String::from_utf8_lossy(&tree),
        String::from_utf8_lossy(&messages),
    )
}

/// Compares all cases, and prints the smallest that differs.
fn compare(cases: &[Case]) -> [usize; 2] {
    let context = tempfile::tempdir().unwrap();
    let context = context.path();
    let ids = commits(context, cases);
    let mut clean_and_not = [0, 0];
    for on_conflict in [OnConflict::Stop, OnConflict::Ours, OnConflict::Theirs] {
        let answers = by_git(context, &ids, on_conflict);
        let mut differ = Vec::new();
        for ((case, ids), answer) in cases.iter().zip(&ids).zip(&answers) {
            let [base, ours, theirs] = case;
            let merged = merge(base, ours, theirs, LABELS, on_conflict);
            let paths = merged.files.keys().map(SkillPath::as_str);
            let is_clean = merged.conflicts.is_empty() && collision(paths).is_none();
            let agrees = match on_conflict {
                OnConflict::Stop if answer.is_clean => {
                    is_clean && tree_of(&merged.files) == answer.tree
                }
                OnConflict::Stop => !is_clean,
                // git leaves some conflicts open in spite of the option.
                _ => !answer.is_clean || tree_of(&merged.files) == answer.tree,
            };
            clean_and_not[usize::from(!answer.is_clean)] += 1;
            if !agrees {
                differ.push((
                    shown(base) + &shown(ours) + &shown(theirs),
                    describe(context, case, ids, &merged, answer),
                ));
            }
        }
        differ.sort_by_key(|(size, _)| size.len());
        let smallest = differ.first().map(|(_, text)| text.as_str());
        assert!(
            differ.is_empty(),
            "{} of {} differ with {on_conflict:?}, such as\n{}",
            differ.len(),
            cases.len(),
            smallest.unwrap()
        );
    }
    clean_and_not
}

/// Paths without case collisions; some are a file on one side and a folder on the other.
const PATHS: &[&str] = &[
    "SKILL.md",
    "a.md",
    "b.md",
    "notes",
    "notes/a.md",
    "notes/c.md",
    "references/a.md",
    "references/d.md",
    "scripts/run.sh",
    "scripts/deep/run.sh",
    "x/y/z.txt",
];

/// A change of one file on one side.
#[derive(Debug, Clone)]
enum Act {
    Edit(prop::sample::Index, prop::sample::Index, usize, Vec<u8>),
    Delete(prop::sample::Index),
    Rename(prop::sample::Index, usize),
    Add(usize, Vec<u8>, bool),
    Mode(prop::sample::Index),
    Fill(prop::sample::Index, Vec<u8>),
}

/// A text with unique lines, a very short text, an empty file, or a binary file.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let long = (0..6_u8, 4..12_usize).prop_map(|(kind, lines)| {
        let lines = (0..lines).map(|line| format!("line {line} of the text number {kind}\n"));
        lines.collect::<String>().into_bytes()
    });
    prop_oneof![
        8 => long,
        1 => "[ab]\n".prop_map(String::into_bytes),
        1 => Just(Vec::new()),
        1 => (0..3_u8, 1..4_usize).prop_map(|(kind, times)| [b"\0binary \n", [kind].as_slice()].concat().repeat(times)),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<prop::sample::Index>;
    let line = prop_oneof![
        Just(Vec::new()),
        "[a-c]{1,3}\n".prop_map(String::into_bytes)
    ];
    prop_oneof![
        6 => (index(), index(), 0..3_usize, line).prop_map(|(file, at, gone, new)| Act::Edit(file, at, gone, new)),
        2 => index().prop_map(Act::Delete),
        3 => (index(), 0..PATHS.len()).prop_map(|(file, to)| Act::Rename(file, to)),
        2 => (0..PATHS.len(), content(), any::<bool>()).prop_map(|(path, bytes, mode)| Act::Add(path, bytes, mode)),
        1 => index().prop_map(Act::Mode),
        1 => (index(), content()).prop_map(|(file, bytes)| Act::Fill(file, bytes)),
    ]
}

fn put(files: &mut Files, path: &str, file: File) {
    let is_below = |one: &str, other: &str| {
        one.strip_prefix(other)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let is_blocked = files
        .keys()
        .any(|other| is_below(other.as_str(), path) || is_below(path, other.as_str()));
    if !is_blocked {
        files.entry(SkillPath::parse(path).unwrap()).or_insert(file);
    }
}

fn file(bytes: &[u8], is_executable: bool) -> File {
    let mode = if is_executable {
        FileMode::Executable
    } else {
        FileMode::Regular
    };
    File {
        mode,
        bytes: bytes.into(),
    }
}

fn apply(files: &mut Files, act: &Act) {
    let chosen = |files: &Files, index: &prop::sample::Index| match files.is_empty() {
        true => None,
        false => files.keys().nth(index.index(files.len())).cloned(),
    };
    match act {
        Act::Edit(index, at, gone, new) => {
            let Some(path) = chosen(files, index) else {
                return;
            };
            let file = files.get_mut(&path).unwrap();
            let mut lines: Vec<Vec<u8>> = file
                .bytes
                .split_inclusive(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect();
            let at = at.index(lines.len() + 1);
            let end = (at + gone).min(lines.len());
            lines.splice(at..end, [new.clone()]);
            file.bytes = lines.concat().into();
        }
        Act::Delete(index) => {
            if let Some(path) = chosen(files, index) {
                files.remove(&path);
            }
        }
        Act::Rename(index, to) => {
            let Some(path) = chosen(files, index) else {
                return;
            };
            let file = files.remove(&path).unwrap();
            put(files, PATHS[*to], file.clone());
            // The path is taken: the file stays.
            if !files.values().any(|other| other == &file) {
                files.insert(path, file);
            }
        }
        Act::Add(path, bytes, mode) => put(files, PATHS[*path], file(bytes, *mode)),
        Act::Mode(index) => {
            let Some(path) = chosen(files, index) else {
                return;
            };
            let found = files.get_mut(&path).unwrap();
            *found = file(&found.bytes, found.mode == FileMode::Regular);
        }
        Act::Fill(index, bytes) => {
            if let Some(path) = chosen(files, index) {
                files.get_mut(&path).unwrap().bytes = bytes.as_slice().into();
            }
        }
    }
}

fn case() -> impl Strategy<Value = Case> {
    let base = vec((0..PATHS.len(), content(), any::<bool>()), 1..6);
    (base, vec(act(), 1..6), vec(act(), 1..6)).prop_map(|(base, ours, theirs)| {
        let mut files = Files::new();
        for (path, bytes, mode) in base {
            put(&mut files, PATHS[path], file(&bytes, mode));
        }
        let after = |acts: &[Act]| {
            let mut files = files.clone();
            for act in acts {
                apply(&mut files, act);
            }
            files
        };
        [files.clone(), after(&ours), after(&theirs)]
    })
}

/// Whether one side lacks two files with the same content. Which of them was renamed is ambiguous, and git's choice depends
/// on the folders that it reads.
fn lacks_two_identical_files([base, ours, theirs]: &Case) -> bool {
    [ours, theirs].iter().any(|side| {
        let gone = base
            .iter()
            .filter(|(path, file)| !file.bytes.is_empty() && !side.contains_key(*path));
        let mut contents: Vec<_> = gone.map(|(_, file)| &file.bytes).collect();
        contents.sort();
        contents.windows(2).any(|two| two[0] == two[1])
    })
}

/// Whether both sides have the same new file, and one of them lacks a file that the other kept. If git detects the new file
/// as a rename, it ignores that the other side has it, too; mdskill reports a conflict.
fn has_rename_to_identical_file([base, ours, theirs]: &Case) -> bool {
    let is_new_and_same =
        |path: &SkillPath| !base.contains_key(path) && ours.get(path) == theirs.get(path);
    ours.keys().any(is_new_and_same)
        && base
            .keys()
            .any(|path| ours.contains_key(path) != theirs.contains_key(path))
}

#[test]
fn merged_files_equal_those_of_git() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let strategy = case();
    let cases: Vec<Case> = (0..2000)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .filter(|case| !lacks_two_identical_files(case) && !has_rename_to_identical_file(case))
        .collect();
    let [clean, in_conflict] = compare(&cases);
    // The comparison is only meaningful with many cases of both kinds.
    assert!(
        clean > 1000 && in_conflict > 1000,
        "{clean} clean, {in_conflict} in conflict"
    );
}
