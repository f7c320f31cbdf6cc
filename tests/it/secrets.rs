//! A token or password is in no message, report, lockfile, or cache.

use crate::credentials::{CANARY, TlsContext};
use crate::support::fault::Fault;
use crate::support::git_server::base64;

#[test]
fn secret_is_in_no_error_or_report() {
    let mut tls = TlsContext::open();
    let add = |tls: &TlsContext, option| {
        let prepared = tls.prepare(&["add", "acme/skills/one", option]);
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
        tls.server.fault(fault);
        for option in ["-vv", "--json"] {
            let outcome = add(&tls, option);
            assert_ne!(outcome.code, Some(0), "{outcome}");
            tls.is_silent(&outcome);
        }
        tls.server.clear_faults();
    }
    for option in ["--json", "-vv"] {
        let outcome = add(&tls, option);
        outcome.ok();
        tls.is_silent(&outcome);
    }
    tls.context.repo.write("skills/one/more.md", "more");
    tls.context.repo.commit("More");
    let prepared = tls.prepare(&["update", "-vv"]);
    let outcome = prepared.env("MDSKILL_TOKEN", CANARY).run();
    tls.is_silent(outcome.ok());
}

#[test]
fn url_with_password_is_refused_and_not_shown() {
    let tls = TlsContext::open();
    let host = tls.server.address();
    for spec in [
        format!("https://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
        format!("https://{CANARY}@{host}/acme/skills"),
        format!("http://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
        format!("ssh://ada:{CANARY}@{host}/acme/skills.git//skills/one"),
        format!("ada:{CANARY}@{host}:acme/skills.git"),
        format!("https://ada:{CANARY}/@{host}/acme/skills"),
        format!("https://https://ada:{CANARY}@{host}/acme/skills"),
        format!("https://{host}/acme/skills?access_token={CANARY}"),
        format!("https://{host}/acme/skills.git//skills/one?private_token={CANARY}"),
        format!("https://{host}/acme/skills#token={CANARY}"),
    ] {
        let prepared = tls.prepare(&["add", &spec]);
        let outcome = tls.context.assert_refused(prepared, 2, "name or password");
        tls.is_silent(&outcome);
    }

    let base = format!("https://ada:{CANARY}@{host}");
    let prepared = tls.prepare(&["add", "acme/skills/one"]);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", base);
    let outcome = tls.context.assert_refused(prepared, 1, "name or password");
    tls.is_silent(&outcome);

    tls.prepare(&["add", "acme/skills/one"]).run().ok();
    let lock = tls.context.read("mdskill.lock");
    let url = format!("https://ada:{CANARY}@{host}/acme/skills.git");
    let lock = lock.replace("github:acme/skills", &url);
    tls.context.write("mdskill.lock", &lock);
    std::fs::remove_dir_all(tls.context.project().join(".github")).unwrap();
    tls.server.reset();
    for command in ["install", "update", "outdated", "list", "verify", "show"] {
        let arguments = [command, "one"];
        let count = if matches!(command, "show" | "install" | "update") {
            2
        } else {
            1
        };
        for option in ["-vv", "--json"] {
            let prepared = tls.prepare(&[&arguments[..count], &[option]].concat());
            let outcome = prepared.run();
            assert_ne!(outcome.code, Some(0), "{outcome}");
            outcome.never_says(CANARY);
        }
    }
    assert_eq!(tls.server.traffic().requests, 0);
}

/// A server can put a credential into any text of its own.
#[test]
fn credential_that_the_server_repeats_is_hidden_everywhere() {
    let mut tls = TlsContext::open();
    tls.server.require_basic("x-access-token", CANARY);
    let prepare =
        |tls: &TlsContext, arguments: &[&str]| tls.prepare(arguments).env("MDSKILL_TOKEN", CANARY);
    prepare(&tls, &["add", "acme/skills/one"]).run().ok();
    tls.context.repo.write("skills/one/more.md", "more");
    tls.context.repo.commit("More");
    let basic = format!("x-access-token:{CANARY}");
    let basic = base64(basic.as_bytes());
    let text = format!("{CANARY} and {basic}");
    let summary = tls.context.path("temp/summary.md");
    let [step, outputs] = ["step.md", "outputs"].map(|name| tls.context.path("temp").join(name));
    for fault in [
        Fault::ErrPkt(text.clone()),
        Fault::SidebandError(text.clone()),
        Fault::Redirect {
            code: 302,
            to: format!("http://elsewhere.example/{CANARY}/{basic}"),
        },
        Fault::Status {
            code: 403,
            headers: vec![("Content-Type", "text/plain".to_owned())],
            body: text.clone(),
        },
    ] {
        tls.server.fault(fault);
        for command in [
            &["outdated", "-vv"][..],
            &["update", "--json"],
            &["update", "--summary", summary.to_str().unwrap()],
        ] {
            let outcome = prepare(&tls, command)
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_STEP_SUMMARY", &step)
                .env("GITHUB_OUTPUT", &outputs)
                .run();
            assert_ne!(outcome.code, Some(0), "{outcome}");
            outcome.never_says(&basic);
            // The runner is told what to mask.
            let said = format!("{}\n{}", outcome.stdout, outcome.stderr);
            let said = said.replace(&format!("::add-mask::{CANARY}"), "");
            assert!(!said.contains(CANARY), "{said}");
            for file in [&summary, &step, &outputs] {
                let text = std::fs::read_to_string(file).unwrap_or_default();
                assert!(!text.contains(CANARY) && !text.contains(&basic), "{text}");
            }
        }
        tls.server.clear_faults();
    }
}

#[test]
fn token_is_refused_wherever_it_is_in_an_address_and_not_shown() {
    const TOKEN: &str = "ghp_canary0123456789abcdefghijklmnopqrst";
    let tls = TlsContext::open();
    let host = tls.server.address();
    for spec in [
        format!("{TOKEN}@{host}:acme/skills.git"),
        format!("https://{host}/{TOKEN}/acme/skills.git"),
        format!("acme/skills@{TOKEN}"),
    ] {
        for command in ["add", "show", "list"] {
            let prepared = tls.prepare(&[command, &spec]);
            let outcome = tls.context.assert_refused(prepared, 2, "or a token");
            outcome.never_says(TOKEN);
        }
    }
    for (config, code) in [
        (
            format!("[policy]\nsources = [\"https://{TOKEN}@{host}/*\"]\n"),
            1,
        ),
        (
            format!("[search]\nindexes = [\"https://skills.example/?key={TOKEN}\"]\n"),
            1,
        ),
    ] {
        tls.context.write("mdskill.toml", &config);
        for arguments in [["policy", "--json"], ["search", "one"]] {
            let outcome = tls.prepare(&arguments).run();
            outcome.fails(code).never_says(TOKEN).says("mdskill.toml:2");
        }
    }
    // What is no address is shown without it.
    let outcome = tls.prepare(&["remove", TOKEN]).run();
    outcome.never_says(TOKEN);
    let outcome = tls.prepare(&["list", "--format", TOKEN]).run();
    outcome.fails(2).never_says(TOKEN);
    assert_eq!(tls.server.traffic().requests, 0);
}
