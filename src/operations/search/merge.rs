//! Merges the results of all sources into one list.

use std::collections::HashMap;

use super::query::{NameMatch, Query};
use super::{Hit, Skill};
use crate::source::Source;

/// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
const FUSION: f64 = 60.0;

struct Row {
    skill: Skill,
    score: f64,
    name: NameMatch,
}

/// Merges lists of hits, each with the best first. A skill in several lists is one row.
///
/// The scores of different sources can't be compared, only the ranks: a skill that several sources
/// rank high is above one that only one of them does. Names that match are above all others. With the
/// same rank, the order of the lists decides.
pub(super) fn merge(query: &Query, lists: Vec<Vec<Hit>>) -> Vec<Skill> {
    let mut rows: Vec<Row> = Vec::new();
    let mut known: HashMap<(Source, String), Vec<usize>> = HashMap::new();
    for list in lists {
        for (rank, hit) in (1_u32..).zip(list) {
            let score = 1.0 / (FUSION + f64::from(rank));
            let key = hit.source.clone();
            let key = key.map(|source| (source, hit.name.to_lowercase()));
            let same = key.as_ref().and_then(|key| known.get(key));
            let same = same.and_then(|rows_of| {
                let mut rows_of = rows_of.iter();
                rows_of.find(|at| is_same_path(&rows[**at].skill, &hit))
            });
            if let Some(at) = same {
                rows[*at].score += score;
                add(&mut rows[*at].skill, hit);
                continue;
            }
            if let Some(key) = key {
                known.entry(key).or_default().push(rows.len());
            }
            rows.push(Row {
                score,
                name: query.match_name(&hit.name),
                skill: hit.into(),
            });
        }
    }
    rows.sort_by(|one, other| {
        let by_name = other.name.cmp(&one.name);
        by_name.then(other.score.total_cmp(&one.score))
    });
    rows.into_iter().map(|row| row.skill).collect()
}

/// Whether a hit may be this skill: catalogs do not know the path.
fn is_same_path(skill: &Skill, hit: &Hit) -> bool {
    match (&skill.path, &hit.path) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Adds what another source knows about the same skill.
fn add(skill: &mut Skill, hit: Hit) {
    if !skill.from.contains(&hit.from) {
        skill.from.push(hit.from);
    }
    // A lockfile has only the path, and GitHub does not know whether a name is enough.
    let is_shorter = |one: &String, other: &String| one.len() < other.len();
    match (&skill.spec, hit.spec) {
        (Some(known), Some(spec)) if skill.path.is_some() && !is_shorter(&spec, known) => {}
        (_, Some(spec)) => skill.spec = Some(spec),
        (_, None) => {}
    }
    skill.path = skill.path.take().or(hit.path);
    skill.description = skill.description.take().or(hit.description);
    skill.place = skill.place.take().or(hit.place);
    skill.installs = skill.installs.or(hit.installs);
    if skill.commits.is_empty() {
        skill.commits = hit.commits;
    }
}

impl From<Hit> for Skill {
    fn from(hit: Hit) -> Self {
        Self {
            name: hit.name,
            description: hit.description,
            spec: hit.spec,
            source: hit.source.as_ref().map(ToString::to_string),
            path: hit.path,
            place: hit.place,
            url: hit.url,
            installs: hit.installs,
            from: vec![hit.from],
            commits: hit.commits,
            repository: hit.source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(from: &str, source: &str, name: &str) -> Hit {
        Hit {
            name: name.to_owned(),
            source: Some(source.parse().unwrap()),
            spec: Some(format!("{source}/{name}")),
            from: from.to_owned(),
            ..Hit::default()
        }
    }

    fn names(skills: &[Skill]) -> Vec<&str> {
        skills.iter().map(|skill| skill.name.as_str()).collect()
    }

    #[test]
    fn skill_of_several_sources_is_one_row() {
        let mut cached = hit("cached", "github:acme/skills", "pdf");
        cached.path = Some("skills/pdf".to_owned());
        let mut web = hit("skills.sh", "github:Acme/Skills", "PDF");
        web.installs = Some(7);
        let other = hit("skills.sh", "github:other/skills", "pdf");
        let merged = merge(&Query::new("pdf"), vec![vec![cached], vec![other, web]]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].from, ["cached", "skills.sh"]);
        assert_eq!(merged[0].installs, Some(7));
        assert_eq!(merged[0].path.as_deref(), Some("skills/pdf"));
    }

    #[test]
    fn same_name_at_two_paths_is_two_rows() {
        let at = |path: &str| Hit {
            path: Some(path.to_owned()),
            ..hit("cached", "github:acme/skills", "pdf")
        };
        let merged = merge(&Query::new("pdf"), vec![vec![at("a/pdf"), at("b/pdf")]]);
        assert_eq!(merged.len(), 2);
    }

    #[test]
    fn matching_names_come_first() {
        let list = |names: &[&str]| {
            let hit = |name: &&str| hit("skills.sh", "github:acme/skills", name);
            names.iter().map(hit).collect::<Vec<_>>()
        };
        let merged = merge(
            &Query::new("pdf"),
            vec![
                list(&["forms", "pdf-tools"]),
                list(&["docx", "pdfs-and-more", "pdf"]),
            ],
        );
        assert_eq!(
            names(&merged),
            ["pdf", "pdf-tools", "pdfs-and-more", "forms", "docx"]
        );
    }
}
