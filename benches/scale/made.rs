//! Made repositories, as bundles in a mirror.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::{sealed, workload};

/// The repository with the skills, and another one.
pub const MANY: &str = "acme/many";
pub const OTHER: &str = "acme/other";
/// The number of skills that the next version changes.
pub const CHANGED: usize = 10;

/// Writes repositories with this number of skills, and the next version, with 10 skills changed, to `next`.
pub fn skills(upstream: &Path, count: usize) {
    let folder = upstream.join("work");
    workload::synthetic(&folder, count);
    commit(&folder);
    bundle(&folder, upstream, MANY);
    for number in 0..CHANGED {
        let number = number * count / CHANGED;
        let page = format!(
            "pack-{:03}/synthetic-skill-{number:05}/SKILL.md",
            number / 100
        );
        let page = folder.join(page);
        let text = fs::read_to_string(&page).unwrap();
        fs::write(&page, format!("{text}\nA new line.\n")).unwrap();
    }
    commit(&folder);
    bundle(&folder, &upstream.join("next"), MANY);
    fs::remove_dir_all(&folder).unwrap();
    other(upstream);
    fs::create_dir_all(upstream.join("next/acme")).unwrap();
    let other = format!("{OTHER}.bundle");
    fs::copy(upstream.join(&other), upstream.join("next").join(&other)).unwrap();
}

/// Writes a repository with one skill, and this number of other files.
pub fn files(upstream: &Path, count: usize) {
    let folder = upstream.join("work");
    workload::synthetic(&folder, 1);
    for number in 0..count {
        let below = folder.join(format!("src/{:03}/{:02}", number / 500, number / 50 % 10));
        fs::create_dir_all(&below).unwrap();
        fs::write(
            below.join(format!("file-{number}.txt")),
            format!("{number}\n"),
        )
        .unwrap();
    }
    commit(&folder);
    bundle(&folder, upstream, MANY);
    fs::remove_dir_all(&folder).unwrap();
}

/// Writes a repository with one skill, and this number of tags.
pub fn refs(upstream: &Path, count: usize) {
    let folder = upstream.join("work");
    workload::synthetic(&folder, 1);
    commit(&folder);
    let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted \n");
    let id = git(&folder, "git rev-parse HEAD");
    let mut tags: Vec<String> = (0..count).map(|number| format!("v1.{number}.0")).collect();
    tags.sort();
    for tag in tags {
        let _ = writeln!(packed, "{} refs/tags/{tag}", id.trim());
    }
    fs::write(folder.join(".git/packed-refs"), packed).unwrap();
    bundle(&folder, upstream, MANY);
    fs::remove_dir_all(&folder).unwrap();
}

/// Writes this number of repositories with one skill each.
pub fn sources(upstream: &Path, count: usize) {
    for number in 0..count {
        let folder = upstream.join("work");
        let skill = folder.join(format!("skills/made-{number}"));
        fs::create_dir_all(&skill).unwrap();
        let text = format!(
            "---\nname: made-{number}\ndescription: Makes {number}. Use it for that.\n---\nText\n"
        );
        fs::write(skill.join("SKILL.md"), text).unwrap();
        commit(&folder);
        bundle(&folder, upstream, &source(number));
        fs::remove_dir_all(&folder).unwrap();
    }
}

/// Returns the name of one of the repositories of [`sources`].
pub fn source(number: usize) -> String {
    format!("acme/made-{number}")
}

fn other(upstream: &Path) {
    let folder = upstream.join("work");
    workload::synthetic(&folder, 1);
    fs::rename(
        folder.join("pack-000/synthetic-skill-00000"),
        folder.join("other"),
    )
    .unwrap();
    let page = folder.join("other/SKILL.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("synthetic-skill-00000", "other")).unwrap();
    commit(&folder);
    bundle(&folder, upstream, OTHER);
    fs::remove_dir_all(&folder).unwrap();
}

fn commit(folder: &Path) {
    git(
        folder,
        "git init -q -b main . && git add . && git -c user.name=x -c user.email=x@x -c gc.auto=0 commit -q -m x",
    );
}

fn bundle(folder: &Path, mirror: &Path, name: &str) {
    let file = mirror.join(format!("{name}.bundle"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let script = format!(
        "git bundle create -q '{}' HEAD --all 2>/dev/null",
        file.display()
    );
    git(folder, &script);
}

fn git(folder: &Path, script: &str) -> String {
    let mut command = sealed::command("sh", folder);
    let done = command
        .args(["-ec", script])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}
