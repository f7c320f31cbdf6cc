//! Shows an installed skill, without a request: its source is known as far as it is cached.

use super::facts::{Facts, date_of};
use super::others::Neighbors;
use super::{Options, Report, Version, body_of, with_ref};
use crate::context::Context;
use crate::diff;
use crate::fetch::resolve::Query;
use crate::fetch::{folder_url, resolve_stored};
use crate::fs::{At, if_found, read_plain};
use crate::operations::OpError;
use crate::operations::agents;
use crate::operations::installed::{InstalledSkill, read_folders};
use crate::operations::list_remote::short_spec;
use crate::operations::resolve::full_spec;
use crate::operations::state::State;
use crate::skill::DiskFiles;
use crate::skill::discover::{Discovery, discover};
use mdskill_git::objects::Objects;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::details::Details;
use mdskill_lint::name::SkillName;
use mdskill_lint::validate;

/// The files of an installed skill in its first folder, and the state of all its folders.
pub(crate) struct OnDisk {
    /// The files.
    pub(crate) files: DiskFiles,
    /// The state that needs most attention.
    pub(crate) state: Option<State>,
    /// The bytes of `SKILL.md`.
    pub(crate) text: Vec<u8>,
}

impl OnDisk {
    /// Reads an installed skill.
    pub(crate) fn read(context: &Context<'_>, skill: InstalledSkill<'_>) -> Result<Self, OpError> {
        let missing = || OpError::FilesMissing(skill.name.clone());
        let first = skill.folders().next().ok_or_else(missing)?;
        let page = first.path.join(SKILL_FILE);
        let text = if_found(read_plain(&page)).at("read", &page)?;
        let text = text.ok_or_else(missing)?;
        let mut state = None;
        let mut private = Vec::new();
        for (skill, folder, on_disk) in read_folders(context, [skill])? {
            if folder.path == first.path {
                private = on_disk.private().to_vec();
            }
            state = state.max(Some(State::of(context, skill, &folder, &on_disk)?));
        }
        Ok(Self {
            files: DiskFiles::installed(&first.path, &private)?,
            state,
            text,
        })
    }
}

pub(super) fn show(
    context: &Context<'_>,
    name: &SkillName,
    options: Options,
) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
    let OnDisk { files, state, text } = OnDisk::read(context, skill)?;
    let entry = skill.entry;
    // An invalid configuration is an error of the commands that change something.
    let rules = context.config().unwrap_or_default().rules;
    let settings = rules.settings_for(&entry.source);
    let diagnostics = validate(&files, &settings).diagnostics;
    let details = Details::read(&text);
    let cached = skill.cached(context);
    let cached = cached.as_ref();
    let discovery = cached.and_then(|objects| discover_cached(objects, skill));
    let found = discovery
        .as_ref()
        .and_then(|discovery| discovery.at(&entry.path));
    let spec = match (&discovery, found) {
        (Some(discovery), Some(found)) => short_spec(&entry.source, discovery, found),
        _ => full_spec(&entry.source, &entry.path),
    };
    let others = cached
        .zip(discovery.as_ref())
        .and_then(|(objects, discovery)| {
            let others = Neighbors::of(discovery, &entry.path, options.all_others);
            others.describe(&entry.source, discovery, objects)
        });
    let page = |commit| folder_url(&entry.source, &context.env, commit, &entry.path);
    Ok(Report {
        name: name.to_string(),
        facts: Facts::read(&files, name.as_str(), &details, &diagnostics),
        details,
        spec: with_ref(spec, entry.git_ref.as_deref()),
        source: entry.source.to_string(),
        path: entry.path.clone(),
        git_ref: entry.git_ref.clone(),
        version_tag: entry.version.clone(),
        commit: entry.commit.map(|commit| commit.to_string()),
        signed_by: entry.signed_by.clone(),
        commit_date: cached.and_then(|objects| date_of(objects, entry.commit)),
        url: entry.commit.and_then(page),
        places: skill.places(),
        new_places: Vec::new(),
        state,
        installed: None,
        update: cached.and_then(|objects| newer(objects, skill)),
        agents: agents::readers(context, skill.targets),
        allowed: rules.allowed.codes(name, &entry.source),
        capabilities: diff::capabilities(&files).into_iter().collect(),
        others,
        body: body_of(&text),
    })
}

/// Finds the skills of the locked commit, if its trees are cached.
fn discover_cached(objects: &Objects, skill: InstalledSkill<'_>) -> Option<Discovery> {
    let root = objects.root_tree(skill.entry.commit?).ok()?;
    discover(objects, root).ok()
}

/// Returns the version that the ref of a skill gave at the last request, if its files are others.
fn newer(objects: &Objects, skill: InstalledSkill<'_>) -> Option<Version> {
    let entry = skill.entry;
    let query = Query::from_lock(entry.git_ref.as_deref()).ok()?;
    let resolved = resolve_stored(objects, &query)?;
    let root = objects.root_tree(resolved.commit).ok()?;
    let tree = objects.tree_at(root, &entry.path).ok()??;
    (tree != entry.tree).then(|| Version {
        version_tag: resolved.version().map(str::to_owned),
        commit: Some(resolved.commit.to_string()),
    })
}
