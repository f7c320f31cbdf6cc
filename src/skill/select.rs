//! Choosing a skill by what the user typed: a path, a folder's name, then a frontmatter name.
//!
//! Pure: what frontmatter names there are, the caller says.

use super::discover::{Discovery, Found, Plugin, plugin_of};

/// What a name or path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<'a> {
    /// Exactly one skill.
    One(&'a Found),
    /// Several, none better than the others.
    Ambiguous(Vec<&'a Found>),
    /// None.
    Nothing,
}

/// Chooses by path, then by the folder's name, alone or behind the end of its path
/// or its plugin's name (`plugin/skill`).
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
    let behind_parent = |found: &Found, parent: &str| {
        let folders = found
            .path
            .rsplit_once('/')
            .map_or("", |(folders, _)| folders);
        format!("/{folders}/").contains(&format!("/{parent}/"))
            || plugin_of(plugins, &found.path).is_some_and(|plugin| plugin.name == parent)
    };
    let by_end = |found: &&Found| found.path.ends_with(&suffix);
    let by_parent = |found: &&Found| {
        found.folder() == Some(name) && parent.is_some_and(|parent| behind_parent(found, parent))
    };
    match choose(discovery.skills.iter().filter(by_end).collect()) {
        Choice::Nothing => choose(discovery.skills.iter().filter(by_parent).collect()),
        choice => choice,
    }
}

/// Chooses by frontmatter name; `name_of` gives it for each skill.
#[must_use]
pub fn by_frontmatter<'a>(
    discovery: &'a Discovery,
    wanted: &str,
    name_of: impl Fn(&Found) -> Option<String>,
) -> Choice<'a> {
    let by_name = |found: &&Found| name_of(found).as_deref() == Some(wanted);
    choose(discovery.skills.iter().filter(by_name).collect())
}

fn choose(mut matches: Vec<&Found>) -> Choice<'_> {
    match (matches.pop(), matches.is_empty()) {
        (None, _) => Choice::Nothing,
        (Some(only), true) => Choice::One(only),
        (Some(last), false) => {
            matches.push(last);
            Choice::Ambiguous(matches)
        }
    }
}

/// Returns up to `most` of `names` that are nearest to `wanted`, the nearest first.
pub fn nearest<'a>(
    names: impl IntoIterator<Item = &'a str>,
    wanted: &str,
    most: usize,
) -> Vec<&'a str> {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (likeness(name, wanted), name))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().map(|(_, name)| name).take(most).collect()
}

fn likeness(name: &str, wanted: &str) -> f64 {
    let spelled = strsim::jaro_winkler(name, wanted);
    // Two letters in the wrong order weigh much in a short name.
    let spelled = if strsim::osa_distance(name, wanted) == 1 {
        spelled.max(0.85)
    } else {
        spelled
    };
    // `pdf` is meant by who types `pdf-tools`, and the other way round.
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
        let id = ObjectId::from_bytes([0; 20]);
        let skills = paths.iter().map(|path| Found {
            path: (*path).to_owned(),
            tree: id,
            skill_file: id,
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
    fn a_path_beats_a_folder_and_two_folders_are_never_one() {
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
    fn a_plugins_name_tells_two_apart() {
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
    fn the_nearest_names_come_first() {
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
        assert!(nearest(names, "zzz", 3).is_empty());
    }
}
