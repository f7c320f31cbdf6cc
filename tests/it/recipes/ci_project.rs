//! Simulates a runner of GitHub and GitLab, with a clone and a bare `origin`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A `gh` that records its arguments and the body, and whether a pull request is open.
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
    'pr create') cp "$body" "$log/body" && : > "$log/open" && echo https://github.com/acme/project/pull/7 ;;
    'pr edit') cp "$body" "$log/body" && echo https://github.com/acme/project/pull/7 ;;
    *) exit 1 ;;
esac
"#;

/// Returns the code block of the page about CI with this language that contains the text.
pub fn block(language: &str, part: &str) -> String {
    block_of("docs/guide/ci.md", language, part)
}

/// Returns the code block of a page with this language that contains the text.
pub fn block_of(page: &str, language: &str, part: &str) -> String {
    let page = std::fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
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

pub fn yaml(part: &str) -> Value {
    serde_yaml::from_str(&block("yaml", part)).unwrap()
}

/// A project with committed skills, its `origin`, and the upstream repository.
pub struct CiProject {
    pub context: TestContext,
    pub repo: Repo,
    clones: usize,
}

impl CiProject {
    pub fn new() -> Self {
        let (context, repo) = TestContext::with_skills();
        context.fake("gh", GH);
        let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
        std::os::unix::fs::symlink(program, context.path("tools/mdskill")).unwrap();
        let ci = Self {
            context,
            repo,
            clones: 0,
        };
        ci.context.run(&["add", "acme/skills", "--all"]).ok();
        let project = ci.context.project();
        ci.sh(&project, "git add --all && git -c user.name=Ada -c user.email=ada@example.org commit --quiet -m Skills").ok();
        ci.sh(&project, "git clone --quiet --bare . ../temp/origin.git && git -C ../temp/origin.git config receive.advertisePushOptions true").ok();
        ci
    }

    pub fn temp(&self, name: &str) -> PathBuf {
        self.context.path("temp").join(name)
    }

    pub fn sh(&self, folder: &Path, script: &str) -> Outcome {
        self.bash(folder, script, &[])
    }

    pub fn bash(&self, folder: &Path, script: &str, variables: &[(String, String)]) -> Outcome {
        let tools = self.context.path("tools");
        let mut prepared = self
            .context
            .command("/bin/bash", ["-e", "-c", script])
            .dir(folder)
            .env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        for (name, value) in variables {
            prepared = prepared.env(name, value);
        }
        prepared.run()
    }

    /// Runs git in the origin, and returns its output.
    pub fn origin(&self, arguments: &str) -> String {
        let asked = self.sh(&self.temp("origin.git"), &format!("git {arguments}"));
        asked.ok().stdout.trim().to_owned()
    }

    pub fn branches(&self) -> Vec<String> {
        let listed = self.origin("for-each-ref --format='%(refname:short)' refs/heads");
        listed.lines().map(str::to_owned).collect()
    }

    /// Creates a clone like `actions/checkout`.
    pub fn checkout(&mut self) -> PathBuf {
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

    pub fn upstream(&mut self, file: &str, text: &str) {
        self.repo.write(file, text);
        self.repo.commit(&format!("Change {file}"));
    }

    /// Runs the steps of a job of GitHub Actions until one fails.
    pub fn job(&mut self, workflow: &Value, job: &str) -> Outcome {
        let clone = self.checkout();
        self.steps(workflow, job, &clone)
    }

    pub fn steps(&self, workflow: &Value, job: &str, clone: &Path) -> Outcome {
        let mut last = None;
        for step in workflow["jobs"][job]["steps"].as_array().unwrap() {
            let uses = step["uses"].as_str().unwrap_or_default();
            let outcome = match (uses.split('@').next().unwrap(), step["run"].as_str()) {
                (
                    "actions/checkout" | "actions/upload-pages-artifact" | "actions/deploy-pages",
                    None,
                ) => continue,
                ("mdskill/mdskill", None) => self.action(&step["with"], clone),
                ("", Some(script)) => self.step(script, &[], clone),
                other => panic!("{other:?}"),
            };
            if outcome.code != Some(0) {
                return outcome;
            }
            last = Some(outcome);
        }
        last.unwrap()
    }

    /// Runs the scripts of `action.yml` that follow the installation, until one fails.
    fn action(&self, with: &Value, clone: &Path) -> Outcome {
        let text = std::fs::read_to_string(Path::new(ROOT).join("action.yml")).unwrap();
        let action: Value = serde_yaml::from_str(&text).unwrap();
        for name in with.as_object().into_iter().flat_map(|with| with.keys()) {
            assert!(action["inputs"][name].is_object(), "no input {name}");
        }
        let input = |name: &str| {
            let value = with[name].as_str();
            value.or_else(|| action["inputs"][name]["default"].as_str())
        };
        let _ = std::fs::remove_file(self.temp("output"));
        let mut last = None;
        for step in action["runs"]["steps"].as_array().unwrap() {
            let runs = match step["id"].as_str() {
                Some("run") => true,
                Some("pull-request") => {
                    assert_eq!(step["if"], "inputs.pull-request == 'true'");
                    input("pull-request") == Some("true")
                }
                _ => false,
            };
            if !runs {
                continue;
            }
            let value = |text: &str| match expression(text).and_then(|e| e.strip_prefix("inputs."))
            {
                Some(name) => self.value(input(name).unwrap()),
                None => self.value(text),
            };
            let variables = step["env"].as_object().unwrap().iter();
            let variables: Vec<_> = variables
                .map(|(name, text)| (name.clone(), value(text.as_str().unwrap())))
                .collect();
            let outcome = self.step(step["run"].as_str().unwrap(), &variables, clone);
            if outcome.code != Some(0) {
                return outcome;
            }
            last = Some(outcome);
        }
        last.unwrap()
    }

    /// Runs a script with the variables of a runner.
    fn step(&self, script: &str, variables: &[(String, String)], clone: &Path) -> Outcome {
        assert!(
            !script.contains("${{"),
            "an expression in a script: {script}"
        );
        let runner = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTION_PATH", ROOT),
            ("RUNNER_TEMP", &self.temp("").to_string_lossy()),
            ("GITHUB_OUTPUT", &self.temp("output").to_string_lossy()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.bash(clone, script, &[&runner[..], variables].concat())
    }

    /// Returns the value of an expression; other text is returned as it is.
    fn value(&self, text: &str) -> String {
        match expression(text) {
            None => text.to_owned(),
            Some("github.token") => "a-token".to_owned(),
            Some("github.ref_name") => "main".to_owned(),
            Some("steps.run.outputs.summary") => self.output("summary"),
            Some(other) => panic!("{other}"),
        }
    }

    /// Returns the output of the last action with this name.
    pub fn output(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.temp("output")).unwrap();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value
            .unwrap_or_else(|| panic!("no output {name}: {text}"))
            .to_owned()
    }

    pub fn body(&self) -> String {
        std::fs::read_to_string(self.temp("body")).unwrap()
    }

    /// Returns the arguments of gh since the last call.
    pub fn gh_calls(&self) -> Vec<String> {
        let log = self.context.log("gh");
        std::fs::write(self.temp("gh.log"), "").unwrap();
        let words = log
            .lines()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        words.collect()
    }
}

/// Returns the expression in `${{ }}`.
fn expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${{")?.strip_suffix("}}")?;
    Some(inner.trim())
}
