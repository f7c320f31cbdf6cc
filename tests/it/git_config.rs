//! The user's git configuration: what `git ls-remote` reaches, mdskill reaches in the same environment.

use crate::credentials::{CANARY, TlsContext};
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::outcome::Outcome;
use crate::support::proxy::Proxy;
use crate::support::test_context::{Prepared, ServedContext, TestContext};

/// An address that exists only in a configuration of git.
const WRITTEN: &str = "https://git.invalid/acme/skills.git";
/// `ada:open sesame`.
const BASIC: &str = "Authorization: Basic YWRhOm9wZW4gc2VzYW1l";

/// Writes the configuration of the user.
fn configure(context: &TestContext, config: &str) {
    std::fs::write(context.path("home/.gitconfig"), config).unwrap();
}

/// Lets a program read the configuration of the user.
fn with_config(context: &TestContext, prepared: Prepared) -> Prepared {
    let config = context.path("home/.gitconfig");
    let prepared = prepared.env("GIT_CONFIG_GLOBAL", config);
    prepared.env("MDSKILL_RETRIES", "0")
}

/// Runs `git ls-remote` with the configuration of the user.
fn ls_remote(context: &TestContext, url: &str) -> Outcome {
    let prepared = context.command("git", ["ls-remote", url]);
    with_config(context, prepared).run()
}

/// Runs mdskill with the configuration of the user, and an empty cache.
fn add(context: &TestContext, arguments: &[&str]) -> Outcome {
    context.clear_cache();
    let arguments = ["add"].iter().chain(arguments);
    with_config(context, context.mdskill(arguments)).run()
}

fn insert(base: &str, written: &str) -> String {
    format!("[url \"{base}\"]\n\tinsteadOf = {written}\n")
}

#[test]
fn longest_instead_of_applies_and_push_instead_of_does_not() {
    let context = ServedContext::new();
    let config = [
        insert("https://nowhere.invalid/", "https://git.invalid/"),
        insert(
            &format!("{}/acme/", context.server.url()),
            "https://git.invalid/acme/",
        ),
        "[url \"https://push.invalid/\"]\n\tpushInsteadOf = https://git.invalid/acme/skills\n"
            .to_owned(),
    ];
    configure(&context, &config.concat());
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
    context.has("one", "HEAD:skills/one");
    context.locked(&format!("source = \"{WRITTEN}\""));
    assert_eq!(
        context.commands(),
        ["GET", "ls-refs", "ls-refs", "fetch", "fetch"]
    );
    let outcome = with_config(&context, context.mdskill(["update"])).run();
    outcome.ok().says("up to date");
}

#[test]
fn instead_of_applies_to_owner_and_repository() {
    let context = ServedContext::new();
    configure(
        &context,
        &insert(&context.server.url(), "https://github.com"),
    );
    ls_remote(&context, "https://github.com/acme/skills.git").ok();
    let prepared = context.mdskill(["add", "acme/skills/one"]);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", "");
    with_config(&context, prepared).run().ok();
    context.has("one", "HEAD:skills/one");
    context.locked("source = \"github:acme/skills\"");
}

#[test]
fn configuration_is_read_where_git_reads_it() {
    let context = ServedContext::new();
    let config = insert(
        &format!("{}/", context.server.url()),
        "https://git.invalid/",
    );
    let file = context.path("home/other");
    std::fs::write(&file, &config).unwrap();
    let file = file.display().to_string();
    let home = context.path("home");
    std::fs::create_dir_all(home.join(".config/git")).unwrap();
    std::fs::write(home.join(".config/git/config"), "").unwrap();
    let key = format!("url.{}/.insteadOf", context.server.url());
    for (name, variables) in [
        (
            "system",
            vec![("GIT_CONFIG_NOSYSTEM", "0"), ("GIT_CONFIG_SYSTEM", &file)],
        ),
        ("global", vec![("GIT_CONFIG_GLOBAL", file.as_str())]),
        (
            "environment",
            vec![
                ("GIT_CONFIG_COUNT", "1"),
                ("GIT_CONFIG_KEY_0", &key),
                ("GIT_CONFIG_VALUE_0", "https://git.invalid/"),
            ],
        ),
    ] {
        let ask = |prepared: Prepared| {
            let set = variables.iter();
            set.fold(prepared, |prepared, (name, value)| {
                prepared.env(name, value)
            })
            .run()
        };
        ask(context.command("git", ["ls-remote", WRITTEN])).ok();
        context.clear_cache();
        std::fs::remove_file(context.project().join("mdskill.lock")).ok();
        std::fs::remove_dir_all(context.project().join(".github")).ok();
        ask(context.mdskill(["add", &format!("{WRITTEN}//skills/one")])).ok();
        assert!(
            context.project().join(".github/skills/one").exists(),
            "{name}"
        );
    }
}

#[test]
fn included_configuration_is_read() {
    let context = ServedContext::new();
    configure(&context, "[include]\n\tpath = more\n");
    let more = insert(
        &format!("{}/", context.server.url()),
        "https://git.invalid/",
    );
    std::fs::write(context.path("home/more"), more).unwrap();
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
}

#[test]
fn instead_of_leads_to_ssh_and_from_it() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    configure(
        &context,
        &insert("git@forge.example:", "https://git.invalid/"),
    );
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
    context.locked(&format!("source = \"{WRITTEN}\""));
    assert_eq!(context.server.traffic().requests, 0);

    let url = format!("{}/", context.server.url());
    configure(&context, &insert(&url, "git@forge.example:"));
    let calls = context.log("ssh");
    let written = "git@forge.example:acme/skills.git";
    ls_remote(&context, written).ok();
    add(&context, &[&format!("{written}//skills/two")]).ok();
    assert_eq!(context.log("ssh"), calls, "no ssh is started");
    context.has("two", "HEAD:skills/two");
}

#[test]
fn instead_of_leads_to_folder_or_bundle() {
    let context = ServedContext::new();
    let root = context.root().display().to_string();
    for base in [format!("file://{root}/"), format!("{root}/")] {
        configure(&context, &insert(&base, "https://git.invalid/"));
        ls_remote(&context, WRITTEN).ok();
        let spec = format!("{WRITTEN}//skills/three");
        add(&context, &[&spec, "--offline"]).ok();
        context.has("three", "HEAD:skills/three");
        context.locked(&format!("source = \"{WRITTEN}\""));
        with_config(&context, context.mdskill(["remove", "three"]))
            .run()
            .ok();
    }
    // git adds the suffix, too.
    ls_remote(&context, "https://git.invalid/acme/skills").ok();
    add(&context, &["https://git.invalid/acme/skills//skills/one"]).ok();

    let bundle = context.path("temp/skills.bundle");
    let text = bundle.display().to_string();
    context
        .command(
            "git",
            [
                "-C",
                &format!("{root}/acme/skills.git"),
                "bundle",
                "create",
                "--quiet",
                &text,
                "--all",
            ],
        )
        .run()
        .ok();
    configure(&context, &insert(&text, WRITTEN));
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/two@main")]).ok();
    context.has("two", "HEAD:skills/two");
    configure(&context, &insert("/nowhere/", "https://git.invalid/"));
    context.clear_cache();
    let prepared = context.mdskill(["add", &format!("{WRITTEN}//skills/two"), "--force"]);
    let prepared = with_config(&context, prepared);
    context.assert_refused(prepared, 1, "/nowhere/acme/skills.git does not exist");
}

#[test]
fn changed_instead_of_needs_no_new_cache() {
    let context = ServedContext::new();
    let other = GitServer::start(context.root());
    for server in [&context.server, &other] {
        configure(&context, &insert(&server.url(), "https://git.invalid"));
        let spec = format!("{WRITTEN}//skills/one");
        with_config(&context, context.mdskill(["add", &spec, "--force"]))
            .run()
            .ok();
    }
    assert_eq!(context.server.traffic().requests, 3);
    assert_eq!(
        other.traffic().requests,
        1,
        "only the refs are asked for again"
    );
    let cached = context.run(&["cache"]);
    cached.ok().says(WRITTEN).never_says("127.0.0.1");
}

#[test]
fn password_in_instead_of_is_sent_and_not_shown() {
    let tls = TlsContext::open();
    let context = &tls.context;
    tls.server.require_basic("ada", CANARY);
    let base = tls
        .server
        .url()
        .replace("://", &format!("://ada:{CANARY}@"));
    let ca = format!("[http]\n\tsslCAInfo = {}\n", tls.authority.pem().display());
    configure(context, &(insert(&base, "https://git.invalid") + &ca));
    ls_remote(context, WRITTEN).ok();
    for option in ["-vv", "--json"] {
        let outcome = add(
            context,
            &[&format!("{WRITTEN}//skills/one"), option, "--force"],
        );
        outcome.ok();
        context.has("one", "HEAD:skills/one");
        outcome.never_says(CANARY);
        let lock = context.read("mdskill.lock");
        assert!(lock.contains(WRITTEN) && !lock.contains(CANARY), "{lock}");
        let cache = crate::support::snapshot::Snapshot::of(&context.path("cache"));
        for (path, (_, bytes)) in &cache.entries {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(CANARY) && !path.contains(CANARY), "{path}");
        }
    }
    for fault in [
        Fault::status(403),
        Fault::status(404),
        Fault::Garbage,
        Fault::Reset,
    ] {
        tls.server.fault(fault);
        let outcome = add(context, &[&format!("{WRITTEN}//skills/two"), "-vv"]);
        assert_ne!(outcome.code, Some(0));
        outcome.never_says(CANARY);
        tls.server.clear_faults();
    }
}

#[test]
fn extra_header_is_sent_to_matching_addresses() {
    let context = ServedContext::new();
    let url = context.server.url();
    context.server.require_basic("ada", "open sesame");
    for (key, is_sent) in [
        (format!("http \"{url}/\""), true),
        (format!("http \"{url}/acme\""), true),
        ("http".to_owned(), true),
        (format!("http \"{url}/acm\""), false),
        (
            format!("http \"{}/\"", url.replace("http:", "https:")),
            false,
        ),
        ("http \"http://other.example/\"".to_owned(), false),
    ] {
        configure(
            &context,
            &format!("[{key}]\n\textraHeader = {BASIC}\n\textraHeader = X-Team: skills\n"),
        );
        let listed = ls_remote(&context, &context.server.url_of("acme/skills"));
        assert_eq!(listed.code == Some(0), is_sent, "{key}\n{listed}");
        context.server.reset();
        let outcome = add(&context, &["acme/skills/one", "--force", "-vv"]);
        assert_eq!(outcome.code == Some(0), is_sent, "{key}\n{outcome}");
        outcome.never_says("YWRh");
        let has = |name, value| {
            let requests = context.server.requests();
            requests
                .iter()
                .all(|request| request.header(name) == Some(value))
        };
        assert_eq!(has("x-team", "skills"), is_sent, "{key}");
        if is_sent {
            assert_eq!(
                context.server.requests().len(),
                3,
                "no request without the header"
            );
            outcome.says(".extraheader");
        }
    }
}

#[test]
fn extra_header_can_be_reset() {
    let context = ServedContext::new();
    let config = "[http]\n\textraHeader = X-Old: 1\n\textraHeader =\n\textraHeader = X-New: 1\n";
    configure(&context, config);
    ls_remote(&context, &context.server.url_of("acme/skills")).ok();
    add(&context, &["acme/skills/one"]).ok();
    for request in context.server.requests() {
        let sent = (request.header("x-old"), request.header("x-new"));
        assert_eq!(sent, (None, Some("1")));
    }
}

#[test]
fn extra_header_is_not_sent_after_redirect_to_other_host() {
    let context = ServedContext::new();
    let other = GitServer::start(context.root());
    let to = format!("{}{{target}}", other.url());
    context.server.fault(Fault::Redirect { code: 302, to });
    configure(
        &context,
        &format!("[http]\n\textraHeader = {BASIC}\n\textraHeader = X-Secret: 1\n"),
    );
    add(&context, &["acme/skills/one"])
        .ok()
        .says("has moved to");
    assert!(context.server.requests()[0].header("x-secret").is_some());
    for request in other.requests() {
        assert_eq!(request.header("x-secret"), None);
        assert_eq!(request.header("authorization"), None);
    }
    let config = format!("[http \"{}/\"]\n\textraHeader = X-Secret: 2\n", other.url());
    configure(&context, &config);
    other.reset();
    add(&context, &["acme/skills/two"]).ok();
    for request in other.requests() {
        assert_eq!(request.header("x-secret"), Some("2"));
    }
}

#[test]
fn refused_extra_header_is_dropped_for_public_repository() {
    let context = ServedContext::new();
    let has_header =
        |request: &crate::support::wire::Request| request.header("authorization").is_some();
    context.server.fault_when(has_header, Fault::status(403));
    configure(&context, &format!("[http]\n\textraHeader = {BASIC}\n"));
    let outcome = add(&context, &["acme/skills/one"]);
    outcome
        .ok()
        .says("(tried http.extraHeader); continued without it");
}

#[test]
fn proxy_of_configuration_replaces_that_of_environment() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    let (ours, others) = (
        Proxy::start(context.server.address()),
        Proxy::start(context.server.address()),
    );
    let (host, port) = (ours.url(), context.server.url());
    for (config, set, no_proxy, asked) in [
        (
            format!("[http]\n\tproxy = {host}\n"),
            false,
            "",
            (true, false),
        ),
        (
            format!("[http]\n\tproxy = {}\n", host.trim_start_matches("http://")),
            true,
            "",
            (true, false),
        ),
        (
            format!("[http \"{port}\"]\n\tproxy = {host}\n"),
            true,
            "",
            (true, false),
        ),
        (
            "[http \"http://other.example\"]\n\tproxy = http://nowhere.invalid\n".to_owned(),
            true,
            "",
            (false, true),
        ),
        ("[http]\n\tproxy =\n".to_owned(), true, "", (false, false)),
        (
            format!("[http]\n\tproxy = {host}\n"),
            false,
            "127.0.0.1",
            (false, false),
        ),
    ] {
        configure(&context, &config);
        let ask = |prepared: Prepared| {
            let before = (ours.asked().len(), others.asked().len());
            let proxy = if set { others.url() } else { String::new() };
            let prepared = with_config(&context, prepared).env("http_proxy", proxy);
            // The proxy of the tests closes its connections.
            let prepared = prepared.env("MDSKILL_RETRIES", "3");
            prepared.env("NO_PROXY", no_proxy).run().ok();
            (
                ours.asked().len() > before.0,
                others.asked().len() > before.1,
            )
        };
        assert_eq!(
            ask(context.command("git", ["ls-remote", &url])),
            asked,
            "git: {config}"
        );
        context.clear_cache();
        assert_eq!(
            ask(context.mdskill(["list", "acme/skills"])),
            asked,
            "{config}"
        );
    }
}

#[test]
fn proxy_that_is_no_url_is_refused() {
    let context = ServedContext::new();
    for variable in ["http_proxy", "ALL_PROXY"] {
        let prepared = context.mdskill(["add", "acme/skills/one"]);
        let prepared = prepared.env(variable, format!("http://ada:{CANARY}@[::bad"));
        let outcome = context.assert_refused(prepared, 1, "is not the URL of a proxy");
        outcome.says(variable).says("hint: ").never_says(CANARY);
    }
    configure(&context, "[http]\n\tproxy = http://[::bad\n");
    assert_ne!(
        ls_remote(&context, &context.server.url_of("acme/skills")).code,
        Some(0)
    );
    let prepared = with_config(&context, context.mdskill(["add", "acme/skills/one"]));
    let outcome = context.assert_refused(prepared, 1, "is not the URL of a proxy");
    outcome
        .says("`http.proxy`")
        .says("git config --show-origin --get-all http.proxy");
}

#[test]
fn certificate_authority_of_configuration_is_trusted() {
    let tls = TlsContext::open();
    let context = &tls.context;
    let url = tls.server.url_of("acme/skills");
    let spec = format!("{url}//skills/one");
    let pem = tls.authority.pem().display().to_string();
    configure(context, "");
    assert_ne!(ls_remote(context, &url).code, Some(0));
    let prepared = with_config(context, context.mdskill(["add", &spec]));
    context
        .assert_refused(prepared, 5, "can't trust")
        .says("http.sslCAInfo");

    std::fs::copy(tls.authority.pem(), context.path("home/ca.pem")).unwrap();
    for config in [
        format!("[http]\n\tsslCAInfo = {pem}\n"),
        "[http]\n\tsslCAInfo = ~/ca.pem\n".to_owned(),
        format!("[http \"{}\"]\n\tsslCAInfo = {pem}\n", tls.server.url()),
    ] {
        configure(context, &config);
        ls_remote(context, &url).ok();
        add(context, &[&spec, "--force"]).ok();
        context.has("one", "HEAD:skills/one");
    }
    configure(context, "[http]\n\tsslCAInfo = /nowhere/ca.pem\n");
    let with_variable = |prepared: Prepared| {
        with_config(context, prepared)
            .env("GIT_SSL_CAINFO", &pem)
            .run()
    };
    with_variable(context.command("git", ["ls-remote", &url])).ok();
    with_variable(context.mdskill(["add", &spec, "--force"])).ok();
    assert_ne!(ls_remote(context, &url).code, Some(0));
    let prepared = with_config(
        context,
        context.mdskill(["add", &url.replace("skills", "more")]),
    );
    context.assert_refused(prepared, 1, "can't read /nowhere/ca.pem");
    // Any file of the folder, not only those with the names of OpenSSL.
    configure(
        context,
        &format!("[http]\n\tsslCAPath = {}\n", context.path("home").display()),
    );
    add(context, &[&spec, "--force"]).ok();
}

#[test]
fn certificates_are_verified_in_spite_of_configuration() {
    let tls = TlsContext::open();
    let context = &tls.context;
    let url = tls.server.url_of("acme/skills");
    configure(context, "[http]\n\tsslVerify = false\n");
    ls_remote(context, &url).ok();
    let spec = format!("{url}//skills/one");
    let prepared = with_config(context, context.mdskill(["add", &spec]));
    let outcome = context.assert_refused(prepared, 5, "can't trust");
    outcome
        .says("in spite of `http.sslVerify=false`")
        .says("hint: ");
    configure(context, "");
    let prepared = with_config(context, context.mdskill(["add", &spec]));
    let prepared = prepared.env("GIT_SSL_NO_VERIFY", "1");
    context.assert_refused(prepared, 5, "in spite of `http.sslVerify=false`");
}

#[test]
fn netrc_is_read_after_refusal() {
    let tls = TlsContext::open();
    let context = &tls.context;
    configure(
        context,
        &format!("[http]\n\tsslCAInfo = {}\n", tls.authority.pem().display()),
    );
    let netrc = context.path("home/.netrc");
    for server in [&tls.server, &context.server] {
        server.require_basic("ada", CANARY);
        let url = server.url_of("acme/skills");
        let spec = format!("{url}//skills/one");
        std::fs::write(
            &netrc,
            format!("machine other.example login ada password {CANARY}\n"),
        )
        .unwrap();
        assert_ne!(ls_remote(context, &url).code, Some(0));
        let prepared = with_config(context, context.mdskill(["add", &spec]));
        context.assert_refused(prepared, 4, "no credentials were tried");
        std::fs::write(
            &netrc,
            format!("machine 127.0.0.1\n  login ada\n  password {CANARY}\n"),
        )
        .unwrap();
        ls_remote(context, &url).ok();
        server.reset();
        let outcome = add(context, &[&spec, "--force", "-vv"]);
        outcome.ok().says("netrc").never_says(CANARY);
        context.has("one", "HEAD:skills/one");
        assert_eq!(
            server.requests().len(),
            4,
            "one refusal, then three with the password"
        );
    }
}

#[test]
fn ssh_command_of_configuration_is_used() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    let tools = context.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("plink")).unwrap();
    configure(&context, "[core]\n\tsshCommand = plink -F 'my config'\n");
    let url = "ssh://git@forge.example/acme/skills.git";
    ls_remote(&context, url).ok();
    add(&context, &[&format!("{url}//skills/one")]).ok();
    let log = context.log("ssh");
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("-F my config -o BatchMode=yes"), "{log}");
    let prepared = context.mdskill(["add", &format!("{url}//skills/two")]);
    let prepared = with_config(&context, prepared).env("GIT_SSH_COMMAND", "plink -4");
    prepared.run().ok();
    assert!(
        context
            .log("ssh")
            .lines()
            .last()
            .unwrap()
            .starts_with("-4 -o")
    );
}

#[test]
fn configuration_of_project_is_not_read() {
    let context = ServedContext::new();
    let owned = context.path("temp/owned");
    let key = format!("url.{}/.insteadOf", context.server.url());
    context.git(&["config", &key, "https://git.invalid/"]).ok();
    let command = format!("touch '{}'; false", owned.display());
    context.git(&["config", "core.sshCommand", &command]).ok();
    context.git(&["ls-remote", WRITTEN]).ok();
    context.server.reset();
    let spec = format!("{WRITTEN}//skills/one");
    let prepared = context.mdskill(["add", &spec]).env("MDSKILL_RETRIES", "0");
    context.assert_refused(prepared, 5, "can't connect to git.invalid");
    let spec = "git@forge.example:acme/skills.git//skills/one";
    context.refuses(&["add", spec], 5, "`ssh`: not found");
    assert!(!owned.exists(), "a command of the project was run");
    assert!(context.server.requests().is_empty());
}

#[test]
fn configuration_that_git_cannot_read_is_reported() {
    let context = ServedContext::new();
    configure(&context, "[core\nbroken");
    assert_ne!(
        ls_remote(&context, &context.server.url_of("acme/skills")).code,
        Some(0)
    );
    let outcome = add(&context, &["acme/skills/one"]);
    outcome.ok().says("git can't read it").says(".gitconfig");
    assert_eq!(outcome.stderr.matches("git can't read it").count(), 1);
}

#[test]
fn refusal_of_all_credentials_has_words_of_server() {
    let tls = TlsContext::open();
    let refuse = |code, media_type: &str, body: &str| Fault::Status {
        code,
        headers: vec![("Content-Type", media_type.to_owned())],
        body: body.to_owned(),
    };
    let prepared = || {
        let prepared = tls.prepare(&["add", "acme/skills/one"]);
        prepared.env("MDSKILL_TOKEN", CANARY)
    };
    let words = "The 'acme' organization has enabled SAML SSO.\r\nVisit https://github.com/orgs/acme/sso\x1b[2J";
    tls.server
        .fault(refuse(403, "text/plain; charset=utf-8", words));
    let outcome = tls
        .context
        .assert_refused(prepared(), 4, "(403); tried MDSKILL_TOKEN");
    outcome
        .says("Visit https://github.com/orgs/acme/sso")
        .says("do what the server says, or use another token for MDSKILL_TOKEN")
        .never_says("\u{1b}[2J");
    assert_eq!(
        tls.server.requests().len(),
        2,
        "with the token, and without it"
    );
    tls.is_silent(&outcome);

    for (fault, hidden) in [
        (refuse(403, "text/html", "<p>no robots</p>"), "no robots"),
        (
            refuse(403, "text/plain", &format!("bad token {CANARY}")),
            "bad token",
        ),
        (refuse(404, "text/plain", "Not Found\n"), "the server says"),
    ] {
        tls.server.clear_faults();
        tls.server.fault(fault);
        let outcome = prepared().run();
        outcome.says("tried MDSKILL_TOKEN").never_says(hidden);
        outcome.says("that MDSKILL_TOKEN may read it");
        tls.is_silent(&outcome);
    }
    tls.server.clear_faults();
    tls.server
        .fault(refuse(403, "text/plain", &"long ".repeat(2000)));
    assert!(prepared().run().stderr.len() < 2000);
}

#[test]
fn forbidden_token_is_dropped_for_public_repository() {
    let tls = TlsContext::open();
    for code in [401, 403, 404] {
        tls.server.clear_faults();
        let has_token =
            |request: &crate::support::wire::Request| request.header("authorization").is_some();
        tls.server.fault_when(has_token, Fault::status(code));
        tls.context.clear_cache();
        let outcome = tls
            .prepare(&["list", "acme/skills"])
            .env("MDSKILL_TOKEN", CANARY)
            .run();
        outcome.ok().says("continued without it");
        tls.is_silent(&outcome);
    }
}

#[test]
fn rate_limit_is_no_refusal_of_credentials() {
    let tls = TlsContext::open();
    tls.context.fake_gh("another-token");
    let headers = vec![("Retry-After", "3600".to_owned())];
    tls.server.fault(Fault::Status {
        code: 403,
        headers,
        body: String::new(),
    });
    let prepared = tls
        .prepare(&["add", "acme/skills/one"])
        .env("MDSKILL_TOKEN", CANARY);
    let outcome = tls.context.assert_refused(prepared, 5, "(403)");
    outcome.says("try again in 3600 seconds");
    assert_eq!(tls.server.requests().len(), 1);
    assert_eq!(tls.context.log("gh"), "");
}
