//! Repositories of a few KiB in which many skills have the same large file or folder: the work does not grow with
//! their number.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

type Entries<'a> = &'a [(&'a str, &'a str, &'a str)];

/// Commits skills that have these entries, and others at the root. Without a page, each gets one of its own.
fn commit(
    repo: &mut Repo,
    skills: usize,
    page: Option<&str>,
    shared: Entries<'_>,
    root: Entries<'_>,
) {
    let mut folders = Vec::new();
    for at in 0..skills {
        let name = format!("s{at:03}");
        let own = repo.blob(format!(
            "---\nname: {name}\ndescription: Does {name}. Use for {name}.\n---\nText\n"
        ));
        let mut entries = vec![("100644", "SKILL.md", page.unwrap_or(&own))];
        entries.extend(shared);
        entries.push(("100644", "zzz.md", &own));
        folders.push((repo.raw_tree(&entries), name));
    }
    let folders = folders.iter();
    let folders: Vec<_> = folders
        .map(|(tree, name)| ("40000", name.as_str(), tree.as_str()))
        .collect();
    let mut entries = root.to_vec();
    let skills = repo.raw_tree(&folders);
    entries.push(("40000", "skills", &skills));
    let root = repo.raw_tree(&entries);
    repo.commit_tree(&root, "skills");
}

/// Damages a loose object after its beginning, so that its size can be read and its bytes can't.
fn damage(repo: &Repo, id: &str) {
    let file = repo
        .folder()
        .join(format!("objects/{}/{}", &id[..2], &id[2..]));
    let mut bytes = fs::read(&file).unwrap();
    bytes[200..].fill(0xff);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    fs::write(&file, &bytes).unwrap();
}

fn was_not_decoded(outcome: &Outcome) -> &Outcome {
    outcome
        .never_says("damaged")
        .never_says("inflate")
        .never_says("zlib")
}

#[test]
fn too_large_page_is_never_decoded() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let page = repo.blob("x".repeat(14 << 20));
    commit(&mut repo, 3, Some(&page), &[], &[]);
    damage(&repo, &page);
    let size = "SKILL.md has 14680064 bytes; the limit is 1048576";
    for (arguments, code, text) in [
        (&["list", "acme/skills"][..], 0, "s002"),
        (&["list", "acme/skills", "--json"], 0, "s002"),
        (
            &["search", "nothing", "--in", "acme/skills"],
            0,
            "no skills",
        ),
        (&["add", "acme/skills/unknown"], 1, "has no skill"),
        (&["validate", "acme/skills"], 3, size),
        (&["add", "acme/skills", "--all"], 1, size),
    ] {
        let outcome = context.run(arguments);
        was_not_decoded(&outcome).fails(code).says(text);
    }
}

#[test]
fn large_file_of_many_skills_is_counted_for_each() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let large = repo.blob("x".repeat(14 << 20));
    commit(&mut repo, 37, None, &[("100644", "large.txt", &large)], &[]);
    // Only its size is needed.
    let file = repo
        .folder()
        .join(format!("objects/{}/{}", &large[..2], &large[2..]));
    let whole = fs::read(&file).unwrap();
    damage(&repo, &large);
    let problem = "over 512 MiB of files in the requested skills, which exceeds the limit";
    for command in ["add", "validate"] {
        let all = [command, "acme/skills", "--all"];
        let arguments = &all[..if command == "add" { 3 } else { 2 }];
        let outcome = context.run(arguments);
        was_not_decoded(&outcome).fails(1).says(problem);
    }
    assert!(!context.project().join("mdskill.lock").exists());
    fs::write(&file, whole).unwrap();
    context
        .run(&["add", "acme/skills", "--skill", "s000", "s001"])
        .ok();
}

#[test]
fn folder_that_many_skills_link_to_is_counted_for_each() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let names: Vec<String> = (0..4_900).map(|file| format!("{file:04}")).collect();
    let file = repo.blob("x");
    let files = names.iter();
    let files: Vec<_> = files
        .map(|name| ("100644", name.as_str(), file.as_str()))
        .collect();
    let folder = repo.raw_tree(&files);
    let link = repo.blob("../../shared");
    commit(
        &mut repo,
        82,
        None,
        &[("120000", "assets", &link)],
        &[("40000", "shared", &folder)],
    );
    let problem = "over 400000 files in the requested skills, which exceeds the limit";
    context.refuses(&["add", "acme/skills", "--all"], 1, problem);
    context.refuses(&["validate", "acme/skills"], 1, problem);
    context.run(&["add", "acme/skills/s000"]).ok();
}
