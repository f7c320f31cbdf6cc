//! `validate`: every problem of a skill at once: yours, installed, or a repository's.

mod disk;
mod fixing;
mod json;
mod page;
mod report;
mod shown;

use std::path::{Path, PathBuf};

use super::OpError;
use super::candidate::{Opened, diagnose, full_spec, query_of, source_of};
use crate::config::Rules;
use crate::context::Context;
use crate::name::SkillName;
use crate::spec::{Place, Spec};
use crate::validate::Settings;
use crate::view::GitView;

pub use fixing::{Fixed, Fixes, Fixing, Kept, PageText};
pub use page::Page;
pub use report::{Found, Report, Summary};

/// What to validate, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// Folders, files, installed skills or specs; none means the current folder's skills, or
    /// with `-g` one's own.
    pub named: Vec<String>,
    /// Which rules count, how much and where: what `mdskill.toml` says, and flags on top.
    pub rules: Rules,
    /// Which findings are mended; none when they are only told.
    pub fixing: Option<Fixing>,
    /// A page whose text is given; it is then all that is looked at.
    pub page: Option<Page>,
}

/// Validates what is named.
///
/// # Errors
/// When something named is not there, or can't be read.
pub async fn validate(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let mut report = Report {
        fixes: options.fixing.map(Fixes::of),
        ..Report::default()
    };
    let from = &context.env.current_dir;
    if let Some(page) = &options.page {
        page::validate_page(context, options, page, &mut report)?;
        return Ok(report);
    }
    let mut walk = disk::Walk::new(context, options)?;
    if options.named.is_empty() {
        for folder in default_folders(context)? {
            if disk::has_skills(from, &folder)? {
                walk.validate(&folder, &mut report)?;
            }
        }
        if report.summary.skills == 0 && report.diagnostics.is_empty() {
            let nothing = "there is no skill in this folder or below it; name a folder, an installed skill or a spec";
            return Err(OpError::Usage(nothing.to_owned()));
        }
    }
    for name in &options.named {
        if from.join(name).exists() {
            walk.validate(Path::new(name), &mut report)?;
        } else if let Some(places) = installed_places(context, name)? {
            for place in places {
                walk.validate(&place, &mut report)?;
            }
        } else if options.fixing.is_some() && name.contains('/') {
            return Err(OpError::Usage(format!(
                "there is no {name} on disk, and only there can be mended; clone the repository, or `mdskill add` the skill"
            )));
        } else {
            validate_spec(context, name, &options.rules.settings, &mut report).await?;
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

async fn validate_spec(
    context: &Context<'_>,
    name: &str,
    settings: &Settings,
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
    let objects = opened.repository.objects();
    let mut blobs = Vec::new();
    for found in &chosen {
        blobs.extend(GitView::blobs_of(objects, found.tree)?);
    }
    let commit = opened.commit();
    let commits: Vec<_> = commit.into_iter().collect();
    opened.repository.fetch_blobs(blobs, &commits).await?;
    let objects = opened.repository.objects();
    let root = opened.repository.root_tree(commit)?;
    let settings = &settings.for_strangers();
    let mut checked = Vec::with_capacity(chosen.len());
    for found in chosen {
        let folder = found.folder().unwrap_or_default();
        let found_in = diagnose(objects, root, &found.path, folder, settings)?;
        checked.push((full_spec(&source, &found.path), found_in));
    }
    // The globs of `mdskill.toml` look at the project, where a repository's skills are not.
    report.add_set(checked, &[], settings, |_, _| ());
    Ok(())
}
