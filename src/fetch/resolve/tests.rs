use super::*;

fn refs(names: &[&str]) -> Vec<Ref> {
    let id = |number: usize| ObjectId::from_bytes([u8::try_from(number).unwrap(); 20]);
    let reference = |(at, name): (usize, &&str)| Ref {
        name: (*name).to_owned(),
        id: id(at),
        peeled: None,
        symref: None,
    };
    names.iter().enumerate().map(reference).collect()
}

fn resolve(names: &[&str], text: &str) -> Result<Resolved, String> {
    let query = Query::Reference(text.parse().unwrap());
    query
        .resolve(&refs(names), "U")
        .map_err(|error| error.to_string())
}

#[test]
fn a_branch_moves_a_tag_pins_and_both_is_an_error() {
    assert_eq!(
        resolve(&["refs/heads/a"], "a").unwrap().named,
        Named::Branch("a".to_owned())
    );
    assert_eq!(
        resolve(&["refs/tags/a"], "a").unwrap().named,
        Named::Tag("a".to_owned())
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
fn a_range_takes_the_best_version() {
    let tags = [
        "refs/tags/v1.2.0",
        "refs/tags/1.10.1",
        "refs/tags/v2.0.0",
        "refs/tags/nightly",
        "refs/tags/v1.11.0-rc.1",
    ];
    assert_eq!(
        resolve(&tags, "^1.2").unwrap().named,
        Named::Range("1.10.1".to_owned())
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
fn a_page_s_ref_is_the_longest_that_fits() {
    let view = View {
        kind: "tree",
        rest: "feature/x/skills/pdf".to_owned(),
    };
    let all = refs(&["refs/heads/feature/x", "refs/heads/feature/xy"]);
    let resolved = Query::View(view.clone()).resolve(&all, "U").unwrap();
    assert_eq!(resolved.follows.as_deref(), Some("feature/x"));
    assert_eq!(resolved.path.as_deref(), Some("skills/pdf"));
    assert_eq!(
        Query::View(view).prefixes(),
        ["refs/heads/feature", "refs/tags/feature"]
    );
}

#[test]
fn no_head_is_an_empty_repository() {
    assert!(
        Query::Default
            .resolve(&[], "U")
            .unwrap_err()
            .to_string()
            .contains("is empty")
    );
}

#[test]
fn a_range_tells_the_newest_version_beside_it() {
    let newest = |names: &[&str], range: &str| resolve(names, range).unwrap().newest;
    let tags = [
        "refs/tags/v1.2.0",
        "refs/tags/v3.0.0-rc.1",
        "refs/tags/2.0.0",
    ];
    assert_eq!(newest(&tags, "^1").as_deref(), Some("2.0.0"));
    // A range of prereleases is asked for by who wants them.
    assert_eq!(newest(&tags, ">=1.0.0-0").as_deref(), Some("v3.0.0-rc.1"));
    assert_eq!(newest(&tags, "^3.0.0-rc").as_deref(), Some("v3.0.0-rc.1"));
    let error = resolve(&["refs/tags/v3.0.0-rc.1"], "^1").unwrap_err();
    assert!(error.contains("the newest is `v3.0.0-rc.1`"), "{error}");
}

#[test]
fn a_tag_that_is_a_version_can_tell_a_newer_one() {
    let refs = refs(&[
        "refs/tags/v1.2.0",
        "refs/tags/v1.4.0",
        "refs/tags/v1.5.0-rc.1",
        "refs/tags/nightly",
    ]);
    let newest = |name: &str| Query::Reference(name.parse().unwrap()).newest_beside(&refs);
    assert_eq!(newest("v1.2.0").as_deref(), Some("v1.4.0"));
    assert_eq!(newest("v1.5.0-rc.1").as_deref(), Some("v1.5.0-rc.1"));
    assert_eq!(newest("nightly"), None);
    let query = Query::Reference("v1.2.0".parse().unwrap());
    // Asked for as such it costs two refs.
    assert_eq!(query.prefixes().len(), 2);
    assert_eq!(query.resolve(&refs, "U").unwrap().newest, None);
    assert!(
        query
            .prefixes_of_newer()
            .contains(&"refs/tags/v1".to_owned())
    );
}

#[test]
fn a_twin_is_another_commit_under_the_same_version() {
    let mut both = refs(&["refs/tags/v1.2.0", "refs/tags/1.2.0", "refs/tags/1.1.0"]);
    let range = Query::Reference("^1".parse().unwrap());
    let resolved = range.resolve(&both, "U").unwrap();
    assert_eq!(resolved.named, Named::Range("v1.2.0".to_owned()));
    assert_eq!(resolved.twin.as_deref(), Some("1.2.0"));
    both.reverse();
    assert_eq!(range.resolve(&both, "U").unwrap(), resolved);
    both[1].peeled = Some(both[2].id);
    assert_eq!(range.resolve(&both, "U").unwrap().twin, None);
}
