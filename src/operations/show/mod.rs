//! `show`: a skill, installed or in a repository: what it is, how to get it, what it can do, and its
//! text.

mod facts;
mod file;
mod installed;
mod others;
mod upstream;

use serde::Serialize;

use super::OpError;
use super::agents::Reader;
use super::resolve::Subject;
use super::state::State;
use crate::context::Context;
use mdskill_lint::capability::Capability;
use mdskill_lint::details::Details;
use mdskill_lint::frontmatter;

pub(crate) use facts::{Facts, Findings, Tokens, date_of};
pub(crate) use file::{FileReport, NoSuchFile, file};
pub(crate) use installed::OnDisk;
pub(crate) use others::Others;

/// The result of `show`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    /// The details in the frontmatter.
    #[serde(flatten)]
    pub(crate) details: Details,
    /// The spec that installs it.
    pub(crate) spec: String,
    /// The source, as the lockfile names it.
    pub(crate) source: String,
    /// The folder in the source.
    pub(crate) path: String,
    /// The ref that `update` follows, or would follow; `None` for the default branch.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) git_ref: Option<String>,
    /// The tag of the version, where a tag or a range names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version_tag: Option<String>,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The fingerprint of the key that signed the commit or its tag, if the policy required it when
    /// the skill was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_by: Option<String>,
    /// The day of the commit (UTC), if the commit is cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit_date: Option<String>,
    /// The page of its folder at the commit, if the forge is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The folders that it is installed in.
    pub(crate) places: Vec<String>,
    /// The folders that `add` would install it in, if it is not installed.
    pub(crate) new_places: Vec<String>,
    /// The state of these folders, as in `list`; the one that needs most attention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    /// The installed version, if it is another one than that of this report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) installed: Option<Version>,
    /// The version that `update` would install, as of the last fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) update: Option<Version>,
    /// The agents that read one of its folders, the most used first.
    pub(crate) agents: Vec<Reader>,
    /// The facts about its files.
    #[serde(flatten)]
    pub(crate) facts: Facts,
    /// The rules that the configuration allows an installed skill to break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed: Vec<&'static str>,
    /// Its capabilities, the most severe first.
    pub(crate) capabilities: Vec<Capability>,
    /// The other skills of its source, as far as they are known.
    #[serde(rename = "more", skip_serializing_if = "Option::is_none")]
    pub(crate) others: Option<Others>,
    /// The text of `SKILL.md` after the frontmatter.
    pub(crate) body: String,
}

/// A version of a skill.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Version {
    /// Its tag, where a tag or a range names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version_tag: Option<String>,
    /// Its commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
}

/// The options of `show`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Whether to list all other skills of the source, and not only a few.
    pub(crate) all_others: bool,
}

/// Shows one skill. Sends no request for an installed skill.
pub(crate) async fn show(
    context: &Context<'_>,
    subject: &Subject,
    options: Options,
) -> Result<Report, OpError> {
    match subject {
        Subject::Installed(name) => installed::show(context, name, options),
        Subject::Spec(spec) => upstream::show(context, spec, options).await,
    }
}

pub(crate) fn with_ref(spec: String, git_ref: Option<&str>) -> String {
    match git_ref {
        Some(git_ref) => format!("{spec}@{git_ref}"),
        None => spec,
    }
}

/// Returns the text after the frontmatter, or the whole text without one.
fn body_of(text: &[u8]) -> String {
    let body = frontmatter::split(text).map(|document| document.body.to_owned());
    body.unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}
