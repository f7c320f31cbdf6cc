//! Tests the faults of the test server from the side of a client, so that tests that use them prove something.

use crate::forge::{Scene, post};
use crate::support::fault::Fault;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

#[test]
fn status_fault_has_headers_and_body() {
    let scene = Scene::set();
    let headers = vec![("Retry-After", "7".to_owned())];
    scene.forge.fault(Fault::Status {
        code: 429,
        headers,
        body: "slow down".to_owned(),
    });
    let answer = scene.ask_for_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 429") && answer.contains("Retry-After: 7\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with("slow down"), "{answer}");
}

#[test]
fn git_follows_redirect_fault() {
    let scene = Scene::set();
    let old = "/acme/old.git/info/refs?service=git-upload-pack";
    let to = format!(
        "{}/info/refs?service=git-upload-pack",
        scene.forge.url_of("acme/skills")
    );
    scene.forge.fault_when(
        move |request| request.target == old,
        Fault::Redirect { code: 301, to },
    );
    let url = scene.forge.url_of("acme/old");
    scene
        .git(&["ls-remote", &url, "HEAD"])
        .ok()
        .says(&scene.commit);
    scene.forge.clear_faults();
    scene.forge.fault(Fault::Redirect {
        code: 302,
        to: "https://elsewhere.example{target}".to_owned(),
    });
    let answer = scene.ask_for_refs().unwrap();
    assert!(
        answer.contains("Location: https://elsewhere.example/acme/skills.git/git-upload-pack\r\n"),
        "{answer}"
    );
}

#[test]
fn reset_fault_resets_the_connection() {
    let scene = Scene::set();
    scene.forge.fault(Fault::Reset);
    assert_eq!(
        scene.ask_for_refs().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    scene.forge.clear_faults();
    scene.forge.fault(Fault::ResetMidBody(10));
    let answer = scene.ask_for_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("[ConnectionReset]"),
        "{answer}"
    );
}

#[test]
fn cut_body_ends_as_configured() {
    let scene = Scene::set();
    scene.forge.fault(Fault::CutBody(30));
    let answer = scene.ask_for_refs().unwrap();
    assert!(
        answer.contains("\r\n1e\r\n") && answer.ends_with("0\r\n\r\n"),
        "{answer}"
    );
    scene.forge.clear_faults();
    scene.forge.fault(Fault::ShortLength);
    let answer = scene.ask_for_refs().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.ends_with(&format!("Content-Length: {}", body.len() + 1)),
        "{answer}"
    );
}

#[test]
fn git_refuses_spoiled_pack_in_valid_packets() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
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
        scene.forge.fault_when(
            |request| request.command().as_deref() == Some("fetch"),
            fault,
        );
        scene
            .git(&["clone", "--quiet", &url, "copy"])
            .fails(128)
            .says(complaint)
            .never_says("bad line length");
        scene.forge.clear_faults();
    }
    // A response without a pack is unchanged.
    scene.forge.fault(Fault::CorruptPack);
    assert!(scene.ask_for_refs().unwrap().contains(&scene.commit));
}

#[test]
fn responses_of_other_servers_are_not_git() {
    let scene = Scene::set();
    scene.forge.fault(Fault::Garbage);
    assert!(
        scene
            .ask_for_refs()
            .unwrap()
            .contains("Please accept our terms")
    );
    scene.forge.clear_faults();
    scene.forge.fault(Fault::EmptyOk);
    let answer = scene.ask_for_refs().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
            && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn hang_and_stall_send_no_more_bytes() {
    let scene = Scene::set();
    let patience = Duration::from_millis(200);
    let question = post(b"0000");
    scene.forge.fault_next(Fault::Hang);
    assert_eq!(
        scene.say(&question, patience).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    let whole = scene.ask_for_refs().unwrap();
    scene.forge.fault_next(Fault::Stall(12));
    let stalled = scene.say(&last_request_body(&scene), patience).unwrap();
    assert!(
        stalled.contains("\r\nc\r\n") && stalled.ends_with("[WouldBlock]"),
        "{stalled}"
    );
    assert!(stalled.len() < whole.len());
}

/// The body of the last request.
fn last_request_body(scene: &Scene) -> Vec<u8> {
    post(&scene.forge.requests().last().unwrap().body)
}

#[test]
fn drip_sends_whole_body_slowly() {
    let scene = Scene::set();
    let whole = scene.ask_for_refs().unwrap();
    let start = Instant::now();
    scene
        .forge
        .fault_next(Fault::Late(Duration::from_millis(120)));
    assert_eq!(scene.ask_for_refs().unwrap(), whole);
    assert!(start.elapsed() >= Duration::from_millis(120));
    scene
        .forge
        .fault_next(Fault::SlowDrip(Duration::from_millis(1)));
    let start = Instant::now();
    let dripped = scene.ask_for_refs().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(dripped.matches("\r\n1\r\n").count() > 50, "{dripped}");
}

#[test]
fn server_without_filters_sends_whole_commits() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
    scene.forge.fault(Fault::NoFilter);
    let told = scene.git(&["clone", "--bare", "--filter=blob:none", &url, "copy"]);
    told.ok().says("filtering not recognized by server");
    let answer = scene.ask_for(&[&scene.commit]).unwrap();
    assert!(!answer.contains("PACK"), "{answer}");
}

#[test]
fn old_server_ignores_protocol_version_2() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
    scene.forge.fault(Fault::V0Only);
    scene.git(&["clone", "--quiet", &url, "copy"]).ok();
    let asked = "GET /acme/skills.git/info/refs?service=git-upload-pack HTTP/1.1\r\nGit-Protocol: version=2\r\n\
                 Connection: close\r\n\r\n";
    let answer = scene.say(asked.as_bytes(), Duration::from_secs(5)).unwrap();
    assert!(
        answer.contains("# service=git-upload-pack") && !answer.contains("version 2"),
        "{answer}"
    );
    assert!(!scene.ask_for_refs().unwrap().contains("symref-target"));
}

#[test]
fn server_can_refuse_trees_by_id() {
    let scene = Scene::set();
    let tree = scene.repo.rev_parse("HEAD:skills/one");
    let blob = scene.repo.rev_parse("HEAD:skills/one/SKILL.md");
    assert!(scene.ask_for(&[&tree]).unwrap().contains("PACK"));
    scene.forge.fault(Fault::RefuseTreeWants);
    let refused = scene.ask_for(&[&blob, &tree]).unwrap();
    assert!(
        refused.contains(&format!("ERR upload-pack: not our ref {tree}")),
        "{refused}"
    );
    assert!(scene.ask_for(&[&blob]).unwrap().contains("PACK"));
}
