//! [`Decoder`]: makes objects of the entries of a pack, and their ids.

use std::collections::HashMap;

use bytes::Bytes;

use super::delta::Delta;
use super::entry::{Base, Budget, Content, Entry, checked_size};
use super::file::PackFile;
use super::index::Indexed;
use super::{MAX_INFLATED_BYTES, PackError, Patience};
use crate::kind::Kind;
use crate::object_id::ObjectId;
use crate::oid::id_of;
use crate::received::Received;

/// The number of bytes that may be decoded again, because they were not kept, for deltas on them.
const MAX_AGAIN_BYTES: u64 = 4 * MAX_INFLATED_BYTES;
/// libgit2 does not cache larger objects, and so decodes them again for each delta on them
/// (`GIT_PACK_CACHE_SIZE_LIMIT` in its pack.h).
const MAX_CACHED_BYTES: u64 = 1 << 20;

/// The objects of a pack that is being received.
pub(super) struct Decoder<'a> {
    received: &'a Received,
    patience: Patience<'a>,
    /// The entries in the order of the pack.
    slots: Vec<Slot>,
    /// The place in `slots` of each object.
    by_id: HashMap<ObjectId, usize>,
    /// The deltas whose base is not here yet.
    waiting: HashMap<Base, Vec<usize>>,
    /// The size that all objects may have.
    budget: Budget,
    /// The size of objects that may be decoded again.
    again: Budget,
}

struct Slot {
    offset: u64,
    crc: u32,
    /// The object, when it is known.
    object: Option<(Kind, ObjectId)>,
    /// The number of bytes that libgit2 decodes to read it, if it does not cache it.
    cost: u64,
}

type Object = (Kind, Bytes);

impl<'a> Decoder<'a> {
    pub(super) fn new(received: &'a Received, patience: Patience<'a>) -> Self {
        Self {
            received,
            patience,
            slots: Vec::new(),
            by_id: HashMap::new(),
            waiting: HashMap::new(),
            budget: Budget::new(MAX_INFLATED_BYTES),
            again: Budget::new(MAX_AGAIN_BYTES),
        }
    }

    /// Returns the budget of the entries that are read.
    pub(super) fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// Returns the number of entries.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds the next entry of the pack, which `file` has already.
    pub(super) fn add(&mut self, entry: Entry, file: &mut PackFile) -> Result<(), PackError> {
        let at = self.slots.len();
        self.slots.push(Slot {
            offset: entry.offset,
            crc: entry.crc,
            object: None,
            cost: 0,
        });
        match entry.content {
            Content::Object(kind) => self.complete(at, (kind, entry.bytes.into()), 0)?,
            Content::DeltaOf(base) => match self.slot_of(base)? {
                Some(slot) => self.apply(at, slot, &entry.bytes, file)?,
                None => {
                    self.waiting.entry(base).or_default().push(at);
                    return Ok(());
                }
            },
        }
        self.wake(at, file)
    }

    /// Returns the place of a base that is known.
    fn slot_of(&self, base: Base) -> Result<Option<usize>, PackError> {
        let slot = match base {
            Base::Of(id) => return Ok(self.by_id.get(&id).copied()),
            Base::At(offset) => self
                .slots
                .binary_search_by_key(&offset, |slot| slot.offset)
                .map_err(|_| no_base())?,
        };
        Ok(Some(slot).filter(|slot| self.slots[*slot].object.is_some()))
    }

    /// Makes an object of a delta on another one.
    fn apply(
        &mut self,
        at: usize,
        base: usize,
        delta: &[u8],
        file: &mut PackFile,
    ) -> Result<(), PackError> {
        let delta = parse(delta)?;
        let cost = self.slots[base].cost;
        self.budget.spend(delta.size.saturating_add(cost))?;
        let (kind, base) = self.object(base, file)?;
        let bytes = made(delta, &base)?;
        self.complete(at, (kind, bytes.into()), cost)
    }

    /// Records an object with its id.
    fn complete(&mut self, at: usize, object: Object, base_cost: u64) -> Result<(), PackError> {
        self.patience.check()?;
        let (kind, bytes) = object;
        let size = bytes.len() as u64;
        let id = id_of(kind, &bytes);
        let id = id.map_err(|error| PackError::Corrupt(error.message().to_owned()))?;
        // A second object with this id may be a delta on what the first one is the base of, so following the second
        // would never end.
        self.by_id.entry(id).or_insert(at);
        self.slots[at].object = Some((kind, id));
        if size > MAX_CACHED_BYTES {
            self.slots[at].cost = size.saturating_add(base_cost);
        }
        self.received.keep(id, kind, bytes);
        self.received.arrived(id);
        Ok(())
    }

    /// Makes the objects that waited for this one, and those that waited for them.
    fn wake(&mut self, at: usize, file: &mut PackFile) -> Result<(), PackError> {
        let mut complete = vec![at];
        while let (Some(base), false) = (complete.pop(), self.waiting.is_empty()) {
            let slot = &self.slots[base];
            let keys = [
                Some(Base::At(slot.offset)),
                slot.object.map(|(_, id)| Base::Of(id)),
            ];
            for key in keys.into_iter().flatten() {
                for at in self.waiting.remove(&key).unwrap_or_default() {
                    let delta = file.entry_at(self.slots[at].offset, &mut self.again)?;
                    self.apply(at, base, &delta.bytes, file)?;
                    complete.push(at);
                }
            }
        }
        Ok(())
    }

    /// Returns an object, which is decoded again if it was not kept.
    fn object(&mut self, at: usize, file: &mut PackFile) -> Result<Object, PackError> {
        let (mut at, mut deltas) = (at, Vec::new());
        let (kind, mut bytes) = loop {
            let slot = &self.slots[at];
            let kept = slot.object.and_then(|(_, id)| self.received.get(id));
            if let Some(kept) = kept {
                break kept;
            }
            self.patience.check()?;
            let entry = file.entry_at(slot.offset, &mut self.again)?;
            match entry.content {
                Content::Object(kind) => break (kind, entry.bytes.into()),
                Content::DeltaOf(base) => {
                    deltas.push(entry.bytes);
                    let base = self.slot_of(base)?;
                    at = base.ok_or_else(no_base)?;
                }
            }
        };
        for delta in deltas.iter().rev() {
            let delta = parse(delta)?;
            self.again.spend(delta.size)?;
            bytes = made(delta, &bytes)?.into();
        }
        Ok((kind, bytes))
    }

    /// Returns the ids of the objects that deltas wait for.
    pub(super) fn missing(&self) -> Vec<ObjectId> {
        let ids = self.waiting.keys().filter_map(|base| match base {
            Base::Of(id) => Some(*id),
            Base::At(_) => None,
        });
        ids.collect()
    }

    /// Whether deltas wait for this object.
    pub(super) fn lacks(&self, id: ObjectId) -> bool {
        self.waiting.contains_key(&Base::Of(id))
    }

    /// Returns the objects for the index.
    ///
    /// # Errors
    /// When a delta has no base.
    pub(super) fn indexed(&self) -> Result<Vec<Indexed>, PackError> {
        let indexed = |slot: &Slot| {
            Some(Indexed {
                id: slot.object?.1,
                crc: slot.crc,
                offset: u32::try_from(slot.offset).ok()?,
            })
        };
        let all: Option<Vec<Indexed>> = self.slots.iter().map(indexed).collect();
        all.ok_or_else(no_base)
    }
}

fn parse(delta: &[u8]) -> Result<Delta<'_>, PackError> {
    let parsed = Delta::parse(delta);
    let parsed = parsed.ok_or_else(|| PackError::Corrupt("a delta is cut off".to_owned()))?;
    checked_size(parsed.size)?;
    Ok(parsed)
}

fn made(delta: Delta<'_>, base: &[u8]) -> Result<Vec<u8>, PackError> {
    let made = delta.apply(base);
    made.ok_or_else(|| PackError::Corrupt("a delta does not fit its base".to_owned()))
}

fn no_base() -> PackError {
    PackError::Corrupt("a delta has no base".to_owned())
}
