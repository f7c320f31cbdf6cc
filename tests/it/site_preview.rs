//! `site --serve`: a preview that shows changes, only to this machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::test_context::TestContext;

const SKILL: &str = "---\nname: mine\ndescription: Counts things. Use it to count.\n---\n# Mine\n\nSee [this](references/gone.md).\n";

/// Returns a port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Sends a request, and returns the answer. Waits until the server has started.
fn request(port: u16, head: &str) -> String {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(port: u16, path: &str) -> String {
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    request(port, &head)
}

/// Waits for another site than that with this number, and returns its number and problem.
fn wait_for_change(port: u16, shown: &str) -> (String, serde_json::Value) {
    let answer = get(port, &format!("/-/changes?{shown}"));
    let (_, json) = answer.split_once("\r\n\r\n").unwrap();
    let state: serde_json::Value = serde_json::from_str(json).unwrap();
    (state["number"].to_string(), state["problem"].clone())
}

#[test]
fn preview_shows_findings_at_their_lines_and_changes_and_ends_with_ctrl_c() {
    let context = TestContext::new();
    context.write("skills/mine/SKILL.md", SKILL);
    let before = context.snapshot();
    let port = free_port();
    let text = port.to_string();
    let running = context
        .mdskill(["site", "--serve", "--port", &text])
        .spawn();
    let (number, problem) = wait_for_change(port, "0");
    assert_eq!((number.as_str(), problem), ("1", serde_json::Value::Null));
    let page = "/project/mine/files/SKILL.md.html";
    let source = get(port, page);
    let (before_finding, finding) = source.split_once("<span class=\"finding error\">").unwrap();
    assert!(
        before_finding.ends_with("references/gone.md</i>).\n</span>"),
        "{source}"
    );
    assert!(finding.starts_with("error SK301: "), "{source}");
    assert!(source.contains("connect-src 'self'") && source.contains("preview.js"));
    context.write("skills/mine/SKILL.md", SKILL.replace("# Mine", "# My own"));
    wait_for_change(port, "1");
    let deadline = Instant::now() + Duration::from_mins(1);
    while !get(port, "/project/mine/").contains("My own") {
        assert!(Instant::now() < deadline, "the change is not shown");
    }
    std::fs::remove_dir_all(context.project().join("skills")).unwrap();
    let mut shown = "2".to_owned();
    let problem = loop {
        let (number, problem) = wait_for_change(port, &shown);
        assert!(Instant::now() < deadline, "the problem is not shown");
        if let Some(problem) = problem.as_str() {
            break problem.to_owned();
        }
        shown = number;
    };
    assert!(problem.contains("has no skill"), "{problem}");
    // The pages of before are still there.
    assert!(get(port, "/").starts_with("HTTP/1.1 200"));
    context.write("skills/mine/SKILL.md", SKILL);
    running.interrupt();
    let outcome = running.wait();
    outcome
        .ok()
        .says(&format!("Serving http://127.0.0.1:{port}/"));
    context.snapshot().assert_same(&before);
    let temporary = std::fs::read_dir(context.path("temp")).unwrap().count();
    assert_eq!(temporary, 0);
}

#[test]
fn preview_answers_only_to_its_own_name_and_shows_only_its_pages() {
    let context = TestContext::new();
    context.write("skills/mine/SKILL.md", SKILL);
    let port = free_port();
    let text = port.to_string();
    let running = context
        .mdskill(["site", "./skills", "--serve", "--port", &text])
        .spawn();
    wait_for_change(port, "0");
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "[::1]", ""] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = request(port, &head);
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
    }
    let head = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert!(request(port, &head).starts_with("HTTP/1.1 200"));
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    assert!(request(port, &head).starts_with("HTTP/1.1 405"));
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/none",
        "/%ff",
        "/a%00",
    ] {
        let answer = get(port, path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    let moved = get(port, "/skills/mine");
    assert!(moved.contains("location: /skills/mine/\r\n"), "{moved}");
    running.interrupt();
    running.wait().ok();
}

#[test]
fn port_in_use_is_an_error_with_a_way_out() {
    let context = TestContext::new();
    context.write("skills/mine/SKILL.md", SKILL);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let serve = ["site", "./skills", "--serve", "--port", &port];
    context
        .refuses(&serve, 1, "the pages can't be served")
        .says("--port 8000");
    context.refuses(
        &["site", "./skills", "--serve", "--out", "x"],
        2,
        "cannot be used with",
    );
}
