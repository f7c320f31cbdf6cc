//! Kinds of servers and refs: old servers, redirects, missing filters.

use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::test_context::ServedContext;

#[test]
fn add_from_server_without_filters_fetches_shallow_pack() {
    let context = ServedContext::new();
    context.server.fault(Fault::NoFilter);
    context.run(&["add", "acme/skills/three"]).ok();
    // The first fetch is refused; the capabilities have no filter; the second fetch does not use one.
    assert_eq!(context.commands(), ["ls-refs", "fetch", "GET", "fetch"]);
    let lines = context.server.requests()[3].lines();
    assert!(lines.contains(&"deepen 1".to_owned()), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("filter")));
    context.has("three", "HEAD:skills/three");
}

#[test]
fn update_works_without_filters() {
    let mut context = ServedContext::new();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.repo.write("skills/two/more.md", "more");
    context.repo.commit("More");
    context.server.fault(Fault::NoFilter);
    context.run(&["update"]).ok();
    context.has("two", "HEAD:skills/two");
}

#[test]
fn add_fetches_commit_if_server_refuses_blobs() {
    let context = ServedContext::new();
    let blob = context.repo.rev_parse("HEAD:skills/one/SKILL.md");
    context.server.fault_when(
        move |request| request.wants().contains(&blob),
        Fault::ErrPkt("upload-pack: not our ref".to_owned()),
    );
    context.run(&["add", "acme/skills/one"]).ok();
    let wants = context.server.requests().last().unwrap().wants();
    assert_eq!(wants, std::slice::from_ref(&context.commit));
    context.has("one", "HEAD:skills/one");
}

#[test]
fn add_of_few_files_requests_no_trees_by_id() {
    let context = ServedContext::new();
    context.server.fault(Fault::RefuseTreeWants);
    context.run(&["add", "acme/skills", "--all"]).ok();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    context.has("three", "HEAD:skills/three");
}

#[test]
fn add_from_server_without_version_2_uses_git() {
    let mut context = ServedContext::new();
    context.server.fault(Fault::V0Only);
    context.run(&["add", "acme/skills/three"]).ok();
    context.has("three", "HEAD:skills/three");
    context.locked(&format!("commit = \"{}\"", context.commit));
    context.repo.write("skills/three/more.md", "more");
    context.repo.commit("More");
    context.run(&["update"]).ok();
    context.has("three", "HEAD:skills/three");

    std::fs::remove_file(context.path("tools/git")).unwrap();
    let outcome = context.refuses(
        &["add", "acme/skills/one"],
        1,
        "does not support git protocol version 2",
    );
    outcome.says("`git` can't be started").says("hint: ");
}

#[test]
fn verbose_output_explains_fall_back_to_git() {
    let sentence = "does not support protocol version 2; falling back to `git`";
    let context = ServedContext::new();
    context.server.fault(Fault::V0Only);
    let outcome = context.run(&["-v", "add", "acme/skills/one"]);
    outcome.ok().says(sentence).says("opening a source");
    // Single requests need a second `v`, and mdskill alone is logged.
    outcome.never_says("sending a request").never_says("hyper");
    let again = ServedContext::new();
    again.server.fault(Fault::V0Only);
    let outcome = again.run(&["-vv", "add", "acme/skills/one"]);
    outcome.ok().says(sentence).says("sending a request");
}

#[test]
fn log_variable_selects_level_and_target() {
    let context = ServedContext::new();
    let with = |filter: &str| {
        let prepared = context.mdskill(["update"]);
        prepared.env("MDSKILL_LOG", filter).run()
    };
    context
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
    let context = ServedContext::new();
    context.server.fault(Fault::V0Only);
    let owned = context.path("temp/owned");
    let command = format!(": > '{}'; false", owned.display());
    for (key, value) in [
        ("core.sshCommand", command.as_str()),
        ("url.ssh://evil.example/.insteadOf", &context.server.url()),
    ] {
        context.command("git", ["config", key, value]).run().ok();
    }
    let prepared = context.mdskill(["add", "acme/skills/three"]);
    let prepared = prepared.env("GIT_CONFIG_COUNT", "1");
    let prepared = prepared.env("GIT_CONFIG_KEY_0", "http.extraHeader");
    prepared.env("GIT_CONFIG_VALUE_0", "X-User: ada").run().ok();
    assert!(!owned.exists(), "a command of the project was run");
    let requests = context.server.requests();
    let has_header = requests
        .iter()
        .any(|request| request.header("x-user") == Some("ada"));
    assert!(
        has_header,
        "what the user's environment configures was lost"
    );
    context.has("three", "HEAD:skills/three");
}

#[test]
fn redirect_is_followed_and_new_address_reported() {
    for code in [301, 302, 307, 308] {
        let context = ServedContext::new();
        let to = format!("{}/git-upload-pack", context.server.url_of("acme/skills"));
        context.server.fault_when(
            |request| request.target.starts_with("/acme/old"),
            Fault::Redirect { code, to },
        );
        let outcome = context.run(&["add", "acme/old/one"]);
        let moved = format!("has moved to {}", context.server.url_of("acme/skills"));
        outcome.ok().says("warning: ").says(&moved);
        assert_eq!(outcome.stderr.matches("has moved").count(), 1, "{outcome}");
        // Later requests go directly to the new address.
        assert_eq!(context.server.traffic().requests, 4, "{code}");
        context.has("one", "HEAD:skills/one");
        context.locked("source = \"github:acme/old\"");
    }
}

#[test]
fn redirect_of_advertisement_only_is_followed() {
    let context = ServedContext::new();
    let to = format!(
        "{}/info/refs?service=git-upload-pack",
        context.server.url_of("acme/skills")
    );
    context.server.fault_when(
        |request| request.target.starts_with("/acme/old") && request.method == "GET",
        Fault::Redirect { code: 301, to },
    );
    let outcome = context.run(&["add", "acme/old/one"]);
    outcome.ok().says("has moved to");
    assert_eq!(
        context.commands(),
        ["ls-refs", "GET", "GET", "ls-refs", "fetch", "fetch"]
    );
    context.has("one", "HEAD:skills/one");
}

#[test]
fn endless_or_invalid_redirect_is_refused() {
    let context = ServedContext::new();
    for (to, sentence, requests) in [
        (
            format!("{}{{target}}", context.server.url()),
            "more than five redirects",
            6,
        ),
        (
            format!("{}/login?from=x", context.server.url()),
            "it is not the address of a git repository",
            1,
        ),
        (
            "ftp://example.invalid{target}".to_owned(),
            "its target does not use https",
            1,
        ),
    ] {
        context.server.clear_faults();
        context.server.reset();
        context.server.fault(Fault::Redirect { code: 302, to });
        context.refuses(&["add", "acme/skills/one"], 5, sentence);
        assert_eq!(context.server.traffic().requests, requests, "{sentence}");
    }
}

#[test]
fn redirect_from_https_to_http_is_refused() {
    let context = ServedContext::new();
    let authority = Authority::new(&context.path("temp"));
    let secure = GitServer::start_tls(context.root(), &authority, &["127.0.0.1"]);
    let to = format!("{}{{target}}", context.server.url());
    secure.fault(Fault::Redirect { code: 301, to });
    let prepared = context
        .mdskill(["add", "acme/skills/one"])
        .env("MDSKILL_GITHUB_URL", secure.url())
        .env("SSL_CERT_FILE", authority.pem());
    context.assert_refused(prepared, 5, "its target does not use https");
    assert_eq!(context.server.traffic().requests, 0);
}

#[test]
fn add_reports_empty_repository_and_missing_ref() {
    let context = ServedContext::new();
    Repo::create(context.root(), "acme/empty");
    context.refuses(&["add", "acme/empty/one"], 1, "is empty: it has no commits");
    let sentence = "has no branch or tag `nope`";
    context.refuses(&["add", "acme/skills/one@nope"], 1, sentence);
    context.refuses(
        &["add", "acme/none/one"],
        1,
        "does not exist or is private (404)",
    );
    context.refuses(&["add", "acme/skills/fore"], 1, "has no skill `fore`");
    let missing = "f".repeat(40);
    let spec = format!("acme/skills/one@{missing}");
    context.refuses(&["add", &spec], 5, &missing);
}

#[test]
fn add_reports_missing_default_branch() {
    let context = ServedContext::new();
    let head = ["symbolic-ref", "HEAD", "refs/heads/master"];
    context.repo.git(&head);
    let outcome = context.refuses(&["add", "acme/skills/one"], 1, "has no default branch");
    outcome.says("`@main`").never_says("empty");
    context.run(&["add", "acme/skills/one@main"]).ok();
    context.has("one", "main:skills/one");
}

#[test]
fn add_without_ref_uses_detached_head() {
    let mut context = ServedContext::new();
    let first = context.commit.clone();
    context.repo.write("skills/one/more.md", "more");
    let second = context.repo.commit("More");
    context
        .repo
        .git(&["update-ref", "--no-deref", "HEAD", &first]);
    context.run(&["add", "acme/skills/one"]).ok();
    context.locked(&format!("commit = \"{first}\""));
    context.has("one", &format!("{first}:skills/one"));
    context
        .repo
        .git(&["update-ref", "--no-deref", "HEAD", &second]);
    context.run(&["update"]).ok();
    context.locked(&format!("commit = \"{second}\""));
}

#[test]
fn annotated_tag_is_locked_as_commit() {
    let mut context = ServedContext::new();
    context.repo.annotated_tag("v1.0");
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    let tagged = context.repo.rev_parse("v1.0^{commit}");
    assert_ne!(context.repo.rev_parse("v1.0"), tagged);
    context.run(&["add", "acme/skills/one@v1.0"]).ok();
    context.locked(&format!("commit = \"{tagged}\""));
    context.locked("ref = \"v1.0\"");
    context.has("one", "v1.0:skills/one");
    context.server.reset();
    context.run(&["update"]).ok();
    assert_eq!(context.commands(), ["ls-refs"]);
}

#[test]
fn name_of_branch_and_tag_requires_full_ref() {
    let mut context = ServedContext::new();
    context.repo.tag("release");
    context
        .repo
        .git(&["update-ref", "refs/heads/release", "HEAD"]);
    context
        .repo
        .branch("release")
        .write("skills/one/more.md", "more");
    let branch = context.repo.commit("More");
    context.repo.branch("main");
    let (heads, tags) = ("@refs/heads/release", "@refs/tags/release");
    context
        .refuses(&["add", "acme/skills/one@release"], 1, heads)
        .says(tags);
    for (reference, commit) in [(heads, &branch), (tags, &context.commit)] {
        let spec = format!("acme/skills/one{reference}");
        context.run(&["add", &spec]).ok();
        context.locked(&format!("commit = \"{commit}\""));
        context.locked(&format!("ref = \"{}\"", &reference[1..]));
        context.has("one", &format!("{commit}:skills/one"));
        context.run(&["update"]).ok();
    }
}

#[test]
fn repository_with_sha256_is_refused() {
    let context = ServedContext::new();
    let mut modern = Repo::create_with(context.root(), "acme/modern", "sha256");
    modern.skill("one", "one", "The first").commit("One");
    let sentence = "is a SHA-256 repository; mdskill reads SHA-1 repositories only";
    context.refuses(&["add", "acme/modern/one"], 1, sentence);
}

#[test]
fn url_of_page_resolves_branch_with_slash() {
    let mut context = ServedContext::new();
    context
        .repo
        .branch("feature/x")
        .skill("skills/pdf", "pdf", "Of the branch");
    let commit = context.repo.commit("Pdf");
    context.repo.branch("feature/xy").branch("main");
    let authority = Authority::new(&context.path("temp"));
    let secure = GitServer::start_tls(context.root(), &authority, &["127.0.0.1"]);
    for page in [
        "tree/feature/x/skills/pdf",
        "blob/feature/x/skills/pdf/SKILL.md",
    ] {
        let spec = format!("{}/acme/skills/{page}", secure.url());
        let prepared = context.mdskill(["add", &spec]);
        prepared.env("SSL_CERT_FILE", authority.pem()).run().ok();
        context.locked("ref = \"feature/x\"");
        context.locked("path = \"skills/pdf\"");
        context.locked(&format!("commit = \"{commit}\""));
        context.locked(&format!("source = \"{}/acme/skills\"", secure.url()));
        context.has("pdf", "feature/x:skills/pdf");
    }
}

#[test]
fn range_resolves_to_newest_tag_and_follows_it() {
    let mut context = ServedContext::new();
    let mut commits = Vec::new();
    for version in ["v1.2.0", "v1.10.1", "v1.11.0-rc.1", "v2.0.0"] {
        context.repo.write("skills/one/version.md", version);
        commits.push(context.repo.commit(version));
        context.repo.annotated_tag(version);
    }
    context.run(&["add", "acme/skills/one@^1.2"]).ok();
    context.locked("ref = \"^1.2\"");
    context.locked(&format!("commit = \"{}\"", commits[1]));
    context.has("one", "v1.10.1:skills/one");
    context.repo.write("skills/one/version.md", "v1.11.0");
    context.repo.commit("v1.11.0");
    context.repo.tag("v1.11.0");
    context.run(&["update"]).ok();
    context.has("one", "v1.11.0:skills/one");
    let sentence = "no version tag that matches `^3`; the newest is `v2.0.0`";
    context.refuses(&["add", "acme/skills/two@^3"], 1, sentence);
}
