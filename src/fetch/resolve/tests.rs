use super::*;

fn refs(names: &[&str]) -> Vec<Ref> {
    let id = |number: usize| ObjectId::from_bytes([u8::try_from(number).unwrap(); 20]);
    let git_ref = |(at, name): (usize, &&str)| Ref {
        name: (*name).to_owned(),
        id: id(at),
        peeled: None,
        symref: None,
    };
    names.iter().enumerate().map(git_ref).collect()
}

fn resolve(names: &[&str], text: &str) -> Result<Resolved, String> {
    let query = Query::GitRef(text.parse().unwrap());
    query
        .resolve(&refs(names), "U")
        .map_err(|error| error.to_string())
}

#[test]
fn name_of_branch_and_tag_is_ambiguous() {
    assert_eq!(
        resolve(&["refs/heads/a"], "a").unwrap().matched,
        MatchedRef::Branch("a".to_owned())
    );
    assert_eq!(
        resolve(&["refs/tags/a"], "a").unwrap().matched,
        MatchedRef::Tag("a".to_owned())
    );
    let both = ["refs/heads/a", "refs/tags/a"];
    assert!(
        resolve(&both, "a")
            .unwrap_err()
            .contains("use `@refs/heads/a`")
    );
    assert_eq!(
        resolve(&both, "refs/tags/a").unwrap().commit,
        refs(&both)[1].id
    );
    assert!(
        resolve(&["refs/heads/abc"], "a")
            .unwrap_err()
            .contains("no branch or tag `a`")
    );
}

#[test]
fn range_resolves_to_newest_matching_version() {
    let tags = [
        "refs/tags/v1.2.0",
        "refs/tags/1.10.1",
        "refs/tags/v2.0.0",
        "refs/tags/nightly",
        "refs/tags/v1.11.0-rc.1",
    ];
    assert_eq!(
        resolve(&tags, "^1.2").unwrap().matched,
        MatchedRef::Range("1.10.1".to_owned())
    );
    assert_eq!(
        resolve(&tags, "^1.2").unwrap().follows.as_deref(),
        Some("^1.2")
    );
    assert!(
        resolve(&tags, "^3")
            .unwrap_err()
            .contains("the newest is `v2.0.0`")
    );
}

#[test]
fn page_resolves_to_longest_matching_ref() {
    let page = PageRef {
        kind: "tree".to_owned(),
        rest: "feature/x/skills/pdf".to_owned(),
        refs: PageRefs::Any,
    };
    let all = refs(&["refs/heads/feature/x", "refs/heads/feature/xy"]);
    let resolved = Query::Page(page.clone()).resolve(&all, "U").unwrap();
    assert_eq!(resolved.follows.as_deref(), Some("feature/x"));
    assert_eq!(resolved.path.as_deref(), Some("skills/pdf"));
    assert_eq!(
        Query::Page(page).prefixes(),
        ["refs/heads/feature", "refs/tags/feature"]
    );
}

#[test]
fn repository_without_refs_is_empty() {
    assert!(
        Query::Default
            .resolve(&[], "U")
            .unwrap_err()
            .to_string()
            .contains("is empty")
    );
}

#[test]
fn range_reports_newest_version_outside_of_it() {
    let newest = |names: &[&str], range: &str| resolve(names, range).unwrap().newest;
    let tags = [
        "refs/tags/v1.2.0",
        "refs/tags/v3.0.0-rc.1",
        "refs/tags/2.0.0",
    ];
    assert_eq!(newest(&tags, "^1").as_deref(), Some("2.0.0"));
    // A range with a prerelease includes prereleases.
    assert_eq!(newest(&tags, ">=1.0.0-0").as_deref(), Some("v3.0.0-rc.1"));
    assert_eq!(newest(&tags, "^3.0.0-rc").as_deref(), Some("v3.0.0-rc.1"));
    let error = resolve(&["refs/tags/v3.0.0-rc.1"], "^1").unwrap_err();
    assert!(error.contains("the newest is `v3.0.0-rc.1`"), "{error}");
}

#[test]
fn version_tag_reports_newer_version() {
    let refs = refs(&[
        "refs/tags/v1.2.0",
        "refs/tags/v1.4.0",
        "refs/tags/v1.5.0-rc.1",
        "refs/tags/nightly",
    ]);
    let newest = |name: &str| Query::GitRef(name.parse().unwrap()).newest_version(&refs);
    assert_eq!(newest("v1.2.0").as_deref(), Some("v1.4.0"));
    assert_eq!(newest("v1.5.0-rc.1").as_deref(), Some("v1.5.0-rc.1"));
    assert_eq!(newest("nightly"), None);
    let query = Query::GitRef("v1.2.0".parse().unwrap());
    // Without the newest version, it needs two refs.
    assert_eq!(query.prefixes().len(), 2);
    assert_eq!(query.resolve(&refs, "U").unwrap().newest, None);
    assert!(
        query
            .prefixes_of_versions()
            .contains(&"refs/tags/v1".to_owned())
    );
}

#[test]
fn range_prefers_tag_with_v_for_same_version() {
    let mut both = refs(&["refs/tags/v1.2.0", "refs/tags/1.2.0", "refs/tags/1.1.0"]);
    let range = Query::GitRef("^1".parse().unwrap());
    let resolved = range.resolve(&both, "U").unwrap();
    assert_eq!(resolved.matched, MatchedRef::Range("v1.2.0".to_owned()));
    both.reverse();
    assert_eq!(range.resolve(&both, "U").unwrap(), resolved);
}
