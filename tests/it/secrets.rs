//! A token or password is in no message, report, lockfile, or cache.

use crate::acts::refused;
use crate::credentials::{CANARY, Vault};
use crate::support::fault::Fault;

#[test]
fn secret_is_in_no_error_or_report() {
    let mut vault = Vault::open();
    let add = |vault: &Vault, option| {
        let prepared = vault.prepare(&["add", "acme/skills/one", option]);
        prepared.env("MDSKILL_TOKEN", CANARY).run()
    };
    for fault in [
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(500),
        Fault::Reset,
        Fault::Garbage,
        Fault::CutBody(20),
        Fault::CorruptPack,
        Fault::ErrPkt("no".to_owned()),
        Fault::Redirect {
            code: 302,
            to: "http://elsewhere.example{target}".to_owned(),
        },
    ] {
        vault.forge.fault(fault);
        for option in ["-vv", "--json"] {
            let outcome = add(&vault, option);
            assert_ne!(outcome.code, Some(0), "{outcome}");
            vault.is_silent(&outcome);
        }
        vault.forge.clear_faults();
    }
    for option in ["--json", "-vv"] {
        let outcome = add(&vault, option);
        outcome.ok();
        vault.is_silent(&outcome);
    }
    vault.scene.repo.write("skills/one/more.md", "more");
    vault.scene.repo.commit("More");
    let prepared = vault.prepare(&["update", "-vv"]);
    let outcome = prepared.env("MDSKILL_TOKEN", CANARY).run();
    vault.is_silent(outcome.ok());
}

#[test]
fn url_with_password_is_refused_and_not_shown() {
    let vault = Vault::open();
    let host = vault.forge.address();
    for spec in [
        format!("https://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
        format!("https://{CANARY}@{host}/acme/skills"),
        format!("http://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
        format!("ssh://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
    ] {
        let prepared = vault.prepare(&["add", &spec]);
        let outcome = refused(&vault.scene.room, prepared, 2, "name or password");
        vault.is_silent(&outcome);
    }

    let base = format!("https://ada:{CANARY}@{host}");
    let prepared = vault.prepare(&["add", "acme/skills/one"]);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", base);
    let outcome = refused(&vault.scene.room, prepared, 1, "name or password");
    vault.is_silent(&outcome);

    vault.prepare(&["add", "acme/skills/one"]).run().ok();
    let lock = vault.scene.room.read("mdskill.lock");
    let url = format!("https://ada:{CANARY}@{host}/acme/skills.git");
    let lock = lock.replace("github:acme/skills", &url);
    vault.scene.room.write("mdskill.lock", &lock);
    std::fs::remove_dir_all(vault.scene.room.project().join(".github")).unwrap();
    vault.forge.reset();
    for command in ["install", "update", "outdated", "list", "verify", "show"] {
        let arguments = [command, "one"];
        let count = if matches!(command, "show" | "install" | "update") {
            2
        } else {
            1
        };
        for option in ["-vv", "--json"] {
            let prepared = vault.prepare(&[&arguments[..count], &[option]].concat());
            let outcome = prepared.run();
            assert_ne!(outcome.code, Some(0), "{outcome}");
            outcome.never_says(CANARY);
        }
    }
    assert_eq!(vault.forge.traffic().requests, 0);
}
