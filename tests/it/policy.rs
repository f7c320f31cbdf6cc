//! `[policy]` of `mdskill.toml`: what it keeps out, what is asked before it does, and how it is explained.

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::room::Room;
use crate::support::shop::Shop;
use crate::support::wire::Request;
use std::path::PathBuf;

const DAY: u64 = 86_400;

pub fn set(room: &Room, policy: &str) {
    room.write("mdskill.toml", format!("[policy]\n{policy}\n"));
}

fn run(room: &Room, arguments: &[&str]) -> Outcome {
    room.mdskill(arguments).run()
}

/// The policy refuses: code 3, this sentence, and nothing of the person's changed.
#[track_caller]
fn refuses(room: &Room, arguments: &[&str], sentence: &str) {
    let before = room.snapshot();
    let outcome = run(room, arguments);
    outcome.fails(3).says("the policy refuses `").says(sentence);
    outcome.says("nothing was changed");
    before.assert_same(&room.snapshot());
}

/// The same, and nothing is asked of the forge.
#[track_caller]
fn refuses_unasked(scene: &Scene, arguments: &[&str], sentence: &str) {
    scene.forge.reset();
    refuses(&scene.room, arguments, sentence);
    assert_eq!(scene.forge.requests().len(), 0, "{arguments:?}");
}

/// The files that remember when each commit was first seen.
fn memories(room: &Room) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(room.path("cache/seen-v1")).unwrap();
    listed.map(|entry| entry.unwrap().path()).collect()
}

/// Lets what was seen have been seen so many seconds earlier, or later.
pub fn age(room: &Room, seconds: i64) {
    for file in memories(room) {
        let text = std::fs::read(&file).unwrap();
        let mut seen: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for (_, first) in seen.as_object_mut().unwrap() {
            *first = first.as_u64().unwrap().strict_sub_signed(seconds).into();
        }
        std::fs::write(file, seen.to_string()).unwrap();
    }
}

/// Whether each key lets it in: `sources=true pin=false`.
fn verdicts(skill: &serde_json::Value) -> String {
    let verdicts = skill["verdicts"].as_array().unwrap().iter();
    let word = |verdict: &serde_json::Value| {
        let key = verdict["key"].as_str().unwrap();
        format!("{key}={}", verdict["is_allowed"])
    };
    verdicts.map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_wrong_policy_is_told_before_anything_is_asked() {
    let scene = Scene::set();
    run(&scene.room, &["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(scene.room.project().join(".github")).unwrap();
    for (policy, said) in [
        (
            "min_age = \"3d\"",
            "mdskill.toml:2: there is no key `min_age` in `[policy]`; is `min-age` meant?",
        ),
        (
            "pin = \"tag\"\ndeny = [\"hook\"]",
            "mdskill.toml:3: there is no capability `hook`; is `hooks` meant?",
        ),
        ("sources = [\"acme/*\"]", "is `github:acme/*` meant?"),
        ("min-age = \"soon\"", "`soon` is no age"),
    ] {
        set(&scene.room, policy);
        let before = scene.room.snapshot();
        for arguments in [
            &["add", "acme/skills/two"][..],
            &["add", "acme/skills", "--all", "--force"],
            &["install"],
            &["install", "--frozen"],
            &["update"],
            &["outdated"],
            &["policy"],
            &["policy", "one"],
            &["policy", "acme/skills/two"],
        ] {
            scene.forge.reset();
            run(&scene.room, arguments).fails(1).says(said);
            assert_eq!(scene.forge.requests().len(), 0, "{arguments:?}");
        }
        before.assert_same(&scene.room.snapshot());
    }
}

#[test]
fn only_listed_sources_are_asked() {
    let scene = Scene::set();
    let url = scene.forge.url_of("acme/skills");
    let by_url = format!("{url}//skills/one");
    set(&scene.room, "sources = [\"github:other/*\"]");
    let sentence = "by `sources = [\"github:other/*\"]`: `github:acme/skills` is not in the list of allowed sources; add from a source in it, or list this one in mdskill.toml first";
    for options in [
        &[][..],
        &["--force"],
        &["--allow", "SK3"],
        &["--dry-run"],
        &["--offline"],
    ] {
        let add = [&["add", "acme/skills/one"], options].concat();
        refuses_unasked(&scene, &add, sentence);
    }
    refuses_unasked(&scene, &["add", "acme/skills", "--all"], sentence);
    refuses_unasked(&scene, &["add", "https://github.com/acme/skills"], sentence);
    refuses_unasked(
        &scene,
        &["add", &by_url],
        "is not in the list of allowed sources",
    );
    let hidden = ["add", "https://GITHUB.com:443/other/x.git"];
    refuses_unasked(
        &scene,
        &hidden,
        "(read as `https://github.com/other/x`) is not in the list of allowed sources; name what is on GitHub as `owner/repo`",
    );
    let climbs = ["add", "ssh://git@h/other/%2e%2e/x"];
    refuses_unasked(&scene, &climbs, "can't be judged, for its path hides a dot");
    // One that is not allowed stops those that are.
    set(&scene.room, "sources = [\"github:ACME/*\"]");
    let both = ["add", "acme/skills/one", "evil/skills/two"];
    refuses_unasked(&scene, &both, "the policy refuses `evil/skills`");
    set(&scene.room, "sources = []");
    refuses_unasked(
        &scene,
        &["add", "acme/skills/one"],
        "it allows none: list it in mdskill.toml first",
    );

    set(&scene.room, "sources = [\"github:ACME/*\"]");
    run(&scene.room, &["add", "acme/skills/one"]).ok();
    set(&scene.room, &format!("sources = [\"{url}\"]"));
    run(&scene.room, &["add", &by_url, "--name", "by-url"]).ok();
}

#[test]
fn a_source_that_moved_to_another_owner_is_not_let_in() {
    let scene = Scene::set();
    let other = scene.repo.folder().ancestors().nth(2).unwrap().join("new");
    std::fs::create_dir(&other).unwrap();
    std::fs::rename(scene.repo.folder(), other.join("skills.git")).unwrap();
    let is_old = |request: &Request| request.target.starts_with("/acme/");
    let to = format!("{}/git-upload-pack", scene.forge.url_of("new/skills"));
    scene
        .forge
        .fault_when(is_old, Fault::Redirect { code: 301, to });
    set(&scene.room, "sources = [\"github:acme/*\"]");
    let sentence =
        "`github:acme/skills` has moved to `github:new/skills`, which is not in the list";
    refuses(&scene.room, &["add", "acme/skills/one"], sentence);
    run(&scene.room, &["policy", "acme/skills/one"])
        .fails(3)
        .says(sentence);
    set(
        &scene.room,
        "sources = [\"github:acme/*\", \"github:new/*\"]",
    );
    run(&scene.room, &["add", "acme/skills/one"]).ok();
}

#[test]
fn a_folder_is_judged_by_where_it_lies() {
    let room = Room::new("");
    let text = "---\nname: mine\ndescription: Counts beans. Use it for beans.\n---\nText\n";
    room.write("skills/mine/SKILL.md", text);
    room.write("others/mine/SKILL.md", text);
    set(&room, "sources = [\"path:skills/**\"]");
    refuses(
        &room,
        &["add", "./others/mine"],
        "`path:others/mine` is not in the list",
    );
    refuses(
        &room,
        &["add", "./skills/../others/mine"],
        "`path:others/mine`",
    );
    run(&room, &["add", "./skills/mine"]).ok();
    set(&room, "pin = \"tag\"");
    refuses(
        &room,
        &["add", "./others/mine", "--name", "other"],
        "a folder of files has no tags and no commits",
    );
    set(&room, "min-age = \"1h\"");
    refuses(
        &room,
        &["add", "./others/mine", "--name", "other"],
        "a folder of files has no commits, so nothing tells its age",
    );
}

#[test]
fn a_pin_is_asked_for_before_anything_is_fetched_where_the_text_tells() {
    let mut scene = Scene::set();
    scene.repo.tag("v1.0.0");
    scene.repo.branch("next");
    let commit = scene.commit.clone();
    let at = |reference: &str| format!("acme/skills/one@{reference}");
    let add = |scene: &Scene, reference: &str| run(&scene.room, &["add", &at(reference)]);

    set(&scene.room, "pin = \"tag\"");
    let moves = "by `pin = \"tag\"`: it follows the default branch, which moves; name a tag, a range or a commit behind `@`, as `owner/repo/skill@v1.2`";
    refuses_unasked(&scene, &["add", "acme/skills/one"], moves);
    refuses_unasked(&scene, &["add", &at("HEAD")], moves);
    refuses_unasked(
        &scene,
        &["add", &at("refs/heads/next")],
        "it follows the branch `refs/heads/next`, which moves",
    );
    refuses(
        &scene.room,
        &["add", &at("next")],
        "it follows the branch `next`, which moves",
    );
    for good in ["v1.0.0", "refs/tags/v1.0.0", "^1", &commit] {
        add(&scene, good).ok();
    }
    run(&scene.room, &["add", "acme/skills/two", "--pin"]).ok();

    set(&scene.room, "pin = \"commit\"");
    for bad in ["v1.0.0", "refs/tags/v1.0.0", "^1", "next", "HEAD"] {
        refuses_unasked(
            &scene,
            &["add", &at(bad)],
            "add it with --pin, or name a commit of 40 digits behind `@`",
        );
    }
    add(&scene, &commit).ok();
    run(&scene.room, &["add", "acme/skills/three@v1.0.0", "--pin"]).ok();
}

#[test]
fn a_commit_is_old_enough_when_it_was_seen_here_long_enough_ago() {
    let scene = Scene::set();
    let room = &scene.room;
    set(room, "min-age = \"3d\"");
    // The commits of the tests are dated years ago, and that proves nothing.
    let young = "by `min-age = \"3d\"`: commit ";
    refuses(room, &["add", "acme/skills/one"], young);
    refuses(
        room,
        &["add", "acme/skills/one", "--force"],
        "UTC: run it again then (the date in the commit proves no age, for anybody can write one)",
    );
    age(room, (2 * DAY).cast_signed());
    refuses(room, &["add", "acme/skills", "--all"], young);
    age(room, DAY.cast_signed());
    run(room, &["add", "acme/skills/one"]).ok();
    // A clock that is set back, a damaged file, and a cleared cache make it new again.
    age(room, -(9 * DAY.cast_signed()));
    refuses(room, &["add", "acme/skills/two"], young);
    age(room, (9 * DAY).cast_signed());
    for file in memories(room) {
        std::fs::write(file, "{\"").unwrap();
    }
    refuses(room, &["add", "acme/skills/two"], young);
    age(room, (3 * DAY).cast_signed());
    run(room, &["add", "acme/skills/two"]).ok();
    run(room, &["cache", "clear"]).ok();
    refuses(room, &["add", "acme/skills/three"], young);
    // What is locked already is only put back.
    run(room, &["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(room.project().join(".github")).unwrap();
    run(room, &["install", "--frozen"]).ok();
}

#[test]
fn pruning_the_store_makes_no_commit_young() {
    let scene = Scene::set();
    let room = &scene.room;
    run(room, &["list", "acme/skills"]).ok();
    age(room, DAY.cast_signed());
    std::fs::remove_dir_all(room.path("cache/store-v1")).unwrap();
    set(room, "min-age = \"1d\"");
    run(room, &["add", "acme/skills/one"]).ok();
}

#[test]
fn a_commit_that_says_it_is_young_is_young() {
    let scene = Scene::set();
    let room = &scene.room;
    let folder = scene.repo.folder().to_string_lossy().into_owned();
    let git = |arguments: &[&str]| {
        let who = ["-C", &folder, "-c", "user.name=x", "-c", "user.email=x@y"];
        let outcome = room.run("git", [&who[..], arguments].concat()).run();
        outcome.ok().stdout.trim().to_owned()
    };
    let young = git(&["commit-tree", "HEAD^{tree}", "-m", "Now"]);
    git(&["update-ref", "refs/heads/main", &young]);
    run(room, &["list", "acme/skills"]).ok();
    age(room, (9 * DAY).cast_signed());
    set(room, "min-age = \"3d\"");
    refuses(
        room,
        &["add", "acme/skills/one"],
        ", but is itself dated 20",
    );
    set(room, "min-age = \"0h\"");
    run(room, &["add", "acme/skills/one"]).ok();
}

#[test]
fn commits_of_repositories_on_this_machine_have_an_age_as_well() {
    let (shop, repo) = Shop::stocked();
    let commit = repo.rev_parse("HEAD");
    set(&shop.room, "min-age = \"1d\"");
    let bundle = shop.room.path("temp/skills.bundle");
    repo.bundle(&bundle);
    let of_bundle = format!("file://{}//skills/two", bundle.display());
    let by_commit = format!("acme/skills/three@{commit}");
    for spec in ["acme/skills/one", &of_bundle, &by_commit] {
        run(&shop.room, &["cache", "clear"]).ok();
        refuses(&shop.room, &["add", spec], "was first seen here 20");
        age(&shop.room, DAY.cast_signed());
        run(&shop.room, &["add", spec]).ok();
    }
}

#[test]
fn what_is_denied_stops_all_that_is_added() {
    let (shop, mut repo) = Shop::stocked();
    let room = &shop.room;
    set(room, "deny = [\"scripts\", \"hooks\"]");
    let sentence = "the policy refuses `three` (`deny = [\"scripts\", \"hooks\"]`): it brings scripts (`scripts/run.sh`); take a version without that, or change the key in mdskill.toml";
    for arguments in [
        &["add", "acme/skills/three"][..],
        &["add", "acme/skills/three", "--force", "--allow", "SK"],
        &["add", "acme/skills", "--all"],
        &["add", "acme/skills", "--all", "--dry-run"],
        &["add", "acme/skills/one", "acme/skills/three"],
    ] {
        refuses(room, arguments, sentence);
    }
    let json = run(room, &["add", "acme/skills", "--all", "--json"]);
    let json = json.fails(3).json();
    assert_eq!(json["is_refused"], true);
    assert_eq!(json["skills"], serde_json::json!([]));
    assert_eq!(json["refused"].as_array().unwrap().len(), 1);
    let refused = &json["refused"][0];
    assert_eq!(refused["name"], "three");
    assert_eq!(refused["source"], "github:acme/skills");
    assert_eq!(refused["key"], "deny");
    assert_eq!(refused["value"], "[\"scripts\", \"hooks\"]");
    assert_eq!(refused["is_allowed"], false);
    run(room, &["add", "acme/skills/one", "acme/skills/two"]).ok();

    // What was locked before the policy stays, and is put back; it is no new skill.
    set(room, "");
    run(room, &["add", "acme/skills/three"]).ok();
    set(room, "deny = [\"scripts\"]");
    run(room, &["add", "acme/skills", "--all"]).ok();
    std::fs::remove_dir_all(room.project().join(".github/skills/three")).unwrap();
    run(room, &["install", "--frozen"]).ok();
    repo.executable("skills/three/scripts/more.sh", "#!/bin/sh\nexit 1\n");
    repo.commit("More");
    refuses(room, &["add", "acme/skills/three"], "scripts/more.sh");
}

#[test]
fn hooks_and_unrestricted_bash_are_told_with_their_lines() {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    for (name, line) in [
        ("free", "allowed-tools: Read Bash"),
        ("bound", "allowed-tools: Read Bash(git status)"),
        (
            "hooked",
            "hooks: {PreToolUse: [{hooks: [{type: command, command: make}]}]}",
        ),
    ] {
        let text = format!(
            "---\nname: {name}\ndescription: Counts beans. Use it for beans.\n{line}\n---\nText\n"
        );
        repo.write(&format!("skills/{name}/SKILL.md"), text);
    }
    repo.commit("Three skills");
    set(&shop.room, "deny = [\"unrestricted-bash\", \"hooks\"]");
    refuses(
        &shop.room,
        &["add", "acme/skills/free"],
        "it brings unrestricted-bash (`Bash` in SKILL.md:4)",
    );
    refuses(
        &shop.room,
        &["add", "acme/skills/hooked"],
        "it brings hooks (",
    );
    run(&shop.room, &["add", "acme/skills/bound"]).ok();
}

#[test]
fn install_asks_for_the_source_of_all_that_is_locked() {
    let scene = Scene::set();
    run(&scene.room, &["add", "acme/skills/one"]).ok();
    set(&scene.room, "sources = [\"github:other/*\"]");
    let sentence = "the policy refuses `one` (`sources = [\"github:other/*\"]`): `github:acme/skills` is not in the list";
    // The files lie there as they are locked: a pull request brought both.
    for arguments in [
        &["install", "--frozen"][..],
        &["install"],
        &["install", "--force"],
        &["install", "one"],
        &["install", "--dry-run"],
    ] {
        refuses_unasked(&scene, arguments, sentence);
    }
    std::fs::remove_dir_all(scene.room.project().join(".github")).unwrap();
    refuses_unasked(&scene, &["install", "--frozen"], sentence);
    let json = run(&scene.room, &["install", "--frozen", "--json"]);
    assert_eq!(json.fails(3).json()["refused"][0]["key"], "sources");
    // What somebody wrote into the lockfile is read as what fetches reads it.
    let lock = scene.room.read("mdskill.lock");
    for (source, odd) in [
        (
            r"github:other/..\\..\\acme\\skills",
            "a character that no address needs",
        ),
        ("https://h/other/../acme/skills", "its path holds `.`, `..`"),
    ] {
        scene
            .room
            .write("mdskill.lock", lock.replace("github:acme/skills", source));
        refuses_unasked(&scene, &["install", "--frozen"], odd);
    }
    scene.room.write("mdskill.lock", &lock);
    set(&scene.room, "sources = [\"github:acme/skills\"]");
    run(&scene.room, &["install", "--frozen"]).ok();
}

#[test]
fn install_looks_up_whether_a_name_is_a_tag() {
    let mut scene = Scene::set();
    scene.repo.tag("v1.0.0");
    scene.repo.branch("next");
    let adds = |reference: &str| {
        run(
            &scene.room,
            &["add", &format!("acme/skills/one@{reference}")],
        )
        .ok();
    };
    let install = |options: &[&str]| {
        scene.forge.reset();
        run(&scene.room, &[&["install", "--frozen"], options].concat())
    };
    adds("v1.0.0");
    install(&[]).ok();
    assert_eq!(scene.forge.requests().len(), 0, "without a policy");
    set(&scene.room, "pin = \"tag\"");
    install(&[]).ok();
    assert_eq!(scene.forge.requests().len(), 1, "one look at the refs");
    install(&["--offline"]).ok();
    run(&scene.room, &["cache", "clear"]).ok();
    let offline = ["install", "--frozen", "--offline"];
    refuses_unasked(
        &scene,
        &offline,
        "whether `v1.0.0` is a branch or a tag can't be told here; write it in full, as `@refs/tags/v1.2`",
    );
    set(&scene.room, "");
    adds("refs/tags/v1.0.0");
    set(&scene.room, "pin = \"tag\"");
    install(&["--offline"]).ok();
    assert_eq!(scene.forge.requests().len(), 0, "its name tells");

    set(&scene.room, "");
    adds("next");
    set(&scene.room, "pin = \"tag\"");
    refuses(
        &scene.room,
        &["install", "--frozen"],
        "it follows the branch `next`, which moves",
    );
    set(&scene.room, "pin = \"commit\"");
    refuses_unasked(&scene, &["install", "--frozen"], "by `pin = \"commit\"`");
}

#[test]
fn the_policy_is_explained() {
    let scene = Scene::set();
    let room = &scene.room;
    let policy = |arguments: &[&str]| run(room, &[&["policy"], arguments].concat());
    policy(&[])
        .ok()
        .says("no policy is set in mdskill.toml: all sources are allowed");
    run(room, &["add", "acme/skills/one", "acme/skills/three"]).ok();
    policy(&["one"]).ok().says("allowed  one");

    set(
        room,
        "sources = [\"github:acme/*\"]\nmin-age = \"3d\"\ndeny = [\"scripts\"]\npin = \"tag\"",
    );
    scene.forge.reset();
    let outcome = policy(&[]);
    outcome
        .ok()
        .says("sources = [\"github:acme/*\"]\n    skills may come only from these\n")
        .says("pin = \"tag\"\n    a skill follows a tag, a range over the tags or a commit, and no branch\n")
        .says("min-age = \"3d\"\n    this machine must have seen a commit 3 days before its skills are added or updated; a commit's own date counts only when it is younger, for anybody can write an old one\n")
        .says("deny = [\"scripts\"]\n    no skill that is added has any of these, and none gains one by an update\n")
        .says("refused  one\n    `pin = \"tag\"` refuses: it follows the default branch, which moves;")
        .says("    `min-age = \"3d\"` refuses: commit ")
        .says("    `deny = [\"scripts\"]` refuses: it brings scripts (`scripts/run.sh`)");
    assert_eq!(
        scene.forge.requests().len(),
        0,
        "only this machine is asked"
    );
    let outcome = policy(&["one"]);
    outcome
        .fails(3)
        .says("    `sources = [\"github:acme/*\"]` allows: `github:acme/skills` is allowed by `github:acme/*`")
        .says("    `deny = [\"scripts\"]` allows: it brings nothing of that")
        .never_says("may come only from these");
    let json = policy(&["--json"]).ok().json();
    assert_eq!(json["keys"][2]["key"], "min-age");
    assert_eq!(json["skills"][1]["name"], "three");
    assert_eq!(
        verdicts(&json["skills"][0]),
        "sources=true pin=false min-age=false deny=true"
    );
    assert_eq!(
        verdicts(&json["skills"][1]),
        "sources=true pin=false min-age=false deny=false"
    );

    scene.repo.tag("v1.0.0");
    age(room, (3 * DAY).cast_signed());
    let at_tag = policy(&["acme/skills/skills/two@v1.0.0", "--json"]);
    let json = at_tag.ok().json();
    let skill = &json["skills"][0];
    assert_eq!(
        verdicts(skill),
        "sources=true pin=true min-age=true deny=true"
    );
    assert_eq!(skill["name"], "acme/skills/skills/two");
    assert_eq!(skill["ref"], "v1.0.0");
    assert_eq!(skill["commit"], scene.commit.as_str());
    policy(&["acme/skills/two@v1.0.0", "acme/skills/three@v1.0.0"]).fails(3);
    policy(&["acme/skills@v1.0.0"])
        .fails(2)
        .says("name one of them");
    policy(&["none"]).fails(1).says("is not installed");

    scene.forge.reset();
    let unfetched = policy(&["evil/skills/two@v1.0.0"]);
    unfetched
        .fails(3)
        .says("`sources = [\"github:acme/*\"]` refuses: ")
        .says("the other keys were not checked, because nothing was fetched");
    assert_eq!(scene.forge.requests().len(), 0);
    // What is not there can't be looked at.
    std::fs::remove_dir_all(room.project().join(".github")).unwrap();
    policy(&["one"])
        .fails(3)
        .says("its files are not here to be looked at; `mdskill install one` restores them");
}

#[test]
fn what_is_gone_is_refused_and_not_an_error() {
    let (shop, repo): (Shop, Repo) = Shop::stocked();
    run(&shop.room, &["add", "acme/skills/one"]).ok();
    set(&shop.room, "min-age = \"1h\"\npin = \"tag\"");
    std::fs::remove_dir_all(repo.folder()).unwrap();
    let outcome = run(&shop.room, &["policy"]);
    outcome
        .ok()
        .says("refused  one")
        .says("was never seen here before");
}
