//! [`Installed`]: which skills on disk are their source's to mend, not the author's here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::discover::{Group, Lying};
use super::report::Report;
use crate::context::Context;
use crate::ops::OpError;
use mdskill_lint::name::SkillName;

/// Where installed skills really lie.
#[derive(Debug, Default)]
pub(super) struct Installed(BTreeMap<PathBuf, SkillName>);

impl Installed {
    /// Reads the lockfile.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(context: &Context<'_>) -> Result<Self, OpError> {
        let Some(lockfile) = context.lockfile()? else {
            return Ok(Self::default());
        };
        let places = lockfile.skills.iter().flat_map(|(name, entry)| {
            let targets = lockfile.targets_of(entry).iter();
            targets.map(|target| (real(&context.scope.skill(target, name)), name.clone()))
        });
        Ok(Self(places.collect()))
    }

    /// Whether mdskill installed the skill. What lies around it is then not its own repository, in
    /// which its links may lead somewhere all the same.
    pub fn has(&self, skill: &Lying) -> bool {
        self.0.contains_key(&skill.real)
    }

    /// Whether a skill is the author's to mend: an installed one is its source's, unless it
    /// is what was asked for.
    pub fn may_mend(&self, skill: &Lying, group: &Group) -> bool {
        skill.real == group.named || !self.has(skill)
    }

    /// Tells what it means that skills are installed: in one sentence for those left alone.
    pub fn note(&self, group: &Group, report: &mut Report) {
        let mut left: Vec<&str> = Vec::new();
        for skill in &group.skills {
            match self.0.get(&skill.real) {
                Some(_) if skill.real == group.named => report.notes.push(format!(
                    "{} is installed: what is mended in it is an edit, which an update keeps; mend it at its source too",
                    skill.shown
                )),
                Some(name) => left.push(name.as_str()),
                None => {}
            }
        }
        if !left.is_empty() {
            report.notes.push(format!(
                "installed skills are their source's and stay as they are; name one to mend it here: {}",
                left.join(", ")
            ));
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
