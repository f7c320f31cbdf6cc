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
        is_unverified: false,
        signature: None,
        content: Content::AsLocked,
    }
}

/// Whether a list of one glob allows a source of the lockfile.
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
fn empty_policy_allows_everything() {
    let source = "git@h:x".parse().unwrap();
    let decision = judge(&Policy::default(), &facts(&source));
    assert!(decision.verdicts.is_empty() && decision.is_allowed());
    assert!(Policy::default().is_empty());
    assert!(!listed(&[]).is_empty());
}

#[test]
fn pin_depends_on_the_kind_of_ref() {
    let source = "github:a/b".parse().unwrap();
    let verdict = |pin, kind| {
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
        (verdict.is_allowed, verdict.sentence())
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
        assert_eq!(verdict(Pin::Tag, kind).0, by_tag, "{kind:?}");
        assert_eq!(verdict(Pin::Commit, kind).0, by_commit, "{kind:?}");
    }
    assert_eq!(
        verdict(Pin::Tag, RefKind::Branch).1,
        "it follows the branch `v1`; add a tag, a range, or a commit after `@`, such as `owner/repo/skill@v1.2`"
    );
    assert_eq!(
        verdict(Pin::Commit, RefKind::Tag).1,
        "it follows the tag `v1`; add it with --pin, or write a full commit id after `@`"
    );
    assert_eq!(
        verdict(Pin::Tag, RefKind::Unknown).1,
        "`v1` may be a branch or a tag; write the full ref, such as `@refs/tags/v1.2`"
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
    (verdict.is_allowed, verdict.sentence())
}

#[test]
fn age_counts_from_the_first_time_seen() {
    assert!(aged(Some(NOW - 3 * DAY), Some(0)).0);
    assert!(aged(Some(NOW - 3 * DAY), None).0);
    assert!(!aged(Some(NOW - 3 * DAY + 1), Some(0)).0);
    // An old date proves nothing; a recent one counts.
    assert!(!aged(Some(NOW), Some(0)).0);
    assert!(!aged(None, Some(0)).0);
    assert!(!aged(Some(NOW - 9 * DAY), Some(NOW - DAY)).0);
    // A time in the future counts as now.
    assert!(!aged(Some(NOW + 9 * DAY), Some(0)).0);
    assert!(!aged(Some(u64::MAX), Some(u64::MAX)).0);
    assert!(!aged(Some(0), Some(u64::MAX)).0);
}

#[test]
fn refusal_of_a_young_commit_has_the_time_to_try_again() {
    assert_eq!(
        aged(Some(NOW - DAY), Some(0)).1,
        "commit 1234567 was first seen on this machine at 2026-11-22 14:59 UTC; try again at 2026-11-25 15:00 UTC, when it is old enough (the date in the commit does not count, because anyone can write an old one)"
    );
    assert_eq!(
        aged(Some(NOW - 9 * DAY), Some(NOW - DAY)).1,
        "commit 1234567 was first seen on this machine at 2026-11-14 14:59 UTC, but its own date is 2026-11-22 14:59 UTC; try again at 2026-11-25 15:00 UTC, when it is old enough"
    );
    // Both are recent: the later one counts.
    assert!(
        aged(Some(NOW - 2 * DAY), Some(NOW - DAY))
            .1
            .contains("try again at 2026-11-25")
    );
    assert!(
        aged(None, None)
            .1
            .contains("has not been seen on this machine")
    );
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
fn refusal_names_denied_capabilities_with_their_place() {
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
    let verdict_of = |gained| {
        let content = Content::New { gained, evidence };
        only(
            &policy,
            &Facts {
                content,
                ..facts(&source)
            },
        )
    };
    let verdict = verdict_of(&gained[..]);
    assert!(!verdict.is_allowed);
    assert_eq!(verdict.value, "[\"scripts\", \"unrestricted-bash\"]");
    assert_eq!(
        verdict.sentence(),
        "it adds unrestricted-bash (`Bash` in SKILL.md:4), scripts (`scripts/run.sh`); use a version without that, or change `deny` in mdskill.toml"
    );
    assert!(verdict_of(&gained[2..]).is_allowed);
    let many = vec![gained[1].clone(); 7];
    assert!(verdict_of(&many).reason.ends_with(" and 2 more"));
}

#[test]
fn locked_skill_is_checked_by_source_and_ref_only() {
    let source = "github:a/b".parse().unwrap();
    let policy = Policy {
        sources: Some(Sources::new(&["github:a/*"]).unwrap()),
        min_age: Some("3d".parse().unwrap()),
        deny: Kind::ALL.to_vec(),
        pin: Some(Pin::Tag),
        signed: true,
    };
    let refused = |facts: &Facts<'_>| -> Vec<Key> {
        let refusals = judge(&policy, facts).refusals();
        refusals.iter().map(|verdict| verdict.key).collect()
    };
    assert_eq!(refused(&facts(&source)), [Key::Pin]);
    let other = "github:b/b".parse().unwrap();
    assert_eq!(refused(&facts(&other)), [Key::Sources, Key::Pin]);
    // Before a fetch, a name that may be a tag is not refused.
    let unknown = Facts {
        kind: RefKind::Unknown,
        ..facts(&source)
    };
    assert!(judge_unfetched(&policy, &unknown).is_allowed());
    assert!(!judge(&policy, &unknown).is_allowed());
}
