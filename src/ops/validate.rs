//! `validate`: every problem of a skill at once: yours, installed, or a repository's.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::OpError;
use super::candidate::{Opened, diagnose, full_spec, query_of, source_of};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fs::{self, At, tree};
use crate::name::SkillName;
use crate::skill::SkillView;
use crate::skill::discover::SKILL_FILE;
use crate::skill::files::SkillTree;
use crate::spec::{Place, Spec};
use crate::validate::validate as check;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every finding, by file and line.
    pub diagnostics: Vec<Finding>,
    /// How much was looked at and found.
    pub summary: Summary,
}

/// One finding, with the file as seen from where the command was started.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The file, with forward slashes.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The skill's folder.
    pub skill: String,
}

/// How much was looked at and found.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Skills looked at.
    pub skills: usize,
    /// Findings by severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
}

impl Report {
    fn add(&mut self, skill: &str, found: Vec<Diagnostic>) {
        self.summary.skills += 1;
        for diagnostic in found {
            match diagnostic.severity {
                Severity::Error => self.summary.errors += 1,
                Severity::Warning => self.summary.warnings += 1,
                Severity::Info => self.summary.infos += 1,
            }
            self.diagnostics.push(Finding {
                code: diagnostic.code,
                severity: diagnostic.severity.to_string(),
                file: join(skill, &diagnostic.file),
                line: diagnostic.line,
                column: diagnostic.column,
                message: diagnostic.message,
                help: diagnostic.help,
                skill: skill.to_owned(),
            });
        }
    }
}

fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

/// Validates what is named: a folder, a `SKILL.md`, an installed skill, or a spec;
/// without a name, the current folder's skills, or with `-g` one's own.
///
/// # Errors
/// When something named is not there, or can't be read.
pub async fn validate(context: &Context<'_>, named: &[String]) -> Result<Report, OpError> {
    let mut report = Report::default();
    if named.is_empty() {
        for folder in default_folders(context)? {
            let mut skills = Vec::new();
            find_skills(&context.env.current_dir, &folder, &mut skills)?;
            if !skills.is_empty() {
                validate_path(context, &folder, &mut report)?;
            }
        }
        if report.summary.skills == 0 {
            let nothing = "there is no skill in this folder or below it; name a folder, an installed skill or a spec";
            return Err(OpError::Usage(nothing.to_owned()));
        }
    }
    for name in named {
        if context.env.current_dir.join(name).exists() {
            validate_path(context, Path::new(name), &mut report)?;
        } else if let Some(places) = installed_places(context, name)? {
            for place in places {
                validate_path(context, &place, &mut report)?;
            }
        } else {
            validate_spec(context, name, &mut report).await?;
        }
    }
    Ok(report)
}

fn default_folders(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    if !context.site.is_personal {
        return Ok(vec![PathBuf::from(".")]);
    }
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.site))?;
    Ok(lockfile
        .targets
        .iter()
        .map(|target| context.site.target(target))
        .collect())
}

/// Returns where an installed skill lies, as seen from the current folder.
fn installed_places(context: &Context<'_>, name: &str) -> Result<Option<Vec<PathBuf>>, OpError> {
    let (Ok(name), Some(lockfile)) = (name.parse::<SkillName>(), context.lockfile()?) else {
        return Ok(None);
    };
    let here = |path: PathBuf| match path.strip_prefix(&context.env.current_dir) {
        Ok(below) => below.to_owned(),
        Err(_) => path,
    };
    let places = |entry| {
        lockfile
            .targets_of(entry)
            .iter()
            .map(|target| here(context.site.skill(target, &name)))
            .collect()
    };
    Ok(lockfile.skills.get(&name).map(places))
}

fn validate_path(context: &Context<'_>, named: &Path, report: &mut Report) -> Result<(), OpError> {
    let from = &context.env.current_dir;
    let folder = match named
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case(SKILL_FILE))
    {
        true => named.parent().unwrap_or(Path::new(".")),
        false => named,
    };
    let mut skills = Vec::new();
    find_skills(from, folder, &mut skills)?;
    if skills.is_empty() {
        // A folder that was named, and has no SKILL.md, is a finding of its own.
        skills.push(folder.to_owned());
    }
    skills.sort();
    for skill in skills {
        let disk = from.join(&skill);
        let mut listing = tree::list(&disk)?;
        listing
            .files
            .retain(|file| !tree::is_leaving(&file.path) && !file.path.starts_with(".git/"));
        let paths: Vec<String> = listing.files.into_iter().map(|file| file.path).collect();
        let text = fs::read_if_found(&disk.join(SKILL_FILE))?.unwrap_or_default();
        let real = disk.canonicalize().at("look at", &disk)?;
        let folder = real
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let shown = shown(&skill);
        report.add(
            &shown,
            check(&SkillView {
                folder: &folder,
                paths: &paths,
                skill_md: &text,
            }),
        );
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./")
        .unwrap_or(&text)
        .trim_end_matches('/')
        .to_owned()
}

/// Finds folders with a `SKILL.md`, below a folder, following no link.
fn find_skills(from: &Path, folder: &Path, skills: &mut Vec<PathBuf>) -> Result<(), OpError> {
    let disk = from.join(folder);
    if disk.join(SKILL_FILE).is_file() {
        skills.push(folder.to_owned());
    }
    let Some(entries) = fs::if_found(std::fs::read_dir(&disk)).at("list", &disk)? else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry.at("list", &disk)?;
        let name = entry.file_name();
        let is_folder = entry.file_type().at("look at", entry.path())?.is_dir();
        let is_ours =
            name != ".git" && name != "node_modules" && name != ".mdskill" && name != "target";
        if is_folder && is_ours {
            find_skills(from, &folder.join(name), skills)?;
        }
    }
    Ok(())
}

async fn validate_spec(
    context: &Context<'_>,
    name: &str,
    report: &mut Report,
) -> Result<(), OpError> {
    if !name.contains('/') {
        return Err(OpError::Usage(format!(
            "there is no file, no folder and no installed skill {name} here"
        )));
    }
    let spec: Spec = name.parse()?;
    if matches!(spec.place, Place::Folder(_)) {
        return Err(OpError::Usage(format!("there is no {name}")));
    }
    let source = source_of(context, &spec)?;
    let mut opened = Opened::open(context, &source, &query_of(&spec)).await?;
    let from_page = opened
        .resolved
        .as_ref()
        .and_then(|resolved| resolved.path.clone());
    let chosen = match spec.skill.clone().or(from_page) {
        Some(wanted) => vec![opened.choose(&wanted).await?],
        None => opened.discovery.skills.clone(),
    };
    let commits: Vec<_> = opened.commit().into_iter().collect();
    opened
        .repository
        .fetch_blobs(chosen.iter().map(|found| found.skill_file), &commits)
        .await?;
    let objects = opened.repository.objects();
    for found in chosen {
        let place = full_spec(&source, &found.path);
        let files = SkillTree::read(objects, found.tree).map_err(|error| OpError::Refused {
            spec: place.clone(),
            source: error,
        })?;
        let text = objects.blob(found.skill_file)?;
        let folder = found.folder().unwrap_or_default();
        report.add(&place, diagnose(folder, &files, &text));
    }
    Ok(())
}
