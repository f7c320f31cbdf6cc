//! Resolves specs to candidates. Each repository is opened once for all of its requested skills.

use std::collections::{HashMap, HashSet};

use super::Options;
use crate::context::Context;
use crate::fetch::resolve::Query;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::policy_check::{PolicyCheck, Refusal, Version, kind_of_query};
use crate::operations::report::Problem;
use crate::operations::resolve::{Candidate, HiddenSkill, Opened, full_spec, query_of, source_of};
use crate::policy::RefKind;
use crate::skill::discover::Found;
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_lint::Settings;

/// The candidates of one repository at one commit.
pub(super) struct Prepared<'a> {
    /// The repository.
    pub(super) opened: Opened<'a>,
    /// The paths of all requested skills.
    pub(super) chosen: Vec<String>,
    /// The requested skills that can be installed.
    pub(super) candidates: Vec<Candidate>,
    /// The problems of the other requested skills, with `--all`.
    pub(super) left_out: Vec<Problem>,
    /// The hidden skills that `--all` left out.
    pub(super) hidden: Vec<HiddenSkill>,
}

/// The requested skills of one repository at one ref.
pub(super) struct Group {
    source: Source,
    query: Query,
    wanted: Vec<Option<String>>,
    /// Whether `wanted` are single skills, even with `--all`.
    is_exact: bool,
}

/// The most files of a skill at the root of a repository that are not worth a warning.
const MAX_ROOT_FILES: usize = 50;

/// Groups the specs by repository and ref.
pub(super) fn group(context: &Context<'_>, options: &Options) -> Result<Vec<Group>, OpError> {
    let mut groups = Vec::new();
    for spec in &options.specs {
        let wanted = match &spec.skill {
            Some(_) if !options.skills.is_empty() => {
                return Err(OpError::SkillNamedTwice(spec.to_string()));
            }
            None if !options.skills.is_empty() => {
                options.skills.iter().cloned().map(Some).collect()
            }
            skill => vec![skill.clone()],
        };
        let group = Group {
            source: source_of(context, spec)?,
            query: query_of(spec),
            wanted,
            is_exact: false,
        };
        group.merge_into(&mut groups);
    }
    Ok(groups)
}

impl Group {
    fn merge_into(self, groups: &mut Vec<Self>) {
        let is_same = |other: &&mut Self| other.source == self.source && other.query == self.query;
        match groups.iter_mut().find(is_same) {
            Some(other) => other.wanted.extend(self.wanted),
            None => groups.push(self),
        }
    }

    /// Returns the refusals of the source and the ref, without network requests.
    pub(super) fn refusals(&self, policy_check: &PolicyCheck, is_pinned: bool) -> Vec<Refusal> {
        let git_ref = match &self.query {
            Query::GitRef(git_ref) => Some(git_ref.to_string()),
            Query::Page(page) => Some(page.rest.clone()),
            Query::Default => None,
        };
        let kind = kind_of_query(&self.source, &self.query);
        policy_check.before_fetch(&Version {
            name: &full_spec(&self.source, ""),
            source: &self.source,
            kind: if is_pinned && kind != RefKind::Folder {
                RefKind::Commit
            } else {
                kind
            },
            git_ref: git_ref.as_deref(),
            commit: None,
        })
    }
}

/// Opens a repository, and chooses and fetches its requested skills, in at most three requests.
pub(super) async fn prepare<'a>(
    context: &'a Context<'_>,
    options: &Options,
    group: Group,
) -> Result<Prepared<'a>, OpError> {
    context
        .progress
        .begin(&format!("fetching {}", group.source.spec_prefix()));
    let wanted = group.wanted.iter().flatten().next();
    let wanted = wanted.map(String::as_str);
    let mut opened = Opened::open_for(context, &group.source, &group.query, wanted).await?;
    let settings = options.rules.settings_for(&opened.repository.source);
    let is_all = options.all && !group.is_exact;
    let mut wanted_skills = Vec::new();
    for wanted in &group.wanted {
        let wanted = wanted.as_deref();
        if is_all {
            wanted_skills.extend(opened.all_below(wanted, options.hidden).await?.skills);
        } else {
            wanted_skills.push(opened.the_one(wanted).await?);
        }
    }
    let mut chosen = each_once(wanted_skills);
    let (mut checked, mut hidden) = (Checked::new(), Vec::new());
    let texts = chosen.iter().map(|found| found.skill_file);
    let texts: Vec<ObjectId> = texts.filter(|_| is_all).collect();
    fetch_and_check(&mut opened, &chosen, &settings, texts, &mut checked).await?;
    if is_all {
        // Whether a skill is internal is known only now.
        let mut visible = Vec::new();
        for wanted in &group.wanted {
            let mut selection = opened.all_below(wanted.as_deref(), options.hidden).await?;
            if selection.skills.is_empty() {
                return Err(OpError::AllHidden {
                    place: full_spec(&group.source, wanted.as_deref().unwrap_or_default()),
                    count: selection.hidden.len(),
                });
            }
            hidden.append(&mut selection.hidden);
            visible.append(&mut selection.skills);
        }
        chosen = each_once(visible);
        fetch_and_check(&mut opened, &chosen, &settings, Vec::new(), &mut checked).await?;
    }
    let mut candidates = Vec::with_capacity(chosen.len());
    let mut left_out = Vec::new();
    for result in chosen
        .iter()
        .filter_map(|found| checked.remove(&found.path))
    {
        match result {
            Ok(candidate) => candidates.push(candidate),
            // With --all, the other skills are installed.
            Err(error) if options.all => left_out.push(Problem {
                name: group.source.spec_prefix(),
                reason: error.to_string(),
            }),
            Err(error) => return Err(error),
        }
    }
    context.progress.end();
    // The skills that follow a ref were reported at the default branch.
    for candidate in candidates.iter().filter(|_| !group.is_exact) {
        if let Some(warning) = root_warning(&opened, candidate) {
            context.progress.warn(&warning);
        }
    }
    Ok(Prepared {
        opened,
        chosen: chosen.into_iter().map(|found| found.path).collect(),
        candidates,
        left_out,
        hidden,
    })
}

/// Returns the skills without those at a path that came before.
fn each_once(mut skills: Vec<Found>) -> Vec<Found> {
    let mut paths = HashSet::new();
    skills.retain(|found| paths.insert(found.path.clone()));
    skills
}

/// The skills that were fetched and checked, by their path.
type Checked = HashMap<String, Result<Candidate, OpError>>;

/// Fetches the files of the skills that are not in `checked` with these others, and checks them as they arrive.
async fn fetch_and_check(
    opened: &mut Opened<'_>,
    skills: &[Found],
    settings: &Settings,
    others: Vec<ObjectId>,
    checked: &mut Checked,
) -> Result<(), OpError> {
    let is_new = |found: &&Found| !checked.contains_key(&found.path);
    let new: Vec<Found> = skills.iter().filter(is_new).cloned().collect();
    if new.is_empty() {
        return Ok(());
    }
    let results = opened.prepare_with(&new, settings, others).await?;
    checked.extend(new.into_iter().map(|found| found.path).zip(results));
    Ok(())
}

/// Returns the warning that a skill brings a repository of code, or other skills, with it.
fn root_warning(opened: &Opened<'_>, candidate: &Candidate) -> Option<String> {
    let files = candidate.files.files.len();
    let is_alone = opened.discovery.skills.len() == 1 && files <= MAX_ROOT_FILES;
    (candidate.is_whole_repository() && !is_alone).then(|| {
        format!(
            "`{}` is at the root of {}, so all {files} files of the repository belong to it",
            candidate.name,
            opened.place()
        )
    })
}

/// Takes out the installed skills that follow a ref, if the spec has no ref, and returns groups with
/// that ref, because `add owner/repo --all` must not change the ref that a skill follows.
pub(super) fn take_followed(
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
) -> Result<Vec<Group>, OpError> {
    let mut groups = Vec::new();
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
            let group = Group {
                query: Query::from_lock(Some(git_ref)).map_err(OpError::LockedRef)?,
                source: candidate.source,
                wanted: vec![Some(candidate.path)],
                is_exact: true,
            };
            group.merge_into(&mut groups);
        }
    }
    Ok(groups)
}
