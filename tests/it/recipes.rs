//! The recipes of `docs/ci.md`, run as they stand there: bash, git, a bare repository for `origin`, and a
//! `gh` that notes what it is asked. Only what GitHub and GitLab do themselves is played here.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::shop::Shop;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BRANCH: &str = "mdskill/update";

/// Notes what is asked, keeps the body, and knows whether a pull request is open.
const GH: &str = r#"
log=$HOME/../temp
echo "$*" >> "$log/gh.log"
body=
for word; do
    case $last in --body-file) body=$word ;; esac
    last=$word
done
case "$1 $2" in
    'pr list') [ ! -f "$log/open" ] || echo 7 ;;
    'pr create') cp "$body" "$log/body" && : > "$log/open" ;;
    'pr edit') cp "$body" "$log/body" ;;
    *) exit 1 ;;
esac
"#;

/// The block of the page that holds this text, in this language.
fn block(language: &str, part: &str) -> String {
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/ci.md")).unwrap();
    let blocks = page.split("\n```").skip(1).step_by(2);
    let mut found = blocks.filter_map(|block| {
        let text = block.strip_prefix(language)?.strip_prefix('\n')?;
        text.contains(part).then(|| format!("{text}\n"))
    });
    let text = found
        .next()
        .unwrap_or_else(|| panic!("no block of {language} has {part}"));
    assert!(found.next().is_none(), "several blocks have {part}");
    text
}

fn yaml(part: &str) -> Value {
    serde_yaml::from_str(&block("yaml", part)).unwrap()
}

/// A project whose skills are committed, its `origin`, and upstream.
struct Scene {
    shop: Shop,
    repo: Repo,
    clones: usize,
}

impl Scene {
    fn set() -> Self {
        let (shop, repo) = Shop::stocked();
        shop.room.fake("gh", GH);
        let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
        std::os::unix::fs::symlink(program, shop.room.path("tools/mdskill")).unwrap();
        let scene = Self {
            shop,
            repo,
            clones: 0,
        };
        scene.shop.run(&["add", "acme/skills", "--all"]).ok();
        let project = scene.shop.room.project();
        scene.sh(&project, "git add --all && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -m Skills").ok();
        scene.sh(&project, "git clone --quiet --bare . ../temp/origin.git && git -C ../temp/origin.git config receive.advertisePushOptions true").ok();
        scene
    }

    fn temp(&self, name: &str) -> PathBuf {
        self.shop.room.path("temp").join(name)
    }

    fn sh(&self, folder: &Path, script: &str) -> Outcome {
        self.bash(folder, script, &[])
    }

    fn bash(&self, folder: &Path, script: &str, variables: &[(String, String)]) -> Outcome {
        let tools = self.shop.room.path("tools");
        let mut prepared = self
            .shop
            .room
            .run("/bin/bash", ["-e", "-c", script])
            .dir(folder)
            .env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        for (name, value) in variables {
            prepared = prepared.env(name, value);
        }
        prepared.run()
    }

    /// What the origin says.
    fn origin(&self, arguments: &str) -> String {
        let asked = self.sh(&self.temp("origin.git"), &format!("git {arguments}"));
        asked.ok().stdout.trim().to_owned()
    }

    fn branches(&self) -> Vec<String> {
        let listed = self.origin("for-each-ref --format='%(refname:short)' refs/heads");
        listed.lines().map(str::to_owned).collect()
    }

    /// A clone as `actions/checkout` makes it.
    fn checkout(&mut self) -> PathBuf {
        self.clones += 1;
        let clone = self.temp(&format!("clone-{}", self.clones));
        let origin = self.temp("origin.git");
        let script = format!(
            "git clone --quiet --depth=1 --branch main 'file://{}' '{}'",
            origin.display(),
            clone.display()
        );
        self.sh(&self.temp(""), &script).ok();
        clone
    }

    fn upstream(&mut self, file: &str, text: &str) {
        self.repo.write(file, text);
        self.repo.commit(&format!("Change {file}"));
    }

    /// Runs the steps of a job of GitHub Actions until one fails.
    fn job(&mut self, workflow: &Value, job: &str) -> Outcome {
        let clone = self.checkout();
        self.steps(workflow, job, &clone)
    }

    fn steps(&self, workflow: &Value, job: &str, clone: &Path) -> Outcome {
        let mut last = None;
        for (at, step) in workflow["jobs"][job]["steps"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
        {
            let uses = step["uses"].as_str().unwrap_or_default();
            let output = self.temp(&format!("output-{at}-{}", self.clones));
            let mut variables: Vec<(String, String)> = [
                ("CI", "true"),
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_ACTION_PATH", ROOT),
                ("RUNNER_TEMP", &self.temp("").to_string_lossy()),
                ("GITHUB_OUTPUT", &output.to_string_lossy()),
                (
                    "INPUT_COMMAND",
                    step["with"]["command"].as_str().unwrap_or("update"),
                ),
                (
                    "INPUT_ARGS",
                    step["with"]["args"].as_str().unwrap_or_default(),
                ),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
            for (name, value) in step["env"].as_object().into_iter().flatten() {
                variables.push((name.clone(), self.value(value.as_str().unwrap())));
            }
            let script = match (uses.split('@').next().unwrap(), step["run"].as_str()) {
                ("actions/checkout", None) => continue,
                ("mdskill/mdskill", None) => "\"$GITHUB_ACTION_PATH/.github/action/run\"",
                ("", Some(script)) => script,
                other => panic!("{other:?}"),
            };
            assert!(
                !script.contains("${{"),
                "an expression in a script: {script}"
            );
            let outcome = self.bash(clone, script, &variables);
            if outcome.code != Some(0) {
                return outcome;
            }
            last = Some(outcome);
        }
        last.unwrap()
    }

    fn value(&self, text: &str) -> String {
        let expression = text
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"));
        match expression.map(str::trim) {
            None => text.to_owned(),
            Some("github.token") => "a-token".to_owned(),
            Some("github.ref_name") => "main".to_owned(),
            Some("steps.mdskill.outputs.summary") => {
                let output =
                    std::fs::read_to_string(self.temp(&format!("output-1-{}", self.clones)))
                        .unwrap();
                let line = output
                    .lines()
                    .find_map(|line| line.strip_prefix("summary="));
                line.unwrap().to_owned()
            }
            Some(other) => panic!("{other}"),
        }
    }

    fn body(&self) -> String {
        std::fs::read_to_string(self.temp("body")).unwrap()
    }

    /// What gh was asked since the last time.
    fn asked(&self) -> Vec<String> {
        let log = self.shop.room.log("gh");
        std::fs::write(self.temp("gh.log"), "").unwrap();
        let words = log
            .lines()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        words.collect()
    }
}

#[test]
fn the_weekly_update_opens_a_pull_request_and_then_renews_it() {
    let workflow = yaml("name: Update skills");
    let mut scene = Scene::set();
    let main = scene.origin("rev-parse main");

    scene
        .job(&workflow, "update")
        .ok()
        .says("Nothing has moved.");
    assert_eq!(scene.branches(), ["main"]);
    assert_eq!(scene.asked(), [] as [String; 0]);

    scene.upstream("skills/one/more.md", "more");
    scene.job(&workflow, "update").ok();
    assert_eq!(scene.branches(), ["main", BRANCH]);
    assert_eq!(scene.asked(), ["pr list", "pr create"]);
    assert!(
        scene.body().starts_with("**1 skill has moved**"),
        "{}",
        scene.body()
    );
    let files = scene.origin(&format!("diff --name-only main {BRANCH}"));
    assert_eq!(files, ".github/skills/one/more.md\nmdskill.lock");

    // The same once more: no push.
    let first = scene.origin(&format!("rev-parse {BRANCH}"));
    scene.job(&workflow, "update").ok();
    assert_eq!(scene.origin(&format!("rev-parse {BRANCH}")), first);
    assert_eq!(scene.asked(), ["pr list", "pr edit"]);

    scene.upstream("skills/two/more.md", "more");
    scene.job(&workflow, "update").ok();
    assert_eq!(scene.asked(), ["pr list", "pr edit"]);
    assert!(
        scene.body().starts_with("**2 skills have moved**"),
        "{}",
        scene.body()
    );
    assert_eq!(
        scene.origin(&format!("rev-list --count main..{BRANCH}")),
        "1"
    );
    assert_eq!(scene.origin("rev-parse main"), main);
}

#[test]
fn the_weekly_update_leaves_the_work_of_others_alone() {
    let workflow = yaml("name: Update skills");
    let mut scene = Scene::set();
    scene.upstream("skills/one/more.md", "more");
    scene.job(&workflow, "update").ok();
    let clone = scene.checkout();
    let script = format!(
        "git fetch --quiet origin {BRANCH} && git switch --quiet -c work FETCH_HEAD && echo mine > mine && git add mine && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -m Mine && git push --quiet origin HEAD:{BRANCH}"
    );
    scene.sh(&clone, &script).ok();
    let hers = scene.origin(&format!("rev-parse {BRANCH}"));
    scene.asked();
    scene.upstream("skills/two/more.md", "more");
    scene
        .job(&workflow, "update")
        .ok()
        .says("::warning::Somebody works on mdskill/update");
    assert_eq!(scene.origin(&format!("rev-parse {BRANCH}")), hers);
    assert_eq!(scene.asked(), [] as [String; 0]);
}

#[test]
fn the_weekly_update_survives_what_waits_for_a_person() {
    let workflow = yaml("name: Update skills");
    let mut scene = Scene::set();
    let clone = scene.checkout();
    let script = "echo mine > .github/skills/one/SKILL.md && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -am Mine && git push --quiet origin HEAD:main";
    scene.sh(&clone, script).ok();
    scene.upstream(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Another. Use it.\n---\nother\n",
    );
    scene
        .job(&workflow, "update")
        .ok()
        .says("Nothing has moved.");
    scene.upstream("skills/two/more.md", "more");
    scene.job(&workflow, "update").ok();
    assert!(scene.body().contains("`one`"), "{}", scene.body());
    let files = scene.origin(&format!("diff --name-only main {BRANCH}"));
    assert_eq!(files, ".github/skills/two/more.md\nmdskill.lock");
    // And stops at what is no answer.
    let clone = scene.checkout();
    std::fs::remove_file(clone.join("mdskill.lock")).unwrap();
    scene
        .steps(&workflow, "update", &clone)
        .fails(1)
        .says("there is no mdskill.lock");
}

#[test]
fn the_weekly_update_may_do_no_more_than_it_must() {
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
    // Another version of the action than this one's would be a surprise.
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/ci.md")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for named in ["uses: mdskill/mdskill@v", "mdskill/mdskill/v", "--version "] {
        let after = page.split(named).skip(1);
        let others: Vec<_> = after.filter(|rest| !rest.starts_with(version)).collect();
        assert!(page.contains(named) && others.is_empty(), "{named}");
    }
}

#[test]
fn the_check_on_pull_requests_finds_what_is_wrong() {
    let workflow = yaml("name: Skills\n");
    let mut scene = Scene::set();
    scene.job(&workflow, "check").ok();
    // What upstream does since is no matter of a pull request.
    scene.upstream("skills/one/more.md", "more");
    scene.job(&workflow, "check").ok();
    let clone = scene.checkout();
    std::fs::remove_file(clone.join(".github/skills/three/scripts/run.sh")).unwrap();
    scene
        .steps(&workflow, "check", &clone)
        .fails(3)
        .says("scripts/run.sh");
    let clone = scene.checkout();
    std::fs::remove_file(clone.join("mdskill.lock")).unwrap();
    scene
        .steps(&workflow, "check", &clone)
        .fails(1)
        .says("there is no mdskill.lock");
    let clone = scene.checkout();
    std::fs::create_dir_all(clone.join(".github/skills/mine")).unwrap();
    std::fs::write(
        clone.join(".github/skills/mine/SKILL.md"),
        "No frontmatter\n",
    )
    .unwrap();
    scene
        .steps(&workflow, "check", &clone)
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
fn gitlab(scene: &Scene, clone: &Path, job: &Value) -> Outcome {
    let url = scene.temp("origin").to_string_lossy().into_owned();
    let variables = [
        ("CI", "true"),
        ("CI_PROJECT_URL", url.as_str()),
        ("CI_DEFAULT_BRANCH", "main"),
        ("UPDATE_TOKEN", "a-token"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    scene.bash(clone, &lines(job).join("\n"), &variables)
}

#[test]
fn the_jobs_of_gitlab_check_and_propose() {
    let file = yaml("extends: .mdskill");
    let (check, update) = (&file["check skills"], &file["update skills"]);
    let mut scene = Scene::set();
    let clone = scene.checkout();
    gitlab(&scene, &clone, check).ok();
    assert!(
        std::fs::read_to_string(clone.join("skills.xml"))
            .unwrap()
            .contains("<testsuite")
    );
    std::fs::remove_file(clone.join("skills.xml")).unwrap();
    gitlab(&scene, &clone, update)
        .ok()
        .says("Nothing has moved.");
    for (number, skill) in ["one", "two"].iter().enumerate() {
        scene.upstream(&format!("skills/{skill}/more.md"), "more");
        let clone = scene.checkout();
        gitlab(&scene, &clone, update).ok().never_says("a-token");
        assert_eq!(scene.branches(), ["main", "mdskill-update"]);
        let files = scene.origin("diff --name-only main mdskill-update");
        assert_eq!(files.lines().count(), number + 2, "{files}");
        assert!(clone.join("summary.md").exists());
    }
    assert_eq!(scene.origin("rev-list --count main..mdskill-update"), "1");
}

#[test]
fn the_script_for_cron_proposes_a_branch() {
    let mut scene = Scene::set();
    let clone = scene.checkout();
    scene.sh(&clone, "git config user.name Ada && git config user.email ada@example.org && git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*' && git remote set-head origin main").ok();
    let script = block("sh", "#!/bin/sh");
    let run = |scene: &Scene| {
        let script = format!("set -- '{}'\n{script}", clone.display());
        scene.sh(&scene.temp(""), &script)
    };
    run(&scene).ok();
    assert_eq!(scene.branches(), ["main"]);
    for skill in ["one", "two"] {
        scene.upstream(&format!("skills/{skill}/more.md"), "more");
        run(&scene).ok();
    }
    assert_eq!(scene.branches(), ["main", "mdskill-update"]);
    assert_eq!(scene.origin("rev-list --count main..mdskill-update"), "1");
    let message = scene.origin("log -1 --format=%B mdskill-update");
    assert!(message.starts_with("**2 skills have moved**"), "{message}");
    scene.repo.tag("v1");
    std::fs::write(clone.join(".github/skills/one/SKILL.md"), "mine").unwrap();
    scene.upstream(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Another. Use it.\n---\nother\n",
    );
    std::fs::remove_dir_all(scene.shop.root().join("acme/skills.git")).unwrap();
    assert_ne!(run(&scene).code, Some(0));
}

#[test]
fn the_script_without_the_action_takes_the_program_from_where_it_puts_it() {
    let text = block("sh", "install.sh");
    assert!(text.contains("curl --proto '=https'"), "{text}");
    let (_, last) = text.trim().rsplit_once('\n').unwrap();
    let scene = Scene::set();
    let home = scene.shop.room.path("home/.local/bin");
    std::fs::create_dir_all(&home).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mdskill"), home.join("mdskill")).unwrap();
    let project = scene.shop.room.project();
    scene.sh(&project, last).ok();
    let report: Value = serde_json::from_str(&scene.shop.room.read("report.json")).unwrap();
    assert_eq!(report["command"], "outdated");
    assert_eq!(
        scene.shop.room.read("summary.md"),
        "Everything is up to date (3 skills).\n"
    );
}
