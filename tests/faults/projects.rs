//! Cloned projects as attackers: lockfiles, configurations, journals, links, special files, and folders of git.
//!
//! Each case changes a copy of a good project as a stranger would, and runs the commands that a person runs in a clone.
//! Nothing but the project's skills, its lockfile and its `.mdskill` may change.

use crate::suite::Suite;
use crate::support::repo::Repo;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::TestContext;
use crate::tally::{Broken, Tried, broken};
use crate::watch::{CANARY, Watch};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What people run in a clone.
const COMMANDS: [&[&str]; 8] = [
    &["install"],
    &["add", "acme/skills/two"],
    &["list"],
    &["verify"],
    &["update"],
    &["show", "one"],
    &["doctor"],
    &["remove", "one"],
];

/// The names that mdskill or its libraries open in a project.
const NAMES: [&str; 16] = [
    "mdskill.lock",
    "mdskill.toml",
    ".gitattributes",
    ".gitignore",
    ".mdskill",
    ".mdskill/lock",
    ".mdskill/journal.json",
    ".mdskill/.gitignore",
    ".mdskill/trash",
    ".github",
    ".github/skills",
    ".github/skills/.gitattributes",
    ".github/skills/one",
    ".github/skills/one/SKILL.md",
    ".github/.mdskill-stage-skills",
    "skills-lock.json",
];

/// What a stranger puts under a name.
const KINDS: [&str; 10] = [
    "link_to_file_outside",
    "link_to_folder_outside",
    "link_to_nothing_outside",
    "link_to_itself",
    "link_into_dot_git",
    "link_to_device",
    "pipe",
    "socket",
    "sparse",
    "other_type",
];

thread_local! {
    static BASE: (TestContext, Repo) = base();
}

/// A good project, committed, with `one` installed.
fn base() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context.git(&["add", "--all"]).ok();
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let commit = ["commit", "--quiet", "--message=x"];
    context.git(&[&identity[..], &commit].concat()).ok();
    (context, repo)
}

pub fn register(suite: &mut Suite) {
    let is_whole = suite.is_whole();
    let mut group = suite.group("projects", Tried::Hostile);
    let mut turn = 0;
    let mut add = |name: String, change: Box<dyn FnOnce(&TestContext) + Send>| {
        turn += 1;
        group.case(name, move || attack(is_whole, turn, change));
    };
    for name in NAMES {
        for kind in KINDS {
            let case = format!("{kind}::{}", name.replace(['.', '/', '-'], "_"));
            add(case, Box::new(move |context| place(context, name, kind)));
        }
    }
    for (name, from, to) in LOCKFILES {
        let change = move |context: &TestContext| {
            let lock = context.read("mdskill.lock");
            let line = lock.lines().find(|line| line.starts_with(from));
            let line = line.unwrap_or_else(|| panic!("no {from}"));
            context.write("mdskill.lock", lock.replacen(line, to, 1));
        };
        add(format!("lockfile::{name}"), Box::new(change));
    }
    for (name, make) in FILES {
        let change = move |context: &TestContext| {
            let (path, bytes) = make();
            context.write(path, bytes);
        };
        add(format!("file::{name}"), Box::new(change));
    }
    for (name, journal) in JOURNALS {
        let change = move |context: &TestContext| {
            symlink(".git", context.project().join("x")).unwrap();
            let program = "#!/bin/sh\ntouch ../home/owned\n";
            context.write(".mdskill/trash/evil/post-checkout", program);
            context.write(".mdskill/trash/one-1/SKILL.md", "evil");
            context.write(".github/.mdskill-stage-skills/old/one/SKILL.md", "evil");
            context.write(".mdskill/journal.json", journal);
        };
        add(format!("journal::{name}"), Box::new(change));
    }
    for (name, change) in GIT {
        add(format!("git::{name}"), Box::new(change));
    }
}

/// Runs the commands in a copy of the project that a stranger changed.
fn attack(is_whole: bool, turn: usize, change: Box<dyn FnOnce(&TestContext) + Send>) {
    BASE.with(|(base, repo)| {
        let context = base.copy();
        let outside = context.path("home/outside");
        std::fs::create_dir_all(outside.join("one")).unwrap();
        for file in ["file", "mdskill.lock", "mdskill.toml", "one/SKILL.md"] {
            std::fs::write(outside.join(file), format!("token {CANARY}\n")).unwrap();
        }
        change(&context);
        let before = Before::of(&context);
        // The short form runs two that write, and one of the others in turn.
        let [install, add, others @ ..] = COMMANDS;
        let short = [install, add, others[turn % others.len()]];
        let commands = if is_whole { &COMMANDS[..] } else { &short };
        for command in commands {
            Watch::run(context.mdskill(*command));
            before.check(&context, repo);
        }
    });
}

/// The project as it came.
struct Before {
    rest: Snapshot,
    skills: Snapshot,
}

impl Before {
    fn of(context: &TestContext) -> Self {
        Self {
            rest: rest_of(context),
            skills: context.tree(".github"),
        }
    }

    /// Checks that no other file changed, that each file of a skill is as it came or as in the repository, and that no
    /// file of the user is gone.
    fn check(&self, context: &TestContext, repo: &Repo) {
        let changed = self.rest.differences(&rest_of(context));
        if !changed.is_empty() {
            broken(Broken::WrittenOutside, &changed.join("\n"));
        }
        let now = context.tree(".github");
        let upstream = repo.snapshot("main:skills");
        let is_upstream = |path: &str, entry: &(u32, Vec<u8>)| {
            let path = path.strip_prefix("skills/").unwrap_or(path);
            upstream.entries.get(path) == Some(entry)
        };
        for (path, entry) in &now.entries {
            let is_folder = entry.0 == crate::support::snapshot::FOLDER;
            let is_attributes = path == "skills/.gitattributes";
            if !is_folder
                && !is_attributes
                && self.skills.entries.get(path) != Some(entry)
                && !is_upstream(path, entry)
            {
                broken(
                    Broken::HalfInstalled,
                    &format!(".github/{path} is {now:#?}"),
                );
            }
        }
        let trash = context.tree(".mdskill");
        for (path, entry) in &self.skills.entries {
            let (mode, bytes) = entry;
            let is_kept = now.entries.get(path) == Some(entry)
                || is_upstream(path, entry)
                || *mode == crate::support::snapshot::FOLDER
                || trash.entries.values().any(|(_, kept)| kept == bytes);
            if !is_kept {
                broken(Broken::UserFileLost, &format!(".github/{path} in {now:#?}"));
            }
        }
    }
}

/// Everything but the lockfile, `.mdskill` and the skills. They too may not change where they are links.
fn rest_of(context: &TestContext) -> Snapshot {
    let project = context.project();
    let mut files = context.snapshot();
    files.entries.retain(|path, _| {
        let Some(path) = path.strip_prefix("project/") else {
            return true;
        };
        let first = path.split('/').next().unwrap_or(path);
        let is_ours = ["mdskill.lock", ".mdskill", ".github"].contains(&first);
        !is_ours || project.join(first).is_symlink()
    });
    files
}

fn place(context: &TestContext, name: &str, kind: &str) {
    let project = context.project();
    let path = project.join(name);
    let is_folder = path.is_dir();
    clear(&path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let link = |to: PathBuf| symlink(to, &path).unwrap();
    let outside = context.path("home/outside");
    match kind {
        "link_to_file_outside" => link(outside.join("file")),
        "link_to_folder_outside" => link(outside),
        "link_to_nothing_outside" => link(context.path("home/new")),
        "link_to_itself" => link(path.file_name().unwrap().into()),
        "link_into_dot_git" => link(project.join(".git/hooks")),
        "link_to_device" => link("/dev/zero".into()),
        "pipe" => {
            let mode = rustix::fs::Mode::from_raw_mode(0o644);
            rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).unwrap();
        }
        "socket" => {
            // The path of a socket is short, so it is made elsewhere.
            let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
            let folder = folder.unwrap();
            let socket = folder.path().join("s");
            drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
            if std::fs::rename(&socket, &path).is_err() {
                drop(std::os::unix::net::UnixListener::bind(&path));
            }
        }
        "sparse" => {
            let file = std::fs::File::create(&path).unwrap();
            file.set_len(1 << 40).unwrap();
        }
        _ if is_folder => std::fs::write(&path, "a file").unwrap(),
        _ => {
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("mine"), "mine").unwrap();
        }
    }
}

fn clear(path: &Path) {
    drop(std::fs::remove_dir_all(path));
    drop(std::fs::remove_file(path));
}

/// A name, the beginning of a line of the lockfile, and the line in its place.
const LOCKFILES: [(&str, &str, &str); 37] = [
    ("target_above", "targets", "targets = [\"../x\"]"),
    ("target_absolute", "targets", "targets = [\"/etc\"]"),
    ("target_in_git", "targets", "targets = [\".git/hooks\"]"),
    (
        "target_in_git_disguised",
        "targets",
        "targets = [\".GIT/hooks\", \"git~1/x\"]",
    ),
    (
        "target_in_state",
        "targets",
        "targets = [\".mdskill/trash\"]",
    ),
    (
        "target_with_backslash",
        "targets",
        "targets = [\"..\\\\x\"]",
    ),
    ("target_with_nul", "targets", "targets = [\"a\\u0000b\"]"),
    (
        "target_with_escape",
        "targets",
        "targets = [\"a\\u001b[31mb\"]",
    ),
    ("target_is_a_number", "targets", "targets = [1]"),
    ("target_empty", "targets", "targets = [\"\"]"),
    ("target_is_the_project", "targets", "targets = [\".\"]"),
    (
        "targets_nested",
        "targets",
        "targets = [\".github/skills\", \".github/skills/one\"]",
    ),
    (
        "targets_in_two_cases",
        "targets",
        "targets = [\".github/skills\", \".GitHub/skills\"]",
    ),
    ("targets_missing", "targets", ""),
    ("name_above", "name", "name = \"../one\""),
    ("name_absolute", "name", "name = \"/one\""),
    ("name_is_git", "name", "name = \".git\""),
    (
        "name_with_escape",
        "name",
        "name = \"one\\u001b]0;x\\u0007\"",
    ),
    ("name_with_newline", "name", "name = \"one\\n::error::x\""),
    ("name_empty", "name", "name = \"\""),
    (
        "source_runs_a_command",
        "source",
        "source = \"ext::sh -c touch% ../home/owned\"",
    ),
    (
        "source_is_an_option",
        "source",
        "source = \"--upload-pack=touch ../home/owned\"",
    ),
    (
        "source_ssh_option",
        "source",
        "source = \"ssh://-oProxyCommand=touch/x\"",
    ),
    ("source_file", "source", "source = \"file:///etc\""),
    (
        "source_folder_outside",
        "source",
        "source = \"../home/outside\"",
    ),
    (
        "source_with_newline",
        "source",
        "source = \"acme/skills\\nx\"",
    ),
    (
        "source_refused_port",
        "source",
        "source = \"http://127.0.0.1:1/a/b\"",
    ),
    ("path_above", "path", "path = \"../../home/outside/one\""),
    ("path_absolute", "path", "path = \"/etc\""),
    ("path_with_dot", "path", "path = \"./skills/one\""),
    ("commit_short", "commit", "commit = \"12\""),
    (
        "commit_unknown",
        "commit",
        "commit = \"0123456789012345678901234567890123456789\"",
    ),
    (
        "tree_unknown",
        "tree",
        "tree = \"0123456789012345678901234567890123456789\"",
    ),
    (
        "digest_other",
        "digest",
        "digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"",
    ),
    ("digest_other_kind", "digest", "digest = \"md5:00\""),
    (
        "edits_unknown",
        "digest",
        "digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"\nedits = \"sha256:1111111111111111111111111111111111111111111111111111111111111111\"",
    ),
    ("version_newer", "version", "version = 99"),
];

type MakeFile = fn() -> (&'static str, Vec<u8>);

/// A name, and a file of the project.
const FILES: [(&str, MakeFile); 23] = [
    ("lockfile_empty", || ("mdskill.lock", Vec::new())),
    ("lockfile_binary", || ("mdskill.lock", (0..=255).collect())),
    ("lockfile_nested_arrays", || {
        (
            "mdskill.lock",
            format!("version = 1\nx = {}", "[".repeat(200_000)).into(),
        )
    }),
    ("lockfile_nested_tables", || {
        (
            "mdskill.lock",
            format!("version = 1\n[{}]", vec!["a"; 50_000].join(".")).into(),
        )
    }),
    ("lockfile_of_blocks", || {
        (
            "mdskill.lock",
            format!("version = 1\n{}", "[[skill]]\n".repeat(50_000)).into(),
        )
    }),
    ("lockfile_in_conflict", || {
        (
            "mdskill.lock",
            b"<<<<<<< a\nversion = 1\n=======\nversion = 1\n>>>>>>> b\n".to_vec(),
        )
    }),
    ("lockfile_of_2_mebibytes", || {
        (
            "mdskill.lock",
            format!("version = 1\nx = \"{}\"\n", "x".repeat(2 << 20)).into(),
        )
    }),
    ("config_binary", || ("mdskill.toml", (0..=255).collect())),
    ("config_unknown_key", || {
        ("mdskill.toml", b"[nothing]\nx = 1\n".to_vec())
    }),
    ("config_nested_arrays", || {
        (
            "mdskill.toml",
            format!("x = {}", "[".repeat(200_000)).into(),
        )
    }),
    ("config_with_escape", || {
        ("mdskill.toml", b"[rules]\n\"a\\u001b[31m\" = 1\n".to_vec())
    }),
    ("config_denies_all", || {
        ("mdskill.toml", b"[policy]\nallow = []\n".to_vec())
    }),
    ("config_limits_of_nothing", || {
        ("mdskill.toml", b"[limits]\nmax-files = 1\n".to_vec())
    }),
    ("config_index_elsewhere", || {
        (
            "mdskill.toml",
            b"[search]\nindexes = [\"http://127.0.0.1:1\"]\n".to_vec(),
        )
    }),
    ("attributes_with_filter", || {
        (
            ".gitattributes",
            b"* filter=evil text ident working-tree-encoding=utf-16\n".to_vec(),
        )
    }),
    ("attributes_of_patterns", || {
        (
            ".gitattributes",
            "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b text\n".repeat(200).into(),
        )
    }),
    ("ignore_everything", || (".gitignore", b"*\n!*/\n".to_vec())),
    ("ignore_of_patterns", || {
        (
            ".gitignore",
            "**/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n".repeat(200).into(),
        )
    }),
    ("skill_file_in_a_cache", || {
        (
            ".github/skills/one/__pycache__/evil/SKILL.md",
            b"evil".to_vec(),
        )
    }),
    ("skill_file_of_a_name", || {
        (".github/skills/one/Thumbs.db/SKILL.md", b"evil".to_vec())
    }),
    ("unmanaged_skill", || {
        (
            ".github/skills/evil/SKILL.md",
            b"---\nname: one\n---\n".to_vec(),
        )
    }),
    ("unmanaged_two", || {
        (".github/skills/two/SKILL.md", b"mine".to_vec())
    }),
    ("state_with_strangers_files", || {
        (".mdskill/.mdskill-evil", b"evil".to_vec())
    }),
];

/// A name, and a journal that this user did not write.
const JOURNALS: [(&str, &str); 10] = [
    (
        "of_0_1_0",
        r#"{"lockfile":null,"is_done":false,"targets":[],"made":[],"swaps":[{"target":"x","name":"hooks","new":"sha256:0000000000000000000000000000000000000000000000000000000000000000","old":{"Trash":"evil"}}]}"#,
    ),
    (
        "without_seal",
        r#"{"seal":null,"journal":{"lockfile":null,"is_done":false,"targets":[".github/skills"],"made":[],"swaps":[{"target":".github/skills","name":"one","new":null,"old":"Aside"}]}}"#,
    ),
    (
        "with_empty_seal",
        r#"{"seal":"","journal":{"lockfile":null,"is_done":true,"targets":[".github/skills"],"made":[".github"],"swaps":[]}}"#,
    ),
    (
        "with_wrong_seal",
        r#"{"seal":"sha256:0000000000000000000000000000000000000000000000000000000000000000","journal":{"lockfile":null,"is_done":true,"targets":[".git"],"made":[".git"],"swaps":[]}}"#,
    ),
    ("with_seal_of_other_kind", r#"{"seal":{"a":1},"journal":1}"#),
    ("empty", ""),
    ("binary", "\u{0}\u{1}\u{2}"),
    (
        "of_targets_above",
        r#"{"seal":null,"journal":{"lockfile":null,"targets":["../home/outside"],"made":["../home/outside"],"swaps":[]}}"#,
    ),
    (
        "nested",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ),
    (
        "of_private_files",
        r#"{"seal":null,"journal":{"lockfile":null,"is_done":true,"targets":[".github/skills"],"made":[],"swaps":[{"target":".github/skills","name":"one","new":null,"old":"Aside","private":["../../../.git/config"]}]}}"#,
    ),
];

/// A name, and what it does to a project.
type Case = (&'static str, fn(&TestContext));

/// A name, and a change to what git reads.
const GIT: [Case; 11] = [
    ("config_with_commands", |context| {
        // A project from an archive, which a clone can't be.
        let touch = "touch ../home/owned; touch home/owned; false";
        for key in [
            "core.fsmonitor",
            "core.sshCommand",
            "core.pager",
            "core.editor",
            "filter.evil.clean",
            "filter.evil.smudge",
            "filter.evil.process",
            "diff.external",
            "alias.config",
            "gpg.program",
        ] {
            context.git(&["config", key, touch]).ok();
        }
        context
            .git(&["config", "credential.helper", &format!("!{touch}")])
            .ok();
        context.write(".gitattributes", "* filter=evil diff=evil\n");
    }),
    ("config_moves_the_work_tree", |context| {
        context.git(&["config", "core.worktree", "../../home"]).ok();
    }),
    ("config_broken", |context| {
        context.write(".git/config", "[core\nx = ");
    }),
    ("excludes_hide_a_file", |context| {
        context.write(".git/info/exclude", "*\n");
        context.write(".github/skills/one/scripts/evil.py", "evil");
    }),
    ("index_broken", |context| {
        context.write(".git/index", "DIRC?");
    }),
    ("index_is_a_pipe", |context| {
        place(context, ".git/index", "pipe");
    }),
    ("head_is_sparse", |context| {
        place(context, ".git/HEAD", "sparse");
    }),
    ("git_is_a_file_that_leads_out", |context| {
        clear(&context.project().join(".git"));
        context.write(".git", "gitdir: ../home/outside\n");
    }),
    ("bare_repository_in_target", |context| {
        clear(&context.project().join(".github/skills"));
        context
            .git(&["init", "--quiet", "--bare", ".github/skills"])
            .ok();
    }),
    ("repository_in_skill", |context| {
        context.git(&["init", "--quiet", ".github/skills/one"]).ok();
        let hook = ".github/skills/one/.git/hooks/post-checkout";
        context.write(hook, "#!/bin/sh\ntouch ../../../../home/owned\n");
        let hook = context.project().join(hook);
        std::fs::set_permissions(hook, PermissionsExt::from_mode(0o755)).unwrap();
    }),
    ("link_in_the_middle_of_a_target", |context| {
        std::fs::rename(
            context.project().join(".github"),
            context.project().join("real"),
        )
        .unwrap();
        symlink("chain", context.project().join(".github")).unwrap();
        symlink("../home/outside", context.project().join("chain")).unwrap();
    }),
];
