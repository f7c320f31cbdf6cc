//! [`Links`]: the symbolic links of a local folder, which are imported as git commits them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::Bound;
use std::path::Path;

use crate::fs::tree::Listing;
use mdskill_lint::links::{Node, follow};

/// The links with their targets. The target of what is neither a file nor a link is empty, so that it is
/// refused by name.
pub(super) struct Links<'a> {
    pub(super) targets: BTreeMap<&'a str, String>,
    /// These and the files.
    all: BTreeSet<&'a str>,
}

impl<'a> Links<'a> {
    /// Reads the links of a listed folder. They are not followed on the disk.
    pub(super) fn read(root: &Path, listing: &'a Listing) -> Self {
        let links = listing.special_files.iter().map(|path| {
            let target = std::fs::read_link(root.join(path)).unwrap_or_default();
            (&**path, target.to_string_lossy().into_owned())
        });
        let targets: BTreeMap<&str, String> = links.collect();
        let files = listing.files.iter().map(|file| &*file.path);
        Self {
            all: files.chain(targets.keys().copied()).collect(),
            targets,
        }
    }

    /// Adds what the links among `wanted` lead to, directly or through other links.
    pub(super) fn add_targets(&self, wanted: &mut BTreeSet<&'a str>) {
        let is_link = |path: &&'a str| self.targets.contains_key(path);
        let mut links: Vec<&str> = wanted.iter().copied().filter(is_link).collect();
        while let Some(link) = links.pop() {
            let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut passed = Vec::new();
            let followed = follow(folder, &self.targets[link], &mut |path| {
                passed.push(path.to_owned());
                Ok::<_, Infallible>(self.node(path))
            });
            // Other links are refused by name.
            let Ok(Ok(real)) = followed else {
                continue;
            };
            let on_the_way = passed
                .iter()
                .filter_map(|path| self.targets.get_key_value(&**path));
            let found = on_the_way
                .map(|(path, _)| *path)
                .chain(self.at_or_below(&real));
            for path in found.collect::<Vec<_>>() {
                if wanted.insert(path) && is_link(&path) {
                    links.push(path);
                }
            }
        }
    }

    fn node(&self, path: &str) -> Node {
        if let Some(target) = self.targets.get(path) {
            return Node::Link(target.clone());
        }
        match self.at_or_below(path).next() {
            Some(first) if first == path => Node::File,
            Some(_) => Node::Folder,
            None => Node::Nothing,
        }
    }

    /// Returns the files and links at a path or in the folder there.
    fn at_or_below(&self, path: &str) -> impl Iterator<Item = &'a str> {
        let exact = self.all.get(path).copied();
        let folder = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let from = (Bound::Included(&*folder), Bound::Unbounded);
        let below = self.all.range::<str, _>(from).copied();
        let below = below.take_while(move |known| known.starts_with(&folder));
        exact.into_iter().chain(below)
    }
}
