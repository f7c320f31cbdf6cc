//! [`Audit`]: the texts that agents read or run, and the places in them that the rules of the audit check.
//!
//! All texts are searched once for the words of all rules, because most texts have none of them.

pub(crate) mod encoded;
pub(crate) mod magic;
pub(crate) mod phrases;
pub(crate) mod secrets;

use std::cell::OnceCell;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use self::magic::Magic;
use crate::SKILL_FILE;
use crate::parsed_skill::{Page, ParsedSkill, Role};
use crate::references::attack_sections::{self, AttackSections};
use crate::references::mention_context;
use crate::rule::Finding;
use crate::script_commands::Language;
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
}

use Topic::{Concealment, Credentials, Encoded, Override, Remote, Secret};

/// The words. Each begins with letters that few texts have, and in every usual letter case.
const WORDS: [(&str, Topic); 55] = [
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
];

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(word, _)| word);
    let mut builder = AhoCorasick::builder();
    builder
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .ok()
});

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

/// A place in a text.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    /// The path of the file.
    pub(crate) path: &'s str,
    /// Its text.
    pub(crate) text: &'s str,
    /// The span of the word.
    pub(crate) span: Span,
    /// The page, unless it is a script.
    page: Option<(&'s Page<'s>, &'s OnceCell<AttackSections>)>,
}

impl Audit {
    /// Reads the scripts of a skill, and searches all texts.
    pub(crate) fn of(skill: &ParsedSkill<'_>) -> Self {
        let entries = skill.files.entries().iter();
        let scripts = entries.filter(|entry| {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            let is_script = Language::may_be_of(entry)
                || entry.is_file() && matches!(name, "hooks.json" | ".mcp.json");
            is_script && !skill.is_nested(&entry.path)
        });
        let scripts = scripts.map(|entry| {
            (
                entry.path.clone(),
                skill.script_text(&entry.path).into_owned(),
            )
        });
        let mut audit = Self {
            scripts: scripts.collect(),
            hits: Vec::new(),
            attacks: skill.pages.iter().map(|_| OnceCell::new()).collect(),
            magic: read_magic(skill),
        };
        let pages = skill.pages.iter().map(|page| &*page.text);
        let texts = pages.chain(audit.scripts.iter().map(|(_, text)| text.as_str()));
        for (index, text) in texts.enumerate() {
            let Some(search) = &*SEARCH else { break };
            let found = search.find_iter(text).take(MAX_HITS);
            audit.hits.extend(found.map(|found| Hit {
                text: index,
                topic: WORDS[found.pattern().as_usize()].1,
                span: Span::new(found.start(), found.end()),
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

    /// Returns the places of a topic.
    pub(crate) fn places<'s>(
        &'s self,
        skill: &'s ParsedSkill<'_>,
        topic: Topic,
    ) -> impl Iterator<Item = Place<'s>> {
        let hits = self.hits.iter().filter(move |hit| hit.topic == topic);
        hits.filter_map(move |hit| {
            let span = hit.span;
            if let Some(page) = skill.pages.get(hit.text) {
                return Some(Place {
                    path: page.path,
                    text: &page.text,
                    span,
                    page: Some((page, self.attacks.get(hit.text)?)),
                });
            }
            let (path, text) = self.scripts.get(hit.text - skill.pages.len())?;
            Some(Place {
                path,
                text,
                span,
                page: None,
            })
        })
    }

    /// Returns the paths and texts of all pages and scripts. `SKILL.md` is included even if its
    /// frontmatter is not closed and it is not a page.
    pub(crate) fn texts<'s>(
        &'s self,
        skill: &'s ParsedSkill<'_>,
    ) -> impl Iterator<Item = (&'s str, &'s str)> {
        let others = skill.pages.iter().filter(|page| page.role != Role::SkillMd);
        let others = others.map(|page| (page.path, &*page.text));
        let scripts = self.scripts.iter().map(|(path, text)| (&**path, &**text));
        [(SKILL_FILE, skill.skill_text())]
            .into_iter()
            .chain(others)
            .chain(scripts)
    }
}

/// Reads the first bytes of all files but scripts, whose names say what they are.
fn read_magic(skill: &ParsedSkill<'_>) -> Vec<(String, Magic)> {
    let entries = skill.files.entries().iter().filter(|entry| entry.is_file());
    let entries =
        entries.filter(|entry| !skill.is_nested(&entry.path) && !Language::is_named(&entry.path));
    let kinds = entries.filter_map(|entry| {
        let kind = match skill.page(&entry.path) {
            Some(page) => magic::kind(page.text.as_bytes()),
            None => magic::kind(&skill.files.beginning(&entry.path, magic::BYTES).ok()?),
        };
        Some((entry.path.clone(), kind?))
    });
    kinds.collect()
}

impl Place<'_> {
    /// Whether agents read the text or run it, and it is not a page for people.
    pub(crate) fn is_for_agents(&self) -> bool {
        self.page
            .is_none_or(|(page, _)| page.role != Role::Auxiliary)
    }

    /// Whether the text is a script.
    pub(crate) const fn is_in_script(&self) -> bool {
        self.page.is_none()
    }

    /// Whether the place is in a code block or a code span of a page.
    pub(crate) fn is_in_code(&self) -> bool {
        self.code().is_some()
    }

    /// Returns the code block or code span around the place.
    pub(crate) fn code(&self) -> Option<Span> {
        let markdown = &self.page?.0.markdown;
        let around = |spans: &[Span]| {
            let before = spans.partition_point(|span| span.start <= self.span.start);
            let last = before.checked_sub(1).map(|at| spans[at]);
            last.filter(|span| self.span.start < span.end)
        };
        around(&markdown.code_blocks).or_else(|| around(&markdown.code_spans))
    }

    /// Whether the text around the place shows or forbids an attack.
    pub(crate) fn is_sample(&self) -> bool {
        let Some((page, _)) = self.page else {
            return false;
        };
        self.is_attack()
            || mention_context::is_forbidden(&page.text, self.span)
            || self
                .code()
                .is_some_and(|code| mention_context::is_forbidden(&page.text, code))
    }

    /// Whether the place is in a section about attacks.
    pub(crate) fn is_attack(&self) -> bool {
        self.page.is_some_and(|(page, attacks)| {
            let attacks = attacks.get_or_init(|| attack_sections::read(&page.text));
            attacks.has(self.span.start)
        })
    }

    /// Returns the line of the place, at most `reach` bytes on each side.
    pub(crate) fn line(&self, reach: usize) -> Span {
        let from = self
            .text
            .floor_char_boundary(self.span.start.saturating_sub(reach));
        let to = self
            .text
            .floor_char_boundary(self.span.end.saturating_add(reach));
        let before = memchr::memrchr(b'\n', &self.text.as_bytes()[from..self.span.start]);
        let after = memchr::memchr(b'\n', &self.text.as_bytes()[self.span.end..to]);
        let start = before.map_or(from, |at| from + at + 1);
        let end = after.map_or(to, |at| self.span.end + at);
        Span::new(start, end)
    }

    /// Returns a finding at a span of the text.
    pub(crate) fn finding(&self, span: Span, message: impl Into<String>) -> Finding {
        Finding::in_file(self.path, span, message)
    }
}
