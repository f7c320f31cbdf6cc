//! The targets of `#fragment`: the slugs of headings, and explicit ids.

use std::collections::{HashMap, HashSet};

/// The fragments of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors(HashSet<String>);

impl Anchors {
    /// Whether the page has a target for `#fragment`. Letter case and the prefix `user-content-` are
    /// ignored, as on GitHub, and every page has the targets `#`, `#top` and `#L10`.
    pub(crate) fn has(&self, fragment: &str) -> bool {
        let folded = fragment.to_lowercase();
        let folded = folded.strip_prefix("user-content-").unwrap_or(&folded);
        let is_line = folded
            .strip_prefix('l')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        folded.is_empty() || folded == "top" || is_line || self.0.contains(folded)
    }
}

/// Collects the fragments of a page, and counts headings with the same slug.
#[derive(Debug, Default)]
pub struct Slugs {
    anchors: HashSet<String>,
    uses: HashMap<String, usize>,
}

impl Slugs {
    /// Adds a heading by its text without markup: GitHub's slug, and an `{#id}` at its end. Returns the
    /// slug, which no heading before it has.
    pub fn add_heading(&mut self, heading: &str) -> String {
        let heading = heading.trim();
        if let Some((_, id)) = heading.rsplit_once("{#")
            && let Some(id) = id.strip_suffix('}')
        {
            self.add_id(id);
        }
        let slug = slug(heading);
        let uses = self.uses.entry(slug.clone()).or_default();
        *uses += 1;
        let unique = match *uses {
            1 => slug,
            uses => format!("{slug}-{}", uses - 1),
        };
        self.anchors.insert(unique.clone());
        unique
    }

    /// Adds an explicit id.
    pub(crate) fn add_id(&mut self, id: &str) {
        self.anchors.insert(id.to_lowercase());
    }

    pub(crate) fn into_anchors(self) -> Anchors {
        Anchors(self.anchors)
    }
}

/// Returns GitHub's slug of a heading: lower case, without punctuation, `-` for a space.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        // In some scripts, vowels are combining marks.
        c if unicode_normalization::char::is_combining_mark(c) => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(headings: &[&str]) -> Anchors {
        let mut slugs = Slugs::default();
        for heading in headings {
            slugs.add_heading(heading);
        }
        slugs.into_anchors()
    }

    #[test]
    fn a_heading_has_the_slug_that_github_gives_it() {
        for (heading, slug) in [
            ("Quick start", "quick-start"),
            ("R101 — Do (not) panic!", "r101--do-not-panic"),
            ("`add_all` & more", "add_all--more"),
            ("Über été", "über-été"),
            ("2. Setup / install", "2-setup--install"),
        ] {
            assert!(anchors(&[heading]).has(slug), "{heading}: {slug}");
        }
        let twice = anchors(&["Example", "Example", "Named {#own-id}"]);
        assert!(twice.has("example-1") && !twice.has("example-2"));
        assert!(twice.has("Own-ID") && twice.has("L12") && twice.has(""));
        assert!(twice.has("user-content-example") && !twice.has("nothing"));
    }
}
