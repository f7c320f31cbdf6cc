//! Ids of objects, which libgit2 computes because it detects collisions of SHA-1.

use git2::{ObjectType, Oid};

use crate::kind::Kind;
use crate::object_id::ObjectId;

pub(crate) fn oid(id: ObjectId) -> Oid {
    // Twenty bytes are always a valid id.
    Oid::from_bytes(id.as_bytes()).unwrap_or(Oid::ZERO_SHA1)
}

pub(crate) fn from_oid(oid: Oid) -> ObjectId {
    let bytes = oid.as_bytes().first_chunk::<20>();
    ObjectId::from_bytes(bytes.copied().unwrap_or_default())
}

/// Returns the id of an object.
///
/// # Errors
/// When its bytes were made to have the id of others.
pub(crate) fn id_of(kind: Kind, bytes: &[u8]) -> Result<ObjectId, git2::Error> {
    let kind = match kind {
        Kind::Commit => ObjectType::Commit,
        Kind::Tree => ObjectType::Tree,
        Kind::Blob => ObjectType::Blob,
        Kind::Tag => ObjectType::Tag,
    };
    Oid::hash_object(kind, bytes).map(from_oid)
}

/// Returns the kind of an object; `None` for those that only packs have.
pub(crate) fn kind_of(kind: ObjectType) -> Option<Kind> {
    match kind {
        ObjectType::Commit => Some(Kind::Commit),
        ObjectType::Tree => Some(Kind::Tree),
        ObjectType::Blob => Some(Kind::Blob),
        ObjectType::Tag => Some(Kind::Tag),
        ObjectType::Any => None,
    }
}
