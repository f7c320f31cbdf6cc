//! Shows a skill of a repository or of a local folder.

use super::facts::{Facts, date_of};
use super::others::Neighbors;
use super::{Options, Report, Version, body_of, with_ref};
use crate::context::Context;
use crate::fetch::folder_url;
use crate::operations::OpError;
use crate::operations::add::targets_of_new;
use crate::operations::agents;
use crate::operations::installed::{InstalledSkill, SkillFolder};
use crate::operations::list_remote::short_spec;
use crate::operations::resolve::{Candidate, Opened};
use crate::skill::{GitFiles, skill_text};
use crate::spec::Spec;
use crate::target::Target;
use mdskill_lint::Settings;
use mdskill_lint::details::Details;

pub(super) async fn show(
    context: &Context<'_>,
    spec: &Spec,
    options: Options,
) -> Result<Report, OpError> {
    let (source, mut opened) = Opened::open_spec(context, spec).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    let others = Neighbors::of(&opened.discovery, &found.path, options.all_others);
    // The same steps as those of `add`, so that it shows what `add` would install. The texts of
    // the other skills come with the same request.
    let chosen = std::slice::from_ref(&found);
    let texts = others.listed.iter().map(|other| other.skill_file).collect();
    let mut prepared = opened
        .prepare_with(chosen, &Settings::default(), texts)
        .await?;
    let candidate = prepared.remove(0)?;
    context.progress.end();
    let objects = opened.repository.objects();
    let text = skill_text(objects, found.skill_file)?;
    let short = short_spec(&source, &opened.discovery, &found);
    let details = Details::read(&text);
    let root = opened.repository.root_tree(opened.commit())?;
    let name = candidate.name.as_str();
    let view = GitFiles::of(objects, root, &candidate.path, name, &candidate.files);
    let facts = Facts::read(&view, name, &details, &candidate.diagnostics);
    let placed = Placed::of(context, &candidate)?;
    let page = |commit| folder_url(&source, &context.env, commit, &candidate.path);
    Ok(Report {
        name: candidate.name.to_string(),
        details,
        spec: with_ref(short, candidate.git_ref.as_deref()),
        source: source.to_string(),
        version_tag: candidate.version,
        commit: candidate.commit.map(|commit| commit.to_string()),
        signed_by: None,
        commit_date: date_of(objects, candidate.commit),
        url: candidate.commit.and_then(page),
        agents: agents::readers(context, &placed.targets),
        places: placed.places,
        new_places: placed.new_places,
        allowed: Vec::new(),
        state: None,
        installed: placed.installed,
        update: None,
        facts,
        capabilities: candidate.capabilities,
        others: others.describe(&source, &opened.discovery, objects),
        body: body_of(&text),
        path: candidate.path,
        git_ref: candidate.git_ref,
    })
}

/// The folders of a skill: those that it is installed in, or would be installed in.
struct Placed {
    targets: Vec<Target>,
    places: Vec<String>,
    new_places: Vec<String>,
    /// The installed version, if its files are others.
    installed: Option<Version>,
}

impl Placed {
    fn of(context: &Context<'_>, candidate: &Candidate) -> Result<Self, OpError> {
        let lockfile = context.lockfile()?.unwrap_or_default();
        let mut installed = InstalledSkill::all(&context.scope, &lockfile);
        let is_same = |skill: &InstalledSkill<'_>| {
            skill.entry.source == candidate.source && skill.entry.path == candidate.path
        };
        if let Some(skill) = installed.find(is_same) {
            let entry = skill.entry;
            let is_other = entry.tree != candidate.files.tree;
            return Ok(Self {
                targets: skill.targets.to_vec(),
                places: skill.places(),
                new_places: Vec::new(),
                installed: is_other.then(|| Version {
                    version_tag: entry.version.clone(),
                    commit: entry.commit.map(|commit| commit.to_string()),
                }),
            });
        }
        let targets = targets_of_new(context, &lockfile)?;
        let folders = SkillFolder::all(&context.scope, &candidate.name, &targets);
        Ok(Self {
            places: Vec::new(),
            new_places: folders.map(|folder| folder.place()).collect(),
            installed: None,
            targets,
        })
    }
}
