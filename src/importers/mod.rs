//! Readers for the files in which other tools note the skills that they installed.
//!
//! One file per tool. The readers don't look at the disk or into a repository: an [`ImportedSkill`]
//! is what the tool wrote, with the reason where that can't be used.

pub mod apm;
pub mod gh;
pub mod npx;

use std::fmt;

use crate::digest::Digest;
use crate::source::Source;
use crate::spec::Spec;
use mdskill_git::ObjectId;

/// Largest file of another tool, in bytes; a lockfile of 1,000 skills has 400 KB.
pub const MAX_BYTES: usize = 4 << 20;

/// A tool that installs skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `npx skills`.
    Npx,
    /// `gh skill`.
    Gh,
    /// APM.
    Apm,
}

/// A skill that another tool has installed, as that tool noted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSkill {
    /// The tool that noted it.
    pub tool: Tool,
    /// The skill's name, as written.
    pub name: String,
    /// The name of the folder that the tool installs it into.
    pub folder: String,
    /// Its source, or the reason why the source is unknown.
    pub source: Result<Source, String>,
    /// Its folder in the source, if known; empty for the root.
    pub path: Option<String>,
    /// The git ref that the tool follows; none for the default branch.
    pub git_ref: Option<String>,
    /// Whether the tool never updates it, whatever the ref.
    pub is_pinned: bool,
    /// The installed version, as far as it is noted.
    pub evidence: Evidence,
    /// Installed folders, relative to the root; empty for every folder that agents read.
    pub places: Vec<String>,
    /// A sentence to show to the user when the skill is imported.
    pub note: Option<String>,
}

/// A tool's note of which version of a skill is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// The tool noted nothing, so only the installed files can be compared.
    Files,
    /// The `computedHash` of `npx skills`: see [`npx::computed_hash`].
    ComputedHash(Digest),
    /// The git tree of the skill's folder.
    Tree(ObjectId),
    /// The commit from which it was installed.
    Commit(ObjectId),
}

/// A file that can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The problem and how to fix it.
    pub problem: String,
}

impl Tool {
    /// Whether the tool changes a file of a skill when it installs it.
    #[must_use]
    pub fn rewrites(self, path: &str) -> bool {
        self == Self::Gh && path == "SKILL.md"
    }

    /// Whether the tool leaves out a file of a skill when it installs it.
    #[must_use]
    pub fn leaves_out(self, path: &str) -> bool {
        // Names with `_` and README.md were left out only by older versions of `npx skills`.
        let is_left_out =
            |part: &str| matches!(part, "metadata.json" | "README.md") || part.starts_with('_');
        self == Self::Npx && path.split('/').any(is_left_out)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Npx => "npx skills",
            Self::Gh => "gh skill",
            Self::Apm => "APM",
        })
    }
}

impl ImportedSkill {
    /// Creates a skill of which only the name and the source are known.
    #[must_use]
    pub fn new(tool: Tool, name: &str, source: Result<Source, String>) -> Self {
        Self {
            tool,
            name: name.to_owned(),
            folder: name.to_owned(),
            source,
            path: None,
            git_ref: None,
            is_pinned: false,
            evidence: Evidence::Files,
            places: Vec::new(),
            note: None,
        }
    }

    /// Whether both can be the same skill of the same source.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let is_same_path = self.path.is_none() || other.path.is_none() || self.path == other.path;
        self.source.is_ok() && self.source == other.source && is_same_path
    }

    /// Sets the folder in the source; a path that leads out of it makes the source unusable.
    fn set_path(&mut self, path: Option<&str>) {
        match path.map(folder_of) {
            Some(Ok(folder)) => self.path = Some(folder),
            Some(Err(reason)) => self.source = Err(reason),
            None => {}
        }
    }
}

impl ParseError {
    /// Reports a problem of the file as a whole.
    pub fn at_start(problem: impl Into<String>) -> Self {
        Self {
            line: 1,
            problem: problem.into(),
        }
    }

    /// Reports a format version that is not supported.
    fn of_version(line: usize, found: &str, known: &str) -> Self {
        let problem = format!(
            "it is of version {found}, and this mdskill reads version {known}; update mdskill, or the tool that wrote it"
        );
        Self { line, problem }
    }
}

/// Returns the line, from 1, on which the text first has this word.
fn line_of(text: &str, word: &str) -> usize {
    let line = text.lines().position(|line| line.contains(word));
    line.unwrap_or_default() + 1
}

/// Parses a repository as tools write it: `owner/repo`, the URL of a page, a git URL.
fn repository(text: &str) -> Result<Source, String> {
    if let Ok(spec) = text.parse::<Spec>()
        && spec.skill.is_none()
        && spec.git_ref.is_none()
    {
        return match spec.source() {
            Source::Folder { .. } => Err(format!("`{text}` is not a repository")),
            source => Ok(source),
        };
    }
    text.parse::<Source>().map_err(|error| error.to_string())
}

/// Returns the folder of a path in a repository, which may be that of its `SKILL.md`.
fn folder_of(path: &str) -> Result<String, String> {
    let folder = path.strip_prefix("./").unwrap_or(path);
    let folder = match folder.strip_suffix("SKILL.md") {
        Some(above) if above.is_empty() || above.ends_with('/') => above,
        _ => folder,
    };
    let folder = folder.trim_end_matches('/');
    let is_inside = folder
        .split('/')
        .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']));
    if is_inside || (folder.is_empty() && !path.starts_with('/')) {
        Ok(folder.to_owned())
    } else {
        Err(format!("`{path}` is not a path inside a repository"))
    }
}

/// Returns a ref without the `refs/heads/` or `refs/tags/` before it.
fn short_ref(name: &str) -> &str {
    let short = name.strip_prefix("refs/heads/");
    short.or(name.strip_prefix("refs/tags/")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_of_accepts_only_paths_inside_the_repository() {
        for (path, folder) in [
            ("skills/x/SKILL.md", Some("skills/x")),
            ("./skills/x/", Some("skills/x")),
            ("SKILL.md", Some("")),
            ("", Some("")),
            ("mySKILL.md", Some("mySKILL.md")),
            ("../x", None),
            ("/etc", None),
            ("/", None),
            ("a//b", None),
            ("a\\b", None),
        ] {
            assert_eq!(folder_of(path).ok().as_deref(), folder, "{path}");
        }
    }

    #[test]
    fn skills_agree_when_they_can_be_the_same() {
        let skill = |source: &str, path: Option<&str>| {
            let mut skill = ImportedSkill::new(Tool::Npx, "x", repository(source));
            skill.path = path.map(str::to_owned);
            skill
        };
        let one = skill("a/b", Some("x"));
        assert!(one.agrees(&skill("https://github.com/a/b.git", None)));
        assert!(!one.agrees(&skill("a/b", Some("y"))));
        assert!(!one.agrees(&skill("a/c", Some("x"))));
        assert!(!skill("", None).agrees(&skill("", None)));
    }

    #[test]
    fn truncated_file_is_an_error_at_one_of_its_lines() {
        type Read = fn(&str) -> Result<Vec<ImportedSkill>, ParseError>;
        let files: [(&str, Read); 3] = [
            (
                include_str!("../../testdata/importers/npx/skills-lock.json"),
                npx::project,
            ),
            (
                include_str!("../../testdata/importers/npx/.skill-lock.json"),
                npx::personal,
            ),
            (
                include_str!("../../testdata/importers/apm/apm.lock.yaml"),
                apm::read,
            ),
        ];
        let id = "0123456789012345678901234567890123456789";
        for (text, read) in files {
            let text = ["@COMMIT@", "@TREE@"]
                .iter()
                .fold(text.to_owned(), |text, word| text.replace(word, id));
            let whole = read(&text).unwrap();
            assert!(!whole.is_empty());
            for end in (0..text.len()).step_by(7) {
                match read(&text[..end]) {
                    Ok(skills) => assert!(skills.len() <= whole.len()),
                    Err(error) => {
                        assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
                        assert!(!error.problem.is_empty());
                    }
                }
            }
        }
    }
}
