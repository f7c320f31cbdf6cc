//! [`Audit`]: the texts that agents read or run, and the places in them that the rules of the audit check.
//!
//! All texts are searched once for the words of all rules, because most texts have none of them.

pub(crate) mod encoded;
pub(crate) mod magic;
pub(crate) mod phrases;
pub(crate) mod reverse_shell;
pub(crate) mod secrets;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use self::magic::Magic;
use crate::references::attack_sections::AttackSections;
use crate::script_commands::Language;
use crate::skill_files::SkillFiles;
use crate::span::Span;

/// Maximum number of places of one text. A text with more of them has its first ones checked.
const MAX_HITS: usize = 2000;

/// The subject of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// Text that replaces the instructions of the user or the client.
    Override,
    /// Text that asks an agent to hide something from the user.
    Concealment,
    /// Code that decodes other code.
    Encoded,
    /// A key or a token.
    Secret,
    /// A file with credentials of the user.
    Credentials,
    /// Instructions at an address.
    Remote,
    /// A connection that a shell may use.
    ReverseShell,
}

use Topic::{Concealment, Credentials, Encoded, Override, Remote, ReverseShell, Secret};

/// The words. Each begins with letters that few texts have, and in every usual letter case.
const WORDS: [(&str, Topic); 71] = [
    ("gnore ", Override),
    ("GNORE ", Override),
    ("isregard ", Override),
    ("ISREGARD ", Override),
    ("orget all", Override),
    ("orget every", Override),
    ("orget prev", Override),
    ("orget your", Override),
    ("FORGET ", Override),
    ("tell the user", Concealment),
    ("telling the user", Concealment),
    ("TELL THE USER", Concealment),
    ("nform the user", Concealment),
    ("nforming the user", Concealment),
    ("NFORM THE USER", Concealment),
    ("otify the user", Concealment),
    ("otifying the user", Concealment),
    ("lert the user", Concealment),
    ("lerting the user", Concealment),
    (" this to the user", Concealment),
    (" it to the user", Concealment),
    (" from the user", Concealment),
    ("user knowing", Concealment),
    ("user noticing", Concealment),
    ("user's knowledge", Concealment),
    ("base64", Encoded),
    ("Base64", Encoded),
    ("b64decode", Encoded),
    ("base32", Encoded),
    ("atob(", Encoded),
    ("xxd -", Encoded),
    ("fromhex(", Encoded),
    ("-enc ", Encoded),
    ("-EncodedCommand", Encoded),
    ("-encodedcommand", Encoded),
    ("PRIVATE KEY-----", Secret),
    ("ghp_", Secret),
    ("gho_", Secret),
    ("ghs_", Secret),
    ("ghu_", Secret),
    ("github_pat_", Secret),
    ("glpat-", Secret),
    ("xoxb-", Secret),
    ("xoxp-", Secret),
    ("AKIA", Secret),
    ("sk-ant-", Secret),
    (".ssh/", Credentials),
    (".aws/cred", Credentials),
    (".netrc", Credentials),
    (".git-credentials", Credentials),
    ("/etc/shadow", Credentials),
    ("Login Data", Credentials),
    ("nd follow", Remote),
    ("hen follow", Remote),
    ("nd obey", Remote),
    ("/dev/tcp/", ReverseShell),
    ("/dev/udp/", ReverseShell),
    ("socat ", ReverseShell),
    ("nc", ReverseShell),
    ("netcat ", ReverseShell),
    ("telnet ", ReverseShell),
    ("s_client ", ReverseShell),
    ("pty.spawn(", ReverseShell),
    ("dup2(", ReverseShell),
    ("STDIN,\">&", ReverseShell),
    ("STDIN, \">&", ReverseShell),
    ("fsockopen(", ReverseShell),
    ("TCPSocket", ReverseShell),
    (".stdin)", ReverseShell),
    ("ets.TCPClient", ReverseShell),
    ("ets.TcpClient", ReverseShell),
];

/// The number of bytes from which a DFA is worth it: it searches twice as fast as an NFA, and takes five times as
/// long to build.
const FAST_FROM: usize = 128 << 10;

static SEARCHED: AtomicUsize = AtomicUsize::new(0);
static NFA: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| search_of(AhoCorasickKind::ContiguousNFA));
static DFA: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| search_of(AhoCorasickKind::DFA));

fn search_of(kind: AhoCorasickKind) -> Option<AhoCorasick> {
    let words = WORDS.iter().map(|(word, _)| word);
    let mut builder = AhoCorasick::builder();
    let builder = builder.kind(Some(kind));
    builder
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .ok()
}

/// The places that the rules of the audit check.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// The scripts, each with its path and its text.
    scripts: Vec<(String, String)>,
    hits: Vec<Hit>,
    /// The sections about attacks of each page.
    attacks: Vec<OnceCell<AttackSections>>,
    /// The files that are a program, a script, or an archive by their first bytes.
    magic: Vec<(String, Magic)>,
}

#[derive(Debug)]
struct Hit {
    /// The index of the text: a page, or after those a script.
    text: usize,
    topic: Topic,
    span: Span,
}

impl Audit {
    /// Reads the scripts of a skill, and searches all texts. `pages` are the paths and texts of its pages, and
    /// `is_nested` and `script` return whether a path belongs to a nested skill, and the text of a script.
    pub(crate) fn of<'p>(
        files: &dyn SkillFiles,
        pages: &[(&'p str, &'p str)],
        is_nested: impl Fn(&str) -> bool,
        script: impl Fn(&str) -> String,
    ) -> Self {
        let entries = files.entries().iter();
        let scripts = entries.filter(|entry| {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            let is_script = Language::may_be_of(entry)
                || entry.is_file() && matches!(name, "hooks.json" | ".mcp.json");
            is_script && !is_nested(&entry.path)
        });
        let scripts = scripts.map(|entry| (entry.path.clone(), script(&entry.path)));
        let mut audit = Self {
            scripts: scripts.collect(),
            hits: Vec::new(),
            attacks: pages.iter().map(|_| OnceCell::new()).collect(),
            magic: read_magic(files, pages, is_nested),
        };
        let page_texts = pages.iter().map(|(_, text)| *text);
        let texts = page_texts.chain(audit.scripts.iter().map(|(_, text)| text.as_str()));
        for (index, text) in texts.enumerate() {
            let found = hits(text).take(MAX_HITS);
            audit.hits.extend(found.map(|(topic, span)| Hit {
                text: index,
                topic,
                span,
            }));
        }
        audit
    }

    /// Returns the scripts, each with its path and its text.
    pub(crate) fn scripts(&self) -> &[(String, String)] {
        &self.scripts
    }

    /// Returns the files that are a program, a script, or an archive, whatever their names say.
    pub(crate) fn magic(&self) -> &[(String, Magic)] {
        &self.magic
    }

    /// Returns the words of a topic, each with the index of its text: a page, or after those a script.
    pub(crate) fn hits(&self, topic: Topic) -> impl Iterator<Item = (usize, Span)> {
        let hits = self.hits.iter().filter(move |hit| hit.topic == topic);
        hits.map(|hit| (hit.text, hit.span))
    }

    /// Returns the cell for the sections about attacks of a page.
    pub(crate) fn attacks(&self, page: usize) -> Option<&OnceCell<AttackSections>> {
        self.attacks.get(page)
    }
}

/// Returns the words in a text, each with its topic.
fn hits(text: &str) -> impl Iterator<Item = (Topic, Span)> {
    let is_fast = SEARCHED.fetch_add(text.len(), Ordering::Relaxed) >= FAST_FROM;
    let search = if is_fast { &DFA } else { &NFA };
    search.iter().flat_map(move |search| {
        let found = search.find_iter(text).filter(|found| {
            // Many words end with the letters of this program.
            let is_letter = |c: char| c.is_alphanumeric() || "-_".contains(c);
            WORDS[found.pattern().as_usize()].0 != "nc"
                || !text[..found.start()].ends_with(is_letter)
        });
        found.map(|found| {
            let topic = WORDS[found.pattern().as_usize()].1;
            (topic, Span::new(found.start(), found.end()))
        })
    })
}

/// Reads the first bytes of all files but scripts, whose names say what they are.
fn read_magic(
    files: &dyn SkillFiles,
    pages: &[(&str, &str)],
    is_nested: impl Fn(&str) -> bool,
) -> Vec<(String, Magic)> {
    let pages: BTreeMap<&str, &str> = pages.iter().copied().collect();
    let entries = files.entries().iter().filter(|entry| entry.is_file());
    let entries =
        entries.filter(|entry| !is_nested(&entry.path) && !Language::is_named(&entry.path));
    let kinds = entries.filter_map(|entry| {
        let kind = match pages.get(&*entry.path) {
            Some(text) => magic::kind(text.as_bytes()),
            None => magic::kind(&files.beginning(&entry.path, magic::BYTES).ok()?),
        };
        Some((entry.path.clone(), kind?))
    });
    kinds.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_searches_find_the_same_words() {
        let words = WORDS.map(|(word, _)| word);
        let text = words.join("\n");
        let found = |search: &AhoCorasick| -> Vec<_> {
            let found = search.find_iter(&text);
            found
                .map(|found| (found.pattern(), found.range()))
                .collect()
        };
        let slow = found(NFA.as_ref().unwrap());
        assert_eq!(slow, found(DFA.as_ref().unwrap()));
        assert!(slow.len() >= WORDS.len(), "{slow:?}");
    }
}
