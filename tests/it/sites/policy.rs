//! The policy of a project, and the lockfile of a stranger.

use super::{commit, serve, zipped};
use crate::support::site_server::SiteServer;
use crate::support::test_context::TestContext;

#[test]
fn sources_allow_sites_by_name() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    serve(&site, &[("one", &one)]);
    let url = site.url();
    let (by_name, by_url) = (format!("{url}/one"), format!("{url}/one.zip"));
    for sources in [
        "github:acme/*".to_owned(),
        // The glob of a repository is not that of a site on the same host.
        format!("{url}/**"),
        format!("site:{url}/other/**"),
        "site:https://*.example.com/**".to_owned(),
    ] {
        context.write(
            "mdskill.toml",
            format!("[policy]\nsources = [\"{sources}\"]\n"),
        );
        for spec in [&by_name, &by_url] {
            context.refuses(&["add", spec], 3, "is not an allowed source");
        }
    }
    assert_eq!(site.take_paths(), [""; 0], "nothing is requested");
    for (sources, spec) in [
        (format!("site:{url}/**"), &by_name),
        (format!("site:{url}"), &by_name),
        (format!("site:{url}/**"), &by_url),
        (format!("site:{url}/*.zip"), &by_url),
        ("**".to_owned(), &by_url),
    ] {
        let context = context.another();
        context.write(
            "mdskill.toml",
            format!("[policy]\nsources = [\"{sources}\"]\n"),
        );
        context.run(&["add", spec]).ok();
        context.run(&["update"]).ok();
        context.run(&["install"]).ok();
        context.write("mdskill.toml", "[policy]\nsources = [\"github:acme/*\"]\n");
        context
            .run(&["update"])
            .fails(3)
            .says("is not an allowed source");
    }
}

#[test]
fn bad_glob_of_a_site_is_refused() {
    let context = TestContext::new();
    for glob in [
        "site:",
        "site:h",
        "site:ssh://h/**",
        "site:https://h*/**",
        "site:https://h/../x",
    ] {
        context.write(
            "mdskill.toml",
            format!("[policy]\nsources = [\"{glob}\"]\n"),
        );
        context.refuses(&["policy"], 1, "site:");
    }
}

#[test]
fn site_has_no_tags_commits_and_signatures() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    serve(&site, &[("one", &one)]);
    for (key, sentence) in [
        ("pin = \"tag\"", "a site has no tags and no commits"),
        (
            "signed = true",
            "a site has no commits, so it is not signed",
        ),
        (
            "min-age = \"1d\"",
            "a site has no commits, so its age is unknown",
        ),
    ] {
        context.write("mdskill.toml", format!("[policy]\n{key}\n"));
        context.refuses(&["add", &format!("{}/one", site.url())], 3, sentence);
    }
}

#[test]
fn lockfile_of_a_stranger_is_checked() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    serve(&site, &[("one", &one)]);
    context.run(&["add", &format!("{}/one", site.url())]).ok();
    commit(&context);
    let lock = context.read("mdskill.lock");
    let entry = context.entry("one");
    let remove = || std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    let zeros = "0".repeat(64);
    remove();
    for (from, to, sentence) in [
        (
            entry["tree"].as_str(),
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            "`one`",
        ),
        (
            entry["digest"].as_str(),
            &format!("sha256:{zeros}"),
            "does not match its `tree`",
        ),
        (
            entry["source"].as_str(),
            "site:http://h.example",
            "does not use https",
        ),
        (
            entry["source"].as_str(),
            "site:file:///etc",
            "invalid source",
        ),
        (
            entry["source"].as_str(),
            "site:https://u:p@h.example",
            "user name or password",
        ),
        ("path = \"one\"", "path = \"../one\"", "not a path inside"),
        (entry["download"].as_str(), "sha256:0", "invalid digest"),
    ] {
        context.clear_cache();
        context.write("mdskill.lock", lock.replace(from, to));
        context.refuses(&["install"], 1, sentence);
    }
    // A digest of the download only saves one; the tree decides.
    context.write(
        "mdskill.lock",
        lock.replace(&entry["download"], &format!("sha256:{zeros}")),
    );
    context.run(&["install"]).ok();
    context.run(&["verify"]).ok();
}

#[test]
fn site_at_the_address_of_a_repository_is_checked() {
    let (site, context) = (SiteServer::start(), TestContext::new());
    let one = zipped("one", "Text");
    serve(&site, &[("one", &one)]);
    let url = site.url();
    let policy = |glob: &str| format!("[policy]\nsources = [\"{url}/**\", \"{glob}\"]\n");
    context.write("mdskill.toml", policy("github:acme/*"));
    let spec = format!("{url}/skills/one");
    context.refuses(&["add", &spec], 3, "is not an allowed source");
    context.write("mdskill.toml", policy(&format!("site:{url}")));
    context.run(&["add", &spec]).ok();
}

#[test]
fn repository_costs_no_request_for_an_index() {
    let context = crate::support::test_context::ServedContext::new();
    let url = format!("{}/acme/skills", context.server.url());
    context.run(&["add", &format!("{url}.git//one")]).ok();
    let requests = context.server.requests();
    assert!(
        requests
            .iter()
            .all(|request| !request.target.contains("well-known"))
    );
}
