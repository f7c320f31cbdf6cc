//! `completions`: candidates for the word at the cursor of a shell.
//!
//! Reads only the lockfile and the cache: nothing is fetched, recovered, or written. What can't be
//! read has no candidates, because a message would destroy the user's command line.

mod line;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::dirs::Dirs;
use crate::env::Env;
use crate::fetch::cached_source::CachedSource;
use crate::install::scope::Scope;
use crate::operations::list_remote::short_spec;
use crate::skill::hidden::sort_out;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::registry::RULES;

pub(crate) use line::split;

/// The script for a shell.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The shell.
    pub(crate) shell: &'static str,
    /// The script.
    pub(crate) script: String,
    /// The line that loads the script.
    pub(crate) line: &'static str,
    /// The file for that line.
    pub(crate) file: &'static str,
}

/// A candidate for a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The word; it ends with a slash if more parts follow.
    pub(crate) value: String,
    /// Its description.
    pub(crate) help: Option<String>,
}

impl Candidate {
    pub(crate) fn new(value: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self {
            value: value.into(),
            help: help.into(),
        }
    }
}

/// The project or user whose skills a command line names.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    env: Env,
    /// The folder of the lockfile.
    lockfile: Option<PathBuf>,
    cache: Option<PathBuf>,
}

impl Place {
    /// Returns the place of a command line with these words before the cursor.
    pub(crate) fn of(mut env: Env, words: &[String]) -> Self {
        let options = Options::read(words);
        if let Some(folder) = options.folder {
            env.current_dir.push(folder);
        }
        let dirs = Dirs::of(&env);
        let scope = if options.is_personal {
            let dirs = dirs.home().and_then(|home| Ok((home, dirs.config()?)));
            dirs.ok().map(|(home, config)| Scope::user(home, &config))
        } else {
            Scope::find_project(&env).ok()
        };
        Self {
            env,
            lockfile: scope.map(|scope| scope.lockfile),
            cache: dirs.cache,
        }
    }

    /// Returns the folder that paths are relative to.
    pub(crate) fn folder(&self) -> &Path {
        &self.env.current_dir
    }

    /// Returns the names of the installed skills.
    pub(crate) fn installed(&self) -> Vec<Candidate> {
        let text = self.lockfile.as_deref().and_then(read_lockfile);
        names(&text.unwrap_or_default())
    }

    /// Returns the specs that begin with `word`, from the cache: up to the next slash of the source,
    /// or of the skills of that source.
    pub(crate) fn specs(&self, word: &str) -> Vec<Candidate> {
        let is_path = word.starts_with(['.', '/', '~', '\\']);
        if is_path || word.contains([':', '@', '#']) {
            return Vec::new();
        }
        let cached = self
            .cache
            .as_ref()
            .map(|cache| CachedSource::all(cache, &self.env));
        let mut sources = cached.and_then(Result::ok).unwrap_or_default();
        let mirror = Path::new(&self.env.github_url);
        if mirror.is_absolute() {
            sources.extend(CachedSource::all_in_mirror(mirror));
        }
        let prefixed = sources
            .into_iter()
            .map(|source| (source.source.spec_prefix(), source));
        let sources: BTreeMap<String, CachedSource> = prefixed
            .filter(|(prefix, _)| is_plain_prefix(prefix))
            .collect();
        let inside = |prefix: &str| {
            let rest = word.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        if let Some((prefix, source)) = sources.iter().find(|(prefix, _)| inside(prefix)) {
            return skills(prefix, source, word);
        }
        let mut typed = word.to_owned();
        loop {
            let known = sources.keys().filter(|prefix| prefix.starts_with(&typed));
            let mut parts: Vec<String> = known
                .map(|prefix| match prefix[typed.len()..].find('/') {
                    Some(at) => prefix[..=typed.len() + at].to_owned(),
                    None => format!("{prefix}/"),
                })
                .collect();
            parts.dedup();
            match parts.as_slice() {
                [only] if !sources.contains_key(only.trim_end_matches('/')) => {
                    typed.clone_from(only);
                }
                _ => {
                    let candidate = |part| Candidate::new(part, None);
                    return parts.into_iter().map(candidate).collect();
                }
            }
        }
    }
}

/// Whether specs of a source can be completed part by part: those of `owner/repo` or `host/owner/repo`.
fn is_plain_prefix(prefix: &str) -> bool {
    is_plain(prefix) && !prefix.contains(':')
}

/// Returns the specs of a source's skills that begin with `word`. If it names none, it may be a path.
fn skills(prefix: &str, source: &CachedSource, word: &str) -> Vec<Candidate> {
    let Ok(discovery) = source.with_objects(|objects| source.discover(objects)) else {
        return Vec::new();
    };
    let visible = sort_out(&discovery, "", |_| false).visible;
    let specs = visible.iter().map(|found| {
        let help = (!found.path.is_empty()).then(|| found.path.clone());
        Candidate::new(short_spec(&source.source, &discovery, found), help)
    });
    let is_wanted = |spec: &Candidate| spec.value.starts_with(word) && is_plain(&spec.value);
    let mut specs: Vec<Candidate> = specs.filter(is_wanted).collect();
    if specs.is_empty() {
        let paths = visible
            .iter()
            .map(|found| format!("{prefix}/{}", found.path));
        let paths = paths.filter(|path| path.starts_with(word) && is_plain(path));
        let parts = paths.map(|path| match path[word.len()..].find('/') {
            Some(at) => path[..=word.len() + at].to_owned(),
            None => path,
        });
        specs.extend(parts.map(|part| Candidate::new(part, None)));
    }
    specs.sort_by(|one, other| one.value.cmp(&other.value));
    specs.dedup();
    specs
}

/// Returns the names for `--agent`.
pub(crate) fn agents() -> Vec<Candidate> {
    let agent =
        |agent: &mdskill_lint::agents::Agent| Candidate::new(agent.id, agent.name.to_owned());
    AGENTS.iter().map(agent).collect()
}

/// Returns the codes of the rules, or their names if the word can't be a code.
pub(crate) fn rules(word: &str) -> Vec<Candidate> {
    let is_name = word.starts_with(|c: char| c.is_ascii_lowercase());
    let rule = |rule: &&'static mdskill_lint::rule::Rule| {
        let value = if is_name { rule.name } else { rule.code };
        Candidate::new(value, rule.summary.to_owned())
    };
    RULES.iter().map(rule).collect()
}

/// Returns the text of a lockfile. Only a regular file is read, because a pipe would never end.
fn read_lockfile(path: &Path) -> Option<String> {
    let bytes = crate::fs::read_if_found(path).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the names in a lockfile, with the repositories. The lines are enough, and are there also
/// in a lockfile that is in conflict or broken.
fn names(lockfile: &str) -> Vec<Candidate> {
    let mut names: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut last = None;
    for line in lockfile.lines() {
        if let Some(name) = value(line, "name").filter(|name| is_plain(name)) {
            names.entry(name).or_default();
            last = Some(name);
        } else if let Some(source) = value(line, "source").filter(|source| is_plain(source)) {
            let help = last.take().and_then(|name| names.get_mut(name));
            if let Some(help) = help {
                let short = source.strip_prefix("github:").unwrap_or(source);
                *help = Some(short.to_owned());
            }
        }
    }
    let candidate = |(name, help): (&str, Option<String>)| Candidate::new(name, help);
    names.into_iter().map(candidate).collect()
}

/// Returns the string of `key = "string"`.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.trim().strip_prefix(key)?.trim_start();
    let rest = rest.strip_prefix('=')?.trim();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (text, _) = rest[1..].split_once(quote)?;
    Some(text)
}

/// Whether a shell reads a word as it is. Others are left out, because repositories choose names,
/// and shells differ in how they quote.
fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:+".contains(c);
    !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain)
}

/// The global options that change what names refer to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'a> {
    is_personal: bool,
    folder: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// Reads the options before the cursor. The first word is the program.
    fn read(words: &'a [String]) -> Self {
        let mut options = Self::default();
        let mut words = words.iter().skip(1).map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--" => break,
                "-C" | "--directory" => options.folder = words.next(),
                "--scope" => options.is_personal |= words.next() == Some("user"),
                "--global" | "--scope=user" => options.is_personal = true,
                _ => {
                    let long = word.strip_prefix("--directory=");
                    let folder = long.or_else(|| word.strip_prefix("-C"));
                    options.folder = folder.or(options.folder);
                    let flags = word.strip_prefix('-').unwrap_or_default();
                    options.is_personal |= flags.contains('g')
                        && flags.chars().all(|flag| matches!(flag, 'g' | 'q' | 'v'));
                }
            }
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_lockfile() {
        let text = "version = 1\n[[skill]]\nname = \"pdf\"\nsource = \"github:acme/skills\"\n\
            <<<<<<< ours\n[[skill]]\n name= 'docx' # x\n=======\nname = \"$(rm)\"\nname = \"-x\"\n\
            name = \"a b\"\nname = \"\u{1b}[2J\"\nname = \"unclosed\nnamed = \"no\"\n";
        let found: Vec<(String, Option<String>)> = names(text)
            .into_iter()
            .map(|name| (name.value, name.help))
            .collect();
        let pdf = ("pdf".to_owned(), Some("acme/skills".to_owned()));
        assert_eq!(found, [("docx".to_owned(), None), pdf]);
    }

    #[test]
    fn options_before_the_cursor_count() {
        let read = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let options = Options::read(&words);
            (options.is_personal, options.folder.map(str::to_owned))
        };
        let folder = |name: &str| Some(name.to_owned());
        assert_eq!(read("mdskill remove"), (false, None));
        assert_eq!(read("mdskill -g remove"), (true, None));
        assert_eq!(read("mdskill -qg remove --scope project"), (true, None));
        assert_eq!(
            read("mdskill --scope=user -C a remove"),
            (true, folder("a"))
        );
        assert_eq!(read("mdskill -Cab --directory=b x"), (false, folder("b")));
        assert_eq!(read("mdskill add -- -g"), (false, None));
        assert_eq!(read("mdskill add --agent -a=g"), (false, None));
    }
}
