//! `add` and `show` print what a skill can do before it is trusted, in the words of the policy.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use serde_json::Value;

/// `deploy` runs commands on its own, `lint` has a script, `notes` only names a host and a command, and
/// `plain` does nothing.
pub fn stocked() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/tools");
    repo.write(
        "deploy/SKILL.md",
        "---\nname: deploy\ndescription: Deploys. Use it to deploy.\nlicense: Apache-2.0\n\
         compatibility: Needs curl.\nallowed-tools: Bash Read\nhooks:\n  PreToolUse:\n    - matcher: Bash\n      \
         hooks:\n        - type: command\n          command: scripts/go.sh\n---\n# Deploy\n\nRun scripts/go.sh.\n",
    )
    .executable("deploy/scripts/go.sh", "#!/bin/sh\ncurl -O https://acme.io/x\n")
    .skill("lint", "lint", "Lints. Use it to lint")
    .write("lint/scripts/a.py", "print(1)\n")
    .write("notes/SKILL.md", "---\nname: notes\ndescription: Notes. Use it.\n---\n# N\n\nhttps://acme.io\n\n```sh\njq .\n```\n")
    .skill("plain", "plain", "Plain. Use it");
    repo.commit("Skills");
    (context, repo)
}

fn add_json(context: &TestContext, arguments: &[&str]) -> Value {
    let outcome = context.run(&[&["add", "--json"], arguments].concat());
    serde_json::from_str(&outcome.ok().stdout).unwrap()
}

#[test]
fn add_prints_capabilities_with_their_places() {
    let (context, _repo) = stocked();
    for arguments in [&["--dry-run"][..], &[]] {
        let outcome = context.run(&[&["add", "acme/tools/deploy"], arguments].concat());
        outcome
            .ok()
            .says("hooks: PreToolUse: scripts/go.sh (SKILL.md:12)")
            .says("unrestricted-bash: Bash (SKILL.md:6)")
            .says("scripts: scripts/go.sh")
            .says("tools: Read (SKILL.md:6)")
            .says("hosts: acme.io (scripts/go.sh:2)")
            .says("commands: curl (scripts/go.sh:2)")
            .says("write `deny = [\"hooks\", \"unrestricted-bash\"]` below `[policy]` in mdskill.toml");
    }
    context
        .run(&["add", "acme/tools/deploy"])
        .ok()
        .says("Unchanged")
        .never_says("hooks:");
}

#[test]
fn printed_advice_denies_the_skill() {
    let (context, _repo) = stocked();
    let outcome = context.run(&["add", "acme/tools/deploy", "--dry-run"]);
    let advice = outcome
        .ok()
        .stderr
        .split('`')
        .find(|code| code.starts_with("deny"));
    context.write("mdskill.toml", format!("[policy]\n{}\n", advice.unwrap()));
    context.refuses(
        &["add", "acme/tools/deploy"],
        3,
        "hooks (`PreToolUse: scripts/go.sh`",
    );
    context.run(&["add", "acme/tools/lint"]).ok();
}

#[test]
fn harmless_skill_gets_at_most_one_line() {
    let (context, _repo) = stocked();
    let lines = |name: &str| {
        let outcome = context.run(&["add", &format!("acme/tools/{name}"), "--dry-run"]);
        let lines = outcome
            .ok()
            .stderr
            .lines()
            .map(str::trim)
            .map(str::to_owned);
        lines.skip(1).collect::<Vec<_>>()
    };
    assert_eq!(lines("plain"), [""; 0]);
    assert_eq!(lines("notes"), ["hosts: acme.io; commands: jq"]);
    assert_eq!(lines("lint"), ["scripts: scripts/a.py"]);
}

#[test]
fn many_skills_are_summarized() {
    let (context, _repo) = stocked();
    let outcome = context.run(&["add", "acme/tools", "--all"]);
    let lines: Vec<_> = outcome.ok().stderr.lines().map(str::trim).collect();
    let below = |name: &str| {
        let at = lines
            .iter()
            .position(|line| line.starts_with(&format!("Added {name} ")));
        let lines = lines[at.unwrap() + 1..].iter();
        lines
            .take_while(|line| !line.starts_with("Added") && !line.starts_with("Finished"))
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        below("deploy"),
        [
            "hooks: PreToolUse: scripts/go.sh (SKILL.md:12)",
            "unrestricted-bash: Bash (SKILL.md:6)",
            "1 script, 1 tool, 1 host, 1 command",
        ]
    );
    assert_eq!(below("lint"), ["1 script"]);
    assert_eq!(below("notes"), [""; 0]);
    assert_eq!(below("plain"), [""; 0]);
    let verbose = context.another();
    verbose
        .run(&["add", "acme/tools", "--all", "--verbose"])
        .ok()
        .says("commands: jq (SKILL.md:10)");
}

#[test]
fn json_has_all_capabilities() {
    let (context, _repo) = stocked();
    for arguments in [
        ["acme/tools/deploy", "--dry-run"],
        ["acme/tools/deploy", "--yes"],
    ] {
        let report = add_json(&context, &arguments);
        let found = report["skills"][0]["capabilities"].as_array().unwrap();
        let kinds: Vec<_> = found
            .iter()
            .map(|one| one["kind"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            [
                "hooks",
                "unrestricted-bash",
                "scripts",
                "executables",
                "tools",
                "hosts",
                "commands"
            ]
        );
        assert_eq!(found[0]["file"], "SKILL.md");
        assert_eq!(found[0]["line"], 12);
    }
    let report = add_json(&context, &["acme/tools/plain"]);
    assert_eq!(
        report["skills"][0]["capabilities"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn replaced_skill_shows_its_capabilities() {
    let (context, mut repo) = stocked();
    context.run(&["add", "acme/tools/plain@main"]).ok();
    repo.write(
        "plain/SKILL.md",
        "---\nname: plain\ndescription: Plain. Use it.\nallowed-tools: Bash\n---\n# P\n\nText\n",
    );
    repo.commit("Bash");
    context
        .run(&["add", "acme/tools/plain@main"])
        .ok()
        .says("Updated")
        .says("unrestricted-bash: Bash (SKILL.md:4)");
}

#[test]
fn show_has_details_and_capabilities_before_and_after_add() {
    let (context, repo) = stocked();
    let both = |place: &str, name: &str| {
        let outcome = context.run(&["show", name]);
        outcome
            .ok()
            .says("license        Apache-2.0\n")
            .says("compatibility  Needs curl.\n")
            .says("allowed-tools  Bash, Read\n")
            .says("can            hooks: PreToolUse: scripts/go.sh (SKILL.md:12)\n")
            .says("\n               unrestricted-bash: Bash (SKILL.md:6)\n")
            .says("\n               commands: curl (scripts/go.sh:2)\n")
            .says("size           2 files, ")
            .says(place);
        let report = context.run(&["show", name, "--json"]).ok().json();
        assert_eq!(report["license"], "Apache-2.0");
        assert_eq!(report["compatibility"], "Needs curl.");
        assert_eq!(report["allowed_tools"], serde_json::json!(["Bash", "Read"]));
        let files = repo.git(&["ls-tree", "-r", "-l", "main:deploy"]);
        let sizes = files
            .lines()
            .map(|line| line.split_whitespace().nth(3).unwrap());
        let bytes: u64 = sizes.map(|size| size.parse::<u64>().unwrap()).sum();
        assert_eq!(report["bytes"], bytes);
        report["capabilities"].clone()
    };
    let before = both("installs to    .github/skills/deploy", "acme/tools/deploy");
    let report = add_json(&context, &["acme/tools/deploy"]);
    assert_eq!(report["skills"][0]["capabilities"], before);
    for name in ["deploy", "acme/tools/deploy"] {
        assert_eq!(both("installed      .github/skills/deploy", name), before);
    }
}

#[test]
fn show_names_the_version_and_a_spec_that_installs_it() {
    let (context, repo) = stocked();
    repo.tag("v1.2.0");
    let commit = repo.rev_parse("v1.2.0^{commit}");
    let report = context
        .run(&["show", "acme/tools/lint@^1", "--json"])
        .ok()
        .json();
    assert_eq!(report["version_tag"], "v1.2.0");
    assert_eq!(report["commit"], commit.as_str());
    assert_eq!(report["spec"], "acme/tools/lint@^1");
    context.run(&["add", report["spec"].as_str().unwrap()]).ok();
    let installed = context.run(&["show", "lint", "--json"]).ok().json();
    assert_eq!(installed["spec"], report["spec"]);
    assert_eq!(installed["ref"], "^1");
}

#[test]
fn list_of_a_repository_has_the_details_in_json() {
    let (context, _repo) = stocked();
    let report = context.run(&["list", "acme/tools", "--json"]).ok().json();
    let skills = report["skills"].as_array().unwrap();
    let deploy = skills
        .iter()
        .find(|skill| skill["name"] == "deploy")
        .unwrap();
    assert_eq!(deploy["license"], "Apache-2.0");
    assert_eq!(deploy["compatibility"], "Needs curl.");
    assert_eq!(deploy["allowed_tools"], serde_json::json!(["Bash", "Read"]));
}
