//! What other tools have installed, read from what they wrote: their locks become [`ImportedSkill`]s.
//!
//! A file for each tool. Nothing here looks at the disk or into a repository: a claim says
//! what is written, and what of it can't be true.

pub mod apm;
pub mod gh;
mod json;
pub mod npx;
pub mod openskills;
pub mod skillcask;
pub mod skillup;

use std::fmt;

use crate::oid::ObjectId;
use crate::source::Source;
use crate::spec::Spec;

/// Most bytes of another tool's file; a lock of 1,000 skills has 400 KB.
pub const MAX_BYTES: usize = 4 << 20;
/// Most skills that one file may name.
pub const MAX_SKILLS: usize = 10_000;

/// A tool that installs skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `npx skills`.
    Npx,
    /// `gh skill`.
    Gh,
    /// skillcask.
    Skillcask,
    /// APM.
    Apm,
    /// openskills.
    Openskills,
    /// skillup.
    Skillup,
}

/// A skill that another tool says it has installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSkill {
    /// Whose word it is.
    pub tool: Tool,
    /// The skill's name, as written.
    pub name: String,
    /// The name of the folder that the tool makes of it.
    pub folder: String,
    /// Where it comes from, or why that can't be told.
    pub source: Result<Source, String>,
    /// Its folder in the source, where that is known; empty for the root.
    pub path: Option<String>,
    /// What the tool follows; nothing means the default branch.
    pub reference: Option<String>,
    /// Whether it stays at what is installed, whatever the ref.
    pub is_pinned: bool,
    /// What tells which version is installed.
    pub evidence: Evidence,
    /// Folders below the root in which a copy lies, with the skill's own folder; none means
    /// wherever agents look for skills.
    pub places: Vec<String>,
    /// What is worth saying when it is taken, as a sentence.
    pub note: Option<String>,
}

/// What tells which version of a skill is installed, the weakest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Nothing but the files.
    Files,
    /// What `npx skills` calls `computedHash`: see [`npx::computed_hash`].
    ComputedHash(String),
    /// The git tree of the skill's folder.
    Tree(ObjectId),
    /// The commit that it was taken from.
    Commit(ObjectId),
}

/// A file that can't be understood: the line, from 1, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line.
    pub line: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Tool {
    /// Whether the tool leaves such a file of a skill out when it copies it; `path` is the file's,
    /// in the skill.
    #[must_use]
    pub fn leaves_out(self, path: &str) -> bool {
        let mut parts = path.split('/');
        match self {
            // What begins with `_` and the README only older versions left out; `__pycache__` all do.
            Self::Npx => parts
                .any(|part| matches!(part, "metadata.json" | "README.md") || part.starts_with('_')),
            _ => false,
        }
    }

    /// Whether the tool puts a file of its own there.
    #[must_use]
    pub fn adds(self, path: &str) -> bool {
        self == Self::Openskills && path == openskills::FILE
    }

    /// Whether the tool writes this file of a skill anew, with words of its own.
    #[must_use]
    pub fn rewrites(self, path: &str) -> bool {
        self == Self::Gh && path == "SKILL.md"
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Npx => "npx skills",
            Self::Gh => "gh skill",
            Self::Skillcask => "skillcask",
            Self::Apm => "APM",
            Self::Openskills => "openskills",
            Self::Skillup => "skillup",
        })
    }
}

impl ImportedSkill {
    /// Begins a claim of which only the names are known.
    #[must_use]
    pub fn new(tool: Tool, name: &str, source: Result<Source, String>) -> Self {
        Self {
            tool,
            name: name.to_owned(),
            folder: name.to_owned(),
            source,
            path: None,
            reference: None,
            is_pinned: false,
            evidence: Evidence::Files,
            places: Vec::new(),
            note: None,
        }
    }

    /// Whether both speak of one skill of one source.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let is_same_path = match (&self.path, &other.path) {
            (Some(one), Some(two)) => one == two,
            _ => true,
        };
        self.source.is_ok() && self.source == other.source && is_same_path
    }
}

impl ParseError {
    /// Says that a file is of a version that is not known.
    #[must_use]
    pub fn of_version(line: usize, found: &str, known: &str) -> Self {
        let problem = format!(
            "it is of version {found}, and this mdskill reads version {known}; update mdskill, or the tool that wrote it"
        );
        Self { line, problem }
    }
}

/// Returns the source of a repository as tools write it: `owner/repo`, a page, a git URL.
fn repository(text: &str) -> Result<Source, String> {
    if let Ok(spec) = text.parse::<Spec>()
        && spec.skill.is_none()
        && spec.reference.is_none()
    {
        let source = spec.source();
        return match source {
            Source::Folder { .. } => Err(format!("`{text}` is no repository")),
            source => Ok(source),
        };
    }
    text.parse::<Source>().map_err(|error| error.to_string())
}

/// Returns a folder in a repository, of the path of it or of its `SKILL.md`.
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
    match (folder.is_empty() && !path.starts_with('/')) || is_inside {
        true => Ok(folder.to_owned()),
        false => Err(format!("`{path}` is no path inside a repository")),
    }
}

/// Puts a path into a claim; one that can't be is why the claim can't be resolved.
fn put_path(claim: &mut ImportedSkill, path: Option<&str>) {
    match path.map(folder_of) {
        Some(Ok(folder)) => claim.path = Some(folder),
        Some(Err(reason)) => claim.source = Err(reason),
        None => {}
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
    fn a_path_is_a_folder_inside_the_repository() {
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
    fn claims_agree_when_they_can_be_of_one_skill() {
        let claim = |source: &str, path: Option<&str>| {
            let mut claim = ImportedSkill::new(Tool::Npx, "x", repository(source));
            claim.path = path.map(str::to_owned);
            claim
        };
        let one = claim("a/b", Some("x"));
        assert!(one.agrees(&claim("https://github.com/a/b.git", None)));
        assert!(!one.agrees(&claim("a/b", Some("y"))));
        assert!(!one.agrees(&claim("a/c", Some("x"))));
        assert!(!claim("", None).agrees(&claim("", None)));
    }

    /// Cut off anywhere, a file is read as far as it says the same, or is damaged at a line it has.
    #[test]
    fn a_file_that_is_cut_off_is_damaged_at_a_line_that_it_has() {
        type Read = fn(&str) -> Result<Vec<ImportedSkill>, ParseError>;
        let files: [(&str, Read); 6] = [
            (
                include_str!("../../testdata/importers/npx/skills-lock.json"),
                npx::project,
            ),
            (
                include_str!("../../testdata/importers/npx/.skill-lock.json"),
                npx::personal,
            ),
            (
                include_str!("../../testdata/importers/skillcask/skills.lock"),
                skillcask::read,
            ),
            (
                include_str!("../../testdata/importers/apm/apm.lock.yaml"),
                apm::read,
            ),
            (
                include_str!("../../testdata/importers/skillup/skills.lock.json"),
                skillup::read,
            ),
            (
                include_str!("../../testdata/importers/openskills/.openskills.json"),
                |text| openskills::read("one", text).map(|claim| vec![claim]),
            ),
        ];
        let id = "0123456789012345678901234567890123456789";
        for (text, read) in files {
            let text = ["@COMMIT@", "@TOOLS@", "@TREE@"]
                .iter()
                .fold(text.to_owned(), |text, word| text.replace(word, id));
            let whole = read(&text).unwrap();
            assert!(!whole.is_empty());
            for end in (0..text.len()).step_by(7) {
                match read(&text[..end]) {
                    Ok(claims) => assert!(claims.len() <= whole.len()),
                    Err(damage) => {
                        assert!(damage.line >= 1 && damage.line <= text.lines().count() + 1);
                        assert!(!damage.problem.is_empty());
                    }
                }
            }
        }
    }
}
