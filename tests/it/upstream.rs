//! Changes of a source: each has its own message, and none is reported as up to date.

use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::test_context::ServedContext;

/// A context with `one` of `acme/skills` installed at this ref.
fn installed_at(reference: &str) -> ServedContext {
    let context = ServedContext::new();
    context.repo.git(&["branch", "stable"]);
    context.repo.tag("v1.0.0");
    context
        .run(&["add", &format!("acme/skills/one{reference}")])
        .ok();
    context
}

/// Checks that `update` and its read-only variants print the message with their exit codes, and change nothing.
#[track_caller]
fn says(context: &ServedContext, code: i32, sentence: &str) -> Outcome {
    for arguments in [&["update", "--check"][..], &["outdated"]] {
        let outcome = context.refuses(arguments, code, sentence);
        outcome.never_says("up to date");
    }
    let outcome = context.refuses(&["update"], code, sentence);
    outcome.never_says("up to date");
    outcome
}

#[test]
fn update_reports_missing_repository() {
    let context = installed_at("");
    std::fs::rename(context.repo.folder(), context.root().join("gone")).unwrap();
    says(&context, 1, "does not exist or is private (404)")
        .says("acme/skills (1 skill) could not be checked");
}

#[test]
fn update_reports_renamed_repository() {
    let mut context = installed_at("");
    let new = context.repo.folder().with_file_name("tools.git");
    std::fs::rename(context.repo.folder(), &new).unwrap();
    let to = format!("{}/git-upload-pack", context.server.url_of("acme/tools"));
    let is_old =
        |request: &crate::support::wire::Request| request.target.starts_with("/acme/skills");
    context
        .server
        .fault_when(is_old, Fault::Redirect { code: 301, to });
    let sentence = format!("has moved to {}", context.server.url_of("acme/tools"));
    let outcome = context.run(&["update"]);
    outcome
        .ok()
        .says(&sentence)
        .says("because another user can register the old name");
    std::fs::rename(&new, context.repo.folder()).unwrap();
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    std::fs::rename(context.repo.folder(), &new).unwrap();
    context
        .run(&["update"])
        .ok()
        .says(&sentence)
        .says("Updated one");
}

#[test]
fn update_reports_unreachable_repository() {
    let context = installed_at("");
    context.server.fault(Fault::Reset);
    let prepared = context.mdskill(["update"]).env("MDSKILL_RETRIES", "0");
    let outcome = prepared.run();
    outcome
        .fails(5)
        .says("acme/skills (1 skill) could not be checked")
        .never_says("up to date");
    context.server.clear_faults();
    context.server.fault(Fault::status(503));
    let prepared = context.mdskill(["update"]).env("MDSKILL_RETRIES", "0");
    prepared
        .run()
        .fails(5)
        .says("the server failed (503)")
        .never_says("up to date");
}

#[test]
fn update_reports_empty_repository() {
    let context = installed_at("");
    for branch in ["main", "stable"] {
        context
            .repo
            .git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }
    says(&context, 3, "`one`: ").says("is empty: it has no commits");
}

#[test]
fn update_reports_missing_branch() {
    let context = installed_at("@stable");
    context.repo.git(&["update-ref", "-d", "refs/heads/stable"]);
    says(&context, 3, "has no branch or tag `stable`");
}

#[test]
fn update_reports_missing_default_branch() {
    let context = installed_at("");
    context.repo.git(&["update-ref", "-d", "refs/heads/main"]);
    says(
        &context,
        3,
        "has no default branch; use one of its branches: `@stable`",
    );
}

#[test]
fn update_reports_missing_tag() {
    let context = installed_at("@v1.0.0");
    context.repo.git(&["tag", "-d", "v1.0.0"]);
    says(&context, 3, "has no branch or tag `v1.0.0`");
}

#[test]
fn update_reports_missing_tags_of_range() {
    let context = installed_at("@^1");
    context.repo.git(&["tag", "-d", "v1.0.0"]);
    says(
        &context,
        3,
        "no version tag that matches `^1`; none of its tags is a version",
    );
}

#[test]
fn update_reports_moved_tag() {
    let mut context = installed_at("@v1.0.0");
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    context.repo.tag("v1.0.0");
    says(
        &context,
        3,
        "the tag `v1.0.0` of acme/skills points at other content now",
    );
}

#[test]
fn update_reports_missing_skill() {
    let mut context = installed_at("");
    context.repo.remove("skills/one");
    context.repo.commit("Without one");
    for arguments in [&["update", "--check"][..], &["outdated"]] {
        context.refuses(
            arguments,
            3,
            "`one`: acme/skills/skills/one is gone upstream",
        );
    }
    let outcome = context.run(&["update"]);
    outcome
        .fails(3)
        .says("is gone upstream")
        .never_says("up to date");
}
