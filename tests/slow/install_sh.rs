//! `install.sh`, run by the system's `sh` with an empty environment, a PATH with selected tools, and
//! releases served on 127.0.0.1.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::sealed;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
const NEWEST: &str = "1.2.3";
const OLDER: &str = "1.0.0";
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The tools that the script requires in addition to a downloader and a verifier.
const BASICS: &[&str] = &[
    "sh", "cat", "chmod", "cp", "cut", "dirname", "grep", "gzip", "mkdir", "mktemp", "mv", "rm",
    "rmdir", "sed", "tail", "tar",
];

// ---------------------------------------------------------------------------------------------
// The server
// ---------------------------------------------------------------------------------------------

#[derive(Clone)]
enum Reply {
    File(Vec<u8>),
    /// Announces the whole body, and closes the connection after half of it.
    Truncated(Vec<u8>),
    Redirect(String),
}

/// Static files and redirects, one connection for each request.
struct Server {
    url: String,
    replies: Arc<Mutex<BTreeMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Server {
            url: format!("http://{}", listener.local_addr().expect("its address")),
            replies: Arc::default(),
            asked: Arc::default(),
        };
        let (replies, asked) = (server.replies.clone(), server.asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, asked) = (replies.clone(), asked.clone());
                // A client may close the connection early.
                thread::spawn(move || drop(answer(&stream, &replies, &asked)));
            }
        });
        server
    }

    fn put(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    fn delete(&self, path: &str) {
        self.replies.lock().unwrap().remove(path);
    }

    /// Returns the requested paths, in order.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(
    mut stream: &TcpStream,
    replies: &Mutex<BTreeMap<String, Reply>>,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let head = words.next() == Some("HEAD");
    let path = words.next().unwrap_or("").to_owned();
    let reply = replies.lock().unwrap().get(&path).cloned();
    asked.lock().unwrap().push(path);

    let (status, location, body, sent) = match reply {
        Some(Reply::File(body)) => ("200 OK", None, body.clone(), body.len()),
        Some(Reply::Truncated(body)) => ("200 OK", None, body.clone(), body.len() / 2),
        Some(Reply::Redirect(to)) => ("302 Found", Some(to), Vec::new(), 0),
        None => ("404 Not Found", None, b"nothing here\n".to_vec(), 13),
    };
    write!(stream, "HTTP/1.1 {status}\r\n")?;
    if let Some(location) = location {
        write!(stream, "Location: {location}\r\n")?;
    }
    write!(
        stream,
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if !head {
        stream.write_all(&body[..sent])?;
    }
    stream.flush()
}

// ---------------------------------------------------------------------------------------------
// The sandbox
// ---------------------------------------------------------------------------------------------

struct Sandbox {
    folder: TempDir,
    server: Server,
    /// Additional environment variables.
    env: Vec<(&'static str, String)>,
}

struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Sandbox {
    /// Creates a Linux machine with glibc, curl, and sha256sum, and the releases `NEWEST` and `OLDER`.
    fn new() -> Self {
        let mut sandbox = Sandbox::minimal();
        sandbox.lend("curl");
        sandbox.lend_verifier();
        sandbox
            .env
            .push(("MDSKILL_RELEASES_URL", sandbox.server.url.clone()));
        for version in [NEWEST, OLDER] {
            sandbox.release(version, TARGET);
        }
        sandbox.server.put(
            "/latest",
            Reply::Redirect(format!("{}/tag/v{NEWEST}", sandbox.server.url)),
        );
        sandbox
    }

    /// Creates a machine without a downloader, a verifier, and releases.
    fn minimal() -> Self {
        let sandbox = Sandbox {
            folder: tempfile::tempdir().expect("a temporary folder"),
            server: Server::start(),
            env: Vec::new(),
        };
        for folder in ["home", "bin", "tmp", "work"] {
            fs::create_dir(sandbox.path(folder)).unwrap();
        }
        for tool in BASICS {
            assert!(sandbox.lend(tool), "these tests need {tool}");
        }
        sandbox.machine("Linux", "x86_64", "ldd (GNU libc) 2.36");
        fs::copy(SCRIPT, sandbox.path("work/install.sh")).expect("install.sh");
        sandbox
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Links a tool of this machine into PATH, if it is installed.
    fn lend(&self, tool: &str) -> bool {
        match sealed::locate(tool) {
            Some(path) => {
                symlink(path, self.path("bin").join(tool)).unwrap();
                true
            }
            None => false,
        }
    }

    fn lend_verifier(&self) {
        assert!(
            ["sha256sum", "shasum", "openssl"]
                .iter()
                .any(|tool| self.lend(tool)),
            "these tests need sha256sum, shasum or openssl"
        );
    }

    fn take_away(&self, tool: &str) {
        fs::remove_file(self.path("bin").join(tool)).unwrap();
    }

    /// Writes a script into PATH.
    fn fake(&self, tool: &str, script: &str) {
        let path = self.path("bin").join(tool);
        write_program(&path, &format!("#!/bin/sh\n{script}\n"));
    }

    fn machine(&self, system: &str, machine: &str, ldd: &str) {
        self.fake(
            "uname",
            &format!("case $1 in -s) echo '{system}' ;; -m) echo '{machine}' ;; esac"),
        );
        // The ldd of musl prints its name to stderr and fails.
        self.fake("ldd", &format!("echo '{ldd}' >&2; exit 1"));
    }

    /// Serves a release with `program(version)`.
    fn release(&self, version: &str, target: &str) {
        self.serve(version, target, &archive(&[("mdskill", &program(version))]));
    }

    fn serve(&self, version: &str, target: &str, archive: &[u8]) {
        let path = release_path(version, target);
        let sum = format!("{}  mdskill-{target}.tar.gz\n", sha256(archive));
        self.server.put(&path, Reply::File(archive.to_vec()));
        self.server
            .put(&format!("{path}.sha256"), Reply::File(sum.into_bytes()));
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.path("bin/sh"));
        command
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path("work"));
        command
    }

    /// Runs `sh install.sh ARGUMENTS` in a folder that is not a checkout.
    fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_file("install.sh", arguments)
    }

    fn run_file(&self, script: &str, arguments: &[&str]) -> Outcome {
        let mut command = self.command();
        command.arg(script).args(arguments).stdin(Stdio::null());
        self.finish(command)
    }

    /// Runs `sh -s -- ARGUMENTS <install.sh`, which is equivalent to `curl … | sh`.
    fn run_piped(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command();
        command
            .arg("-s")
            .arg("--")
            .args(arguments)
            .stdin(fs::File::open(SCRIPT).unwrap());
        self.finish(command)
    }

    fn finish(&self, mut command: Command) -> Outcome {
        let output = command.output().expect("sh starts");
        let left: Vec<_> = fs::read_dir(self.path("tmp")).unwrap().collect();
        assert!(left.is_empty(), "temporary files were left: {left:?}");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Checks that the script fails with these texts and changes nothing: once with an older program
    /// installed, and once without a program and a folder.
    fn refuses(&self, arguments: &[&str], says: &[&str]) {
        let old = self.path("home/.local/bin/mdskill");
        for present in [false, true] {
            if present {
                fs::create_dir_all(old.parent().unwrap()).unwrap();
                write_program(&old, &program("0.0.1"));
            }
            let before = listing(&self.path("home"));
            let outcome = self.run(arguments);
            outcome.failed(1, says);
            assert_eq!(listing(&self.path("home")), before);
        }
        fs::remove_dir_all(self.path("home/.local")).unwrap();
    }

    /// Checks that `relative` is the only file in its folder, executable, and the program of `version`.
    fn holds(&self, relative: &str, version: &str) {
        let path = self.path(relative);
        assert_eq!(fs::read_to_string(&path).unwrap(), program(version));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "unexpected files beside {}", path.display());
    }
}

impl Outcome {
    fn succeeded(&self) -> &Self {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (Some(0), ""),
            "{}",
            self.stdout
        );
        self
    }

    fn failed(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for part in says {
            assert!(
                self.stderr.contains(part),
                "{part:?} is not in: {}",
                self.stderr
            );
        }
    }
}

fn program(version: &str) -> String {
    format!("#!/bin/sh\necho 'mdskill {version}'\n")
}

/// Writes a program with another process. If this process had the file open for writing, a process
/// that another test starts could inherit it, and the program could not be executed.
fn write_program(path: &Path, text: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let mut pipe = writer.stdin.take().expect("its input");
    pipe.write_all(text.as_bytes()).unwrap();
    drop(pipe);
    assert!(writer.wait().unwrap().success());
}

fn release_path(version: &str, target: &str) -> String {
    format!("/download/v{version}/mdskill-{target}.tar.gz")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Returns a `.tar.gz` of these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg("-").arg("-C").arg(folder.path());
    for (name, text) in files {
        write_program(&folder.path().join(name), text);
        tar.arg(name);
    }
    let output = tar.output().expect("tar starts");
    assert!(output.status.success());
    output.stdout
}

/// Returns every path in `folder`, with the text of the files.
fn listing(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
                all.insert(path, None);
            } else {
                let text = fs::read(&path).unwrap();
                all.insert(path, Some(text));
            }
        }
    }
    all
}

// ---------------------------------------------------------------------------------------------
// Installs
// ---------------------------------------------------------------------------------------------

#[test]
fn installs_the_newest_release_when_piped_into_sh() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run_piped(&[]);
    outcome.succeeded();
    sandbox.holds("home/.local/bin/mdskill", NEWEST);
    let place = sandbox.path("home/.local/bin");
    assert!(outcome.stdout.contains(&format!(
        "Installed mdskill {NEWEST}: {}/mdskill",
        place.display()
    )));
    let line = format!("export PATH=\"{}:$PATH\"", place.display());
    assert!(outcome.stdout.contains(&line), "{}", outcome.stdout);
}

#[test]
fn only_redirect_archive_and_checksum_are_requested() {
    let sandbox = Sandbox::new();
    sandbox.run(&[]).succeeded();
    let mut asked = sandbox.server.asked();
    // curl follows the redirect, and the mirror has no such page.
    asked.retain(|path| !path.starts_with("/tag/"));
    let archive = release_path(NEWEST, TARGET);
    let sum = format!("{archive}.sha256");
    assert_eq!(asked, ["/latest".to_owned(), archive, sum]);
}

#[test]
fn installs_the_requested_version() {
    for named in [OLDER.to_owned(), format!("v{OLDER}")] {
        let sandbox = Sandbox::new();
        sandbox.run(&["--version", &named]).succeeded();
        sandbox.holds("home/.local/bin/mdskill", OLDER);
        assert!(!sandbox.server.asked().contains(&"/latest".to_owned()));
    }
}

#[test]
fn installs_into_the_requested_folder() {
    let mut sandbox = Sandbox::new();
    sandbox.run(&["--dir", "tools of mine/bin"]).succeeded();
    sandbox.holds("work/tools of mine/bin/mdskill", NEWEST);

    let elsewhere = sandbox.path("elsewhere");
    sandbox
        .env
        .push(("MDSKILL_INSTALL_DIR", elsewhere.display().to_string()));
    sandbox.run(&[]).succeeded();
    sandbox.holds("elsewhere/mdskill", NEWEST);

    // The option takes precedence.
    let chosen = sandbox.path("chosen").display().to_string();
    sandbox
        .run(&[&format!("--dir={chosen}"), "--version", OLDER])
        .succeeded();
    sandbox.holds("chosen/mdskill", OLDER);
    sandbox.holds("elsewhere/mdskill", NEWEST);
}

#[test]
fn path_is_not_mentioned_if_it_has_the_folder() {
    let sandbox = Sandbox::new();
    let place = sandbox.path("bin").display().to_string();
    let outcome = sandbox.run(&["--dir", &place]);
    outcome.succeeded();
    assert!(!outcome.stdout.contains("PATH"), "{}", outcome.stdout);
}

#[test]
fn old_program_is_replaced_by_a_rename() {
    let sandbox = Sandbox::new();
    let place = sandbox.path("home/.local/bin");
    fs::create_dir_all(&place).unwrap();
    write_program(&place.join("mdskill"), &program("0.0.1"));
    fs::hard_link(place.join("mdskill"), sandbox.path("home/running")).unwrap();
    sandbox.run(&[]).succeeded();
    sandbox.holds("home/.local/bin/mdskill", NEWEST);
    // A process that has the old program open keeps it.
    let running = fs::read_to_string(sandbox.path("home/running")).unwrap();
    assert_eq!(running, program("0.0.1"));
}

#[test]
fn chooses_the_release_for_the_machine() {
    let gnu = "ldd (Debian GLIBC 2.36) 2.36";
    let musl = "musl libc (x86_64)";
    for (system, machine, ldd, target) in [
        ("Linux", "x86_64", gnu, "x86_64-unknown-linux-gnu"),
        ("Linux", "aarch64", gnu, "aarch64-unknown-linux-gnu"),
        ("Linux", "x86_64", musl, "x86_64-unknown-linux-musl"),
        ("Linux", "aarch64", musl, "aarch64-unknown-linux-musl"),
        ("Darwin", "x86_64", "", "x86_64-apple-darwin"),
        ("Darwin", "arm64", "", "aarch64-apple-darwin"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.server.delete(&release_path(NEWEST, TARGET));
        sandbox.machine(system, machine, ldd);
        sandbox.release(NEWEST, target);
        sandbox.run(&[]).succeeded();
        sandbox.holds("home/.local/bin/mdskill", NEWEST);
    }
}

#[test]
fn wget_is_used_without_curl() {
    let sandbox = Sandbox::new();
    sandbox.take_away("curl");
    if !sandbox.lend("wget") {
        eprintln!("skipped: there is no wget on this machine");
        return;
    }
    sandbox.run(&[]).succeeded();
    sandbox.holds("home/.local/bin/mdskill", NEWEST);
    fs::remove_dir_all(sandbox.path("home/.local")).unwrap();

    sandbox.refuses(&["--version", "9.9.9"], &["v9.9.9", "404", "git clone"]);
    let path = release_path(OLDER, TARGET);
    let whole = archive(&[("mdskill", &program(OLDER))]);
    sandbox.server.put(&path, Reply::Truncated(whole));
    sandbox.refuses(&["--version", OLDER], &[&path, "git clone"]);
}

#[test]
fn download_is_verified_with_any_supported_tool() {
    for tool in ["sha256sum", "shasum", "openssl"] {
        let sandbox = Sandbox::minimal();
        sandbox.lend("curl");
        if !sandbox.lend(tool) {
            eprintln!("skipped: there is no {tool} on this machine");
            continue;
        }
        let mut sandbox = sandbox;
        sandbox
            .env
            .push(("MDSKILL_RELEASES_URL", sandbox.server.url.clone()));
        sandbox.release(NEWEST, TARGET);
        sandbox.run(&["--version", NEWEST]).succeeded();
        sandbox.holds("home/.local/bin/mdskill", NEWEST);
        fs::remove_dir_all(sandbox.path("home/.local")).unwrap();

        let other = archive(&[("mdskill", "#!/bin/sh\necho changed\n")]);
        let path = release_path(NEWEST, TARGET);
        sandbox.server.put(&path, Reply::File(other));
        sandbox.refuses(&["--version", NEWEST], &["checksum", "is wrong"]);
    }
}

#[test]
fn only_https_is_used_without_a_mirror() {
    let sandbox = Sandbox::minimal();
    sandbox.lend_verifier();
    let log = sandbox.path("arguments");
    sandbox.fake(
        "curl",
        &format!("echo \"$@\" >>'{}'; exit 6", log.display()),
    );
    sandbox.refuses(&[], &["newest release", "--version"]);
    sandbox.refuses(&["--version", NEWEST], &["Could not download"]);
    let log = fs::read_to_string(log).unwrap();
    for line in log.lines() {
        assert!(line.contains("--proto =https"), "{line}");
        assert!(
            line.contains(" https://github.com/mdskill/mdskill/releases/"),
            "{line}"
        );
    }
    assert_eq!(log.lines().count(), 4);
}

// ---------------------------------------------------------------------------------------------
// Refusals
// ---------------------------------------------------------------------------------------------

#[test]
fn help_lists_the_options() {
    let sandbox = Sandbox::minimal();
    let outcome = sandbox.run(&["--help"]);
    outcome.succeeded();
    for word in [
        "--dir",
        "--version",
        "--help",
        "MDSKILL_INSTALL_DIR",
        "MDSKILL_RELEASES_URL",
    ] {
        assert!(outcome.stdout.contains(word), "{word} is not in the help");
    }
}

#[test]
fn misuse_has_another_exit_code_than_failure() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["--frobnicate"][..],
        &["mdskill"],
        &["--dir"],
        &["--dir="],
        &["--version"],
        &["--version", "latest"],
        &["--version", "../../1.2.3"],
        &["--version", "1.2"],
    ] {
        sandbox.run(arguments).failed(2, &["--help"]);
    }
    assert!(sandbox.server.asked().is_empty());
    assert!(listing(&sandbox.path("home")).is_empty());
}

#[test]
fn wrong_checksum_is_refused() {
    let sandbox = Sandbox::new();
    let path = release_path(NEWEST, TARGET);
    let other = archive(&[("mdskill", "#!/bin/sh\necho changed\n")]);
    let wanted = sha256(&archive(&[("mdskill", "something else")]));
    let sum = format!("{wanted}  mdskill-{TARGET}.tar.gz\n");
    sandbox
        .server
        .put(&format!("{path}.sha256"), Reply::File(sum.into_bytes()));
    sandbox.server.put(&path, Reply::File(other.clone()));
    sandbox.refuses(
        &[],
        &[
            "checksum",
            &path,
            &wanted,
            &sha256(&other),
            "It was not installed",
        ],
    );
}

#[test]
fn missing_checksum_is_refused() {
    let sandbox = Sandbox::new();
    let path = format!("{}.sha256", release_path(NEWEST, TARGET));
    for text in [
        "",
        "\n",
        "<html>sign in</html>",
        "abc123  mdskill.tar.gz\n",
        &"g".repeat(64),
    ] {
        sandbox
            .server
            .put(&path, Reply::File(text.as_bytes().to_vec()));
        sandbox.refuses(&[], &[&path, "can't be verified"]);
    }
    sandbox.server.delete(&path);
    sandbox.refuses(&[], &[&path, "404", "git clone"]);
}

#[test]
fn missing_release_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.refuses(
        &["--version", "9.9.9"],
        &["/download/v9.9.9/", "404", TARGET, "git clone"],
    );
}

#[test]
fn incomplete_download_is_refused() {
    let sandbox = Sandbox::new();
    let path = release_path(NEWEST, TARGET);
    let whole = archive(&[("mdskill", &program(NEWEST))]);
    sandbox.server.put(&path, Reply::Truncated(whole));
    sandbox.refuses(&[], &["Could not download", &path, "git clone"]);
}

#[test]
fn archive_without_the_program_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.serve(NEWEST, TARGET, &archive(&[("other", "")]));
    sandbox.refuses(&[], &["Could not unpack", "git clone"]);
    sandbox.serve(NEWEST, TARGET, b"this is not an archive");
    sandbox.refuses(&[], &["Could not unpack", "git clone"]);
}

#[test]
fn program_that_does_not_run_is_not_installed() {
    let sandbox = Sandbox::new();
    let broken = "#!/bin/sh\necho 'GLIBC_9.9 not found' >&2\nexit 1\n";
    sandbox.serve(NEWEST, TARGET, &archive(&[("mdskill", broken)]));
    sandbox.refuses(
        &[],
        &[
            "does not run on this machine",
            "GLIBC_9.9 not found",
            "git clone",
        ],
    );
}

#[test]
fn missing_newest_release_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.server.delete("/latest");
    sandbox.refuses(&[], &["newest release", "/latest", "404", "--version"]);
    let login = format!("{}/login", sandbox.server.url);
    sandbox.server.put("/latest", Reply::Redirect(login));
    sandbox.refuses(&[], &["newest release", "--version"]);
}

#[test]
fn unsupported_platform_is_refused_by_name() {
    let sandbox = Sandbox::new();
    for (system, machine) in [
        ("Linux", "riscv64"),
        ("FreeBSD", "amd64"),
        ("MINGW64_NT-10.0", "x86_64"),
    ] {
        sandbox.machine(system, machine, "");
        sandbox.refuses(
            &[],
            &[
                system,
                machine,
                "git clone https://github.com/mdskill/mdskill",
            ],
        );
    }
    assert!(sandbox.server.asked().is_empty());
}

#[test]
fn missing_tools_are_named() {
    let mut sandbox = Sandbox::minimal();
    sandbox
        .env
        .push(("MDSKILL_RELEASES_URL", sandbox.server.url.clone()));
    sandbox.refuses(&[], &["curl or wget"]);
    sandbox.lend("curl");
    sandbox.refuses(&[], &["sha256sum, shasum or openssl", "unverified"]);
    sandbox.lend_verifier();
    sandbox.take_away("tar");
    sandbox.refuses(&[], &["needs tar"]);
    assert!(sandbox.server.asked().is_empty());
}

#[test]
fn unusable_folder_is_refused_before_the_download() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("work/file"), "mine").unwrap();
    for folder in ["file", "file/bin"] {
        sandbox
            .run(&["--dir", folder])
            .failed(1, &["work/file is not a folder", "--dir"]);
    }
    assert_eq!(fs::read(sandbox.path("work/file")).unwrap(), b"mine");

    fs::create_dir_all(sandbox.path("work/taken/mdskill")).unwrap();
    sandbox
        .run(&["--dir", "taken"])
        .failed(1, &["work/taken/mdskill", "--dir"]);

    let closed = sandbox.path("work/closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("probe"), "").is_ok() {
        eprintln!("skipped: root may write into a folder that is closed to others");
    } else {
        sandbox
            .run(&["--dir", "closed"])
            .failed(1, &["work/closed can't be written to", "--dir"]);
        sandbox
            .run(&["--dir", "closed/bin"])
            .failed(1, &["work/closed can't be written to", "--dir"]);
    }
    assert!(sandbox.server.asked().is_empty());
}

#[test]
fn missing_home_requires_a_folder() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.env_remove("HOME").arg("install.sh");
    sandbox.finish(command).failed(1, &["HOME", "--dir"]);
}

// ---------------------------------------------------------------------------------------------
// In a checkout
// ---------------------------------------------------------------------------------------------

/// Creates a checkout of mdskill, and a cargo that builds `program("0.0.9")`.
fn checkout() -> Sandbox {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("work/checkout");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"mdskill\"\nversion = \"0.0.9\"\n",
    )
    .unwrap();
    fs::copy(SCRIPT, folder.join("install.sh")).unwrap();
    write_program(&sandbox.path("built"), &program("0.0.9"));
    sandbox.fake(
        "cargo",
        &format!(
            "[ -f Cargo.toml ] || exit 9
             case \"$*\" in 'build --release --locked '*) ;; *) exit 8 ;; esac
             for target; do :; done # the last argument
             mkdir -p \"$target/release\"
             cp '{}' \"$target/release/mdskill\"",
            sandbox.path("built").display()
        ),
    );
    sandbox
}

#[test]
fn checkout_is_built_without_a_download() {
    let sandbox = checkout();
    sandbox.run_file("checkout/install.sh", &[]).succeeded();
    sandbox.holds("home/.local/bin/mdskill", "0.0.9");
    assert!(sandbox.server.asked().is_empty());
}

#[test]
fn checkout_is_built_in_the_configured_target_folder() {
    let mut sandbox = checkout();
    sandbox
        .env
        .push(("CARGO_TARGET_DIR", "out of tree".to_owned()));
    sandbox.run_file("checkout/install.sh", &[]).succeeded();
    sandbox.holds("home/.local/bin/mdskill", "0.0.9");
    assert!(
        sandbox
            .path("work/checkout/out of tree/release/mdskill")
            .is_file()
    );
}

#[test]
fn requested_version_is_downloaded_in_a_checkout() {
    let sandbox = checkout();
    sandbox
        .run_file("checkout/install.sh", &["--version", OLDER])
        .succeeded();
    sandbox.holds("home/.local/bin/mdskill", OLDER);
}

#[test]
fn failed_build_of_a_checkout_is_refused() {
    let sandbox = checkout();
    let script = "checkout/install.sh";
    sandbox.fake("cargo", "echo 'error: it does not compile' >&2; exit 101");
    let outcome = sandbox.run_file(script, &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("error: it does not compile"));
    assert!(outcome.stderr.contains("Nothing was installed."));

    sandbox.take_away("cargo");
    sandbox
        .run_file(script, &[])
        .failed(1, &["needs cargo", "rustup.rs", "--version"]);
    assert!(listing(&sandbox.path("home")).is_empty());
    assert!(sandbox.server.asked().is_empty());
}

#[test]
fn folder_of_another_project_is_not_a_checkout() {
    let sandbox = checkout();
    fs::write(
        sandbox.path("work/checkout/Cargo.toml"),
        "[package]\nname = \"mdskill-other\"\n",
    )
    .unwrap();
    sandbox.run_file("checkout/install.sh", &[]).succeeded();
    sandbox.holds("home/.local/bin/mdskill", NEWEST);
}
