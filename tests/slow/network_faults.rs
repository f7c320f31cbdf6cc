//! Network faults: the number of attempts, and what other commands than `add` do. `tests/faults` has the faults of single
//! requests.

use crate::support::fault::Fault;
use crate::support::repo::Repo;
use crate::support::test_context::{Prepared, ServedContext};
use crate::support::wire::Request;
use std::time::{Duration, Instant};

const ADD: [&str; 2] = ["add", "acme/skills/one"];

fn is_fetch(request: &Request) -> bool {
    request.command().as_deref() == Some("fetch")
}

/// An `add` with one retry.
fn add(context: &ServedContext) -> Prepared {
    context.mdskill(ADD).env("MDSKILL_RETRIES", "1")
}

#[test]
fn broken_connection_is_retried_then_reported() {
    for fault in [
        Fault::Reset,
        Fault::ResetMidBody(10),
        Fault::ShortLength,
        Fault::ResetMidBody(200),
    ] {
        let context = ServedContext::new();
        context.server.fault_when(is_fetch, fault.clone());
        let outcome = context.assert_refused(add(&context), 5, "the connection to");
        outcome.says(&context.server.address().to_string());
        assert_eq!(
            context.commands(),
            ["ls-refs", "fetch", "fetch"],
            "{fault:?}"
        );
        context.server.clear_faults();
        context.server.reset();
        context.server.fault_nth(1, fault);
        add(&context).run().ok();
        context.has("one", "HEAD:skills/one");
    }
}

#[test]
fn status_has_message_and_exit_code() {
    for (status, code, sentence, tries) in [
        (
            401,
            4,
            "requires authentication (401); no credentials were tried",
            1,
        ),
        (403, 4, "is forbidden (403); no credentials were tried", 1),
        // The advertisement is requested too, because it may redirect where the service does not.
        (
            404,
            1,
            "does not exist or is private (404); no credentials were tried",
            2,
        ),
        (407, 4, "the proxy requires authentication (407)", 1),
        (408, 5, "returned status 408", 3),
        (418, 5, "returned status 418", 1),
        (429, 5, "too many requests (429)", 3),
        (451, 1, "is blocked for legal reasons (451)", 1),
        (500, 5, "the server failed (500)", 3),
        (501, 5, "the server failed (501)", 1),
        (502, 5, "the server failed (502)", 3),
        (503, 5, "the server failed (503)", 3),
        (504, 5, "the server failed (504)", 3),
    ] {
        let context = ServedContext::new();
        context.server.fault(Fault::status(status));
        let prepared = context.mdskill(ADD).env("MDSKILL_RETRIES", "2");
        let outcome = context.assert_refused(prepared, code, sentence);
        outcome.says(&context.server.url_of("acme/skills"));
        assert_eq!(context.server.traffic().requests, tries, "{status}");
    }
}

#[test]
fn retry_after_is_honoured_up_to_limit() {
    let context = ServedContext::new();
    let asked = |seconds: &str| Fault::Status {
        code: 429,
        headers: vec![("Retry-After", seconds.to_owned())],
        body: String::new(),
    };
    context.server.fault_next(asked("3600"));
    let start = Instant::now();
    let outcome = context.assert_refused(add(&context), 5, "too many requests (429)\n");
    outcome.says("hint: try again in 3600 seconds");
    assert_eq!(context.server.traffic().requests, 1);
    assert!(start.elapsed() < Duration::from_secs(30));

    context.server.fault_next(asked("1"));
    let start = Instant::now();
    add(&context).run().ok();
    assert!(start.elapsed() >= Duration::from_secs(1));
    context.has("one", "HEAD:skills/one");
}

#[test]
fn invalid_and_damaged_responses_have_different_messages() {
    for (fault, sentence) in [
        (Fault::Garbage, "is not git protocol version 2"),
        (Fault::EmptyOk, "ended early"),
        (Fault::CutBody(20), "ended early"),
        (Fault::TruncatedPack(40), "the pack is truncated or corrupt"),
        (Fault::TruncatedPack(5), "the pack is truncated or corrupt"),
        (Fault::CorruptPack, "the pack is truncated or corrupt"),
        (
            Fault::ErrPkt("you shall not pass".to_owned()),
            "the server refused the request: you shall not pass",
        ),
        (
            Fault::SidebandError("the disk is on fire".to_owned()),
            "the server refused the request: the disk is on fire",
        ),
    ] {
        let context = ServedContext::new();
        context.server.fault_when(is_fetch, fault);
        let outcome = context.assert_refused(add(&context), 5, sentence);
        outcome.says(&context.server.url_of("acme/skills"));
    }
    let context = ServedContext::new();
    context.server.fault(Fault::Garbage);
    context
        .assert_refused(add(&context), 5, "is not git protocol version 2")
        .says("login page");
}

#[test]
fn endless_response_is_closed_when_complete() {
    let context = ServedContext::new();
    context.server.fault(Fault::Endless);
    add(&context).run().ok();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    context.has("one", "HEAD:skills/one");
}

#[test]
fn interrupted_fetch_leaves_no_changes() {
    let context = ServedContext::new();
    let before = context.snapshot();
    context.server.fault_when(is_fetch, Fault::Hang);
    let running = add(&context).spawn();
    let start = Instant::now();
    while context.commands().len() < 2 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.interrupt();
    running.wait().fails(130);
    before.assert_same(&context.snapshot());
}

#[test]
fn failed_update_changes_nothing_and_reports_it() {
    for (fault, code, sentence) in [
        (Fault::status(503), 5, "the server failed (503)"),
        (Fault::status(404), 1, "does not exist or is private (404)"),
        (Fault::status(403), 4, "is forbidden (403)"),
        (Fault::Reset, 5, "the connection to"),
        (Fault::CorruptPack, 5, "the pack is truncated or corrupt"),
        (Fault::Garbage, 5, "is not git protocol version 2"),
    ] {
        let mut context = ServedContext::new();
        context.run(&["add", "acme/skills", "--all"]).ok();
        context.repo.write("skills/one/more.md", "more");
        context.repo.commit("More");
        context.server.fault(fault);
        let prepared = context.mdskill(["update"]).env("MDSKILL_RETRIES", "1");
        context.assert_refused(prepared, code, sentence);
        context.server.clear_faults();
        context.run(&["update"]).ok();
        context.has("one", "HEAD:skills/one");
    }
}

#[test]
fn failed_repository_does_not_stop_others() {
    let mut context = ServedContext::new();
    let mut other = Repo::create(context.root(), "acme/tools");
    other.skill("four", "four", "The fourth").commit("Four");
    let specs = ["add", "acme/skills/one", "acme/tools/four"];
    context.run(&specs).ok();
    other.write("four/more.md", "more");
    other.commit("More");
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    let locked = context
        .repo
        .snapshot(&format!("{}:skills/one", context.commit));
    context.server.fault_when(
        |request| request.target.starts_with("/acme/skills"),
        Fault::status(503),
    );
    let prepared = context.mdskill(["update"]).env("MDSKILL_RETRIES", "0");
    let outcome = prepared.run();
    outcome
        .fails(5)
        .says("acme/skills")
        .says("(503)")
        .says("four");
    let four = context.tree(".github/skills/four");
    four.assert_same(&other.snapshot("HEAD:four"));
    context.tree(".github/skills/one").assert_same(&locked);
    context.locked(&format!("commit = \"{}\"", context.commit));

    let prepared = context.mdskill(["update", "--json"]);
    let report = prepared.env("MDSKILL_RETRIES", "0").run();
    report.fails(5);
    let failed = &report.json()["failed"][0];
    assert!(failed["name"].as_str().unwrap().contains("acme/skills"));
    assert!(failed["reason"].as_str().unwrap().contains("(503)"));
}
