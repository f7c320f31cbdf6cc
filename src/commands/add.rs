//! `mdskill add`.

use clap::Args;

use super::agents::targets;
use super::consent::{self, Consent};
use super::list::{ListArgs, list};
use super::prompt::{self, Answer};
use super::specs::requested;
use super::{Session, allowed_by_name, check_allowed, with_allowed};
use crate::operations::OpError;
use crate::operations::add::{self, Options, Report};
use crate::output::exit_status::ExitStatus;
use crate::output::render;
use mdskill_lint::name::SkillName;

/// Arguments of `add`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct AddArgs {
    /// Skills to add, as `owner/repo/skill[@ref]`
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Add all skills of the repository
    #[arg(long, conflicts_with = "skill")]
    pub all: bool,
    /// With --all: add hidden skills, too (inside other skills, of tests or dependencies, internal)
    #[arg(long, requires = "all")]
    pub hidden: bool,
    /// Add this skill of the repository, by name or path
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub skill: Vec<String>,
    /// Install into this folder of the project, relative to the current one; recorded in the lockfile
    #[arg(short, long, value_name = "DIR", alias = "dir")]
    pub target: Vec<String>,
    /// Install into the folder of this agent, such as copilot, claude, codex; `mdskill agents` lists them
    #[arg(short, long, value_name = "AGENT", value_delimiter = ',')]
    pub agent: Vec<String>,
    /// Install the skill under this name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// Pin the skill to this commit, so that update does not change it
    #[arg(long)]
    pub pin: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move conflicting folders to the trash, and install skills that clients cannot load
    #[arg(short, long)]
    pub force: bool,
    /// Install skills despite findings of these rules, by code (SK210) or name
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Fail without changes if a skill has any error; exit 3
    #[arg(long)]
    pub strict: bool,
    /// List the skills of the repository, as `npx skills add --list` does
    #[arg(short, long, hide = true)]
    pub list: bool,
    /// Copy the files, as mdskill always does (an option of `npx skills`)
    #[arg(long, hide = true)]
    pub copy: bool,
    /// On a terminal, do not ask before installing skills with hooks or unrestricted Bash
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn add(session: &Session<'_>, arguments: &AddArgs) -> Result<ExitStatus, OpError> {
    let requested = requested(session, &arguments.specs, &arguments.skill)?;
    if arguments.list {
        return list(
            session,
            &ListArgs {
                spec: arguments.specs.first().cloned(),
                ..ListArgs::default()
            },
        );
    }
    let mut options = Options {
        specs: requested.specs,
        all: arguments.all || requested.all,
        hidden: arguments.hidden,
        skills: requested.skills,
        targets: targets(session, &arguments.target, &arguments.agent)?,
        name: arguments
            .name
            .as_deref()
            .map(SkillName::from_frontmatter)
            .transpose()?,
        pin: arguments.pin,
        force: arguments.force,
        strict: arguments.strict,
        rules: with_allowed(session, &arguments.allow)?,
        allowed: allowed_by_name(&arguments.allow),
        dry_run: arguments.dry_run,
    };
    match prompt::among_many(session, &options)? {
        Answer::NotAsked => {}
        Answer::Picked(paths) => options.skills = paths,
        Answer::Cancelled => return Ok(prompt::cancelled(session)),
    }
    let is_one = !options.all && options.specs.len() == 1 && options.skills.len() <= 1;
    check_allowed(&options.allowed, is_one, "add owner/repo/skill")?;
    let mut prepared = session.wait(add::prepare(&session.context, &options));
    if let Err(error) = prepared {
        let spec = match options.specs.as_mut_slice() {
            [spec] if options.skills.len() <= 1 => spec,
            _ => return Err(OpError::NothingAdded(Box::new(error))),
        };
        let Some(paths) = prompt::among_several(session, spec, "add", error)? else {
            return Ok(prompt::cancelled(session));
        };
        spec.skill = None;
        options.skills = paths;
        prepared = session.wait(add::prepare(&session.context, &options));
    }
    let mut ready = prepared?;
    if !arguments.yes && !options.dry_run {
        match consent::ask(session, &ready.need_consent())? {
            Consent::NotAsked => {}
            Consent::Given => ready.set_confirmed(),
            Consent::Refused => return Ok(prompt::cancelled(session)),
        }
    }
    let scope = &session.context.scope;
    let is_first = !scope.lockfile.exists() && !scope.is_personal;
    let report = add::install(&session.context, &options, ready)?;
    session.printer.show("add", &report, render::add);
    // Without --json, because a program has read the manual.
    if is_first && scope.lockfile.exists() && scope.root.join(".git").exists() {
        render::commit_hint(session.printer, &report, &scope.display(&scope.lockfile));
    }
    Ok(status(&report))
}

fn status(report: &Report) -> ExitStatus {
    let is_dangerous = report.stopped.iter().any(|stopped| stopped.is_dangerous);
    if is_dangerous || !report.refused.is_empty() || report.is_refused && !report.stopped.is_empty()
    {
        return ExitStatus::Found;
    }
    let all_added =
        report.stopped.is_empty() && report.left_out.is_empty() && report.left_alone.is_empty();
    ExitStatus::Failed.when(!all_added || !report.clashes.is_empty())
}
