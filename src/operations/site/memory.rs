//! [`Memory`]: the pages of an earlier run in this process, so that a preview makes only those that change.

use std::collections::HashMap;

use serde::Serialize;

use crate::digest::Digest;
use crate::operations::log::KnownHistories;
use mdskill_lint::limits::Limits;
use mdskill_site::Settings;
use mdskill_site::model::{Skill, Summary};

/// The pages of the skills of an earlier run.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Whether there is a next run.
    is_kept: bool,
    /// The settings of the site, and the limits of skills.
    settings: Option<Digest>,
    /// The commits that changed the skills.
    pub(super) histories: KnownHistories,
    /// The skills by the address of their page.
    skills: HashMap<String, Remembered>,
}

/// A skill whose pages were made.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    /// All that its pages are made from.
    key: Digest,
    pub(super) summary: Summary,
    /// The pages, with their digests.
    pub(super) pages: Vec<(String, Digest)>,
}

/// Returns the digest of all that the pages of a skill are made from: its git tree is part of what is
/// known about its origin.
pub(super) fn key_of(origin: &Skill, history: &impl Serialize, others: &[&Summary]) -> Digest {
    // Of the skills that its page lists, the facts that it shows: the first ones are listed on the pages of all
    // others, which a change of their text does not change.
    let others = others.iter().map(|other| {
        let facts = (&other.name, &other.page, &other.description);
        (facts, &other.capabilities, &other.date)
    });
    let others: Vec<_> = others.collect();
    // Texts, numbers, and lists can be written as JSON.
    let all = (origin, origin.is_discoverable, history, others);
    let text = serde_json::to_vec(&all).unwrap_or_default();
    Digest::of_bytes(&text)
}

impl Memory {
    /// Creates one for several runs. Without it, nothing is remembered.
    pub(crate) fn kept() -> Self {
        Self {
            is_kept: true,
            ..Self::default()
        }
    }

    /// Whether pages are remembered.
    pub(super) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Forgets pages of a site with other settings or limits.
    pub(super) fn begin(&mut self, settings: &Settings, limits: Limits) {
        let text = format!("{settings:?} {limits:?}");
        let settings = Some(Digest::of_bytes(text.as_bytes()));
        if self.settings != settings {
            self.skills.clear();
            self.settings = settings;
        }
    }

    /// Returns the pages of a skill that was made from the same.
    pub(super) fn get(&self, page: &str, key: Digest) -> Option<Remembered> {
        let known = self.skills.get(page).filter(|known| known.key == key);
        known.cloned()
    }

    /// Remembers the pages of a skill.
    pub(super) fn insert(&mut self, key: Digest, summary: &Summary, pages: Vec<(String, Digest)>) {
        let remembered = Remembered {
            key,
            summary: summary.clone(),
            pages,
        };
        self.skills.insert(summary.page.clone(), remembered);
    }
}
