//! `releases.json` of a skill, which Renovate's custom data sources read.
//!
//! A skill has a release whenever a commit changes it. Its version is the tag that brought it, or the day
//! if the repository has no tags of versions. Source: docs.renovatebot.com/modules/datasource/custom.

use std::collections::HashMap;

use serde::Serialize;

use super::page_url;
use crate::format::json;
use crate::model::{Change, Skill};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    releases: Vec<Release<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
}

#[derive(Serialize)]
struct Release<'a> {
    version: String,
    #[serde(rename = "releaseTimestamp")]
    time: String,
    /// The commit.
    digest: &'a str,
    #[serde(rename = "changelogUrl", skip_serializing_if = "Option::is_none")]
    changes: Option<&'a str>,
}

/// Returns the releases, the newest first; `None` if the history is unknown.
pub(super) fn page(skill: &Skill, base: Option<&str>) -> Option<Vec<u8>> {
    if skill.history.is_empty() {
        return None;
    }
    let releases = versions(skill)
        .into_iter()
        .map(|(version, change)| Release {
            version,
            time: format!("{}T00:00:00.000Z", change.date),
            digest: &change.commit,
            changes: change.url.as_deref(),
        });
    Some(json(&Page {
        releases: releases.collect(),
        source_url: skill.repository_url.as_deref(),
        homepage: base.map(|base| page_url(base, &skill.page)),
    }))
}

/// Returns the changes that are releases, with their versions.
fn versions(skill: &Skill) -> Vec<(String, &Change)> {
    let exists = |change: &&Change| change.action != "removed";
    let changes = || skill.history.iter().filter(exists);
    if changes().any(|change| change.version.is_some()) {
        let mut tagged: Vec<(String, &Change)> = changes()
            .filter_map(|change| Some((change.version.clone()?, change)))
            .collect();
        // The newest change in a version is what the version has.
        tagged.dedup_by(|later, earlier| later.0 == earlier.0);
        return tagged;
    }
    // Earlier changes of the oldest day may be unknown, and they would change the numbers of that day.
    let last = skill.history.last().filter(|_| skill.has_more_history);
    let cut_off = last.map(|change| &change.date);
    let mut days: HashMap<&str, usize> = HashMap::new();
    let mut dated: Vec<(String, &Change)> = Vec::new();
    for change in changes().collect::<Vec<_>>().into_iter().rev() {
        if Some(&change.date) == cut_off {
            continue;
        }
        let number = days.entry(&change.date).or_default();
        let day = change.date.replace('-', ".");
        dated.push((format!("{day}.{number}"), change));
        *number += 1;
    }
    dated.reverse();
    dated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(date: &str, version: Option<&str>) -> Change {
        Change {
            date: date.to_owned(),
            action: "changed".to_owned(),
            version: version.map(str::to_owned),
            ..Change::default()
        }
    }

    fn versions_of(history: Vec<Change>, has_more_history: bool) -> Vec<String> {
        let skill = Skill {
            history,
            has_more_history,
            ..Skill::default()
        };
        let versions = versions(&skill).into_iter();
        versions.map(|(version, _)| version).collect()
    }

    #[test]
    fn version_is_the_tag_or_the_day() {
        let days = || {
            let days = ["2026-11-02", "2026-11-01", "2026-11-01", "2026-10-30"];
            days.map(|day| change(day, None)).to_vec()
        };
        let expected = [
            "2026.11.02.0",
            "2026.11.01.1",
            "2026.11.01.0",
            "2026.10.30.0",
        ];
        assert_eq!(versions_of(days(), false), expected);
        assert_eq!(versions_of(days(), true), expected[..3]);
        let tagged = vec![
            change("2026-11-04", None),
            change("2026-11-03", Some("v2")),
            change("2026-11-02", Some("v1")),
            change("2026-11-01", Some("v1")),
        ];
        assert_eq!(versions_of(tagged, false), ["v2", "v1"]);
    }
}
