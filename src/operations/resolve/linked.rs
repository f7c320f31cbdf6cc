//! Names and paths of skills that lead over links of the repository, and why some lead nowhere.

use super::{Opened, full_spec};
use crate::operations::OpError;
use crate::skill::discover::{Found, Link};
use crate::skill::follow;
use mdskill_git::objects::ObjectError;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::links::{LinkFault, MAX_TARGET_BYTES};

/// The limit of the displayed target of a link, in characters.
const MAX_SHOWN_TARGET: usize = 80;

impl Opened<'_> {
    /// Returns the skill that a link with this path or name leads to. Links were fetched before.
    pub(super) fn linked(&self, wanted: &str) -> Result<Option<Found>, OpError> {
        let by_path = self.real_path(wanted)?;
        if let Some(found) = by_path.and_then(|real| self.discovery.at(&real)) {
            return Ok(Some(found.clone()));
        }
        let suffix = format!("/{wanted}");
        for link in &self.discovery.links {
            if link.path.ends_with(&suffix)
                && let Some(real) = self.real_path(&link.path)?
                && let Some(found) = self.discovery.at(&real)
            {
                return Ok(Some(found.clone()));
            }
        }
        Ok(None)
    }

    /// Returns the path without links of a path that leads over one; `None` if no link is on it, or it leads
    /// nowhere.
    pub(super) fn real_path(&self, path: &str) -> Result<Option<String>, OpError> {
        let mut links = self.discovery.links.iter();
        if !links.any(|link| is_at_or_above(&link.path, path)) {
            return Ok(None);
        }
        Ok(self.follow("", path)?.ok())
    }

    fn follow(&self, folder: &str, target: &str) -> Result<Result<String, LinkFault>, ObjectError> {
        let root = self.repository.root_tree(self.commit())?;
        follow(self.repository.objects(), root, folder, target)
    }

    /// Returns why there is no skill at a path or with a name, if a submodule or a link is in the way.
    pub(super) fn obstacle(&self, wanted: &str) -> Result<Option<OpError>, OpError> {
        let suffix = format!("/{wanted}");
        let is_wanted = |path: &str| is_at_or_above(path, wanted) || path.ends_with(&suffix);
        let mut submodules = self.discovery.submodules.iter();
        if let Some(path) = submodules.find(|path| is_wanted(path)) {
            return Ok(Some(OpError::Submodule {
                spec: full_spec(&self.repository.source, path),
            }));
        }
        let of_skill = |link: &&Link| {
            let page = link.path.strip_suffix(SKILL_FILE);
            let folder = page.and_then(|page| page.strip_suffix('/'));
            is_wanted(folder.unwrap_or(&link.path))
        };
        for link in self.discovery.links.iter().filter(of_skill) {
            let objects = self.repository.objects();
            let (_, target) = objects.blob_up_to(link.id, MAX_TARGET_BYTES)?;
            let target = target.unwrap_or_default();
            let target = String::from_utf8_lossy(&target);
            let folder = link.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Err(fault) = self.follow(folder, &target)? {
                let target = target.chars().take(MAX_SHOWN_TARGET).collect::<String>();
                return Ok(Some(OpError::BrokenLink {
                    spec: full_spec(&self.repository.source, &link.path),
                    target: target.escape_debug().to_string(),
                    fault,
                }));
            }
        }
        Ok(None)
    }
}

/// Whether a path is another one, or a folder around it.
fn is_at_or_above(path: &str, other: &str) -> bool {
    let rest = other.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
