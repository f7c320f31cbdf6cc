//! The certificates of the system, some hundred files, are read only for a connection over TLS, and once.

use crate::support::authority::Authority;
use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::test_context::ServedContext;
use rustix::fs::{CWD, Mode, mkfifoat};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A file for `SSL_CERT_FILE` that counts how often it is read.
struct CountedFile {
    path: PathBuf,
    reads: Arc<AtomicUsize>,
}

impl CountedFile {
    /// Creates a named pipe at `path` that has the bytes of a file for each reader.
    fn create(path: PathBuf, content: &Path) -> Self {
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        let content = std::fs::read(content).unwrap();
        let reads = Arc::new(AtomicUsize::new(0));
        let (pipe, count) = (path.clone(), Arc::clone(&reads));
        std::thread::spawn(move || {
            // Opening waits for a reader. The test removes the pipe at its end.
            while let Ok(mut writer) = OpenOptions::new().write(true).open(&pipe) {
                count.fetch_add(1, Ordering::SeqCst);
                // A reader may close the pipe early.
                let _ = writer.write_all(&content);
                drop(writer);
                // The reader sees the end before the pipe is opened for the next one.
                std::thread::sleep(Duration::from_millis(300));
            }
        });
        Self { path, reads }
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[test]
fn commands_without_tls_read_no_certificates() {
    let mut context = ServedContext::new();
    let authority = Authority::new(&context.path("temp"));
    let file = CountedFile::create(context.path("temp/counted.pem"), authority.pem());
    let bundle = context.path("temp/tools.bundle");
    let mut tools = Repo::create(context.root(), "acme/tools");
    tools.skill("skills/four", "four", "The fourth");
    tools.commit("Four");
    tools.bundle(&bundle);
    context.write(
        "made/five/SKILL.md",
        "---\nname: five\ndescription: Does five things. Use it for five.\n---\n\nFive.\n",
    );
    let bundle = format!("file://{}//skills/four", bundle.display());
    for command in [
        ["add", "acme/skills/one"].as_slice(),
        &["add", &bundle],
        &["add", "./made/five"],
        &["list"],
        &["verify"],
        &["validate"],
        &["outdated"],
        &["update"],
        &["install"],
        &["remove", "four"],
    ] {
        if command == ["update"] {
            context.repo.write("skills/one/more.md", "more");
            context.repo.commit("More");
        }
        let prepared = context.mdskill(command);
        prepared.env("SSL_CERT_FILE", &file.path).run().ok();
        assert_eq!(file.reads(), 0, "{command:?}");
    }
}

#[test]
fn certificates_are_read_once_for_all_hosts() {
    let context = ServedContext::new();
    let authority = Authority::new(&context.path("temp"));
    let file = CountedFile::create(context.path("temp/counted.pem"), authority.pem());
    let first = GitServer::start_tls(context.root(), &authority, &["127.0.0.1"]);
    let second = GitServer::start_tls(context.root(), &authority, &["127.0.0.1"]);
    let one = format!("{}//skills/one", first.url_of("acme/skills"));
    let two = format!("{}//skills/two", second.url_of("acme/skills"));
    for command in [["add", &one, &two].as_slice(), &["update"], &["doctor"]] {
        let before = file.reads();
        let prepared = context.mdskill(command);
        let outcome = prepared.env("SSL_CERT_FILE", &file.path).run();
        outcome.never_says("can't trust");
        assert_eq!(file.reads(), before + 1, "{command:?}");
    }
}
