//! [`Scene`]: a prepared project and a command, before and after it. Cases take copies.

use crate::strace::{self, Call};
use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::snapshot::FOLDER;
use crate::support::test_context::TestContext;
use crate::watch::{Expected, Watch};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

/// The text of the user's edit.
pub const MINE: &str = "an edit of mine";

/// Two targets for `add`.
const TARGETS: [&str; 4] = ["--target", ".github/skills", "--target", ".ai/skills"];

/// A project in which a command runs.
pub struct Scene {
    pub before: TestContext,
    pub arguments: Vec<&'static str>,
    /// The expectations after a fault: each skill is as before or as after the undisturbed command.
    expected: Expected,
    calls: OnceLock<Vec<Call>>,
    all_calls: OnceLock<Vec<Call>>,
    /// The repositories and their server.
    _origin: Option<(TestContext, GitServer)>,
}

type Scenes = Mutex<BTreeMap<&'static str, Arc<OnceLock<Scene>>>>;

static SCENES: LazyLock<Scenes> = LazyLock::new(Scenes::default);

/// A scene of [`NAMES`], which is made once and used by many cases.
pub struct Shared(Arc<OnceLock<Scene>>);

/// Returns a scene.
pub fn scene(name: &'static str) -> Shared {
    let cell = {
        let mut scenes = SCENES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(scenes.entry(name).or_default())
    };
    cell.get_or_init(|| Scene::make(name));
    Shared(cell)
}

/// Removes the files of all scenes: a static value is never dropped.
pub fn clear() {
    SCENES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
}

impl std::ops::Deref for Shared {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        self.0.get().expect("it was made")
    }
}

impl Scene {
    /// The scene of another command that runs next in this context, with the same expectations.
    pub fn then(&self, before: TestContext, arguments: &[&'static str]) -> Self {
        Self {
            before,
            arguments: arguments.to_vec(),
            expected: self.expected.clone(),
            calls: OnceLock::new(),
            all_calls: OnceLock::new(),
            _origin: None,
        }
    }

    fn make(name: &str) -> Self {
        let (mut context, mut repo) = skills();
        let mut origin = None;
        if name == "add_from_server" {
            let server = GitServer::start(context.root());
            let client = TestContext::with_origin(&server.url());
            origin = Some((std::mem::replace(&mut context, client), server));
        }
        let (arguments, precious): (Vec<&'static str>, &'static [&'static str]) = match name {
            "add" | "add_from_server" => (add(), &[]),
            "add_force" => {
                context.write(".github/skills/one/SKILL.md", MINE);
                context.write(".ai/skills/two/notes.md", "my notes");
                ([&add()[..], &["--force"]].concat(), &[MINE, "my notes"])
            }
            "update" => {
                context.run(&add()).ok();
                edit(&context);
                // git ignores it, so it is the user's and moves to the new version.
                context.write(".gitignore", "private.txt\n");
                context.write(".github/skills/two/private.txt", "private words");
                update(&mut repo);
                (vec!["update"], &[MINE, "private words"])
            }
            "update_many" => {
                let names: Vec<String> = (0..100).map(|number| format!("s{number:03}")).collect();
                for text in ["old", "new"] {
                    for name in &names {
                        repo.skill(&format!("skills/{name}"), name, text);
                    }
                    repo.commit(text);
                    if text == "old" {
                        context.run(&["add", "acme/skills", "--all"]).ok();
                    }
                }
                (vec!["update"], &[])
            }
            "install" => {
                context.run(&add()).ok();
                let project = context.project();
                std::fs::remove_dir_all(project.join(".github")).expect("a target");
                std::fs::remove_dir_all(project.join(".ai/skills/one")).expect("a skill");
                context.write(".ai/skills/two/SKILL.md", MINE);
                (vec!["install", "--force"], &[MINE])
            }
            "remove" => {
                context.run(&add()).ok();
                context.write(".ai/skills/one/notes.md", MINE);
                (vec!["remove", "one", "two", "--force"], &[MINE])
            }
            "import" => {
                import(&context, &mut repo);
                (vec!["import", "--restore"], &[])
            }
            "keep" => {
                context.run(&add()).ok();
                edit(&context);
                (vec!["keep", "one"], &[MINE])
            }
            // From a bundle, which is fetched into the cache.
            "packed" => {
                repo.bundle(&context.root().join("acme/packed.bundle"));
                (vec!["add", "acme/packed/two"], &[])
            }
            "cached" => {
                repo.bundle(&context.root().join("acme/packed.bundle"));
                context.run(&["add", "acme/packed/two"]).ok();
                (vec!["install"], &[])
            }
            name => panic!("no scene {name}"),
        };
        let mut watch = Watch::over(&context).or_as_after(&arguments);
        for text in precious {
            watch = watch.keeping(text);
        }
        Self {
            expected: watch.expected(),
            before: context,
            arguments,
            calls: OnceLock::new(),
            all_calls: OnceLock::new(),
            _origin: origin,
        }
    }

    /// The calls of the undisturbed command that change something.
    pub fn calls(&self) -> &[Call] {
        self.calls.get_or_init(|| {
            let copy = self.before.copy();
            strace::changes(strace::calls(&copy, &self.arguments, strace::CHANGES))
        })
    }

    /// The calls of the undisturbed command with the names that `names` returns, always the same.
    pub fn all_calls(&self, names: impl FnOnce() -> String) -> &[Call] {
        self.all_calls
            .get_or_init(|| strace::calls(&self.before.copy(), &self.arguments, &names()))
    }

    /// The call of this name with this text, the `number`th one from 1.
    pub fn call(&self, name: &str, text: &str, number: usize) -> &Call {
        let mut found = self
            .calls()
            .iter()
            .filter(|call| call.name.starts_with(name) && call.line.contains(text));
        let found = found.nth(number - 1);
        found.unwrap_or_else(|| panic!("no {name} of {text}: {:#?}", self.calls()))
    }

    /// Watches a copy of the project.
    pub fn watch<'a>(&self, copy: &'a TestContext) -> Watch<'a> {
        self.expected.clone().of(copy)
    }
}

fn add() -> Vec<&'static str> {
    [&["add", "acme/skills", "--all"], &TARGETS[..]].concat()
}

/// `acme/skills` with `one` and `two`.
fn skills() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for name in ["one", "two"] {
        let path = format!("skills/{name}");
        repo.skill(&path, name, &format!("Skill {name}"))
            .write(&format!("{path}/references/text.md"), "text\n");
    }
    repo.executable("skills/two/scripts/run.sh", "#!/bin/sh\nexit 0\n");
    repo.commit("Two skills");
    (context, repo)
}

/// Edits `one` in both targets.
fn edit(context: &TestContext) {
    for target in [".github/skills", ".ai/skills"] {
        let file = format!("{target}/one/SKILL.md");
        let text = context.read(&file) + "\n" + MINE + "\n";
        context.write(&file, text);
    }
}

/// A new version that can be merged with the edit.
fn update(repo: &mut Repo) {
    for name in ["one", "two"] {
        repo.write(&format!("skills/{name}/references/text.md"), "new text\n")
            .write(&format!("skills/{name}/references/new.md"), "new\n");
    }
    repo.commit("New texts");
}

/// Skills that npx has installed, without a file that `--restore` restores.
fn import(context: &TestContext, repo: &mut Repo) {
    let mut entries = Vec::new();
    for name in ["one", "two"] {
        repo.write(&format!("skills/{name}/metadata.json"), "{}");
        repo.commit("Metadata");
        let files = repo.snapshot(&format!("main:skills/{name}"));
        for (path, (mode, bytes)) in &files.entries {
            if path != "metadata.json" && *mode != FOLDER {
                context.write(&format!(".github/skills/{name}/{path}"), bytes);
            }
        }
        entries.push(format!(
            r#""{name}": {{"source": "acme/skills", "sourceType": "github", "skillPath": "skills/{name}/SKILL.md"}}"#
        ));
    }
    let entries = entries.join(", ");
    let lock = format!(r#"{{"version": 1, "skills": {{{entries}}}}}"#);
    context.write("skills-lock.json", lock);
}
