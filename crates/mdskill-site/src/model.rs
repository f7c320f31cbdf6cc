//! The facts that pages show. `index.json` next to a page has the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::served;
use mdskill_lint::capability::Capability;

/// A repository or folder with skills.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Repository {
    /// The name, for example `acme/skills`.
    pub name: String,
    /// The address of its page in the site, without a slash at its end.
    pub page: String,
    /// The spec that lists its skills.
    pub spec: String,
    /// The source, as the lockfile names it.
    pub source: String,
    /// Its page on the web, at the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The branch, tag, or range.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The day of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The license in its root folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The skills that are not shown, because they can't be installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

/// A skill that can't be installed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Refused {
    /// Its folder.
    pub path: String,
    /// The reason.
    pub reason: String,
}

/// A skill.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Skill {
    /// The name that it is installed under.
    pub name: String,
    /// The name of its repository.
    pub repository: String,
    /// The address of the page of its repository.
    #[serde(skip)]
    pub repository_page: String,
    /// The address of its page in the site, without a slash at its end.
    pub page: String,
    /// The spec that installs it.
    pub spec: String,
    /// The commands that install it.
    pub install: Vec<Command>,
    /// The source, as the lockfile names it.
    pub source: String,
    /// The folder in the source.
    pub path: String,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The license of its repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_license: Option<String>,
    /// The requirements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<String>,
    /// The tools that the agent may use without confirmation.
    pub allowed_tools: Vec<String>,
    /// The plugin that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// When to use it, in the words of its text.
    pub points: Vec<String>,
    /// The folders that it is installed in, or would be.
    pub places: Vec<String>,
    /// The agents that read one of these folders.
    pub agents: Vec<Agent>,
    /// The branch, tag, or range.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The tag, if a tag or a range names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The day of the last change of the skill, or else of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The page of its folder at the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The page of the repository's root at the commit.
    #[serde(skip)]
    pub root_url: Option<String>,
    /// The page of the repository, whatever the commit.
    #[serde(skip)]
    pub repository_url: Option<String>,
    /// The name of the site of these pages, such as GitHub.
    pub host: String,
    /// The git tree of its folder.
    pub tree: String,
    /// The digest of its files, as in the lockfile.
    pub digest: String,
    /// Whether the files differ from those of the commit, because they were edited where they are installed.
    pub is_edited: bool,
    /// Shell commands that print the tree and the digest.
    pub recompute: Vec<Command>,
    /// The archive of its files; `None` if there can't be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
    /// Whether it is the one that programs find under its name: of several skills with a name, the first.
    #[serde(skip)]
    pub is_discoverable: bool,
    /// Its capabilities, the most severe first.
    pub capabilities: Vec<Capability>,
    /// The findings of `validate`.
    pub findings: Vec<Finding>,
    /// An estimate of the tokens that an agent reads.
    pub tokens: Tokens,
    /// The number of bytes of its files.
    pub bytes: u64,
    /// Its files, sorted by path.
    pub files: Vec<File>,
    /// The commits that changed it, the newest first.
    pub history: Vec<Change>,
    /// Whether there are older commits.
    pub has_more_history: bool,
}

/// An archive.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Archive {
    /// Its SHA-256, as `sha256:` and 64 digits.
    pub digest: String,
    /// Its bytes.
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// A command for a shell.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Command {
    /// The program that it uses, or the value that it prints.
    pub label: String,
    /// The command.
    pub command: String,
}

/// An agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Agent {
    /// Its name for `--agent`.
    pub id: String,
    /// Its name in a sentence.
    pub name: String,
}

/// A finding of `validate`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Finding {
    /// The code of the rule.
    pub code: String,
    /// `error`, `warning`, or `info`.
    pub severity: String,
    /// The problem.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// An estimate of the tokens that an agent reads.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Tokens {
    /// The name and the description, which agents always read.
    pub description: usize,
    /// The text of `SKILL.md`, which agents read when they use the skill.
    pub body: usize,
    /// All files that are text.
    pub all: usize,
}

/// A file of a skill.
#[derive(Debug, Clone, Default, Serialize)]
pub struct File {
    /// The path in the skill.
    pub path: String,
    /// The number of bytes.
    pub bytes: u64,
    /// Whether it can be executed.
    pub executable: bool,
    /// The references in it to other files, sorted by place.
    pub references: Vec<Reference>,
    /// The content of its page.
    #[serde(skip)]
    pub content: Content,
    /// Its bytes.
    #[serde(skip)]
    pub original: Vec<u8>,
}

/// A reference in a page of a skill.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reference {
    /// The line, from 1.
    pub line: usize,
    /// The first byte of the reference in the file.
    #[serde(skip)]
    pub start: usize,
    /// The path that it refers to: of the skill, or of the repository.
    pub to: String,
    /// Whether that is outside of the skill.
    pub outside: bool,
    /// The text after `#`.
    #[serde(skip)]
    pub fragment: Option<String>,
}

/// The content of a file.
#[derive(Debug, Clone, Default)]
pub enum Content {
    /// A text.
    Text(String),
    /// An image that a browser shows without running anything in it.
    Image(Vec<u8>),
    /// Neither of both.
    #[default]
    Binary,
    /// A text that is too long for a page.
    TooLong,
}

/// A commit that changed a skill.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Change {
    /// The commit.
    pub commit: String,
    /// The day.
    pub date: String,
    /// The author's name.
    pub author: String,
    /// The first line of the message.
    pub summary: String,
    /// `added`, `changed`, or `removed`.
    pub action: String,
    /// The lowest version tag that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The former folder, if it moved the skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// The page of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The number of added lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<usize>,
    /// The number of removed lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<usize>,
    /// The capabilities that the skill has since then.
    pub gained: Vec<Capability>,
    /// The capabilities that it had before.
    pub lost: Vec<Capability>,
}

/// The facts that the index and other pages show of a skill.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// The name.
    pub name: String,
    /// The name of its repository.
    pub repository: String,
    /// The address of its page.
    pub page: String,
    /// The spec that installs it.
    pub spec: String,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// The license, or else that of its repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The day of its last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The git tree of its folder.
    pub tree: String,
    /// The digest of its files.
    pub digest: String,
    /// The digest of its archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// Whether programs find it under its name.
    #[serde(skip)]
    pub is_discoverable: bool,
    /// Whether its files are on the site for programs, too.
    #[serde(skip)]
    pub has_files: bool,
    /// The paths of its files.
    #[serde(skip)]
    pub files: Vec<String>,
    /// The commits that changed it.
    #[serde(skip)]
    pub changes: Vec<Change>,
    /// The kinds of its capabilities.
    pub capabilities: Vec<String>,
    /// The agents that read its folder.
    pub agents: Vec<String>,
    /// The numbers of findings.
    #[serde(skip)]
    pub severities: Severities,
}

/// The numbers of findings of each severity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Severities {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Skill {
    /// Returns the numbers of findings.
    pub(crate) fn severities(&self) -> Severities {
        let of = |severity: &str| {
            let found = self.findings.iter();
            found.filter(|finding| finding.severity == severity).count()
        };
        Severities {
            errors: of("error"),
            warnings: of("warning"),
            notes: of("info"),
        }
    }

    /// Whether its files can lie on a site one by one: none of them would run there.
    pub(crate) fn has_plain_files(&self) -> bool {
        let mut files = self.files.iter();
        !files.any(|file| served::runs(&file.path, &file.original))
    }
}

impl Summary {
    /// Returns the summary of a skill.
    #[must_use]
    pub fn of(skill: &Skill) -> Self {
        let kinds = skill
            .capabilities
            .chunk_by(|one, other| one.kind == other.kind);
        Self {
            name: skill.name.clone(),
            repository: skill.repository.clone(),
            page: skill.page.clone(),
            spec: skill.spec.clone(),
            description: skill.description.clone(),
            plugin: skill.plugin.clone(),
            license: skill
                .license
                .as_ref()
                .or(skill.repository_license.as_ref())
                .cloned(),
            date: skill.date.clone(),
            commit: skill.commit.clone(),
            tree: skill.tree.clone(),
            digest: skill.digest.clone(),
            archive: skill.archive.as_ref().map(|one| one.digest.clone()),
            is_discoverable: skill.is_discoverable,
            has_files: skill.has_plain_files(),
            files: skill.files.iter().map(|file| file.path.clone()).collect(),
            changes: skill.history.clone(),
            capabilities: kinds.map(|of_kind| of_kind[0].kind.to_string()).collect(),
            agents: skill
                .agents
                .iter()
                .map(|agent| agent.name.clone())
                .collect(),
            severities: skill.severities(),
        }
    }
}

/// Returns the skills of each repository.
pub(crate) fn by_repository(skills: &[Summary]) -> BTreeMap<&str, Vec<&Summary>> {
    let mut found: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for skill in skills {
        found.entry(&skill.repository).or_default().push(skill);
    }
    found
}
