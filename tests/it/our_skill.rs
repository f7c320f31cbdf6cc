//! The skill in `skills/mdskill`, which tells agents how to use mdskill.

use std::path::{Path, PathBuf};

use crate::support::test_context::TestContext;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the files of the checkout that a commit of it would have.
fn files_of_the_checkout(context: &TestContext) -> Vec<PathBuf> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = context.command("git", list).dir(ROOT).run();
    let files = listed.ok().stdout.lines().map(PathBuf::from);
    files
        .filter(|file| Path::new(ROOT).join(file).is_file())
        .collect()
}

/// The repository has other skills, too: samples and test data. None of them is meant.
#[test]
fn it_is_the_only_skill_that_our_repository_offers() {
    let context = TestContext::new();
    let mut repo = context.repo("mdskill/mdskill");
    for file in files_of_the_checkout(&context) {
        let content = std::fs::read(Path::new(ROOT).join(&file)).unwrap();
        repo.write(file.to_str().unwrap(), content);
    }
    repo.commit("The checkout");
    context.run(&["add", "mdskill/mdskill"]).ok();
    assert_eq!(context.folders(".github/skills"), ["mdskill"]);
    context.has("mdskill", &repo, "main:skills/mdskill");
}

#[test]
fn it_is_valid_for_every_client() {
    let context = TestContext::with_origin("unused");
    let skill = Path::new(ROOT).join("skills/mdskill");
    for profile in ["copilot", "claude", "spec"] {
        let path = skill.to_str().unwrap();
        let outcome = context.run(&["validate", path, "--strict", "--profile", profile]);
        outcome.ok().says("0 errors, 0 warnings, 0 notes");
    }
}
