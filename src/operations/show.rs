//! `show`: a skill, installed or in a repository: its details, its capabilities, and its `SKILL.md`.

use serde::Serialize;

use super::OpError;
use super::add::targets_of_new;
use super::installed::{InstalledSkill, SkillFolder, read_folders};
use super::list_remote::short_spec;
use super::resolve::{Candidate, Opened, Subject, full_spec, query_of, source_of};
use super::state::State;
use crate::context::Context;
use crate::diff;
use crate::fetch::resolve::MatchedRef;
use crate::skill::DiskFiles;
use crate::spec::Spec;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::Settings;
use mdskill_lint::capability::Capability;
use mdskill_lint::details::Details;
use mdskill_lint::frontmatter;
use mdskill_lint::name::SkillName;
use mdskill_lint::skill_files::{EntryKind, SkillFiles};

/// The result of `show`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    /// The details in the frontmatter.
    #[serde(flatten)]
    pub(crate) details: Details,
    /// The spec that installs it.
    pub(crate) spec: String,
    /// The source, as the lockfile names it.
    pub(crate) source: String,
    /// The folder in the source.
    pub(crate) path: String,
    /// The ref that `update` follows, or would follow; `None` for the default branch.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) git_ref: Option<String>,
    /// The tag of the version, where a tag or a range names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version_tag: Option<String>,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The folders that it is installed in.
    pub(crate) places: Vec<String>,
    /// The folders that `add` would install it in, if it is not installed.
    pub(crate) new_places: Vec<String>,
    /// Its capabilities, the most severe first.
    pub(crate) capabilities: Vec<Capability>,
    /// The number of bytes of its files.
    pub(crate) bytes: u64,
    /// The state of these folders, as in `list`; the one that needs most attention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    /// The paths of its files.
    pub(crate) files: Vec<String>,
    /// The text of `SKILL.md` after the frontmatter.
    pub(crate) body: String,
}

/// Shows one skill.
pub(crate) async fn show(context: &Context<'_>, subject: &Subject) -> Result<Report, OpError> {
    match subject {
        Subject::Installed(name) => show_installed(context, name),
        Subject::Spec(spec) => show_upstream(context, spec).await,
    }
}

fn show_installed(context: &Context<'_>, name: &SkillName) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
    let first = skill.folders().next();
    let first = first.ok_or_else(|| OpError::FilesMissing(name.clone()))?;
    let text = crate::fs::read_if_found(&first.path.join(SKILL_FILE))?;
    let text = text.ok_or_else(|| OpError::FilesMissing(name.clone()))?;
    let mut state = None;
    let mut private = Vec::new();
    for (skill, folder, on_disk) in read_folders(context, [skill])? {
        if folder.path == first.path {
            private = on_disk.private().to_vec();
        }
        state = state.max(Some(State::of(context, skill, &folder, &on_disk)?));
    }
    let files = DiskFiles::open(&first.path, None)?.without(&private);
    let sizes = files.entries().iter().filter_map(|entry| match entry.kind {
        EntryKind::File { bytes, .. } => Some((entry.path.clone(), bytes)),
        _ => None,
    });
    let (paths, sizes): (Vec<String>, Vec<u64>) = sizes.unzip();
    let entry = skill.entry;
    Ok(Report {
        name: name.to_string(),
        details: Details::read(&text),
        spec: with_ref(
            full_spec(&entry.source, &entry.path),
            entry.git_ref.as_deref(),
        ),
        source: entry.source.to_string(),
        path: entry.path.clone(),
        git_ref: entry.git_ref.clone(),
        version_tag: entry.version.clone(),
        commit: entry.commit.map(|commit| commit.to_string()),
        places: skill.places(),
        new_places: Vec::new(),
        state,
        capabilities: diff::capabilities(&files).into_iter().collect(),
        bytes: sizes.into_iter().sum(),
        files: paths,
        body: body_of(&text),
    })
}

async fn show_upstream(context: &Context<'_>, spec: &Spec) -> Result<Report, OpError> {
    let source = source_of(context, spec)?;
    let phrase = format!("fetching {}", source.spec_prefix());
    context.progress.begin(&phrase);
    let mut opened =
        Opened::open_for(context, &source, &query_of(spec), spec.skill.is_some()).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    // The same steps as those of `add`, so that it shows what `add` would install.
    let chosen = std::slice::from_ref(&found);
    let mut prepared = opened.prepare(chosen, &Settings::default()).await?;
    let candidate = prepared.remove(0)?;
    context.progress.end();
    let text = opened.repository.objects().blob(found.skill_file)?;
    let short = short_spec(&source, &opened.discovery, &found);
    let matched = opened.resolved.as_ref().map(|resolved| &resolved.matched);
    let (places, new_places) = places(context, &candidate)?;
    Ok(Report {
        name: candidate.name.to_string(),
        details: Details::read(&text),
        spec: with_ref(short, candidate.git_ref.as_deref()),
        source: source.to_string(),
        version_tag: match matched {
            Some(MatchedRef::Tag(tag) | MatchedRef::Range(tag)) => Some(tag.clone()),
            _ => None,
        },
        commit: candidate.commit.map(|commit| commit.to_string()),
        places,
        new_places,
        state: None,
        bytes: candidate.files.sizes().map(|(_, size)| size as u64).sum(),
        files: candidate
            .files
            .files
            .iter()
            .map(|file| file.path.to_string())
            .collect(),
        body: body_of(&text),
        path: candidate.path,
        git_ref: candidate.git_ref,
        capabilities: candidate.capabilities,
    })
}

/// Returns the folders that a skill is installed in, or those that it would be installed in.
fn places(
    context: &Context<'_>,
    candidate: &Candidate,
) -> Result<(Vec<String>, Vec<String>), OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let mut installed = InstalledSkill::all(&context.scope, &lockfile);
    let is_same = |skill: &InstalledSkill<'_>| {
        skill.entry.source == candidate.source && skill.entry.path == candidate.path
    };
    if let Some(skill) = installed.find(is_same) {
        return Ok((skill.places(), Vec::new()));
    }
    let targets = targets_of_new(context, &lockfile)?;
    let folders = SkillFolder::all(&context.scope, &candidate.name, &targets);
    Ok((Vec::new(), folders.map(|folder| folder.place()).collect()))
}

fn with_ref(spec: String, git_ref: Option<&str>) -> String {
    match git_ref {
        Some(git_ref) => format!("{spec}@{git_ref}"),
        None => spec,
    }
}

/// Returns the text after the frontmatter, or the whole text without one.
fn body_of(text: &[u8]) -> String {
    let body = frontmatter::split(text).map(|document| document.body.to_owned());
    body.unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}
