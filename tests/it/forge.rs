//! The forge of the suite, tried with real git: what the tests stand on must stand itself.

use crate::support::fault::Fault;
use crate::support::forge::Forge;
use crate::support::outcome::Outcome;
use crate::support::packets::frame;
use crate::support::repo::Repo;
use crate::support::room::Room;
use crate::support::wire::Request;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A room, and a forge in it with `acme/skills`: three skills, one commit.
pub struct Scene {
    pub room: Room,
    pub forge: Forge,
    pub repo: Repo,
    pub commit: String,
}

impl Scene {
    /// Sets the scene.
    pub fn set() -> Self {
        let root = tempfile::tempdir().expect("a folder").keep();
        let mut repo = Repo::create(&root, "acme/skills");
        repo.skill("skills/one", "one", "The first")
            .skill("skills/two", "two", "The second");
        repo.skill("skills/three", "three", "The third");
        repo.executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 0\n");
        let commit = repo.commit("Three skills");
        let forge = Forge::start(&root);
        let room = Room::new(&forge.url());
        Self {
            room,
            forge,
            repo,
            commit,
        }
    }

    /// Runs git in the room.
    pub fn git(&self, arguments: &[&str]) -> Outcome {
        self.room.run("git", arguments).run()
    }

    /// Says these bytes to the forge and gives all that comes back within the time.
    pub fn say(&self, bytes: &[u8], patience: Duration) -> std::io::Result<String> {
        let mut socket = TcpStream::connect(self.forge.address())?;
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

    /// Asks for the refs by a bare request, as mdskill does.
    pub fn ask_for_refs(&self) -> std::io::Result<String> {
        self.say(&post(&ls_refs()), Duration::from_secs(5))
    }

    /// Asks for these objects by a bare request.
    pub fn ask_for(&self, ids: &[&str]) -> std::io::Result<String> {
        self.say(&post(&fetch(ids)), Duration::from_secs(5))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let root = self
            .repo
            .folder()
            .ancestors()
            .nth(2)
            .expect("ROOT/OWNER/REPO.git");
        // A folder that cannot be removed is the system's to sweep.
        let _ = std::fs::remove_dir_all(root);
    }
}

/// A request for `acme/skills` with this body, the last on its connection.
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
fn git_clones_from_the_forge_and_the_files_are_the_commit() {
    let scene = Scene::set();
    for url in [
        scene.forge.url_of("acme/skills"),
        format!("{}/acme/skills", scene.forge.url()),
    ] {
        scene.git(&["clone", "--quiet", &url, "copy"]).ok();
        let copy = scene.room.tree("copy/skills");
        copy.assert_same(&scene.repo.snapshot("HEAD:skills"));
        std::fs::remove_dir_all(scene.room.project().join("copy")).unwrap();
    }
}

#[test]
fn a_partial_clone_gets_no_blob_and_fetches_them_when_they_are_wanted() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
    scene
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
    let missing = scene.git(&[
        "-C",
        "copy",
        "rev-list",
        "--objects",
        "--missing=print",
        "HEAD",
    ]);
    assert_eq!(missing.ok().stdout.matches("\n?").count(), 4, "{missing}");
    scene.git(&["-C", "copy", "checkout", "--quiet"]).ok();
    scene
        .room
        .tree("copy/skills")
        .assert_same(&scene.repo.snapshot("HEAD:skills"));

    let commands: Vec<_> = scene
        .forge
        .requests()
        .iter()
        .filter_map(Request::command)
        .collect();
    assert_eq!(commands, ["ls-refs", "fetch", "fetch"]);
    let blobs: Vec<_> = scene
        .repo
        .ls_tree("HEAD")
        .into_iter()
        .map(|(_, id, _)| id)
        .collect();
    let mut wanted = scene.forge.requests().last().unwrap().wants();
    wanted.sort();
    let mut expected = blobs.clone();
    expected.sort();
    assert_eq!(wanted, expected);
}

#[test]
fn a_bare_request_is_answered_without_the_look_at_the_capabilities() {
    let scene = Scene::set();
    let refs = scene.ask_for_refs().unwrap();
    assert!(
        refs.contains(&format!(
            "{} HEAD symref-target:refs/heads/main",
            scene.commit
        )),
        "{refs}"
    );
    let pack = scene.ask_for(&[&scene.commit]).unwrap();
    assert!(pack.contains("packfile") && pack.contains("PACK"), "{pack}");
}

#[test]
fn an_older_protocol_is_spoken_to_who_asks_for_it() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
    for version in [
        "protocol.version=0",
        "protocol.version=1",
        "protocol.version=2",
    ] {
        scene
            .git(&["-c", version, "ls-remote", &url, "HEAD"])
            .ok()
            .says(&scene.commit);
    }
    scene
        .git(&["-c", "protocol.version=0", "clone", "--quiet", &url, "copy"])
        .ok();
}

#[test]
fn traffic_and_requests_are_counted_to_the_byte() {
    let scene = Scene::set();
    let question = post(&ls_refs());
    let answer = scene.say(&question, Duration::from_secs(5)).unwrap();
    let traffic = scene.forge.traffic();
    assert_eq!((traffic.requests, traffic.connections), (1, 1));
    assert_eq!(
        (traffic.up, traffic.down),
        (question.len() as u64, answer.len() as u64)
    );

    let request = &scene.forge.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/acme/skills.git/git-upload-pack")
    );
    assert_eq!(request.header("GIT-PROTOCOL"), Some("version=2"));
    assert_eq!(
        request.lines(),
        ["command=ls-refs", "peel", "symrefs", "ref-prefix HEAD"]
    );
    scene.forge.reset();
    assert_eq!(scene.forge.traffic().requests, 0);
    assert!(scene.forge.requests().is_empty());
}

#[test]
fn bodies_may_come_in_chunks_packed_and_after_a_go_ahead() {
    let scene = Scene::set();
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
    let answer = scene.say(&chunked, Duration::from_secs(5)).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"),
        "{answer}"
    );
    assert!(answer.contains(&scene.commit), "{answer}");

    // Git packs a body that is longer than a kilobyte: many haves make one.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&body).unwrap();
    let packed = packer.finish().unwrap();
    let text = String::from_utf8(post(b"")).unwrap();
    let head = text.replace(
        "Content-Length: 0",
        &format!("Content-Encoding: gzip\r\nContent-Length: {}", packed.len()),
    );
    let answer = scene
        .say(&[head.as_bytes(), &packed].concat(), Duration::from_secs(5))
        .unwrap();
    assert!(answer.contains(&scene.commit), "{answer}");
    assert_eq!(
        scene.forge.requests()[1].command().as_deref(),
        Some("ls-refs")
    );
}

#[test]
fn a_closed_door_asks_for_a_password_or_looks_like_no_door() {
    let scene = Scene::set();
    scene.forge.require_basic("ada", "open sesame");
    let refused = scene.ask_for_refs().unwrap();
    assert!(
        refused.starts_with("HTTP/1.1 401") && refused.contains("WWW-Authenticate: Basic"),
        "{refused}"
    );
    let with_password = scene
        .forge
        .url_of("acme/skills")
        .replace("://", "://ada:open%20sesame@");
    scene
        .git(&["ls-remote", &with_password, "HEAD"])
        .ok()
        .says(&scene.commit);
    scene
        .git(&[
            "ls-remote",
            &with_password.replace("sesame", "barley"),
            "HEAD",
        ])
        .fails(128);
    scene.forge.hide_private(true);
    let hidden = scene.ask_for_refs().unwrap();
    assert!(
        hidden.starts_with("HTTP/1.1 404") && !hidden.contains("WWW-Authenticate"),
        "{hidden}"
    );
}

#[test]
fn nothing_outside_the_root_is_served() {
    let scene = Scene::set();
    for path in [
        "/acme/none.git",
        "/acme/../acme/skills.git",
        "//etc",
        "/acme",
    ] {
        let asked = format!(
            "GET {path}/info/refs?service=git-upload-pack HTTP/1.1\r\nConnection: close\r\n\r\n"
        );
        let answer = scene.say(asked.as_bytes(), Duration::from_secs(5)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    let asked = "GET /acme/skills.git/info/refs?service=git-receive-pack HTTP/1.1\r\nConnection: close\r\n\r\n";
    let answer = scene.say(asked.as_bytes(), Duration::from_secs(5)).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[test]
fn faults_come_every_time_next_time_the_nth_time_or_when_they_match() {
    let scene = Scene::set();
    let status = || scene.ask_for_refs().unwrap()["HTTP/1.1 ".len()..][..3].to_owned();
    scene.forge.fault_next(Fault::status(503));
    scene.forge.fault_next(Fault::status(429));
    assert_eq!([status(), status(), status()], ["503", "429", "200"]);
    scene.forge.reset();
    scene.forge.fault_nth(2, Fault::status(500));
    assert_eq!([status(), status(), status()], ["200", "500", "200"]);
    scene.forge.clear_faults();
    scene.forge.fault_when(
        |request| request.command().as_deref() == Some("fetch"),
        Fault::status(502),
    );
    assert_eq!(status(), "200");
    assert!(
        scene
            .ask_for(&[&scene.commit])
            .unwrap()
            .starts_with("HTTP/1.1 502")
    );
    scene.forge.clear_faults();
    scene.forge.fault(Fault::status(451));
    assert_eq!([status(), status()], ["451", "451"]);
}
