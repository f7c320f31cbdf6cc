//! Merges of a text, compared with `git merge-file`.

use crate::support::sealed;
use mdskill::merge::{File, Files, Labels, OnConflict, merge};
use mdskill_git::merge_file::{Taken, merge_file};
use mdskill_lint::path::SkillPath;
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;

const LABELS: Labels<'static> = Labels {
    ours: "your edits",
    theirs: "acme/skills@v2",
};

/// Returns git's merge of three texts, and its number of conflicts.
fn by_git(context: &Path, texts: [&[u8]; 3], taken: Taken) -> (Vec<u8>, usize) {
    let [base, ours, theirs] = texts;
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(context.join(name), text).unwrap();
    }
    let mut git = sealed::command("git", context);
    git.args(["merge-file", "-p", "-q", "-L", LABELS.ours]);
    git.args(["-L", "base", "-L", LABELS.theirs]);
    match taken {
        Taken::Marked => &mut git,
        Taken::Ours => git.arg("--ours"),
        Taken::Theirs => git.arg("--theirs"),
    };
    let done = git.args(["ours", "base", "theirs"]).current_dir(context);
    let done = done.output().unwrap();
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(stderr.is_empty(), "{stderr}");
    let conflicts = done
        .status
        .code()
        .and_then(|code| usize::try_from(code).ok());
    (done.stdout, conflicts.unwrap())
}

fn files(text: &[u8]) -> Files {
    let file = File {
        mode: mdskill::digest::FileMode::Regular,
        bytes: text.into(),
    };
    Files::from([(SkillPath::parse("SKILL.md").unwrap(), file)])
}

/// Compares the merge of three texts with that of git.
fn compare(context: &Path, texts: [&[u8]; 3], taken: Taken) {
    let [base, ours, theirs] = texts;
    let (expected, conflicts) = by_git(context, texts, taken);
    let merged = merge_file(base, ours, theirs, LABELS, taken).unwrap();
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&merged.bytes), shown(&expected));
    assert_eq!(merged.bytes, expected);
    assert_eq!(merged.is_clean, conflicts == 0);
    if taken != Taken::Marked {
        return;
    }
    let whole = merge(
        &files(base),
        &files(ours),
        &files(theirs),
        LABELS,
        OnConflict::Markers,
    );
    let hunks: usize = whole
        .conflicts
        .iter()
        .map(|conflict| conflict.hunks.len())
        .sum();
    assert_eq!(hunks, conflicts);
    assert_eq!(whole.files, files(&expected));
    for hunk in whole.conflicts.iter().flat_map(|conflict| &conflict.hunks) {
        assert!(shown(&expected).contains(hunk.as_str()), "{hunk}");
    }
}

/// Lines that repeat, empty lines, and lines that look like git's markers.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-e]",
        2 => Just(String::new()),
        1 => "[{}*-]",
        1 => "    [xy]\\(\\)",
        1 => prop_oneof![Just("<<<<<<< HEAD"), Just("======="), Just(">>>>>>> x"), Just("=======x")]
            .prop_map(str::to_owned),
    ]
}

/// A change: its position, the number of removed lines, and the new lines.
fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<String>)> {
    (any::<prop::sample::Index>(), 0..3_usize, vec(line(), 0..3))
}

fn edited(base: &[String], edits: &[(prop::sample::Index, usize, Vec<String>)]) -> Vec<String> {
    let mut lines = base.to_vec();
    for (at, gone, new) in edits {
        let at = at.index(lines.len() + 1);
        let end = (at + gone).min(lines.len());
        lines.splice(at..end, new.iter().cloned());
    }
    lines
}

/// Joins lines with LF (0), CRLF (1), or a mix (2), with or without a final line end.
fn text(lines: &[String], ends: u8, last: bool) -> Vec<u8> {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let is_crlf = ends == 1 || ends == 2 && line.len() % 2 == 0;
        text.push_str(line);
        if last || at + 1 < lines.len() {
            text.push_str(if is_crlf { "\r\n" } else { "\n" });
        }
    }
    text.into_bytes()
}

fn triple() -> impl Strategy<Value = [Vec<u8>; 3]> {
    let ends = || {
        (
            prop_oneof![6 => Just(0_u8), 2 => Just(1), 1 => Just(2)],
            any::<bool>(),
        )
    };
    let same_ends = ends().prop_map(|ends| [ends; 3]);
    let ends = prop_oneof![2 => same_ends, 1 => [ends(), ends(), ends()]];
    (
        vec(line(), 0..14),
        vec(edit(), 0..4),
        vec(edit(), 0..4),
        ends,
    )
        .prop_map(|(base, ours, theirs, ends)| {
            let versions = [base.clone(), edited(&base, &ours), edited(&base, &theirs)];
            let mut ends = ends.into_iter();
            versions.map(|lines| {
                let (ends, last) = ends.next().unwrap_or((0, true));
                text(&lines, ends, last)
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merged_text_equals_that_of_git(
        texts in triple(),
        taken in prop_oneof![3 => Just(Taken::Marked), 1 => Just(Taken::Ours), 1 => Just(Taken::Theirs)],
    ) {
        thread_local! {
            static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
        }
        let texts = [&*texts[0], &*texts[1], &*texts[2]];
        FOLDER.with(|folder| compare(folder.path(), texts, taken));
    }
}

#[test]
fn unusual_texts_are_merged_as_by_git() {
    let context = tempfile::tempdir().unwrap();
    let long = "a line of some length\n".repeat(5000);
    let longer = format!("first\n{long}last\n");
    let cases: &[[&str; 3]] = &[
        ["", "", ""],
        ["", "a\n", ""],
        ["", "a\n", "b\n"],
        ["", "a", "b"],
        ["", "a\r\n", "b\r\n"],
        ["a\n", "", "b\n"],
        ["a\n", "b\n", ""],
        ["a\r\n", "", "b\r\n"],
        ["a\r\n", "b\r\n", ""],
        ["a\r\n", "b", ""],
        ["a", "a\n", "b"],
        ["a\nb", "a\nb\n", "a\nb\nc"],
        ["a\nb\n", "a\r\nb\r\n", "a\nc\n"],
        ["\r", "\n", "\r\n"],
        ["\n", "\n\n", "\n\n\n"],
        ["x\n", "x\ny\n", "x\ny\n"],
        // Conflicts with four lines without letters in between are one hunk, otherwise two.
        ["", "a\n{\n}\n{\n}\nb\n", "c\n{\n}\n{\n}\nd\n"],
        ["", "a\n1\n2\n3\n4\nb\n", "c\n1\n2\n3\n4\nd\n"],
        [&long, &longer, &format!("{long}other end\n")],
        [&long, "", &longer],
    ];
    for case in cases {
        let [base, ours, theirs] = case.map(str::as_bytes);
        for taken in [Taken::Marked, Taken::Ours, Taken::Theirs] {
            compare(context.path(), [base, ours, theirs], taken);
            compare(context.path(), [base, theirs, ours], taken);
        }
    }
}

#[test]
fn non_utf8_texts_are_merged_as_by_git() {
    let context = tempfile::tempdir().unwrap();
    let texts: [&[u8]; 3] = [
        b"\xff\n1\n2\n\xfe",
        b"\xff\xff\n1\n2\n\xfe",
        b"\xff\n1\n2\n\xfe\xfe",
    ];
    compare(context.path(), texts, Taken::Marked);
}

#[test]
fn label_with_control_characters_is_one_line() {
    let odd = Labels {
        ours: "a\nb\0c",
        ..LABELS
    };
    let merge = |ours| merge_file(b"1\n", ours, b"3\n", odd, Taken::Marked).unwrap();
    let merged = merge(b"2\n");
    assert!(merged.bytes.starts_with(b"<<<<<<< a b c\n2\n=======\n"));
    let merged = merge(b"");
    assert!(merged.bytes.starts_with(b"<<<<<<< a b c\n=======\n3\n"));
}
