//! The specs of `add`, also in the notations of `npx skills` and `gh skill`.

use super::Session;
use crate::operations::OpError;
use crate::operations::resolve::typed::{existing, spec_of, spec_of_installed};
use crate::spec::{Spec, SpecError, SpecSource};

/// The skills that the arguments of `add` request.
#[derive(Debug, Default)]
pub(super) struct Requested {
    /// The specs.
    pub(super) specs: Vec<Spec>,
    /// The skills of each spec, by name or path.
    pub(super) skills: Vec<String>,
    /// Whether all skills are requested.
    pub(super) all: bool,
}

/// Parses specs and the values of `--skill`.
///
/// `owner/repo NAME`, as `gh skill` has it, is `owner/repo/NAME`, and `--skill '*'` is `--all`.
pub(super) fn requested(
    session: &Session<'_>,
    typed: &[String],
    skills: &[String],
) -> Result<Requested, OpError> {
    let mut requested = Requested {
        all: skills.iter().any(|skill| skill == "*"),
        ..Requested::default()
    };
    let named = skills.iter().filter(|skill| *skill != "*");
    requested.skills = named.cloned().collect();
    // The last repository, and whether a name followed it.
    let mut repository: Option<(Spec, bool)> = None;
    for text in typed {
        let is_name = !text.contains(['/', '\\', ':']) && !text.starts_with('.');
        if !is_name || repository.is_none() && existing(&session.context, text).is_some() {
            let spec = spec_of(&session.context, text)?;
            finish(&mut requested, repository.take());
            match spec.origin {
                SpecSource::Folder(_) => requested.specs.push(spec),
                _ if spec.skill.is_some() => requested.specs.push(spec),
                _ => repository = Some((spec, false)),
            }
        } else if !requested.skills.is_empty() {
            // `--skill a b`, as `npx skills` has it.
            requested.skills.push(text.clone());
        } else if let Some((spec, is_followed)) = &mut repository {
            *is_followed = true;
            requested.specs.push(in_repository(spec, text)?);
        } else {
            let spec = named_spec(session, text, requested.specs.last())?;
            requested.specs.push(spec);
        }
    }
    finish(&mut requested, repository);
    Ok(requested)
}

/// Adds a repository whose skills are not named.
fn finish(requested: &mut Requested, repository: Option<(Spec, bool)>) {
    if let Some((spec, false)) = repository {
        requested.specs.push(spec);
    }
}

/// Returns the spec of `NAME[@ref]` in a repository.
fn in_repository(repository: &Spec, name: &str) -> Result<Spec, OpError> {
    let (name, git_ref) = match name.split_once('@') {
        Some((name, git_ref)) => {
            let parsed = git_ref.parse().map_err(OpError::Usage)?;
            (name, Some(parsed))
        }
        None => (name, repository.git_ref.clone()),
    };
    Ok(Spec {
        origin: repository.origin.clone(),
        skill: Some(name.to_owned()),
        git_ref,
    })
}

/// Returns the spec of an installed skill, for a name that follows no repository.
fn named_spec(session: &Session<'_>, text: &str, before: Option<&Spec>) -> Result<Spec, OpError> {
    let (name, git_ref) = text.split_once('@').unwrap_or((text, ""));
    if let Some(mut spec) = spec_of_installed(&session.context, name)? {
        if !git_ref.is_empty() {
            spec.git_ref = Some(git_ref.parse().map_err(OpError::Usage)?);
        }
        return Ok(spec);
    }
    let error = match text.parse::<Spec>() {
        Ok(spec) => return Ok(spec),
        Err(error) => error,
    };
    let meant = before.filter(|spec| spec.skill.is_some()).map(|spec| {
        let repository = Spec {
            skill: None,
            git_ref: None,
            ..spec.clone()
        };
        format!("`{repository}/{text}`")
    });
    Err(OpError::Spec(SpecError {
        expected: meant.unwrap_or_else(|| error.expected.clone()),
        ..error
    }))
}
