//! Properties of every policy.

use proptest::prelude::*;

use super::*;

fn some_sources() -> impl Strategy<Value = Vec<&'static str>> {
    let globs = prop::sample::select(vec![
        "github:acme/*",
        "github:**",
        "https://h/**",
        "ssh://git@h/*",
        "path:skills/**",
        "file:///srv/*",
    ]);
    prop::collection::vec(globs, 0..4)
}

fn some_policy() -> impl Strategy<Value = Policy> {
    let ages = prop::sample::select(vec!["1h", "3d", "2w"]);
    (
        prop::option::of(some_sources()),
        prop::option::of(ages),
        prop::collection::vec(prop::sample::select(Kind::ALL.to_vec()), 0..3),
        prop::option::of(prop::sample::select(vec![Pin::Tag, Pin::Commit])),
        any::<bool>(),
    )
        .prop_map(|(globs, age, deny, pin, signed)| Policy {
            sources: globs.map(|globs| Sources::new(&globs).unwrap()),
            min_age: age.map(|age| age.parse().unwrap()),
            deny,
            pin,
            signed,
        })
}

/// Adds one restriction to a policy.
fn restricted(policy: &Policy, step: usize) -> Policy {
    let mut policy = policy.clone();
    match step {
        0 => {
            let fewer: Vec<String> = match &policy.sources {
                None => vec!["github:acme/*".to_owned()],
                Some(sources) => sources.globs().skip(1).map(str::to_owned).collect(),
            };
            let fewer: Vec<&str> = fewer.iter().map(String::as_str).collect();
            policy.sources = Some(Sources::new(&fewer).unwrap());
        }
        1 => policy.min_age = Some("30w".parse().unwrap()),
        2 => policy.deny.push(Kind::Script),
        3 => policy.signed = true,
        4 => policy.pin = policy.pin.or(Some(Pin::Tag)),
        _ => policy.pin = Some(Pin::Commit),
    }
    policy
}

proptest! {
    #[test]
    fn additional_restriction_never_allows_more(
        policy in some_policy(),
        step in 0_usize..6,
        source in prop::sample::select(vec![
            "github:acme/x", "github:evil/x", "https://h/a/b", "https://h/../b", "git@h:x",
            "path:skills/a", "path:..", "file:///srv/x",
        ]),
        kind in prop::sample::select(vec![
            RefKind::Default, RefKind::Branch, RefKind::Tag, RefKind::Range, RefKind::Commit,
            RefKind::Unknown, RefKind::Folder,
        ]),
        times in (prop::option::of(NOW - 300 * DAY..NOW + 9), prop::option::of(0..NOW + 9)),
        kinds in prop::collection::vec(prop::sample::select(Kind::ALL.to_vec()), 0..4),
        is_locked: bool,
        has_commit: bool,
        has_moved: bool,
        is_unverified: bool,
        signature in prop::sample::select(vec![Some(true), Some(false), None]),
    ) {
        let source = source.parse().unwrap();
        let moved = "https://h/b/b".parse().unwrap();
        let gained: Vec<_> = kinds.into_iter().map(|kind| capability(kind, "x", "y", None)).collect();
        let evidence = Evidence { first_seen: times.0, committed: times.1, now: NOW };
        let signature = signature.map(|is_valid| {
            let signed = Signed { key: "K".to_owned(), signer: None, tag: None };
            is_valid.then_some(signed).ok_or_else(|| "commit x is not signed".to_owned())
        });
        let facts = Facts {
            source: &source,
            moved_to: has_moved.then_some(&moved),
            kind,
            git_ref: None,
            commit: has_commit.then(commit),
            is_unverified,
            signature: signature.as_ref(),
            content: if is_locked {
                Content::AsLocked
            } else {
                Content::New { gained: &gained, evidence }
            },
        };
        let stricter = restricted(&policy, step);
        prop_assert!(judge(&policy, &facts).is_allowed() || !judge(&stricter, &facts).is_allowed());
        // A skill that is refused before a fetch is refused after it, too.
        prop_assert!(
            judge_unfetched(&policy, &facts).is_allowed() || !judge(&policy, &facts).is_allowed()
        );
    }
}
