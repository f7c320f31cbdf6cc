//! A server that refuses credentials: the others are tried, and its explanation is shown.

use crate::credentials::{CANARY, TlsContext};
use crate::support::fault::Fault;

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
        .says("do what the server says, or use other credentials than MDSKILL_TOKEN")
        .never_says("\u{1b}[2J");
    assert_eq!(
        tls.server.requests().len(),
        2,
        "with the token, and without it"
    );
    tls.is_silent(&outcome);

    for (fault, hidden) in [
        (refuse(403, "text/html", "<p>no robots</p>"), "no robots"),
        (refuse(404, "text/plain", "Not Found\n"), "the server says"),
    ] {
        tls.server.clear_faults();
        tls.server.fault(fault);
        let outcome = prepared().run();
        outcome.says("tried MDSKILL_TOKEN").never_says(hidden);
        outcome.says("the permissions of MDSKILL_TOKEN");
        tls.is_silent(&outcome);
    }
    tls.server.clear_faults();
    tls.server
        .fault(refuse(403, "text/plain", &format!("bad token {CANARY}")));
    let outcome = prepared().run();
    outcome.says("the server says: bad token (hidden)");
    tls.is_silent(&outcome);
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
