//! Indexes of strangers: what can't be used is named, and nothing is written.

use super::{INDEX, OLD_INDEX, SCHEMA, listed, page, put_index, serve, zipped};
use crate::support::site_server::{SiteServer, file, zip};
use crate::support::test_context::TestContext;
use serde_json::{Value, json};

fn site_with(index: &Value) -> (SiteServer, TestContext) {
    let site = SiteServer::start();
    site.put(INDEX, index.to_string());
    (site, TestContext::new())
}

#[test]
fn wrong_digest_is_refused() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let (good, evil) = (zipped("one", "Text"), zipped("one", "Evil"));
    serve(&site, &[("one", &good)]);
    site.put("/one.zip", evil);
    let url = format!("{}/one", site.url());
    context.refuses(
        &["add", &url],
        1,
        "is not the file that the index describes",
    );
    // What is not unpacked can't be remembered.
    context.refuses(&["add", &url, "--offline"], 5, "--offline");
    site.put("/one.zip", good);
    context.run(&["add", &url]).ok();
}

#[test]
fn new_version_with_a_wrong_digest_changes_nothing() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let good = zipped("one", "Text");
    serve(&site, &[("one", &good)]);
    context.run(&["add", &format!("{}/one", site.url())]).ok();
    let new = zipped("one", "New text");
    serve(&site, &[("one", &new)]);
    site.put("/one.zip", good);
    context.refuses(&["update"], 1, "is not the file that the index describes");
}

#[test]
fn schema_of_the_future_is_refused() {
    let schema = "https://schemas.agentskills.io/discovery/9.0.0/schema.json";
    let (site, context) = site_with(&json!({"$schema": schema, "skills": []}));
    context
        .refuses(&["add", &site.url()], 1, "discovery/9.0.0/schema.json")
        .says("a newer mdskill");
}

#[test]
fn text_that_is_not_an_index_is_refused() {
    for index in [json!([]), json!({"skills": {}}), json!(null), json!({})] {
        let (site, context) = site_with(&index);
        context.refuses(&["add", &site.url()], 1, "is not a JSON list of skills");
    }
}

#[test]
fn too_many_skills_are_refused() {
    let entry = |at: usize| listed(&format!("s{at}"), "archive", "/x.zip", b"");
    let skills = |count| (0..count).map(entry).collect::<Vec<_>>();
    let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": skills(10_001)}));
    context.refuses(
        &["add", &site.url()],
        1,
        "10001 skills, more than the limit",
    );
    put_index(&site, &skills(10_000));
    context.refuses(&["add", &site.url()], 2, "has 10000 skills");
}

#[test]
fn large_index_is_cut() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.never_end(INDEX);
    context.refuses(&["add", &site.url()], 1, "is larger than 8 MiB");
}

#[test]
fn unusable_skill_is_left_out_by_name() {
    let one = zipped("one", "Text");
    let good = || listed("one", "archive", "/one.zip", &one);
    for (entry, sentence) in [
        (listed("../evil", "archive", "/one.zip", &one), "`../evil`"),
        (listed("a/b", "archive", "/one.zip", &one), "`a/b`"),
        (listed("", "archive", "/one.zip", &one), "``"),
        (listed(".git", "archive", "/one.zip", &one), "`.git`"),
        (listed("con", "archive", "/one.zip", &one), "`con`"),
        (
            listed("two", "container", "/one.zip", &one),
            "its type `container`",
        ),
        (
            json!({"name": "two", "type": "archive", "url": "/x.zip"}),
            "it has no `digest`",
        ),
        (
            json!({"name": "two", "type": "archive", "url": "/x.zip", "digest": "md5:0"}),
            "its digest `md5:0`",
        ),
        (json!({"name": "two", "type": "archive"}), "it has no `url`"),
        (json!({"type": "archive"}), "a skill without a name"),
        (json!("two"), "a skill without a name"),
    ] {
        let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": [good(), entry]}));
        site.put("/one.zip", &*one);
        let added = context.run(&["add", &site.url()]);
        added.ok().says("left out of the skills of").says(sentence);
        assert_eq!(context.folders(".github/skills"), ["one"]);
    }
}

#[test]
fn equal_names_are_refused() {
    let one = zipped("one", "Text");
    for (other, sentence) in [
        ("ONE", "the same on some file systems"),
        ("one", "`one` twice"),
    ] {
        let entries = [("one", "/one.zip"), (other, "/two.zip")];
        let skills = entries.map(|(name, url)| listed(name, "archive", url, &one));
        let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": skills}));
        context.refuses(&["add", &site.url()], 1, sentence);
    }
}

#[test]
fn address_of_another_network_is_refused() {
    let other = SiteServer::start();
    let one = zipped("one", "Text");
    other.put("/one.zip", &*one);
    for url in [
        format!("{}/one.zip", other.url()),
        format!("http://localhost:{}/one.zip", other.port()),
        "https://127.0.0.1/one.zip".to_owned(),
        "https://169.254.169.254/one.zip".to_owned(),
        "https://user:password@h.example/one.zip".to_owned(),
    ] {
        let entry = listed("one", "archive", &url, &one);
        let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": [entry]}));
        let add = format!("{}/one", site.url());
        context.refuses(
            &["add", &add],
            1,
            "is not an https address of another public host",
        );
    }
    for url in ["file:///etc/passwd", "http://h.example/one.zip", "data:,x"] {
        let entry = listed("one", "archive", url, &one);
        let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": [entry]}));
        let add = format!("{}/one", site.url());
        context.refuses(&["add", &add], 1, "does not use https");
    }
    assert_eq!(other.take_paths(), [""; 0]);
}

#[test]
fn archive_of_an_index_has_one_skill_at_its_root() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let deep = zip(&[file("a/b/SKILL.md", &page("one", "Text")), file("c/x", "x")]);
    serve(&site, &[("one", &deep)]);
    let url = format!("{}/one", site.url());
    context.refuses(&["add", &url], 1, "it has no SKILL.md");
    let evil = zip(&[file("SKILL.md", &page("one", "Text")), file("../evil", "x")]);
    serve(&site, &[("one", &evil)]);
    context.refuses(&["add", &url], 1, "`../evil`");
}

#[test]
fn bad_files_of_the_old_format_are_left_out() {
    for (files, sentence) in [
        (json!(["SKILL.md", "../../evil"]), "`../../evil` is refused"),
        (
            json!(["SKILL.md", "/etc/passwd"]),
            "`/etc/passwd` is refused",
        ),
        (
            json!(["SKILL.md", ".git/config"]),
            "`.git/config` is refused",
        ),
        (
            json!(["SKILL.md", "a", "A"]),
            "the same on some file systems",
        ),
        (json!(["SKILL.md", "a", "a"]), "the file `a` twice"),
        (json!(["README.md"]), "no SKILL.md among its files"),
        (json!(null), "no `$schema`"),
    ] {
        let (site, context) = (SiteServer::start(), TestContext::new());
        let index = json!({"skills": [{"name": "one", "description": "x", "files": files}]});
        site.put(OLD_INDEX, index.to_string());
        context.refuses(&["add", &site.url()], 1, sentence);
    }
}

#[test]
fn missing_file_of_the_old_format_is_named() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let index = json!({"skills": [{"name": "one", "files": ["SKILL.md", "a.md"]}]});
    site.put(OLD_INDEX, index.to_string());
    site.put("/.well-known/skills/one/SKILL.md", page("one", "Text"));
    let url = format!("{}/one", site.url());
    context.refuses(
        &["add", &url],
        1,
        "/.well-known/skills/one/a.md does not exist (404)",
    );
}

#[test]
fn text_of_an_index_can_not_forge_output() {
    let one = zipped("one", "Text");
    let mut entry = listed("one", "archive", "/one.zip", &one);
    entry["description"] = json!("Fine\u{1b}[2J\nname: evil\n---\n");
    let (site, context) = site_with(&json!({"$schema": SCHEMA, "skills": [entry]}));
    let listed = context.run(&["list", &site.url()]);
    listed.ok().never_says("\u{1b}[2J");
    assert_eq!(
        context.run(&["list", &site.url(), "--json"]).json()["skills"][0]["name"],
        "one"
    );
}
