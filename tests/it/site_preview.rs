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
        // The page of a deleted skill leads back, and comes again with the skill.
        assert!(answer.contains("<a href=\"/\">All skills</a>"), "{answer}");
        assert!(answer.contains("src=\"/preview.js\""), "{answer}");
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

/// Waits until a page has this text.
fn wait_for_text(port: u16, path: &str, text: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let page = get(port, path);
        if page.contains(text) {
            return;
        }
        assert!(Instant::now() < deadline, "no `{text}` in {page}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn preview_shows_skills_that_are_added_while_it_runs_and_their_changes() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/docs");
    repo.skill("one", "one", "Does one thing.");
    repo.skill("two", "two", "Does another thing.");
    repo.commit("Add skills");
    context.run(&["add", "acme/docs/one"]).ok();
    let port = free_port();
    let text = port.to_string();
    let running = context
        .mdskill(["site", "--installed", "--serve", "--port", &text])
        .spawn();
    wait_for_text(port, "/", "acme/docs/one/");
    context.run(&["add", "acme/docs/two"]).ok();
    wait_for_text(port, "/", "acme/docs/two/");
    let file = ".github/skills/two/SKILL.md";
    context.write(file, context.read(file) + "\nA new line.\n");
    wait_for_text(port, "/acme/docs/two/", "A new line.");
    running.interrupt();
    running.wait().ok();
}

#[test]
fn preview_follows_changes_of_mdskill_toml() {
    let context = TestContext::new();
    let skill = |name: &str| SKILL.replace("mine", name);
    context.write("a/mine/SKILL.md", SKILL);
    context.write("b/yours/SKILL.md", skill("yours"));
    context.write("b/theirs/SKILL.md", skill("theirs"));
    let port = free_port();
    let text = port.to_string();
    let running = context
        .mdskill(["site", "--serve", "--port", &text])
        .spawn();
    wait_for_text(port, "/", "project/mine/");
    let config = |site: &str| context.write("mdskill.toml", site);
    config("[site]\ntitle = \"Our skills\"\nsources = [\"./b\"]\n");
    wait_for_text(port, "/", "Our skills");
    let index = get(port, "/");
    assert!(
        index.contains("b/yours/") && !index.contains("project/mine/"),
        "{index}"
    );
    context.write("b/yours/SKILL.md", skill("yours") + "\nA new line.\n");
    wait_for_text(port, "/b/yours/", "A new line.");
    config("[site]\nsources = 1\n");
    wait_for_text(port, "/-/changes?0", "mdskill.toml:2");
    config("[site]\nsources = [\"./c\"]\n");
    wait_for_text(port, "/-/changes?0", "no such file or folder: ./c");
    context.write("c/new/SKILL.md", skill("new"));
    wait_for_text(port, "/", "c/new/");
    config("[site]\nsources = [\"./b\"]\n[limits]\nmax-total-size = 100\n");
    wait_for_text(port, "/b/", "the limit is 100 bytes");
    running.interrupt();
    running.wait().ok();
}

#[test]
fn name_in_the_index_of_a_preview_is_that_of_the_first_valid_skill() {
    let context = TestContext::new();
    let skill = |folder: &str| {
        let text = SKILL.replace("Counts things", &format!("Counts in {folder}"));
        context.write(&format!("skills/{folder}/mine/SKILL.md"), text);
    };
    skill("a");
    skill("b");
    let port = free_port();
    let text = port.to_string();
    let running = context
        .mdskill(["site", "--serve", "--port", &text])
        .spawn();
    let index = "/.well-known/agent-skills/index.json";
    wait_for_text(port, index, "Counts in a.");
    let link = context.project().join("skills/a/mine/passwd");
    std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    wait_for_text(port, index, "Counts in b.");
    std::fs::remove_file(link).unwrap();
    wait_for_text(port, index, "Counts in a.");
    std::fs::remove_dir_all(context.project().join("skills/a")).unwrap();
    wait_for_text(port, index, "Counts in b.");
    running.interrupt();
    running.wait().ok();
}
