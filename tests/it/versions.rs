//! Versions of tags and ranges: shown in place of commits, in the lockfile, and moved by `update --latest`.

use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};

/// Publishes a version of `one` and `two` under this tag.
fn publish(repo: &mut Repo, tag: &str) {
    for name in ["one", "two"] {
        repo.skill(&format!("skills/{name}"), name, &format!("Of {tag}"));
    }
    repo.commit(tag);
    repo.tag(tag);
}

/// A repository with these tags.
fn tagged(tags: &[&str]) -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for tag in tags {
        publish(&mut repo, tag);
    }
    (context, repo)
}

/// The cells of the row of a skill in a table, by heading.
#[track_caller]
fn row(table: &str, name: &str) -> Vec<(String, String)> {
    let mut lines = table.lines();
    let head = lines.next().expect("a heading");
    let line = lines.find(|line| line.split("  ").next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{table}"));
    let starts: Vec<usize> = head
        .char_indices()
        .filter(|(at, c)| *c != ' ' && (*at == 0 || head[..*at].ends_with(' ')))
        .map(|(at, _)| at)
        .collect();
    let cell = |text: &str, at: usize| -> String {
        let end = starts.get(at + 1).copied().unwrap_or(text.len());
        text.get(starts[at]..end.min(text.len()))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    (0..starts.len())
        .map(|at| (cell(head, at), cell(line, at)))
        .collect()
}

#[track_caller]
fn assert_cells(table: &str, name: &str, expected: &[(&str, &str)]) {
    let row = row(table, name);
    for (heading, value) in expected {
        let found = row.iter().find(|(head, _)| head == heading);
        assert!(
            found.is_some_and(|(_, cell)| cell == value),
            "{heading} is not {value} in\n{table}"
        );
    }
}

#[test]
fn range_shows_versions_everywhere() {
    let (context, mut repo) = tagged(&["v6.0.2", "v6.1.1"]);
    context
        .run(&["add", "acme/skills/one@^6.0"])
        .ok()
        .says("Added one  acme/skills@v6.1.1");
    assert_eq!(context.entry("one")["version"], "v6.1.1");
    assert_eq!(context.entry("one")["ref"], "^6.0");
    let listed = context.run(&["list"]);
    listed.ok().says("one\tok\t^6.0\tv6.1.1\tacme/skills\t");
    publish(&mut repo, "v6.2.0");
    publish(&mut repo, "v7.0.0");
    let outdated = context.run(&["outdated"]);
    let cells = [
        ("CURRENT", "v6.1.1"),
        ("WANTED", "v6.2.0"),
        ("LATEST", "v7.0.0"),
        ("CHANGES", "+1 -1"),
        ("REF", "^6.0"),
    ];
    assert_cells(&outdated.fails(3).stdout, "one", &cells);
    let json = context.run(&["outdated", "--json"]).fails(3).json();
    let versions = &json["versions"][0];
    assert_eq!(versions["current"]["version"], "v6.1.1");
    assert_eq!(versions["current"]["commit"], repo.rev_parse("v6.1.1"));
    assert_eq!(versions["wanted"]["version"], "v6.2.0");
    assert_eq!(versions["wanted"]["commit"], repo.rev_parse("v6.2.0"));
    assert_eq!(versions["latest"], "v7.0.0");
    assert_eq!(json["skills"][0]["from_version"], "v6.1.1");
    assert_eq!(json["skills"][0]["version"], "v6.2.0");
    let summary = context.path("temp").join("summary.md");
    context
        .run(&["update", "--summary", &summary.to_string_lossy()])
        .ok()
        .says("Updated one  acme/skills  v6.1.1 -> v6.2.0  +1 -1");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.contains("`v6.1.1` → `v6.2.0`"), "{summary}");
    context.has("one", &repo, "v6.2.0:skills/one");
    assert_eq!(context.entry("one")["version"], "v6.2.0");
    assert_eq!(context.entry("one")["ref"], "^6.0");
}

#[test]
fn lockfile_without_versions_is_read_and_gets_them() {
    let (context, mut repo) = tagged(&["v1.0.0"]);
    context
        .run(&["add", "acme/skills/one@^1", "acme/skills/two@v1.0.0"])
        .ok();
    let old: String = context
        .read("mdskill.lock")
        .lines()
        .filter(|line| !line.starts_with("version = \"") && !line.starts_with("# "))
        .map(|line| format!("{line}\n"))
        .collect();
    context.write("mdskill.lock", &old);
    context.run(&["update"]).ok().says("up to date");
    assert_eq!(context.read("mdskill.lock"), old, "nothing changed");
    publish(&mut repo, "v1.1.0");
    let outdated = context.run(&["outdated"]);
    let cells = [("CURRENT", "v1.0.0"), ("WANTED", "v1.1.0")];
    assert_cells(&outdated.fails(3).stdout, "one", &cells);
    context.run(&["update"]).ok();
    assert_eq!(context.entry("one")["version"], "v1.1.0");
}

#[test]
fn newer_version_outside_of_the_refs_is_not_up_to_date() {
    let (context, _repo) = tagged(&["v6.0.2", "v6.2.0"]);
    context
        .run(&["add", "acme/skills/one@v6.0.2", "acme/skills/two@~6.0"])
        .ok();
    for command in ["update", "outdated"] {
        context
            .run(&[command])
            .ok()
            .says("one  pinned to v6.0.2; v6.2.0 is out")
            .says("two  follows ~6.0; v6.2.0 is out")
            .says("nothing to update (2 skills); 2 newer versions outside of the refs")
            .says("`mdskill update one two --latest`")
            .never_says("up to date");
    }
    let outdated = context.run(&["outdated"]);
    let cells = [("CURRENT", "v6.0.2"), ("LATEST", "v6.2.0")];
    assert_cells(&outdated.stdout, "one", &cells);
}

#[test]
fn latest_moves_the_ref_of_a_range_or_tag() {
    let (context, repo) = tagged(&["v6.0.2", "v6.2.0", "v7.1.3", "v8.0.0-rc.1"]);
    context
        .run(&["add", "acme/skills/one@^6.0", "acme/skills/two@v6.0.2"])
        .ok();
    context
        .refuses(
            &["update", "one", "--latest", "--dry-run"],
            0,
            "v6.2.0 -> v7.1.3",
        )
        .says("follows `^7.1` instead of `^6.0`");
    context
        .run(&["update", "one", "two", "--latest"])
        .ok()
        .says("one  acme/skills  v6.2.0 -> v7.1.3")
        .says("two  acme/skills  v6.0.2 -> v7.1.3");
    for (name, git_ref) in [("one", "^7.1"), ("two", "v7.1.3")] {
        context.has(name, &repo, &format!("v7.1.3:skills/{name}"));
        assert_eq!(context.entry(name)["ref"], git_ref);
        assert_eq!(context.entry(name)["version"], "v7.1.3");
    }
    context
        .run(&["update"])
        .ok()
        .says("all skills are up to date");
    context.refuses(&["update", "--latest"], 2, "<NAME>");
}

#[test]
fn latest_moves_the_ref_of_a_skill_that_did_not_change() {
    let (context, mut repo) = tagged(&["v1.0.0"]);
    context.run(&["add", "acme/skills/one@^1.0"]).ok();
    repo.skill("skills/two", "two", "Of v2");
    repo.commit("v2");
    repo.tag("v2.0.0");
    context
        .run(&["update", "one", "--latest"])
        .ok()
        .says("follows `^2.0` instead of `^1.0`");
    assert_eq!(context.entry("one")["ref"], "^2.0");
    assert_eq!(context.entry("one")["version"], "v2.0.0");
    context.has("one", &repo, "v2.0.0:skills/one");
}

#[test]
fn latest_refuses_a_range_of_several_parts() {
    let (context, _repo) = tagged(&["v1.0.0", "v2.0.0"]);
    context.run(&["add", "acme/skills/one@>=1.0, <2"]).ok();
    context
        .refuses(&["update", "one", "--latest"], 3, "has several parts")
        .says("`mdskill add acme/skills/skills/one@REF`");
}

#[test]
fn list_versions_sorts_tags_and_leaves_out_other_skills() {
    let (context, repo) = tagged(&["v1.2.0", "v1.10.0", "v1.9.0"]);
    for tag in ["one@2.0.0", "two-v3.0", "nightly"] {
        repo.tag(tag);
    }
    let tags = |arguments: &[&str]| -> Vec<String> {
        let json = context.run(arguments).ok().json();
        let versions = json["versions"].as_array().unwrap().iter();
        versions
            .map(|version| version["tag"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        tags(&["list", "acme/skills", "--versions", "--json"]),
        ["two-v3.0", "one@2.0.0", "v1.10.0", "v1.9.0", "v1.2.0"]
    );
    assert_eq!(
        tags(&["list", "acme/skills/one", "--versions", "--json"]),
        ["one@2.0.0", "v1.10.0", "v1.9.0", "v1.2.0"]
    );
    let listed = context.run(&["list", "acme/skills", "--versions"]);
    assert!(listed.ok().stdout.contains(&repo.rev_parse("v1.9.0")[..7]));
    let context = TestContext::with_skills().0;
    context
        .run(&["list", "acme/skills", "--versions"])
        .ok()
        .says("acme/skills has no version tags");
}

#[test]
fn update_of_a_tag_still_takes_one_request() {
    let context = ServedContext::new();
    context.repo.tag("v1.0.0");
    context.run(&["add", "acme/skills/one@v1.0.0"]).ok();
    context.server.reset();
    context.run(&["update"]).ok();
    assert_eq!(context.commands(), ["ls-refs"]);
}

#[test]
fn offline_update_names_the_time_of_the_last_fetch() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/one"]).ok();
    context
        .run(&["update", "--offline"])
        .ok()
        .says("all skills are up to date as of the last fetch, 20");
    context.run(&["update"]).ok().never_says("as of");
}
