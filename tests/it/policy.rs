//! `[policy]` of `mdskill.toml`: the refused skills, the requests before a refusal, and the `policy` command.

use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};
use crate::support::wire::Request;
use std::path::PathBuf;

const DAY: u64 = 86_400;

pub fn set(context: &TestContext, policy: &str) {
    context.write("mdskill.toml", format!("[policy]\n{policy}\n"));
}

fn run(context: &TestContext, arguments: &[&str]) -> Outcome {
    context.mdskill(arguments).run()
}

/// Asserts that the policy refuses: exit code 3, this sentence, and no changed files.
#[track_caller]
fn refuses(context: &TestContext, arguments: &[&str], sentence: &str) {
    let before = context.snapshot();
    let outcome = run(context, arguments);
    outcome.fails(3).says(" refuses `").says(sentence);
    outcome.says("nothing was changed");
    before.assert_same(&context.snapshot());
}

/// Asserts the same, and that the server got no request.
#[track_caller]
fn refuses_unasked(context: &ServedContext, arguments: &[&str], sentence: &str) {
    context.server.reset();
    refuses(context, arguments, sentence);
    assert_eq!(context.server.requests().len(), 0, "{arguments:?}");
}

/// Returns the files that record when each commit was first seen.
fn first_seen_files(context: &TestContext) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(context.path("cache/seen-v1")).unwrap();
    listed.map(|entry| entry.unwrap().path()).collect()
}

/// Moves the recorded times back by `seconds`.
pub fn age(context: &TestContext, seconds: i64) {
    for file in first_seen_files(context) {
        let text = std::fs::read(&file).unwrap();
        let mut seen: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for (_, first) in seen.as_object_mut().unwrap() {
            *first = first.as_u64().unwrap().strict_sub_signed(seconds).into();
        }
        std::fs::write(file, seen.to_string()).unwrap();
    }
}

/// Returns the verdict of each key, such as `sources=true pin=false`.
fn verdicts(skill: &serde_json::Value) -> String {
    let verdicts = skill["verdicts"].as_array().unwrap().iter();
    let word = |verdict: &serde_json::Value| {
        let key = verdict["key"].as_str().unwrap();
        format!("{key}={}", verdict["is_allowed"])
    };
    verdicts.map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn invalid_policy_stops_commands_before_any_request() {
    let context = ServedContext::new();
    run(&context, &["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    for (policy, said) in [
        (
            "min_age = \"3d\"",
            "mdskill.toml:2: unknown key `min_age` in `[policy]`; did you mean `min-age`?",
        ),
        (
            "pin = \"tag\"\ndeny = [\"hook\"]",
            "mdskill.toml:3: unknown capability `hook`; did you mean `hooks`?",
        ),
        ("sources = [\"acme/*\"]", "did you mean `github:acme/*`?"),
        ("min-age = \"soon\"", "invalid age `soon`"),
    ] {
        set(&context, policy);
        let before = context.snapshot();
        for arguments in [
            &["add", "acme/skills/two"][..],
            &["add", "acme/skills", "--all", "--force"],
            &["install"],
            &["install", "--frozen"],
            &["update"],
            &["outdated"],
            &["policy"],
            &["policy", "one"],
            &["policy", "acme/skills/two"],
        ] {
            context.server.reset();
            run(&context, arguments).fails(1).says(said);
            assert_eq!(context.server.requests().len(), 0, "{arguments:?}");
        }
        before.assert_same(&context.snapshot());
    }
}

#[test]
fn add_refuses_a_disallowed_source_without_a_request() {
    let context = ServedContext::new();
    let url = context.server.url_of("acme/skills");
    let by_url = format!("{url}//skills/one");
    set(&context, "sources = [\"github:other/*\"]");
    let sentence = ": `github:acme/skills` is not an allowed source\nhint: use an allowed source, or add this one to `sources` in mdskill.toml";
    for options in [
        &[][..],
        &["--force"],
        &["--allow", "SK3"],
        &["--dry-run"],
        &["--offline"],
    ] {
        let add = [&["add", "acme/skills/one"], options].concat();
        refuses_unasked(&context, &add, sentence);
    }
    refuses_unasked(&context, &["add", "acme/skills", "--all"], sentence);
    refuses_unasked(
        &context,
        &["add", "https://github.com/acme/skills"],
        sentence,
    );
    refuses_unasked(&context, &["add", &by_url], "is not an allowed source");
    let hidden = ["add", "https://GITHUB.com:443/other/x.git"];
    refuses_unasked(
        &context,
        &hidden,
        "(normalized to `https://github.com/other/x`) is not an allowed source\nhint: write `owner/repo` for a repository on GitHub",
    );
    let climbs = ["add", "ssh://git@h/other/%2e%2e/x"];
    refuses_unasked(
        &context,
        &climbs,
        "is not a plain source: its path has an encoded dot",
    );
    // A refused skill stops the allowed ones, too.
    set(&context, "sources = [\"github:ACME/*\"]");
    let both = ["add", "acme/skills/one", "evil/skills/two"];
    refuses_unasked(&context, &both, "refuses `evil/skills`");
    set(&context, "sources = []");
    refuses_unasked(
        &context,
        &["add", "acme/skills/one"],
        "the list is empty; add the source to `sources` in mdskill.toml",
    );

    set(&context, "sources = [\"github:ACME/*\"]");
    run(&context, &["add", "acme/skills/one"]).ok();
    set(&context, &format!("sources = [\"{url}\"]"));
    run(&context, &["add", &by_url, "--name", "by-url"]).ok();
}

#[test]
fn add_refuses_a_source_that_moved_to_a_disallowed_owner() {
    let context = ServedContext::new();
    let other = context
        .repo
        .folder()
        .ancestors()
        .nth(2)
        .unwrap()
        .join("new");
    std::fs::create_dir(&other).unwrap();
    std::fs::rename(context.repo.folder(), other.join("skills.git")).unwrap();
    let is_old = |request: &Request| request.target.starts_with("/acme/");
    let to = format!("{}/git-upload-pack", context.server.url_of("new/skills"));
    context
        .server
        .fault_when(is_old, Fault::Redirect { code: 301, to });
    set(&context, "sources = [\"github:acme/*\"]");
    let sentence =
        "`github:acme/skills` has moved to `github:new/skills`, which is not an allowed source";
    refuses(&context, &["add", "acme/skills/one"], sentence);
    run(&context, &["policy", "acme/skills/one"])
        .fails(3)
        .says(sentence);
    set(&context, "sources = [\"github:acme/*\", \"github:new/*\"]");
    run(&context, &["add", "acme/skills/one"]).ok();
}

#[test]
fn add_checks_the_path_of_a_folder() {
    let context = TestContext::with_origin("");
    let text = "---\nname: mine\ndescription: Counts beans. Use it for beans.\n---\nText\n";
    context.write("skills/mine/SKILL.md", text);
    context.write("others/mine/SKILL.md", text);
    set(&context, "sources = [\"path:skills/**\"]");
    refuses(
        &context,
        &["add", "./others/mine"],
        "`path:others/mine` is not an allowed source",
    );
    refuses(
        &context,
        &["add", "./skills/../others/mine"],
        "`path:others/mine`",
    );
    run(&context, &["add", "./skills/mine"]).ok();
    set(&context, "pin = \"tag\"");
    refuses(
        &context,
        &["add", "./others/mine", "--name", "other"],
        "a local folder has no tags and no commits",
    );
    set(&context, "min-age = \"1h\"");
    refuses(
        &context,
        &["add", "./others/mine", "--name", "other"],
        "a local folder has no commits, so its age is unknown",
    );
}

#[test]
fn add_checks_the_pin_before_a_fetch_if_the_ref_is_clear() {
    let mut context = ServedContext::new();
    context.repo.tag("v1.0.0");
    context.repo.branch("next");
    let commit = context.commit.clone();
    let at = |git_ref: &str| format!("acme/skills/one@{git_ref}");
    let add = |context: &ServedContext, git_ref: &str| run(context, &["add", &at(git_ref)]);

    set(&context, "pin = \"tag\"");
    let moves = ": it follows the default branch\nhint: add a tag, a range, or a commit after `@`, such as `owner/repo/skill@v1.2`";
    refuses_unasked(&context, &["add", "acme/skills/one"], moves);
    refuses_unasked(&context, &["add", &at("HEAD")], moves);
    refuses_unasked(
        &context,
        &["add", &at("refs/heads/next")],
        "it follows the branch `refs/heads/next`",
    );
    refuses(
        &context,
        &["add", &at("next")],
        "it follows the branch `next`",
    );
    for good in ["v1.0.0", "refs/tags/v1.0.0", "^1", &commit] {
        add(&context, good).ok();
    }
    run(&context, &["add", "acme/skills/two", "--pin"]).ok();

    set(&context, "pin = \"commit\"");
    for bad in ["v1.0.0", "refs/tags/v1.0.0", "^1", "next", "HEAD"] {
        refuses_unasked(
            &context,
            &["add", &at(bad)],
            "add it with --pin, or write a full commit id after `@`",
        );
    }
    add(&context, &commit).ok();
    run(&context, &["add", "acme/skills/three@v1.0.0", "--pin"]).ok();
}

#[test]
fn add_refuses_a_commit_seen_too_recently() {
    let context = ServedContext::new();
    set(&context, "min-age = \"3d\"");
    // The commits of the tests have old dates, which prove nothing.
    let young = ": commit ";
    refuses(&context, &["add", "acme/skills/one"], young);
    refuses(
        &context,
        &["add", "acme/skills/one", "--force"],
        "UTC, when it is old enough (the date in the commit does not count, because anyone can write an old one)",
    );
    age(&context, (2 * DAY).cast_signed());
    refuses(&context, &["add", "acme/skills", "--all"], young);
    age(&context, DAY.cast_signed());
    run(&context, &["add", "acme/skills/one"]).ok();
    // A clock that is set back, a damaged file, and a cleared cache make a commit new again.
    age(&context, -(9 * DAY.cast_signed()));
    refuses(&context, &["add", "acme/skills/two"], young);
    age(&context, (9 * DAY).cast_signed());
    for file in first_seen_files(&context) {
        std::fs::write(file, "{\"").unwrap();
    }
    refuses(&context, &["add", "acme/skills/two"], young);
    age(&context, (3 * DAY).cast_signed());
    run(&context, &["add", "acme/skills/two"]).ok();
    run(&context, &["cache", "clear"]).ok();
    refuses(&context, &["add", "acme/skills/three"], young);
    // A locked skill is only restored.
    run(&context, &["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    run(&context, &["install", "--frozen"]).ok();
}

#[test]
fn deleting_the_git_cache_keeps_the_age_of_commits() {
    let context = ServedContext::new();
    run(&context, &["list", "acme/skills"]).ok();
    age(&context, DAY.cast_signed());
    std::fs::remove_dir_all(context.path("cache/store-v1")).unwrap();
    set(&context, "min-age = \"1d\"");
    run(&context, &["add", "acme/skills/one"]).ok();
}

#[test]
fn recent_date_in_a_commit_counts() {
    let context = ServedContext::new();
    let folder = context.repo.folder().to_string_lossy().into_owned();
    let git = |arguments: &[&str]| {
        let author = ["-C", &folder, "-c", "user.name=x", "-c", "user.email=x@y"];
        let outcome = context
            .command("git", [&author[..], arguments].concat())
            .run();
        outcome.ok().stdout.trim().to_owned()
    };
    let young = git(&["commit-tree", "HEAD^{tree}", "-m", "Now"]);
    git(&["update-ref", "refs/heads/main", &young]);
    run(&context, &["list", "acme/skills"]).ok();
    age(&context, (9 * DAY).cast_signed());
    set(&context, "min-age = \"3d\"");
    refuses(
        &context,
        &["add", "acme/skills/one"],
        ", but its own date is 20",
    );
    set(&context, "min-age = \"0h\"");
    run(&context, &["add", "acme/skills/one"]).ok();
}

#[test]
fn commits_of_local_repositories_have_an_age() {
    let (context, repo) = TestContext::with_skills();
    let commit = repo.rev_parse("HEAD");
    set(&context, "min-age = \"1d\"");
    let bundle = context.path("temp/skills.bundle");
    repo.bundle(&bundle);
    let of_bundle = format!("file://{}//skills/two", bundle.display());
    let by_commit = format!("acme/skills/three@{commit}");
    for spec in ["acme/skills/one", &of_bundle, &by_commit] {
        run(&context, &["cache", "clear"]).ok();
        refuses(
            &context,
            &["add", spec],
            "was first seen on this machine at 20",
        );
        age(&context, DAY.cast_signed());
        run(&context, &["add", spec]).ok();
    }
}

#[test]
fn add_refuses_a_denied_capability() {
    let (context, mut repo) = TestContext::with_skills();
    set(&context, "deny = [\"scripts\", \"hooks\"]");
    let sentence = "policy `deny = [\"scripts\", \"hooks\"]` refuses `three`: it adds scripts (`scripts/run.sh`)\nhint: use a version without that, or change `deny` in mdskill.toml";
    for arguments in [
        &["add", "acme/skills/three"][..],
        &["add", "acme/skills/three", "--force", "--allow", "SK"],
        &["add", "acme/skills", "--all"],
        &["add", "acme/skills", "--all", "--dry-run"],
        &["add", "acme/skills/one", "acme/skills/three"],
    ] {
        refuses(&context, arguments, sentence);
    }
    let json = run(&context, &["add", "acme/skills", "--all", "--json"]);
    let json = json.fails(3).json();
    assert_eq!(json["is_refused"], true);
    assert_eq!(json["skills"], serde_json::json!([]));
    assert_eq!(json["refused"].as_array().unwrap().len(), 1);
    let refused = &json["refused"][0];
    assert_eq!(refused["name"], "three");
    assert_eq!(refused["source"], "github:acme/skills");
    assert_eq!(refused["key"], "deny");
    assert_eq!(refused["value"], "[\"scripts\", \"hooks\"]");
    assert_eq!(refused["is_allowed"], false);
    run(&context, &["add", "acme/skills/one", "acme/skills/two"]).ok();

    // A skill that was locked before the policy is kept and restored, because it is not new.
    set(&context, "");
    run(&context, &["add", "acme/skills/three"]).ok();
    set(&context, "deny = [\"scripts\"]");
    run(&context, &["add", "acme/skills", "--all"]).ok();
    std::fs::remove_dir_all(context.project().join(".github/skills/three")).unwrap();
    run(&context, &["install", "--frozen"]).ok();
    repo.executable("skills/three/scripts/more.sh", "#!/bin/sh\nexit 1\n");
    repo.commit("More");
    refuses(&context, &["add", "acme/skills/three"], "scripts/more.sh");
}

#[test]
fn refusal_of_hooks_and_bash_names_the_line() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for (name, line) in [
        ("free", "allowed-tools: Read Bash"),
        ("bound", "allowed-tools: Read Bash(git status)"),
        (
            "hooked",
            "hooks: {PreToolUse: [{hooks: [{type: command, command: make}]}]}",
        ),
    ] {
        let text = format!(
            "---\nname: {name}\ndescription: Counts beans. Use it for beans.\n{line}\n---\nText\n"
        );
        repo.write(&format!("skills/{name}/SKILL.md"), text);
    }
    repo.commit("Three skills");
    set(&context, "deny = [\"unrestricted-bash\", \"hooks\"]");
    refuses(
        &context,
        &["add", "acme/skills/free"],
        "it adds unrestricted-bash (`Bash` in SKILL.md:4)",
    );
    refuses(&context, &["add", "acme/skills/hooked"], "it adds hooks (");
    run(&context, &["add", "acme/skills/bound"]).ok();
}

#[test]
fn install_refuses_a_disallowed_source_in_the_lockfile() {
    let context = ServedContext::new();
    run(&context, &["add", "acme/skills/one"]).ok();
    set(&context, "sources = [\"github:other/*\"]");
    let sentence = "policy `sources = [\"github:other/*\"]` refuses `one`: `github:acme/skills` is not an allowed source";
    // The files on disk equal the lockfile, as after a pull request that added both.
    for arguments in [
        &["install", "--frozen"][..],
        &["install"],
        &["install", "--force"],
        &["install", "one"],
        &["install", "--dry-run"],
    ] {
        refuses_unasked(&context, arguments, sentence);
    }
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    refuses_unasked(&context, &["install", "--frozen"], sentence);
    let json = run(&context, &["install", "--frozen", "--json"]);
    assert_eq!(json.fails(3).json()["refused"][0]["key"], "sources");
    // A source in the lockfile is normalized in the same way as for a fetch.
    let lock = context.read("mdskill.lock");
    for (source, odd) in [
        (
            r"github:other/..\\..\\acme\\skills",
            "a character that is not allowed in an address",
        ),
        ("https://h/other/../acme/skills", "its path has `.`, `..`"),
    ] {
        context.write("mdskill.lock", lock.replace("github:acme/skills", source));
        refuses_unasked(&context, &["install", "--frozen"], odd);
    }
    context.write("mdskill.lock", &lock);
    set(&context, "sources = [\"github:acme/skills\"]");
    run(&context, &["install", "--frozen"]).ok();
}

#[test]
fn install_looks_up_the_kind_of_a_ref() {
    let mut context = ServedContext::new();
    context.repo.tag("v1.0.0");
    context.repo.branch("next");
    let adds = |git_ref: &str| {
        run(&context, &["add", &format!("acme/skills/one@{git_ref}")]).ok();
    };
    let install = |options: &[&str]| {
        context.server.reset();
        run(&context, &[&["install", "--frozen"], options].concat())
    };
    adds("v1.0.0");
    install(&[]).ok();
    assert_eq!(context.server.requests().len(), 0, "without a policy");
    set(&context, "pin = \"tag\"");
    install(&[]).ok();
    assert_eq!(
        context.server.requests().len(),
        1,
        "one request for the refs"
    );
    install(&["--offline"]).ok();
    run(&context, &["cache", "clear"]).ok();
    let offline = ["install", "--frozen", "--offline"];
    refuses_unasked(
        &context,
        &offline,
        "`v1.0.0` may be a branch or a tag\nhint: write the full ref, such as `@refs/tags/v1.2`",
    );
    set(&context, "");
    adds("refs/tags/v1.0.0");
    set(&context, "pin = \"tag\"");
    install(&["--offline"]).ok();
    assert_eq!(
        context.server.requests().len(),
        0,
        "the full ref needs no request"
    );

    set(&context, "");
    adds("next");
    set(&context, "pin = \"tag\"");
    refuses(
        &context,
        &["install", "--frozen"],
        "it follows the branch `next`",
    );
    set(&context, "pin = \"commit\"");
    refuses_unasked(
        &context,
        &["install", "--frozen"],
        "policy `pin = \"commit\"`",
    );
}

#[test]
fn policy_command_explains_each_key() {
    let context = ServedContext::new();
    let policy = |arguments: &[&str]| run(&context, &[&["policy"], arguments].concat());
    policy(&[])
        .ok()
        .says("no policy is set in mdskill.toml: all sources are allowed");
    run(&context, &["add", "acme/skills/one", "acme/skills/three"]).ok();
    policy(&["one"]).ok().says("allowed  one");

    set(
        &context,
        "sources = [\"github:acme/*\"]\nmin-age = \"3d\"\ndeny = [\"scripts\"]\npin = \"tag\"",
    );
    context.server.reset();
    let outcome = policy(&[]);
    outcome
        .fails(3)
        .says("sources = [\"github:acme/*\"]\n    only these sources are allowed\n")
        .says("pin = \"tag\"\n    a skill must follow a tag, a range of tags, or a commit, not a branch\n")
        .says("min-age = \"3d\"\n    this machine must have seen a commit 3 days before its skills are added or updated; the date in the commit counts only if it is later, because anyone can write an old date\n")
        .says("deny = [\"scripts\"]\n    an added skill must not have any of these capabilities, and an update must not add one\n")
        .says("refused  one\n    `pin = \"tag\"` refuses: it follows the default branch;")
        .says("    `min-age = \"3d\"` refuses: commit ")
        .says("    `deny = [\"scripts\"]` refuses: it adds scripts (`scripts/run.sh`)");
    assert_eq!(context.server.requests().len(), 0, "no request was made");
    let outcome = policy(&["one"]);
    outcome
        .fails(3)
        .says("    `sources = [\"github:acme/*\"]` allows: `github:acme/skills` is allowed by `github:acme/*`")
        .says("    `deny = [\"scripts\"]` allows: it has none of these")
        .never_says("only these sources are allowed");
    let json = policy(&["--json"]).fails(3).json();
    assert_eq!(json["keys"][2]["key"], "min-age");
    assert_eq!(json["skills"][1]["name"], "three");
    assert_eq!(
        verdicts(&json["skills"][0]),
        "sources=true pin=false min-age=false deny=true"
    );
    assert_eq!(
        verdicts(&json["skills"][1]),
        "sources=true pin=false min-age=false deny=false"
    );

    context.repo.tag("v1.0.0");
    age(&context, (3 * DAY).cast_signed());
    let at_tag = policy(&["acme/skills/skills/two@v1.0.0", "--json"]);
    let json = at_tag.ok().json();
    let skill = &json["skills"][0];
    assert_eq!(
        verdicts(skill),
        "sources=true pin=true min-age=true deny=true"
    );
    assert_eq!(skill["name"], "acme/skills/skills/two");
    assert_eq!(skill["ref"], "v1.0.0");
    assert_eq!(skill["commit"], context.commit.as_str());
    policy(&["acme/skills/two@v1.0.0", "acme/skills/three@v1.0.0"]).fails(3);
    policy(&["acme/skills@v1.0.0"])
        .fails(2)
        .says("name one of them");
    policy(&["none"]).fails(1).says("is not installed");

    context.server.reset();
    let unfetched = policy(&["evil/skills/two@v1.0.0"]);
    unfetched
        .fails(3)
        .says("`sources = [\"github:acme/*\"]` refuses: ")
        .says("the other keys were not checked, because nothing was fetched");
    assert_eq!(context.server.requests().len(), 0);
    // Missing files can't be checked.
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    policy(&["one"])
        .fails(3)
        .says("its files are missing, so their capabilities are unknown; `mdskill install one` restores them");
}

#[test]
fn policy_command_works_without_the_repository() {
    let (context, repo): (TestContext, Repo) = TestContext::with_skills();
    run(&context, &["add", "acme/skills/one"]).ok();
    set(&context, "min-age = \"1h\"\npin = \"tag\"");
    std::fs::remove_dir_all(repo.folder()).unwrap();
    let outcome = run(&context, &["policy"]);
    outcome
        .fails(3)
        .says("refused  one")
        .says("has not been seen on this machine");
}
