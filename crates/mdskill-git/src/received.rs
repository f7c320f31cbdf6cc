//! [`Received`]: the objects that a fetch has just decoded, so that nothing decodes them again.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::kind::Kind;
use crate::object_id::ObjectId;

/// The size of the objects that all repositories of a process keep together, in bytes.
const MAX_KEPT: usize = 64 << 20;
/// The size of those that a repository may keep in any case, in bytes: a delta needs its base, which git
/// writes shortly before it.
const MIN_KEPT: usize = 4 << 20;

/// The size of all kept objects of the process.
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// The objects of a repository that were received last.
#[derive(Default)]
pub(crate) struct Received {
    objects: Mutex<Objects>,
    listener: Mutex<Option<Listener>>,
}

/// Is called with the id of each object that arrives.
pub(crate) type Listener = Box<dyn Fn(ObjectId) + Send>;

#[derive(Default)]
struct Objects {
    by_id: HashMap<ObjectId, (Kind, Bytes)>,
    /// The oldest is the first.
    order: VecDeque<ObjectId>,
    size: usize,
}

impl Received {
    /// Keeps an object, in place of older ones if there are too many.
    pub(crate) fn keep(&self, id: ObjectId, kind: Kind, bytes: Bytes) {
        let mut kept = self.lock();
        let size = bytes.len();
        if kept.by_id.insert(id, (kind, bytes)).is_some() {
            return;
        }
        kept.order.push_back(id);
        kept.size += size;
        KEPT.fetch_add(size, Ordering::Relaxed);
        while kept.size > MIN_KEPT && KEPT.load(Ordering::Relaxed) > MAX_KEPT {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            let size = kept
                .by_id
                .remove(&oldest)
                .map_or(0, |(_, bytes)| bytes.len());
            kept.size -= size;
            KEPT.fetch_sub(size, Ordering::Relaxed);
        }
    }

    /// Reports to the listener that an object has arrived.
    pub(crate) fn arrived(&self, id: ObjectId) {
        if let Some(listener) = &*lock(&self.listener) {
            listener(id);
        }
    }

    /// Sets the listener in place of an earlier one.
    pub(crate) fn listen(&self, listener: Option<Listener>) {
        *lock(&self.listener) = listener;
    }

    /// Forgets all objects, because their pack was refused.
    pub(crate) fn clear(&self) {
        let kept = std::mem::take(&mut *self.lock());
        KEPT.fetch_sub(kept.size, Ordering::Relaxed);
    }

    /// Whether an object is kept.
    pub(crate) fn has(&self, id: ObjectId) -> bool {
        self.lock().by_id.contains_key(&id)
    }

    /// Returns an object if it is kept.
    pub(crate) fn get(&self, id: ObjectId) -> Option<(Kind, Bytes)> {
        self.lock().by_id.get(&id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Objects> {
        lock(&self.objects)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Received {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_objects_are_kept() {
        let received = Received::default();
        let id = |at: u8| ObjectId::from_bytes([at; 20]);
        let bytes = Bytes::from(vec![0; MAX_KEPT / 4]);
        for at in 0..6 {
            received.keep(id(at), Kind::Blob, bytes.clone());
        }
        let kept: Vec<u8> = (0..6)
            .filter(|at| received.get(id(*at)).is_some())
            .collect();
        assert!(kept.ends_with(&[5]) && kept.len() <= 4, "{kept:?}");
        let large = Bytes::from(vec![0; MAX_KEPT + 1]);
        received.keep(id(6), Kind::Blob, large);
        assert!(received.get(id(6)).is_none());
        received.keep(id(7), Kind::Blob, Bytes::from_static(b"x"));
        assert!(received.get(id(7)).is_some());
    }
}
