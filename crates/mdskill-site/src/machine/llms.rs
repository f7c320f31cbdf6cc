//! `llms.txt`: the skills as a list for a language model. Source: llmstxt.org.

use std::fmt::Write as _;

use super::discovery::skill_file;
use crate::Settings;
use crate::format::{count, cut};
use crate::model::{Repository, Summary, by_repository};
use crate::paths::encode;

/// The most characters of a description.
const MAX_DESCRIPTION: usize = 300;

pub(super) fn page(
    settings: &Settings,
    repositories: &[Repository],
    skills: &[Summary],
) -> Vec<u8> {
    let base = settings.base_url.as_deref().unwrap_or_default();
    let mut text = format!("# {}\n\n", line(&settings.title));
    let counted = count(skills.len(), "skill");
    let _infallible = writeln!(
        text,
        "> {counted} for coding agents. `mdskill add SPEC` installs one with the spec in its line."
    );
    let of_repository = by_repository(skills);
    for repository in repositories {
        let Some(skills) = of_repository.get(&*repository.name) else {
            continue;
        };
        let _infallible = write!(text, "\n## {}\n\n", line(&repository.name));
        for skill in skills {
            let page = || format!("{}/index.json", encode(&skill.page));
            let address = skill_file(skill).unwrap_or_else(page);
            let description = skill.description.as_deref().unwrap_or_default();
            let _infallible = writeln!(
                text,
                "- [{}]({base}{address}): `{}`. {}",
                line(&skill.name),
                line(&skill.spec),
                line(&cut(description, MAX_DESCRIPTION)),
            );
        }
    }
    text.into_bytes()
}

/// Returns a text as part of one line.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
