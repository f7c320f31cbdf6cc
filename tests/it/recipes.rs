//! Runs the recipes of `docs/guide/ci.md` with bash, git, a bare repository for `origin`, and a `gh` that
//! records its arguments. Only the parts that GitHub and GitLab run themselves are simulated.

mod ci_project;

use std::path::Path;

use serde_json::Value;

use self::ci_project::{CiProject, ROOT, block, block_of, yaml};
use crate::support::outcome::Outcome;

const BRANCH: &str = "mdskill/update";

#[test]
fn weekly_update_opens_a_pull_request_and_then_updates_it() {
    let workflow = yaml("name: Update skills");
    let mut ci = CiProject::new();
    let main = ci.origin("rev-parse main");

    ci.job(&workflow, "update").ok().says("No updates.");
    assert_eq!(ci.branches(), ["main"]);
    assert_eq!(ci.gh_calls(), [] as [String; 0]);

    ci.upstream("skills/one/more.md", "more");
    ci.job(&workflow, "update").ok();
    assert_eq!(ci.branches(), ["main", BRANCH]);
    assert_eq!(ci.gh_calls(), ["pr list", "pr create"]);
    assert!(
        ci.body().starts_with("**1 skill updated**"),
        "{}",
        ci.body()
    );
    let files = ci.origin(&format!("diff --name-only main {BRANCH}"));
    assert_eq!(files, ".github/skills/one/more.md\nmdskill.lock");
    let url = "https://github.com/acme/project/pull/7";
    assert_eq!(ci.output("pull-request"), url);

    // The same update again: no push.
    let first = ci.origin(&format!("rev-parse {BRANCH}"));
    ci.job(&workflow, "update").ok();
    assert_eq!(ci.origin(&format!("rev-parse {BRANCH}")), first);
    assert_eq!(ci.gh_calls(), ["pr list", "pr edit"]);

    ci.upstream("skills/two/more.md", "more");
    ci.job(&workflow, "update").ok();
    assert_eq!(ci.gh_calls(), ["pr list", "pr edit"]);
    assert!(
        ci.body().starts_with("**2 skills updated**"),
        "{}",
        ci.body()
    );
    assert_eq!(ci.origin(&format!("rev-list --count main..{BRANCH}")), "1");
    assert_eq!(ci.origin("rev-parse main"), main);
}

#[test]
fn weekly_update_keeps_commits_of_other_authors() {
    let workflow = yaml("name: Update skills");
    let mut ci = CiProject::new();
    ci.upstream("skills/one/more.md", "more");
    ci.job(&workflow, "update").ok();
    let clone = ci.checkout();
    let script = format!(
        "git fetch --quiet origin {BRANCH} && git switch --quiet -c work FETCH_HEAD && echo mine > mine && git add mine && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -m Mine && git push --quiet origin HEAD:{BRANCH}"
    );
    ci.sh(&clone, &script).ok();
    let hers = ci.origin(&format!("rev-parse {BRANCH}"));
    ci.gh_calls();
    ci.upstream("skills/two/more.md", "more");
    ci.job(&workflow, "update")
        .ok()
        .says("mdskill/update has commits by someone else");
    assert_eq!(ci.origin(&format!("rev-parse {BRANCH}")), hers);
    assert_eq!(ci.gh_calls(), [] as [String; 0]);
}

#[test]
fn weekly_update_continues_if_a_skill_needs_a_decision() {
    let workflow = yaml("name: Update skills");
    let mut ci = CiProject::new();
    let clone = ci.checkout();
    let script = "echo mine > .github/skills/one/SKILL.md && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -am Mine && git push --quiet origin HEAD:main";
    ci.sh(&clone, script).ok();
    ci.upstream(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Another. Use it.\n---\nother\n",
    );
    ci.job(&workflow, "update").ok().says("No updates.");
    ci.upstream("skills/two/more.md", "more");
    ci.job(&workflow, "update").ok();
    assert!(ci.body().contains("`one`"), "{}", ci.body());
    let files = ci.origin(&format!("diff --name-only main {BRANCH}"));
    assert_eq!(files, ".github/skills/two/more.md\nmdskill.lock");
    // It stops if the exit code is an error.
    let clone = ci.checkout();
    std::fs::remove_file(clone.join("mdskill.lock")).unwrap();
    ci.steps(&workflow, "update", &clone)
        .fails(1)
        .says("there is no mdskill.lock");
}

#[test]
fn pull_request_has_the_branch_base_and_title_of_the_inputs() {
    let mut workflow = yaml("name: Update skills");
    let with = &mut workflow["jobs"]["update"]["steps"][1]["with"];
    with["branch"] = "skills".into();
    with["base"] = "next".into();
    with["title"] = "New skills; touch pwned".into();
    let mut ci = CiProject::new();
    ci.upstream("skills/one/more.md", "more");
    ci.job(&workflow, "update").ok();
    assert_eq!(ci.branches(), ["main", "skills"]);
    let created = ci.context.log("gh");
    let expected =
        "pr create --base next --head skills --title New skills; touch pwned --body-file";
    assert!(created.contains(expected), "{created}");
    assert_eq!(
        ci.origin("log -1 --format=%s skills"),
        "New skills; touch pwned"
    );
    // Nothing is pushed to the base, to an invalid branch, or by another command.
    for (input, value) in [
        ("branch", "next"),
        ("branch", "-f"),
        ("command", "outdated"),
    ] {
        let mut workflow = workflow.clone();
        workflow["jobs"]["update"]["steps"][1]["with"][input] = value.into();
        ci.job(&workflow, "update")
            .fails(2)
            .says("::error title=mdskill::");
    }
    assert_eq!(ci.branches(), ["main", "skills"]);
}

#[test]
fn weekly_update_has_only_the_permissions_it_needs() {
    let workflow = yaml("name: Update skills");
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    let may = serde_json::json!({ "contents": "write", "pull-requests": "write" });
    assert_eq!(workflow["jobs"]["update"]["permissions"], may);
    assert!(workflow["concurrency"]["group"].is_string());
    assert!(workflow["on"]["pull_request_target"].is_null() && workflow["on"].is_object());
    let check = yaml("name: Skills\n");
    assert_eq!(
        check["permissions"],
        serde_json::json!({ "contents": "read" })
    );
    assert_eq!(check["on"], "pull_request");
    // The recipe uses the current version of the action.
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/guide/ci.md")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for named in ["uses: mdskill/mdskill@v", "mdskill/mdskill/v", "--version "] {
        let after = page.split(named).skip(1);
        let others: Vec<_> = after.filter(|rest| !rest.starts_with(version)).collect();
        assert!(page.contains(named) && others.is_empty(), "{named}");
    }
}

#[test]
fn check_of_pull_requests_finds_problems() {
    let workflow = yaml("name: Skills\n");
    let mut ci = CiProject::new();
    ci.job(&workflow, "check").ok();
    // Later upstream changes do not fail a pull request.
    ci.upstream("skills/one/more.md", "more");
    ci.job(&workflow, "check").ok();
    let clone = ci.checkout();
    std::fs::remove_file(clone.join(".github/skills/three/scripts/run.sh")).unwrap();
    ci.steps(&workflow, "check", &clone)
        .fails(3)
        .says("scripts/run.sh");
    let clone = ci.checkout();
    std::fs::remove_file(clone.join("mdskill.lock")).unwrap();
    ci.steps(&workflow, "check", &clone)
        .fails(1)
        .says("there is no mdskill.lock");
    let clone = ci.checkout();
    std::fs::create_dir_all(clone.join(".github/skills/mine")).unwrap();
    std::fs::write(
        clone.join(".github/skills/mine/SKILL.md"),
        "No frontmatter\n",
    )
    .unwrap();
    ci.steps(&workflow, "check", &clone)
        .fails(3)
        .says("::error file=.github/skills/mine/SKILL.md");
}

fn lines(job: &Value) -> Vec<&str> {
    job["script"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect()
}

/// GitLab runs the lines of `script` in one shell.
fn gitlab(ci: &CiProject, clone: &Path, job: &Value) -> Outcome {
    let url = ci.temp("origin").to_string_lossy().into_owned();
    let variables = [
        ("CI", "true"),
        ("CI_PROJECT_URL", url.as_str()),
        ("CI_DEFAULT_BRANCH", "main"),
        ("UPDATE_TOKEN", "a-token"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ci.bash(clone, &lines(job).join("\n"), &variables)
}

#[test]
fn gitlab_jobs_check_and_open_a_merge_request() {
    let file = yaml("extends: .mdskill");
    let (check, update) = (&file["check skills"], &file["update skills"]);
    let mut ci = CiProject::new();
    let clone = ci.checkout();
    gitlab(&ci, &clone, check).ok();
    assert!(
        std::fs::read_to_string(clone.join("skills.xml"))
            .unwrap()
            .contains("<testsuite")
    );
    std::fs::remove_file(clone.join("skills.xml")).unwrap();
    gitlab(&ci, &clone, update).ok().says("No updates.");
    for (number, skill) in ["one", "two"].iter().enumerate() {
        ci.upstream(&format!("skills/{skill}/more.md"), "more");
        let clone = ci.checkout();
        gitlab(&ci, &clone, update).ok().never_says("a-token");
        assert_eq!(ci.branches(), ["main", "mdskill-update"]);
        let files = ci.origin("diff --name-only main mdskill-update");
        assert_eq!(files.lines().count(), number + 2, "{files}");
        assert!(clone.join("summary.md").exists());
    }
    assert_eq!(ci.origin("rev-list --count main..mdskill-update"), "1");
}

#[test]
fn cron_script_pushes_a_branch() {
    let mut ci = CiProject::new();
    let clone = ci.checkout();
    ci.sh(&clone, "git config user.name Ada && git config user.email ada@example.org && git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*' && git remote set-head origin main").ok();
    let script = block("sh", "#!/bin/sh");
    let run = |ci: &CiProject| {
        let script = format!("set -- '{}'\n{script}", clone.display());
        ci.sh(&ci.temp(""), &script)
    };
    run(&ci).ok();
    assert_eq!(ci.branches(), ["main"]);
    for skill in ["one", "two"] {
        ci.upstream(&format!("skills/{skill}/more.md"), "more");
        run(&ci).ok();
    }
    assert_eq!(ci.branches(), ["main", "mdskill-update"]);
    assert_eq!(ci.origin("rev-list --count main..mdskill-update"), "1");
    let message = ci.origin("log -1 --format=%B mdskill-update");
    assert_eq!(message.trim(), "Update skills");
    // If a skill needs a decision, the exit code is 3, and the other updates are still pushed.
    let work = ci.checkout();
    let edit = "echo mine > .github/skills/one/SKILL.md && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -am Mine && git push --quiet origin HEAD:main";
    ci.sh(&work, edit).ok();
    ci.upstream(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Another. Use it.\n---\nother\n",
    );
    run(&ci).fails(3).says("one");
    let files = ci.origin("diff --name-only main mdskill-update");
    assert_eq!(files, ".github/skills/two/more.md\nmdskill.lock");
    std::fs::remove_dir_all(ci.context.root().join("acme/skills.git")).unwrap();
    run(&ci).fails(1).says("could not be checked");
}

#[test]
fn script_without_the_action_runs_the_program_it_installed() {
    let text = block("sh", "install.sh");
    assert!(text.contains("curl --proto '=https'"), "{text}");
    let (_, last) = text.trim().rsplit_once('\n').unwrap();
    let ci = CiProject::new();
    let home = ci.context.path("home/.local/bin");
    std::fs::create_dir_all(&home).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mdskill"), home.join("mdskill")).unwrap();
    let project = ci.context.project();
    ci.sh(&project, last).ok();
    let report: Value = serde_json::from_str(&ci.context.read("report.json")).unwrap();
    assert_eq!(report["command"], "outdated");
    assert_eq!(
        ci.context.read("summary.md"),
        "All skills are up to date (3 skills).\n"
    );
}

/// The page about sites.
const PAGES: &str = "docs/guide/web-pages.md";

fn assert_published(clone: &Path, address: &str, repository: &str) {
    let public = clone.join("public");
    for file in [
        "index.html",
        ".well-known/agent-skills/index.json",
        &format!("{repository}/one/index.html"),
    ] {
        assert!(public.join(file).is_file(), "{file}");
    }
    let sitemap = std::fs::read_to_string(public.join("sitemap.xml")).unwrap();
    let page = format!("<loc>{address}{repository}/one/</loc>");
    assert!(sitemap.contains(&page), "{sitemap}");
}

#[test]
fn github_pages_get_the_site() {
    let text = block_of(PAGES, "yaml", "name: Publish skills");
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    let steps = workflow["jobs"]["pages"]["steps"].as_array().unwrap();
    // Tools read the folder `.well-known`.
    assert_eq!(steps[2]["with"]["include-hidden-files"], true);
    assert_eq!(steps[2]["with"]["path"], "public");
    let mut ci = CiProject::new();
    let clone = ci.checkout();
    ci.steps(&workflow, "pages", &clone).ok();
    assert_published(&clone, "https://acme.github.io/skills/", "acme/skills");
}

#[test]
fn gitlab_pages_get_the_site() {
    let text = block_of(PAGES, "yaml", "$CI_PAGES_URL");
    let file: Value = serde_yaml::from_str(&text).unwrap();
    let job = &file["pages"];
    assert_eq!(job["artifacts"]["paths"][0], "public");
    let mut ci = CiProject::new();
    let clone = ci.checkout();
    let project = format!("file://{}/acme/skills.git", ci.context.root().display());
    let variables = [
        ("CI_PROJECT_URL".to_owned(), project),
        (
            "CI_PAGES_URL".to_owned(),
            "https://acme.gitlab.io/skills".to_owned(),
        ),
    ];
    ci.bash(&clone, &lines(job).join("\n"), &variables).ok();
    assert_published(&clone, "https://acme.gitlab.io/skills/", "skills");
}
