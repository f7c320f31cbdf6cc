//! Proxies of the environment.

use crate::credentials::{CANARY, TlsContext};
use crate::support::proxy::Proxy;

const ADD: [&str; 2] = ["add", "acme/skills/one"];

#[test]
fn proxies_and_no_proxy_of_environment_apply() {
    let tls = TlsContext::open();
    let context = &tls.context;
    let proxy = Proxy::start(context.server.address());
    let prepared = |spec| {
        context
            .mdskill(["add", spec])
            .env("HTTP_PROXY", proxy.url())
    };
    let asked = prepared("acme/skills/one");
    asked.env("NO_PROXY", "127.0.0.1").run().ok();
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    context.clear_cache();
    prepared("acme/skills/two").run().ok();
    let post = format!(
        "POST {}/git-upload-pack",
        context.server.url_of("acme/skills")
    );
    assert_eq!(proxy.asked(), [post.clone(), post.clone(), post]);
}

#[test]
fn proxy_that_requires_authentication_is_reported() {
    let tls = TlsContext::open();
    let proxy = Proxy::start(tls.server.address());
    proxy.refuse(407);
    let plain = tls.context.mdskill(ADD).env("HTTP_PROXY", proxy.url());
    let tunnel = tls.prepare(&ADD).env("HTTPS_PROXY", proxy.url());
    for prepared in [plain, tunnel] {
        let sentence = "the proxy requires authentication (407)";
        let outcome = tls.context.assert_refused(prepared, 4, sentence);
        outcome.says("user and password into HTTPS_PROXY");
    }
    assert_eq!(proxy.asked().len(), 2, "a retry would not help");
    let with_password = proxy.url().replace("://", &format!("://ada:{CANARY}@"));
    let tunnel = tls.prepare(&ADD).env("HTTPS_PROXY", with_password);
    let outcome = tls.context.assert_refused(tunnel, 4, "(407)");
    tls.is_silent(&outcome);
    proxy.refuse(403);
    let tunnel = tls.prepare(&ADD).env("HTTPS_PROXY", proxy.url());
    tls.context
        .assert_refused(tunnel, 5, "can't connect to")
        .says("HTTPS_PROXY");
}
