//! Validating what a spec names, as it lies in its repository.

use rayon::prelude::*;

use super::report::Report;
use super::together::Together;
use crate::context::Context;
use crate::ops::OpError;
use crate::ops::candidate::{Opened, full_spec, query_of, source_of};
use crate::skill::discover::Found;
use crate::spec::Spec;
use crate::view::GitView;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::{Checked, Settings, validate};

/// Validates the skill that `spec` names, or all in the folder or the repository that it names.
///
/// # Errors
/// When it leads nowhere, or can't be fetched.
pub(super) async fn validate_spec(
    context: &Context<'_>,
    spec: &Spec,
    settings: &Settings,
    report: &mut Report,
) -> Result<(), OpError> {
    let source = source_of(context, spec)?;
    let mut opened = Opened::open(context, &source, &query_of(spec)).await?;
    let chosen = match spec.skill.clone().or_else(|| opened.folder_of_page()) {
        Some(wanted) => opened.all_below(&wanted).await?,
        None if opened.discovery.skills.is_empty() => {
            return Err(OpError::NoSkills(opened.place()));
        }
        None => opened.discovery.skills.clone(),
    };
    let objects = opened.repository.objects();
    let mut blobs = Vec::new();
    for found in &chosen {
        blobs.extend(GitView::blobs_of(objects, found.tree)?);
    }
    let commit = opened.commit();
    let commits: Vec<_> = commit.into_iter().collect();
    opened.repository.fetch_blobs(blobs, &commits).await?;
    let objects = opened.repository.objects();
    let (store, root) = (objects.path(), opened.repository.root_tree(commit)?);
    let settings = &settings.for_untrusted();
    let check = |found: &Found| {
        Objects::on_this_thread(store, |objects| {
            let folder = found.folder().unwrap_or_default();
            let view = GitView::at(objects, root, &found.path, folder, found.tree)?;
            Ok(validate(&view, settings))
        })
    };
    let checked: Vec<Checked> = chosen
        .par_iter()
        .map(check)
        .collect::<Result<_, ObjectError>>()?;
    let specs = chosen.iter().map(|found| full_spec(&source, &found.path));
    // The globs of `mdskill.toml` look at the project, where a repository's skills are not.
    let found = Together::of(specs.zip(checked).collect(), &[], settings);
    report.add_set(found);
    Ok(())
}
