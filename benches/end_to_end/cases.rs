//! The measured commands: one round of every row, mdskill and other tools in turn.

use crate::corpus::Corpus;
use crate::desk::{Desk, Sample};
use crate::network::Network;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rows. A name is the key of a row and its title in the table.
pub const ADD_ONE: &str = "add one skill, cold";
pub const ADD_SECOND: &str = "add a second skill of that commit";
pub const ADD_ALL: &str = "add all, cold";
pub const ADD_ALL_WARM: &str = "add all, cached, fresh project";
pub const ADD_ALL_ON_DISK: &str = "add all, cold, on disk";
pub const UPDATE: &str = "update, nothing changed";
pub const MOVE: &str = "update, 10 skills changed";
pub const MOVE_EDITED: &str = "update, 10 skills changed, 5 of them edited";
pub const MOVE_CLEARED: &str = "update, 10 changed, 5 edited, cache cleared";
pub const LIST: &str = "list";
pub const VERIFY: &str = "verify";
pub const VERSION: &str = "mdskill --version";
pub const CLONE: &str = "git clone --depth 1";
pub const CLONE_ON_DISK: &str = "git clone --depth 1, on disk";
pub const CLONE_SPARSE: &str =
    "git clone --depth 1 --filter=blob:none --sparse, sparse-checkout set";
pub const HASH: &str = "sha256sum of the same files";
pub const GIT_VERSION: &str = "git --version";

/// One round over one network.
pub struct Round<'a> {
    pub corpus: &'a Corpus,
    pub network: &'a Network,
    /// The folder for projects and caches, in memory if possible.
    pub place: &'a Path,
    /// The same on disk.
    pub disk: &'a Path,
}

impl Round<'_> {
    /// Runs every row once, and reports the cost of each.
    pub fn run(&self, mut report: impl FnMut(&'static str, Sample)) {
        self.one_skill(&mut report);
        self.peers(&mut report);
        let all = self.desk(self.place);
        let mut warm = self.desk(self.place);
        warm.cache.clone_from(&all.cache);
        report(ADD_ALL, self.add_all(&all));
        report(ADD_ALL_WARM, self.add_all(&warm));
        report(
            UPDATE,
            self.sample(&all.mdskill(&["update"]))
                .expecting(&all, self.corpus.skills),
        );
        self.moves(&all, &mut report);
        if !self.network.is_distant() {
            self.without_network(&all, &mut report);
            self.on_disk(&mut report);
        }
    }

    /// Updates a project with all skills after a change upstream, with and without edits.
    fn moves(&self, all: &Desk, report: &mut impl FnMut(&'static str, Sample)) {
        let edited = self.corpus.moving.len() / 2;
        for (name, edited, is_cleared) in [
            (MOVE, 0, false),
            (MOVE_EDITED, edited, false),
            (MOVE_CLEARED, edited, true),
        ] {
            let desk = all.copy_to(self.desk(self.place));
            for folder in &self.corpus.moving[..edited] {
                desk.edit(folder);
            }
            if is_cleared {
                std::fs::remove_dir_all(&desk.cache).expect("a cache");
            }
            self.corpus.go_on();
            let sample = self.sample(&desk.mdskill(&["update"]));
            self.corpus.go_back();
            let mut sample = sample.expecting(&desk, self.corpus.skills);
            let merged = desk.merged();
            if merged != edited && sample.cost.failure.is_none() {
                sample.cost.failure = Some(format!("failed: {merged} merged of {edited}"));
            }
            report(name, sample);
        }
    }

    fn one_skill(&self, report: &mut impl FnMut(&'static str, Sample)) {
        let desk = self.desk(self.place);
        let add = |folder: &str| self.sample(&desk.mdskill(&["add", &self.corpus.spec(folder)]));
        report(ADD_ONE, add(&self.corpus.skill).expecting(&desk, 1));
        report(ADD_SECOND, add(&self.corpus.second).expecting(&desk, 2));
    }

    fn peers(&self, report: &mut impl FnMut(&'static str, Sample)) {
        let (whole, sparse) = (self.desk(self.place), self.desk(self.place));
        report(CLONE, self.sample(&whole.clone_shallow(&self.corpus.name)));
        report(
            CLONE_SPARSE,
            self.sample(&sparse.clone_sparse(&self.corpus.name, &self.corpus.skill)),
        );
        if !self.network.is_distant() {
            // The files come from a checkout, so that they exist even if `add` fails.
            report(HASH, self.sample(&whole.hash_every_skill()));
            report(
                GIT_VERSION,
                self.sample(&whole.command("git", &["--version"])),
            );
        }
    }

    /// Runs the commands without network, in a project with all skills.
    fn without_network(&self, all: &Desk, report: &mut impl FnMut(&'static str, Sample)) {
        let mut look = |name, command| {
            let sample = self.sample(&all.mdskill(&[command]));
            report(name, sample.expecting(all, self.corpus.skills));
        };
        look(LIST, "list");
        look(VERIFY, "verify");
        report(VERSION, self.sample(&all.mdskill(&["--version"])));
    }

    fn on_disk(&self, report: &mut impl FnMut(&'static str, Sample)) {
        report(ADD_ALL_ON_DISK, self.add_all(&self.desk(self.disk)));
        report(
            CLONE_ON_DISK,
            self.sample(&self.desk(self.disk).clone_shallow(&self.corpus.name)),
        );
    }

    fn add_all(&self, desk: &Desk) -> Sample {
        self.sample(&desk.mdskill(&["add", &self.corpus.name, "--all"]))
            .expecting(desk, self.corpus.skills)
    }

    fn desk(&self, place: &Path) -> Desk {
        Desk::new(place, self.network.url())
    }

    fn sample(&self, command: &Command) -> Sample {
        self.network.sample(command)
    }
}

impl Sample {
    /// Marks a run as failed if it reports success with too few skills.
    fn expecting(mut self, desk: &Desk, skills: usize) -> Self {
        let installed = desk.pages().len();
        if installed != skills && self.cost.failure.is_none() {
            self.cost.failure = Some(format!("failed: it left {installed} skills of {skills}"));
        }
        self
    }
}

impl Desk {
    /// Copies the project and the cache to other folders.
    fn copy_to(&self, other: Desk) -> Desk {
        for (from, to) in [
            (self.project(), other.project()),
            (self.cache.clone(), other.cache.clone()),
        ] {
            let copied = Command::new("cp")
                .arg("-a")
                .arg(from.join("."))
                .arg(to)
                .status();
            assert!(copied.expect("cp runs").success(), "cp failed");
        }
        other
    }

    fn page(&self, skill: &str) -> PathBuf {
        let name = skill.rsplit('/').next().unwrap_or(skill);
        let target = self.project().join(".github/skills");
        target.join(name).join("SKILL.md")
    }

    /// Edits the heading of a skill's page, far from its end.
    fn edit(&self, skill: &str) {
        let page = self.page(skill);
        let text = std::fs::read_to_string(&page).expect("the skill is installed");
        let edited = text.replacen("\n# ", "\n# Our ", 1);
        assert_ne!(edited, text, "{skill} has no heading");
        std::fs::write(page, edited).expect("a file of the project");
    }

    /// Returns the number of pages with the change from upstream and the local edit, recorded in the lockfile.
    fn merged(&self) -> usize {
        let lock = std::fs::read_to_string(self.project().join("mdskill.lock")).unwrap_or_default();
        let pages = self.pages().into_iter();
        let pages = pages.filter_map(|page| std::fs::read_to_string(page).ok());
        let is_merged =
            |page: &String| page.contains("\n# Our ") && page.ends_with("\nOne more line.\n");
        let merged = pages.filter(is_merged).count();
        merged.min(lock.matches("\nedits = ").count())
    }

    fn clone_sparse(&self, name: &str, path: &str) -> Command {
        let script = "git clone --quiet --depth 1 --filter=blob:none --sparse \"$1\" copy && \
                      git -C copy sparse-checkout set \"$2\"";
        self.command(
            "sh",
            &[
                "-c",
                script,
                "sh",
                &format!("{}/{name}.git", self.url),
                path,
            ],
        )
    }

    /// Hashes every file in a folder with a `SKILL.md`.
    fn hash_every_skill(&self) -> Command {
        let project = self.project();
        let mut list = Vec::new();
        gather_skills(&project.join("copy"), false, &mut list);
        let names = project.join("files");
        std::fs::write(&names, list).expect("a list of files");
        self.command(
            "xargs",
            &["-0", "-a", &names.to_string_lossy(), "sha256sum"],
        )
    }
}

/// Lists the files of all skills below a folder, each name followed by a zero byte.
fn gather_skills(folder: &Path, inside: bool, list: &mut Vec<u8>) {
    let inside = inside || folder.join("SKILL.md").is_file();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather_skills(&path, inside, list);
        } else if inside {
            list.extend_from_slice(path.as_os_str().as_encoded_bytes());
            list.push(0);
        }
    }
}
