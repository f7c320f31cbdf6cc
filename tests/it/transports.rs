//! The transports other than HTTP: ssh, local repositories, mirrors, bundles, folders, and offline use.

use crate::acts::{assert_tidy, refused};
use crate::forge::Scene;
use crate::support::room::Room;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SSH_SPEC: &str = "git@forge.example:acme/skills.git//skills/one";

#[test]
fn add_over_ssh_starts_one_process_without_prompts() {
    let mut scene = Scene::set();
    scene.room.fake_ssh(scene.root());
    scene.run(&["add", SSH_SPEC]).ok();
    let asked = "-o BatchMode=yes -o SendEnv=GIT_PROTOCOL git@forge.example git-upload-pack 'acme/skills.git'\n";
    assert_eq!(scene.room.log("ssh"), asked);
    scene.has("one", "HEAD:skills/one");
    scene.locked("source = \"git@forge.example:acme/skills.git\"");
    assert_eq!(scene.forge.traffic().requests, 0);

    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("More");
    scene.run(&["update"]).ok();
    assert_eq!(scene.room.log("ssh"), asked.repeat(2));
    scene.has("one", "HEAD:skills/one");

    let with_port = "ssh://git@forge.example:2222/acme/skills.git//skills/two";
    scene.run(&["add", with_port]).ok();
    let log = scene.room.log("ssh");
    let asked = "-p 2222 git@forge.example git-upload-pack '/acme/skills.git'\n";
    assert!(log.ends_with(asked), "{log}");
    scene.has("two", "HEAD:skills/two");
}

#[test]
fn ssh_command_of_user_is_used_as_in_git() {
    let scene = Scene::set();
    scene.room.fake_ssh(scene.root());
    let tools = scene.room.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("plink")).unwrap();
    let prepared = scene.mdskill(&["add", SSH_SPEC]);
    prepared
        .env("GIT_SSH_COMMAND", "plink -F 'my config'")
        .run()
        .ok();
    let log = scene.room.log("ssh");
    assert!(log.starts_with("-F my config -o BatchMode=yes"), "{log}");
    scene.has("one", "HEAD:skills/one");
    let spec = SSH_SPEC.replace("one", "two");
    let prepared = scene.mdskill(&["add", &spec]);
    prepared.env("GIT_SSH", "plink").run().ok();
    scene.has("two", "HEAD:skills/two");
}

#[test]
fn error_has_output_of_ssh() {
    let scene = Scene::set();
    scene.refuses(&["add", SSH_SPEC], 5, "`ssh`: not found");
    for (said, code) in [
        ("Host key verification failed.", 5),
        ("git@forge.example: Permission denied (publickey).", 4),
    ] {
        scene
            .room
            .fake("ssh", &format!("echo '{said}' >&2; exit 255"));
        let outcome = scene.refuses(&["add", SSH_SPEC], code, said);
        outcome.says("over ssh").says("hint: ");
    }
    scene.room.fake("ssh", "exit 0");
    scene.refuses(&["add", SSH_SPEC], 5, "the connection ended");
}

#[test]
fn silent_ssh_times_out() {
    let scene = Scene::set();
    // It reads its input and prints nothing until the input is closed.
    scene.room.fake("ssh", "while read -r line; do :; done");
    let prepared = scene
        .mdskill(&["add", SSH_SPEC])
        .env("MDSKILL_TIMEOUT", "1");
    let start = Instant::now();
    let sentence = "no data for 1s";
    refused(&scene.room, prepared, 5, sentence).says("over ssh");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn large_output_of_ssh_does_not_block() {
    let scene = Scene::set();
    scene.room.fake_ssh(scene.root());
    let tools = scene.room.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("quiet")).unwrap();
    // More than a pipe holds, as `ssh -vvv` prints.
    let noise = "i=0; while [ $i -lt 3000 ]; do echo 'debug1: all is well, all is well, all is well' >&2; i=$((i+1)); done";
    scene
        .room
        .fake("ssh", &format!("{noise}\nexec quiet \"$@\""));
    scene.run(&["add", SSH_SPEC]).ok();
    scene.has("one", "HEAD:skills/one");
}

#[test]
fn host_that_begins_with_dash_is_refused() {
    let scene = Scene::set();
    scene.room.fake_ssh(scene.root());
    for (spec, code) in [
        ("ssh://-oProxyCommand=evil/acme/skills.git//skills/one", 2),
        (
            "ssh://git@-oProxyCommand=evil/acme/skills.git//skills/one",
            1,
        ),
        ("git@-oProxyCommand=evil:acme/skills.git//skills/one", 1),
    ] {
        scene.refuses(&["add", spec], code, "host");
    }
    scene.run(&["add", SSH_SPEC]).ok();
    let calls = scene.room.log("ssh").lines().count();
    let lock = scene.room.read("mdskill.lock");
    let evil = "ssh://-oProxyCommand=evil/acme/skills.git";
    let lock = lock.replace("git@forge.example:acme/skills.git", evil);
    scene.room.write("mdskill.lock", lock);
    for command in ["update", "install"] {
        std::fs::remove_dir_all(scene.room.project().join(".github")).ok();
        scene.refuses(&[command], 1, "its host or path is missing");
    }
    assert_eq!(scene.room.log("ssh").lines().count(), calls);
}

#[test]
fn local_repository_is_read_in_place() {
    let mut scene = Scene::set();
    let url = format!("file://{}", scene.repo.folder().display());
    scene.run(&["add", &format!("{url}//skills/three")]).ok();
    scene.has("three", "HEAD:skills/three");
    scene.locked(&format!("source = \"{url}\""));
    scene.repo.write("skills/three/more.md", "more");
    let commit = scene.repo.commit("More");
    scene.run(&["update", "--offline"]).ok();
    scene.has("three", "HEAD:skills/three");
    scene.locked(&format!("commit = \"{commit}\""));
    let missing = format!("{url}.gone//skills/one");
    scene.refuses(&["add", &missing], 1, "does not exist");
}

#[test]
fn mirror_can_be_folder_of_repositories() {
    let scene = Scene::set();
    let folder = scene.root().display().to_string();
    for mirror in [folder.clone(), format!("file://{folder}")] {
        let room = Room::new(&mirror);
        room.mdskill(["add", "acme/skills/three"]).run().ok();
        let three = room.tree(".github/skills/three");
        three.assert_same(&scene.repo.snapshot("HEAD:skills/three"));
        let lock = room.read("mdskill.lock");
        assert!(lock.contains("source = \"github:acme/skills\""), "{lock}");
        assert!(!lock.contains(&folder), "no machine's path: {lock}");
        let missing = room.mdskill(["add", "acme/none/one"]);
        let sentence = "does not have acme/none: found neither acme/none.git nor acme/none.bundle";
        refused(&room, missing, 1, sentence).says("MDSKILL_GITHUB_URL");
    }
}

/// A scene with a mirror of bundles, and the path of the bundle of `acme/skills`.
fn mirror() -> (Scene, Room, PathBuf) {
    let scene = Scene::set();
    let folder = scene.room.path("temp/mirror");
    std::fs::create_dir_all(folder.join("acme")).unwrap();
    let bundle = folder.join("acme/skills.bundle");
    let room = Room::new(&folder.to_string_lossy());
    (scene, room, bundle)
}

#[test]
fn mirror_can_be_folder_of_bundles() {
    let (mut scene, room, bundle) = mirror();
    scene.repo.bundle(&bundle);
    room.mdskill(["add", "acme/skills/three", "--offline"])
        .run()
        .ok();
    let installed = || room.tree(".github/skills/three");
    installed().assert_same(&scene.repo.snapshot("HEAD:skills/three"));
    scene.repo.write("skills/three/more.md", "more");
    scene.repo.commit("More");
    scene.repo.bundle(&bundle);
    room.mdskill(["update"]).run().ok();
    installed().assert_same(&scene.repo.snapshot("HEAD:skills/three"));
    assert_tidy(&room);
    assert_eq!(scene.forge.traffic().requests, 0);
}

#[test]
fn bundle_with_one_branch_needs_no_head() {
    let (scene, room, bundle) = mirror();
    let file = bundle.to_string_lossy().into_owned();
    scene
        .repo
        .git(&["bundle", "create", "--quiet", &file, "refs/heads/main"]);
    room.mdskill(["add", "acme/skills/one"]).run().ok();
    let one = room.tree(".github/skills/one");
    one.assert_same(&scene.repo.snapshot("HEAD:skills/one"));
    let url = format!("file://{file}//skills/two");
    room.mdskill(["add", &url]).run().ok();
    let two = room.tree(".github/skills/two");
    two.assert_same(&scene.repo.snapshot("HEAD:skills/two"));
}

#[test]
fn bundle_with_branches_and_no_head_requires_ref() {
    let (mut scene, room, bundle) = mirror();
    scene
        .repo
        .branch("next")
        .write("skills/one/more.md", "more");
    scene.repo.commit("More");
    let file = bundle.to_string_lossy().into_owned();
    scene
        .repo
        .git(&["bundle", "create", "--quiet", &file, "--branches"]);
    let add = room.mdskill(["add", "acme/skills/one"]);
    let outcome = refused(&room, add, 1, "has no default branch");
    outcome.never_says("empty").says("@main").says("@next");
    room.mdskill(["add", "acme/skills/one@next"]).run().ok();
    let one = room.tree(".github/skills/one");
    one.assert_same(&scene.repo.snapshot("next:skills/one"));
}

#[test]
fn incomplete_bundle_is_refused() {
    let (mut scene, room, bundle) = mirror();
    scene.repo.bundle(&bundle);
    let whole = std::fs::read(&bundle).unwrap();
    let head = whole.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    let mut changed = whole.clone();
    changed[head + (whole.len() - head) / 2] ^= 0x20;
    let add = || room.mdskill(["add", "acme/skills/one"]);
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
            b"PK\x03\x04 is no bundle\n",
            1,
            "does not start with a bundle header",
        ),
    ] {
        std::fs::write(&bundle, bytes).unwrap();
        refused(&room, add(), code, sentence).says("skills.bundle");
    }
    scene.repo.write("skills/one/more.md", "more");
    scene.repo.commit("More");
    let since = format!("^{}", scene.commit);
    let file = bundle.to_string_lossy().into_owned();
    scene
        .repo
        .git(&["bundle", "create", "--quiet", &file, "main", &since]);
    refused(&room, add(), 1, "it is an incremental bundle").says("git bundle create");
}

#[test]
fn folder_of_project_can_be_source() {
    let scene = Scene::set();
    let room = &scene.room;
    let text =
        |description: &str| format!("---\nname: mine\ndescription: {description}\n---\n\n# Mine\n");
    room.write("skills/mine/SKILL.md", text("First"));
    room.write("skills/mine/references/notes.md", "notes");
    room.write(
        "skills/deep/down/SKILL.md",
        text("Down").replace("mine", "down"),
    );
    scene.run(&["add", "./skills/mine"]).ok();
    let same = |name: &str, folder: &str| {
        let installed = room.tree(&format!(".github/skills/{name}"));
        installed.assert_same(&room.tree(folder));
        assert_tidy(room);
    };
    same("mine", "skills/mine");
    scene.locked("source = \"path:skills/mine\"");
    let lock = room.read("mdskill.lock");
    assert!(
        !lock.contains(&room.project().display().to_string()),
        "{lock}"
    );
    assert!(!lock.contains("commit"), "a folder has none: {lock}");

    let below = scene
        .mdskill(&["add", "./mine"])
        .dir(room.path("project/skills"));
    below.run().ok();
    assert_eq!(room.read("mdskill.lock"), lock, "the same from below");

    room.write("skills/mine/SKILL.md", text("Second"));
    scene.run(&["update"]).ok();
    same("mine", "skills/mine");
    scene.run(&["add", "./skills/deep", "--skill", "down"]).ok();
    same("down", "skills/deep/down");
    assert_eq!(scene.forge.traffic().requests, 0);

    std::fs::rename(room.path("project/skills"), room.path("temp/skills")).unwrap();
    let gone = scene.refuses(&["update"], 1, "does not exist");
    gone.says("skills/mine");
    scene.refuses(&["add", "./skills/mine"], 2, " does not exist");
}

#[test]
fn link_in_folder_is_refused_with_its_name() {
    let scene = Scene::set();
    let room = &scene.room;
    room.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine\n---\n\n# Mine\n",
    );
    std::os::unix::fs::symlink("/etc/passwd", room.path("project/mine/secrets.md")).unwrap();
    let outcome = scene.refuses(&["add", "./mine"], 1, "`secrets.md`: it is a symbolic link");
    outcome.never_says("root:");
}

#[test]
fn offline_reports_unknown_ref_as_not_cached() {
    let scene = Scene::set();
    scene.run(&["add", "acme/skills/one@main"]).ok();
    for spec in [
        "acme/skills/one",
        "acme/skills/one@other",
        "acme/skills/one@^1",
    ] {
        let sentence = "is not in the cache, and the network is off";
        scene.refuses(&["add", spec, "--offline"], 5, sentence);
    }
    scene
        .run(&["add", "acme/skills/one@main", "--offline"])
        .ok();
}

#[test]
fn offline_uses_cache() {
    let scene = Scene::set();
    let sentence = "is not in the cache, and the network is off";
    scene
        .refuses(&["add", "acme/skills/one", "--offline"], 5, sentence)
        .says("run the command once without --offline");
    scene.run(&["add", "acme/skills/one"]).ok();
    scene.run(&["remove", "one"]).ok();
    scene.forge.reset();
    scene.run(&["add", "acme/skills/one", "--offline"]).ok();
    scene.has("one", "HEAD:skills/one");
    let in_env = |arguments: &[&str]| scene.mdskill(arguments).env("MDSKILL_OFFLINE", "1");
    scene.run(&["remove", "one"]).ok();
    in_env(&["add", "acme/skills/one"]).run().ok();
    in_env(&["update"]).run().ok();
    in_env(&["list", "acme/skills", "--names"]).run().ok();
    let other = in_env(&["add", "acme/skills/two"]);
    refused(&scene.room, other, 5, sentence);
    let other = in_env(&["add", "acme/tools/four"]);
    refused(&scene.room, other, 5, sentence);
    std::fs::remove_dir_all(scene.room.project().join(".github")).unwrap();
    scene.lose_the_store();
    refused(&scene.room, in_env(&["install"]), 5, sentence);
    assert_eq!(scene.forge.traffic().requests, 0);
}
