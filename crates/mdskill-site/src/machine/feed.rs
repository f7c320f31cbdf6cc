//! `feed.xml`: the newest changes of the skills. Source: RFC 4287.

use std::fmt::Write as _;

use super::page_url;
use crate::Settings;
use crate::escape::escape;
use crate::model::{Change, Summary};

/// The most changes in the feed.
const MAX_CHANGES: usize = 100;
/// The date of a feed without changes, because the time of the run would differ each time.
const NO_DATE: &str = "1970-01-01";

pub(super) fn page(settings: &Settings, base: &str, skills: &[Summary]) -> Vec<u8> {
    let mut changes: Vec<(&Summary, &Change)> = skills
        .iter()
        .flat_map(|skill| skill.changes.iter().map(move |change| (skill, change)))
        .collect();
    changes.sort_by_key(|(skill, change)| (std::cmp::Reverse(&*change.date), &*skill.page));
    changes.truncate(MAX_CHANGES);
    let newest = changes.first().map_or(NO_DATE, |(_, change)| &change.date);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <title>{}</title>\n<id>{base}</id>\n<link href=\"{base}\"/>\n<link rel=\"self\" href=\"{base}feed.xml\"/>\n\
         <updated>{newest}T00:00:00Z</updated>\n",
        escape(&settings.title),
        base = escape(base),
    );
    for (skill, change) in changes {
        let page = escape(&page_url(base, &skill.page));
        let _infallible = write!(
            xml,
            "<entry>\n<title>{}: {}</title>\n<id>{page}#{}</id>\n<link href=\"{page}\"/>\n\
             <updated>{}T00:00:00Z</updated>\n<author><name>{}</name></author>\n<summary>{}</summary>\n</entry>\n",
            escape(&skill.name),
            escape(&change.summary),
            escape(&change.commit),
            escape(&change.date),
            escape(&change.author),
            escape(&summary(skill, change)),
        );
    }
    xml.push_str("</feed>\n");
    xml.into_bytes()
}

/// Returns what happened, in one sentence.
fn summary(skill: &Summary, change: &Change) -> String {
    let mut text = format!("{} was {}", skill.spec, change.action);
    let mut kinds: Vec<&str> = change.gained.iter().map(|one| one.kind.word()).collect();
    kinds.dedup();
    if !kinds.is_empty() {
        let _infallible = write!(text, "; new: {}", kinds.join(", "));
    }
    text.push('.');
    text
}
