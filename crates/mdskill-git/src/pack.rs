//! Packs: limits, the header, and errors. Without I/O.

/// The maximum size of a pack in bytes: ten times the largest known repository of skills.
pub const MAX_PACK_BYTES: u64 = 200 << 20;
/// The maximum number of objects in a pack.
pub const MAX_PACK_OBJECTS: u32 = 200_000;

/// A pack was refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The first bytes are not `PACK` and a version.
    #[error("the received data is not a git pack")]
    NotAPack,
    /// The header announces more objects than the limit.
    #[error("the pack has {0} objects, more than the limit of {MAX_PACK_OBJECTS}")]
    TooManyObjects(u32),
    /// The pack is larger than the limit.
    #[error("the pack has more than {} MiB, the limit", MAX_PACK_BYTES >> 20)]
    TooLarge,
    /// The pack ended early, or does not match its checksum.
    #[error("the pack is truncated or corrupt: {0}")]
    Corrupt(String),
}

/// The length of `PACK`, the version, and the number of objects.
pub(super) const PACK_HEADER_BYTES: usize = 12;

/// Returns the number of objects that the header of a pack announces.
///
/// Source: gitformat-pack(5): `PACK`, version 2 or 3, number of objects, big-endian.
///
/// # Errors
/// When it is not a header, or announces more than [`MAX_PACK_OBJECTS`].
pub(super) fn announced_objects(head: &[u8]) -> Result<u32, PackError> {
    let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, count @ ..] = head else {
        return Err(PackError::NotAPack);
    };
    let count = count.try_into().map_err(|_| PackError::NotAPack)?;
    match u32::from_be_bytes(count) {
        announced if announced > MAX_PACK_OBJECTS => Err(PackError::TooManyObjects(announced)),
        announced => Ok(announced),
    }
}
