//! `init`: create a skill.

mod files;

use std::path::{Path, PathBuf};

use serde::Serialize;

use self::files::NewFile;
use super::OpError;
use crate::context::Context;
use crate::fs::{self, atomic};
use crate::hint::{HasHint, Hint, mdskill};
use mdskill_lint::agents::agent_folder;
use mdskill_lint::diagnostic::Severity;
use mdskill_lint::name::{NameError, SkillName};
use mdskill_lint::skill_files::MemoryFiles;
use mdskill_lint::{Profile, SKILL_FILE, Settings, naming, validate};

pub(crate) use files::Template;

/// A skill can't be created. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The name is invalid.
    #[error("{error}")]
    Name {
        /// The reason.
        error: NameError,
        /// The same argument of `init` with a valid name.
        instead: Option<String>,
    },
    /// A client refuses the description.
    #[error("{problem}")]
    Description {
        /// The reason.
        problem: String,
        /// The advice.
        help: String,
    },
    /// A file of the skill exists.
    #[error("{path} already exists")]
    FileExists {
        /// The file.
        path: String,
        /// The folder of the skill that it makes, quoted for a shell.
        skill: Option<String>,
    },
    /// A parent of the skill is not a folder.
    #[error("{} is a file, not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A link leads out of the project.
    #[error("{} leads out of the project through a link", .0.display())]
    Outside(PathBuf),
    /// No name is given.
    #[error("a new skill needs a name")]
    NoName,
    /// `-g` is used.
    #[error("-g does not apply to `init`, whose argument is the folder")]
    Personal,
    /// The argument is a URL.
    #[error("`{0}` is a URL, not the name of a new skill")]
    Url(String),
}

impl InitError {
    /// Whether an argument is invalid.
    pub(crate) fn is_usage(&self) -> bool {
        !matches!(
            self,
            Self::FileExists { .. } | Self::NotAFolder(_) | Self::Outside(_)
        )
    }
}

impl HasHint for InitError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Name {
                instead: Some(instead),
                ..
            } => Hint::command(mdskill("init").word(instead)).then(" creates it with a valid name"),
            Self::Name { instead: None, .. } => {
                Hint::text("choose another name, for example ").then_command("init pdf-tools")
            }
            Self::Description { help, .. } => Hint::text(help.clone()),
            Self::FileExists {
                skill: Some(skill), ..
            } => Hint::command(mdskill("validate").word(skill)).then(" checks the skill there"),
            Self::FileExists { skill: None, .. } => {
                Hint::text("move it away, or leave out --template, which creates only SKILL.md")
            }
            Self::NotAFolder(_) => return None,
            Self::Outside(_) => {
                Hint::text("remove the link, or create the skill in another folder")
            }
            Self::NoName => Hint::text("`.` creates SKILL.md in the current folder"),
            Self::Personal => {
                Hint::text("`mdskill init ~/.copilot/skills/NAME` creates one of your own skills")
            }
            Self::Url(url) => {
                Hint::command(mdskill("add").word(url)).then(" installs a skill from there")
            }
        })
    }
}

/// The new skill.
#[derive(Debug)]
pub(crate) struct Options {
    /// Its name and folder.
    pub(crate) place: Place,
    /// Its description; `None` for a placeholder.
    pub(crate) description: Option<String>,
    /// The files to create.
    pub(crate) template: Template,
}

/// The name of a new skill, and its folder.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The name, which is also that of the folder.
    pub(crate) name: SkillName,
    /// The folder as it is shown to the user; empty for the current one.
    shown: String,
    /// The folder.
    folder: PathBuf,
}

/// The result of `init`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The name of the skill.
    pub(crate) name: String,
    /// The folder, relative to the current one; `.` for the current one.
    pub(crate) folder: String,
    /// The created files, relative to the folder.
    pub(crate) files: Vec<String>,
    /// Whether the description is a placeholder.
    pub(crate) is_placeholder: bool,
    /// Whether agents load the skill from this folder.
    pub(crate) is_loaded: bool,
    /// The `SKILL.md` of the skill that contains the new one.
    pub(crate) outer: Option<String>,
}

impl Place {
    /// Returns the place that `typed` means: a name or a path. Without it, the skill is created in
    /// the current folder, and has its name.
    ///
    /// # Errors
    /// If the name is invalid, or the folder already has a skill.
    pub(crate) fn find(context: &Context<'_>, typed: Option<&str>) -> Result<Self, OpError> {
        let current = &context.env.current_dir;
        let typed = typed.unwrap_or(".");
        // An unset variable of a script must not make the whole project a skill.
        if typed.is_empty() {
            return Err(InitError::NoName.into());
        }
        if typed.contains("://") {
            return Err(InitError::Url(typed.to_owned()).into());
        }
        let folder = fs::normal(&current.join(typed));
        let shown = match folder.strip_prefix(current) {
            Ok(inside) => inside.display().to_string(),
            Err(_) => typed.trim_end_matches('/').to_owned(),
        };
        let last = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = SkillName::from_frontmatter(&last).map_err(|error| InitError::Name {
            instead: naming::slug(&last)
                .map(|name| Path::new(&shown).with_file_name(name).display().to_string()),
            error,
        })?;
        let place = Self {
            name,
            shown,
            folder,
        };
        place.check(current)?;
        Ok(place)
    }

    /// Returns the name to suggest for a skill in the current folder: that of an empty folder. In a
    /// project, the user more likely wants a new folder.
    pub(crate) fn suggested_name(context: &Context<'_>) -> Option<String> {
        let current = &context.env.current_dir;
        let mut entries = std::fs::read_dir(current).ok()?.flatten();
        let is_empty = entries.all(|entry| entry.file_name().as_encoded_bytes().starts_with(b"."));
        let last = current.file_name()?.to_str()?;
        (is_empty && SkillName::from_frontmatter(last).is_ok()).then(|| last.to_owned())
    }

    /// Checks that the folder can get a skill.
    fn check(&self, current: &Path) -> Result<(), OpError> {
        let mut above = self.folder.ancestors();
        let there = above.find(|above| above.symlink_metadata().is_ok());
        if let Some(file) = there.filter(|there| !there.is_dir()) {
            let file = file.strip_prefix(current).unwrap_or(file);
            return Err(InitError::NotAFolder(file.to_owned()).into());
        }
        // On some file systems, `skill.md` is the same file.
        let is_skill_file = |name: &str| name.eq_ignore_ascii_case(SKILL_FILE);
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        match names.into_iter().find(|name| is_skill_file(name)) {
            Some(name) => Err(self.exists(&name).into()),
            None => Ok(()),
        }
    }

    /// Returns the folder as it is shown to the user.
    fn folder(&self) -> &str {
        if self.shown.is_empty() {
            "."
        } else {
            &self.shown
        }
    }

    fn exists(&self, file: &str) -> InitError {
        InitError::FileExists {
            path: Path::new(&self.shown).join(file).display().to_string(),
            skill: file
                .eq_ignore_ascii_case(SKILL_FILE)
                .then(|| self.folder().to_owned()),
        }
    }
}

/// Returns a description on one line, without spaces around it.
pub(crate) fn one_line(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks a description with the rules of all clients.
///
/// # Errors
/// If one of them reports an error or a warning about it.
pub(crate) fn check_description(name: &SkillName, description: &str) -> Result<(), InitError> {
    if description.is_empty() {
        return Err(InitError::Description {
            problem: "the description is empty".to_owned(),
            help: "say what the skill does, and when to use it; without --description, mdskill writes a placeholder".to_owned(),
        });
    }
    let page = files::page(name, Some(description), Template::Minimal);
    let skill = MemoryFiles::new(name.as_str()).with(SKILL_FILE, page);
    for profile in Profile::ALL {
        let found = validate(&skill, &Settings::of(profile)).diagnostics;
        let refused =
            |found: &&mdskill_lint::diagnostic::Diagnostic| found.severity >= Severity::Warning;
        if let Some(found) = found.iter().find(refused) {
            return Err(InitError::Description {
                problem: found.message.clone(),
                help: found.help.clone(),
            });
        }
    }
    Ok(())
}

/// Creates a skill. Existing files are not replaced.
pub(crate) fn init(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let place = &options.place;
    let description = options.description.as_deref().map(one_line);
    if let Some(description) = &description {
        check_description(&place.name, description)?;
    }
    let files = files::of(&place.name, description.as_deref(), options.template);
    if fs::leads_out(&place.folder, &context.scope.root) {
        return Err(InitError::Outside(place.folder.clone()).into());
    }
    for file in &files {
        if fs::look(&place.folder.join(file.path))?.is_some() {
            return Err(place.exists(file.path).into());
        }
    }
    write(&place.folder, &files)?;
    Ok(Report {
        name: place.name.to_string(),
        folder: place.folder().to_owned(),
        files: files.iter().map(|file| file.path.to_owned()).collect(),
        is_placeholder: description.is_none(),
        is_loaded: is_loaded(context, &place.folder),
        outer: outer_skill(context, &place.folder),
    })
}

/// Writes `SKILL.md` last, because it makes the folder a skill. On an error, nothing is left.
fn write(folder: &Path, files: &[NewFile]) -> Result<(), OpError> {
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut written: Vec<PathBuf> = Vec::new();
    let result = files.iter().rev().try_for_each(|file| {
        let path = folder.join(file.path);
        let above = path.ancestors().skip(1);
        missing.extend(
            above
                .take_while(|above| !above.exists())
                .map(Path::to_owned),
        );
        atomic::create(&path, file.text.as_bytes())?;
        if file.is_executable {
            // A file system without this permission has none to set.
            drop(fs::make_executable(&path));
        }
        written.push(path);
        Ok(())
    });
    if result.is_err() {
        for file in &written {
            drop(fs::remove_file(file));
        }
        missing.sort();
        // A folder that another process filled stays.
        for folder in missing.iter().rev() {
            drop(std::fs::remove_dir(folder));
        }
    }
    result
}

/// Whether the folder is where an agent looks for skills.
fn is_loaded(context: &Context<'_>, folder: &Path) -> bool {
    let inside = folder.strip_prefix(&context.scope.root).ok();
    let inside = inside.and_then(Path::to_str).unwrap_or_default();
    agent_folder(&inside.replace(std::path::MAIN_SEPARATOR, "/")).is_some()
}

/// Returns the `SKILL.md` of the nearest skill in the project that contains `folder`.
fn outer_skill(context: &Context<'_>, folder: &Path) -> Option<String> {
    let root = &context.scope.root;
    let above = folder.ancestors().skip(1);
    let mut above = above.take_while(|above| above.starts_with(root));
    let outer = above.find(|above| above.join(SKILL_FILE).is_file())?;
    let inside = outer.strip_prefix(root).ok()?.to_string_lossy();
    Some(if inside.is_empty() {
        SKILL_FILE.to_owned()
    } else {
        format!("{inside}/{SKILL_FILE}")
    })
}
