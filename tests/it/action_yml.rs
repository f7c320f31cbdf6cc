//! `action.yml` without GitHub: bash runs its steps with a local release and the variables that a
//! runner sets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::outcome::Outcome;
use crate::support::sealed;
use crate::support::test_context::TestContext;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const TARGETS: [&str; 6] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "aarch64-apple-darwin",
];

fn action() -> Value {
    let text = std::fs::read_to_string(Path::new(ROOT).join("action.yml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// A runner with a checkout in which one skill has an update.
struct Runner {
    context: TestContext,
    inputs: BTreeMap<&'static str, String>,
    server: &'static str,
}

impl Runner {
    fn start() -> Self {
        let (context, mut repo) = TestContext::with_skills();
        context.run(&["add", "acme/skills", "--all"]).ok();
        repo.write("skills/one/more.md", "more");
        repo.commit("More");
        let runner = Self {
            context,
            inputs: BTreeMap::new(),
            server: "https://github.com",
        };
        runner.release(env!("CARGO_PKG_VERSION"));
        runner
    }

    fn temp(&self, name: &str) -> PathBuf {
        self.context.path("temp").join(name)
    }

    /// Creates a release for every target, with the program under test.
    fn release(&self, version: &str) {
        let folder = self.temp(&format!("releases/download/v{version}"));
        std::fs::create_dir_all(&folder).unwrap();
        let program = format!(
            "#!/bin/sh\nexec '{}' \"$@\"\n",
            env!("CARGO_BIN_EXE_mdskill")
        );
        let script = "cat > mdskill && chmod 755 mdskill && tar -czf packed mdskill && rm mdskill";
        let packed = self.context.command("sh", ["-euc", script]).dir(&folder);
        packed
            .env("PATH", "/usr/bin:/bin")
            .stdin(program)
            .run()
            .ok();
        let bytes = std::fs::read(folder.join("packed")).unwrap();
        let sum = Sha256::digest(&bytes)
            .iter()
            .fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"));
        for target in TARGETS {
            let file = folder.join(format!("mdskill-{target}.tar.gz"));
            std::fs::write(&file, &bytes).unwrap();
            std::fs::write(file.with_extension("gz.sha256"), format!("{sum}  x\n")).unwrap();
        }
    }

    /// Returns the value of an expression of the action.
    fn value(&self, expression: &str) -> String {
        let action = action();
        match expression.trim() {
            "github.token" => "a-token".to_owned(),
            "github.ref_name" => "main".to_owned(),
            expression => {
                let name = expression
                    .strip_prefix("inputs.")
                    .unwrap_or_else(|| panic!("{expression}"));
                let default = action["inputs"][name]["default"].as_str().unwrap();
                self.inputs
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| self.filled(default))
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else {
            return text.to_owned();
        };
        let (expression, after) = rest.split_once("}}").unwrap();
        format!("{before}{}{}", self.value(expression), self.filled(after))
    }

    /// Runs the step of this id.
    fn step(&self, id: &str) -> Outcome {
        let action = action();
        let steps = action["runs"]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["id"] == id).unwrap();
        assert_eq!(step["shell"], "bash");
        let added = std::fs::read_to_string(self.temp("path")).unwrap_or_default();
        let tools = self.context.path("tools");
        let search = format!("{}:{}:/usr/bin:/bin", added.trim(), tools.display());
        let folder = step["working-directory"]
            .as_str()
            .map_or_else(String::new, |text| self.filled(text));
        // The options of `shell: bash`.
        let arguments = [
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            step["run"].as_str().unwrap(),
        ];
        let mut prepared = self
            .context
            .command("/bin/bash", arguments)
            .dir(self.context.project().join(folder))
            .env("PATH", search)
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", ROOT)
            .env("GITHUB_SERVER_URL", self.server)
            .env("GITHUB_PATH", self.temp("path"))
            .env("GITHUB_OUTPUT", self.temp("output"))
            .env("GITHUB_STEP_SUMMARY", self.temp("summary"))
            .env("RUNNER_TEMP", self.temp(""))
            .env(
                "MDSKILL_RELEASES_URL",
                format!("file://{}", self.temp("releases").display()),
            );
        for (name, value) in step["env"].as_object().unwrap() {
            prepared = prepared.env(name, self.filled(value.as_str().unwrap()));
        }
        prepared.run()
    }

    /// Returns the last output with this name.
    fn output(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.temp("output")).unwrap_or_default();
        let mut lines = text.lines().rev();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value
            .unwrap_or_else(|| panic!("no output {name}: {text}"))
            .to_owned()
    }

    /// Runs both steps.
    fn run(&self) -> Outcome {
        self.step("install").ok();
        self.step("run")
    }
}

/// install.sh reads `file://` URLs only with curl; the tests of install.sh use wget with a server.
fn has_curl() -> bool {
    let has = sealed::locate("curl").is_some();
    if !has {
        eprintln!("SKIPPED: there is no curl");
    }
    has
}

#[test]
fn action_installs_the_release_of_its_version() {
    assert_eq!(
        action()["inputs"]["version"]["default"],
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn scripts_have_no_expressions() {
    let action = action();
    let mut ids = Vec::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "{run}");
            assert!(
                run.lines().count() == 1,
                "a longer script belongs into .github/action, where shellcheck sees it"
            );
        }
        ids.extend(step["id"].as_str());
    }
    // An output of a step that does not exist would always be empty.
    for (name, output) in action["outputs"].as_object().unwrap() {
        let value = output["value"].as_str().unwrap();
        let of = value
            .strip_prefix("${{ steps.")
            .and_then(|rest| rest.strip_suffix(&format!(".outputs.{name} }}}}")));
        assert!(
            ids.contains(&of.unwrap_or_else(|| panic!("{name}: {value}"))),
            "{value}"
        );
    }
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    let mut files = vec![Path::new(ROOT).join("action.yml")];
    let workflows = std::fs::read_dir(Path::new(ROOT).join(".github/workflows")).unwrap();
    files.extend(workflows.map(|entry| entry.unwrap().path()));
    let mut pinned = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let _valid: Value = serde_yaml::from_str(&text).unwrap();
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(action) = line.strip_prefix("uses: ") else {
                continue;
            };
            // A tag can be moved to other code; users and Dependabot read the comment.
            let (action, version) = action.split_once(" # v").unwrap_or((action, ""));
            let (_, commit) = action.split_once('@').unwrap_or((action, ""));
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(
                is_commit && !version.is_empty(),
                "{}: {line}",
                file.display()
            );
            pinned += 1;
        }
    }
    assert!(pinned >= 5, "{pinned}");
}

#[test]
fn update_changes_skills_and_sets_outputs() {
    if !has_curl() {
        return;
    }
    let runner = Runner::start();
    let outcome = runner.run();
    // The report is in a file, so the runner executes no command in it.
    assert_eq!(outcome.ok().stderr, "::add-mask::a-token\n");
    assert_eq!(outcome.stdout, "");
    assert_eq!(
        runner.output("cache"),
        runner.context.path("cache").to_string_lossy()
    );
    assert_eq!(runner.output("changed"), "true");
    assert_eq!(runner.output("skills"), "one");
    assert_eq!(runner.output("conflicts"), "");
    assert_eq!(runner.output("status"), "0");
    let summary = std::fs::read_to_string(runner.output("summary")).unwrap();
    assert!(summary.starts_with("**1 skill updated**"), "{summary}");
    let report: Value =
        serde_json::from_slice(&std::fs::read(runner.output("json")).unwrap()).unwrap();
    assert_eq!(report["skills"][0]["name"], "one");
    assert!(runner.context.read(".github/skills/one/more.md") == "more");
    runner.step("run").ok();
    assert_eq!(runner.output("changed"), "false");
}

#[test]
fn exit_code_3_fails_checks_but_not_updates() {
    if !has_curl() {
        return;
    }
    let mut runner = Runner::start();
    runner.context.write(".github/skills/one/SKILL.md", "mine");
    runner.inputs.insert("args", " one\n".to_owned());
    runner.run().ok();
    assert_eq!(runner.output("status"), "3");
    runner.inputs.insert("command", "outdated".to_owned());
    runner.step("run").ok();
    assert_eq!(runner.output("status"), "3");
    runner.inputs.insert("command", "verify".to_owned());
    runner.step("run").fails(3);
    assert_eq!(runner.output("status"), "3");
    runner.inputs.insert("args", "nobody".to_owned());
    runner.inputs.insert("command", "update".to_owned());
    runner
        .step("run")
        .fails(1)
        .says("`nobody` is not installed");
    assert_eq!(runner.output("status"), "1");
}

#[test]
fn input_is_never_executed_by_the_shell() {
    if !has_curl() {
        return;
    }
    let mut runner = Runner::start();
    let evil = "$(touch pwned);touch pwned & `touch pwned` * \"a";
    runner.inputs.insert("version", format!("1.0.0{evil}"));
    runner.step("install").fails(2).says("is not a version");
    runner.inputs.remove("version");
    runner.step("install").ok();
    runner.inputs.insert("args", evil.to_owned());
    runner.step("run").fails(2);
    for command in ["update; touch pwned", "$(touch pwned)", "--help", ""] {
        runner.inputs.insert("command", command.to_owned());
        runner
            .step("run")
            .fails(2)
            .says("::error title=mdskill::The input command must be");
    }
    let left = std::fs::read_dir(runner.context.project()).unwrap();
    assert!(left.flatten().all(|entry| entry.file_name() != "pwned"));
}

#[test]
fn release_with_wrong_checksum_is_not_installed() {
    if !has_curl() {
        return;
    }
    let runner = Runner::start();
    for target in TARGETS {
        let version = env!("CARGO_PKG_VERSION");
        let file = runner.temp(&format!(
            "releases/download/v{version}/mdskill-{target}.tar.gz"
        ));
        std::fs::write(file, "other").unwrap();
    }
    runner.step("install").fails(1).says("The checksum of");
    assert!(!runner.temp("mdskill/bin/mdskill").exists());
    assert!(!runner.temp("path").exists());
}

#[test]
fn token_is_sent_to_its_host_only() {
    if !has_curl() {
        return;
    }
    let mut runner = Runner::start();
    runner.step("install").ok();
    let bin = runner.temp("mdskill/bin/mdskill");
    let script = "#!/bin/sh\necho \"gh=${GH_TOKEN:-} enterprise=${GH_ENTERPRISE_TOKEN:-} input=${INPUT_TOKEN:-}\" >&2\n";
    std::fs::write(bin, script).unwrap();
    for (server, seen) in [
        ("https://github.com", "gh=a-token enterprise= input=\n"),
        ("https://acme.ghe.com", "gh=a-token enterprise= input=\n"),
        (
            "https://github.com.evil.example",
            "gh= enterprise=a-token input=\n",
        ),
        (
            "https://ghe.acme.example",
            "gh= enterprise=a-token input=\n",
        ),
    ] {
        runner.server = server;
        runner.step("run").ok().says(seen);
    }
}
