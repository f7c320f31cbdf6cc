//! Test repositories created by git, with the same ids on every machine and with arbitrary objects.

use super::sealed;
use super::snapshot::{EXECUTABLE, FILE, LINK, Snapshot};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The time of the first commit; each later one is a minute newer.
const FIRST_COMMIT: u64 = 1_700_000_000;
const AUTHOR: &str = "Ada Author <ada@example.org>";

/// A bare repository at `ROOT/OWNER/REPO.git`. Changes are collected until `commit`.
pub struct Repo {
    folder: PathBuf,
    branch: String,
    commits: u64,
    changes: Vec<u8>,
}

impl Repo {
    /// Creates a repository whose branch `main` has no commit yet.
    pub fn create(root: &Path, name: &str) -> Self {
        Self::create_with(root, name, "sha1")
    }

    /// The same with an object format: `sha1` or `sha256`.
    pub fn create_with(root: &Path, name: &str, format: &str) -> Self {
        let repo = Self {
            folder: root.join(format!("{name}.git")),
            branch: "main".to_owned(),
            commits: 0,
            changes: Vec::new(),
        };
        std::fs::create_dir_all(&repo.folder).expect("the root of the repositories can be written");
        repo.git(&[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch=main",
            &format!("--object-format={format}"),
        ]);
        repo
    }

    /// The path of the repository.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a file.
    pub fn write(&mut self, path: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.put(FILE, path, bytes.as_ref())
    }

    /// Adds an executable file.
    pub fn executable(&mut self, path: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.put(EXECUTABLE, path, bytes.as_ref())
    }

    /// Adds a symbolic link.
    pub fn symlink(&mut self, path: &str, target: &str) -> &mut Self {
        self.put(LINK, path, target.as_bytes())
    }

    /// Adds a submodule.
    pub fn submodule(&mut self, path: &str, commit: &str) -> &mut Self {
        self.change(&format!("M 160000 {commit} {}\n", quoted(path)))
    }

    /// Removes a file or a folder.
    pub fn remove(&mut self, path: &str) -> &mut Self {
        self.change(&format!("D {}\n", quoted(path)))
    }

    /// Moves a file or a folder.
    pub fn rename(&mut self, from: &str, to: &str) -> &mut Self {
        self.change(&format!("R {} {}\n", quoted(from), quoted(to)))
    }

    /// Adds a skill: a `SKILL.md` with frontmatter and body.
    pub fn skill(&mut self, path: &str, name: &str, description: &str) -> &mut Self {
        let text = format!(
            "---\nname: {name}\ndescription: {description}\n---\n\n# {name}\n\nDo it with care.\n"
        );
        self.write(&format!("{path}/SKILL.md"), text)
    }

    /// Commits the collected changes to the current branch, and returns the commit id.
    pub fn commit(&mut self, message: &str) -> String {
        let branch = format!("refs/heads/{}", self.branch);
        let date = self.next_date();
        let mut stream = format!("commit {branch}\ncommitter {AUTHOR} {date}\n").into_bytes();
        stream.extend(data(message.as_bytes()));
        if self.find(&branch).is_some() {
            stream.extend_from_slice(format!("from {branch}^0\n").as_bytes());
        }
        stream.append(&mut self.changes);
        self.git_with(&["fast-import", "--quiet", "--force"], &stream);
        self.rev_parse("HEAD")
    }

    /// Makes many commits without changes in one run of git. The branch must have a commit.
    pub fn empty_commits(&mut self, count: usize) -> String {
        let branch = format!("refs/heads/{}", self.branch);
        let mut stream = Vec::new();
        for number in 0..count {
            let date = self.next_date();
            let head = format!("commit {branch}\ncommitter {AUTHOR} {date}\n");
            stream.extend(head.into_bytes());
            stream.extend(data(format!("Empty {number}").as_bytes()));
            if number == 0 {
                stream.extend(format!("from {branch}^0\n").into_bytes());
            }
        }
        self.git_with(&["fast-import", "--quiet", "--force"], &stream);
        self.rev_parse("HEAD")
    }

    /// Writes a blob without a commit.
    pub fn blob(&self, bytes: impl AsRef<[u8]>) -> String {
        self.git_with(&["hash-object", "-w", "--stdin"], bytes.as_ref())
    }

    /// Writes a tree with exactly these entries (mode, name, id), valid or not: `..`, `.git`, duplicates.
    pub fn raw_tree(&self, entries: &[(&str, &str, &str)]) -> String {
        let mut tree = Vec::new();
        for (mode, name, id) in entries {
            tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            let digits: Vec<_> = id
                .bytes()
                .filter_map(|digit| char::from(digit).to_digit(16))
                .filter_map(|digit| u8::try_from(digit).ok())
                .collect();
            tree.extend(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]));
        }
        self.literal_tree(&tree)
    }

    /// Writes a tree with exactly these bytes.
    pub fn literal_tree(&self, bytes: &[u8]) -> String {
        self.git_with(
            &["hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
            bytes,
        )
    }

    /// Commits a tree to the current branch, and returns the commit id.
    pub fn commit_tree(&mut self, tree: &str, message: &str) -> String {
        let branch = format!("refs/heads/{}", self.branch);
        let parent = self.find(&branch);
        let mut arguments = vec!["commit-tree", tree, "-m", message];
        if let Some(parent) = &parent {
            arguments.extend(["-p", parent]);
        }
        let date = self.next_date();
        let mut command = self.command(&arguments);
        command
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        let commit = finish(command, b"");
        self.git(&["update-ref", &branch, &commit]);
        commit
    }

    /// Adds minutes before the next commit.
    pub fn wait(&mut self, minutes: u64) -> &mut Self {
        self.commits += minutes;
        self
    }

    /// Writes a commit of the current tree with these parents, this number of minutes after the first. It has no ref.
    pub fn raw_commit(&self, parents: &[&str], minutes: u64, message: impl AsRef<[u8]>) -> String {
        let tree = self.rev_parse("HEAD^{tree}");
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            text = format!("{text}parent {parent}\n");
        }
        let person = format!("{AUTHOR} {} +0000", FIRST_COMMIT + 60 * minutes);
        text = format!("{text}author {person}\ncommitter {person}\n\n");
        let bytes = [text.as_bytes(), message.as_ref()].concat();
        self.git_with(&["hash-object", "-t", "commit", "-w", "--stdin"], &bytes)
    }

    /// Removes unreachable objects, as a forge does eventually.
    pub fn collect_garbage(&self) {
        self.git(&["reflog", "expire", "--expire=now", "--all"]);
        self.git(&["repack", "-a", "-d", "--quiet"]);
        self.git(&["prune", "--expire=now"]);
    }

    /// Creates a tag, or moves it.
    pub fn tag(&self, name: &str) {
        self.git(&["tag", "--force", name]);
    }

    /// Creates an annotated tag.
    pub fn annotated_tag(&self, name: &str) {
        self.git(&["tag", "--force", "--annotate", "--message", name, name]);
    }

    /// Switches to a branch, creating it if necessary, and makes it the default branch.
    pub fn branch(&mut self, name: &str) -> &mut Self {
        if self.find(&format!("refs/heads/{name}")).is_none() {
            self.git(&["branch", name]);
        }
        self.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{name}")]);
        name.clone_into(&mut self.branch);
        self
    }

    /// Resets the current branch to another commit, which rewrites history.
    pub fn reset_to(&self, commit: &str) {
        self.git(&["update-ref", &format!("refs/heads/{}", self.branch), commit]);
    }

    /// The id of a revision, for example `HEAD`, `main:skills/x`, `v1^{}`.
    pub fn rev_parse(&self, spec: &str) -> String {
        self.git(&["rev-parse", "--verify", spec])
    }

    /// The files of a tree: mode, id, path.
    pub fn ls_tree(&self, spec: &str) -> Vec<(String, String, String)> {
        let listed = self.git(&["ls-tree", "-r", "-z", spec]);
        let lines = listed.split('\0').filter_map(|line| line.split_once('\t'));
        lines
            .map(|(entry, path)| {
                let words: Vec<_> = entry.split(' ').collect();
                (words[0].to_owned(), words[2].to_owned(), path.to_owned())
            })
            .collect()
    }

    /// The bytes of a blob.
    pub fn cat_file(&self, id: &str) -> Vec<u8> {
        let output = self
            .command(&["cat-file", "blob", id])
            .output()
            .expect("git runs");
        assert!(output.status.success(), "there is no blob {id}");
        output.stdout
    }

    /// The files of this tree when installed, as git reports them, without submodules.
    pub fn snapshot(&self, spec: &str) -> Snapshot {
        let files = self
            .ls_tree(spec)
            .into_iter()
            .filter(|(mode, _, _)| mode != "160000");
        let entries = files.map(|(mode, id, path)| {
            let mode = u32::from_str_radix(&mode, 8).expect("a mode is octal");
            (path, (mode, self.cat_file(&id)))
        });
        Snapshot {
            entries: entries.collect(),
        }
        .with_folders()
    }

    /// Writes a bundle of the repository.
    pub fn bundle(&self, file: &Path) {
        self.git(&[
            "bundle",
            "create",
            "--quiet",
            &file.to_string_lossy(),
            "--all",
        ]);
    }

    /// Runs git in the repository and returns its trimmed output.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, b"")
    }

    fn git_with(&self, arguments: &[&str], input: &[u8]) -> String {
        finish(self.command(arguments), input)
    }

    /// The id of a revision; `None` if it does not exist.
    fn find(&self, name: &str) -> Option<String> {
        let output = self
            .command(&["rev-parse", "--verify", "--quiet", name])
            .output()
            .expect("git runs");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = sealed::command("git", &self.folder);
        let date = format!("{FIRST_COMMIT} +0000");
        command
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada Author");
            command.env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        }
        command.current_dir(&self.folder).args(arguments);
        command
    }

    fn next_date(&mut self) -> String {
        self.commits += 1;
        format!("{} +0000", FIRST_COMMIT + 60 * (self.commits - 1))
    }

    fn put(&mut self, mode: u32, path: &str, bytes: &[u8]) -> &mut Self {
        self.change(&format!("M {mode:o} inline {}\n", quoted(path)));
        self.changes.extend(data(bytes));
        self
    }

    fn change(&mut self, line: &str) -> &mut Self {
        self.changes.extend_from_slice(line.as_bytes());
        self
    }
}

/// Runs a command with this input and returns its trimmed output.
fn finish(mut command: Command, input: &[u8]) -> String {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("git runs");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input)
        .expect("git reads what it is given");
    let output = child.wait_with_output().expect("git ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Formats bytes for `git fast-import`.
fn data(bytes: &[u8]) -> Vec<u8> {
    [format!("data {}\n", bytes.len()).as_bytes(), bytes, b"\n"].concat()
}

/// Quotes a path for `git fast-import`.
fn quoted(path: &str) -> String {
    let mut text = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text = format!("{text}\\{byte:03o}"),
        }
    }
    text.push('"');
    text
}
