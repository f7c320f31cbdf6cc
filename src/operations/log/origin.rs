//! [`Origin`]: the repository, the tip, and the folder whose history is listed.

use reqwest::Url;

use super::{Repository, Tags};
use crate::context::Context;
use crate::fetch::resolve::{MatchedRef, Query, Resolved};
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::operations::resolve::{Opened, Subject, full_spec, query_of, source_of};
use crate::source::Source;
use crate::spec::Spec;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::name::SkillName;

/// The repository, the tip, and the folder whose history is listed.
pub(super) struct Origin<'a> {
    /// The name of the skill.
    pub(super) name: String,
    /// The spec, without a ref.
    pub(super) spec: String,
    /// The source, as in the lockfile.
    pub(super) source: Source,
    /// The repository; for a folder, the one around it.
    pub(super) repository: Repository<'a>,
    /// The folder in the repository.
    pub(super) path: String,
    /// The newest commit.
    pub(super) tip: ObjectId,
    /// The branch or ref of the tip.
    pub(super) git_ref: Option<String>,
    /// The tags that may be versions.
    pub(super) tags: Tags,
    /// The entry in the lockfile.
    pub(super) locked: Option<Entry>,
}

impl<'a> Origin<'a> {
    /// Finds the history of an installed skill, or of a spec.
    pub(super) async fn find(context: &'a Context<'_>, subject: &Subject) -> Result<Self, OpError> {
        match subject {
            Subject::Installed(name) => Self::of_installed(context, name).await,
            Subject::Spec(spec) => Self::of_spec(context, spec).await,
        }
    }

    async fn of_installed(context: &'a Context<'_>, name: &SkillName) -> Result<Self, OpError> {
        let lockfile = context.lockfile()?.unwrap_or_default();
        let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
        let entry = skill.entry.clone();
        let (mut repository, path) = open(context, &entry.source, &entry.path)?;
        let follows = match &entry.source {
            Source::Folder { .. } | Source::Site { .. } => Query::Default,
            _ => Query::from_lock(entry.git_ref.as_deref()).map_err(OpError::LockedRef)?,
        };
        // A pinned skill has no newer commits at its ref, so the default branch is listed.
        let queries = [follows, Query::Default];
        let (resolved, tags) = repository.resolve_with_tags(&queries, &path).await?;
        let mut resolved = resolved.into_iter();
        let moves = |resolved: &Resolved| {
            matches!(
                resolved.matched,
                MatchedRef::Head(_) | MatchedRef::Branch(_)
            )
        };
        let followed = resolved.next().and_then(Result::ok).filter(moves);
        let resolved = match (followed, resolved.next()) {
            (Some(followed), _) => followed,
            (None, Some(default)) => default.map_err(crate::fetch::FetchError::from)?,
            (None, None) => return Err(no_history(&entry.source)),
        };
        Ok(Self {
            name: name.to_string(),
            spec: full_spec(&entry.source, &entry.path),
            source: entry.source.clone(),
            repository,
            path,
            tip: resolved.commit,
            git_ref: name_of(&resolved.matched),
            tags,
            locked: Some(entry),
        })
    }

    async fn of_spec(context: &'a Context<'_>, spec: &Spec) -> Result<Self, OpError> {
        let source = source_of(context, spec)?;
        let query = query_of(spec);
        let mut opened = Opened::open(context, &source, &query).await?;
        let found = opened.the_one(spec.skill.as_deref()).await?;
        let folder = found.folder();
        let name = folder
            .unwrap_or_else(|| source.repository_name())
            .to_owned();
        let (mut repository, path, resolved) = match opened.resolved.take() {
            Some(resolved) => (opened.repository, found.path.clone(), Some(resolved)),
            None => {
                let (repository, path) = open(context, &source, &found.path)?;
                (repository, path, None)
            }
        };
        let queries = if resolved.is_some() {
            &[][..]
        } else {
            &[Query::Default][..]
        };
        let (mut more, tags) = repository.resolve_with_tags(queries, &path).await?;
        let resolved = match (resolved, more.pop()) {
            (Some(resolved), _) => resolved,
            (None, Some(default)) => default.map_err(crate::fetch::FetchError::from)?,
            (None, None) => return Err(no_history(&source)),
        };
        let lockfile = context.lockfile()?.unwrap_or_default();
        let mut entries = lockfile.skills.into_values();
        let locked = entries.find(|entry| entry.source == source && entry.path == found.path);
        Ok(Self {
            name,
            spec: full_spec(&source, &found.path),
            source,
            repository,
            path,
            tip: resolved.commit,
            git_ref: name_of(&resolved.matched),
            tags,
            locked,
        })
    }
}

/// Opens the repository of a source, and returns the folder of the skill in it. A folder of files is in
/// the repository around it.
pub(super) fn open<'a>(
    context: &'a Context<'_>,
    source: &Source,
    path: &str,
) -> Result<(Repository<'a>, String), OpError> {
    let fetcher = context.fetcher()?;
    if let Source::Site { .. } = source {
        return Err(no_history(source));
    }
    let Source::Folder { path: folder } = source else {
        return Ok((fetcher.open(source)?, path.to_owned()));
    };
    let folder = context.scope.root.join(folder).join(path);
    let real = folder.canonicalize();
    let real = real.map_err(|_| OpError::NoSuchPath(context.scope.display(&folder)))?;
    let around = Objects::around(&real)?;
    let root = around
        .as_ref()
        .and_then(|objects| objects.work_tree()?.canonicalize().ok());
    let root = root.ok_or_else(|| no_history(source))?;
    let below = real.strip_prefix(&root).map_err(|_| no_history(source))?;
    let below = below.display().to_string().replace('\\', "/");
    let url = Url::from_file_path(&root).map_err(|()| no_history(source))?;
    let url = url.to_string();
    Ok((fetcher.open(&Source::Git { url })?, below))
}

fn no_history(source: &Source) -> OpError {
    OpError::NoHistory(full_spec(source, ""))
}

fn name_of(matched: &MatchedRef) -> Option<String> {
    match matched {
        MatchedRef::Head(branch) => branch.clone(),
        MatchedRef::Branch(name) | MatchedRef::Tag(name) | MatchedRef::Range(name) => {
            Some(name.clone())
        }
        MatchedRef::Commit => None,
    }
}
