//! The repository that is installed from.

use crate::sealed;
use std::path::{Path, PathBuf};

/// The repository that the limits were set for.
const MEASURED: &str = "wshobson/agents";
/// The skill whose numbers are known from other clients.
const PREFERRED: &str = "async-python-patterns";

/// A repository of skills, cloned bare so that it can be served.
pub struct Corpus {
    /// The folder that holds `OWNER/REPO.git`.
    pub root: PathBuf,
    /// `OWNER/REPO`.
    pub name: String,
    /// The folder of the one skill that is added, inside the repository.
    pub skill: String,
    /// The folder of the skill that is added after it.
    pub second: String,
    /// How many skills there are.
    pub skills: usize,
}

impl Corpus {
    /// Looks beside the checkout, then among the test data, and clones what it finds into `root`.
    pub fn find(root: &Path) -> Option<Self> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        let beside = checkout.join(format!("../shared/corpora/{MEASURED}.bundle"));
        let bundle = beside
            .is_file()
            .then_some(beside)
            .or_else(|| first_bundle(&checkout.join("testdata/mirror")))?;
        let owner = bundle.parent()?.file_name()?.to_string_lossy().into_owned();
        let name = format!("{owner}/{}", bundle.file_stem()?.to_string_lossy());
        let bare = root.join(format!("{name}.git"));
        let clone = [
            "clone",
            "--quiet",
            "--bare",
            &bundle.to_string_lossy(),
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
        let folders: Vec<_> = listed
            .lines()
            .filter_map(|path| path.strip_suffix("/SKILL.md"))
            .collect();
        let skill = folders
            .iter()
            .find(|folder| last_part(folder) == PREFERRED)
            .or(folders.first())?;
        let second = folders.iter().find(|folder| *folder != skill)?;
        Some(Self {
            root: root.to_path_buf(),
            name,
            skill: (*skill).to_owned(),
            second: (*second).to_owned(),
            skills: folders.len(),
        })
    }

    /// Whether this is the repository that the limits in bytes were set for.
    pub fn is_the_measured_one(&self) -> bool {
        self.name == MEASURED
    }

    /// What a user types for the skill in `folder`.
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
