//! [`Facts`]: the facts about the files of a skill.

use serde::Serialize;

use super::body_of;
use crate::policy::format_time;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::details::Details;
use mdskill_lint::diagnostic::{Diagnostic, Severity};
use mdskill_lint::frontmatter::MAX_SKILL_MD_BYTES;
use mdskill_lint::is_text;
use mdskill_lint::markdown::points;
use mdskill_lint::skill_files::{EntryKind, SkillFiles};
use mdskill_lint::tokens::{characters, estimate};

/// The most points that are shown.
const MAX_POINTS: usize = 5;

/// The facts about the files of a skill.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    /// When to use the skill, in the words of its text.
    pub(crate) points: Vec<String>,
    /// Its files.
    pub(crate) files: Vec<Size>,
    /// The number of bytes of its files.
    pub(crate) bytes: u64,
    /// The estimated tokens that an agent reads.
    pub(crate) tokens: Tokens,
    /// The number of findings of `validate`.
    pub(crate) findings: Findings,
    /// The findings of the audit.
    #[serde(skip)]
    pub(crate) dangers: Vec<Diagnostic>,
    /// The number of notes of the audit.
    #[serde(skip)]
    pub(crate) notes_of_audit: usize,
}

/// A file and its size.
#[derive(Debug, Serialize)]
pub(crate) struct Size {
    /// The path in the skill.
    pub(crate) path: String,
    /// The number of bytes.
    pub(crate) bytes: u64,
}

/// An estimate of the tokens that an agent reads: the number of characters, divided by four.
#[derive(Debug, Serialize)]
pub(crate) struct Tokens {
    /// Its name and description, which agents always read.
    pub(crate) description: usize,
    /// The text of `SKILL.md`, which agents read when they use the skill.
    pub(crate) body: usize,
    /// All files that are text.
    pub(crate) all: usize,
}

/// The number of findings by severity.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl Findings {
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| {
            let found = diagnostics.iter();
            found.filter(|one| one.severity == severity).count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Info),
        }
    }
}

impl Facts {
    /// Reads the facts. A file that can't be read counts no tokens.
    pub(crate) fn read(
        files: &dyn SkillFiles,
        name: &str,
        details: &Details,
        diagnostics: &[Diagnostic],
    ) -> Self {
        let mut sizes = Vec::new();
        let (mut all, mut skill_text) = (0, Vec::new());
        for entry in files.entries() {
            let EntryKind::File { bytes, .. } = entry.kind else {
                continue;
            };
            sizes.push(Size {
                path: entry.path.clone(),
                bytes,
            });
            let text = files.read(&entry.path).ok();
            if let Some(text) = text.filter(|text| is_text(text)) {
                all += characters(&text);
                if entry.path == SKILL_FILE && text.len() <= MAX_SKILL_MD_BYTES {
                    skill_text = text.into_owned();
                }
            }
        }
        let body = body_of(&skill_text);
        let description = details.description.as_deref().unwrap_or_default();
        Self {
            points: points(&body, MAX_POINTS),
            bytes: sizes.iter().map(|file| file.bytes).sum(),
            files: sizes,
            tokens: Tokens {
                description: estimate(characters(name.as_bytes()) + description.chars().count()),
                body: estimate(body.chars().count()),
                all: estimate(all),
            },
            findings: Findings::of(diagnostics),
            dangers: diagnostics
                .iter()
                .filter(|found| found.is_warning_of_audit())
                .cloned()
                .collect(),
            notes_of_audit: diagnostics
                .iter()
                .filter(|found| found.is_note_of_audit())
                .count(),
        }
    }
}

/// Returns the day of a commit, if it is here.
pub(crate) fn date_of(objects: &Objects, commit: Option<ObjectId>) -> Option<String> {
    let commit = objects.commit(commit?).ok()?;
    let time = format_time(u64::try_from(commit.time).ok()?, false);
    time.split(' ').next().map(str::to_owned)
}
