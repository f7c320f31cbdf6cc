//! The isolated environment of an end-to-end test: home, project, cache and search path, and the origin of its
//! repositories, a folder or a git server.

use super::git_server::GitServer;
use super::outcome::{Outcome, Running};
use super::repo::Repo;
use super::sealed;
use super::search_server::SearchServer;
use super::snapshot::Snapshot;
use super::terminal::Terminal;
use super::wire::Request;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::ops::Deref;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

/// The catalog of all contexts, which has no skills.
static EMPTY_CATALOG: LazyLock<SearchServer> = LazyLock::new(|| {
    let server = SearchServer::start();
    server.json("/api/search", &serde_json::json!({"skills": []}));
    server
});

/// The user's configuration of git, if there is one.
const GIT_CONFIG: &str = "home/.gitconfig";

/// A temporary folder with all files that a command may touch, removed on drop, and the origin of `owner/repo`.
pub struct TestContext {
    folder: tempfile::TempDir,
    /// The value of `MDSKILL_GITHUB_URL`: a URL, a folder, or a text that is neither. Empty for GitHub itself.
    origin: String,
    /// The folder of the repositories, where this context made it.
    root: Option<Arc<tempfile::TempDir>>,
}

/// A context whose origin is a git server with `acme/skills`.
pub struct ServedContext {
    context: TestContext,
    pub server: GitServer,
    /// `acme/skills`.
    pub repo: Repo,
    /// The first commit of `acme/skills`.
    pub commit: String,
}

/// A prepared command.
pub struct Prepared {
    command: Command,
    input: Vec<u8>,
}

/// One block of a lockfile: each key with its value as text, without quotes.
pub type Block = BTreeMap<String, String>;

impl TestContext {
    /// Creates a context whose origin is an empty folder of repositories. The project is a git repository.
    pub fn new() -> Self {
        let root = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        Self::with_root(root)
    }

    /// Creates a context with `acme/skills`: `one`, `two` and `three`, which has a script, in one commit.
    pub fn with_skills() -> (Self, Repo) {
        let context = Self::new();
        let mut repo = context.repo("acme/skills");
        for name in ["one", "two", "three"] {
            repo.skill(&format!("skills/{name}"), name, &format!("Skill {name}"));
        }
        repo.executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 0\n");
        repo.commit("Three skills");
        (context, repo)
    }

    /// Creates a context in which `owner/repo` is at this URL or in this folder. The project is a git repository.
    pub fn with_origin(origin: &str) -> Self {
        Self::without_project(origin).with_git()
    }

    /// The same, in memory if the system supports it: for tests that start the program so often that flushes to disk
    /// would take most of their time.
    pub fn in_memory(origin: &str) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::create(folder.expect("a temporary folder"), origin).with_git()
    }

    /// Creates a context whose project is not a git repository.
    pub fn without_project(origin: &str) -> Self {
        Self::create(tempfile::tempdir().expect("a temporary folder"), origin)
    }

    /// Creates another context with the same repositories.
    pub fn another(&self) -> Self {
        match &self.root {
            Some(root) => Self::with_root(Arc::clone(root)),
            None => Self::with_origin(&self.origin),
        }
    }

    /// Copies the project and the cache to a context in memory, with the same repositories.
    pub fn copy(&self) -> Self {
        let copy = Self::in_memory(&self.origin);
        for folder in ["project", "cache"] {
            let from = self.path(folder).join(".");
            let status = Command::new("cp")
                .arg("-a")
                .args([from, copy.path(folder)])
                .status();
            assert!(status.expect("cp runs").success());
        }
        copy
    }

    fn with_root(root: Arc<tempfile::TempDir>) -> Self {
        let mut context = Self::with_origin(&root.path().to_string_lossy());
        context.root = Some(root);
        context
    }

    fn with_git(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]).ok();
        self
    }

    fn create(folder: tempfile::TempDir, origin: &str) -> Self {
        let context = Self {
            folder,
            origin: origin.to_owned(),
            root: None,
        };
        for name in ["home", "project", "cache", "temp", "tools"] {
            std::fs::create_dir(context.path(name)).expect("a folder of the context");
        }
        // The search path has only these programs, so that no `gh` or `ssh` of this machine is used.
        for tool in ["git", "sh"] {
            let real = sealed::locate(tool).unwrap_or_else(|| panic!("the suite needs {tool}"));
            symlink(real, context.path("tools").join(tool)).expect("a link of the context");
        }
        context
    }

    /// The same, where `owner/repo` is on GitHub: git's configuration leads to the folder of repositories.
    pub fn on_github(mut self) -> Self {
        let root = self.root().display();
        let config = format!("[url \"file://{root}/\"]\n\tinsteadOf = https://github.com/\n");
        std::fs::write(self.path(GIT_CONFIG), config).expect("a file of the context");
        self.origin = String::new();
        self
    }

    /// The URL or folder of the repositories.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The folder of the repositories.
    pub fn root(&self) -> &Path {
        self.root
            .as_ref()
            .expect("a context with repositories")
            .path()
    }

    /// Creates a repository.
    pub fn repo(&self, name: &str) -> Repo {
        Repo::create(self.root(), name)
    }

    /// A folder of the context: `home`, `project`, `cache`, `temp`, `tools`, or one inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The current directory of commands.
    pub fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// The program under test, with these arguments.
    pub fn mdskill<Text: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = Text>,
    ) -> Prepared {
        self.command(env!("CARGO_BIN_EXE_mdskill"), arguments)
    }

    /// Any program, in the same environment.
    pub fn command<Text: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = Text>,
    ) -> Prepared {
        let mut command = sealed::command(program, &self.path("home"));
        command
            .env("PATH", self.path("tools"))
            .env("TMPDIR", self.path("temp"))
            .env("MDSKILL_GITHUB_URL", &self.origin)
            .env("MDSKILL_CACHE_DIR", self.path("cache"))
            .env("MDSKILL_RETRY_DELAY", "1")
            .env("MDSKILL_SKILLS_SH_URL", EMPTY_CATALOG.url())
            .current_dir(self.project())
            .args(arguments);
        if self.origin.is_empty() {
            command.env("GIT_CONFIG_GLOBAL", self.path(GIT_CONFIG));
        }
        Prepared {
            command,
            input: Vec::new(),
        }
    }

    /// Runs mdskill and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.mdskill(arguments).run()
    }

    /// Runs git and waits for its end.
    pub fn git(&self, arguments: &[&str]) -> Outcome {
        self.command("git", arguments).run()
    }

    /// Runs mdskill, and asserts this exit code, this text, and that no file of the user changed.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], code: i32, sentence: &str) -> Outcome {
        self.assert_refused(self.mdskill(arguments), code, sentence)
    }

    /// Runs a command, and asserts this exit code, this text, and that no file of the user changed.
    #[track_caller]
    pub fn assert_refused(&self, prepared: Prepared, code: i32, sentence: &str) -> Outcome {
        let before = self.snapshot();
        let outcome = prepared.run();
        outcome.fails(code).says(sentence);
        before.assert_same(&self.snapshot());
        outcome
    }

    /// Asserts that the skill is installed in the default target as git has it at `COMMIT:PATH`, and locked.
    #[track_caller]
    pub fn has(&self, name: &str, repo: &Repo, at: &str) {
        self.has_files(name, repo, at);
        self.has_entry(name, repo, at);
    }

    /// Asserts that the skill is in the default target as git has it at `COMMIT:PATH`.
    #[track_caller]
    pub fn has_files(&self, name: &str, repo: &Repo, at: &str) {
        self.tree(&format!(".github/skills/{name}"))
            .assert_same(&repo.snapshot(at));
    }

    /// Asserts that the lockfile has the skill as git has it at `COMMIT:PATH`.
    #[track_caller]
    pub fn has_entry(&self, name: &str, repo: &Repo, at: &str) {
        let (commit, path) = at.split_once(':').expect("COMMIT:PATH");
        let entry = self.entry(name);
        assert_eq!(entry["path"], path);
        assert_eq!(entry["tree"], repo.rev_parse(at));
        assert_eq!(
            entry["commit"],
            repo.rev_parse(&format!("{commit}^{{commit}}"))
        );
    }

    /// Asserts that the lockfile has this line.
    #[track_caller]
    pub fn locked(&self, line: &str) {
        let lock = self.read("mdskill.lock");
        assert!(
            lock.lines().any(|found| found == line),
            "expected {line:?} in\n{lock}"
        );
    }

    /// The lockfile's blocks by name.
    pub fn lock(&self) -> BTreeMap<String, Block> {
        blocks(&self.read("mdskill.lock"))
    }

    /// The lockfile's block of this skill.
    #[track_caller]
    pub fn entry(&self, name: &str) -> Block {
        let lock = self.lock();
        lock.get(name)
            .unwrap_or_else(|| panic!("no {name} among {:?}", lock.keys()))
            .clone()
    }

    /// Asserts that the project has no temporary file of a command.
    #[track_caller]
    pub fn assert_tidy(&self) {
        let project = self.tree("");
        let mut left = project.paths();
        left.retain(|path| path.contains(".mdskill"));
        assert!(left.is_empty(), "temporary files: {left:?}");
    }

    /// Empties the cache: the next command fetches everything.
    pub fn clear_cache(&self) {
        let cache = self.path("cache");
        std::fs::remove_dir_all(&cache).expect("a cache");
        std::fs::create_dir(&cache).expect("a cache folder");
    }

    /// Adds a script to the search path that replaces the program of that name.
    pub fn fake(&self, name: &str, script: &str) {
        let draft = self.path("temp").join(format!("{name}.draft"));
        std::fs::write(&draft, format!("#!/bin/sh\n{script}\n")).expect("a script");
        std::fs::set_permissions(&draft, PermissionsExt::from_mode(0o755))
            .expect("an executable script");
        // Another process writes the file, because a test that starts a program at this moment inherits the files
        // that this process has open to write, and such a file can't be run: "Text file busy".
        let tool = self.path("tools").join(name);
        let copied = sealed::command("cp", &self.path("home"))
            .args([&draft, &tool])
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "no {name}");
        std::fs::remove_file(&draft).expect("the draft was just written");
    }

    /// Adds a `gh` that returns this token and logs its arguments to `temp/gh.log`.
    pub fn fake_gh(&self, token: &str) {
        let log = self.path("temp/gh.log");
        self.fake(
            "gh",
            &format!("echo \"$*\" >> '{}'\necho '{token}'", log.display()),
        );
    }

    /// Adds an `ssh` that serves `root` for every host and logs its arguments to `temp/ssh.log`.
    pub fn fake_ssh(&self, root: &Path) {
        let log = self.path("temp/ssh.log");
        // The last argument is the remote command: git-upload-pack '/owner/repo.git'.
        let script = format!(
            "echo \"$*\" >> '{}'\nfor last; do :; done\neval \"set -- $last\"\n\
             exec git -c uploadpack.allowFilter=true upload-pack \"{}/${{2#/}}\"",
            log.display(),
            root.display()
        );
        self.fake("ssh", &script);
    }

    /// The log of a fake `gh` or `ssh`.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path("temp").join(format!("{name}.log"))).unwrap_or_default()
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.project().join(path);
        std::fs::create_dir_all(file.parent().expect("a file has a parent folder"))
            .expect("a folder of the project");
        std::fs::write(file, bytes).expect("a file of the project");
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.project().join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The files of a folder of the project.
    pub fn tree(&self, path: &str) -> Snapshot {
        Snapshot::of(&self.project().join(path))
    }

    /// The names of the folders in a folder of the project.
    pub fn folders(&self, path: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.project().join(path)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The files of the user: project and home, without the cache.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.project())
            .beneath("project")
            .with(Snapshot::of(&self.path("home")).beneath("home"))
    }

    /// The modification time of each file of the project, without those of git.
    pub fn times(&self) -> BTreeMap<String, SystemTime> {
        let project = self.project();
        let tree = self.tree("");
        let paths = tree.paths().into_iter();
        paths
            .filter(|path| !path.starts_with(".git/") && project.join(path).is_file())
            .map(|path| {
                let metadata = std::fs::symlink_metadata(project.join(path)).expect("a file");
                (path.to_owned(), metadata.modified().expect("a time"))
            })
            .collect()
    }
}

impl ServedContext {
    /// Creates a context whose server has `acme/skills`: `one`, `two` and `three`, which has a script, in one commit.
    pub fn new() -> Self {
        let (mut context, repo) = TestContext::with_skills();
        let server = GitServer::start(context.root());
        context.origin = server.url();
        let commit = repo.rev_parse("main");
        Self {
            context,
            server,
            repo,
            commit,
        }
    }

    /// Asserts that the skill is in the project as git has it at `COMMIT:PATH`, without temporary files.
    #[track_caller]
    pub fn has(&self, name: &str, at: &str) {
        self.has_files(name, &self.repo, at);
        self.assert_tidy();
    }

    /// The commands of protocol v2 that the server received, and `GET` for a request of the capabilities.
    pub fn commands(&self) -> Vec<String> {
        commands(&self.server.requests())
    }
}

impl Deref for ServedContext {
    type Target = TestContext;

    fn deref(&self) -> &TestContext {
        &self.context
    }
}

/// The commands of protocol v2 in these requests, and `GET` for a request of the capabilities.
pub fn commands(requests: &[Request]) -> Vec<String> {
    let command = |request: &Request| request.command().unwrap_or(request.method.clone());
    requests.iter().map(command).collect()
}

impl Prepared {
    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Sets the standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Runs it in this folder.
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it and waits for its end.
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts it in a terminal of this size, in columns and rows; with standard output in a pipe, if `is_piped`.
    pub fn terminal(self, size: (u16, u16), is_piped: bool) -> Terminal {
        Terminal::start(self.command, size, is_piped)
    }

    /// Starts it.
    pub fn spawn(self) -> Running {
        Running::start(self.command, self.input)
    }
}

/// Parses a lockfile line by line, without the code under test.
pub fn blocks(text: &str) -> BTreeMap<String, Block> {
    let block = |text: &str| -> Block {
        let pairs = text.lines().filter_map(|line| line.split_once(" = "));
        pairs
            .map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned()))
            .collect()
    };
    let blocks = text.split("[[skill]]\n").skip(1).map(block);
    blocks.map(|block| (block["name"].clone(), block)).collect()
}
