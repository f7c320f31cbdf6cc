//! Tests the faults of the test server from the side of a client, so that tests that use them prove something.

use crate::git_server::post;
use crate::support::fault::Fault;
use crate::support::test_context::ServedContext;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

#[test]
fn status_fault_has_headers_and_body() {
    let context = ServedContext::new();
    let headers = vec![("Retry-After", "7".to_owned())];
    context.server.fault(Fault::Status {
        code: 429,
        headers,
        body: "slow down".to_owned(),
    });
    let answer = context.request_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 429") && answer.contains("Retry-After: 7\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with("slow down"), "{answer}");
}

#[test]
fn git_follows_redirect_fault() {
    let context = ServedContext::new();
    let old = "/acme/old.git/info/refs?service=git-upload-pack";
    let to = format!(
        "{}/info/refs?service=git-upload-pack",
        context.server.url_of("acme/skills")
    );
    context.server.fault_when(
        move |request| request.target == old,
        Fault::Redirect { code: 301, to },
    );
    let url = context.server.url_of("acme/old");
    context
        .git(&["ls-remote", &url, "HEAD"])
        .ok()
        .says(&context.commit);
    context.server.clear_faults();
    context.server.fault(Fault::Redirect {
        code: 302,
        to: "https://elsewhere.example{target}".to_owned(),
    });
    let answer = context.request_refs().unwrap();
    assert!(
        answer.contains("Location: https://elsewhere.example/acme/skills.git/git-upload-pack\r\n"),
        "{answer}"
    );
}

#[test]
fn reset_fault_resets_the_connection() {
    let context = ServedContext::new();
    context.server.fault(Fault::Reset);
    assert_eq!(
        context.request_refs().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    context.server.clear_faults();
    context.server.fault(Fault::ResetMidBody(10));
    let answer = context.request_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("[ConnectionReset]"),
        "{answer}"
    );
}

#[test]
fn cut_body_ends_as_configured() {
    let context = ServedContext::new();
    context.server.fault(Fault::CutBody(30));
    let answer = context.request_refs().unwrap();
    assert!(
        answer.contains("\r\n1e\r\n") && answer.ends_with("0\r\n\r\n"),
        "{answer}"
    );
    context.server.clear_faults();
    context.server.fault(Fault::ShortLength);
    let answer = context.request_refs().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.ends_with(&format!("Content-Length: {}", body.len() + 1)),
        "{answer}"
    );
}

#[test]
fn git_refuses_spoiled_pack_in_valid_packets() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    for (fault, complaint) in [
        (Fault::TruncatedPack(40), "early EOF"),
        (Fault::CorruptPack, "fatal: "),
        (
            Fault::SidebandError("the disk is on fire".to_owned()),
            "remote: the disk is on fire",
        ),
        (
            Fault::ErrPkt("you shall not pass".to_owned()),
            "you shall not pass",
        ),
    ] {
        context.server.fault_when(
            |request| request.command().as_deref() == Some("fetch"),
            fault,
        );
        context
            .git(&["clone", "--quiet", &url, "copy"])
            .fails(128)
            .says(complaint)
            .never_says("bad line length");
        context.server.clear_faults();
    }
    // A response without a pack is unchanged.
    context.server.fault(Fault::CorruptPack);
    assert!(context.request_refs().unwrap().contains(&context.commit));
}

#[test]
fn responses_of_other_servers_are_not_git() {
    let context = ServedContext::new();
    context.server.fault(Fault::Garbage);
    assert!(
        context
            .request_refs()
            .unwrap()
            .contains("Please accept our terms")
    );
    context.server.clear_faults();
    context.server.fault(Fault::EmptyOk);
    let answer = context.request_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
            && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn hang_and_stall_send_no_more_bytes() {
    let context = ServedContext::new();
    let patience = Duration::from_millis(200);
    let question = post(b"0000");
    context.server.fault_next(Fault::Hang);
    assert_eq!(
        context.send(&question, patience).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    let whole = context.request_refs().unwrap();
    context.server.fault_next(Fault::Stall(12));
    let stalled = context
        .send(&last_request_body(&context), patience)
        .unwrap();
    assert!(
        stalled.contains("\r\nc\r\n") && stalled.ends_with("[WouldBlock]"),
        "{stalled}"
    );
    assert!(stalled.len() < whole.len());
}

/// The body of the last request.
fn last_request_body(context: &ServedContext) -> Vec<u8> {
    post(&context.server.requests().last().unwrap().body)
}

#[test]
fn drip_sends_whole_body_slowly() {
    let context = ServedContext::new();
    let whole = context.request_refs().unwrap();
    let start = Instant::now();
    context
        .server
        .fault_next(Fault::Late(Duration::from_millis(120)));
    assert_eq!(context.request_refs().unwrap(), whole);
    assert!(start.elapsed() >= Duration::from_millis(120));
    context
        .server
        .fault_next(Fault::SlowDrip(Duration::from_millis(1)));
    let start = Instant::now();
    let dripped = context.request_refs().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(dripped.matches("\r\n1\r\n").count() > 50, "{dripped}");
}

#[test]
fn server_without_filters_sends_whole_commits() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    context.server.fault(Fault::NoFilter);
    let outcome = context.git(&["clone", "--bare", "--filter=blob:none", &url, "copy"]);
    outcome.ok().says("filtering not recognized by server");
    let answer = context.request_objects(&[&context.commit]).unwrap();
    assert!(!answer.contains("PACK"), "{answer}");
}

#[test]
fn old_server_ignores_protocol_version_2() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    context.server.fault(Fault::V0Only);
    context.git(&["clone", "--quiet", &url, "copy"]).ok();
    let asked = "GET /acme/skills.git/info/refs?service=git-upload-pack HTTP/1.1\r\nGit-Protocol: version=2\r\n\
                 Connection: close\r\n\r\n";
    let answer = context
        .send(asked.as_bytes(), Duration::from_secs(5))
        .unwrap();
    assert!(
        answer.contains("# service=git-upload-pack") && !answer.contains("version 2"),
        "{answer}"
    );
    assert!(!context.request_refs().unwrap().contains("symref-target"));
}

#[test]
fn server_can_refuse_trees_by_id() {
    let context = ServedContext::new();
    let tree = context.repo.rev_parse("HEAD:skills/one");
    let blob = context.repo.rev_parse("HEAD:skills/one/SKILL.md");
    assert!(context.request_objects(&[&tree]).unwrap().contains("PACK"));
    context.server.fault(Fault::RefuseTreeWants);
    let refused = context.request_objects(&[&blob, &tree]).unwrap();
    assert!(
        refused.contains(&format!("ERR upload-pack: not our ref {tree}")),
        "{refused}"
    );
    assert!(context.request_objects(&[&blob]).unwrap().contains("PACK"));
}
