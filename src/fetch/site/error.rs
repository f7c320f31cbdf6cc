//! [`SiteError`]: a site can't be read.

use super::super::hint::longer;
use crate::hint::{HasHint, Hint, mdskill};
use mdskill_git::http::HttpError;
use mdskill_lint::limits::Size;

/// A site can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There was no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The site answered with another status than success.
    #[error("{url} {}", status_words(*.status))]
    Status {
        /// The requested URL.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The site has no index of skills.
    #[error("{url} has no index of skills")]
    NoIndex {
        /// The address of the site.
        url: String,
    },
    /// The index can't be used.
    #[error("the index of skills at {url} can't be used: {problem}")]
    Index {
        /// The URL of the index.
        url: String,
        /// The problem, as a phrase.
        problem: String,
    },
    /// The index has another format than those that are known.
    #[error(
        "the index of skills at {url} has the format `{schema}`, which this mdskill does not know"
    )]
    NewerIndex {
        /// The URL of the index.
        url: String,
        /// The `$schema` of the index.
        schema: String,
    },
    /// A skill of an index can't be used.
    #[error("can't use `{name}` of {url}: {problem}")]
    Skill {
        /// The name in the index.
        name: String,
        /// The address of the site.
        url: String,
        /// The problem, as a phrase.
        problem: String,
    },
    /// A downloaded file is not the one that the index describes.
    #[error(
        "{url} is not the file that the index describes: its digest is {found}, and the index has {expected}; nothing was changed"
    )]
    Digest {
        /// The URL of the file.
        url: String,
        /// The digest in the index.
        expected: String,
        /// The digest of the file.
        found: String,
    },
    /// An archive can't be unpacked.
    #[error("can't unpack {url}: {problem}")]
    Archive {
        /// The URL of the archive.
        url: String,
        /// The problem, as a phrase.
        problem: String,
    },
    /// A file is too large.
    #[error("{url} is larger than {}", Size(*.limit))]
    TooLarge {
        /// The URL of the file.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The address is not encrypted.
    #[error("{0} does not use https, so anyone on the way could replace the skill")]
    NotHttps(String),
    /// The address is one that a site must not lead to.
    #[error("{url} leads to {to}, which is not an https address of another public host")]
    Elsewhere {
        /// The URL of the index.
        url: String,
        /// The address that it leads to.
        to: String,
    },
    /// The site has another version of a locked skill now.
    #[error(
        "{url} no longer has the version of `{name}` that mdskill.lock lists; nothing was changed"
    )]
    Changed {
        /// The name of the skill.
        name: String,
        /// The address of the site.
        url: String,
    },
}

fn status_words(status: u16) -> String {
    match status {
        401 => "requires authentication (401)".to_owned(),
        403 => "refused access (403)".to_owned(),
        404 | 410 => format!("does not exist ({status})"),
        429 => "was requested too often (429)".to_owned(),
        500.. => format!("failed ({status})"),
        _ => format!("returned status {status}"),
    }
}

impl HasHint for SiteError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Http(HttpError::TooLong { seconds, .. }) => return Some(longer(*seconds)),
            Self::Http(error) => return error.hint(),
            Self::Status {
                status: 401 | 403, ..
            } => Hint::text(
                "mdskill sends no credentials to a site; a git repository can be private",
            ),
            Self::Status {
                status: 429 | 500..,
                ..
            } => Hint::text("try again later"),
            Self::Status { .. } => Hint::text("check the address in a browser"),
            Self::NoIndex { .. } => Hint::text(
                "for a git repository, write https://HOST/owner/repo; for an archive, its whole address",
            ),
            Self::NewerIndex { .. } => Hint::text("a newer mdskill may know it"),
            Self::Digest { .. } => Hint::text(
                "the site may be in the middle of an update: try again, and if it fails again, report it to the owner of the site",
            ),
            Self::NotHttps(_) => Hint::text("write https:// in place of http://"),
            Self::Changed { name, .. } => Hint::command(mdskill("update").word(name))
                .then(" takes the version that it has now"),
            Self::Archive { .. }
            | Self::Index { .. }
            | Self::Skill { .. }
            | Self::Elsewhere { .. }
            | Self::TooLarge { .. } => {
                Hint::text("nothing was changed; report it to the owner of the site")
            }
        })
    }
}
