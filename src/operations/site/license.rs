//! The license of a repository, as the first lines of its file say.

use crate::operations::OpError;
use crate::operations::resolve::Opened;
use mdskill_git::ObjectId;

/// The names of the files, without an extension.
const NAMES: [&str; 4] = ["license", "licence", "copying", "unlicense"];
/// The titles of licenses, and their SPDX identifiers. Source: <https://spdx.org/licenses/>.
const TITLES: [(&str, &str); 10] = [
    ("apache license version 2.0", "Apache-2.0"),
    ("bsd 2-clause license", "BSD-2-Clause"),
    ("bsd 3-clause license", "BSD-3-Clause"),
    (
        "creative commons attribution 4.0 international",
        "CC-BY-4.0",
    ),
    ("gnu affero general public license version 3", "AGPL-3.0"),
    ("gnu general public license version 2", "GPL-2.0"),
    ("gnu general public license version 3", "GPL-3.0"),
    ("gnu lesser general public license version 3", "LGPL-3.0"),
    ("mit license", "MIT"),
    ("mozilla public license version 2.0", "MPL-2.0"),
];
/// The longest title.
const MAX_TITLE: usize = 60;

/// Returns the license in the root folder of a repository; `None` if it has no such file.
///
/// # Errors
/// When the file can't be fetched.
pub(super) async fn license_of(opened: &mut Opened<'_>) -> Result<Option<String>, OpError> {
    let commit = opened.commit();
    let Some((name, id)) = license_file(opened)? else {
        return Ok(None);
    };
    let commits: Vec<ObjectId> = commit.into_iter().collect();
    opened.repository.fetch_blobs([id], &commits).await?;
    let text = opened.repository.objects().blob(id)?;
    let title = title_of(&String::from_utf8_lossy(&text));
    Ok(Some(title.unwrap_or(name)))
}

fn license_file(opened: &Opened<'_>) -> Result<Option<(String, ObjectId)>, OpError> {
    let root = opened.repository.root_tree(opened.commit())?;
    let entries = opened.repository.objects().tree(root)?;
    let files = entries
        .into_iter()
        .filter(|entry| entry.mode & 0o170_000 == 0o100_000);
    let mut named = files.filter_map(|entry| {
        let name = String::from_utf8(entry.name).ok()?;
        let stem = name
            .split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        NAMES.contains(&&*stem).then_some((name, entry.id))
    });
    Ok(named.next())
}

/// Returns the SPDX identifier, or else the title, of the license with this text; `None` if it begins
/// without a title.
fn title_of(text: &str) -> Option<String> {
    let lines = text
        .lines()
        .map(|line| line.trim().trim_matches(['#', '=', '*']).trim());
    let mut lines = lines.filter(|line| !line.is_empty());
    let first = lines.next()?;
    let second = lines.next().filter(|line| line.starts_with("Version "));
    let version = second.map(|line| line.split(',').next().unwrap_or(line));
    let title = [Some(first), version]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let plain = title.to_ascii_lowercase();
    let plain = plain.trim_start_matches("the ");
    if let Some((_, id)) = TITLES.iter().find(|(title, _)| plain.starts_with(title)) {
        return Some((*id).to_owned());
    }
    let is_title = plain.contains("licen") && title.chars().count() <= MAX_TITLE;
    is_title.then_some(title)
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn license_is_known_by_its_title() {
        for (text, expected) in [
            ("MIT License\n\nCopyright (c) 2026 A\n", Some("MIT")),
            ("# The MIT License (MIT)\n", Some("MIT")),
            (
                "\n                                 Apache License\n                           Version 2.0, January 2004\n",
                Some("Apache-2.0"),
            ),
            (
                "                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n",
                Some("GPL-3.0"),
            ),
            (
                "Acme Public License\nAll rights\n",
                Some("Acme Public License"),
            ),
            ("Copyright (c) 2026 A. All rights reserved.\n", None),
            ("", None),
        ] {
            assert_eq!(title_of(text).as_deref(), expected, "{text}");
        }
    }
}
