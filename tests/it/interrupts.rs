//! Signals during work that waits for the system.

use crate::support::test_context::TestContext;
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

#[test]
fn second_signal_ends_a_command_that_waits_for_a_file() {
    let (context, _repo) = TestContext::with_skills();
    let pipe = context.path("home/pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let command = context.mdskill(["add", "https://127.0.0.1:1/acme/skills/one"]);
    let mut running = command.env("SSL_CERT_FILE", &pipe).spawn();
    // A pipe can be opened for writing when a process reads it.
    let writer = loop {
        match open(&pipe, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()) {
            Ok(writer) => break writer,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
        assert!(running.runs(), "it did not read the pipe");
    };
    running.interrupt();
    running.interrupt();
    // Two signals at once may arrive as one.
    while running.runs() {
        std::thread::sleep(std::time::Duration::from_millis(20));
        running.interrupt();
    }
    drop(writer);
    let outcome = running.wait();
    // The third signal kills.
    assert!(matches!(outcome.code, Some(130) | None), "{outcome}");
    assert!(!context.project().join("mdskill.lock").exists());
    assert!(context.folders(".github/skills").is_empty());
}
