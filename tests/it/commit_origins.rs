//! Commits that are given by their ids: a branch or a tag has them, or they may come from a fork.

use crate::support::test_context::{ServedContext, TestContext};

/// Adds a skill by a commit id, and returns the report of its addition, and the commands that the server got.
fn add(context: &ServedContext, commit: &str) -> (serde_json::Value, Vec<String>) {
    context.clear_cache();
    drop(std::fs::remove_file(context.project().join("mdskill.lock")));
    drop(std::fs::remove_dir_all(context.project().join(".github")));
    context.server.reset();
    let spec = format!("acme/skills/one@{commit}");
    let mut report = context.run(&["add", &spec, "--json"]).ok().json();
    context.has("one", &format!("{commit}:skills/one"));
    (report["skills"][0].take(), context.commands())
}

fn count(commands: &[String], name: &str) -> usize {
    commands.iter().filter(|command| *command == name).count()
}

#[test]
fn commit_of_a_branch_or_a_tag_is_found() {
    let mut context = ServedContext::new();
    let first = context.commit.clone();
    let repo = &mut context.repo;
    for number in 0..20 {
        repo.write("skills/one/number", number.to_string())
            .commit("More");
    }
    let main = repo.rev_parse("main");
    repo.branch("side").write("skills/one/side", "1");
    let side = repo.commit("Side");
    repo.write("skills/one/side", "2").commit("More of side");
    repo.reset_to(&first);
    repo.write("skills/one/old", "1");
    let tagged = repo.commit("Tagged");
    repo.annotated_tag("v1");
    repo.reset_to(&side);
    repo.write("skills/one/side", "3").commit("Other side");
    repo.branch("main");
    for (commit, name, fetches) in [
        // The tip of a ref needs the list of refs only.
        (&main, "refs/heads/main", 2),
        (&first, "refs/heads/main", 3),
        (&tagged, "refs/tags/v1", 2),
        (&side, "refs/heads/side", 4),
    ] {
        let (report, commands) = add(&context, commit);
        assert_eq!(report["commit_ref"], name, "{commands:?}");
        assert_eq!(report["is_unverified"], serde_json::Value::Null);
        assert_eq!(count(&commands, "ls-refs"), 1, "{name}: {commands:?}");
        assert_eq!(count(&commands, "fetch"), fetches, "{name}: {commands:?}");
    }
    // A locked commit is not searched again.
    context.server.reset();
    context
        .run(&["add", &format!("acme/skills/two@{side}")])
        .ok();
    assert_eq!(count(&context.commands(), "ls-refs"), 0);
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
    context.server.reset();
    context.run(&["install"]).ok();
    assert_eq!(count(&context.commands(), "ls-refs"), 0);
}

#[test]
fn commit_of_a_fork_is_reported_and_refused_by_sources() {
    let context = ServedContext::new();
    let main = context.repo.rev_parse("main");
    // The forge has the objects of a fork, and no ref to them.
    for parents in [&[main.as_str()][..], &[]] {
        let commit = context.repo.raw_commit(parents, 5, "Impostor");
        let spec = format!("acme/skills/one@{commit}");
        let (report, _) = add(&context, &commit);
        assert_eq!(report["is_unverified"], true);
        assert_eq!(report["commit_ref"], serde_json::Value::Null);
        std::fs::remove_file(context.project().join("mdskill.lock")).unwrap();
        std::fs::remove_dir_all(context.project().join(".github")).unwrap();
        let short = &commit[..7];
        let page = format!("https://github.com/acme/skills/tree/{commit}/skills/one");
        for spec in [&spec, &page] {
            context
                .run(&["add", spec, "--dry-run"])
                .ok()
                .says(&format!(
                    "warning: no branch or tag of acme/skills contains commit {short} in its last 5000 commits; it may come from a fork"
                ));
        }
        context.write("mdskill.toml", "[policy]\nsources = [\"github:acme/*\"]\n");
        let said = format!(
            "no branch or tag of `github:acme/skills` is known to contain commit {short}, so it may come from a fork"
        );
        context.refuses(&["add", &spec], 3, &said);
        context.refuses(&["policy", &spec], 3, &said);
        // What can't be checked is refused, too.
        context.refuses(&["add", &spec, "--offline"], 3, &said);
        context.write("mdskill.toml", "");
    }
}

#[test]
fn pull_request_is_reported_and_refused_by_sources() {
    let context = ServedContext::new();
    let main = context.repo.rev_parse("main");
    let commit = context.repo.raw_commit(&[&main], 5, "Impostor");
    let git_ref = "refs/pull/1/head";
    context.repo.git(&["update-ref", git_ref, &commit]);
    let spec = format!("acme/skills/one@{git_ref}");
    let short = &commit[..7];
    context.run(&["add", &spec]).ok().says(&format!(
        "warning: no branch or tag of acme/skills contains commit {short} in its last 5000 commits; it may come from a fork"
    ));
    context.write("mdskill.toml", "[policy]\nsources = [\"github:acme/*\"]\n");
    let said =
        format!("`{git_ref}` is neither a branch nor a tag, so its commit may come from a fork");
    for arguments in [
        &["add", &spec][..],
        &["policy", &spec],
        &["policy", "one"],
        &["update"],
        &["install", "--force", "one"],
    ] {
        context.refuses(arguments, 3, &said);
    }
}

#[test]
fn commit_of_a_local_repository_is_found() {
    let (context, mut repo) = TestContext::with_skills();
    let first = repo.rev_parse("main");
    repo.write("skills/one/more.md", "more").commit("More");
    let impostor = repo.raw_commit(&[&first], 5, "Impostor");
    let report = |commit: &str| {
        let spec = format!("acme/skills/one@{commit}");
        let arguments = ["add", &spec, "--json", "--dry-run"];
        context.run(&arguments).ok().json()["skills"][0].clone()
    };
    assert_eq!(report(&first)["commit_ref"], "refs/heads/main");
    assert_eq!(report(&impostor)["is_unverified"], true);
}
