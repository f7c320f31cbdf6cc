//! Repositories on this machine, which are read in place, and bundles, which are imported.
//!
//! A bundle has refs and one pack (gitformat-bundle(5)), which is read like a pack from the network.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::Instant;

use super::TransportError;
use crate::object_id::ObjectId;
use crate::objects::{Objects, PackError};
use crate::progress::Progress;
use crate::protocol::{MAX_REFS, ProtocolError, Ref};

/// The maximum length of a line in the header of a bundle.
const MAX_LINE_BYTES: u64 = 4096;

/// The refs of a repository on this machine.
pub struct LocalRefs {
    refs: Vec<Ref>,
}

impl LocalRefs {
    /// Reads the refs of a repository.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn of(objects: &Objects) -> Result<Self, TransportError> {
        let listed = objects.refs()?;
        Ok(Self {
            refs: listed
                .into_iter()
                .map(|(name, id, symref)| peeled(objects, name, id, symref))
                .collect(),
        })
    }

    /// Imports the pack of a bundle into `objects`, and reads its refs.
    ///
    /// The pack is skipped if the objects of all refs exist already, and refused if it is not decoded
    /// at `deadline`.
    ///
    /// # Errors
    /// When the file is not a bundle, or it is incremental or damaged.
    pub fn of_bundle(
        path: &Path,
        objects: &Objects,
        progress: &dyn Progress,
        deadline: Instant,
    ) -> Result<Self, TransportError> {
        let refuse = |reason: String| TransportError::Local {
            path: path.display().to_string(),
            reason,
        };
        let file = std::fs::File::open(path).map_err(|error| refuse(error.to_string()))?;
        let mut bundle = BufReader::with_capacity(64 << 10, file);
        let listed = read_bundle_header(&mut bundle).map_err(refuse)?;
        if !listed.iter().all(|(_, id)| objects.contains(*id)) {
            let imported = import_pack(&mut bundle, objects, progress, deadline);
            imported.map_err(|source| TransportError::Protocol {
                url: path.display().to_string(),
                source,
            })?;
        }
        Ok(Self {
            refs: listed
                .into_iter()
                .map(|(name, id)| peeled(objects, name, id, None))
                .collect(),
        })
    }

    /// Returns the refs with one of these prefixes.
    #[must_use]
    pub fn list(&self, prefixes: &[String]) -> Vec<Ref> {
        let mut refs = self.refs.clone();
        refs.retain(|git_ref| git_ref.has_prefix(prefixes));
        refs
    }
}

fn peeled(objects: &Objects, name: String, id: ObjectId, symref: Option<String>) -> Ref {
    let commit = objects.peel(id).ok().filter(|commit| *commit != id);
    Ref {
        name,
        id,
        peeled: commit,
        symref,
    }
}

/// Returns the refs in the header of a bundle.
fn read_bundle_header(bundle: &mut impl BufRead) -> Result<Vec<(String, ObjectId)>, String> {
    let signature = read_line(bundle)?;
    if !matches!(signature.as_str(), "# v2 git bundle" | "# v3 git bundle") {
        return Err("it does not start with a bundle header".to_owned());
    }
    let mut refs = Vec::new();
    loop {
        let line = read_line(bundle)?;
        if line.is_empty() {
            return Ok(refs);
        }
        if let Some(capability) = line.strip_prefix('@') {
            let understood =
                capability == "object-format=sha1" || capability.starts_with("filter=");
            if !understood {
                return Err(format!(
                    "the bundle requires `{capability}`, which is not supported"
                ));
            }
        } else if line.starts_with('-') {
            return Err("it is an incremental bundle; create a full one with `git bundle create FILE --all`".to_owned());
        } else {
            let (id, name) = line
                .split_once(' ')
                .ok_or("its header has an invalid ref line")?;
            let id = id.parse().map_err(|error| format!("{error}"))?;
            if refs.len() >= MAX_REFS {
                return Err(ProtocolError::TooManyRefs.to_string());
            }
            refs.push((name.to_owned(), id));
        }
    }
}

fn read_line(bundle: &mut impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    let read = bundle.take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
    read.map_err(|error| error.to_string())?;
    if line.pop() != Some(b'\n') {
        return Err("its header is truncated".to_owned());
    }
    String::from_utf8(line).map_err(|_| "its header is not UTF-8".to_owned())
}

fn import_pack(
    bundle: &mut impl Read,
    objects: &Objects,
    progress: &dyn Progress,
    deadline: Instant,
) -> Result<(), ProtocolError> {
    let mut writer = objects.pack_writer(progress, deadline);
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = bundle
            .read(&mut chunk)
            .map_err(|error| PackError::Corrupt(error.to_string()))?;
        if count == 0 {
            return Ok(writer.finish()?);
        }
        writer.write(&chunk[..count])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Vec<(String, ObjectId)>, String> {
        read_bundle_header(&mut text.as_bytes())
    }

    #[test]
    fn bundle_header_is_read_or_refused_with_reason() {
        let id = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35";
        let refs = head(&format!(
            "# v2 git bundle\n{id} refs/heads/main\n{id} HEAD\n\nPACK"
        ))
        .unwrap();
        assert_eq!(refs.len(), 2);
        assert!(head("PK\x03\x04\n").unwrap_err().contains("does not start"));
        assert!(
            head(&format!("# v2 git bundle\n-{id} old\n"))
                .unwrap_err()
                .contains("incremental bundle")
        );
        assert!(
            head("# v3 git bundle\n@object-format=sha256\n")
                .unwrap_err()
                .contains("sha256")
        );
        assert!(
            head("# v2 git bundle\n")
                .unwrap_err()
                .contains("is truncated")
        );
    }
}
