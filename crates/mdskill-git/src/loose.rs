//! Checks the file of a single object before libgit2 reads it, because libgit2 reads a truncated one, and
//! waits for a pipe, without end.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;

use crate::error::{MAX_OBJECT_BYTES, ObjectError};
use crate::object_id::ObjectId;

/// The maximum length of the header of an object, `blob 123` and a zero byte.
const MAX_HEADER_BYTES: u64 = 64;

/// The checks of the single objects of a repository.
#[derive(Default)]
pub(crate) struct Loose {
    /// Whether there were any when the first object was read.
    exist: OnceCell<bool>,
    /// The objects that were checked. In a folder with 181 skills, each one is read three times.
    checked: RefCell<HashSet<ObjectId>>,
}

impl Loose {
    /// Checks the object `id` in the git folder `store`, once. That its bytes have this id is checked by
    /// libgit2.
    ///
    /// # Errors
    /// When it has a file of its own that is not a complete one.
    pub(crate) fn check(&self, store: &Path, id: ObjectId) -> Result<(), ObjectError> {
        let exist = *self.exist.get_or_init(|| exist_in(store));
        if exist && !self.checked.borrow().contains(&id) {
            check(store, id)?;
            self.checked.borrow_mut().insert(id);
        }
        Ok(())
    }
}

/// Whether the git folder `store` has objects with files of their own. A fetch writes only packs.
fn exist_in(store: &Path) -> bool {
    let entries = std::fs::read_dir(store.join("objects"));
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    names.into_iter().any(|name| name.len() == 2)
}

fn check(store: &Path, id: ObjectId) -> Result<(), ObjectError> {
    let name = id.to_string();
    let path = store.join("objects").join(&name[..2]).join(&name[2..]);
    let Err(error) = read_to_end(&path) else {
        return Ok(());
    };
    match error.kind() {
        ErrorKind::NotFound => Ok(()),
        ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            let reason = format!("{} can't be decoded", path.display());
            Err(ObjectError::Damaged { id, reason })
        }
        _ => Err(ObjectError::of_disk(&path, &error)),
    }
}

/// Reads the file of an object to the end, or to the limit of an object, which libgit2 reports.
fn read_to_end(path: &Path) -> std::io::Result<()> {
    if !path.metadata()?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let limit = MAX_OBJECT_BYTES as u64 + MAX_HEADER_BYTES;
    let mut content = ZlibDecoder::new(File::open(path)?).take(limit);
    std::io::copy(&mut content, &mut std::io::sink()).map(drop)
}
