//! Projects on several file systems: overlays (images of containers), mounted targets, a mounted `.mdskill`.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

/// Runs a shell script in the project with mounts of its own, in which `mdskill` is the program and each command must
/// succeed. At the end, copies the project to `temp/after`. `None` where the system has no such mounts.
fn with_mounts(context: &TestContext, mounts: &str, script: &str) -> Option<Outcome> {
    let shell = |script: &str| {
        let script = format!("set -e\n{script}");
        let arguments = ["-rm", "sh", "-c", &script, env!("CARGO_BIN_EXE_mdskill")];
        let prepared = context.command("unshare", arguments);
        prepared
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("TEMP", context.path("temp"))
            .run()
    };
    if shell(mounts).code != Some(0) {
        eprintln!("skipped: no mounts here");
        return None;
    }
    let run = "mdskill() { \"$0\" \"$@\"; }";
    let outcome = shell(&format!(
        "{mounts}\n{run}\n{script}\ncp -a . \"$TEMP/after\""
    ));
    outcome.ok();
    Some(outcome)
}

/// The target after the script, and the trash.
fn assert_after(context: &TestContext, repo: &Repo, skills: &[&str], trash: &[&str]) {
    let after = context.path("temp/after");
    let names = |folder: &str| {
        let entries = std::fs::read_dir(after.join(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(".github/skills"), skills);
    assert_eq!(names(".mdskill/trash"), trash);
    let lock = std::fs::read_to_string(after.join("mdskill.lock")).unwrap();
    for name in skills {
        crate::support::snapshot::Snapshot::of(&after.join(".github/skills").join(name))
            .assert_same(&repo.snapshot(&format!("main:skills/{name}")));
        assert!(lock.contains(&format!("name = \"{name}\"")), "{lock}");
    }
    assert_eq!(lock.matches("[[skill]]").count(), skills.len());
}

#[test]
fn skills_of_a_lower_layer_are_updated_and_removed() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.skill("skills/one", "one", "Skill one is new");
    repo.executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 1\n");
    repo.commit("Update");
    context
        .git(&["config", "core.excludesFile", "/dev/null"])
        .ok();
    context.write(".gitignore", ".env\n");
    context.write(".github/skills/three/scripts/.env", "SECRET=1\n");
    let mounts = "cd ..; mkdir -p upper; mount -t tmpfs none upper; mkdir upper/files upper/work
        mount -t overlay -o userxattr,lowerdir=project,upperdir=upper/files,workdir=upper/work none project; cd project";
    let script = "chmod 600 .github/skills/three/scripts/.env
        mdskill update; mdskill verify
        echo mine >> .github/skills/two/SKILL.md; mdskill remove two --force
        test \"$(stat -c %a .github/skills/three/scripts/.env)\" = 600
        test \"$(cat .github/skills/three/scripts/.env)\" = SECRET=1
        rm .github/skills/three/scripts/.env
        test \"$(tail -n 1 .mdskill/trash/two-1/SKILL.md)\" = mine";
    if with_mounts(&context, mounts, script).is_some() {
        assert_after(&context, &repo, &["one", "three"], &["two-1"]);
    }
}

#[test]
fn target_that_is_a_mount_point_works() {
    let (context, mut repo) = TestContext::with_skills();
    let old = repo.rev_parse("main");
    repo.skill("skills/one", "one", "Skill one is new");
    let new = repo.commit("Update");
    repo.reset_to(&old);
    let git = format!(
        "git --git-dir '{}' update-ref refs/heads/main {new}",
        repo.folder().display()
    );
    for mounts in [
        "mkdir -p .github/skills; mount -t tmpfs none .github/skills",
        "mkdir -p .github/skills \"$TEMP/volume\"; mount --bind \"$TEMP/volume\" .github/skills",
        "mkdir -p .github; mount -t tmpfs none .github",
        "mkdir -p .mdskill; mount -t tmpfs none .mdskill",
    ] {
        let context = context.another();
        let script = format!(
            "mdskill add acme/skills --all; mdskill verify; {git}; mdskill update; mdskill remove three
             echo mine >> .github/skills/two/SKILL.md; mdskill add acme/skills/two --force
             test \"$(tail -n 1 .mdskill/trash/two-1/SKILL.md)\" = mine; mdskill verify
             ls -a .github .github/skills | grep .mdskill && exit 1 || true"
        );
        if with_mounts(&context, mounts, &script).is_some() {
            assert_after(&context, &repo, &["one", "two"], &["two-1"]);
        }
        repo.reset_to(&old);
    }
}
