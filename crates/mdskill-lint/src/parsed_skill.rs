//! [`ParsedSkill`]: a skill, parsed once for all rules.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::SKILL_FILE;
use crate::audit::{self, Audit};
use crate::frontmatter::{self, Fault, Field, Frontmatter, FrontmatterError, MAX_SKILL_MD_BYTES};
use crate::limits::Limits;
use crate::markdown::{self, Markdown};
use crate::profile::Profile;
use crate::references::path_index::{self, PathIndex};
use crate::references::resolve::{Origin, ResolvedLink, Resolver};
use crate::skill_files::{Entry, EntryKind, PathKind, SkillFiles, Unreadable};

/// A skill, parsed once for all rules.
pub struct ParsedSkill<'a> {
    /// Its files.
    pub files: &'a dyn SkillFiles,
    /// Their paths.
    pub paths: PathIndex<'a>,
    /// Its Markdown files that are UTF-8, `SKILL.md` first. Pages of a nested skill are not
    /// included, because they belong to that skill.
    pub pages: Vec<Page<'a>>,
    /// The profile to validate against.
    pub profile: Profile,
    /// The size of a skill that can be installed.
    pub limits: Limits,
    /// The bytes of `SKILL.md`, if it exists, can be read, and is not larger than the limit: the file that
    /// a thousand skills of a small repository share may be large.
    pub skill_md: Option<Cow<'a, [u8]>>,
    /// The folders of the outermost nested skills, each with a trailing `/`, sorted.
    pub nested: Vec<&'a str>,
    /// The files that could not be read, and the reasons.
    pub unreadable: Vec<(&'a str, Unreadable)>,
    frontmatter: Option<Result<Frontmatter, FrontmatterError>>,
    audit: OnceCell<Audit<'a>>,
}

/// One Markdown file of a skill.
#[derive(Debug)]
pub struct Page<'a> {
    /// Its path in the skill.
    pub path: &'a str,
    /// The whole file.
    pub text: Cow<'a, str>,
    /// The byte at which its Markdown begins: after the frontmatter, or 0 without one.
    pub body_offset: usize,
    /// The parsed text after the frontmatter.
    pub markdown: Markdown,
    /// The destinations of the references of `markdown`, in the same order.
    pub resolved_links: Vec<ResolvedLink<'a>>,
    /// Its role in the skill.
    pub role: Role,
    /// Whether it is in a folder of samples, tests, or the repository around the skill.
    pub is_sample: bool,
}

/// The role of a Markdown file in a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `SKILL.md`, which every agent reads that loads the skill.
    SkillMd,
    /// A page that an agent reads when another page refers to it.
    SupportingPage,
    /// A page that is not meant for agents: README, `assets/`, `examples/`, tests.
    Auxiliary,
}

impl<'a> ParsedSkill<'a> {
    /// Parses the skill with these files. The body is parsed even when the YAML is invalid.
    pub(crate) fn new(files: &'a dyn SkillFiles, profile: Profile) -> Self {
        Self::with_frontmatter(files, profile, None)
    }

    /// As [`ParsedSkill::new`], with the frontmatter of `SKILL.md` if it was parsed before.
    pub(crate) fn with_frontmatter(
        files: &'a dyn SkillFiles,
        profile: Profile,
        known: Option<Result<Frontmatter, FrontmatterError>>,
    ) -> Self {
        let entries = files.entries();
        let mut skill = Self {
            files,
            paths: PathIndex::new(entries),
            pages: Vec::new(),
            profile,
            limits: Limits::default(),
            skill_md: None,
            nested: nested_skills(entries),
            unreadable: Vec::new(),
            frontmatter: None,
            audit: OnceCell::new(),
        };
        skill.read_skill_md(known);
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

    fn read_skill_md(&mut self, known: Option<Result<Frontmatter, FrontmatterError>>) {
        let entry = self.entry(SKILL_FILE).filter(|entry| entry.is_file());
        let Some(entry) = entry else { return };
        if let EntryKind::File { bytes, .. } = entry.kind
            && bytes > MAX_SKILL_MD_BYTES as u64
        {
            self.frontmatter = Some(Err(FrontmatterError::of_large_file(bytes)));
            return;
        }
        let bytes = match self.files.read(&entry.path) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable.push((&entry.path, error)),
        };
        debug_assert!(
            known
                .as_ref()
                .is_none_or(|known| *known == frontmatter::parse(&bytes)),
            "the frontmatter is that of SKILL.md"
        );
        self.frontmatter = known.or_else(|| Some(frontmatter::parse(&bytes)));
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
                is_sample: false,
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
            let document = frontmatter::split_if_any(&text);
            let from = document.map_or(0, |document| document.body_offset);
            let is_sample = path.split('/').rev().skip(1).any(is_auxiliary_folder)
                || self.files.place() == Some("") && is_of_repository(path);
            self.pages.push(Page {
                path,
                body_offset: from,
                markdown: markdown::read(&text, from),
                resolved_links: Vec::new(),
                text,
                role: if is_sample {
                    Role::Auxiliary
                } else {
                    role_of(path)
                },
                is_sample,
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

    /// Whether a path belongs to a nested skill.
    pub(crate) fn is_nested(&self, path: &str) -> bool {
        // The folders do not contain each other, so only the last one before the path can contain it.
        let before = self.nested.partition_point(|folder| *folder <= path);
        let last = before.checked_sub(1).map(|at| self.nested[at]);
        last.is_some_and(|folder| path.starts_with(folder))
    }

    /// Whether the skill is in the folder of another one of the repository. The repository itself
    /// can also be a skill, but does not count: its pages seldom mention files of the others.
    pub(crate) fn is_in_another_skill(&self) -> bool {
        let place = self.files.place().unwrap_or_default();
        let mut above = path_index::upwards(path_index::folder_of(place));
        above.any(|folder| {
            let file = format!("{folder}/{SKILL_FILE}");
            self.files.in_repository(&file) == Some(PathKind::File)
        })
    }

    /// Returns the entry with exactly this path.
    pub(crate) fn entry(&self, path: &str) -> Option<&'a Entry> {
        let entries = self.files.entries();
        let at = entries.binary_search_by(|entry| entry.path.as_str().cmp(path));
        at.ok().map(|at| &entries[at])
    }

    /// Returns the page of `SKILL.md`, unless it is not UTF-8 or its frontmatter is not closed.
    pub(crate) fn skill_page(&self) -> Option<&Page<'a>> {
        self.pages.first().filter(|page| page.role == Role::SkillMd)
    }

    /// Returns the page with exactly this path.
    pub(crate) fn page(&self, path: &str) -> Option<&Page<'a>> {
        let skill_page = self.skill_page();
        if path == SKILL_FILE {
            return skill_page;
        }
        // The other pages are sorted by path, like the entries.
        let others = &self.pages[usize::from(skill_page.is_some())..];
        let at = others.binary_search_by(|page| page.path.cmp(path)).ok()?;
        Some(&others[at])
    }

    /// Returns the text files that are not pages, and the places that the rules of the audit check.
    pub(crate) fn audit(&self) -> &Audit<'a> {
        self.audit.get_or_init(|| {
            let pages = self.pages.iter().map(|page| (page.path, &*page.text));
            let pages: Vec<_> = pages.collect();
            Audit::of(self.files, &pages, |path| self.is_nested(path))
        })
    }

    /// Returns the pages that agents read.
    pub(crate) fn read_by_agents(&self) -> impl Iterator<Item = &Page<'a>> {
        self.pages
            .iter()
            .filter(|page| page.role != Role::Auxiliary)
    }

    /// Returns the text of `SKILL.md`, up to the first byte that is not UTF-8.
    pub(crate) fn skill_text(&self) -> &str {
        match self.skill_page() {
            Some(page) => &page.text,
            None => valid_utf8(self.skill_md.as_deref().unwrap_or_default()),
        }
    }

    /// Returns the beginning of a file that is not a page; an empty text if it can't be read.
    pub(crate) fn script_text(&self, path: &str) -> Cow<'a, str> {
        audit::script_text(self.files, path)
    }

    /// Returns the parsed frontmatter, if `SKILL.md` could be read.
    pub(crate) fn parsed_frontmatter(&self) -> Option<&Result<Frontmatter, FrontmatterError>> {
        self.frontmatter.as_ref()
    }

    /// Returns the frontmatter, if it is valid.
    pub(crate) fn frontmatter(&self) -> Option<&Frontmatter> {
        self.frontmatter.as_ref()?.as_ref().ok()
    }

    /// Returns the error of an invalid frontmatter.
    pub(crate) fn frontmatter_error(&self) -> Option<&FrontmatterError> {
        self.frontmatter.as_ref()?.as_ref().err()
    }

    /// Returns the field with this key, if the frontmatter is valid.
    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.frontmatter()?.field(key)
    }
}

/// Returns the text up to the first byte that is not UTF-8.
fn valid_utf8(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
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

/// Returns the folders of the outermost nested skills, each with a trailing `/`, sorted.
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

/// Auxiliary pages are recognized by name. Half of the broken references in them are blanks for the
/// user to fill in (20 were read by hand).
fn role_of(path: &str) -> Role {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default().to_lowercase();
    let is_auxiliary = matches!(
        stem.as_str(),
        "readme" | "changelog" | "skill-card" | "agents" | "claude" | "gemini" | "contributing"
    );
    if is_auxiliary {
        Role::Auxiliary
    } else {
        Role::SupportingPage
    }
}

/// Whether a page belongs to a repository, and not to the skill at its root.
fn is_of_repository(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    matches!(top, "docs" | "doc" | ".github" | ".claude" | "src" | "test")
}

/// Whether a folder has samples and tests. `expected_outputs` has the output of a skill, whose links
/// lead to other files of the output.
fn is_auxiliary_folder(folder: &str) -> bool {
    matches!(
        folder,
        "assets"
            | "templates"
            | "examples"
            | "samples"
            | "evals"
            | "tests"
            | "fixtures"
            | "benchmarks"
            | "expected_outputs"
            | "expected-outputs"
            | "expected_output"
            | "expected-output"
    )
}
