mod properties;
mod spellings;

use super::*;

const DAY: u64 = 86_400;
/// 2026-11-23 14:59:48 UTC.
const NOW: u64 = 1_795_445_988;

fn commit() -> ObjectId {
    "1234567890123456789012345678901234567890".parse().unwrap()
}

fn listed(globs: &[&str]) -> Policy {
    Policy {
        sources: Some(Sources::new(globs).unwrap()),
        ..Policy::default()
    }
}

fn facts(source: &Source) -> Facts<'_> {
    Facts {
        source,
        moved_to: None,
        kind: RefKind::Default,
        git_ref: None,
        commit: Some(commit()),
        content: Content::AsLocked,
    }
}

/// Whether a list of one glob allows a source, as the lockfile may have it.
fn allows(glob: &str, source: &str) -> bool {
    let source = source.parse().unwrap();
    judge(&listed(&[glob]), &facts(&source)).is_allowed()
}

fn only(policy: &Policy, facts: &Facts<'_>) -> Verdict {
    let mut verdicts = judge(policy, facts).verdicts;
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    verdicts.remove(0)
}

#[test]
fn nothing_set_lets_everything_in() {
    let source = "git@h:x".parse().unwrap();
    let decision = judge(&Policy::default(), &facts(&source));
    assert!(decision.verdicts.is_empty() && decision.is_allowed());
    assert!(Policy::default().is_empty());
    assert!(!listed(&[]).is_empty());
}

#[test]
fn a_pin_is_judged_by_what_the_ref_is() {
    let source = "github:a/b".parse().unwrap();
    let says = |pin, kind| {
        let policy = Policy {
            pin: Some(pin),
            ..Policy::default()
        };
        let facts = Facts {
            kind,
            git_ref: Some("v1"),
            ..facts(&source)
        };
        let verdict = only(&policy, &facts);
        (verdict.is_allowed, verdict.reason)
    };
    for (kind, by_tag, by_commit) in [
        (RefKind::Default, false, false),
        (RefKind::Branch, false, false),
        (RefKind::Unknown, false, false),
        (RefKind::Folder, false, false),
        (RefKind::Tag, true, false),
        (RefKind::Range, true, false),
        (RefKind::Commit, true, true),
    ] {
        assert_eq!(says(Pin::Tag, kind).0, by_tag, "{kind:?}");
        assert_eq!(says(Pin::Commit, kind).0, by_commit, "{kind:?}");
    }
    assert_eq!(
        says(Pin::Tag, RefKind::Branch).1,
        "it follows the branch `v1`, which moves; name a tag, a range or a commit behind `@`, as `owner/repo/skill@v1.2`"
    );
    assert_eq!(
        says(Pin::Commit, RefKind::Tag).1,
        "it follows the tag `v1`; add it with --pin, or name a commit of 40 digits behind `@`"
    );
    assert_eq!(
        says(Pin::Tag, RefKind::Unknown).1,
        "whether `v1` is a branch or a tag can't be told here; write it in full, as `@refs/tags/v1.2`"
    );
}

fn aged(first_seen: Option<u64>, committed: Option<u64>) -> (bool, String) {
    let source = "github:a/b".parse().unwrap();
    let policy = Policy {
        min_age: Some("3d".parse().unwrap()),
        ..Policy::default()
    };
    let evidence = Evidence {
        first_seen,
        committed,
        now: NOW,
    };
    let content = Content::New {
        gained: &[],
        evidence,
    };
    let verdict = only(
        &policy,
        &Facts {
            content,
            ..facts(&source)
        },
    );
    (verdict.is_allowed, verdict.reason)
}

#[test]
fn an_age_counts_from_when_the_commit_was_first_seen_here() {
    assert!(aged(Some(NOW - 3 * DAY), Some(0)).0);
    assert!(aged(Some(NOW - 3 * DAY), None).0);
    assert!(!aged(Some(NOW - 3 * DAY + 1), Some(0)).0);
    // A forged old date proves nothing; a young one counts.
    assert!(!aged(Some(NOW), Some(0)).0);
    assert!(!aged(None, Some(0)).0);
    assert!(!aged(Some(NOW - 9 * DAY), Some(NOW - DAY)).0);
    // Times to come are wrong clocks, or lies: as if it were now.
    assert!(!aged(Some(NOW + 9 * DAY), Some(0)).0);
    assert!(!aged(Some(u64::MAX), Some(u64::MAX)).0);
    assert!(!aged(Some(0), Some(u64::MAX)).0);
}

#[test]
fn an_age_that_is_too_little_says_when_it_will_do() {
    assert_eq!(
        aged(Some(NOW - DAY), Some(0)).1,
        "commit 1234567 was first seen here 2026-11-22 14:59 UTC; old enough from 2026-11-25 15:00 UTC: run it again then (the date in the commit proves no age, for anybody can write one)"
    );
    assert_eq!(
        aged(Some(NOW - 9 * DAY), Some(NOW - DAY)).1,
        "commit 1234567 was first seen here 2026-11-14 14:59 UTC, but is itself dated 2026-11-22 14:59 UTC; old enough from 2026-11-25 15:00 UTC: run it again then"
    );
    // Both are young: the later one decides.
    assert!(
        aged(Some(NOW - 2 * DAY), Some(NOW - DAY))
            .1
            .contains("old enough from 2026-11-25")
    );
    assert!(aged(None, None).1.contains("was never seen here before"));
}

fn capability(kind: Kind, what: &str, file: &str, line: Option<usize>) -> Capability {
    Capability {
        kind,
        what: what.to_owned(),
        file: file.to_owned(),
        line,
    }
}

#[test]
fn what_is_denied_is_named_with_its_place() {
    let source = "github:a/b".parse().unwrap();
    let policy = Policy {
        deny: vec![Kind::Script, Kind::UnrestrictedBash],
        ..Policy::default()
    };
    let gained = [
        capability(Kind::UnrestrictedBash, "Bash", "SKILL.md", Some(4)),
        capability(Kind::Script, "scripts/run.sh", "scripts/run.sh", None),
        capability(Kind::Host, "example.org", "SKILL.md", Some(9)),
    ];
    let evidence = Evidence {
        first_seen: None,
        committed: None,
        now: NOW,
    };
    let says = |gained| {
        let content = Content::New { gained, evidence };
        only(
            &policy,
            &Facts {
                content,
                ..facts(&source)
            },
        )
    };
    let verdict = says(&gained[..]);
    assert!(!verdict.is_allowed);
    assert_eq!(verdict.value, "[\"scripts\", \"unrestricted-bash\"]");
    assert_eq!(
        verdict.reason,
        "it brings unrestricted-bash (`Bash` in SKILL.md:4), scripts (`scripts/run.sh`); take a version without that, or change the key in mdskill.toml"
    );
    assert!(says(&gained[2..]).is_allowed);
    let many = vec![gained[1].clone(); 7];
    assert!(says(&many).reason.contains(" and 2 more; "));
}

#[test]
fn what_is_locked_is_judged_by_source_and_ref_alone() {
    let source = "github:a/b".parse().unwrap();
    let policy = Policy {
        sources: Some(Sources::new(&["github:a/*"]).unwrap()),
        min_age: Some("3d".parse().unwrap()),
        deny: Kind::ALL.to_vec(),
        pin: Some(Pin::Tag),
    };
    let refused = |facts: &Facts<'_>| -> Vec<Key> {
        let refusals = judge(&policy, facts).refusals();
        refusals.iter().map(|verdict| verdict.key).collect()
    };
    assert_eq!(refused(&facts(&source)), [Key::Pin]);
    let other = "github:b/b".parse().unwrap();
    assert_eq!(refused(&facts(&other)), [Key::Sources, Key::Pin]);
    // Unseen, a name that may be a tag is still to be told apart.
    let unknown = Facts {
        kind: RefKind::Unknown,
        ..facts(&source)
    };
    assert!(judge_unfetched(&policy, &unknown).is_allowed());
    assert!(!judge(&policy, &unknown).is_allowed());
}
