//! Kinds of servers and refs: old servers, redirects, missing filters.

use crate::acts::refused;
use crate::forge::Scene;
use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::forge::Forge;
use crate::support::repo::Repo;

#[test]
fn add_from_server_without_filters_fetches_shallow_pack() {
    let scene = Scene::set();
    scene.forge.fault(Fault::NoFilter);
    scene.run(&["add", "acme/skills/three"]).ok();
    // The first fetch is refused; the capabilities have no filter; the second fetch does not use one.
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "GET", "fetch"]);
    let lines = scene.forge.requests()[3].lines();
    assert!(lines.contains(&"deepen 1".to_owned()), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("filter")));
    scene.has("three", "HEAD:skills/three");
}

#[test]
fn update_works_without_filters() {
    let mut scene = Scene::set();
    scene.run(&["add", "acme/skills", "--all"]).ok();
    scene.repo.write("skills/two/more.md", "more");
    scene.repo.commit("More");
    scene.forge.fault(Fault::NoFilter);
    scene.run(&["update"]).ok();
    scene.has("two", "HEAD:skills/two");
}

#[test]
fn add_fetches_commit_if_server_refuses_blobs() {
    let scene = Scene::set();
    let blob = scene.repo.rev_parse("HEAD:skills/one/SKILL.md");
    scene.forge.fault_when(
        move |request| request.wants().contains(&blob),
        Fault::ErrPkt("upload-pack: not our ref".to_owned()),
    );
    scene.run(&["add", "acme/skills/one"]).ok();
    let wants = scene.forge.requests().last().unwrap().wants();
    assert_eq!(wants, std::slice::from_ref(&scene.commit));
    scene.has("one", "HEAD:skills/one");
}

#[test]
fn add_requests_no_trees_by_id() {
    let scene = Scene::set();
    scene.forge.fault(Fault::RefuseTreeWants);
    scene.run(&["add", "acme/skills", "--all"]).ok();
    assert_eq!(scene.heard(), ["ls-refs", "fetch", "fetch"]);
    scene.has("three", "HEAD:skills/three");
}

#[test]
fn add_from_server_without_version_2_uses_git() {
    let mut scene = Scene::set();
    scene.forge.fault(Fault::V0Only);
    scene.run(&["add", "acme/skills/three"]).ok();
    scene.has("three", "HEAD:skills/three");
    scene.locked(&format!("commit = \"{}\"", scene.commit));
    scene.repo.write("skills/three/more.md", "more");
    scene.repo.commit("More");
    scene.run(&["update"]).ok();
    scene.has("three", "HEAD:skills/three");

    std::fs::remove_file(scene.room.path("tools/git")).unwrap();
    let outcome = scene.refuses(
        &["add", "acme/skills/one"],
        1,
        "does not support git protocol version 2",
    );
    outcome.says("`git` can't be started").says("hint: ");
}

#[test]
fn verbose_output_explains_fall_back_to_git() {
    let sentence = "does not support protocol version 2; falling back to `git`";
    let scene = Scene::set();
    scene.forge.fault(Fault::V0Only);
    let outcome = scene.run(&["-v", "add", "acme/skills/one"]);
    outcome.ok().says(sentence).says("opening a source");
    // Single requests need a second `v`, and mdskill alone is logged.
    outcome.never_says("sending a request").never_says("hyper");
    let again = Scene::set();
    again.forge.fault(Fault::V0Only);
    let outcome = again.run(&["-vv", "add", "acme/skills/one"]);
    outcome.ok().says(sentence).says("sending a request");
}

#[test]
fn log_variable_selects_level_and_target() {
    let scene = Scene::set();
    let with = |filter: &str| {
        let prepared = scene.mdskill(&["update"]);
        prepared.env("MDSKILL_LOG", filter).run()
    };
    scene
        .run(&["add", "acme/skills/one"])
        .ok()
        .never_says("mdskill_git::");
    with("debug").ok().says("sending a request");
    let outcome = with("mdskill_git::transport=info");
    outcome.ok().says("listing refs");
    outcome
        .never_says("sending a request")
        .never_says("opening a source");
    with("hyper=trace")
        .ok()
        .says("ignored MDSKILL_LOG: `hyper` is neither a level nor a target of mdskill");
}

#[test]
fn git_for_old_server_reads_configuration_of_user_not_project() {
    let scene = Scene::set();
    scene.forge.fault(Fault::V0Only);
    let owned = scene.room.path("temp/owned");
    let command = format!(": > '{}'; false", owned.display());
    for (key, value) in [
        ("core.sshCommand", command.as_str()),
        ("url.ssh://evil.example/.insteadOf", &scene.forge.url()),
    ] {
        scene.room.run("git", ["config", key, value]).run().ok();
    }
    let prepared = scene.mdskill(&["add", "acme/skills/three"]);
    let prepared = prepared.env("GIT_CONFIG_COUNT", "1");
    let prepared = prepared.env("GIT_CONFIG_KEY_0", "http.extraHeader");
    prepared.env("GIT_CONFIG_VALUE_0", "X-User: ada").run().ok();
    assert!(!owned.exists(), "a command of the project was run");
    let requests = scene.forge.requests();
    let has_header = requests
        .iter()
        .any(|request| request.header("x-user") == Some("ada"));
    assert!(
        has_header,
        "what the user's environment configures was lost"
    );
    scene.has("three", "HEAD:skills/three");
}

#[test]
fn redirect_is_followed_and_new_address_reported() {
    for code in [301, 302, 307, 308] {
        let scene = Scene::set();
        let to = format!("{}/git-upload-pack", scene.forge.url_of("acme/skills"));
        scene.forge.fault_when(
            |request| request.target.starts_with("/acme/old"),
            Fault::Redirect { code, to },
        );
        let outcome = scene.run(&["add", "acme/old/one"]);
        let moved = format!("has moved to {}", scene.forge.url_of("acme/skills"));
        outcome.ok().says("warning: ").says(&moved);
        assert_eq!(outcome.stderr.matches("has moved").count(), 1, "{outcome}");
        // Later requests go directly to the new address.
        assert_eq!(scene.forge.traffic().requests, 4, "{code}");
        scene.has("one", "HEAD:skills/one");
        scene.locked("source = \"github:acme/old\"");
    }
}

#[test]
fn redirect_of_advertisement_only_is_followed() {
    let scene = Scene::set();
    let to = format!(
        "{}/info/refs?service=git-upload-pack",
        scene.forge.url_of("acme/skills")
    );
    scene.forge.fault_when(
        |request| request.target.starts_with("/acme/old") && request.method == "GET",
        Fault::Redirect { code: 301, to },
    );
    let outcome = scene.run(&["add", "acme/old/one"]);
    outcome.ok().says("has moved to");
    assert_eq!(
        scene.heard(),
        ["ls-refs", "GET", "GET", "ls-refs", "fetch", "fetch"]
    );
    scene.has("one", "HEAD:skills/one");
}

#[test]
fn endless_or_invalid_redirect_is_refused() {
    let scene = Scene::set();
    for (to, sentence, requests) in [
        (
            format!("{}{{target}}", scene.forge.url()),
            "more than five redirects",
            6,
        ),
        (
            format!("{}/login?from=x", scene.forge.url()),
            "it is not the address of a git repository",
            1,
        ),
        (
            "ftp://example.invalid{target}".to_owned(),
            "its target does not use https",
            1,
        ),
    ] {
        scene.forge.clear_faults();
        scene.forge.reset();
        scene.forge.fault(Fault::Redirect { code: 302, to });
        scene.refuses(&["add", "acme/skills/one"], 5, sentence);
        assert_eq!(scene.forge.traffic().requests, requests, "{sentence}");
    }
}

#[test]
fn redirect_from_https_to_http_is_refused() {
    let scene = Scene::set();
    let authority = Authority::new(&scene.room.path("temp"));
    let secure = Forge::start_tls(scene.root(), &authority, &["127.0.0.1"]);
    let to = format!("{}{{target}}", scene.forge.url());
    secure.fault(Fault::Redirect { code: 301, to });
    let prepared = scene
        .mdskill(&["add", "acme/skills/one"])
        .env("MDSKILL_GITHUB_URL", secure.url())
        .env("SSL_CERT_FILE", authority.pem());
    refused(&scene.room, prepared, 5, "its target does not use https");
    assert_eq!(scene.forge.traffic().requests, 0);
}

#[test]
fn add_reports_empty_repository_and_missing_ref() {
    let scene = Scene::set();
    Repo::create(scene.root(), "acme/empty");
    scene.refuses(&["add", "acme/empty/one"], 1, "is empty: it has no commits");
    let sentence = "has no branch or tag `nope`";
    scene.refuses(&["add", "acme/skills/one@nope"], 1, sentence);
    scene.refuses(
        &["add", "acme/none/one"],
        1,
        "does not exist or is private (404)",
    );
    scene.refuses(&["add", "acme/skills/fore"], 1, "has no skill `fore`");
    let missing = "f".repeat(40);
    let spec = format!("acme/skills/one@{missing}");
    scene.refuses(&["add", &spec], 5, &missing);
}

#[test]
fn add_reports_missing_default_branch() {
    let scene = Scene::set();
    let head = ["symbolic-ref", "HEAD", "refs/heads/master"];
    scene.repo.git(&head);
    let outcome = scene.refuses(&["add", "acme/skills/one"], 1, "has no default branch");
    outcome.says("`@main`").never_says("empty");
    scene.run(&["add", "acme/skills/one@main"]).ok();
    scene.has("one", "main:skills/one");
}

#[test]
fn add_without_ref_uses_detached_head() {
    let mut scene = Scene::set();
    let first = scene.commit.clone();
    scene.repo.write("skills/one/more.md", "more");
    let second = scene.repo.commit("More");
    scene
        .repo
        .git(&["update-ref", "--no-deref", "HEAD", &first]);
    scene.run(&["add", "acme/skills/one"]).ok();
    scene.locked(&format!("commit = \"{first}\""));
    scene.has("one", &format!("{first}:skills/one"));
    scene
        .repo
        .git(&["update-ref", "--no-deref", "HEAD", &second]);
    scene.run(&["update"]).ok();
    scene.locked(&format!("commit = \"{second}\""));
}

#[test]
fn annotated_tag_is_locked_as_commit() {
    let mut scene = Scene::set();
    scene.repo.annotated_tag("v1.0");
    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("More");
    let tagged = scene.repo.rev_parse("v1.0^{commit}");
    assert_ne!(scene.repo.rev_parse("v1.0"), tagged);
    scene.run(&["add", "acme/skills/one@v1.0"]).ok();
    scene.locked(&format!("commit = \"{tagged}\""));
    scene.locked("ref = \"v1.0\"");
    scene.has("one", "v1.0:skills/one");
    scene.forge.reset();
    scene.run(&["update"]).ok();
    assert_eq!(scene.heard(), ["ls-refs"]);
}

#[test]
fn name_of_branch_and_tag_requires_full_ref() {
    let mut scene = Scene::set();
    scene.repo.tag("release");
    scene
        .repo
        .git(&["update-ref", "refs/heads/release", "HEAD"]);
    scene
        .repo
        .branch("release")
        .write("skills/one/more.md", "more");
    let branch = scene.repo.commit("More");
    scene.repo.branch("main");
    let (heads, tags) = ("@refs/heads/release", "@refs/tags/release");
    scene
        .refuses(&["add", "acme/skills/one@release"], 1, heads)
        .says(tags);
    for (reference, commit) in [(heads, &branch), (tags, &scene.commit)] {
        let spec = format!("acme/skills/one{reference}");
        scene.run(&["add", &spec]).ok();
        scene.locked(&format!("commit = \"{commit}\""));
        scene.locked(&format!("ref = \"{}\"", &reference[1..]));
        scene.has("one", &format!("{commit}:skills/one"));
        scene.run(&["update"]).ok();
    }
}

#[test]
fn repository_with_sha256_is_refused() {
    let scene = Scene::set();
    let mut modern = Repo::create_with(scene.root(), "acme/modern", "sha256");
    modern.skill("one", "one", "The first").commit("One");
    let sentence = "is a SHA-256 repository; mdskill reads SHA-1 repositories only";
    scene.refuses(&["add", "acme/modern/one"], 1, sentence);
}

#[test]
fn url_of_page_resolves_branch_with_slash() {
    let mut scene = Scene::set();
    scene
        .repo
        .branch("feature/x")
        .skill("skills/pdf", "pdf", "Of the branch");
    let commit = scene.repo.commit("Pdf");
    scene.repo.branch("feature/xy").branch("main");
    let authority = Authority::new(&scene.room.path("temp"));
    let secure = Forge::start_tls(scene.root(), &authority, &["127.0.0.1"]);
    for page in [
        "tree/feature/x/skills/pdf",
        "blob/feature/x/skills/pdf/SKILL.md",
    ] {
        let spec = format!("{}/acme/skills/{page}", secure.url());
        let prepared = scene.mdskill(&["add", &spec]);
        prepared.env("SSL_CERT_FILE", authority.pem()).run().ok();
        scene.locked("ref = \"feature/x\"");
        scene.locked("path = \"skills/pdf\"");
        scene.locked(&format!("commit = \"{commit}\""));
        scene.locked(&format!("source = \"{}/acme/skills\"", secure.url()));
        scene.has("pdf", "feature/x:skills/pdf");
    }
}

#[test]
fn range_resolves_to_newest_tag_and_follows_it() {
    let mut scene = Scene::set();
    let mut commits = Vec::new();
    for version in ["v1.2.0", "v1.10.1", "v1.11.0-rc.1", "v2.0.0"] {
        scene.repo.write("skills/one/version.md", version);
        commits.push(scene.repo.commit(version));
        scene.repo.annotated_tag(version);
    }
    scene.run(&["add", "acme/skills/one@^1.2"]).ok();
    scene.locked("ref = \"^1.2\"");
    scene.locked(&format!("commit = \"{}\"", commits[1]));
    scene.has("one", "v1.10.1:skills/one");
    scene.repo.write("skills/one/version.md", "v1.11.0");
    scene.repo.commit("v1.11.0");
    scene.repo.tag("v1.11.0");
    scene.run(&["update"]).ok();
    scene.has("one", "v1.11.0:skills/one");
    let sentence = "no version tag that matches `^3`; the newest is `v2.0.0`";
    scene.refuses(&["add", "acme/skills/two@^3"], 1, sentence);
}
