//! `validate`: every problem of a skill at once: yours, installed, or a repository's.

mod baseline;
mod changed;
mod discover;
mod display_path;
mod installed;
mod page;
mod report;
mod results;
mod run;
mod spec;
mod write_fixes;

use std::path::{Path, PathBuf};

use self::baseline::Baseline;
use self::discover::{Group, Search};
use self::run::Look;
use super::OpError;
use crate::config::Rules;
use crate::context::Context;
use crate::spec::{Spec, SpecSource};
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;

pub use super::findings::Found;
pub use page::Page;
pub use report::{Report, Since, Summary};
pub use write_fixes::{Fixed, Fixes, Fixing, Kept, PageText};

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
    /// The commit to compare with: then only what is new since counts.
    pub since: Option<String>,
}

/// Validates what is named.
///
/// # Errors
/// When something named is not there, or can't be read.
pub async fn validate(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    if options.named.iter().any(String::is_empty) {
        // An unset variable of a shell is no wish to look at, let alone mend, the whole folder.
        return Err(OpError::Usage(
            "an empty argument names nothing; name a folder, a file, an installed skill or a spec"
                .to_owned(),
        ));
    }
    let mut report = Report {
        fixes: options.fixing.map(Fixes::of),
        ..Report::default()
    };
    report.summary.since = options.since.as_ref().map(|git_ref| Since {
        git_ref: git_ref.clone(),
        unchanged: 0,
        known: 0,
    });
    if options.since.is_some() && (options.fixing.is_some() || options.page.is_some()) {
        return Err(OpError::Usage(
            "--since tells what is new in skills on disk; leave out --fix, --diff and `-`, or --since"
                .to_owned(),
        ));
    }
    if let Some(page) = &options.page {
        page::validate_page(context, options, page, &mut report)?;
        return Ok(report);
    }
    let look = Look::new(context, options)?;
    let from = &context.env.current_dir;
    let mut search = Search::new(from);
    if options.named.is_empty() {
        for folder in default_folders(context)? {
            if from.join(&folder).is_dir()
                && let Some(group) = search.find(&folder, true)?
            {
                look_at(&look, &group, from, options, &mut report)?;
            }
        }
        if report.is_about_nothing() {
            return Err(nothing_here(context));
        }
    }
    for name in &options.named {
        let Some(places) = places_of(context, name)? else {
            validate_spec(context, name, options, &mut report).await?;
            continue;
        };
        for place in places {
            match search.find(&place, false)? {
                Some(group) => look_at(&look, &group, from, options, &mut report)?,
                None => report.note_outside(&place),
            }
        }
    }
    Ok(report)
}

fn nothing_here(context: &Context<'_>) -> OpError {
    let nothing = match context.scope.is_personal {
        true => "you have no skill of your own; `mdskill -g add owner/repo/skill` adds one",
        false => {
            "there is no skill in this folder or below it; name a folder, an installed skill or a spec"
        }
    };
    OpError::Usage(nothing.to_owned())
}

fn look_at(
    look: &Look<'_>,
    group: &Group,
    from: &Path,
    options: &Options,
    report: &mut Report,
) -> Result<(), OpError> {
    let Some(git_ref) = &options.since else {
        return look.validate_group(group, report);
    };
    let folder = match group.repository.is_dir() {
        true => &group.repository,
        false => from,
    };
    let baseline = Baseline::open(folder, git_ref)?;
    changed::validate_changes(look, group, &baseline, report)
}

async fn validate_spec(
    context: &Context<'_>,
    name: &str,
    options: &Options,
    report: &mut Report,
) -> Result<(), OpError> {
    let spec = spec_named(context, name)?;
    if options.since.is_some() {
        return Err(OpError::Usage(format!(
            "--since compares files on disk with a commit, and {name} is not on disk"
        )));
    }
    if options.fixing.is_some() {
        return Err(OpError::Usage(format!(
            "there is no {name} on disk, and only there can be mended; clone the repository, or install the skill with {}",
            context.scope.command(&format!("add {name}"))
        )));
    }
    let validated = spec::validate_spec(context, &spec, &options.rules.settings, report).await;
    if let (Err(_), SpecSource::GitHub { .. }) = (&validated, &spec.origin) {
        context.progress.warn(&format!(
            "{name} is no file, no folder and no installed skill here, so it was looked for as a repository"
        ));
    }
    validated
}

fn default_folders(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    if !context.scope.is_personal {
        return Ok(vec![PathBuf::from(".")]);
    }
    let targets = match context.lockfile()? {
        Some(lockfile) => lockfile.targets,
        None => AGENTS[0].personal.parse().into_iter().collect(),
    };
    Ok(targets
        .iter()
        .map(|target| context.scope.target(target))
        .collect())
}

/// Returns where on disk that lies which is named, as seen from the current folder; nothing when it
/// is neither there nor installed.
fn places_of(context: &Context<'_>, name: &str) -> Result<Option<Vec<PathBuf>>, OpError> {
    match context.env.current_dir.join(name).symlink_metadata() {
        Ok(_) => Ok(Some(vec![PathBuf::from(name)])),
        Err(_) => installed_places(context, name),
    }
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
            .map(|target| here(context.scope.skill(target, &name)))
            .collect()
    };
    Ok(lockfile.skills.get(&name).map(places))
}

/// Reads what is neither on disk nor installed as a spec.
fn spec_named(context: &Context<'_>, name: &str) -> Result<Spec, OpError> {
    if !name.contains('/') {
        let lockfile = match context.scope.is_personal {
            true => "your own lockfile",
            false => "mdskill.lock",
        };
        return Err(OpError::Usage(format!(
            "there is no file, no folder and no installed skill {name} here: looked in {} and {lockfile}; a repository's is owner/repo/skill",
            context.env.current_dir.display()
        )));
    }
    let spec: Spec = name.parse()?;
    match spec.origin {
        SpecSource::Folder(_) => Err(OpError::Usage(format!("there is no {name}"))),
        _ => Ok(spec),
    }
}
