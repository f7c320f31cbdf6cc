//! Git's protocol, version 2: what is asked, and in `answer` how the answers read.
//!
//! Source: gitprotocol-v2(5). Only `ls-refs` and `fetch` are spoken, the same
//! over http and ssh.

mod response;

pub use response::{Answer, CapabilityList, PackAnswer, Reader, RefList};

use super::objects::PackError;
use super::pkt_line::{PktError, write_delimiter, write_flush, write_text};
use crate::object_id::ObjectId;

/// How mdskill calls itself to a server.
pub const AGENT: &str = concat!("mdskill/", env!("CARGO_PKG_VERSION"));

/// A ref as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// `HEAD`, `refs/heads/main`.
    pub name: String,
    /// What it points at: a commit, or the tag object of an annotated tag.
    pub id: ObjectId,
    /// The commit behind an annotated tag.
    pub peeled: Option<ObjectId>,
    /// The branch that `HEAD` stands for; none when it is detached.
    pub symref: Option<String>,
}

impl Ref {
    /// Returns the commit that the ref names.
    #[must_use]
    pub fn commit(&self) -> ObjectId {
        self.peeled.unwrap_or(self.id)
    }
}

/// What a server says it can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether it speaks version 2 at all.
    pub version_2: bool,
    /// Whether `fetch` takes `filter`.
    pub filter: bool,
    /// `sha1`, `sha256`; absent means `sha1`.
    pub object_format: Option<String>,
}

/// What to fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants {
    /// The commits or blobs wanted.
    pub ids: Vec<ObjectId>,
    /// Commits whose trees are here already.
    pub known: Vec<ObjectId>,
    /// What to leave out, and how far to go back.
    pub depth: Depth,
}

/// How much of a commit is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// The commit and its trees, no blob.
    Trees,
    /// The commit, its trees and all its blobs: for a server without filters.
    Everything,
    /// So many commits back from the one named, with their trees, no blob.
    Past(u32),
    /// The same with all blobs: for a server without filters.
    WholePast(u32),
    /// Exactly the objects named.
    #[default]
    Exactly,
    /// The objects named, and of those that are commits their ancestors so far: no tree.
    History(Reach),
}

/// How far back a history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// So many steps from each commit that is wanted.
    Steps(u32),
    /// To the commits made at this second or later.
    Since(i64),
}

impl Depth {
    /// Returns what to ask of a server that has no filters, where that is more.
    #[must_use]
    pub fn without_filter(self) -> Option<Self> {
        match self {
            Self::Trees => Some(Self::Everything),
            Self::Past(depth) => Some(Self::WholePast(depth)),
            Self::Everything | Self::WholePast(_) | Self::Exactly | Self::History(_) => None,
        }
    }

    /// Returns how far back from the commits named it goes; nothing when objects are asked for.
    #[must_use]
    pub fn reach(self) -> Option<Reach> {
        match self {
            Self::Trees | Self::Everything => Some(Reach::Steps(1)),
            Self::Past(steps) | Self::WholePast(steps) => Some(Reach::Steps(steps)),
            Self::History(reach) => Some(reach),
            Self::Exactly => None,
        }
    }

    fn filter(self) -> Option<&'static str> {
        match self {
            Self::Trees | Self::Past(_) => Some("blob:none"),
            // What is wanted by its id is sent whatever the filter: blobs come too.
            Self::History(_) => Some("tree:0"),
            Self::Everything | Self::WholePast(_) | Self::Exactly => None,
        }
    }
}

/// An answer that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The server said why, in its own words.
    #[error("the server refused the request: {0}")]
    Refused(String),
    /// The answer is no answer to what was asked: another protocol, or none.
    #[error("the response is not git protocol version 2 ({0})")]
    Odd(String),
    /// The answer ended before its end.
    #[error("the response ended early")]
    Truncated,
    /// The pack was refused.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl ProtocolError {
    /// Says that a history alone can't be had of a server that would send all files with it.
    #[must_use]
    pub fn no_filter() -> Self {
        Self::Refused("it does not support filters".to_owned())
    }
}

impl From<PktError> for ProtocolError {
    fn from(error: PktError) -> Self {
        Self::Odd(error.to_string())
    }
}

/// Returns the request that lists the refs which begin with a prefix, tags peeled.
///
/// `ref-prefix` keeps the answer at 356 bytes where it would be 117 KB.
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

/// Returns the request that fetches a pack of what is wanted.
#[must_use]
pub fn fetch_request(wants: &Wants) -> Vec<u8> {
    let mut request = begin("fetch");
    write_text(&mut request, "no-progress");
    write_text(&mut request, "ofs-delta");
    if let Some(reach) = wants.depth.reach() {
        // `have` without `shallow` saves nothing: the server must know that only
        // the commit itself is here, not its history (86 KB against 20).
        for id in &wants.known {
            write_text(&mut request, &format!("shallow {id}"));
        }
        let deepen = match reach {
            Reach::Steps(steps) => format!("deepen {steps}"),
            Reach::Since(second) => format!("deepen-since {second}"),
        };
        write_text(&mut request, &deepen);
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
    fn an_update_says_what_it_has() {
        let id = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35".parse().unwrap();
        let wants = Wants {
            ids: vec![id],
            known: vec![id],
            depth: Depth::Trees,
        };
        let request = String::from_utf8(fetch_request(&wants)).unwrap();
        for line in [
            "shallow ",
            "deepen 1\n",
            "filter blob:none\n",
            "want ",
            "have ",
            "done\n",
        ] {
            assert!(request.contains(line), "{request}");
        }
        assert!(request.ends_with("0000"));
    }
}
