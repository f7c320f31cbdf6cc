//! Tests of the suite's git server with real git.

use crate::support::fault::Fault;
use crate::support::packets::frame;
use crate::support::test_context::ServedContext;
use crate::support::wire::Request;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

impl ServedContext {
    /// Sends these bytes to the server, and returns the response within the time limit.
    pub fn send(&self, bytes: &[u8], patience: Duration) -> std::io::Result<String> {
        let mut socket = TcpStream::connect(self.server.address())?;
        socket.set_read_timeout(Some(patience))?;
        socket.write_all(bytes)?;
        let mut said = Vec::new();
        let ended = socket.read_to_end(&mut said);
        let text = String::from_utf8_lossy(&said).into_owned();
        match ended {
            Err(error) if said.is_empty() => Err(error),
            Err(error) => Ok(format!("{text}\n[{:?}]", error.kind())),
            Ok(_) => Ok(text),
        }
    }

    /// Requests the refs without the capabilities, as mdskill does.
    pub fn request_refs(&self) -> std::io::Result<String> {
        self.send(&post(&ls_refs()), Duration::from_secs(5))
    }

    /// Requests these objects without the capabilities.
    pub fn request_objects(&self, ids: &[&str]) -> std::io::Result<String> {
        self.send(&post(&fetch(ids)), Duration::from_secs(5))
    }
}

/// Returns a request for `acme/skills` with this body, the last on its connection.
pub fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /acme/skills.git/git-upload-pack HTTP/1.1\r\nHost: forge\r\nGit-Protocol: version=2\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn ls_refs() -> Vec<u8> {
    let lines = [
        frame(b"peel\n"),
        frame(b"symrefs\n"),
        frame(b"ref-prefix HEAD\n"),
    ]
    .concat();
    [
        frame(b"command=ls-refs\n").as_slice(),
        b"0001",
        &lines,
        b"0000",
    ]
    .concat()
}

fn fetch(ids: &[&str]) -> Vec<u8> {
    let wants: Vec<u8> = ids
        .iter()
        .flat_map(|id| frame(format!("want {id}\n").as_bytes()))
        .collect();
    let rest = [
        frame(b"deepen 1\n"),
        frame(b"filter blob:none\n"),
        frame(b"done\n"),
    ]
    .concat();
    [
        frame(b"command=fetch\n").as_slice(),
        b"0001",
        &wants,
        &rest,
        b"0000",
    ]
    .concat()
}

#[test]
fn git_clones_commit_from_server() {
    let context = ServedContext::new();
    for url in [
        context.server.url_of("acme/skills"),
        format!("{}/acme/skills", context.server.url()),
    ] {
        context.git(&["clone", "--quiet", &url, "copy"]).ok();
        let copy = context.tree("copy/skills");
        copy.assert_same(&context.repo.snapshot("HEAD:skills"));
        std::fs::remove_dir_all(context.project().join("copy")).unwrap();
    }
}

#[test]
fn partial_clone_fetches_blobs_on_demand() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    context
        .git(&[
            "clone",
            "--quiet",
            "--no-checkout",
            "--depth=1",
            "--filter=blob:none",
            &url,
            "copy",
        ])
        .ok();
    let missing = context.git(&[
        "-C",
        "copy",
        "rev-list",
        "--objects",
        "--missing=print",
        "HEAD",
    ]);
    assert_eq!(missing.ok().stdout.matches("\n?").count(), 4, "{missing}");
    context.git(&["-C", "copy", "checkout", "--quiet"]).ok();
    context
        .tree("copy/skills")
        .assert_same(&context.repo.snapshot("HEAD:skills"));

    let commands: Vec<_> = context
        .server
        .requests()
        .iter()
        .filter_map(Request::command)
        .collect();
    assert_eq!(commands, ["ls-refs", "fetch", "fetch"]);
    let blobs: Vec<_> = context
        .repo
        .ls_tree("HEAD")
        .into_iter()
        .map(|(_, id, _)| id)
        .collect();
    let mut wanted = context.server.requests().last().unwrap().wants();
    wanted.sort();
    let mut expected = blobs.clone();
    expected.sort();
    assert_eq!(wanted, expected);
}

#[test]
fn request_without_capabilities_is_answered() {
    let context = ServedContext::new();
    let refs = context.request_refs().unwrap();
    assert!(
        refs.contains(&format!(
            "{} HEAD symref-target:refs/heads/main",
            context.commit
        )),
        "{refs}"
    );
    let pack = context.request_objects(&[&context.commit]).unwrap();
    assert!(pack.contains("packfile") && pack.contains("PACK"), "{pack}");
}

#[test]
fn server_supports_older_protocols() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    for version in [
        "protocol.version=0",
        "protocol.version=1",
        "protocol.version=2",
    ] {
        context
            .git(&["-c", version, "ls-remote", &url, "HEAD"])
            .ok()
            .says(&context.commit);
    }
    context
        .git(&["-c", "protocol.version=0", "clone", "--quiet", &url, "copy"])
        .ok();
}

#[test]
fn server_counts_traffic_and_requests() {
    let context = ServedContext::new();
    let question = post(&ls_refs());
    let answer = context.send(&question, Duration::from_secs(5)).unwrap();
    let traffic = context.server.traffic();
    assert_eq!((traffic.requests, traffic.connections), (1, 1));
    assert_eq!(
        (traffic.up, traffic.down),
        (question.len() as u64, answer.len() as u64)
    );

    let request = &context.server.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/acme/skills.git/git-upload-pack")
    );
    assert_eq!(request.header("GIT-PROTOCOL"), Some("version=2"));
    assert_eq!(
        request.lines(),
        ["command=ls-refs", "peel", "symrefs", "ref-prefix HEAD"]
    );
    context.server.reset();
    assert_eq!(context.server.traffic().requests, 0);
    assert!(context.server.requests().is_empty());
}

#[test]
fn server_reads_chunked_compressed_and_delayed_bodies() {
    let context = ServedContext::new();
    let body = ls_refs();
    let (first, second) = body.split_at(20);
    let mut chunked = b"POST /acme/skills.git/git-upload-pack HTTP/1.1\r\nGit-Protocol: version=2\r\nConnection: close\r\n\
        Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        .to_vec();
    for part in [first, second, b""] {
        chunked.extend_from_slice(
            &[format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat(),
        );
    }
    let answer = context.send(&chunked, Duration::from_secs(5)).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"),
        "{answer}"
    );
    assert!(answer.contains(&context.commit), "{answer}");

    // Git compresses a body that is longer than a kilobyte, which many `have` lines make.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&body).unwrap();
    let packed = packer.finish().unwrap();
    let text = String::from_utf8(post(b"")).unwrap();
    let head = text.replace(
        "Content-Length: 0",
        &format!("Content-Encoding: gzip\r\nContent-Length: {}", packed.len()),
    );
    let answer = context
        .send(&[head.as_bytes(), &packed].concat(), Duration::from_secs(5))
        .unwrap();
    assert!(answer.contains(&context.commit), "{answer}");
    assert_eq!(
        context.server.requests()[1].command().as_deref(),
        Some("ls-refs")
    );
}

#[test]
fn private_repository_returns_401_or_404() {
    let context = ServedContext::new();
    context.server.require_basic("ada", "open sesame");
    let refused = context.request_refs().unwrap();
    assert!(
        refused.starts_with("HTTP/1.1 401") && refused.contains("WWW-Authenticate: Basic"),
        "{refused}"
    );
    let with_password = context
        .server
        .url_of("acme/skills")
        .replace("://", "://ada:open%20sesame@");
    context
        .git(&["ls-remote", &with_password, "HEAD"])
        .ok()
        .says(&context.commit);
    context
        .git(&[
            "ls-remote",
            &with_password.replace("sesame", "barley"),
            "HEAD",
        ])
        .fails(128);
    context.server.hide_private(true);
    let hidden = context.request_refs().unwrap();
    assert!(
        hidden.starts_with("HTTP/1.1 404") && !hidden.contains("WWW-Authenticate"),
        "{hidden}"
    );
}

#[test]
fn server_refuses_paths_outside_root() {
    let context = ServedContext::new();
    for path in [
        "/acme/none.git",
        "/acme/../acme/skills.git",
        "//etc",
        "/acme",
    ] {
        let asked = format!(
            "GET {path}/info/refs?service=git-upload-pack HTTP/1.1\r\nConnection: close\r\n\r\n"
        );
        let answer = context
            .send(asked.as_bytes(), Duration::from_secs(5))
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    let asked = "GET /acme/skills.git/info/refs?service=git-receive-pack HTTP/1.1\r\nConnection: close\r\n\r\n";
    let answer = context
        .send(asked.as_bytes(), Duration::from_secs(5))
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[test]
fn faults_apply_always_next_nth_or_when_matching() {
    let context = ServedContext::new();
    let status = || context.request_refs().unwrap()["HTTP/1.1 ".len()..][..3].to_owned();
    context.server.fault_next(Fault::status(503));
    context.server.fault_next(Fault::status(429));
    assert_eq!([status(), status(), status()], ["503", "429", "200"]);
    context.server.reset();
    context.server.fault_nth(2, Fault::status(500));
    assert_eq!([status(), status(), status()], ["200", "500", "200"]);
    context.server.clear_faults();
    context.server.fault_when(
        |request| request.command().as_deref() == Some("fetch"),
        Fault::status(502),
    );
    assert_eq!(status(), "200");
    assert!(
        context
            .request_objects(&[&context.commit])
            .unwrap()
            .starts_with("HTTP/1.1 502")
    );
    context.server.clear_faults();
    context.server.fault(Fault::status(451));
    assert_eq!([status(), status()], ["451", "451"]);
}
