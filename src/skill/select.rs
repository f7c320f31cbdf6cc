//! Selects a skill by the text that the user typed: a path, a folder name, or a frontmatter name.
//!
//! This code does no I/O: the caller provides the frontmatter names.

use std::collections::BTreeMap;

use super::discover::{Discovery, Found, Plugin, plugin_of};
use super::hidden::{hidden_by_path, preference};

/// The skills that match a name or path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<'a> {
    /// Exactly one skill.
    One(&'a Found),
    /// Several different skills, which match equally well.
    Ambiguous(Vec<&'a Found>),
    /// No skill.
    Nothing,
}

/// Selects by path, then by folder name, which may follow the end of its path or the name of its
/// plugin (`plugin/skill`).
#[must_use]
pub fn by_path_or_folder<'a>(
    discovery: &'a Discovery,
    wanted: &str,
    plugins: &[Plugin],
) -> Choice<'a> {
    if let Some(found) = discovery.at(wanted) {
        return Choice::One(found);
    }
    let suffix = format!("/{wanted}");
    let (parent, name) = match wanted.rsplit_once('/') {
        Some((parent, name)) => (Some(parent), name),
        None => (None, wanted),
    };
    let is_below_parent = |found: &Found, parent: &str| {
        let folders = found
            .path
            .rsplit_once('/')
            .map_or("", |(folders, _)| folders);
        format!("/{folders}/").contains(&format!("/{parent}/"))
            || plugin_of(plugins, &found.path).is_some_and(|plugin| plugin.name == parent)
    };
    let by_end = |found: &&Found| found.path.ends_with(&suffix);
    let by_parent = |found: &&Found| {
        found.folder() == Some(name) && parent.is_some_and(|parent| is_below_parent(found, parent))
    };
    match choose(discovery, discovery.skills.iter().filter(by_end)) {
        Choice::Nothing => choose(discovery, discovery.skills.iter().filter(by_parent)),
        choice => choice,
    }
}

/// Selects by frontmatter name; `name_of` returns the name of a skill.
#[must_use]
pub fn by_frontmatter<'a>(
    discovery: &'a Discovery,
    wanted: &str,
    name_of: impl Fn(&Found) -> Option<String>,
) -> Choice<'a> {
    let by_name = |found: &&Found| name_of(found).as_deref() == Some(wanted);
    choose(discovery, discovery.skills.iter().filter(by_name))
}

/// Chooses among skills that match equally well. Identical ones are one skill, at the conventional
/// path, and skills that are hidden by their path match only if no other does.
pub fn choose<'a>(
    discovery: &Discovery,
    matches: impl IntoIterator<Item = &'a Found>,
) -> Choice<'a> {
    let mut matches: Vec<&Found> = matches.into_iter().collect();
    if matches.len() > 1 {
        let is_hidden = |found: &&Found| hidden_by_path(discovery, &found.path).is_some();
        let (hidden, visible): (Vec<_>, Vec<_>) = matches.into_iter().partition(is_hidden);
        matches = if visible.is_empty() { hidden } else { visible };
    }
    let mut different: BTreeMap<_, &Found> = BTreeMap::new();
    for found in matches {
        let kept = different.entry(found.tree).or_insert(found);
        if preference(&found.path) < preference(&kept.path) {
            *kept = found;
        }
    }
    let mut different: Vec<&Found> = different.into_values().collect();
    different.sort_by_key(|found| &found.path);
    match different.as_slice() {
        [] => Choice::Nothing,
        [only] => Choice::One(only),
        _ => Choice::Ambiguous(different),
    }
}

/// Returns at most `most` of the `names` that are similar to `wanted`, the most similar first. Letter
/// case does not count.
pub fn nearest<'a>(
    names: impl IntoIterator<Item = &'a str>,
    wanted: &str,
    most: usize,
) -> Vec<&'a str> {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted).to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (similarity(&name.to_lowercase(), &wanted), name))
        .filter(|(similarity, _)| *similarity >= 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().map(|(_, name)| name).take(most).collect()
}

fn similarity(name: &str, wanted: &str) -> f64 {
    let spelled = strsim::jaro_winkler(name, wanted);
    // Jaro-Winkler rates two swapped letters in a short name too low.
    let spelled = if strsim::osa_distance(name, wanted) == 1 {
        spelled.max(0.85)
    } else {
        spelled
    };
    // `pdf-tools` may mean `pdf`, and `pdf` may mean `pdf-tools`.
    let part_of = name.contains(wanted) || wanted.contains(name);
    if part_of && name.len().min(wanted.len()) >= 3 {
        spelled.max(0.9)
    } else {
        spelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_git::ObjectId;

    fn discovery(paths: &[&str]) -> Discovery {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let skills = paths.iter().zip(0..).map(|(path, id)| Found {
            path: (*path).to_owned(),
            tree: ObjectId::from_bytes([id; 20]),
            skill_file: ObjectId::from_bytes([id; 20]),
        });
        Discovery {
            skills: skills.collect(),
            ..Discovery::default()
        }
    }

    fn chosen(choice: &Choice<'_>) -> Vec<String> {
        match choice {
            Choice::One(found) => vec![found.path.clone()],
            Choice::Ambiguous(all) => all.iter().map(|found| found.path.clone()).collect(),
            Choice::Nothing => Vec::new(),
        }
    }

    #[test]
    fn path_takes_precedence_and_two_folders_are_ambiguous() {
        let found = discovery(&[
            "pdf",
            "plugins/a/skills/pdf",
            "plugins/b/skills/pdf",
            "plugins/b/skills/docx",
            "",
        ]);
        let by = |wanted| chosen(&by_path_or_folder(&found, wanted, &[]));
        assert_eq!(by("pdf"), ["pdf"]);
        assert_eq!(by("skills/pdf").len(), 2);
        assert_eq!(by("docx"), ["plugins/b/skills/docx"]);
        assert_eq!(by("a/pdf"), ["plugins/a/skills/pdf"]);
        assert_eq!(by("ocx"), [""; 0]);
    }

    #[test]
    fn plugin_name_selects_one_of_two() {
        let found = discovery(&["plugins/x/skills/pdf", "plugins/y/skills/pdf"]);
        let plugins = [Plugin {
            name: "office".to_owned(),
            folder: "plugins/x".to_owned(),
        }];
        assert_eq!(
            chosen(&by_path_or_folder(&found, "office/pdf", &plugins)),
            ["plugins/x/skills/pdf"]
        );
    }

    #[test]
    fn most_similar_names_come_first() {
        let names = [
            "async-python-patterns",
            "python-testing-patterns",
            "postgresql",
            "pdf",
        ];
        assert_eq!(
            nearest(names, "async-python-pattern", 3)[0],
            "async-python-patterns"
        );
        assert_eq!(nearest(names, "postgres", 3), ["postgresql"]);
        assert_eq!(nearest(names, "pfd", 3), ["pdf"]);
        assert_eq!(nearest(names, "PDF", 3), ["pdf"]);
        assert!(nearest(names, "zzz", 3).is_empty());
    }
}
