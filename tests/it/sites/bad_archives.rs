//! Archives of strangers: each is refused by name, and nothing is written.

use super::{page, skill};
use crate::support::site_server::{Packed, SiteServer, file, gzip, link, tar_gz, zip};
use crate::support::test_context::TestContext;

/// Asserts that the archive is refused with this sentence.
#[track_caller]
fn refused(bytes: &[u8], sentence: &str) {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", bytes);
    let url = format!("{}/pdf.zip", site.url());
    context.refuses(&["add", &url], 1, sentence);
    context.assert_tidy();
}

/// Asserts that a skill with this entry is refused, in a zip and in a tar.
#[track_caller]
fn refused_with(entry: &Packed, sentence: &str) {
    let entries = [skill("", "pdf", "Text"), vec![entry.clone()]].concat();
    refused(&zip(&entries), sentence);
    refused(&tar_gz(&entries), sentence);
}

#[test]
fn name_that_leads_elsewhere_is_refused() {
    for (name, sentence) in [
        ("../evil", "`../evil` has an empty part, `.`, `..`"),
        ("a/../../evil", "`a/../../evil` has an empty part"),
        ("/etc/evil", "`/etc/evil` is absolute"),
        ("a//b", "`a//b` has an empty part"),
        ("a\\b", "`a\\\\b` has a backslash"),
        (".git/hooks/post-checkout", "or `.git`"),
        (".GIT/config", "or `.git`"),
        ("a/git~1/config", "or `.git`"),
        ("C:evil", "Windows forbids"),
        ("con", "device name on Windows"),
        ("evil\u{202e}", "invisible character"),
    ] {
        refused_with(&file(name, "x"), sentence);
    }
    let not_text = Packed {
        name: vec![b'a', 0xff],
        ..file("", "x")
    };
    refused_with(&not_text, "is not UTF-8");
}

#[test]
fn equal_names_are_refused() {
    refused_with(&file("RUN.sh", "x"), "the same file on some file systems");
    refused_with(&file("run.sh", "x"), "`run.sh` twice");
    refused_with(&file("run.sh/x", "x"), "the same file on some file systems");
}

#[test]
fn link_that_leaves_the_archive_is_refused() {
    for target in ["../../../etc/passwd", "/etc/passwd", "missing"] {
        refused_with(&link("passwd", target), "`passwd`");
    }
}

#[test]
fn special_file_is_refused() {
    let special = |mode, kind| Packed {
        mode,
        kind,
        ..file("odd", "")
    };
    for (mode, kind) in [(0o010_644, b'6'), (0o020_644, b'3'), (0o060_644, b'4')] {
        refused_with(&special(mode, kind), "`odd` is not a regular file");
    }
    let hard = Packed {
        kind: b'1',
        ..file("odd", "SKILL.md")
    };
    let entries = [skill("", "pdf", "Text"), vec![hard]].concat();
    refused(&tar_gz(&entries), "`odd` is not a regular file");
}

#[test]
fn encrypted_file_is_refused() {
    let mut entries = skill("", "pdf", "Text");
    entries[1].flags = 1;
    refused(&zip(&entries), "`run.sh` is encrypted");
}

#[test]
fn bomb_is_refused() {
    let zeros = "\0".repeat(60 << 20);
    let entries = [skill("", "pdf", "Text"), vec![file("zeros", &zeros)]].concat();
    refused(&zip(&entries), "unpacks to more than");
    refused(&tar_gz(&entries), "unpacks to more than");
    // Many small files.
    let small = "\0".repeat(4 << 20);
    let many = (0..10).map(|at| file(&format!("zeros-{at}"), &small));
    let many: Vec<Packed> = skill("", "pdf", "Text").into_iter().chain(many).collect();
    refused(&zip(&many), "unpacks to more than");
    // A name that never ends.
    let mut long = file("x", &"a/".repeat(20 << 20));
    long.kind = b'L';
    refused(&tar_gz(&[long]), "unpacks to more than");
}

#[test]
fn archive_of_too_many_folders_is_refused() {
    let deep = |at: usize| file(&format!("{at}/{}x", "a/".repeat(1000)), "x");
    let entries = [skill("", "pdf", "Text"), (0..60).map(deep).collect()].concat();
    refused(&zip(&entries), "more than 50000 entries");
}

#[test]
fn damaged_archive_is_refused() {
    let good = zip(&skill("", "pdf", "Text"));
    refused(&good[..good.len() - 30], "it is damaged");
    let mut flipped = good;
    flipped[60] ^= 0xff;
    refused(&flipped, "`SKILL.md` is damaged");
    let tar = tar_gz(&skill("", "pdf", "Text"));
    refused(&tar[..tar.len() / 2], "damaged");
    refused(&gzip(b"not a tar"), "damaged");
    refused(b"<html></html>", "neither a zip nor a tar.gz");
    refused(b"", "neither a zip nor a tar.gz");
}

#[test]
fn archive_without_a_skill_is_refused() {
    refused(
        &zip(&[file("README.md", "x")]),
        "no folder in it has a SKILL.md",
    );
}

#[test]
fn too_many_entries_are_refused() {
    let mut entries = skill("", "pdf", "Text");
    entries.extend((0..50_001).map(|at| file(&format!("f/{at}"), "")));
    refused(&tar_gz(&entries), "more than 50000 entries");
}

#[test]
fn limits_of_the_project_apply() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    context.write("mdskill.toml", "[limits]\nmax-files = 1\n");
    site.put("/pdf.zip", zip(&skill("", "pdf", "Text")));
    let url = format!("{}/pdf.zip", site.url());
    context.refuses(&["add", &url], 1, "more than 1 file");
}

#[test]
fn endless_file_is_cut() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.never_end("/x/SKILL.md");
    let url = format!("{}/x/SKILL.md", site.url());
    context.refuses(&["add", &url], 1, "is larger than 64 MiB");
}

#[test]
fn leftovers_of_macos_are_left_out() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let mut entries = skill("pdf/", "pdf", "Text");
    entries.push(file("__MACOSX/pdf/._SKILL.md", "x"));
    site.put("/pdf.zip", zip(&entries));
    context
        .run(&["add", &format!("{}/pdf.zip", site.url())])
        .ok();
    assert_eq!(
        context.tree(".github/skills/pdf").paths(),
        ["SKILL.md", "run.sh"]
    );
}

#[test]
fn page_of_the_site_is_not_a_skill() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/x/SKILL.md", "<!doctype html><title>Not found</title>");
    let url = format!("{}/x/SKILL.md", site.url());
    context.refuses(&["add", &url], 1, "does not start with a line");
    site.put("/x/SKILL.md", page("x", "Text"));
    context.run(&["add", &url]).ok();
}

#[test]
fn redirect_to_another_host_is_refused() {
    let (site, other, context) = (SiteServer::start(), SiteServer::start(), TestContext::new());
    other.put("/pdf.zip", zip(&skill("", "pdf", "Text")));
    let url = format!("{}/pdf.zip", site.url());
    for to in [
        format!("{}/pdf.zip", other.url()),
        format!("http://localhost:{}/pdf.zip", other.port()),
        "https://169.254.169.254/pdf.zip".to_owned(),
        "https://127.0.0.1/pdf.zip".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        site.redirect("/pdf.zip", &to);
        context.refuses(&["add", &url], 5, "refused the redirect");
    }
    assert_eq!(other.take_paths(), [""; 0]);
    // On the same host it is followed, and the address that was given is locked.
    site.redirect("/pdf.zip", "/new/pdf.zip");
    site.put("/new/pdf.zip", zip(&skill("", "pdf", "Text")));
    context.run(&["add", &url]).ok();
    assert_eq!(context.entry("pdf")["source"], format!("site:{url}"));
}

#[test]
fn plain_http_is_refused() {
    let context = TestContext::new();
    for url in [
        "http://h.example/pdf.zip",
        "http://h.example/x/SKILL.md",
        "http://h.example",
    ] {
        context
            .refuses(&["add", url], 1, "does not use https")
            .says("write https://");
    }
}

#[test]
fn no_credential_is_sent() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    site.put("/pdf.zip", zip(&skill("", "pdf", "Text")));
    let url = format!("{}/pdf.zip", site.url());
    let host = format!("127.0.0.1:{}", site.port());
    std::fs::write(
        context.path("home").join(".netrc"),
        format!("machine {host} login user password hunter2\nmachine 127.0.0.1 login user password hunter2\n"),
    )
    .unwrap();
    let add = context.mdskill(["add", &url]);
    add.env("MDSKILL_TOKEN", "secret-token").run().ok();
    for request in site.take_requests() {
        let text = format!("{request:?}").to_ascii_lowercase();
        assert!(!text.contains("authorization"), "{text}");
        assert!(!text.contains("secret-token"), "{text}");
    }
}
