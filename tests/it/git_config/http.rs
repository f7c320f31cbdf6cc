//! The keys of `http`, the netrc file, and credential helpers.

use super::{add, configure, ls_remote, with_config};
use crate::credentials::{CANARY, TlsContext};
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::proxy::Proxy;
use crate::support::test_context::{Prepared, ServedContext};

/// `ada:open sesame`.
const BASIC: &str = "Authorization: Basic YWRhOm9wZW4gc2VzYW1l";

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
fn client_certificate_of_configuration_is_sent() {
    let tls = TlsContext::open();
    let context = &tls.context;
    let certificate = tls.authority.certificate(&["127.0.0.1"]);
    let certificate = certificate.for_clients_of(&tls.authority);
    let server = GitServer::start_with(context.root(), certificate);
    let url = server.url_of("acme/skills");
    let spec = format!("{url}//skills/one");
    let (certificate, key) = tls.authority.client();
    std::fs::write(context.path("home/client.pem"), certificate).unwrap();
    std::fs::write(context.path("home/client.key"), key).unwrap();
    let ca = tls.authority.pem().display().to_string();
    let client = "sslCert = ~/client.pem\n\tsslKey = ~/client.key\n";
    for (client, is_served) in [("", false), (client, true)] {
        configure(context, &format!("[http]\n\tsslCAInfo = {ca}\n\t{client}"));
        let listed = ls_remote(context, &url);
        assert_eq!(listed.code == Some(0), is_served, "{listed}");
        let outcome = add(context, &[&spec]);
        assert_eq!(outcome.code == Some(0), is_served, "{outcome}");
    }
    context.has("one", "HEAD:skills/one");
    std::fs::write(context.path("home/client.key"), "no key").unwrap();
    let prepared = with_config(context, context.mdskill(["add", &spec, "--force"]));
    let outcome = context.assert_refused(prepared, 1, "has no certificate and key in PEM format");
    outcome.says("`http.sslCert`");
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
fn credential_helper_is_asked_for_the_scheme() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    context.server.require_basic("ada", CANARY);
    let helper = format!("!f() {{ echo username=ada; echo password={CANARY}; }}; f");
    for (scheme, is_asked) in [("https", false), ("http", true)] {
        let host = context.server.address();
        let section = format!("[credential \"{scheme}://{host}\"]\n");
        configure(&context, &format!("{section}\thelper = \"{helper}\"\n"));
        let listed = ls_remote(&context, &url);
        assert_eq!(listed.code == Some(0), is_asked, "{listed}");
        let outcome = add(&context, &["acme/skills/one", "-vv"]);
        assert_eq!(outcome.code == Some(0), is_asked, "{outcome}");
        outcome.never_says(CANARY);
    }
}
