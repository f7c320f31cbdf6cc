//! The repository with the skills.

use crate::sealed;
use std::path::{Path, PathBuf};

/// The repository for which the limits are defined.
const MEASURED: &str = "wshobson/agents";
/// The skill for which the numbers of other clients are known.
const PREFERRED: &str = "async-python-patterns";

/// A repository of skills, cloned bare so that it can be served.
pub struct Corpus {
    /// The folder that holds `OWNER/REPO.git`.
    pub root: PathBuf,
    /// `OWNER/REPO`.
    pub name: String,
    /// The folder of the first skill to add, inside the repository.
    pub skill: String,
    /// The folder of the second skill to add.
    pub second: String,
    /// The number of skills.
    pub skills: usize,
    /// The folders of the skills that the next commit upstream changes.
    pub moving: Vec<String>,
    /// The branch, the commit it is at, and that next commit.
    branch: String,
    now: String,
    next: String,
}

/// The number of skills that the next commit upstream changes.
const MOVING: usize = 10;

impl Corpus {
    /// Finds a bundle next to the checkout or in the test data, and clones it into `root`.
    pub fn find(root: &Path) -> Option<Self> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        let beside = checkout.join(format!("../shared/corpora/{MEASURED}.bundle"));
        let bundle = beside
            .is_file()
            .then_some(beside)
            .or_else(|| first_bundle(&checkout.join("testdata/mirror")))?;
        Self::of(&bundle, root)
    }

    /// Clones the git folder or bundle `OWNER/REPO` into `root`; `None` if it does not exist or has less than two skills.
    pub fn of(repository: &Path, root: &Path) -> Option<Self> {
        if !repository.exists() {
            return None;
        }
        let owner = repository.parent()?.file_name()?.to_string_lossy();
        let name = format!("{owner}/{}", repository.file_stem()?.to_string_lossy());
        let bare = root.join(format!("{name}.git"));
        let clone = [
            "clone",
            "--quiet",
            "--bare",
            &repository.to_string_lossy(),
            &bare.to_string_lossy(),
        ]
        .map(str::to_owned);
        git(root, &clone);
        let listed = git(
            root,
            &[
                "--git-dir".into(),
                bare.to_string_lossy().into(),
                "ls-tree".into(),
                "-r".into(),
                "--name-only".into(),
                "HEAD".into(),
            ],
        );
        let mut folders: Vec<_> = listed
            .lines()
            .filter_map(|path| path.strip_suffix("/SKILL.md"))
            .collect();
        let skills = folders.len();
        // Only one of the copies of a skill is installed, and a change of another one is not an update.
        let names: Vec<_> = folders.iter().map(|folder| last_part(folder)).collect();
        let is_unique = |name: &str| names.iter().filter(|other| **other == name).count() == 1;
        folders.retain(|folder| is_unique(last_part(folder)));
        let skill = folders
            .iter()
            .find(|folder| last_part(folder) == PREFERRED)
            .or(folders.first())?;
        let second = folders.iter().find(|folder| *folder != skill)?;
        let every = (folders.len() / MOVING).max(1);
        let moving = folders.iter().step_by(every).take(MOVING);
        let moving: Vec<String> = moving.map(|folder| (*folder).to_owned()).collect();
        let ask = |words: &[&str]| git_in(&bare, words).trim().to_owned();
        let branch = ask(&["symbolic-ref", "HEAD"]);
        let now = ask(&["rev-parse", "HEAD"]);
        let next = next_commit(root, &bare, &moving);
        Some(Self {
            root: root.to_path_buf(),
            name,
            skill: (*skill).to_owned(),
            second: (*second).to_owned(),
            skills,
            moving,
            branch,
            now,
            next,
        })
    }

    /// Moves the branch upstream to the next commit.
    pub fn go_on(&self) {
        self.go_to(&self.next);
    }

    /// Moves the branch upstream back.
    pub fn go_back(&self) {
        self.go_to(&self.now);
    }

    fn go_to(&self, commit: &str) {
        let bare = self.root.join(format!("{}.git", self.name));
        git_in(&bare, &["update-ref", &self.branch, commit]);
    }

    /// Whether this is the repository for which the limits in bytes are defined.
    pub fn is_the_measured_one(&self) -> bool {
        self.name == MEASURED
    }

    /// Returns the spec of the skill in `folder`.
    pub fn spec(&self, folder: &str) -> String {
        format!("{}/{}", self.name, last_part(folder))
    }
}

fn first_bundle(mirror: &Path) -> Option<PathBuf> {
    let owners = std::fs::read_dir(mirror).ok()?.flatten();
    let files = owners
        .filter_map(|owner| std::fs::read_dir(owner.path()).ok())
        .flat_map(Iterator::flatten);
    let mut bundles: Vec<_> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "bundle"))
        .collect();
    bundles.sort();
    bundles.into_iter().next()
}

fn last_part(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

/// Creates a commit that adds a line to the end of each of these skills, on a branch that is not read.
fn next_commit(root: &Path, bare: &Path, moving: &[String]) -> String {
    let work = tempfile::tempdir_in(root).expect("a temporary folder");
    let place = |path: &Path| path.to_string_lossy().into_owned();
    let clone = [
        "clone".into(),
        "--quiet".into(),
        place(bare),
        place(work.path()),
    ];
    git(root, &clone);
    for folder in moving {
        let page = work.path().join(folder).join("SKILL.md");
        let text = std::fs::read_to_string(&page).expect("a skill has a page");
        std::fs::write(page, text + "\nOne more line.\n").expect("a file of the clone");
    }
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let commit = ["commit", "--quiet", "--all", "--message", "One more line"];
    git_in(work.path(), &[&who[..], &commit].concat());
    git_in(
        work.path(),
        &["push", "--quiet", "origin", "HEAD:refs/next/main"],
    );
    git_in(work.path(), &["rev-parse", "HEAD"])
        .trim()
        .to_owned()
}

fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let place = folder.to_string_lossy();
    let all = ["-C", &place].into_iter().chain(arguments.iter().copied());
    let all: Vec<String> = all.map(str::to_owned).collect();
    git(folder, &all)
}

fn git(home: &Path, arguments: &[String]) -> String {
    let output = sealed::command("git", home)
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
