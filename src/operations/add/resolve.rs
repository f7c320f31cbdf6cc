//! From specs to candidates: each repository is opened once, however many of its skills are named.

use super::Options;
use crate::context::Context;
use crate::fetch::Repository;
use crate::fetch::resolve::Query;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::policy_check::{Gate, Refusal, Version, kind_of, kind_of_query};
use crate::operations::resolve::{Candidate, Opened, full_spec, query_of, source_of};
use crate::policy::RefKind;
use crate::skill::discover::{Discovery, Found};
use crate::source::Source;
use mdskill_lint::Settings;

/// The candidates of one repository, which keeps their bytes.
pub(super) struct Prepared<'a> {
    /// The repository.
    pub repository: Repository<'a>,
    /// What kind of ref led to the commit.
    pub kind: RefKind,
    /// Every skill that it has at the commit asked for.
    pub discovery: Discovery,
    /// The folders of all that were chosen.
    pub chosen: Vec<String>,
    /// Those that were chosen and are ready.
    pub candidates: Vec<Candidate>,
    /// Those that must not be written, with `--all`.
    pub refused: Vec<OpError>,
}

/// What is wanted of one repository at one ref.
pub(super) struct Group {
    source: Source,
    query: Query,
    wanted: Vec<Option<String>>,
}

/// Groups specs by repository and ref, so that each is fetched from once.
pub(super) fn group(context: &Context<'_>, options: &Options) -> Result<Vec<Group>, OpError> {
    if options.specs.is_empty() {
        return Err(OpError::Usage(
            "name at least one skill, as owner/repo/skill".to_owned(),
        ));
    }
    if options.all && !options.skills.is_empty() {
        return Err(OpError::Usage(
            "--all and --skill exclude each other".to_owned(),
        ));
    }
    let mut groups: Vec<Group> = Vec::new();
    for spec in &options.specs {
        let source = source_of(context, spec)?;
        let query = query_of(spec);
        let wanted = match (&spec.skill, options.skills.is_empty()) {
            (Some(_), false) => {
                return Err(OpError::Usage(format!(
                    "`{spec}` names a skill already; --skill goes with owner/repo"
                )));
            }
            (Some(skill), true) => vec![Some(skill.clone())],
            (None, true) => vec![None],
            (None, false) => options.skills.iter().cloned().map(Some).collect(),
        };
        match groups
            .iter_mut()
            .find(|group| group.source == source && group.query == query)
        {
            Some(group) => group.wanted.extend(wanted),
            None => groups.push(Group {
                source,
                query,
                wanted,
            }),
        }
    }
    Ok(groups)
}

impl Group {
    /// Returns what the policy has against it before anything of it is fetched.
    pub(super) fn refusals(&self, gate: &Gate, is_pinned: bool) -> Vec<Refusal> {
        let git_ref = match &self.query {
            Query::GitRef(git_ref) => Some(git_ref.to_string()),
            Query::Page(view) => Some(view.rest.clone()),
            Query::Default => None,
        };
        gate.before_fetch(&Version {
            name: &full_spec(&self.source, ""),
            source: &self.source,
            kind: match (is_pinned, kind_of_query(&self.source, &self.query)) {
                (true, kind) if kind != RefKind::Folder => RefKind::Commit,
                (_, kind) => kind,
            },
            git_ref: git_ref.as_deref(),
            commit: None,
        })
    }
}

/// Opens one repository, chooses its skills and makes them ready: three requests at most.
pub(super) async fn prepare<'a>(
    context: &'a Context<'_>,
    all: bool,
    settings: &Settings,
    group: Group,
) -> Result<Prepared<'a>, OpError> {
    context
        .progress
        .begin(&format!("fetching {}", group.source.spec_prefix()));
    let mut opened = Opened::open(context, &group.source, &group.query).await?;
    let mut chosen: Vec<Found> = Vec::new();
    for wanted in group.wanted {
        let found = match wanted.or_else(|| opened.folder_of_page()) {
            Some(wanted) if all => opened.all_below(&wanted).await?,
            Some(wanted) => vec![opened.choose(&wanted).await?],
            None => everything(&opened, all)?,
        };
        for found in found {
            if !chosen.contains(&found) {
                chosen.push(found);
            }
        }
    }
    let mut candidates = Vec::with_capacity(chosen.len());
    let mut refused = Vec::new();
    for candidate in opened.prepare(&chosen, settings).await? {
        match candidate {
            Ok(candidate) => candidates.push(candidate),
            // Of all that a repository has, the others land.
            Err(error) if all => refused.push(error),
            Err(error) => return Err(error),
        }
    }
    context.progress.end();
    let kind = kind_of(opened.resolved.as_ref());
    let Opened {
        repository,
        discovery,
        ..
    } = opened;
    Ok(Prepared {
        repository,
        kind,
        discovery,
        chosen: chosen.into_iter().map(|found| found.path).collect(),
        candidates,
        refused,
    })
}

/// Returns every skill, or the only one; several without `--all` is a question.
fn everything(opened: &Opened<'_>, all: bool) -> Result<Vec<Found>, OpError> {
    let skills = &opened.discovery.skills;
    match skills.len() {
        0 => Err(OpError::NoSkills(opened.place())),
        1 => Ok(skills.clone()),
        _ if all => Ok(skills.clone()),
        count => Err(OpError::NotChosen {
            place: opened.place(),
            count,
        }),
    }
}

/// Takes out the skills that follow a ref already while none was named now, and returns
/// what to ask for instead: `add owner/repo --all` must not take a skill off its tag.
pub(super) fn take_those_that_follow(
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
) -> Result<Vec<Group>, OpError> {
    let mut groups: Vec<Group> = Vec::new();
    for Prepared { candidates, .. } in repositories {
        for candidate in std::mem::take(candidates) {
            let locked = lockfile.skills.get(&candidate.name).filter(|locked| {
                locked.source == candidate.source
                    && locked.path == candidate.path
                    && candidate.git_ref.is_none()
            });
            let Some(git_ref) = locked.and_then(|locked| locked.git_ref.as_deref()) else {
                candidates.push(candidate);
                continue;
            };
            let query = Query::from_lock(Some(git_ref)).map_err(OpError::Disagrees)?;
            let wanted = Some(candidate.path);
            match groups
                .iter_mut()
                .find(|group| group.source == candidate.source && group.query == query)
            {
                Some(group) => group.wanted.push(wanted),
                None => groups.push(Group {
                    source: candidate.source,
                    query,
                    wanted: vec![wanted],
                }),
            }
        }
    }
    Ok(groups)
}
