//! [`AttackSections`]: the sections of a page that show attacks, so that agents recognize them.

use crate::span::Span;

/// Words of a heading above samples of attacks. `security` and `vulnerability` are not included,
/// because their sections also have instructions, for example to install a scanner.
const WORDS: [&str; 10] = [
    "attack",
    "exploit",
    "payload",
    "malicious",
    "malware",
    "compromise",
    "red flag",
    "backdoor",
    "exfiltrat",
    "anti-pattern",
];

/// The sections about attacks, sorted.
#[derive(Debug)]
pub(crate) struct AttackSections(Vec<Span>);

impl AttackSections {
    /// Whether byte `at` of the page is in a section about attacks.
    pub(crate) fn has(&self, at: usize) -> bool {
        let before = self.0.partition_point(|section| section.start <= at);
        self.0[..before]
            .last()
            .is_some_and(|section| at < section.end)
    }
}

/// Returns the sections of a page whose heading is about attacks, with their subsections.
pub(crate) fn read(page: &str) -> AttackSections {
    let mut sections: Vec<Span> = Vec::new();
    // The level of the heading of the section that is open.
    let mut open: Option<usize> = None;
    let mut is_code = false;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        // A comment of a shell script is not a heading.
        if !is_code && (1..=6).contains(&level) && open.is_none_or(|open| level <= open) {
            let title = title.to_lowercase();
            open = WORDS
                .iter()
                .any(|word| title.contains(word))
                .then_some(level);
            if open.is_some() {
                sections.push(Span::at(start));
            }
        }
        if open.is_some()
            && let Some(section) = sections.last_mut()
        {
            section.end = at;
        }
    }
    AttackSections(sections)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn section_about_attacks_ends_at_the_next_heading_of_its_level() {
        let page =
            "# CI\na\n## Attack vectors\nb\n```sh\n# c\n```\n### Install\nd\n## Install\ne\n";
        let sections = read(page);
        let found: Vec<char> = "abcde"
            .chars()
            .filter(|mark| sections.has(page.find(&format!("{mark}\n")).unwrap()))
            .collect();
        assert_eq!(found, ['b', 'c', 'd']);
    }
}
