//! Version ranges of tags, which resolve as in cargo.

use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};

/// Returns a fixture whose `acme/skills` has a commit for each tag. The skill `one` names the tag.
fn tagged(tags: &[&str]) -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for tag in tags {
        repo.skill("skills/one", "one", &format!("Of {tag}"));
        repo.commit(tag);
        repo.tag(tag);
    }
    (context, repo)
}

/// Installs `one` at a range, which must resolve to `tag`.
#[track_caller]
fn resolves_to(tags: &[&str], range: &str, tag: &str) {
    let (context, repo) = tagged(tags);
    context
        .run(&["add", &format!("acme/skills/one@{range}")])
        .ok();
    context.has("one", &repo, &format!("{tag}:skills/one"));
    assert_eq!(context.entry("one")["ref"], range);
    // The lockfile's own text of the range is read again.
    context.run(&["update"]).ok().says("(1 skill)");
}

#[test]
fn range_matches_prereleases_like_cargo() {
    let tags = ["v1.2.0", "v1.3.0-rc.1", "v1.3.0-rc.2", "v2.0.0-beta"];
    resolves_to(&tags, "^1.2", "v1.2.0");
    resolves_to(&tags, ">=1.0", "v1.2.0");
    resolves_to(&tags, "^1.3.0-rc.1", "v1.3.0-rc.2");
    resolves_to(
        &["v1.3.0-rc.1", "v1.3.0", "v1.4.0-rc.1"],
        "^1.3.0-rc.1",
        "v1.3.0",
    );
    resolves_to(
        &["v1.3.0-rc.1", "v1.4.0-rc.1"],
        "^1.3.0-rc.1",
        "v1.3.0-rc.1",
    );
    let (context, _repo) = tagged(&["v1.3.0-rc.1"]);
    context.refuses(
        &["add", "acme/skills/one@^1.2"],
        1,
        "no version tag that matches `^1.2`; the newest is `v1.3.0-rc.1`",
    );
}

#[test]
fn range_with_commas_and_spaces_resolves() {
    let tags = ["1.1.0", "1.2.0", "1.9.3", "v2.0.0"];
    for (range, tag) in [
        (">=1.2, <2", "1.9.3"),
        (">=1.2,<1.9", "1.2.0"),
        ("=1.1.0", "1.1.0"),
        ("~1.2", "1.2.0"),
        (">1.1, <=2.0.0", "v2.0.0"),
    ] {
        resolves_to(&tags, range, tag);
    }
    let (context, _repo) = tagged(&["1.0.0"]);
    context.refuses(
        &["add", "acme/skills/one@>=1.2 <2"],
        2,
        "invalid version range `>=1.2 <2`: ",
    );
}

#[test]
fn range_ignores_tags_that_are_not_versions() {
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
    resolves_to(&tags, ">=1", "v1.2.0");
    let (context, _repo) = tagged(&odd);
    context.refuses(
        &["add", "acme/skills/one@^9"],
        1,
        "no version tag that matches `^9`; none of its tags is a version",
    );
}

#[test]
fn build_metadata_breaks_ties() {
    resolves_to(&["v1.2.0+b", "v1.2.0+a", "v1.2.0"], "^1.2", "v1.2.0+b");
}

#[test]
fn range_prefers_tag_with_v_for_same_version() {
    for tags in [["v1.2.0", "1.2.0"], ["1.2.0", "v1.2.0"]] {
        resolves_to(&tags, "^1.2", "v1.2.0");
    }
}

#[test]
fn range_lists_only_version_tags_of_a_thousand() {
    let context = ServedContext::new();
    let tags: Vec<String> = (0..1000)
        .map(|number| format!("create refs/tags/one@1.0.{number} {}\n", context.commit))
        .collect();
    context.write("tags", tags.concat());
    let from = context.project().join("tags");
    let repo = context.repo.folder().display().to_string();
    let script = format!("git -C '{repo}' update-ref --stdin < '{}'", from.display());
    context.command("sh", ["-c", &script]).run().ok();
    context.repo.annotated_tag("v1.2.0");
    context.run(&["add", "acme/skills/one@^1"]).ok();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    let down = context.server.traffic().down;
    assert!(down < 4_000, "{down}");
}
