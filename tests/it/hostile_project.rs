//! Untrusted projects: the files in `.mdskill/`, the links and the lockfile of a clone cause no writes elsewhere.

use crate::support::kills::{killed_in_the_middle, with_old_and_new};
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use std::io::Write as _;
use std::os::unix::fs::symlink;

const COMMANDS: [&[&str]; 5] = [
    &["list"],
    &["install"],
    &["update"],
    &["remove", "one"],
    &["add", "acme/skills/two"],
];

#[test]
fn linked_lock_file_is_not_followed() {
    for command in COMMANDS {
        let (context, _repo) = TestContext::with_skills();
        context.run(&["add", "acme/skills/one"]).ok();
        let home = context.path("home");
        std::fs::write(home.join("precious"), "text").unwrap();
        // With a temporary file of an interrupted command, `list` acquires the lock, too, to remove it.
        context.write(".mdskill/.mdskill-left", "");
        let lock = context.project().join(".mdskill/lock");
        for linked in ["precious", "nothing"] {
            symlink(home.join(linked), &lock).unwrap();
            let outcome = context.run(command);
            if command != ["list"] {
                outcome.fails(1).says(".mdskill/lock");
            }
            let precious = std::fs::read_to_string(home.join("precious")).unwrap();
            assert_eq!(precious, "text", "{command:?}");
            assert!(!home.join("nothing").exists(), "{command:?}");
            std::fs::remove_file(&lock).unwrap();
        }
    }
}

/// For each name that mdskill uses in `.mdskill/`: a link, and an entry of an unexpected type.
#[test]
fn state_with_unexpected_type_is_refused() {
    for name in [".gitignore", "trash", "lock", "journal.json", "link"] {
        let (context, _repo) = TestContext::with_skills();
        context.run(&["add", "acme/skills/one"]).ok();
        context.write(".github/skills/one/SKILL.md", "mine");
        let outside = context.path("home/outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::create_dir(context.project().join(".mdskill")).unwrap();
        let place = context.project().join(".mdskill").join(name);
        let force = ["add", "acme/skills/one", "--force"];
        symlink(&outside, &place).unwrap();
        context.refuses(
            &force,
            1,
            &format!(".mdskill/{name} was not created by mdskill"),
        );
        std::fs::remove_file(&place).unwrap();
        match name {
            "link" => continue,
            "trash" => std::fs::write(&place, "a file").unwrap(),
            _ => std::fs::create_dir(&place).unwrap(),
        }
        context.refuses(
            &force,
            1,
            &format!(".mdskill/{name} was not created by mdskill"),
        );
    }
}

#[test]
fn linked_state_folder_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let outside = context.path("home/outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join(".mdskill-left"), "mine").unwrap();
    symlink(&outside, context.project().join(".mdskill")).unwrap();
    let before = context.snapshot();
    context.run(&["list"]).ok();
    before.assert_same(&context.snapshot());
    context.refuses(
        &["add", "acme/skills/two"],
        1,
        ".mdskill was not created by mdskill",
    );
}

/// A project with an old version of the skill `hooks` in the target `x`, which is then replaced by a link to `to`.
fn hooks_in_linked_target(to: &str) -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("hooks", "hooks", "Hooks for everything")
        .executable("hooks/post-checkout", "#!/bin/sh\nexit 0\n");
    repo.commit("Hooks");
    context
        .run(&["add", "acme/skills/hooks", "--target", "x"])
        .ok();
    repo.write("hooks/more.md", "more");
    repo.commit("More");
    let project = context.project();
    for folder in ["objects", "refs", "info"] {
        context.write(&format!("sub/bare/{folder}/file"), "a file");
    }
    std::fs::remove_dir_all(project.join(".git/hooks")).ok();
    symlink(".git", project.join("chain")).unwrap();
    std::fs::create_dir(project.join("plain")).unwrap();
    std::fs::rename(project.join("x"), project.join("aside")).unwrap();
    symlink(to, project.join("x")).unwrap();
    (context, repo)
}

#[test]
fn target_that_leads_into_git_or_mdskill_is_refused() {
    for to in [
        ".git",
        "./chain",
        "plain/../.git",
        ".git/info",
        "sub/bare",
        "sub/bare/info",
        ".mdskill",
    ] {
        let (context, _repo) = hooks_in_linked_target(to);
        let project = context.project();
        if to == ".mdskill" {
            context.write(".mdskill/trash/old/file", "text");
            context.write(".mdskill/.gitignore", "*\n");
        }
        let reserved = "x is in, or leads into, a folder of git or mdskill";
        let add = ["add", "acme/skills/hooks", "--target", "x"];
        for command in [&["install"][..], &["update"], &add] {
            context.refuses(command, 1, reserved);
        }
        // As installed, before the target was replaced by a link.
        std::fs::rename(project.join("aside/hooks"), project.join("x/hooks")).unwrap();
        for command in [&["update"][..], &["remove", "hooks"]] {
            context.refuses(command, 1, reserved);
        }
    }
}

#[test]
fn target_in_state_folder_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    for target in [".mdskill", ".MDSKILL/skills", "a/.mdskill-stage-skills"] {
        let add = ["add", "acme/skills/one", "--target", target];
        context.refuses(&add, 1, "a folder of git or mdskill");
    }
}

/// A journal in the current form without a valid seal, and one in the form of 0.1.0.
#[test]
fn journal_of_a_clone_is_ignored() {
    let journal = r#"{"lockfile":null,"is_done":false,"targets":[".github/skills"],"made":[".github/skills"],"swaps":[
        {"target":".github/skills","name":"evil","new":"sha256:0000000000000000000000000000000000000000000000000000000000000000","old":{"Trash":"evil"}},
        {"target":".github/skills","name":"one","new":null,"old":"Aside"}]}"#;
    let sealed = |seal: &str| format!(r#"{{"seal":{seal},"journal":{journal}}}"#);
    let wrong = format!("\"sha256:{}\"", "0".repeat(64));
    for text in [
        journal.to_owned(),
        sealed("null"),
        sealed(&wrong),
        "?".to_owned(),
    ] {
        let (context, repo) = TestContext::with_skills();
        context.run(&["add", "acme/skills/one"]).ok();
        context.write(".mdskill/journal.json", &text);
        context.write(".mdskill/.gitignore", "*\n");
        context.write(".mdskill/trash/evil/SKILL.md", "evil");
        let before = context.snapshot();
        for command in [&["list"][..], &["verify"], &["install"], &["update"]] {
            let outcome = context.run(command);
            outcome.ok().says(".mdskill/journal.json is ignored");
            assert_eq!(outcome.stderr.matches("is ignored").count(), 1, "{outcome}");
            before.assert_same(&context.snapshot());
        }
        context.run(&["add", "acme/skills/two"]).ok();
        context.run(&["remove", "one"]).ok();
        context.has("two", &repo, "main:skills/two");
        assert_eq!(context.read(".mdskill/journal.json"), text);
        assert_eq!(context.read(".mdskill/trash/evil/SKILL.md"), "evil");
        assert_eq!(
            context.folders(".mdskill"),
            [".gitignore", "journal.json", "trash"]
        );
        assert_eq!(context.folders(".github/skills"), ["two"]);
    }
}

#[test]
fn foreign_journals_in_all_places_are_an_error() {
    let (context, _repo) = TestContext::with_skills();
    for name in [".gitignore", "journal.json", "journal-2.json"] {
        context.write(&format!(".mdskill/{name}"), "{}");
    }
    context.refuses(
        &["add", "acme/skills/one"],
        1,
        ".mdskill/journal.json was not created by mdskill",
    );
}

#[test]
fn staging_folder_of_a_clone_is_left_alone() {
    let (context, _repo) = TestContext::with_skills();
    context.write(".github/.mdskill-stage-skills/old/one/SKILL.md", "mine");
    context.refuses(
        &["add", "acme/skills/one"],
        1,
        ".mdskill-stage-skills exists",
    );
}

#[test]
fn moved_project_is_recovered() {
    let (context, repo) = with_old_and_new();
    let killed = killed_in_the_middle(&context);
    let moved = killed.path("moved");
    std::fs::rename(killed.project(), &moved).unwrap();
    let list = killed.mdskill(["list"]).dir(&moved);
    list.run().ok().never_says("is ignored");
    std::fs::rename(&moved, killed.project()).unwrap();
    let disk = killed.tree(".github/skills");
    let is_whole = |name: &str| disk == repo.snapshot(&format!("{name}:skills"));
    assert!(is_whole("old") || is_whole("main"), "{disk:?}");
}

/// The user deleted the cache, or another user runs the next command.
#[test]
fn interrupted_command_without_key_is_reported_and_loses_nothing() {
    let (context, _repo) = with_old_and_new();
    let killed = killed_in_the_middle(&context);
    std::fs::remove_file(killed.path("cache/journal-key")).unwrap();
    let before = killed.tree(".github");
    killed
        .mdskill(["list"])
        .run()
        .ok()
        .says(".mdskill/journal.json is ignored");
    let install = killed.mdskill(["install", "--force"]).run();
    install
        .fails(1)
        .says(".github/.mdskill-stage-skills exists");
    before.assert_same(&killed.tree(".github"));
    for left in [".github", ".mdskill"] {
        std::fs::remove_dir_all(killed.project().join(left)).unwrap();
    }
    killed
        .mdskill(["install"])
        .run()
        .ok()
        .never_says("is ignored");
    killed.mdskill(["verify"]).run().ok();
}

/// A container may have no writable cache folder, and a cache folder in the project is not trusted.
#[test]
fn commands_work_without_cache_folder() {
    let (context, repo) = TestContext::with_skills();
    for cache in ["/dev/null/cache", ".cache"] {
        let second = context.copy();
        let inside = second.project().join(cache);
        for arguments in [&["add", "acme/skills/one"][..], &["verify"]] {
            let command = second.mdskill(arguments).env("MDSKILL_CACHE_DIR", &inside);
            command.run().ok().never_says("is ignored");
        }
        let one = second.tree(".github/skills/one");
        one.assert_same(&repo.snapshot("main:skills/one"));
        assert!(!second.project().join(".mdskill").exists());
        assert!(!inside.join("journal-key").exists());
    }
}

/// The names that mdskill opens in a project, and a command that reads each.
const READ: [(&str, &[&str]); 6] = [
    ("mdskill.lock", &["list"]),
    ("mdskill.toml", &["add", "acme/skills/two"]),
    ("skills-lock.json", &["import"]),
    ("apm.lock.yaml", &["import"]),
    (".github/skills/one/SKILL.md", &["show", "one"]),
    (".github/skills/one/SKILL.md", &["verify"]),
];

#[test]
fn files_of_a_project_are_regular_files_in_it() {
    let secret = "canary: 7f3a\n";
    for (name, command) in READ {
        let (context, _repo) = TestContext::with_skills();
        context.run(&["add", "acme/skills/one"]).ok();
        std::fs::write(context.path("home/secret"), secret).unwrap();
        let file = context.project().join(name);
        let place = |make: &dyn Fn()| {
            drop(std::fs::remove_file(&file));
            drop(std::fs::remove_dir(&file));
            make();
            let before = context.snapshot();
            let outcome = context.mdskill(command).run();
            assert!(matches!(outcome.code, Some(1 | 3)), "{name}: {outcome}");
            outcome.never_says("7f3a").never_says("panicked");
            before.assert_same(&context.snapshot());
        };
        place(&|| symlink(context.path("home/secret"), &file).unwrap());
        place(&|| symlink("/dev/zero", &file).unwrap());
        place(&|| symlink(".git/config", &file).unwrap());
        place(&|| symlink(name.rsplit('/').next().unwrap(), &file).unwrap());
        place(&|| std::fs::create_dir(&file).unwrap());
        place(&|| {
            let mode = rustix::fs::Mode::from_raw_mode(0o644);
            rustix::fs::mkfifoat(rustix::fs::CWD, &file, mode).unwrap();
        });
        place(&|| drop(std::os::unix::net::UnixListener::bind(&file).unwrap()));
        place(&|| {
            let sparse = std::fs::File::create(&file).unwrap();
            sparse.set_len(1 << 40).unwrap();
        });
    }
}

#[test]
fn configuration_may_be_a_link_in_the_repository() {
    let (context, _repo) = TestContext::with_skills();
    context.write("shared.toml", "[rules]\nstrict = true\n");
    context.write("packages/api/mdskill.lock", "version = 1\ntargets = []\n");
    let api = context.project().join("packages/api");
    symlink("../../shared.toml", api.join("mdskill.toml")).unwrap();
    let add = context.mdskill(["add", "acme/skills/one"]).dir(&api).run();
    add.ok();
    assert!(api.join(".github/skills/one/SKILL.md").is_file());
    symlink(context.path("home"), api.join("out")).unwrap();
    std::fs::remove_file(api.join("mdskill.toml")).unwrap();
    std::fs::write(context.path("home/mdskill.toml"), "").unwrap();
    symlink("out/mdskill.toml", api.join("mdskill.toml")).unwrap();
    let list = context.mdskill(["list"]).dir(&api).run();
    list.fails(1)
        .says("mdskill.toml is a link that leads out of the project");
}

/// The rules of git since CVE-2022-24765, whose truth is git itself.
#[test]
fn project_of_another_user_is_refused_as_git_refuses_it() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root may give a folder to another user");
        return;
    }
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let project = context.project();
    let give =
        |path: &std::path::Path, user| std::os::unix::fs::chown(path, Some(user), None).unwrap();
    let config = context.path("home/gitconfig");
    let shown = project.display().to_string();
    let trusted = format!("[safe]\n\tdirectory = {shown}\n");
    let all = "[safe]\n\tdirectory = *\n".to_owned();
    let other = format!("[safe]\n\tdirectory = {shown}/other\n");
    let reset = format!("{trusted}\tdirectory =\n");
    let below = context.project().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    for (owner, text, sudo) in [
        (1234, "", None),
        (1234, trusted.as_str(), None),
        (1234, all.as_str(), None),
        (1234, other.as_str(), None),
        (1234, reset.as_str(), None),
        (1234, "", Some("1234")),
        (1234, "", Some("1235")),
        (0, "", Some("1234")),
        (0, "", None),
    ] {
        std::fs::write(&config, text).unwrap();
        give(&project, owner);
        give(&project.join(".git"), owner);
        let command = |mut prepared: crate::support::test_context::Prepared| {
            if let Some(sudo) = sudo {
                prepared = prepared.env("SUDO_UID", sudo);
            }
            prepared.dir(&below).env("GIT_CONFIG_GLOBAL", &config).run()
        };
        let git = command(context.command("git", ["status", "--short"]));
        for arguments in [&["list"][..], &["verify"], &["install"]] {
            let ours = command(context.mdskill(arguments));
            if git.code == Some(0) {
                ours.ok();
            } else {
                ours.fails(1)
                    .says(&format!("the project {shown} belongs to another user"));
                ours.says(&format!("git config --global --add safe.directory {shown}"));
            }
        }
        command(context.mdskill(["rule", "broken-link"])).ok();
    }
    // The file of another user in a folder of this user, as in /tmp.
    std::fs::write(&config, "").unwrap();
    let own = context.path("home/own");
    std::fs::create_dir_all(own.join("work")).unwrap();
    std::fs::copy(project.join("mdskill.lock"), own.join("mdskill.lock")).unwrap();
    context.mdskill(["list"]).dir(own.join("work")).run().ok();
    give(&own.join("mdskill.lock"), 1234);
    let list = context.mdskill(["list"]).dir(own.join("work")).run();
    list.fails(1).says("belongs to another user");
}

#[test]
fn fix_and_init_do_not_write_through_a_link() {
    let (context, _repo) = TestContext::with_skills();
    let outside = context.path("home/outside");
    std::fs::create_dir_all(outside.join("one")).unwrap();
    let page = "---\nname: one\ndescription: Use it when: it rains\n---\nText\n";
    std::fs::write(outside.join("one/SKILL.md"), page).unwrap();
    std::fs::create_dir_all(context.project().join(".github")).unwrap();
    symlink(&outside, context.project().join(".github/skills")).unwrap();
    let before = context.snapshot();
    context
        .run(&["validate", "--fix", "--unsafe", ".github/skills/one"])
        .fails(3)
        .says("out of the project");
    context
        .run(&[
            "init",
            ".github/skills/new",
            "--description",
            "Counts words. Use it for long texts.",
        ])
        .fails(1)
        .says("leads out of the project through a link");
    before.assert_same(&context.snapshot());
}

#[test]
fn pipes_among_the_files_of_git_hold_nothing_up() {
    for (place, config) in [
        (".git/shallow", ""),
        (".git/gitdir", ""),
        ("pipe", "[include]\n\tpath = ../pipe\n"),
        ("pipe", "[core]\n\tattributesFile = ../pipe\n"),
    ] {
        let (context, _repo) = TestContext::with_skills();
        let git = context.project().join(".git");
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(git.join("config"))
            .unwrap();
        file.write_all(config.as_bytes()).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        let pipe = context.project().join(place);
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
        context.run(&["add", "acme/skills/one"]).ok();
        for command in ["validate", "verify", "list"] {
            context.run(&[command]).ok();
        }
        let source = format!("file://{}", context.project().display());
        let added = context.run(&["add", &source, "--all"]);
        assert!(matches!(added.code, Some(1..6)), "{added}");
        added.says("is not a regular file");
    }
}

#[test]
fn rules_that_crash_or_hang_libgit2_are_not_given_to_it() {
    for place in [".gitignore", ".git/info/exclude", "excludes"] {
        for rules in [
            "*\n!\\",
            "*\n!/\\/\n",
            "?\r\n!\\\r\n",
            "*\n\r!\\/",
            "*\n!\\\0x",
            "one\n\x0c\n",
            "!\x0bone",
        ] {
            let (context, _repo) = TestContext::with_skills();
            let excludes = context.project().join("excludes");
            for (name, value) in [
                ("user.name", "test"),
                ("user.email", "test@test.test"),
                ("core.excludesFile", excludes.to_str().unwrap()),
            ] {
                context.git(&["config", name, value]).ok();
            }
            context.git(&["commit", "--allow-empty", "-m", "one"]).ok();
            context.write(place, rules);
            context.run(&["add", "acme/skills/one"]).ok();
            for command in ["validate", "verify", "list", "update", "doctor"] {
                context.run(&[command]).ok();
            }
            let since = context.run(&["validate", "--since=HEAD", "."]);
            since.fails(1).says(": remove it");
            context.run(&["remove", "one"]).ok();
        }
    }
}

#[test]
fn rules_of_the_user_that_are_a_pipe_hold_nothing_up() {
    let (context, _repo) = TestContext::with_skills();
    let pipe = context.path("home/pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
    for setting in ["excludesFile", "attributesFile"] {
        let config = format!("[core]\n\t{setting} = {}\n", pipe.display());
        context.write("../home/.gitconfig", &config);
        for command in ["add acme/skills/one", "validate", "verify", "remove one"] {
            context.run(&command.split(' ').collect::<Vec<_>>()).ok();
        }
    }
}
