//! [`GitConfig`]: the user's git configuration.
//!
//! `git` itself lists it, because only git knows where its files are, how they include others, and
//! which variables replace them. It runs outside of the project, whose own `.git/config` a stranger
//! may have written. This takes about 3 ms, once, and only for a source on a server.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tracing::{debug, info};

mod include;

use crate::redact::redact_url;

/// The user's git configuration: of the system, of the user, and of the environment.
#[derive(Clone, Default)]
pub struct GitConfig {
    entries: Vec<Entry>,
    problem: Option<String>,
}

/// One value. A key may have several.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The first part of the key, in lower case.
    pub(crate) section: String,
    /// The part between the first and the last dot, as it is written.
    pub(crate) subsection: Option<String>,
    /// The last part of the key, in lower case.
    pub(crate) name: String,
    /// The value; `None` for a key without `=`, which means true.
    pub(crate) value: Option<String>,
}

impl GitConfig {
    /// A configuration without entries.
    pub(crate) const EMPTY: Self = Self {
        entries: Vec::new(),
        problem: None,
    };

    /// Reads the configuration with commands of [`crate::process::Programs::git`]. Without `git`, it
    /// is empty.
    ///
    /// Files that the user includes for repositories below some folder (`includeIf.gitdir`) are read
    /// if `folder`, in which the user works, is in a repository there.
    #[must_use]
    pub fn read(
        git: impl Fn() -> std::io::Result<Command>,
        folder: &Path,
        home: Option<&Path>,
    ) -> Self {
        let Ok(command) = git() else {
            return Self::EMPTY;
        };
        let config = list(command).map(|listed| {
            let git_dir = git_dir_around(folder);
            let included = listed.iter().filter_map(|(origin, entry)| {
                let is_included = entry.section == "includeif" && entry.name == "path";
                let condition = entry.subsection.as_ref().filter(|_| is_included)?;
                include::path(condition, entry.value.as_ref()?, origin, &git_dir, home)
            });
            let included: Vec<PathBuf> = included.collect();
            if included.is_empty() {
                return Ok(listed);
            }
            let mut command = git()?;
            for path in included {
                command.arg("-c");
                command.arg(format!("include.path={}", path.display()));
            }
            list(command)
        });
        match config.and_then(|listed| listed) {
            Ok(listed) => {
                let entries = listed.into_iter().map(|(_, entry)| entry).collect();
                let problem = None;
                Self { entries, problem }
            }
            Err(error) => Self {
                entries: Vec::new(),
                problem: Some(error.to_string()),
            },
        }
    }

    /// Returns git's message if it could not read the configuration, which then is empty.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the address in place of `url` if `url.<base>.insteadOf` replaces its beginning; the
    /// longest one applies. It may contain a password.
    ///
    /// Source: git-config(1), `url.<base>.insteadOf`; `alias_url` in git's remote.c.
    #[must_use]
    pub fn rewrite(&self, url: &str) -> Option<String> {
        let mut longest: Option<(&Entry, &str, &str)> = None;
        for entry in self.in_section("url") {
            if entry.name == "insteadof"
                && let Some(base) = &entry.subsection
                && let Some(beginning) = &entry.value
                && url.starts_with(beginning.as_str())
                && longest.is_none_or(|(_, _, other)| beginning.len() > other.len())
            {
                longest = Some((entry, base, beginning));
            }
        }
        let (entry, base, beginning) = longest?;
        info!(key = %entry.key(), "git's configuration replaces the address");
        Some(format!("{base}{}", &url[beginning.len()..]))
    }

    /// Whether `safe.directory` allows the use of a folder that belongs to another user.
    ///
    /// Source: git-config(1), `safe.directory`; `safe_directory_cb` in git's setup.c.
    #[must_use]
    pub fn trusts(&self, folder: &Path, home: Option<&Path>) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = real(folder);
        let mut is_trusted = false;
        for entry in self.in_section("safe") {
            let value = entry.value.as_deref().unwrap_or_default();
            if entry.name != "directory" || entry.subsection.is_some() {
                continue;
            }
            is_trusted = match value {
                "" => false,
                "*" => true,
                value => {
                    let path = match (value.strip_prefix("~/"), home) {
                        (Some(rest), Some(home)) => home.join(rest),
                        _ => PathBuf::from(value),
                    };
                    let is_listed = if path.ends_with("*") {
                        let above = path.parent().map(real);
                        above.is_some_and(|above| folder != above && folder.starts_with(above))
                    } else {
                        path.is_absolute() && real(&path) == folder
                    };
                    is_trusted || is_listed
                }
            };
        }
        is_trusted
    }

    /// Returns the ssh command line of `core.sshCommand`.
    #[must_use]
    pub fn ssh_command(&self) -> Option<&str> {
        let core = self.in_section("core");
        let set = core.filter(|entry| entry.name == "sshcommand" && entry.subsection.is_none());
        let command = set.last()?.value.as_deref();
        command.filter(|command| !command.is_empty())
    }

    /// Returns the entries of a section, in their order.
    pub(crate) fn in_section(&self, section: &str) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.section == section)
    }
}

/// Lists the configuration, each value with its origin.
fn list(mut git: Command) -> std::io::Result<Vec<(String, Entry)>> {
    git.args(["config", "--list", "--includes", "--show-origin", "-z"])
        .stdin(Stdio::null());
    let output = git.output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let reason = stderr.lines().next().unwrap_or("git failed").trim();
        return Err(std::io::Error::other(reason.to_owned()));
    }
    let entries = parse(&output.stdout);
    let count = entries.len();
    debug!(count, "read the configuration of git");
    Ok(entries)
}

/// Parses the output of `git config --list --show-origin -z`.
fn parse(listed: &[u8]) -> Vec<(String, Entry)> {
    let listed = String::from_utf8_lossy(listed);
    let mut parts = listed.split_terminator('\0');
    let mut entries = Vec::new();
    while let (Some(origin), Some(line)) = (parts.next(), parts.next()) {
        entries.extend(Entry::parse(line).map(|entry| (origin.to_owned(), entry)));
    }
    entries
}

/// Returns the git folder of the repository around `folder`, or the one that it would have.
fn git_dir_around(folder: &Path) -> PathBuf {
    let mut folders = folder.ancestors().map(|folder| folder.join(".git"));
    let found = folders.find(|git_dir| git_dir.exists());
    found.unwrap_or_else(|| folder.join(".git"))
}

/// Shows no values, because they may be secrets.
impl std::fmt::Debug for GitConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.entries.iter().map(Entry::key);
        f.debug_set().entries(keys).finish()
    }
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let (key, value) = match line.split_once('\n') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (line, None),
        };
        let (section, rest) = key.split_once('.')?;
        let (subsection, name) = match rest.rsplit_once('.') {
            Some((subsection, name)) => (Some(subsection.to_owned()), name),
            None => (None, rest),
        };
        Some(Self {
            section: section.to_ascii_lowercase(),
            subsection,
            name: name.to_ascii_lowercase(),
            value,
        })
    }

    /// Returns the key for messages, without the password of a URL.
    pub(crate) fn key(&self) -> String {
        let Self { section, name, .. } = self;
        match &self.subsection {
            Some(subsection) => format!("{section}.{}.{name}", redact_url(subsection)),
            None => format!("{section}.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(entries: &[&str]) -> GitConfig {
        let listed: Vec<String> = entries
            .iter()
            .map(|entry| format!("file:/x\0{entry}\0"))
            .collect();
        let listed = listed.concat();
        let entries = parse(listed.as_bytes());
        GitConfig {
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
            problem: None,
        }
    }

    #[test]
    fn longest_instead_of_replaces_address() {
        let config = config(&[
            "url.https://a/.insteadof\nhttps://host/",
            "url.git@b:.insteadof\nhttps://host/own/",
            "url.https://c/.insteadof\nhttps://host/",
            "url.https://d/.pushinsteadof\nhttps://host/own/x",
            "core.bare",
        ]);
        let rewritten = |url| config.rewrite(url);
        assert_eq!(
            rewritten("https://host/own/x.git").as_deref(),
            Some("git@b:x.git")
        );
        assert_eq!(
            rewritten("https://host/x").as_deref(),
            Some("https://a/x"),
            "the first of equally long ones, as in git"
        );
        assert_eq!(rewritten("https://other/x"), None);
    }

    #[test]
    fn safe_directory_is_read_as_in_git() {
        let trusts = |entries: &[&str]| {
            let entries: Vec<String> = entries
                .iter()
                .map(|it| format!("safe.directory\n{it}"))
                .collect();
            let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
            config(&entries).trusts(Path::new("/no/such/p"), Some(Path::new("/no")))
        };
        for listed in [
            &["/no/such/p"][..],
            &["/x", "*"],
            &["", "/no/such/p/"],
            &["/no/such/*"],
            &["~/such/p"],
        ] {
            assert!(trusts(listed), "{listed:?}");
        }
        for other in [
            &[][..],
            &["*", ""],
            &["/no/such"],
            &["/no/such/p/*"],
            &["such/p"],
            &["."],
        ] {
            assert!(!trusts(other), "{other:?}");
        }
    }

    #[test]
    fn debug_shows_keys_only() {
        let config = config(&[
            "http.https://ada:canary@host/.extraheader\nAuthorization: canary",
            "user.name\nAda",
        ]);
        let shown = format!("{config:?}");
        assert!(shown.contains("user.name") && !shown.contains("canary"));
    }
}
