//! Git's protocol, version 2: requests, and in `response` the parsers of the responses.
//!
//! Source: gitprotocol-v2(5). Only `ls-refs` and `fetch` are used, over HTTP and ssh alike.

mod response;

pub(crate) use response::MAX_REFS;
pub use response::{CapabilityList, PackResponse, Reader, RefList, ResponseParser};

use super::objects::PackError;
use super::pkt_line::{PktError, write_delimiter, write_flush, write_text};
use crate::object_id::ObjectId;

/// The agent that is sent to a server.
pub const AGENT: &str = concat!("mdskill/", env!("CARGO_PKG_VERSION"));

/// A ref in the list of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// The full name, such as `HEAD` or `refs/heads/main`.
    pub name: String,
    /// The id of the commit, or of the tag object of an annotated tag.
    pub id: ObjectId,
    /// The commit of an annotated tag.
    pub peeled: Option<ObjectId>,
    /// The branch of `HEAD`; `None` if it is detached.
    pub symref: Option<String>,
}

impl Ref {
    /// Returns the commit.
    #[must_use]
    pub fn commit(&self) -> ObjectId {
        self.peeled.unwrap_or(self.id)
    }

    /// Returns the id of the tag object; `None` for a branch, or a tag without annotation.
    #[must_use]
    pub fn tag_object(&self) -> Option<ObjectId> {
        self.peeled
            .map(|_| self.id)
            .filter(|id| Some(*id) != self.peeled)
    }

    /// Whether the name begins with one of these prefixes.
    #[must_use]
    pub fn has_prefix(&self, prefixes: &[String]) -> bool {
        prefixes.iter().any(|prefix| self.name.starts_with(prefix))
    }
}

/// The capabilities of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether it supports version 2.
    pub version_2: bool,
    /// Whether `fetch` supports `filter`.
    pub filter: bool,
    /// `sha1` or `sha256`; absent means `sha1`.
    pub object_format: Option<String>,
}

/// The objects to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wants {
    /// The ids of commits, trees, or blobs.
    pub ids: Vec<ObjectId>,
    /// Commits whose trees are already in the repository; of a history, commits that are not sent,
    /// and neither are their ancestors.
    pub known: Vec<ObjectId>,
    /// The extent of the fetch.
    pub depth: Depth,
}

impl Wants {
    /// Wants these objects, when no commits are known.
    pub fn new(ids: impl IntoIterator<Item = ObjectId>, depth: Depth) -> Self {
        Self {
            ids: ids.into_iter().collect(),
            known: Vec::new(),
            depth,
        }
    }

    /// Wants a commit and its trees, without file contents.
    #[must_use]
    pub fn trees(commit: ObjectId) -> Self {
        Self::new([commit], Depth::Trees(1))
    }

    /// Wants these blobs, and these trees with all that is below them.
    pub fn objects(ids: impl IntoIterator<Item = ObjectId>) -> Self {
        Self::new(ids, Depth::Exactly)
    }

    /// Whether the server may send deltas against trees of the known commits, which are all here. Of a
    /// history, they need not be.
    fn is_thin(&self) -> bool {
        matches!(self.depth, Depth::Trees(_)) && !self.known.is_empty()
    }

    /// Returns what can be requested from a server without filters.
    ///
    /// # Errors
    /// For a history, because the server would send all files.
    pub(super) fn without_filter(&self) -> Result<Self, ProtocolError> {
        let depth = match self.depth {
            Depth::Trees(commits) => Depth::Everything(commits),
            Depth::History(_) => {
                let reason = "it does not support filters".to_owned();
                return Err(ProtocolError::Refused(reason));
            }
            depth => depth,
        };
        Ok(Self {
            depth,
            ..self.clone()
        })
    }
}

/// The extent of a fetch: the kinds of objects, and the number of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// This number of commits back from the wanted one, with their trees, without blobs.
    Trees(u32),
    /// The same with all blobs, for a server without filters.
    Everything(u32),
    /// Exactly the wanted objects, and what is below the wanted trees.
    Exactly,
    /// The wanted objects, and this number of commits back from those that are commits, without trees.
    History(u32),
}

impl Depth {
    /// Returns the number of commits back; `None` if single objects are wanted.
    fn steps(self) -> Option<u32> {
        match self {
            Self::Trees(steps) | Self::Everything(steps) | Self::History(steps) => Some(steps),
            Self::Exactly => None,
        }
    }

    fn filter(self) -> Option<&'static str> {
        match self {
            Self::Trees(_) => Some("blob:none"),
            // Objects that are wanted by id are sent despite the filter, so blobs are included.
            Self::History(_) => Some("tree:0"),
            Self::Everything(_) | Self::Exactly => None,
        }
    }
}

/// A response that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The server refused the request; the message is the server's.
    #[error("the server refused the request: {0}")]
    Refused(String),
    /// The response is not one of protocol version 2.
    #[error("the response is not git protocol version 2 ({0})")]
    Unexpected(String),
    /// The response is incomplete.
    #[error("the response ended early")]
    Truncated,
    /// A part of the response is larger than its limit.
    #[error("the response has more than {} MiB of {what}, the limit", .limit >> 20)]
    TooLarge {
        /// The part of the response.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// The server lists more refs than the limit.
    #[error("the repository has more than {MAX_REFS} refs, the limit")]
    TooManyRefs,
    /// The pack was refused.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl From<PktError> for ProtocolError {
    fn from(error: PktError) -> Self {
        Self::Unexpected(error.to_string())
    }
}

/// Returns the request that lists the refs with one of these prefixes, with peeled tags.
///
/// `ref-prefix` reduces a response of 117 KB to 356 bytes.
#[must_use]
pub fn ls_refs_request(prefixes: &[String]) -> Vec<u8> {
    let mut request = begin("ls-refs");
    write_text(&mut request, "peel");
    write_text(&mut request, "symrefs");
    for prefix in prefixes {
        write_text(&mut request, &format!("ref-prefix {prefix}"));
    }
    write_flush(&mut request);
    request
}

/// Returns the request that fetches a pack of the wanted objects.
#[must_use]
pub fn fetch_request(wants: &Wants) -> Vec<u8> {
    let mut request = begin("fetch");
    write_text(&mut request, "no-progress");
    write_text(&mut request, "ofs-delta");
    if wants.is_thin() {
        write_text(&mut request, "thin-pack");
    }
    if let Some(steps) = wants.depth.steps() {
        // `have` without `shallow` saves nothing, because the server must know that only the
        // commit is here, not its history. Both without `thin-pack` save nothing either: git leaves out
        // what the client has only for a thin pack (104 KB instead of 24 for 10 changed skills of 181).
        // A history ends at the known commits and all of their ancestors.
        let is_history = matches!(wants.depth, Depth::History(_));
        for id in wants.known.iter().filter(|_| !is_history) {
            write_text(&mut request, &format!("shallow {id}"));
        }
        write_text(&mut request, &format!("deepen {steps}"));
    }
    if let Some(filter) = wants.depth.filter() {
        write_text(&mut request, &format!("filter {filter}"));
    }
    for id in &wants.ids {
        write_text(&mut request, &format!("want {id}"));
    }
    for id in &wants.known {
        write_text(&mut request, &format!("have {id}"));
    }
    write_text(&mut request, "done");
    write_flush(&mut request);
    request
}

fn begin(command: &str) -> Vec<u8> {
    let mut request = Vec::new();
    write_text(&mut request, &format!("command={command}"));
    write_text(&mut request, &format!("agent={AGENT}"));
    write_text(&mut request, "object-format=sha1");
    write_delimiter(&mut request);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetch_request_names_known_commits() {
        let id = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35".parse().unwrap();
        let wants = Wants {
            ids: vec![id],
            known: vec![id],
            depth: Depth::Trees(1),
        };
        let request = String::from_utf8(fetch_request(&wants)).unwrap();
        for line in [
            "shallow ",
            "deepen 1\n",
            "filter blob:none\n",
            "thin-pack\n",
            "want ",
            "have ",
            "done\n",
        ] {
            assert!(request.contains(line), "{request}");
        }
        assert!(request.ends_with("0000"));
        // What has not all objects of the known commits can't complete deltas against them.
        let history = Wants {
            depth: Depth::History(1),
            ..wants.clone()
        };
        let first = Wants::new([id], Depth::Trees(1));
        for wants in [history, first] {
            let request = String::from_utf8(fetch_request(&wants)).unwrap();
            assert!(!request.contains("thin-pack"), "{request}");
        }
    }
}
