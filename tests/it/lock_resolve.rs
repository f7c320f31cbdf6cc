//! `lock --resolve` resolves merge conflicts in a lockfile; other commands report them.

use crate::support::old_lockfile::numbered;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{TestContext, blocks};

fn git(context: &TestContext, arguments: &[&str]) -> Outcome {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    context
        .command("git", identity.iter().chain(arguments))
        .run()
}

fn commit_all(context: &TestContext, message: &str) {
    git(context, &["add", "--all"]).ok();
    git(
        context,
        &["commit", "--quiet", "--allow-empty", "--message", message],
    )
    .ok();
}

/// Calls `act` on the branches `main` and `other`, in the order given, and merges `other`. Returns whether
/// the lockfile is in conflict.
fn diverge(context: &TestContext, style: &str, ways: [&str; 2], mut act: impl FnMut(&str)) -> bool {
    commit_all(context, "Base");
    git(context, &["branch", "--force", "other"]).ok();
    for branch in ways {
        git(context, &["switch", "--quiet", branch]).ok();
        act(branch);
        commit_all(context, branch);
    }
    git(context, &["switch", "--quiet", "main"]).ok();
    let style = format!("merge.conflictStyle={style}");
    git(context, &["-c", &style, "merge", "--quiet", "other"]);
    context.read("mdskill.lock").contains("\n<<<<<<< HEAD\n")
}

/// The same, and asserts that the lockfile is in conflict.
pub fn diverge_with_conflict(
    context: &TestContext,
    style: &str,
    ways: [&str; 2],
    act: impl FnMut(&str),
) {
    assert!(
        diverge(context, style, ways, act),
        "{}",
        context.read("mdskill.lock")
    );
}

fn add_upstream(repo: &mut Repo, name: &str) -> String {
    repo.skill(&format!("skills/{name}"), name, "One more");
    repo.commit(name)
}

#[test]
fn reading_commands_name_skills_in_conflict() {
    for style in ["merge", "diff3", "zdiff3"] {
        let (context, mut repo) = TestContext::with_skills();
        context
            .run(&["add", "acme/skills/one", "acme/skills/two"])
            .ok();
        diverge_with_conflict(&context, style, ["main", "other"], |branch| {
            repo.write("skills/one/version", branch);
            repo.commit("Another version");
            context.run(&["update"]).ok();
        });
        let lock = context.read("mdskill.lock");
        let index = lock.lines().position(|line| line.starts_with("<<<<<<<"));
        let error = format!(
            "mdskill.lock:{}: unresolved merge conflict in `one`\nhint: `mdskill lock --resolve` resolves it\n",
            index.unwrap() + 1
        );
        for command in [
            &["install"][..],
            &["install", "--frozen"],
            &["install", "--dry-run"],
            &["list"],
            &["verify"],
            &["outdated"],
            &["show", "one"],
            &["add", "acme/skills/three"],
            &["add", "acme/skills/three", "--dry-run"],
            &["update"],
            &["remove", "two"],
            &["keep", "one"],
            &["lock"],
        ] {
            context.refuses(command, 1, &error);
        }
    }
}

#[test]
fn lock_resolve_explains_conflict_that_git_index_lost() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    diverge_with_conflict(&context, "diff3", ["main", "other"], |branch| {
        repo.write("skills/one/version", branch);
        repo.commit("Another version");
        context.run(&["update"]).ok();
    });
    git(&context, &["add", "mdskill.lock"]).ok();
    let outcome = context.refuses(
        &["lock", "--resolve"],
        1,
        "unresolved merge conflict, and git's index does not have the two sides",
    );
    context.refuses(&["remove", "one"], 1, "does not have the two sides");
    let command = outcome.stderr.split('`').nth(1).unwrap();
    context.command("sh", ["-c", command]).run().ok();
    context.run(&["lock", "--resolve", "--theirs"]).ok();
    assert_eq!(context.entry("one")["commit"], repo.rev_parse("main"));

    let lock = context.read("mdskill.lock");
    context.write("mdskill.lock", format!("<<<<<<< HEAD\n{lock}=======\n"));
    git(&context, &["add", "--all"]).ok();
    git(&context, &["commit", "--quiet", "--message", "Markers"]).ok();
    context
        .refuses(&["lock", "--resolve"], 1, "mdskill.lock:1: ")
        .says("restore a version without conflict markers");
    context.write("mdskill.lock", lock);
    context.refuses(
        &["lock", "--resolve", "--ours", "one"],
        2,
        "`one` is not in conflict",
    );
}

#[test]
fn lock_resolve_explains_unreadable_side() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(&["lock"], 1, "there is no mdskill.lock");
    context.run(&["add", "acme/skills/one"]).ok();
    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        let lock = context.read("mdskill.lock");
        let version = if branch == "main" { "2" } else { "3" };
        let lock = lock.replace("version = 1", &format!("version = {version}"));
        context.write("mdskill.lock", lock);
    });
    context.refuses(
        &["lock", "--resolve"],
        1,
        "unresolved merge conflict, and our side can't be read: version 2 was written by a newer mdskill",
    );
}

#[test]
fn skill_changed_on_both_sides_needs_ours_or_theirs() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let first = repo.rev_parse("main");
    let mut commits = Vec::new();
    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        repo.reset_to(&first);
        repo.write("skills/one/more", branch)
            .write("skills/two/more", branch);
        commits.push(repo.commit(branch));
        context.run(&["update"]).ok();
    });
    let outcome = context.refuses(&["lock", "--resolve"], 3, "`one` was changed on both sides");
    outcome.says(&format!("ours (HEAD): acme/skills@{}", &commits[0][..7]));
    outcome.says(&format!("theirs (other): acme/skills@{}", &commits[1][..7]));
    outcome
        .says("`two` was changed on both sides")
        .says("`mdskill lock --resolve --ours one two`");
    let json = context
        .run(&["lock", "--resolve", "--json"])
        .fails(3)
        .json();
    assert_eq!(
        json["differences"][1]["theirs"]["commit"],
        commits[1].as_str()
    );
    assert_eq!(json["is_written"], false);
    context
        .refuses(
            &["lock", "--resolve", "--ours", "one"],
            3,
            "`two` was changed on both sides",
        )
        .never_says("`one` was changed");
    context.refuses(
        &["lock", "--resolve", "--ours", "three"],
        2,
        "`three` is not in conflict",
    );
    context.refuses(
        &["lock", "--resolve", "--ours", "--theirs"],
        2,
        "cannot both be used without NAME",
    );
    context.refuses(&["lock", "--ours"], 2, "--resolve");
    let outcome = context.run(&["lock", "--resolve", "--ours", "ONE", "--theirs"]);
    outcome.ok().says("Resolved one  ours (HEAD): acme/skills@");
    assert_eq!(context.entry("one")["commit"], commits[0]);
    assert_eq!(context.entry("two")["commit"], commits[1]);
    assert_eq!(context.lock().len(), 3);
}

#[test]
fn lock_resolve_keeps_skills_added_on_both_sides() {
    let (context, mut repo) = TestContext::with_skills();
    let other = "one-more";
    add_upstream(&mut repo, other);
    context.run(&["add", "acme/skills/two"]).ok();
    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        let name = if branch == "main" { "one" } else { other };
        context.run(&["add", &format!("acme/skills/{name}")]).ok();
    });
    let error = format!("unresolved merge conflict in `one`, `{other}`\n");
    context.refuses(&["install"], 1, &error);
    let broken = context.read("mdskill.lock").replace("<<<<<<< HEAD\n", "");
    context.write("mdskill.lock", broken);
    context.refuses(&["install"], 1, &error);
    let outcome = context.run(&["lock", "--resolve"]);
    outcome
        .ok()
        .says("Resolved one  ours")
        .says(&format!("Resolved {other}  theirs (other): acme/skills@"));
    context.run(&["verify"]).ok().says("3 skills");
    let resolved = context.read("mdskill.lock");
    context.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(context.read("mdskill.lock"), resolved);
    context.run(&["lock"]).ok().says("has the current form");
    context
        .run(&["lock", "--resolve"])
        .ok()
        .never_says("Resolved");
}

#[test]
fn writing_commands_resolve_conflict_of_different_skills() {
    let (context, mut repo) = TestContext::with_skills();
    for name in ["four", "new-a", "new-b"] {
        add_upstream(&mut repo, name);
    }
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    diverge_with_conflict(
        &context,
        "merge",
        ["main", "other"],
        |branch| match branch {
            "main" => {
                context.run(&["add", "acme/skills/new-a"]).ok();
                context.run(&["remove", "two"]).ok();
            }
            _ => {
                context.run(&["add", "acme/skills/new-b"]).ok();
                repo.write("skills/one/more", "more");
                repo.commit("More");
                context.run(&["update", "one"]).ok();
            }
        },
    );
    let conflict = context.read("mdskill.lock");
    let more = repo.rev_parse("main");
    for (command, added) in [
        (&["add", "acme/skills/four"][..], Some("four")),
        (&["update"], None),
        (&["remove", "new-b"], None),
        (&["keep", "one"], None),
        (&["lock"], None),
    ] {
        context.write("mdskill.lock", &conflict);
        let outcome = context.run(command);
        let said = "Resolved the merge conflict in the lockfile  new-a, new-b, one, two\n";
        outcome.ok().says(said);
        assert_eq!(outcome.stderr.matches("Resolved").count(), 1);
        let mut expected = vec!["new-a", "new-b", "one"];
        expected.extend(added);
        expected.retain(|name| *name != "new-b" || command[0] != "remove");
        expected.sort_unstable();
        assert_eq!(context.lock().keys().collect::<Vec<_>>(), expected);
        assert_eq!(context.entry("one")["commit"], more, "{command:?}");
    }
}

#[test]
fn removal_wins_unless_other_side_changed_skill() {
    let (context, mut repo) = TestContext::with_skills();
    let other = "one-more";
    add_upstream(&mut repo, other);
    context.run(&["add", "acme/skills", "--all"]).ok();
    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        let name = if branch == "main" { "one" } else { other };
        context.run(&["remove", name]).ok();
    });
    context
        .run(&["lock", "--resolve"])
        .ok()
        .says("Resolved one  ours (HEAD): removed");
    assert_eq!(blocks(&context.read("mdskill.lock")).len(), 2);
    git(&context, &["reset", "--quiet", "--hard"]).ok();

    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        if branch == "main" {
            context.run(&["remove", "two"]).ok();
            return;
        }
        repo.write("skills/two/more", "more");
        repo.commit("More");
        context.run(&["update"]).ok();
    });
    context
        .refuses(&["lock", "--resolve"], 3, "`two` was changed on both sides")
        .says("ours (HEAD): removed");
    context.run(&["lock", "--resolve", "--theirs", "two"]).ok();
    assert_eq!(context.entry("two")["commit"], repo.rev_parse("main"));
}

#[test]
fn targets_and_unknown_keys_are_merged() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let edit = |from: &str, to: &str| {
        let lock = context.read("mdskill.lock");
        assert!(lock.contains(from));
        context.write("mdskill.lock", lock.replace(from, to));
    };
    let list = |more: &str| format!("targets = [\".github/skills\", {more}]\n");
    let before = "targets = [\".github/skills\"]\n";
    diverge_with_conflict(
        &context,
        "merge",
        ["main", "other"],
        |branch| match branch {
            "main" => edit(
                before,
                &format!("{}future = 1\n", list("\".claude/skills\"")),
            ),
            _ => edit(
                before,
                &format!("{}future = 2\nother = true\n", list("\".agents/skills\"")),
            ),
        },
    );
    context.refuses(&["verify"], 1, "unresolved merge conflict\n");
    context
        .run(&["lock", "--resolve"])
        .ok()
        .says("`mdskill install` restores the locked files");
    let lock = context.read("mdskill.lock");
    assert!(lock.contains("future = 1\nother = true\n"), "{lock}");
    assert!(
        lock.contains(&list("\".claude/skills\", \".agents/skills\"")),
        "{lock}"
    );
}

#[test]
fn lockfile_of_version_0_1_merges_with_current_form() {
    let mut conflicts = 0;
    for other_is_older in [true, false] {
        let (context, mut repo) = TestContext::with_skills();
        context
            .run(&["add", "acme/skills/one", "acme/skills/two"])
            .ok();
        let plain = context.read("mdskill.lock");
        context.write("mdskill.lock", numbered(&plain));
        let act = |branch: &str| match branch {
            "main" => {
                context
                    .run(&["lock"])
                    .ok()
                    .says("Wrote the lockfile, with 2 skills");
                assert_eq!(context.read("mdskill.lock"), plain);
                repo.write("skills/one/more", branch);
                repo.commit(branch);
                context.run(&["update"]).ok();
            }
            _ => {
                context.run(&["remove", "two"]).ok();
                context.run(&["add", "acme/skills/three"]).ok();
                if other_is_older {
                    let lock = numbered(&context.read("mdskill.lock"));
                    context.write("mdskill.lock", lock);
                }
            }
        };
        if diverge(&context, "merge", ["main", "other"], act) {
            conflicts += 1;
            context.refuses(&["install"], 1, "unresolved merge conflict in `");
        }
        context.run(&["lock", "--resolve"]).ok();
        let lock = context.lock();
        assert_eq!(lock["one"]["tree"], repo.rev_parse("main:skills/one"));
        assert_eq!(lock.keys().collect::<Vec<_>>(), ["one", "three"]);
    }
    assert!(conflicts > 0, "git merged both by itself");
}

#[test]
fn edits_on_both_sides_are_kept_as_git_merged_them() {
    let (context, mut repo) = TestContext::with_skills();
    let lines = |first: &str, last: &str| {
        format!("---\nname: one\ndescription: Skill one\n---\n\n{first}\n\nb\n\nc\n\nd\n\n{last}\n")
    };
    repo.write("skills/one/SKILL.md", lines("a", "e"));
    repo.commit("Lines");
    context.run(&["add", "acme/skills/one"]).ok();
    diverge_with_conflict(&context, "merge", ["other", "main"], |branch| {
        let page = match branch {
            "main" => lines("ours", "e"),
            _ => lines("a", "theirs"),
        };
        context.write(".github/skills/one/SKILL.md", page);
        context.run(&["keep", "one"]).ok();
    });
    let merged = lines("ours", "theirs");
    assert_eq!(context.read(".github/skills/one/SKILL.md"), merged);
    let outcome = context.refuses(&["lock", "--resolve", "--json"], 3, "");
    let open = &outcome.json()["differences"][0];
    let edits = |side: &str| open[side]["edits"].as_str().unwrap().to_owned();
    assert_ne!(edits("ours"), edits("theirs"));
    context.refuses(
        &["lock", "--resolve"],
        3,
        &format!("edits {}", &edits("ours")[..14]),
    );
    context
        .run(&["lock", "--resolve", "--ours"])
        .ok()
        .says("`mdskill keep one` accepts edits that git has merged");
    context.run(&["keep", "one"]).ok();
    context.run(&["verify"]).ok();
    assert_eq!(context.read(".github/skills/one/SKILL.md"), merged);
}
