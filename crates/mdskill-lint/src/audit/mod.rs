//! [`Audit`]: the texts that agents read or run, and the places in them that the rules of the audit check.
//!
//! All texts are searched for the words of all rules together, because most texts have none of them.

pub(crate) mod encoded;
pub(crate) mod hidden_program;
pub(crate) mod magic;
pub(crate) mod phrases;
pub(crate) mod reverse_shell;
pub(crate) mod secrets;
mod word_search;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use self::magic::Magic;
use crate::SKILL_FILE;
use crate::capabilities::programs::is_named_as_program;
use crate::is_text;
use crate::references::attack_sections::AttackSections;
use crate::script_commands::{Language, extension};
use crate::skill_files::{Entry, EntryKind, SkillFiles};
use crate::span::Span;

/// Maximum number of bytes of a file to read.
const MAX_SCRIPT_BYTES: usize = 1024 * 1024;

/// Maximum number of places of one text, because each costs the time to read some thousand bytes. The first ones of a text
/// with more of them are checked, and rule A108 reports it.
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
    /// A program or a function that downloads.
    Download,
}

use Topic::{Concealment, Credentials, Download, Encoded, Override, Remote, ReverseShell, Secret};

/// The words. Each begins with letters that few texts have, and in every usual letter case.
const WORDS: [(&str, Topic); 109] = [
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
    ("b64decode(", Encoded),
    ("decode_base64(", Encoded),
    ("a2b_base64(", Encoded),
    ("unhexlify(", Encoded),
    ("fromhex(", Encoded),
    ("atob(", Encoded),
    ("fromCharCode(", Encoded),
    ("zlib.decompress(", Encoded),
    ("marshal.loads(", Encoded),
    ("base32", Encoded),
    ("rot13", Encoded),
    ("rot_13", Encoded),
    ("N-ZA-M", Encoded),
    ("n-za-m", Encoded),
    ("rev ", Encoded),
    ("xxd -", Encoded),
    ("uudecode", Encoded),
    ("openssl enc", Encoded),
    ("printf '\\", Encoded),
    ("printf \"\\", Encoded),
    ("-e '\\", Encoded),
    ("-e \"\\", Encoded),
    ("owershell", Encoded),
    ("owerShell", Encoded),
    ("OWERSHELL", Encoded),
    ("pwsh", Encoded),
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
    ("curl", Download),
    ("Curl", Download),
    ("CURL", Download),
    ("wget", Download),
    ("Wget", Download),
    ("WGET", Download),
    ("iwr", Download),
    ("IWR", Download),
    ("irm", Download),
    ("IRM", Download),
    ("nvoke-", Download),
    ("DownloadString", Download),
    ("urlopen(", Download),
    ("requests.get(", Download),
    ("httpx.get(", Download),
    ("fetch(", Download),
    ("axios.get(", Download),
    ("URI.open(", Download),
    ("Net::HTTP.get", Download),
    ("file_get_contents(", Download),
];

/// The places that the rules of the audit check.
#[derive(Debug, Default)]
pub(crate) struct Audit<'a> {
    /// The text files that are not pages.
    files: Vec<AuditedFile<'a>>,
    /// The places of the pages, and then those of the files.
    hits: Vec<Hit>,
    /// The parts of texts that are not checked.
    unchecked: Vec<Unchecked>,
    /// The sections about attacks of each page.
    attacks: Vec<OnceCell<AttackSections>>,
    /// The files that are a program, a script, or an archive by their first bytes.
    magic: Vec<(String, Magic)>,
}

/// A text file that is not a page.
#[derive(Debug)]
pub(crate) struct AuditedFile<'a> {
    pub(crate) path: String,
    /// Its text; any byte that is not UTF-8 is a `?`.
    pub(crate) text: Cow<'a, str>,
    /// Whether it is a document, such as JSON or plain text. A script has the extension of one, none, `#!`, or the executable bit.
    pub(crate) is_document: bool,
}

/// A text, or a part of it, that is not checked.
#[derive(Debug)]
pub(crate) struct Unchecked {
    pub(crate) path: String,
    /// The byte after which nothing is checked, unless it is the whole file.
    pub(crate) after: Option<usize>,
    pub(crate) reason: &'static str,
}

#[derive(Debug)]
struct Hit {
    /// The index of the text: a page, or after those a file.
    text: usize,
    topic: Topic,
    span: Span,
}

impl<'a> Audit<'a> {
    /// Reads the text files of a skill, and searches all texts. `pages` are the paths and texts of its pages, and
    /// `is_nested` returns whether a path belongs to a nested skill.
    pub(crate) fn of(
        files: &'a dyn SkillFiles,
        pages: &[(&str, &str)],
        is_nested: impl Fn(&str) -> bool,
    ) -> Self {
        let mut audit = Self {
            attacks: pages.iter().map(|_| OnceCell::new()).collect(),
            ..Self::default()
        };
        let page_texts: BTreeMap<&str, &str> = pages.iter().copied().collect();
        let entries = files.entries().iter().filter(|entry| entry.is_file());
        for entry in entries.filter(|entry| !is_nested(&entry.path)) {
            match page_texts.get(&*entry.path) {
                Some(text) => audit.add_magic(&entry.path, magic::kind(text.as_bytes())),
                None => audit.read(files, entry),
            }
        }
        let page_texts = pages.iter().copied();
        let files = audit.files.iter().map(|file| (&*file.path, &*file.text));
        for (index, (path, text)) in page_texts.chain(files).enumerate() {
            let mut found = hits(text).map(|(topic, span)| Hit {
                text: index,
                topic,
                span,
            });
            audit.hits.extend(found.by_ref().take(MAX_HITS));
            if let Some(next) = found.next() {
                audit.unchecked.push(Unchecked {
                    path: path.to_owned(),
                    after: Some(next.span.start),
                    reason: "of the words that are checked, this file has more than 2000; the rest of it was not checked",
                });
            }
        }
        audit
    }

    /// Reads the beginning of a file that is not a page.
    fn read(&mut self, files: &'a dyn SkillFiles, entry: &Entry) {
        let path = &entry.path;
        let is_named = Language::is_named(path);
        let Ok(first) = files.beginning(path, magic::BYTES) else {
            return;
        };
        // The names of scripts say what they are.
        let magic = magic::kind(&first).filter(|_| !is_named);
        self.add_magic(path, magic);
        // `SKILL.md` is not a page if it can't be read, which is an error.
        if path == SKILL_FILE || matches!(magic, Some(Magic::Program(_) | Magic::Archive(_))) {
            return;
        }
        let extension = extension(path);
        if !is_text(&first) {
            if is_named || ["markdown", "md", "mdx", "txt"].contains(&&*extension) {
                self.skip(path, None, "this file is not UTF-8, and was not checked");
            }
            return;
        }
        let text = script_text(files, path);
        let EntryKind::File {
            bytes,
            is_executable,
        } = entry.kind
        else {
            return;
        };
        if bytes > MAX_SCRIPT_BYTES as u64 {
            let reason = "only the first 1 MiB of this file was checked";
            self.skip(path, Some(text.len()), reason);
        }
        let is_script = is_executable
            || extension.is_empty()
            || magic == Some(Magic::Script)
            || is_named_as_program(path)
            || is_hooks(path);
        self.files.push(AuditedFile {
            path: path.clone(),
            is_document: !is_script,
            text,
        });
    }

    fn add_magic(&mut self, path: &str, magic: Option<Magic>) {
        let magic = magic.map(|magic| (path.to_owned(), magic));
        self.magic.extend(magic);
    }

    fn skip(&mut self, path: &str, after: Option<usize>, reason: &'static str) {
        self.unchecked.push(Unchecked {
            path: path.to_owned(),
            after,
            reason,
        });
    }

    /// Returns the text files that are not pages.
    pub(crate) fn files(&self) -> &[AuditedFile<'a>] {
        &self.files
    }

    /// Returns the parts of texts that are not checked.
    pub(crate) fn unchecked(&self) -> &[Unchecked] {
        &self.unchecked
    }

    /// Returns the files that are a program, a script, or an archive, whatever their names say.
    pub(crate) fn magic(&self) -> &[(String, Magic)] {
        &self.magic
    }

    /// Returns the words of a topic, each with the index of its text: a page, or after those a file.
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
    let found = word_search::words(text).filter(|(word, span)| {
        // Many words end with the letters of these programs.
        let is_letter = |c: char| c.is_alphanumeric() || "-_".contains(c);
        !matches!(WORDS[*word].0, "nc" | "rev " | "iwr" | "irm")
            || !text[..span.start].ends_with(is_letter)
    });
    found.map(|(word, span)| (WORDS[word].1, span))
}

/// Returns the beginning of a file, at most 1 MiB; an empty text if it can't be read. Each byte that is not UTF-8 becomes a `?`, so that
/// a place has the same byte in the file.
pub(crate) fn script_text<'a>(files: &'a dyn SkillFiles, path: &str) -> Cow<'a, str> {
    let bytes = files.beginning(path, MAX_SCRIPT_BYTES).unwrap_or_default();
    let bytes = match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => return Cow::Borrowed(text),
            Err(_) => bytes.to_vec(),
        },
        Cow::Owned(bytes) => bytes,
    };
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut text = String::with_capacity(error.as_bytes().len());
        for chunk in error.as_bytes().utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
        text
    }))
}

/// Whether clients read commands from a file.
fn is_hooks(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "hooks.json" | ".mcp.json")
}
