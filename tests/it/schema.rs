//! `docs/schema/update.json` describes every field of the reports of `update` and `outdated`.

use std::collections::BTreeMap;
use std::path::Path;

use jsonschema::Validator;
use mdskill::diff::{DescriptionDiff, FileChange, FileDiff, SkillDiff};
use mdskill::fetch::history::{CommitLine, Lineage};
use mdskill::merge::{Conflict, ConflictKind};
use mdskill::operations::OpError;
use mdskill::operations::policy_check::Refusal;
use mdskill::operations::report::{
    Action, Change, Conflicted, Gone, LeftAlone, Newer, Problem, Revision, Versions,
};
use mdskill::operations::update::{Failed, Report};
use mdskill::policy::{Key, Verdict};
use mdskill_lint::capability::{Capability, Kind};
use serde_json::{Value, json};

use crate::support::test_context::TestContext;

fn schema() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/update.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn validator() -> Validator {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn assert_valid(report: &Value) {
    let faults: Vec<String> = validator()
        .iter_errors(report)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{report:#}");
}

#[test]
fn printed_reports_match_the_schema() {
    let (context, mut repo) = TestContext::with_skills();
    let mut seen = Vec::new();
    let mut check = |arguments: &[&str]| {
        let report = context.run(arguments).json();
        assert_valid(&report);
        let command = match arguments[0] {
            "list" => "outdated",
            command => command,
        };
        assert_eq!(report["command"], command);
        // The diffs of a summary are not in the report of `update`.
        assert_eq!(report["differences"].is_object(), command == "diff");
        for (field, value) in report.as_object().unwrap() {
            if value.as_array().is_some_and(|items| !items.is_empty()) {
                seen.push(field.clone());
            }
        }
    };
    repo.tag("v1");
    context
        .run(&[
            "add",
            "acme/skills/two@v1",
            "acme/skills/one",
            "acme/skills/three",
        ])
        .ok();
    let mut away = context.repo("acme/away");
    away.skill("skills/four", "four", "The fourth");
    away.commit("One");
    context.run(&["add", "acme/away/four"]).ok();
    check(&["outdated", "--json"]);
    std::fs::remove_dir_all(context.root().join("acme/away.git")).unwrap();
    // A finding with a fix, one without, a moved tag, a deleted skill, and an edited skill.
    let page = "---\nname: one\ndescription: Does it. Use it.\nallowed-tools: Read, Grep\n---\n[x](gone.md)\n";
    repo.write("skills/one/SKILL.md", page)
        .write("skills/two/more.md", "x")
        .remove("skills/three");
    repo.commit("All at once");
    repo.tag("v1");
    check(&["outdated", "--json"]);
    check(&["list", "--outdated", "--json"]);
    check(&[
        "update",
        "--dry-run",
        "--json",
        "--summary",
        "../temp/summary.md",
    ]);
    check(&["diff", "--json"]);
    context.write(".github/skills/one/SKILL.md", "mine");
    check(&["update", "--json"]);
    check(&["update", "--force", "--json"]);
    seen.sort();
    seen.dedup();
    for field in [
        "deleted",
        "diagnostics",
        "failed",
        "skills",
        "stuck",
        "trashed",
    ] {
        assert!(
            seen.iter().any(|known| known == field),
            "no {field} was seen: {seen:?}"
        );
    }
}

fn refusal() -> Refusal {
    Refusal {
        name: "x".to_owned(),
        source: "x".to_owned(),
        verdict: Verdict {
            key: Key::Deny,
            value: "[\"hooks\"]".to_owned(),
            is_allowed: false,
            reason: "x".to_owned(),
            hint: Some("x".to_owned()),
        },
    }
}

/// Returns a report in which every field has a value, so that all are checked.
#[expect(
    clippy::too_many_lines,
    reason = "one of each thing that a report can have"
)]
fn everything() -> Report {
    let id = "0123456789abcdef0123456789abcdef01234567";
    let text = || "x".to_owned();
    let problem = || Problem {
        name: text(),
        reason: text(),
    };
    let capability = |kind| Capability {
        kind,
        what: text(),
        file: text(),
        line: Some(1),
    };
    let file = |change| FileDiff {
        path: text(),
        change,
        from: Some(text()),
        added: Some(0),
        removed: Some(1),
        executable: Some(true),
    };
    let change = |lineage, action| Change {
        name: text(),
        from_version: Some(text()),
        version: Some(text()),
        action,
        source: text(),
        path: text(),
        spec: text(),
        git_ref: Some(text()),
        from: Some(id.to_owned()),
        commit: Some(id.to_owned()),
        signed_by: Some(text()),
        tree: id.to_owned(),
        places: vec![text()],
        notes: vec![text()],
        diff: Some(SkillDiff {
            files: [
                FileChange::Added,
                FileChange::Changed,
                FileChange::Renamed,
                FileChange::Removed,
            ]
            .map(file)
            .into(),
            description: Some(DescriptionDiff {
                before: None,
                after: Some(text()),
            }),
            gained: Kind::ALL.map(capability).into(),
            changed_scripts: vec!["scripts/`old`.sh".to_owned()],
            lost: Kind::ALL.map(capability).into(),
        }),
        lineage: Some(lineage),
        skill_commits: Some(vec![CommitLine {
            id: id.parse().unwrap(),
            summary: text(),
        }]),
        compare_url: Some("https://github.com/a/b/compare/c...d".to_owned()),
        url: Some("https://github.com/a/b/tree/d/e".to_owned()),
        edited: vec![text()],
    };
    let commits = vec![CommitLine {
        id: id.parse().unwrap(),
        summary: text(),
    }];
    Report {
        skills: vec![
            change(Lineage::Forward { commits }, Action::Added),
            change(Lineage::Back, Action::Updated),
            change(Lineage::Far, Action::Restored),
            change(Lineage::Rewritten, Action::Unchanged),
        ],
        unchanged: 3,
        versions: vec![Versions {
            name: text(),
            source: text(),
            git_ref: Some(text()),
            current: Revision {
                version: Some(text()),
                commit: Some(id.to_owned()),
            },
            wanted: Some(Revision {
                version: None,
                commit: Some(id.to_owned()),
            }),
            latest: Some(text()),
        }],
        as_of: Some(text()),
        left_alone: vec![LeftAlone {
            name: text(),
            place: text(),
            reason: text(),
            files: vec![text()],
            next: None,
        }],
        conflicts: vec![Conflicted {
            name: text(),
            place: text(),
            commit: Some(id.to_owned()),
            is_marked: false,
            is_unresolved: false,
            files: vec![Conflict {
                path: text(),
                kind: ConflictKind::Lines,
                hunks: vec![text()],
            }],
        }],
        deleted: vec![Gone {
            name: text(),
            reason: text(),
            successor: Some(text()),
        }],
        stuck: vec![problem()],
        failed: vec![Failed {
            place: text(),
            skills: 1,
            error: OpError::Usage(text()),
        }],
        diagnostics: Vec::new(),
        trashed: vec![text()],
        refused: vec![refusal()],
        newer: vec![Newer {
            name: text(),
            source: text(),
            git_ref: text(),
            compatible: text(),
            newest: text(),
        }],
        differences: BTreeMap::from([(text(), text())]),
        dry_run: true,
        is_declined: false,
    }
}

#[test]
fn every_field_of_a_report_is_in_the_schema() {
    let mut report = serde_json::to_value(everything()).unwrap();
    report["version"] = 1.into();
    report["command"] = "update".into();
    assert_valid(&report);
    // And every field of the schema is in a report.
    let schema = schema();
    for name in [
        "change",
        "diff",
        "fileDiff",
        "capability",
        "conflicted",
        "newer",
        "refusal",
        "leftAlone",
        "problem",
        "commit",
    ] {
        let known = schema["$defs"][name]["properties"].as_object().unwrap();
        let written = match name {
            "change" => &report["skills"][0],
            "diff" => &report["skills"][0]["diff"],
            "fileDiff" => &report["skills"][0]["diff"]["files"][0],
            "capability" => &report["skills"][0]["diff"]["gained"][0],
            "refusal" => &report["refused"][0],
            "newer" => &report["newer"][0],
            "conflicted" => &report["conflicts"][0],
            "leftAlone" => &report["left_alone"][0],
            "problem" => &report["stuck"][0],
            _ => &report["skills"][0]["lineage"]["commits"][0],
        };
        let written: Vec<_> = written.as_object().unwrap().keys().collect();
        assert_eq!(known.keys().collect::<Vec<_>>(), written, "{name}");
    }
}

#[test]
fn undocumented_field_does_not_match_the_schema() {
    let mut report = serde_json::to_value(everything()).unwrap();
    report["version"] = 1.into();
    report["command"] = "update".into();
    let validator = validator();
    for (pointer, value) in [
        ("", json!("x")),
        ("/skills/0", json!(1)),
        ("/skills/0/diff", json!(1)),
        ("/skills/0/diff/files/0", json!(null)),
        ("/skills/0/diff/gained/0", json!([])),
        ("/skills/0/lineage", json!("x")),
        ("/skills/1/lineage", json!([])),
        ("/conflicts/0", json!("x")),
        ("/conflicts/0/files/0", json!("x")),
        ("/left_alone/0", json!("x")),
        ("/newer/0", json!("x")),
        ("/refused/0", json!("x")),
        ("/failed/0", json!("x")),
    ] {
        let mut changed = report.clone();
        let part = changed
            .pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap();
        part.insert("surprise".to_owned(), value);
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
    for (pointer, value) in [
        ("/version", json!(2)),
        ("/skills/0/tree", json!("main")),
        ("/skills/0/compare_url", json!("javascript:x")),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}
