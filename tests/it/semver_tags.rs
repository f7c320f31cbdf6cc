//! Versions among tags: ranges as cargo reads them, and nothing that only looks like a version.

use crate::forge::Scene;
use crate::support::repo::Repo;
use crate::support::shop::Shop;

/// A shop whose `acme/skills` has a commit for each tag, the skill `one` saying which.
fn tagged(tags: &[&str]) -> (Shop, Repo) {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    for tag in tags {
        repo.skill("skills/one", "one", &format!("Of {tag}"));
        repo.commit(tag);
        repo.tag(tag);
    }
    (shop, repo)
}

/// Installs `one` at this range, which must lead to this tag.
#[track_caller]
fn leads_to(tags: &[&str], range: &str, tag: &str) {
    let (shop, repo) = tagged(tags);
    shop.run(&["add", &format!("acme/skills/one@{range}")]).ok();
    shop.has("one", &repo, &format!("{tag}:skills/one"));
    assert_eq!(shop.entry("one")["ref"], range);
    // The lockfile's own text of the range is read again.
    shop.run(&["update"]).ok().says("all skills are up to date");
}

#[test]
fn prereleases_are_treated_as_cargo_does() {
    let tags = ["v1.2.0", "v1.3.0-rc.1", "v1.3.0-rc.2", "v2.0.0-beta"];
    leads_to(&tags, "^1.2", "v1.2.0");
    leads_to(&tags, ">=1.0", "v1.2.0");
    leads_to(&tags, "^1.3.0-rc.1", "v1.3.0-rc.2");
    leads_to(
        &["v1.3.0-rc.1", "v1.3.0", "v1.4.0-rc.1"],
        "^1.3.0-rc.1",
        "v1.3.0",
    );
    leads_to(
        &["v1.3.0-rc.1", "v1.4.0-rc.1"],
        "^1.3.0-rc.1",
        "v1.3.0-rc.1",
    );
    let (shop, _repo) = tagged(&["v1.3.0-rc.1"]);
    shop.refuses(
        &["add", "acme/skills/one@^1.2"],
        1,
        "no version tag in `^1.2`; its newest is `v1.3.0-rc.1`",
    );
}

#[test]
fn ranges_may_have_commas_and_spaces() {
    let tags = ["1.1.0", "1.2.0", "1.9.3", "v2.0.0"];
    for (range, tag) in [
        (">=1.2, <2", "1.9.3"),
        (">=1.2,<1.9", "1.2.0"),
        ("=1.1.0", "1.1.0"),
        ("~1.2", "1.2.0"),
        (">1.1, <=2.0.0", "v2.0.0"),
    ] {
        leads_to(&tags, range, tag);
    }
    let (shop, _repo) = tagged(&["1.0.0"]);
    shop.refuses(
        &["add", "acme/skills/one@>=1.2 <2"],
        2,
        "`>=1.2 <2` is no version range: ",
    );
}

#[test]
fn what_only_looks_like_a_version_is_none() {
    let odd = [
        "one@9.9.9",
        "release/9.9",
        "v9",
        "v9.9",
        "vv9.9.9",
        "9.9.9.9",
        "V9.9.9",
        "v09.9.9",
    ];
    let tags = [odd.as_slice(), &["v1.2.0"]].concat();
    leads_to(&tags, ">=1", "v1.2.0");
    let (shop, _repo) = tagged(&odd);
    shop.refuses(
        &["add", "acme/skills/one@^9"],
        1,
        "no version tag in `^9`; no tag of it is a version",
    );
}

#[test]
fn build_metadata_tells_versions_apart_and_decides_last() {
    leads_to(&["v1.2.0+b", "v1.2.0+a", "v1.2.0"], "^1.2", "v1.2.0+b");
}

#[test]
fn two_tags_of_one_version_are_said_and_the_same_one_is_always_taken() {
    for tags in [["v1.2.0", "1.2.0"], ["1.2.0", "v1.2.0"]] {
        let (shop, repo) = tagged(&tags);
        shop.run(&["add", "acme/skills/one@^1.2"])
            .ok()
            .says("two tags of one version, `1.2.0` and `v1.2.0`, which name different commits; took `v1.2.0`");
        shop.has("one", &repo, "v1.2.0:skills/one");
    }
    let (shop, repo) = tagged(&["v1.2.0"]);
    repo.tag("1.2.0");
    shop.run(&["add", "acme/skills/one@^1.2"])
        .ok()
        .never_says("two tags");
}

#[test]
fn of_a_thousand_tags_only_versions_are_listed() {
    let scene = Scene::set();
    let tags: Vec<String> = (0..1000)
        .map(|number| format!("create refs/tags/one@1.0.{number} {}\n", scene.commit))
        .collect();
    scene.room.write("tags", tags.concat());
    let from = scene.room.project().join("tags");
    let repo = scene.repo.folder().display().to_string();
    let script = format!("git -C '{repo}' update-ref --stdin < '{}'", from.display());
    scene.room.run("sh", ["-c", &script]).run().ok();
    scene.repo.annotated_tag("v1.2.0");
    scene.run(&["add", "acme/skills/one@^1"]).ok();
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    let down = scene.forge.traffic().down;
    assert!(down < 4_000, "{down}");
}
