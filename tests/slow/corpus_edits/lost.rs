//! After every step, each edit is in the files or in a reported conflict.

use crate::support::outcome::Outcome;
use crate::support::snapshot::Snapshot;
use std::collections::BTreeMap;

/// The edited lines of a skill, each with its file.
pub type Marks = BTreeMap<String, String>;

/// A reported conflict.
pub struct Conflict {
    pub name: String,
    pub files: Vec<ConflictedFile>,
}

pub struct ConflictedFile {
    pub path: String,
    reason: String,
    pub hunks: String,
}

impl Conflict {
    /// Returns the reported conflicts, and checks the exit code; no skill may stay for another reason.
    pub fn all_of(outcome: &Outcome) -> Vec<Self> {
        let json = outcome.json();
        for key in ["stuck", "left_alone", "failed"] {
            assert_eq!(json[key].as_array().map(Vec::len), Some(0), "{outcome}");
        }
        let printed = json["conflicts"].as_array().unwrap();
        outcome.fails(if printed.is_empty() { 0 } else { 3 });
        printed.iter().map(Self::of).collect()
    }

    fn of(printed: &serde_json::Value) -> Self {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let file = |file: &serde_json::Value| ConflictedFile {
            path: text(&file["path"]),
            reason: text(&file["reason"]),
            hunks: file["hunks"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect(),
        };
        let files: Vec<ConflictedFile> = printed["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(file)
            .collect();
        assert!(!files.is_empty(), "{printed}");
        Self {
            name: text(&printed["name"]),
            files,
        }
    }
}

/// Returns the edited lines of a skill.
pub fn marks(skill: &Snapshot) -> Marks {
    let mut marks = Marks::new();
    for (path, (_, bytes)) in &skill.entries {
        let lines = bytes.split(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.starts_with(b"edit ") && line.ends_with(b" by hand")) {
            marks.insert(String::from_utf8_lossy(line).into_owned(), path.clone());
        }
    }
    marks
}

/// Checks that every edited line is present, or in a conflict that the other side won.
pub fn assert_none_lost(before: &Marks, after: &Marks, may_go: &[ConflictedFile], place: &str) {
    for (mark, path) in before {
        let goes = |file: &ConflictedFile| match file.hunks.is_empty() {
            true => file.path == *path || file.reason.contains(path.as_str()),
            false => file.hunks.contains(mark.as_str()),
        };
        let is_there = after.contains_key(mark) || may_go.iter().any(goes);
        assert!(is_there, "{mark} of {path} is lost: {place}");
    }
}
