//! Options that show what a command would do, or less of it.

use crate::support::test_context::{ServedContext, TestContext};

fn project() -> TestContext {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context
}

#[test]
fn remove_dry_run_changes_nothing() {
    let context = project();
    let planned = context.refuses(
        &["remove", "one", "two", "--dry-run"],
        0,
        "Would remove one",
    );
    planned.says("Would remove two").never_says("Removed");
    let json = context.run(&["remove", "one", "-n", "--json"]).ok().json();
    assert_eq!(json["dry_run"], true);
    assert_eq!(json["skills"][0]["name"], "one");
    context.write(".github/skills/one/more.md", "more");
    context.refuses(&["remove", "one", "-n"], 1, "it has local edits");
    context.refuses(
        &["remove", "one", "-n", "--force"],
        0,
        ".github/skills/one would be moved to the trash",
    );
    context.refuses(
        &["remove", "nothing", "-n"],
        1,
        "`nothing` is not installed",
    );
}

/// The numbers of `git diff --numstat` between two folders.
fn numstat(context: &TestContext, old: &str, new: &str) -> Vec<(String, String, String)> {
    let outcome = context.git(&["diff", "--no-index", "--numstat", old, new]);
    let lines = outcome.stdout.lines().map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        (
            fields[0].to_owned(),
            fields[1].to_owned(),
            fields[2].to_owned(),
        )
    });
    lines.collect()
}

#[test]
fn diff_stat_and_name_only_are_those_of_git() {
    let context = project();
    let copy = context.path("temp/before");
    let status = std::process::Command::new("cp")
        .arg("-a")
        .args([context.project().join(".github/skills/one"), copy.clone()])
        .status();
    assert!(status.unwrap().success());
    let page = context.read(".github/skills/one/SKILL.md");
    context.write(
        ".github/skills/one/SKILL.md",
        page.replace("one", "1") + "a\nb\n",
    );
    let git = numstat(&context, &copy.to_string_lossy(), ".github/skills/one");
    let [(added, removed, _)] = git.as_slice() else {
        panic!("{git:?}");
    };
    let stat = context.run(&["diff", "--local", "--stat"]);
    assert_eq!(
        stat.ok().stdout,
        format!(".github/skills/one/SKILL.md | +{added} -{removed}\n")
    );
    let names = context.run(&["diff", "--local", "--name-only"]);
    assert_eq!(names.ok().stdout, ".github/skills/one/SKILL.md\n");
    context.refuses(&["diff", "--stat", "--name-only"], 2, "cannot be used with");
}

#[test]
fn diff_stat_of_an_update_lists_its_files() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.write("skills/one/references/new.md", "a\nb\nc\n");
    repo.remove("skills/three/scripts/run.sh");
    repo.commit("More");
    let stat = context.run(&["diff", "--stat"]).ok().stdout.clone();
    assert_eq!(
        stat,
        ".github/skills/one/references/new.md    | +3 -0\n\
         .github/skills/three/scripts/run.sh     | +0 -2\n"
            .replace("new.md    |", "new.md |")
            .replace("run.sh     |", "run.sh  |")
    );
    let names = context.run(&["diff", "--name-only"]).ok().stdout.clone();
    assert_eq!(
        names,
        ".github/skills/one/references/new.md\n.github/skills/three/scripts/run.sh\n"
    );
}

#[test]
fn cache_dir_is_json_on_request() {
    let context = project();
    let folder = context.path("cache");
    let json = context.run(&["cache", "dir", "--json"]).ok().json();
    assert_eq!(json["command"], "cache");
    assert_eq!(json["folder"], *folder.to_string_lossy());
    let plain = context.run(&["cache", "dir"]);
    assert_eq!(plain.ok().stdout, format!("{}\n", folder.display()));
}

#[test]
fn cache_prune_of_zero_days_removes_all_sources() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/one"]).ok();
    context
        .run(&["cache", "prune"])
        .ok()
        .says("Removed 0 sources");
    context
        .run(&["cache", "prune", "--days", "0"])
        .ok()
        .says("Removed 1 source");
    let json = context.run(&["cache", "--json"]).ok().json();
    assert_eq!(json["sources"].as_array().unwrap().len(), 0);
    // The policy's `min-age` still knows when each commit was seen, unlike after `cache clear`.
    let cached = |name: &str| context.path("cache").join(name).exists();
    assert!(cached("seen-v1"));
    context.run(&["cache", "clear"]).ok();
    assert!(!cached("seen-v1"));
}

#[test]
fn validate_diff_without_fixes_says_so() {
    let context = project();
    let fixed = context.run(&["validate", "one", "--fix", "--diff"]);
    fixed.ok().says("Found nothing to fix");
    assert_eq!(fixed.stdout, "");
}

#[test]
fn hidden_notes_are_counted_with_the_option_that_shows_them() {
    let context = TestContext::with_origin("");
    let page = "---\nname: mine\ndescription: Use it when one is needed for a test.\nallowed-tools: Bash\n---\n\nText\n";
    context.write("mine/SKILL.md", page);
    let hidden = context.run(&["validate", "mine"]);
    hidden
        .says("note (--severity info shows them)")
        .never_says("info[");
    let shown = context.run(&["validate", "mine", "--severity", "info"]);
    shown
        .says("1 note")
        .never_says("--severity info shows them");
}

#[test]
fn option_without_a_command_is_a_short_usage_error() {
    let context = TestContext::with_origin("");
    let refused = context.refuses(&["-v"], 2, "error: no command given");
    refused
        .says("hint: `mdskill help`")
        .never_says("[subcommands");
}
