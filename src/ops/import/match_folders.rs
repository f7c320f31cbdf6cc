//! From claims to skills that really lie there: one for each name, or the reason why not.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::installed_copies::{InstalledCopy, SkillFolders};
use super::manifests::Filed;
use crate::context::Context;
use crate::fetch::is_git_folder;
use crate::importers::ImportedSkill;
use crate::install::site::Site;
use crate::lockfile::Lockfile;
use crate::name::SkillName;
use crate::ops::OpError;
use crate::ops::candidate::{full_spec, relative};
use crate::ops::change::Problem;
use crate::path::fold;
use crate::source::Source;
use crate::target::Target;

/// A skill that another tool installed.
pub(super) struct MatchedSkill {
    pub name: SkillName,
    pub claim: ImportedSkill,
    pub source: Source,
    pub targets: Vec<Target>,
    /// Its files, which are the same in each target.
    pub copy: InstalledCopy,
}

/// Settles all claims; what can't be taken is in the report, with the reason.
pub(super) fn settle(
    context: &Context<'_>,
    claims: Vec<Filed>,
    shelves: &SkillFolders,
    lockfile: &Lockfile,
    report: &mut Report,
) -> Result<Vec<MatchedSkill>, OpError> {
    let mut by_folder: BTreeMap<String, Vec<Filed>> = BTreeMap::new();
    for filed in claims {
        let folder = fold(&filed.claim.folder);
        by_folder.entry(folder).or_default().push(filed);
    }
    let mut links = BTreeSet::new();
    let mut settled = Vec::new();
    for claims in by_folder.into_values() {
        let shown = claims[0].claim.name.clone();
        match settle_one(context, claims, shelves, lockfile, &mut links)? {
            Settled::MatchedSkill(claimed) => settled.push(*claimed),
            Settled::Kept(reason) => report.kept.push(Problem {
                name: shown,
                reason,
            }),
            Settled::Not(problems) => report.not_taken.extend(problems),
        }
    }
    report.links.extend(links);
    Ok(settled)
}

enum Settled {
    MatchedSkill(Box<MatchedSkill>),
    Kept(String),
    Not(Vec<Problem>),
}

fn not(claim: &ImportedSkill, reason: impl Into<String>) -> Settled {
    Settled::Not(vec![Problem {
        name: claim.name.clone(),
        reason: reason.into(),
    }])
}

fn settle_one(
    context: &Context<'_>,
    claims: Vec<Filed>,
    shelves: &SkillFolders,
    lockfile: &Lockfile,
    links: &mut BTreeSet<String>,
) -> Result<Settled, OpError> {
    let site = &context.site;
    let name = match SkillName::from_folder(&claims[0].claim.folder) {
        Ok(name) => name,
        Err(error) => return Ok(not(&claims[0].claim, error.to_string())),
    };
    let locked = lockfile
        .skills
        .keys()
        .find(|locked| fold(locked.as_str()) == fold(name.as_str()));
    if let Some(locked) = locked {
        return Ok(Settled::Kept(format!(
            "mdskill.lock has `{locked}` already; that stays as it is"
        )));
    }
    if let Some(other) = claims[1..]
        .iter()
        .find(|other| !other.claim.agrees(&claims[0].claim))
    {
        return Ok(Settled::Not(contested(&claims[0], other)));
    }
    let mut targets = Vec::new();
    for filed in &claims {
        for target in shelves.of(site, &filed.claim, &name, links)? {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
    }
    // Of several that agree, the one that knows most.
    let Some(best) = claims.into_iter().max_by(|one, other| {
        let known = |filed: &Filed| (filed.claim.evidence.clone(), filed.claim.path.is_some());
        known(one).cmp(&known(other))
    }) else {
        return Ok(Settled::Not(Vec::new()));
    };
    let claim = best.claim;
    let source = match &claim.source {
        Ok(source) => match at_home(context, source) {
            Ok(source) => source,
            Err(reason) => return Ok(not(&claim, reason)),
        },
        Err(reason) => return Ok(not(&claim, reason)),
    };
    let Some(first) = targets.first() else {
        let searched = match claim.places.is_empty() {
            true => shelves.names(),
            false => claim.places.join(", "),
        };
        let place = full_spec(&source, claim.path.as_deref().unwrap_or(name.as_str()));
        let reason = format!(
            "{} names it, and no folder `{name}` lies in {searched}; `mdskill add {place}` installs it",
            best.file
        );
        return Ok(not(&claim, reason));
    };
    let copy = match InstalledCopy::read(&site.skill(first, &name))? {
        Ok(copy) => copy,
        Err(reason) => return Ok(not(&claim, reason)),
    };
    for other in &targets[1..] {
        let is_same =
            InstalledCopy::read(&site.skill(other, &name))?.is_ok_and(|read| read == copy);
        if !is_same {
            let shown = |target| site.display(&site.skill(target, &name));
            let reason = format!(
                "its copies differ: {} and {}; remove one of them",
                shown(first),
                shown(other)
            );
            return Ok(not(&claim, reason));
        }
    }
    Ok(Settled::MatchedSkill(Box::new(MatchedSkill {
        name,
        claim,
        source,
        targets,
        copy,
    })))
}

fn contested(one: &Filed, other: &Filed) -> Vec<Problem> {
    let origin = |filed: &Filed| match &filed.claim.source {
        Ok(source) => format!("{} ({source})", filed.file),
        Err(_) => filed.file.clone(),
    };
    let problem = |mine: &Filed, its: &Filed| Problem {
        name: mine.claim.name.clone(),
        reason: format!(
            "{} claims its folder, and {} claims it too; import one of the two files by its name",
            origin(mine),
            origin(its)
        ),
    };
    vec![problem(one, other), problem(other, one)]
}

/// Returns the source as the lockfile names it: a folder as seen from the root.
fn at_home(context: &Context<'_>, source: &Source) -> Result<Source, String> {
    let Source::Folder { path } = source else {
        return Ok(source.clone());
    };
    let Site { root, .. } = &context.site;
    let found = root
        .join(path)
        .canonicalize()
        .map_err(|_| format!("it was copied from the folder `{path}`, which is gone"))?;
    if is_git_folder(&found) {
        let url = format!("file://{}", found.display());
        return Ok(Source::Git { url });
    }
    let root = root.canonicalize().unwrap_or_else(|_| root.clone());
    Ok(Source::Folder {
        path: relative(&root, &found),
    })
}
