//! A site with an index of skills.

use super::{INDEX, OLD_INDEX, listed, page, put_index, serve, zipped};
use crate::support::site_server::{SiteServer, sha256};
use crate::support::snapshot::Snapshot;
use crate::support::test_context::TestContext;
use serde_json::json;

/// A site with the zips `one` and `two`, and the file `three`.
fn three() -> (SiteServer, TestContext) {
    let site = SiteServer::start();
    let (one, two) = (zipped("one", "Text"), zipped("two", "Text"));
    let three = page("three", "Text");
    serve(&site, &[("one", &one), ("two", &two)]);
    site.put("/three/SKILL.md", &*three);
    let skills = vec![
        listed("one", "archive", "/one.zip", &one),
        listed("two", "archive", "../../two.zip", &two),
        listed("three", "skill-md", "/three/SKILL.md", three.as_bytes()),
    ];
    put_index(&site, &skills);
    (site, TestContext::new())
}

#[test]
fn skill_is_added_by_name() {
    let (site, context) = three();
    let url = site.url();
    context.run(&["add", &format!("{url}/one")]).ok();
    assert_eq!(site.take_paths(), [INDEX, "/one.zip"]);
    let entry = context.entry("one");
    assert_eq!(entry["source"], format!("site:{url}"));
    assert_eq!(entry["path"], "one");
    assert_eq!(entry["download"], sha256(&zipped("one", "Text")));
    assert_eq!(
        context.tree(".github/skills/one").paths(),
        ["SKILL.md", "run.sh"]
    );
    context.run(&["verify"]).ok();
    context
        .run(&["add", &url, "--skill", "two", "--skill", "three"])
        .ok();
    assert_eq!(context.entry("three")["path"], "three");
    assert_eq!(context.entry("two")["source"], format!("site:{url}"));
    context.run(&["remove", &format!("{url}/two")]).ok();
    assert_eq!(context.folders(".github/skills"), ["one", "three"]);
    context
        .refuses(&["add", &format!("{url}/on")], 1, "has no skill `on`")
        .says("one");
}

#[test]
fn skills_are_listed_without_downloads() {
    let (site, context) = three();
    let url = site.url();
    let listed = context.run(&["list", &url]);
    for name in ["one", "two", "three"] {
        listed.ok().says(&format!("Skill {name}"));
    }
    context
        .refuses(&["add", &url], 2, "has 3 skills")
        .says("three");
    assert_eq!(site.take_paths(), [INDEX, INDEX]);
    context
        .run(&["show", &format!("{url}/one")])
        .ok()
        .says("run.sh");
    context.run(&["add", &url, "--all"]).ok();
    assert_eq!(context.folders(".github/skills"), ["one", "three", "two"]);
    let shown = context.run(&["list", &url, "--json"]).json();
    assert_eq!(shown["source"], format!("site:{url}"));
}

#[test]
fn skills_of_a_large_index_are_not_a_file_each() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    site.put("/one.zip", &*one);
    let others = (0..3000).map(|at| listed(&format!("s{at}"), "archive", "/x.zip", b""));
    let own = std::iter::once(listed("one", "archive", "/one.zip", &one));
    put_index(&site, &own.chain(others).collect::<Vec<_>>());
    let spec = format!("{}/one", site.url());
    context.run(&["add", &spec]).ok();
    context.run(&["verify"]).ok();
    let cache = || Snapshot::of(&context.path("cache"));
    let cached = cache().paths().len();
    assert!(cached < 50, "{cached} files");
    let tree = cache();
    let packs = tree.paths();
    let packs = packs
        .iter()
        .filter(|path| path.strip_suffix(".idx").is_some());
    for pack in packs {
        let pack = context.path("cache").join(pack);
        context.git(&["verify-pack", &pack.to_string_lossy()]).ok();
    }
    // What is in the cache is not written again.
    context.run(&["update"]).ok();
    assert_eq!(cache().paths().len(), cached);
}

#[test]
fn update_downloads_only_what_changed() {
    let (site, context) = three();
    context.run(&["add", &site.url(), "--all"]).ok();
    site.take_paths();
    let before = context.snapshot();
    context.run(&["outdated"]).ok();
    context.run(&["update"]).ok();
    assert_eq!(site.take_paths(), [INDEX, INDEX]);
    before.assert_same(&context.snapshot());
    let (one, two) = (zipped("one", "New text"), zipped("two", "Text"));
    serve(&site, &[("one", &one), ("two", &two)]);
    context.run(&["update"]).fails(3).says("three");
    assert_eq!(site.take_paths(), [INDEX, "/one.zip"]);
    assert!(
        context
            .read(".github/skills/one/SKILL.md")
            .contains("New text")
    );
    assert_eq!(context.entry("one")["download"], sha256(&one));
    assert_eq!(context.folders(".github/skills"), ["one", "three", "two"]);
    context.run(&["verify"]).ok();
}

#[test]
fn edits_are_merged_into_a_new_version() {
    let (site, context) = three();
    let text = |last: &str| format!("First\n\nMiddle\n\nMore\n\n{last}");
    let one = zipped("one", &text("Last"));
    serve(&site, &[("one", &one)]);
    context.run(&["add", &format!("{}/one", site.url())]).ok();
    let file = ".github/skills/one/SKILL.md";
    context.write(file, context.read(file).replace("First", "My first"));
    context.run(&["diff", "--local"]).ok().says("+My first");
    let one = zipped("one", &text("New last"));
    serve(&site, &[("one", &one)]);
    context.run(&["update"]).ok();
    let merged = context.read(file);
    assert!(
        merged.contains("My first") && merged.contains("New last"),
        "{merged}"
    );
    context.run(&["verify"]).ok();
}

#[test]
fn fresh_machine_installs_the_locked_version_or_nothing() {
    let (site, context) = three();
    context.run(&["add", &site.url(), "--all"]).ok();
    let installed = context.tree(".github/skills");
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
    context.run(&["install"]).ok();
    installed.assert_same(&context.tree(".github/skills"));
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
    let one = zipped("one", "New text");
    serve(&site, &[("one", &one)]);
    context
        .refuses(&["install", "one"], 1, "no longer has the version of `one`")
        .says("mdskill update one");
}

#[test]
fn files_of_the_old_format_are_installed() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let index = json!({"skills": [
        {"name": "one", "description": "Skill one", "files": ["SKILL.md", "references/a b.md"]},
        {"name": "two", "description": "Skill two", "files": ["SKILL.md"]},
    ]});
    site.put(OLD_INDEX, index.to_string());
    let folder = "/.well-known/skills/one";
    site.put(
        &format!("{folder}/SKILL.md"),
        page("one", "See [a](<references/a b.md>)."),
    );
    site.put(&format!("{folder}/references/a%20b.md"), "Text\n");
    let url = site.url();
    context.run(&["add", &format!("{url}/one")]).ok();
    assert_eq!(
        context.read(".github/skills/one/references/a b.md"),
        "Text\n"
    );
    // The index by its address, as other tools have it.
    let other = context.another();
    other.run(&["add", &format!("{url}{OLD_INDEX}//one")]).ok();
    assert_eq!(
        other.entry("one")["source"],
        format!("site:{url}{OLD_INDEX}")
    );
    other.run(&["update"]).ok();
    site.put(&format!("{folder}/references/a%20b.md"), "New text\n");
    context.run(&["update"]).ok();
    assert_eq!(
        context.read(".github/skills/one/references/a b.md"),
        "New text\n"
    );
    let before = context.snapshot();
    context.run(&["update"]).ok();
    before.assert_same(&context.snapshot());
}

#[test]
fn index_below_a_path_is_found() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    site.put("/docs/one.zip", &*one);
    let entry = listed("one", "archive", "../../one.zip", &one);
    let index = json!({"$schema": super::SCHEMA, "skills": [entry]});
    site.put(&format!("/docs{INDEX}"), index.to_string());
    let url = format!("site:{}/docs", site.url());
    context.run(&["add", &format!("{url}//one")]).ok();
    assert_eq!(context.entry("one")["source"], url);
    context.run(&["update"]).ok();
    let shown = context.run(&["list", &url, "--json"]).json();
    assert_eq!(shown["skills"][0]["spec"], format!("{url}//one"));
    context.run(&["remove", &format!("{url}//one")]).ok();
}

#[test]
fn offline_uses_the_last_index() {
    let (site, context) = three();
    let url = site.url();
    context.refuses(&["list", &url, "--offline"], 5, "is not in the cache");
    context.run(&["add", &format!("{url}/one")]).ok();
    drop(site);
    context
        .run(&["list", &url, "--offline"])
        .ok()
        .says("Skill two");
    let two = format!("{url}/two");
    context.refuses(&["add", &two, "--offline"], 5, "`two` of");
    context.run(&["update", "--offline"]).ok();
    context.run(&["outdated", "--offline"]).ok();
}

#[test]
fn host_without_an_index_is_named() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    context
        .refuses(&["add", &site.url()], 1, "has no index of skills")
        .says("https://HOST/owner/repo");
    assert_eq!(site.take_paths(), [INDEX, OLD_INDEX]);
    // A site may answer every path with a page.
    for path in [INDEX, OLD_INDEX] {
        site.put(path, "<!doctype html>");
    }
    context.refuses(&["add", &site.url()], 1, "is not a JSON list of skills");
}

#[test]
fn folder_and_page_of_a_site_are_found_by_their_addresses() {
    let (site, context) = three();
    let url = site.url();
    // A folder with an index of its own.
    let four = zipped("four", "Text");
    site.put("/docs/x/four.zip", &*four);
    let entry = listed("four", "archive", "/docs/x/four.zip", &four);
    let index = json!({"$schema": super::SCHEMA, "skills": [entry]});
    site.put(&format!("/docs/x{INDEX}"), index.to_string());
    context.run(&["add", &format!("{url}/docs/x")]).ok();
    assert_eq!(
        context.entry("four")["source"],
        format!("site:{url}/docs/x")
    );
    context.run(&["update"]).ok();
    // The page of a skill of the site.
    context.run(&["add", &format!("{url}/skills/one")]).ok();
    assert_eq!(context.entry("one")["source"], format!("site:{url}"));
    let error = context.refuses(&["add", &format!("{url}/skills/other")], 1, "404");
    error.never_says("has no skill");
    // The folder has the only index.
    let other = SiteServer::start();
    other.put(
        &format!("/docs{INDEX}"),
        index.to_string().replace("/docs/x/", "/"),
    );
    other.put("/four.zip", &*four);
    let context = context.another();
    context.run(&["add", &format!("{}/docs", other.url())]).ok();
    assert_eq!(
        context.entry("four")["source"],
        format!("site:{}/docs", other.url())
    );
}
