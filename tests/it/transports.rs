//! The transports other than HTTP: ssh, local repositories, mirrors, bundles, folders, and offline use.

use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SSH_SPEC: &str = "git@forge.example:acme/skills.git//skills/one";

#[test]
fn add_over_ssh_starts_one_process_without_prompts() {
    let mut context = ServedContext::new();
    context.fake_ssh(context.root());
    context.run(&["add", SSH_SPEC]).ok();
    let asked = "-o BatchMode=yes -o SendEnv=GIT_PROTOCOL git@forge.example git-upload-pack 'acme/skills.git'\n";
    assert_eq!(context.log("ssh"), asked);
    context.has("one", "HEAD:skills/one");
    context.locked("source = \"git@forge.example:acme/skills.git\"");
    assert_eq!(context.server.traffic().requests, 0);

    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    context.run(&["update"]).ok();
    assert_eq!(context.log("ssh"), asked.repeat(2));
    context.has("one", "HEAD:skills/one");

    let with_port = "ssh://git@forge.example:2222/acme/skills.git//skills/two";
    context.run(&["add", with_port]).ok();
    let log = context.log("ssh");
    let asked = "-p 2222 git@forge.example git-upload-pack '/acme/skills.git'\n";
    assert!(log.ends_with(asked), "{log}");
    context.has("two", "HEAD:skills/two");
}

#[test]
fn ssh_command_of_user_is_used_as_in_git() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    let tools = context.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("plink")).unwrap();
    let prepared = context.mdskill(["add", SSH_SPEC]);
    prepared
        .env("GIT_SSH_COMMAND", "plink -F 'my config'")
        .run()
        .ok();
    let log = context.log("ssh");
    assert!(log.starts_with("-F my config -o BatchMode=yes"), "{log}");
    context.has("one", "HEAD:skills/one");
    let spec = SSH_SPEC.replace("one", "two");
    let prepared = context.mdskill(["add", &spec]);
    prepared.env("GIT_SSH", "plink").run().ok();
    context.has("two", "HEAD:skills/two");
}

#[test]
fn error_has_output_of_ssh() {
    let context = ServedContext::new();
    context.refuses(&["add", SSH_SPEC], 5, "`ssh`: not found");
    for (said, code) in [
        ("Host key verification failed.", 5),
        ("git@forge.example: Permission denied (publickey).", 4),
    ] {
        context.fake("ssh", &format!("echo '{said}' >&2; exit 255"));
        let outcome = context.refuses(&["add", SSH_SPEC], code, said);
        outcome.says("over ssh").says("hint: ");
    }
    context.fake("ssh", "exit 0");
    context.refuses(&["add", SSH_SPEC], 5, "the connection ended");
}

#[test]
fn silent_ssh_times_out() {
    let context = ServedContext::new();
    // It reads its input and prints nothing until the input is closed.
    context.fake("ssh", "while read -r line; do :; done");
    let prepared = context
        .mdskill(["add", SSH_SPEC])
        .env("MDSKILL_TIMEOUT", "1");
    let start = Instant::now();
    let sentence = "no data for 1s";
    context
        .assert_refused(prepared, 5, sentence)
        .says("over ssh");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn large_output_of_ssh_does_not_block() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    let tools = context.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("quiet")).unwrap();
    // More than a pipe holds, as `ssh -vvv` prints.
    let noise = "i=0; while [ $i -lt 3000 ]; do echo 'debug1: all is well, all is well, all is well' >&2; i=$((i+1)); done";
    context.fake("ssh", &format!("{noise}\nexec quiet \"$@\""));
    context.run(&["add", SSH_SPEC]).ok();
    context.has("one", "HEAD:skills/one");
}

#[test]
fn host_that_begins_with_dash_is_refused() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    for (spec, code) in [
        ("ssh://-oProxyCommand=evil/acme/skills.git//skills/one", 2),
        (
            "ssh://git@-oProxyCommand=evil/acme/skills.git//skills/one",
            1,
        ),
        ("git@-oProxyCommand=evil:acme/skills.git//skills/one", 1),
    ] {
        context.refuses(&["add", spec], code, "host");
    }
    context.run(&["add", SSH_SPEC]).ok();
    let calls = context.log("ssh").lines().count();
    let lock = context.read("mdskill.lock");
    let evil = "ssh://-oProxyCommand=evil/acme/skills.git";
    let lock = lock.replace("git@forge.example:acme/skills.git", evil);
    context.write("mdskill.lock", lock);
    for command in ["update", "install"] {
        std::fs::remove_dir_all(context.project().join(".github")).ok();
        context.refuses(&[command], 1, "its host or path is missing");
    }
    assert_eq!(context.log("ssh").lines().count(), calls);
}

#[test]
fn local_repository_is_read_in_place() {
    let mut context = ServedContext::new();
    let url = format!("file://{}", context.repo.folder().display());
    context.run(&["add", &format!("{url}//skills/three")]).ok();
    context.has("three", "HEAD:skills/three");
    context.locked(&format!("source = \"{url}\""));
    context.repo.write("skills/three/more.md", "more");
    let commit = context.repo.commit("More");
    context.run(&["update", "--offline"]).ok();
    context.has("three", "HEAD:skills/three");
    context.locked(&format!("commit = \"{commit}\""));
    let missing = format!("{url}.gone//skills/one");
    context.refuses(&["add", &missing], 1, "does not exist");
}

#[test]
fn mirror_can_be_folder_of_repositories() {
    let context = ServedContext::new();
    let folder = context.root().display().to_string();
    for mirror in [folder.clone(), format!("file://{folder}")] {
        let second = TestContext::with_origin(&mirror);
        second.mdskill(["add", "acme/skills/three"]).run().ok();
        let three = second.tree(".github/skills/three");
        three.assert_same(&context.repo.snapshot("HEAD:skills/three"));
        let lock = second.read("mdskill.lock");
        assert!(lock.contains("source = \"github:acme/skills\""), "{lock}");
        assert!(!lock.contains(&folder), "no machine's path: {lock}");
        let missing = second.mdskill(["add", "acme/none/one"]);
        let sentence = "does not have acme/none: found neither acme/none.git nor acme/none.bundle";
        second
            .assert_refused(missing, 1, sentence)
            .says("MDSKILL_GITHUB_URL");
    }
}

/// A context with a mirror of bundles, and the path of the bundle of `acme/skills`.
fn mirror() -> (ServedContext, TestContext, PathBuf) {
    let context = ServedContext::new();
    let folder = context.path("temp/mirror");
    std::fs::create_dir_all(folder.join("acme")).unwrap();
    let bundle = folder.join("acme/skills.bundle");
    let second = TestContext::with_origin(&folder.to_string_lossy());
    (context, second, bundle)
}

#[test]
fn mirror_can_be_folder_of_bundles() {
    let (mut context, second, bundle) = mirror();
    context.repo.bundle(&bundle);
    second
        .mdskill(["add", "acme/skills/three", "--offline"])
        .run()
        .ok();
    let installed = || second.tree(".github/skills/three");
    installed().assert_same(&context.repo.snapshot("HEAD:skills/three"));
    context.repo.write("skills/three/more.md", "more");
    context.repo.commit("More");
    context.repo.bundle(&bundle);
    second.mdskill(["update"]).run().ok();
    installed().assert_same(&context.repo.snapshot("HEAD:skills/three"));
    second.assert_tidy();
    assert_eq!(context.server.traffic().requests, 0);
}

#[test]
fn bundle_with_one_branch_needs_no_head() {
    let (context, second, bundle) = mirror();
    let file = bundle.to_string_lossy().into_owned();
    context
        .repo
        .git(&["bundle", "create", "--quiet", &file, "refs/heads/main"]);
    second.mdskill(["add", "acme/skills/one"]).run().ok();
    let one = second.tree(".github/skills/one");
    one.assert_same(&context.repo.snapshot("HEAD:skills/one"));
    let url = format!("file://{file}//skills/two");
    second.mdskill(["add", &url]).run().ok();
    let two = second.tree(".github/skills/two");
    two.assert_same(&context.repo.snapshot("HEAD:skills/two"));
}

#[test]
fn bundle_with_branches_and_no_head_requires_ref() {
    let (mut context, second, bundle) = mirror();
    context
        .repo
        .branch("next")
        .write("skills/one/more.md", "more");
    context.repo.commit("More");
    let file = bundle.to_string_lossy().into_owned();
    context
        .repo
        .git(&["bundle", "create", "--quiet", &file, "--branches"]);
    let add = second.mdskill(["add", "acme/skills/one"]);
    let outcome = second.assert_refused(add, 1, "has no default branch");
    outcome.never_says("empty").says("@main").says("@next");
    second.mdskill(["add", "acme/skills/one@next"]).run().ok();
    let one = second.tree(".github/skills/one");
    one.assert_same(&context.repo.snapshot("next:skills/one"));
}

#[test]
fn incomplete_bundle_is_refused() {
    let (mut context, second, bundle) = mirror();
    context.repo.bundle(&bundle);
    let whole = std::fs::read(&bundle).unwrap();
    let head = whole.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    let mut changed = whole.clone();
    changed[head + (whole.len() - head) / 2] ^= 0x20;
    let add = || second.mdskill(["add", "acme/skills/one"]);
    for (bytes, code, sentence) in [
        (
            &whole[..whole.len() - 30],
            5,
            "the pack is truncated or corrupt",
        ),
        (&whole[..head], 5, "the pack is truncated or corrupt"),
        (&changed, 5, "the pack is truncated or corrupt"),
        (&whole[..head - 10], 1, "its header is truncated"),
        (
            b"PK\x03\x04 is not a bundle\n",
            1,
            "does not start with a bundle header",
        ),
    ] {
        std::fs::write(&bundle, bytes).unwrap();
        second
            .assert_refused(add(), code, sentence)
            .says("skills.bundle");
    }
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("More");
    let since = format!("^{}", context.commit);
    let file = bundle.to_string_lossy().into_owned();
    context
        .repo
        .git(&["bundle", "create", "--quiet", &file, "main", &since]);
    second
        .assert_refused(add(), 1, "it is an incremental bundle")
        .says("git bundle create");
}

#[test]
fn folder_of_project_can_be_source() {
    let context = ServedContext::new();
    let text =
        |description: &str| format!("---\nname: mine\ndescription: {description}\n---\n\n# Mine\n");
    context.write("skills/mine/SKILL.md", text("First"));
    context.write("skills/mine/references/notes.md", "notes");
    context.write(
        "skills/deep/down/SKILL.md",
        text("Down").replace("mine", "down"),
    );
    context.run(&["add", "./skills/mine"]).ok();
    let same = |name: &str, folder: &str| {
        let installed = context.tree(&format!(".github/skills/{name}"));
        installed.assert_same(&context.tree(folder));
        context.assert_tidy();
    };
    same("mine", "skills/mine");
    context.locked("source = \"path:skills/mine\"");
    let lock = context.read("mdskill.lock");
    assert!(
        !lock.contains(&context.project().display().to_string()),
        "{lock}"
    );
    assert!(!lock.contains("commit"), "a folder has none: {lock}");

    let below = context
        .mdskill(["add", "./mine"])
        .dir(context.path("project/skills"));
    below.run().ok();
    assert_eq!(context.read("mdskill.lock"), lock, "the same from below");

    context.write("skills/mine/SKILL.md", text("Second"));
    context.run(&["update"]).ok();
    same("mine", "skills/mine");
    context
        .run(&["add", "./skills/deep", "--skill", "down"])
        .ok();
    same("down", "skills/deep/down");
    assert_eq!(context.server.traffic().requests, 0);

    std::fs::rename(context.path("project/skills"), context.path("temp/skills")).unwrap();
    let gone = context.refuses(&["update"], 1, "does not exist");
    gone.says("skills/mine");
    context.refuses(
        &["add", "./skills/mine"],
        2,
        "no such file or folder: ./skills/mine",
    );
}

#[test]
fn link_in_folder_is_refused_with_its_name() {
    let context = ServedContext::new();
    context.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\n\n# Mine\n",
    );
    std::os::unix::fs::symlink("/etc/passwd", context.path("project/mine/secrets.md")).unwrap();
    let outcome = context.refuses(&["add", "./mine"], 1, "`secrets.md`: it is a symbolic link");
    outcome.never_says("root:");
}

#[test]
fn offline_reports_unknown_ref_as_not_cached() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/one@main"]).ok();
    for spec in [
        "acme/skills/one",
        "acme/skills/one@other",
        "acme/skills/one@^1",
    ] {
        let sentence = "is not in the cache, and the network is off";
        context.refuses(&["add", spec, "--offline"], 5, sentence);
    }
    context
        .run(&["add", "acme/skills/one@main", "--offline"])
        .ok();
}

#[test]
fn offline_uses_cache() {
    let context = ServedContext::new();
    let sentence = "is not in the cache, and the network is off";
    context
        .refuses(&["add", "acme/skills/one", "--offline"], 5, sentence)
        .says("run the command once without --offline");
    context.run(&["add", "acme/skills/one"]).ok();
    context.run(&["remove", "one"]).ok();
    context.server.reset();
    context.run(&["add", "acme/skills/one", "--offline"]).ok();
    context.has("one", "HEAD:skills/one");
    let in_env = |arguments: &[&str]| context.mdskill(arguments).env("MDSKILL_OFFLINE", "1");
    context.run(&["remove", "one"]).ok();
    in_env(&["add", "acme/skills/one"]).run().ok();
    in_env(&["update"]).run().ok();
    in_env(&["list", "acme/skills", "--names"]).run().ok();
    let other = in_env(&["add", "acme/skills/two"]);
    context.assert_refused(other, 5, sentence);
    let other = in_env(&["add", "acme/tools/four"]);
    context.assert_refused(other, 5, sentence);
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
    context.assert_refused(in_env(&["install"]), 5, sentence);
    assert_eq!(context.server.traffic().requests, 0);
}

#[test]
fn many_sources_fit_into_few_open_files() {
    const SOURCES: usize = 100;
    // Each source holds a lock, and 32 packs stay open; twice the number of sources was too few.
    const FILES: usize = 176;
    let context = ServedContext::new();
    for number in 0..SOURCES {
        let name = format!("made-{number}");
        let mut repo = Repo::create(context.root(), &format!("acme/{name}"));
        repo.skill(&format!("skills/{name}"), &name, "Makes things");
        repo.commit("Make things");
    }
    let program = env!("CARGO_BIN_EXE_mdskill");
    let script = format!("ulimit -n {FILES} && exec {program} \"$@\"");
    let specs = (0..SOURCES).map(|number| format!("acme/made-{number}/made-{number}"));
    let run = |arguments: Vec<String>| {
        let shell = ["-c", &script, "sh"].map(str::to_owned);
        let limited = context.command("sh", shell.into_iter().chain(arguments));
        limited.run()
    };
    run(["add".to_owned()].into_iter().chain(specs).collect()).ok();
    run(vec!["update".to_owned()]).ok();
    context.clear_cache();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    run(vec!["install".to_owned()]).ok().says("100 installed");
}
