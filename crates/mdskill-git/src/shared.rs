//! [`Shared`]: what a thread needs to open the same repository.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::ObjectError;
use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::received::Received;

/// A repository that several threads read.
#[derive(Clone)]
pub struct Shared {
    path: PathBuf,
    received: Arc<Received>,
}

impl Objects {
    /// Calls `listener` with the id of each object that arrives, before its pack is complete, until
    /// [`Shared::ignore_arrivals`]. Threads can read the object from then on, unless too many others arrive.
    pub fn on_arrival(&self, listener: impl Fn(ObjectId) + Send + 'static) {
        self.shared_received().listen(Some(Box::new(listener)));
    }

    /// Returns what other threads need to open this bare repository, and to read what it has received.
    #[must_use]
    pub fn shared(&self) -> Shared {
        Shared {
            path: self.store().to_owned(),
            received: Arc::clone(self.shared_received()),
        }
    }
}

impl Shared {
    /// Ends the calls of the listener.
    pub fn ignore_arrivals(&self) {
        self.received.listen(None);
    }

    /// Calls `work` with the repository, which each thread opens once, because threads can't share a handle of
    /// libgit2, and opening one takes as long as reading ten files.
    ///
    /// # Errors
    /// As `work`, or when the repository does not exist.
    pub fn on_this_thread<T, E: From<ObjectError>>(
        &self,
        work: impl FnOnce(&Objects) -> Result<T, E>,
    ) -> Result<T, E> {
        thread_local! {
            static OPENED: Cell<Option<Objects>> = const { Cell::new(None) };
        }
        let is_same = |objects: &Objects| Arc::ptr_eq(objects.shared_received(), &self.received);
        let objects = match OPENED.take().filter(is_same) {
            Some(objects) => objects,
            None => Objects::open_again(&self.path, Arc::clone(&self.received))?,
        };
        let done = work(&objects);
        OPENED.set(Some(objects));
        done
    }
}
