//! The check of each key of the policy, with its reason as a sentence.

use super::age::format_time;
use super::sources::NotAllowed;
use super::{Content, Denial, Facts, Pin, Policy, RefKind};
use crate::source::Source;
use mdskill_lint::capability::Capability;

/// The reason why a skill is allowed or refused.
type CheckResult = Result<String, Denial>;

const USE_ALLOWED: &str = "use an allowed source, or add this one to `sources` in mdskill.toml";

const TRUST_KEY: &str = "use a signed tag or commit, and add the key of its author to git's `gpg.ssh.allowedSignersFile` or to GPG";

fn deny(reason: impl Into<String>, hint: impl Into<String>) -> CheckResult {
    Err(Denial {
        reason: reason.into(),
        hint: hint.into(),
    })
}

impl Policy {
    pub(super) fn check_source(&self, facts: &Facts<'_>) -> Option<CheckResult> {
        let (source, sources) = (facts.source, self.sources.as_ref()?);
        let moved_to = facts.moved_to.filter(|moved| sources.allow(moved).is_err());
        let checked = match sources.allow(source) {
            // The skill comes from the owner of the new name.
            Ok(_) if let Some(moved) = moved_to => deny(
                format!("`{source}` has moved to `{moved}`, which is not an allowed source"),
                USE_ALLOWED,
            ),
            // Everyone can open a pull request.
            Ok(_) if facts.git_ref.is_some_and(is_neither_branch_nor_tag) => deny(
                format!(
                    "`{}` is neither a branch nor a tag, so its commit may come from a fork",
                    facts.git_ref.unwrap_or_default()
                ),
                "use a branch, a tag, or a commit of one of them",
            ),
            // The owner of a fork can add commits that the server sends by their id.
            Ok(_) if facts.is_unverified => deny(
                format!(
                    "no branch or tag of `{source}` is known to contain commit {}, so it may come from a fork",
                    facts
                        .commit
                        .map_or_else(String::new, |commit| commit.short())
                ),
                "use a branch, a tag, or a commit of one of them",
            ),
            Ok(glob) => Ok(format!("`{source}` is allowed by `{glob}`")),
            Err(NotAllowed::Ambiguous(problem)) => deny(
                format!("`{source}` is not a plain source: {problem}"),
                "write the plain address of the repository",
            ),
            Err(NotAllowed::NotListed(read)) => {
                let read = if read == source.to_string() {
                    String::new()
                } else {
                    format!(" (normalized to `{read}`)")
                };
                let step = match (source, sources.globs().next()) {
                    (_, None) => "the list is empty; add the source to `sources` in mdskill.toml",
                    (Source::Git { url }, _) if url.to_ascii_lowercase().contains("github.com") => {
                        "write `owner/repo` for a repository on GitHub, or add it to `sources` in mdskill.toml"
                    }
                    _ => USE_ALLOWED,
                };
                deny(format!("`{source}`{read} is not an allowed source"), step)
            }
        };
        Some(checked)
    }

    pub(super) fn check_pin(&self, facts: &Facts<'_>) -> Option<CheckResult> {
        let pin = self.pin?;
        let name = facts.git_ref.unwrap_or_default();
        let named = match facts.kind {
            RefKind::Default => "it follows the default branch".to_owned(),
            RefKind::Branch => format!("it follows the branch `{name}`"),
            RefKind::Tag => format!("it follows the tag `{name}`"),
            RefKind::Range => format!("it follows the range `{name}`"),
            RefKind::Commit => "it is pinned to a commit".to_owned(),
            RefKind::Unknown => {
                format!("`{name}` may be a branch or a tag")
            }
            RefKind::Folder => format!("{} has no tags and no commits", unversioned(facts.source)),
        };
        let step = match (pin, facts.kind) {
            (_, RefKind::Folder) => "add it from a git repository",
            (Pin::Tag, RefKind::Unknown) => "write the full ref, such as `@refs/tags/v1.2`",
            (Pin::Tag, _) => {
                "add a tag, a range, or a commit after `@`, such as `owner/repo/skill@v1.2`"
            }
            (Pin::Commit, _) => "add it with --pin, or write a full commit id after `@`",
        };
        Some(match (pin, facts.kind) {
            (_, RefKind::Commit) | (Pin::Tag, RefKind::Tag | RefKind::Range) => Ok(named),
            _ => deny(named, step),
        })
    }

    pub(super) fn check_signature(&self, facts: &Facts<'_>) -> Option<CheckResult> {
        if !self.signed {
            return None;
        }
        let Some(commit) = facts.commit else {
            return Some(deny(
                format!(
                    "{} has no commits, so it is not signed",
                    unversioned(facts.source)
                ),
                "add it from a git repository",
            ));
        };
        let commit = commit.short();
        Some(match (facts.signature, facts.content) {
            (Some(Ok(signed)), _) => {
                let what = match &signed.tag {
                    Some(tag) => format!("tag {} of commit {commit}", tag.short()),
                    None => format!("commit {commit}"),
                };
                let by = signed.signer.as_ref().unwrap_or(&signed.key);
                Ok(format!("{what} is signed by `{by}`"))
            }
            (Some(Err(reason)), _) => deny(reason, TRUST_KEY),
            (None, Content::AsLocked) => Ok(
                "it is already locked, and its signature is verified before its files are restored"
                    .to_owned(),
            ),
            (None, Content::New { .. }) => deny(
                format!("the signature of commit {commit} was not verified"),
                TRUST_KEY,
            ),
        })
    }

    pub(super) fn check_age(&self, facts: &Facts<'_>) -> Option<CheckResult> {
        let least = self.min_age?;
        let Content::New { evidence, .. } = facts.content else {
            return Some(Ok(
                "it is already locked, and its age was checked then".to_owned()
            ));
        };
        let Some(commit) = facts.commit else {
            return Some(deny(
                format!(
                    "{} has no commits, so its age is unknown",
                    unversioned(facts.source)
                ),
                "add it from a git repository",
            ));
        };
        let commit = commit.short();
        let Some(first_seen) = evidence.first_seen else {
            return Some(deny(
                format!("commit {commit} has not been seen on this machine"),
                format!(
                    "run `mdskill outdated` to record it, and try again {} later",
                    least.words()
                ),
            ));
        };
        // A clock that was set back must not make a commit older.
        let seen = first_seen.min(evidence.now);
        let dated = evidence.committed.unwrap_or(0).min(evidence.now);
        let from = |since: u64| format_time(since.saturating_add(least.seconds()), true);
        let is_old = |since: u64| evidence.now - since >= least.seconds();
        let first = format!(
            "commit {commit} was first seen on this machine at {}",
            format_time(seen, false)
        );
        Some(match (is_old(seen), is_old(dated)) {
            (true, true) => Ok(first),
            (false, _) => deny(
                first,
                format!(
                    "try again at {}, when it is old enough (the date in the commit does not count, because anyone can write an old one)",
                    from(seen.max(dated))
                ),
            ),
            (true, false) => deny(
                format!("{first}, but its own date is {}", format_time(dated, false)),
                format!("try again at {}, when it is old enough", from(dated)),
            ),
        })
    }

    pub(super) fn check_capabilities(&self, facts: &Facts<'_>) -> Option<CheckResult> {
        if self.deny.is_empty() {
            return None;
        }
        let Content::New { gained, .. } = facts.content else {
            return Some(Ok(
                "its files are already locked, and were checked then".to_owned()
            ));
        };
        let denied = gained
            .iter()
            .filter(|gained| self.deny.contains(&gained.kind));
        let denied: Vec<&Capability> = denied.collect();
        if denied.is_empty() {
            return Some(Ok("it has none of these".to_owned()));
        }
        let more = denied.len().saturating_sub(MAX_NAMED);
        let mut named = describe_all(&denied[..denied.len() - more]);
        if more > 0 {
            named = format!("{named} and {more} more");
        }
        Some(deny(
            format!("it adds {named}"),
            "use a version without that, or change `deny` in mdskill.toml",
        ))
    }
}

/// Returns a noun for a source without commits.
fn unversioned(source: &Source) -> &'static str {
    match source {
        Source::Site { .. } => "a site",
        _ => "a local folder",
    }
}

/// The maximum number of capabilities in a sentence.
const MAX_NAMED: usize = 5;

/// Returns `scripts (`run.sh`, `test.sh`), hosts (`a.org` in SKILL.md:3)`.
fn describe_all(capabilities: &[&Capability]) -> String {
    let of_kinds = capabilities.chunk_by(|one, other| one.kind == other.kind);
    let of_kinds = of_kinds.map(|of_kind| {
        let described: Vec<String> = of_kind.iter().map(|one| describe(one)).collect();
        format!("{} ({})", of_kind[0].kind, described.join(", "))
    });
    of_kinds.collect::<Vec<_>>().join(", ")
}

/// Returns `run.sh` as code, with the file and line if the capability is not the file itself.
fn describe(capability: &Capability) -> String {
    let Capability {
        what, file, line, ..
    } = capability;
    match line {
        _ if what == file => format!("`{file}`"),
        Some(line) => format!("`{what}` in {file}:{line}"),
        None => format!("`{what}` in {file}"),
    }
}

/// Whether a ref is one that a forge makes for others, such as `refs/pull/1/head`.
fn is_neither_branch_nor_tag(git_ref: &str) -> bool {
    let known = ["refs/heads/", "refs/tags/"];
    git_ref.starts_with("refs/") && !known.iter().any(|prefix| git_ref.starts_with(prefix))
}
