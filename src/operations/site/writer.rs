//! [`Writer`]: writes pages, several at once.

use rayon::prelude::*;

use super::SiteError;
use crate::digest::Digest;
use crate::fs;
use crate::fs::generated::{GeneratedFolder, Written};
use crate::parallel;

/// Writes the pages of a site.
pub(super) struct Writer {
    folder: GeneratedFolder,
    totals: Totals,
}

/// The numbers of files.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) files: usize,
    pub(super) written: usize,
    pub(super) deleted: usize,
    pub(super) left_alone: Vec<String>,
}

impl Writer {
    pub(super) fn new(folder: GeneratedFolder) -> Self {
        Self {
            folder,
            totals: Totals::default(),
        }
    }

    /// Writes pages, of which those that are there already stay as they are, and returns their digests.
    pub(super) fn write(
        &mut self,
        pages: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Vec<(String, Digest)>, SiteError> {
        let pages: Vec<(String, Vec<u8>)> = pages.into_iter().collect();
        let digests: Vec<Digest> = parallel::run(|| {
            let pages = pages.par_iter();
            pages.map(|(_, bytes)| Digest::of_bytes(bytes)).collect()
        });
        let paths = pages.iter().map(|(path, _)| path.as_str());
        self.folder.announce(paths.zip(digests.iter().copied()))?;
        let folder = &self.folder;
        let written: Vec<Written> = parallel::run(|| {
            let pages = pages.par_iter();
            let written = pages.map(|(path, bytes)| folder.write(path, bytes));
            written.collect::<Result<_, fs::Error>>()
        })?;
        self.totals.files += pages.len();
        for ((path, _), written) in pages.iter().zip(written) {
            match written {
                Written::Changed => self.totals.written += 1,
                Written::Unchanged => {}
                Written::LeftAlone => self.totals.left_alone.push(path.clone()),
            }
        }
        let paths = pages.into_iter().map(|(path, _)| path);
        Ok(paths.zip(digests).collect())
    }

    /// Keeps pages of an earlier run in this process.
    pub(super) fn keep(&mut self, pages: &[(String, Digest)]) -> Result<(), SiteError> {
        let pages = pages.iter().map(|(path, digest)| (path.as_str(), *digest));
        self.totals.files += pages.len();
        Ok(self.folder.announce(pages)?)
    }

    /// Deletes the pages that the site does not have any more.
    pub(super) fn finish(mut self) -> Result<Totals, SiteError> {
        let finished = self.folder.finish()?;
        self.totals.deleted = finished.deleted;
        self.totals.left_alone.extend(finished.left_alone);
        Ok(self.totals)
    }
}
