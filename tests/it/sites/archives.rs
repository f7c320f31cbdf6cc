//! An archive, or a single `SKILL.md`, by its URL.

use super::{page, skill, zipped};
use crate::support::site_server::{SiteServer, file, link, sha256, tar_gz, zip};
use crate::support::test_context::TestContext;

#[test]
fn zip_is_installed_and_locked() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let bytes = zip(&skill("pdf-1.0/", "pdf", "Text"));
    site.put("/files/pdf.zip", &*bytes);
    let url = format!("{}/files/pdf.zip", site.url());
    context.run(&["add", &url]).ok();
    let installed = context.tree(".github/skills/pdf");
    assert_eq!(installed.paths(), ["SKILL.md", "run.sh"]);
    let run = context.project().join(".github/skills/pdf/run.sh");
    let mode = std::os::unix::fs::PermissionsExt::mode(&run.metadata().unwrap().permissions());
    assert_eq!(mode & 0o111, 0o111, "{mode:o}");
    let entry = context.entry("pdf");
    assert_eq!(entry["source"], format!("site:{url}"));
    assert_eq!(entry["path"], "");
    assert_eq!(entry["download"], sha256(&bytes));
    assert!(!entry.contains_key("commit"), "{entry:?}");
    // git computes the same tree of the installed files.
    context.git(&["add", ".github"]).ok();
    let tree = context.git(&["write-tree", "--prefix=.github/skills/pdf/"]);
    assert_eq!(entry["tree"], tree.ok().stdout.trim());
    context.run(&["verify"]).ok();
    context.run(&["add", &url]).ok().says("Unchanged");
    assert_eq!(context.entry("pdf"), entry);
    context.run(&["remove", "pdf"]).ok();
    assert!(context.lock().is_empty());
}

#[test]
fn skill_of_a_tar_is_chosen_by_name() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let mut entries = skill("r-main/skills/one/", "one", "Text");
    entries.extend(skill("r-main/skills/two/", "two", "Text"));
    for name in ["/r.tar.gz", "/r.tgz"] {
        site.put(name, tar_gz(&entries));
        let url = format!("{}{name}", site.url());
        let context = context.another();
        context
            .refuses(&["add", &url], 2, "has 2 skills")
            .says("one")
            .says("two");
        context.run(&["list", &url]).ok().says("Skill one");
        context.run(&["add", &format!("{url}//two")]).ok();
        assert_eq!(context.entry("two")["path"], "skills/two");
        context.run(&["add", &url, "--skill", "one"]).ok();
        assert_eq!(context.folders(".github/skills"), ["one", "two"]);
        context.run(&["remove", &format!("{url}//skills/two")]).ok();
        assert_eq!(context.folders(".github/skills"), ["one"]);
        context.run(&["add", &url, "--all"]).ok();
        assert_eq!(context.folders(".github/skills"), ["one", "two"]);
    }
}

#[test]
fn single_file_is_a_skill() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let text = page("notes", "Text");
    site.put("/docs/notes/SKILL.md", &*text);
    let url = format!("{}/docs/notes/SKILL.md", site.url());
    context.run(&["show", &url]).ok().says("Skill notes");
    context.run(&["add", &url]).ok();
    assert_eq!(context.read(".github/skills/notes/SKILL.md"), text);
    let entry = context.entry("notes");
    assert_eq!(entry["source"], format!("site:{url}"));
    assert_eq!(entry["download"], sha256(text.as_bytes()));
    site.put("/docs/notes/SKILL.md", page("notes", "New text"));
    context.run(&["update"]).ok();
    assert!(
        context
            .read(".github/skills/notes/SKILL.md")
            .contains("New text")
    );
}

#[test]
fn file_without_a_name_has_that_of_its_folder() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let text = page("x", "Text").replace("name: x\n", "");
    site.put("/docs/notes/SKILL.md", &*text);
    site.put("/files/paper.tar.gz", tar_gz(&[file("SKILL.md", &text)]));
    for (path, name) in [
        ("docs/notes/SKILL.md", "notes"),
        ("files/paper.tar.gz", "paper"),
    ] {
        let add = ["add", &format!("{}/{path}", site.url()), "--force"];
        context.run(&add).ok();
        assert_eq!(context.entry(name)["name"], name);
    }
}

#[test]
fn link_in_an_archive_is_what_it_leads_to() {
    for pack in [zip, tar_gz] {
        let (site, context) = (SiteServer::start(), TestContext::new());
        let mut entries = skill("r/pdf/", "pdf", "See [notes](notes.md).");
        entries.push(link("r/pdf/notes.md", "../shared/notes.md"));
        entries.push(file("r/shared/notes.md", "Shared\n"));
        site.put("/r.zip", pack(&entries));
        context.run(&["add", &format!("{}/r.zip", site.url())]).ok();
        assert_eq!(context.read(".github/skills/pdf/notes.md"), "Shared\n");
    }
}

#[test]
fn update_follows_and_merges_edits() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let body = |last: &str| format!("First\n\nMiddle\n\nMore\n\n{last}");
    site.put("/pdf.zip", zipped("pdf", &body("Last")));
    let url = format!("{}/pdf.zip", site.url());
    context.run(&["add", &url]).ok();
    context.run(&["outdated"]).ok().says("up to date");
    context.run(&["update"]).ok();
    let before = context.entry("pdf");
    let file = ".github/skills/pdf/SKILL.md";
    let edited = context.read(file).replace("First", "My first");
    context.write(file, edited);
    context.run(&["verify"]).fails(3).says("pdf");
    context.run(&["diff", "--local"]).ok().says("+My first");
    site.put("/pdf.zip", zipped("pdf", &body("New last")));
    context.run(&["outdated"]).fails(3).says("pdf");
    context.run(&["update"]).ok();
    let text = context.read(file);
    assert!(
        text.contains("My first") && text.contains("New last"),
        "{text}"
    );
    let after = context.entry("pdf");
    assert_ne!(after["tree"], before["tree"]);
    assert_ne!(after["download"], before["download"]);
    assert!(after.contains_key("edits"));
    context.run(&["verify"]).ok();
    // Both sides change one line.
    site.put(
        "/pdf.zip",
        zipped("pdf", &body("New last").replace("First", "Their first")),
    );
    context.run(&["update"]).fails(3).says("conflict");
    assert_eq!(context.entry("pdf"), after);
}

#[test]
fn lost_base_of_edits_is_reported() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zipped("pdf", "Text"));
    context
        .run(&["add", &format!("{}/pdf.zip", site.url())])
        .ok();
    let file = ".github/skills/pdf/SKILL.md";
    context.write(file, context.read(file).replace("Text", "My text"));
    context.clear_cache();
    context.run(&["diff", "--local"]).ok().says("+My text");
    context.clear_cache();
    site.put("/pdf.zip", zipped("pdf", "New text"));
    let reason = "neither upstream nor in the cache";
    context.run(&["update"]).fails(3).says(reason);
    context
        .run(&["diff", "--local"])
        .fails(1)
        .says("no longer has the version of `pdf` that mdskill.lock lists")
        .says("mdskill update pdf");
    context.run(&["update", "--conflict=ours"]).ok();
    assert!(context.read(file).contains("My text"));
}

#[test]
fn install_checks_what_the_site_has_now() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zipped("pdf", "Text"));
    context
        .run(&["add", &format!("{}/pdf.zip", site.url())])
        .ok();
    let installed = context.tree(".github/skills/pdf");
    let remove = || std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    // From the cache.
    remove();
    site.take_paths();
    context.run(&["install", "--offline"]).ok();
    assert_eq!(site.take_paths(), [""; 0]);
    installed.assert_same(&context.tree(".github/skills/pdf"));
    // On another machine, also if the archive was packed again.
    for bytes in [zipped("pdf", "Text"), tar_gz(&skill("top/", "pdf", "Text"))] {
        remove();
        context.clear_cache();
        context
            .run(&["install", "--offline"])
            .fails(5)
            .says("--offline");
        site.put("/pdf.zip", bytes);
        context.run(&["install"]).ok();
        installed.assert_same(&context.tree(".github/skills/pdf"));
    }
    remove();
    context.clear_cache();
    site.put("/pdf.zip", zipped("pdf", "New text"));
    context
        .refuses(&["install"], 1, "no longer has the version of `pdf`")
        .says("mdskill update pdf");
    context.run(&["update", "pdf"]).ok();
    context.run(&["install"]).ok();
    assert!(
        context
            .read(".github/skills/pdf/SKILL.md")
            .contains("New text")
    );
}

#[test]
fn repacked_archive_is_not_an_update() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zipped("pdf", "Text"));
    context
        .run(&["add", &format!("{}/pdf.zip", site.url())])
        .ok();
    let before = context.snapshot();
    site.put("/pdf.zip", tar_gz(&skill("top/", "pdf", "Text")));
    context.run(&["outdated"]).ok();
    context.run(&["update"]).ok();
    before.assert_same(&context.snapshot());
}

#[test]
fn skill_that_an_archive_loses_is_kept() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let both = [skill("one/", "one", "Text"), skill("two/", "two", "Text")].concat();
    site.put("/r.zip", zip(&both));
    context
        .run(&["add", &format!("{}/r.zip", site.url()), "--all"])
        .ok();
    site.put(
        "/r.zip",
        zip(&[both[0].clone(), both[1].clone(), file("two/x", "x")]),
    );
    context.run(&["update"]).fails(3).says("two");
    context.run(&["update", "--accept-gone"]).ok();
    context.run(&["update"]).ok();
    assert_eq!(context.folders(".github/skills"), ["one", "two"]);
}

#[test]
fn missing_archive_is_named() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let url = format!("{}/pdf.zip", site.url());
    context.refuses(&["add", &url], 1, "does not exist (404)");
    site.fail("/pdf.zip", 401);
    context.refuses(&["add", &url], 4, "requires authentication (401)");
    site.fail("/pdf.zip", 503);
    context.refuses(&["add", &url], 5, "failed (503)");
    assert_eq!(site.take_paths().len(), 6, "a failure is tried again");
    drop(site);
    context.refuses(&["add", &url], 5, "can't connect");
}

#[test]
fn offline_add_needs_the_cache() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zipped("pdf", "Text"));
    let url = format!("{}/pdf.zip", site.url());
    context.refuses(&["add", &url, "--offline"], 5, "is not in the cache");
    context.run(&["show", &url]).ok();
    drop(site);
    context.run(&["add", &url, "--offline"]).ok();
    context.run(&["update", "--offline"]).ok();
    context.run(&["verify"]).ok();
}

#[test]
fn site_has_no_refs() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zipped("pdf", "Text"));
    let url = format!("{}/pdf.zip", site.url());
    context.refuses(&["add", &format!("{url}@v1")], 2, "has no refs");
    context.refuses(&["add", &format!("{url}?v=1")], 2, "`?`");
    context.refuses(&["list", &url, "--versions"], 2, "has no refs");
    context.run(&["add", &url]).ok();
    context.run(&["log", "pdf"]).fails(1).says("no history");
    context.run(&["list"]).ok().says("pdf");
    context.run(&["show", "pdf"]).ok().says(&url);
}
