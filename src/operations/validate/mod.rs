//! `validate`: check skills against the rules: on disk, installed, or in a repository.

mod baseline;
mod changed;
mod discover;
mod display_path;
mod installed;
mod report;
mod results;
mod run;
mod spec;
mod stdin;
mod write_fixes;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use self::baseline::Baseline;
use self::discover::{Group, Search};
use self::run::Runner;
use super::OpError;
use super::agents;
use super::import::skill_folders::SkillFolders;
use super::installed::InstalledSkill;
use crate::config::Rules;
use crate::context::Context;
use crate::hint::mdskill;
use crate::operations::resolve::typed::spec_of;
use crate::spec::{Spec, SpecSource};
use crate::target::Target;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;

pub use super::findings::Found;
pub use report::{Report, Since, Summary};
pub use stdin::Page;
pub use write_fixes::{Fixed, Fixes, Fixing, Kept, PageText};

/// The arguments of `validate`.
#[derive(Debug, Default)]
pub struct Options {
    /// Folders, files, installed skills or specs. Empty means the skills of the current folder, or
    /// with `-g` the user's own skills.
    pub named: Vec<String>,
    /// The settings of the rules: those of `mdskill.toml`, overridden by the command line.
    pub rules: Rules,
    /// The findings to fix; `None` to only report them.
    pub fixing: Option<Fixing>,
    /// A page whose text is given. Then only this page is validated.
    pub page: Option<Page>,
    /// The commit to compare with. Then only new findings are reported.
    pub since: Option<String>,
}

/// Validates the named skills.
///
/// # Errors
/// If a named skill does not exist or can't be read.
pub async fn validate(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    if options.named.iter().any(String::is_empty) {
        // An empty argument is often an unset shell variable, and must not mean the whole folder.
        return Err(OpError::Usage(
            "an argument is empty; name a folder, a file, an installed skill, or a spec".to_owned(),
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
            "--since can't be used with --fix, --diff, or `-`".to_owned(),
        ));
    }
    if let Some(page) = &options.page {
        stdin::validate_page(context, options, page, &mut report)?;
        return Ok(report);
    }
    let mut runner = Runner::new(context, options)?;
    let from = &context.env.current_dir;
    let mut search = Search::new(from);
    if options.named.is_empty() {
        for folder in default_folders(context)? {
            if from.join(&folder).is_dir()
                && let Some(group) = search.find(&folder, true)?
            {
                runner.prepare(context, &group)?;
                validate_group(&runner, &group, from, options, &mut report)?;
            }
        }
        if report.is_empty() {
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
                Some(group) => {
                    runner.prepare(context, &group)?;
                    validate_group(&runner, &group, from, options, &mut report)?;
                }
                None => report.note_outside(&place),
            }
        }
    }
    Ok(report)
}

fn nothing_here(context: &Context<'_>) -> OpError {
    let nothing = if context.scope.is_personal {
        "no user skills are installed; `mdskill -g add owner/repo/skill` adds one"
    } else {
        "no skills found in this folder or below it, apart from what git ignores; name a folder, an installed skill, or a spec"
    };
    OpError::Usage(nothing.to_owned())
}

fn validate_group(
    runner: &Runner<'_>,
    group: &Group,
    from: &Path,
    options: &Options,
    report: &mut Report,
) -> Result<(), OpError> {
    let Some(git_ref) = &options.since else {
        return runner.validate_group(group, report);
    };
    let folder = if group.repository.is_dir() {
        &group.repository
    } else {
        from
    };
    let baseline = Baseline::open(folder, git_ref)?;
    changed::validate_changes(runner, group, &baseline, report)
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
            "--since compares files on disk, and `{name}` is not on disk"
        )));
    }
    if options.fixing.is_some() {
        return Err(OpError::Usage(format!(
            "--fix changes files on disk, and `{name}` is not on disk; clone the repository, or install the skill with {}",
            context.scope.command(mdskill("add").word(name))
        )));
    }
    let validated = spec::validate_spec(context, &spec, &options.rules, report).await;
    if let (Err(_), SpecSource::GitHub { .. }) = (&validated, &spec.origin) {
        context.progress.warn(&format!(
            "`{name}` is not a file, a folder, or an installed skill here; trying it as a repository"
        ));
    }
    validated
}

fn default_folders(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    if !context.scope.is_personal {
        return Ok(vec![PathBuf::from(".")]);
    }
    let mut targets: BTreeSet<Target> = SkillFolders::find(&context.scope)?
        .targets
        .into_iter()
        .collect();
    // An environment variable may move the folder of an agent.
    targets.extend(
        AGENTS
            .iter()
            .filter_map(|agent| agents::target_of(context, agent).ok()),
    );
    if let Some(lockfile) = context.lockfile()? {
        let of_skills = lockfile.skills.values();
        targets.extend(of_skills.flat_map(|entry| lockfile.targets_of(entry).to_vec()));
    }
    let folders = targets.iter().map(|target| context.scope.target(target));
    Ok(folders.filter(|folder| folder.is_dir()).collect())
}

/// Returns the paths of a named file, folder or installed skill, relative to the current folder;
/// `None` if it is not one of these.
fn places_of(context: &Context<'_>, name: &str) -> Result<Option<Vec<PathBuf>>, OpError> {
    if context
        .env
        .current_dir
        .join(name)
        .symlink_metadata()
        .is_ok()
    {
        return Ok(Some(vec![PathBuf::from(name)]));
    }
    if let Some(places) = installed_places(context, name)? {
        return Ok(Some(places));
    }
    // The paths that mdskill prints are relative to the root of the project.
    let in_root = context.scope.root.join(name);
    Ok(in_root.symlink_metadata().is_ok().then(|| vec![in_root]))
}

/// Returns the folders of an installed skill, relative to the current folder.
fn installed_places(context: &Context<'_>, name: &str) -> Result<Option<Vec<PathBuf>>, OpError> {
    let (Ok(name), Some(lockfile)) = (name.parse::<SkillName>(), context.lockfile()?) else {
        return Ok(None);
    };
    let here = |path: PathBuf| match path.strip_prefix(&context.env.current_dir) {
        Ok(below) => below.to_owned(),
        Err(_) => path,
    };
    let skill = InstalledSkill::get(&context.scope, &lockfile, &name);
    Ok(skill.map(|skill| skill.folders().map(|folder| here(folder.path)).collect()))
}

/// Parses the name of something that is neither on disk nor installed as a spec.
fn spec_named(context: &Context<'_>, name: &str) -> Result<Spec, OpError> {
    if !name.contains('/') {
        let lockfile = if context.scope.is_personal {
            "the user lockfile"
        } else {
            "mdskill.lock"
        };
        return Err(OpError::Usage(format!(
            "no file, folder, or installed skill is named `{name}`: looked in {} and {lockfile}; a skill of a repository is `owner/repo/skill`",
            context.env.current_dir.display()
        )));
    }
    let spec = spec_of(context, name)?;
    match spec.origin {
        SpecSource::Folder(_) => Err(OpError::NoSuchPath(name.to_owned())),
        _ => Ok(spec),
    }
}
