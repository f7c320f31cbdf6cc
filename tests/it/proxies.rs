//! Proxies of the environment.

use crate::acts::refused;
use crate::credentials::{CANARY, Vault};
use crate::support::proxy::Proxy;

const ADD: [&str; 2] = ["add", "acme/skills/one"];

#[test]
fn proxies_and_no_proxy_of_environment_apply() {
    let vault = Vault::open();
    let scene = &vault.scene;
    let proxy = Proxy::start(scene.forge.address());
    let prepared = |spec| scene.mdskill(&["add", spec]).env("HTTP_PROXY", proxy.url());
    let asked = prepared("acme/skills/one");
    asked.env("NO_PROXY", "127.0.0.1").run().ok();
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    scene.lose_the_store();
    prepared("acme/skills/two").run().ok();
    let post = format!("POST {}/git-upload-pack", scene.forge.url_of("acme/skills"));
    assert_eq!(proxy.asked(), [post.clone(), post.clone(), post]);
}

#[test]
fn proxy_that_requires_authentication_is_reported() {
    let vault = Vault::open();
    let proxy = Proxy::start(vault.forge.address());
    proxy.refuse(407);
    let plain = vault.scene.mdskill(&ADD).env("HTTP_PROXY", proxy.url());
    let tunnel = vault.prepare(&ADD).env("HTTPS_PROXY", proxy.url());
    for prepared in [plain, tunnel] {
        let sentence = "the proxy requires authentication (407)";
        let outcome = refused(&vault.scene.room, prepared, 4, sentence);
        outcome.says("user and password into HTTPS_PROXY");
    }
    assert_eq!(proxy.asked().len(), 2, "trying again is no use");
    let with_password = proxy.url().replace("://", &format!("://ada:{CANARY}@"));
    let tunnel = vault.prepare(&ADD).env("HTTPS_PROXY", with_password);
    let outcome = refused(&vault.scene.room, tunnel, 4, "(407)");
    vault.is_silent(&outcome);
    proxy.refuse(403);
    let tunnel = vault.prepare(&ADD).env("HTTPS_PROXY", proxy.url());
    refused(&vault.scene.room, tunnel, 5, "can't connect to").says("HTTPS_PROXY");
}
