//! What each key says of a skill, as a sentence: why it is let in, or why not and the next step.

use super::age::moment;
use super::sources::NotAllowed;
use super::{Content, Facts, Pin, Policy, RefKind};
use crate::source::Source;
use mdskill_lint::capability::Capability;

/// A sentence: why it is let in, or why not.
type Said = Result<String, String>;

impl Policy {
    pub(super) fn judge_source(&self, facts: &Facts<'_>) -> Option<Said> {
        let (source, sources) = (facts.source, self.sources.as_ref()?);
        let moved_to = facts.moved_to.filter(|moved| sources.allow(moved).is_err());
        let said = match sources.allow(source) {
            // Who is let in under the old name is whoever the new one belongs to.
            Ok(_) if let Some(moved) = moved_to => Err(format!(
                "`{source}` has moved to `{moved}`, which is not in the list of allowed sources; add from a source in it, or list this one in mdskill.toml first"
            )),
            Ok(glob) => Ok(format!("`{source}` is allowed by `{glob}`")),
            Err(NotAllowed::Odd(odd)) => Err(format!(
                "`{source}` can't be judged, for {odd}: name the repository plainly"
            )),
            Err(NotAllowed::NotListed(read)) => {
                let read = match read == source.to_string() {
                    true => String::new(),
                    false => format!(" (read as `{read}`)"),
                };
                let step = match (source, sources.globs().next()) {
                    (_, None) => "it allows none: list it in mdskill.toml first",
                    (Source::Git { url }, _) if url.to_ascii_lowercase().contains("github.com") => {
                        "name what is on GitHub as `owner/repo`, or list it in mdskill.toml first"
                    }
                    _ => "add from a source in it, or list this one in mdskill.toml first",
                };
                Err(format!(
                    "`{source}`{read} is not in the list of allowed sources; {step}"
                ))
            }
        };
        Some(said)
    }

    pub(super) fn judge_pin(&self, facts: &Facts<'_>) -> Option<Said> {
        let pin = self.pin?;
        let name = facts.git_ref.unwrap_or_default();
        let named = match facts.kind {
            RefKind::Default => "it follows the default branch, which moves".to_owned(),
            RefKind::Branch => format!("it follows the branch `{name}`, which moves"),
            RefKind::Tag => format!("it follows the tag `{name}`"),
            RefKind::Range => format!("it follows the range `{name}`"),
            RefKind::Commit => "it stays at a commit".to_owned(),
            RefKind::Unknown => {
                format!("whether `{name}` is a branch or a tag can't be told here")
            }
            RefKind::Folder => {
                "a folder of files has no tags and no commits, so its content may change any time"
                    .to_owned()
            }
        };
        let step = match (pin, facts.kind) {
            (_, RefKind::Folder) => "add it from a git repository",
            (Pin::Tag, RefKind::Unknown) => "write it in full, as `@refs/tags/v1.2`",
            (Pin::Tag, _) => {
                "name a tag, a range or a commit behind `@`, as `owner/repo/skill@v1.2`"
            }
            (Pin::Commit, _) => "add it with --pin, or name a commit of 40 digits behind `@`",
        };
        Some(match (pin, facts.kind) {
            (_, RefKind::Commit) | (Pin::Tag, RefKind::Tag | RefKind::Range) => Ok(named),
            _ => Err(format!("{named}; {step}")),
        })
    }

    pub(super) fn judge_age(&self, facts: &Facts<'_>) -> Option<Said> {
        let least = self.min_age?;
        let Content::New { evidence, .. } = facts.content else {
            return Some(Ok("it is locked already: who locked it decided".to_owned()));
        };
        let Some(commit) = facts.commit else {
            return Some(Err(
                "a folder of files has no commits, so nothing tells its age; add it from a git repository"
                    .to_owned(),
            ));
        };
        let commit = commit.short();
        let Some(first_seen) = evidence.first_seen else {
            return Some(Err(format!(
                "commit {commit} was never seen here before; run `outdated` or `policy SPEC`, which record it, and again {} later",
                least.words()
            )));
        };
        // A clock that was set back makes nothing older.
        let seen = first_seen.min(evidence.now);
        let dated = evidence.committed.unwrap_or(0).min(evidence.now);
        let from = |since: u64| moment(since.saturating_add(least.seconds()), true);
        let is_old = |since: u64| evidence.now - since >= least.seconds();
        let first = format!(
            "commit {commit} was first seen here {}",
            moment(seen, false)
        );
        Some(match (is_old(seen), is_old(dated)) {
            (true, true) => Ok(first),
            (false, _) => Err(format!(
                "{first}; old enough from {}: run it again then (the date in the commit proves no age, for anybody can write one)",
                from(seen.max(dated))
            )),
            (true, false) => Err(format!(
                "{first}, but is itself dated {}; old enough from {}: run it again then",
                moment(dated, false),
                from(dated)
            )),
        })
    }

    pub(super) fn judge_capabilities(&self, facts: &Facts<'_>) -> Option<Said> {
        if self.deny.is_empty() {
            return None;
        }
        let Content::New { gained, .. } = facts.content else {
            return Some(Ok(
                "its files stay what is locked: who locked it decided".to_owned()
            ));
        };
        let denied = gained
            .iter()
            .filter(|gained| self.deny.contains(&gained.kind));
        let denied: Vec<String> = denied.map(told).collect();
        if denied.is_empty() {
            return Some(Ok("it brings nothing of that".to_owned()));
        }
        let more = denied.len().saturating_sub(MAX_TOLD);
        let mut told = denied[..denied.len() - more].join(", ");
        if more > 0 {
            told = format!("{told} and {more} more");
        }
        Some(Err(format!(
            "it brings {told}; take a version without that, or change the key in mdskill.toml"
        )))
    }
}

/// Most capabilities that a sentence names.
const MAX_TOLD: usize = 5;

/// `scripts: run.sh`, with the place when that says more.
fn told(capability: &Capability) -> String {
    let Capability {
        kind,
        what,
        file,
        line,
    } = capability;
    match line {
        _ if what == file => format!("{kind} (`{file}`)"),
        Some(line) => format!("{kind} (`{what}` in {file}:{line})"),
        None => format!("{kind} (`{what}` in {file})"),
    }
}
