//! `validate`: every problem of a skill at once: yours, installed, or a repository's.

mod disk;
mod find;
mod report;
mod since;
mod spec;

use std::path::{Path, PathBuf};

use self::find::{Group, Search};
use self::since::Baseline;
use super::OpError;
use crate::context::Context;
use crate::name::SkillName;
use crate::spec::{Place, Spec};
use crate::target::AGENTS;
use crate::validate::Settings;

pub use super::findings::Found;
pub use report::{Report, Since, Summary};

/// What to validate, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// Folders, files, installed skills or specs; none means the current folder's skills, or
    /// with `-g` one's own.
    pub named: Vec<String>,
    /// Which rules count, and how much.
    pub settings: Settings,
    /// The commit to compare with: then only what is new since counts.
    pub since: Option<String>,
}

/// Validates what is named.
///
/// # Errors
/// When something named is not there, or can't be read.
pub async fn validate(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let mut report = Report::default();
    report.summary.since = options.since.as_ref().map(|reference| Since {
        reference: reference.clone(),
        unchanged: 0,
        known: 0,
    });
    let from = &context.env.current_dir;
    let mut search = Search::new(from);
    if options.named.is_empty() {
        let mut is_any = false;
        for folder in default_folders(context)? {
            if from.join(&folder).is_dir() {
                let group = search.find(&folder, true)?;
                is_any |= group.has_skills || !group.unlisted.is_empty();
                look_at(&group, from, options, &mut report)?;
            }
        }
        if !is_any {
            let nothing = match context.site.is_personal {
                true => "you have no skill of your own; `mdskill -g add owner/repo/skill` adds one",
                false => {
                    "there is no skill in this folder or below it; name a folder, an installed skill or a spec"
                }
            };
            return Err(OpError::Usage(nothing.to_owned()));
        }
    }
    for name in &options.named {
        if from.join(name).symlink_metadata().is_ok() {
            let group = search.find(Path::new(name), false)?;
            look_at(&group, from, options, &mut report)?;
        } else if let Some(places) = installed_places(context, name)? {
            for place in places {
                let group = search.find(&place, false)?;
                look_at(&group, from, options, &mut report)?;
            }
        } else {
            let spec = spec_named(context, name)?;
            if options.since.is_some() {
                return Err(OpError::Usage(format!(
                    "--since compares files on disk with a commit, and {name} is not on disk"
                )));
            }
            let validated =
                spec::validate_spec(context, &spec, &options.settings, &mut report).await;
            if let (Err(_), Place::GitHub { .. }) = (&validated, &spec.place) {
                context.progress.warn(&format!(
                    "{name} is no file, no folder and no installed skill here, so it was looked for as a repository"
                ));
            }
            validated?;
        }
    }
    Ok(report)
}

fn look_at(
    group: &Group,
    from: &Path,
    options: &Options,
    report: &mut Report,
) -> Result<(), OpError> {
    let Some(reference) = &options.since else {
        disk::validate_group(group, &options.settings, report);
        return Ok(());
    };
    let folder = match group.repository.is_dir() {
        true => &group.repository,
        false => from,
    };
    let baseline = Baseline::open(folder, reference)?;
    disk::validate_changes(group, &baseline, &options.settings, report)
}

fn default_folders(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    if !context.site.is_personal {
        return Ok(vec![PathBuf::from(".")]);
    }
    let targets = match context.lockfile()? {
        Some(lockfile) => lockfile.targets,
        None => AGENTS[0].personal.parse().into_iter().collect(),
    };
    Ok(targets
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

/// Reads what is neither on disk nor installed as a spec.
fn spec_named(context: &Context<'_>, name: &str) -> Result<Spec, OpError> {
    if !name.contains('/') {
        let lockfile = match context.site.is_personal {
            true => "your own lockfile",
            false => "mdskill.lock",
        };
        return Err(OpError::Usage(format!(
            "there is no file, no folder and no installed skill {name} here: looked in {} and {lockfile}; a repository's is owner/repo/skill",
            context.env.current_dir.display()
        )));
    }
    let spec: Spec = name.parse()?;
    match spec.place {
        Place::Folder(_) => Err(OpError::Usage(format!("there is no {name}"))),
        _ => Ok(spec),
    }
}
