//! [`Peeler`]: the commits of tag objects.

use std::collections::HashMap;

use git2::ObjectType;

use crate::object_id::ObjectId;
use crate::objects::{Objects, from_oid, oid};

/// Follows tag objects to their commits. Each object is read once, because tags of tags may form a long
/// chain.
pub struct Peeler<'a> {
    objects: &'a Objects,
    known: HashMap<ObjectId, Option<ObjectId>>,
}

impl<'a> Peeler<'a> {
    /// Creates it for the objects of a repository.
    #[must_use]
    pub fn of(objects: &'a Objects) -> Self {
        Self {
            objects,
            known: HashMap::new(),
        }
    }

    /// Returns the commit with this id, or the one that the tag object with this id leads to; `None` if
    /// there is none, or an object on the way is missing.
    pub fn commit_of(&mut self, id: ObjectId) -> Option<ObjectId> {
        let mut passed = Vec::new();
        let mut at = id;
        let commit = loop {
            if let Some(known) = self.known.get(&at) {
                break *known;
            }
            passed.push(at);
            match self.objects.repository.find_object(oid(at), None) {
                Ok(object) if object.kind() == Some(ObjectType::Commit) => break Some(at),
                // An id is a digest of the object, so a chain has an end.
                Ok(object) => match object.as_tag() {
                    Some(tag) => at = from_oid(tag.target_id()),
                    None => break None,
                },
                Err(_) => break None,
            }
        };
        for id in passed {
            self.known.insert(id, commit);
        }
        commit
    }
}
