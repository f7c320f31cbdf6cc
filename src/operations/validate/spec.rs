//! Validates the skills of a spec, in the objects of their repository.

use rayon::prelude::*;

use super::report::Report;
use super::results::Results;
use crate::config::Rules;
use crate::context::Context;
use crate::fetch::check_count;
use crate::operations::OpError;
use crate::operations::resolve::{Opened, full_spec, query_of, source_of};
use crate::parallel;
use crate::skill::discover::Found;
use crate::skill::{GitFiles, SkillPlace};
use crate::spec::Spec;
use mdskill_git::objects::ObjectError;
use mdskill_lint::{ValidationResult, validate};

/// Validates the skill that `spec` names, or all skills of its folder or repository.
///
/// # Errors
/// If the skill does not exist, or it can't be fetched.
pub(super) async fn validate_spec(
    context: &Context<'_>,
    spec: &Spec,
    rules: &Rules,
    report: &mut Report,
) -> Result<(), OpError> {
    let source = source_of(context, spec)?;
    let mut opened =
        Opened::open_for(context, &source, &query_of(spec), spec.skill.as_deref()).await?;
    let source = opened.repository.source.clone();
    // Authors validate all their skills.
    let selection = opened.all_below(spec.skill.as_deref(), true).await?;
    let chosen = opened.download(selection.skills).await?;
    let commit = opened.commit();
    let places = chosen.iter();
    let places = places.map(|found| opened.repository.place(commit, &found.path, found.tree));
    let places: Vec<SkillPlace<'_>> = places.collect();
    let commits: Vec<_> = commit.into_iter().collect();
    opened.repository.fetch_links(&places, &commits).await?;
    let objects = opened.repository.objects();
    let mut blobs = Vec::new();
    for place in &places {
        blobs.extend(GitFiles::blobs_of(objects, *place)?);
        check_count(blobs.len())?;
    }
    opened.fetch_blobs(blobs.iter().copied()).await?;
    opened.repository.check_total(blobs)?;
    let objects = opened.repository.objects();
    let store = objects.shared();
    let settings = &rules.settings_for(&source).for_untrusted();
    let check = |(found, place): (&Found, &SkillPlace<'_>)| {
        store.on_this_thread(|objects| {
            let folder = found.folder().unwrap_or_default();
            let view = GitFiles::at(objects, *place, folder)?;
            Ok(validate(&view, settings))
        })
    };
    let checked = || chosen.par_iter().zip(&places).map(check).collect();
    let checked: Vec<ValidationResult> = parallel::run::<Result<_, ObjectError>>(checked)?;
    let specs = chosen.iter().map(|found| full_spec(&source, &found.path));
    // The globs of `mdskill.toml` are for files of the project, so they do not apply here.
    let found = Results::of(specs.zip(checked).collect(), &[], settings);
    report.add_results(found);
    Ok(())
}
