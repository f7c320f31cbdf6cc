//! [`ParsedSkill`]: a skill, read once for all rules.

use std::borrow::Cow;

use crate::SKILL_FILE;
use crate::frontmatter::{self, Fault, Field, Frontmatter, FrontmatterError, MAX_SKILL_MD_BYTES};
use crate::markdown::{self, Markdown};
use crate::profile::Profile;
use crate::references::path_index::PathIndex;
use crate::references::resolve::{Origin, ResolvedLink, Resolver};
use crate::skill_files::{Entry, EntryKind, SkillFiles, Unreadable};

/// A skill, read once for all rules.
pub struct ParsedSkill<'a> {
    /// The skill.
    pub files: &'a dyn SkillFiles,
    /// The paths in it.
    pub paths: PathIndex<'a>,
    /// Its Markdown files that are text, `SKILL.md` first; those of a skill within this one are
    /// that skill's.
    pub pages: Vec<Page<'a>>,
    /// Whose eyes it is looked at with.
    pub profile: Profile,
    /// The bytes of `SKILL.md`, when the skill has it and it can be read.
    pub skill_md: Option<Cow<'a, [u8]>>,
    /// The folders of the skills directly within this one, each with its `/`, sorted.
    pub nested: Vec<&'a str>,
    /// What could not be read, and why.
    pub unreadable: Vec<(&'a str, Unreadable)>,
    frontmatter: Option<Result<Frontmatter, FrontmatterError>>,
}

/// One Markdown file of a skill.
#[derive(Debug)]
pub struct Page<'a> {
    /// Where it lies in the skill.
    pub path: &'a str,
    /// The whole file.
    pub text: Cow<'a, str>,
    /// Where its Markdown begins: after the frontmatter, else at 0.
    pub body_offset: usize,
    /// What it holds after its frontmatter.
    pub markdown: Markdown,
    /// Where each reference of `markdown` resolved_links.
    pub resolved_links: Vec<ResolvedLink<'a>>,
    /// Who reads it.
    pub role: Role,
}

/// Who reads a Markdown file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Every agent that loads the skill.
    SkillMd,
    /// An agent that is sent there.
    SupportingPage,
    /// People, or the one who fills a template in: README, `assets/`, `examples/`, tests.
    Auxiliary,
}

impl<'a> ParsedSkill<'a> {
    /// Reads `skill`. The body is read even when the YAML before it is broken.
    #[must_use]
    pub fn new(files: &'a dyn SkillFiles, profile: Profile) -> Self {
        let entries = files.entries();
        let mut skill = Self {
            files,
            paths: PathIndex::new(entries),
            pages: Vec::new(),
            profile,
            skill_md: None,
            nested: nested_skills(entries),
            unreadable: Vec::new(),
            frontmatter: None,
        };
        skill.read_skill_md();
        skill.read_pages();
        skill
    }

    fn read_pages(&mut self) {
        self.parse_skill_md();
        for entry in self.files.entries() {
            let is_page = is_markdown(&entry.path) && is_small(entry);
            if is_page && entry.path != SKILL_FILE && !self.is_nested(&entry.path) {
                self.read_page(&entry.path);
            }
        }
        self.resolve();
    }

    fn read_skill_md(&mut self) {
        let entry = self.entry(SKILL_FILE).filter(|entry| entry.is_file());
        let Some(entry) = entry else { return };
        let bytes = match self.files.read(&entry.path) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable.push((&entry.path, error)),
        };
        self.frontmatter = Some(frontmatter::parse(&bytes));
        self.skill_md = Some(bytes);
    }

    fn parse_skill_md(&mut self) {
        let Some(bytes) = &self.skill_md else { return };
        let from = match frontmatter::split(bytes) {
            Ok(document) => document.body_offset,
            Err(error) if matches!(error.fault, Fault::NoFrontmatter { .. }) => 0,
            Err(_) => return,
        };
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.pages.push(Page {
                path: SKILL_FILE,
                body_offset: from,
                markdown: markdown::read(text, from),
                resolved_links: Vec::new(),
                text: Cow::Owned(text.to_owned()),
                role: Role::SkillMd,
            });
        }
    }

    fn read_page(&mut self, path: &'a str) {
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable.push((path, error)),
        };
        let text = match bytes {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        if let Some(text) = text {
            let document = frontmatter::split(text.as_bytes());
            let from = document.map_or(0, |document| document.body_offset);
            self.pages.push(Page {
                path,
                body_offset: from,
                markdown: markdown::read(&text, from),
                resolved_links: Vec::new(),
                text,
                role: role_of(path),
            });
        }
    }

    fn resolve(&mut self) {
        let resolver = Resolver::new(self.files, &self.paths);
        for page in &mut self.pages {
            let origin = Origin {
                path: page.path,
                text: &page.text,
            };
            let references = page.markdown.links.iter();
            page.resolved_links = references
                .map(|reference| resolver.resolve(origin, reference))
                .collect();
        }
    }

    /// Whether a path belongs to a skill within this one.
    #[must_use]
    pub fn is_nested(&self, path: &str) -> bool {
        // None of the folders is in another, so only the last one before the path can hold it.
        let before = self.nested.partition_point(|folder| *folder <= path);
        let last = before.checked_sub(1).map(|at| self.nested[at]);
        last.is_some_and(|folder| path.starts_with(folder))
    }

    /// Returns what lies at exactly this path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&'a Entry> {
        let entries = self.files.entries();
        let at = entries.binary_search_by(|entry| entry.path.as_str().cmp(path));
        at.ok().map(|at| &entries[at])
    }

    /// Returns the page of `SKILL.md`, when it is text with an end to its frontmatter.
    #[must_use]
    pub fn skill_page(&self) -> Option<&Page<'a>> {
        self.pages.first().filter(|page| page.role == Role::SkillMd)
    }

    /// Returns the page at exactly this path.
    #[must_use]
    pub fn page(&self, path: &str) -> Option<&Page<'a>> {
        let skill_page = self.skill_page();
        if path == SKILL_FILE {
            return skill_page;
        }
        // The others are in the order of the entries.
        let others = &self.pages[usize::from(skill_page.is_some())..];
        let at = others.binary_search_by(|page| page.path.cmp(path)).ok()?;
        Some(&others[at])
    }

    /// Returns the pages that agents read.
    pub fn read_by_agents(&self) -> impl Iterator<Item = &Page<'a>> {
        self.pages
            .iter()
            .filter(|page| page.role != Role::Auxiliary)
    }

    /// Returns the text of `SKILL.md`, up to the first byte that is none.
    #[must_use]
    pub fn skill_text(&self) -> &str {
        let bytes = self.skill_md.as_deref().unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
        }
    }

    /// Returns the frontmatter when it could be read.
    #[must_use]
    pub fn frontmatter(&self) -> Option<&Frontmatter> {
        self.frontmatter.as_ref()?.as_ref().ok()
    }

    /// Returns why the frontmatter could not be read.
    #[must_use]
    pub fn frontmatter_error(&self) -> Option<&FrontmatterError> {
        self.frontmatter.as_ref()?.as_ref().err()
    }

    /// Returns the field of that key of a readable frontmatter.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.frontmatter()?.field(key)
    }
}

fn is_markdown(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["md", "markdown", "mdx"]
        .iter()
        .any(|markdown| extension.eq_ignore_ascii_case(markdown))
}

fn is_small(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::File { bytes, .. } if bytes <= MAX_SKILL_MD_BYTES as u64)
}

/// Returns the folders of the skills within this skill, each with its `/`; what lies within one
/// of those is that one's.
fn nested_skills(entries: &[Entry]) -> Vec<&str> {
    let folders = entries.iter().filter_map(|entry| {
        let folder = entry.path.strip_suffix(SKILL_FILE)?;
        (folder.ends_with('/') && entry.is_file()).then_some(folder)
    });
    let mut folders: Vec<&str> = folders.collect();
    folders.sort_unstable();
    folders.dedup_by(|later, kept| later.starts_with(*kept));
    folders
}

/// Half of what is missing in these is what somebody is to fill in (of 20 read by hand).
fn role_of(path: &str) -> Role {
    const FOLDERS: [&str; 6] = [
        "assets",
        "templates",
        "examples",
        "evals",
        "tests",
        "benchmarks",
    ];
    const FILES: [&str; 5] = [
        "readme",
        "changelog",
        "skill-card",
        "agents",
        "contributing",
    ];
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or_default().to_lowercase();
    let is_aside =
        FILES.contains(&stem.as_str()) || folders.split('/').any(|part| FOLDERS.contains(&part));
    match is_aside {
        true => Role::Auxiliary,
        false => Role::SupportingPage,
    }
}
