//! `lock --resolve`: what git could not merge in a lockfile is named by every command, and settled.

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::old_lockfile::numbered;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::room::Room;
use crate::support::shop::{Shop, blocks};

fn git(room: &Room, arguments: &[&str]) -> Outcome {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    room.run("git", identity.iter().chain(arguments)).run()
}

fn commit_all(room: &Room, message: &str) {
    git(room, &["add", "--all"]).ok();
    git(
        room,
        &["commit", "--quiet", "--allow-empty", "--message", message],
    )
    .ok();
}

/// Lets `main` and `other` go their ways from here, in the order given, and merges `other`;
/// whether the lockfile is then in conflict.
fn part_ways(room: &Room, style: &str, ways: [&str; 2], mut act: impl FnMut(&str)) -> bool {
    commit_all(room, "Base");
    git(room, &["branch", "--force", "other"]).ok();
    for branch in ways {
        git(room, &["switch", "--quiet", branch]).ok();
        act(branch);
        commit_all(room, branch);
    }
    git(room, &["switch", "--quiet", "main"]).ok();
    let style = format!("merge.conflictStyle={style}");
    git(room, &["-c", &style, "merge", "--quiet", "other"]);
    room.read("mdskill.lock").contains("\n<<<<<<< HEAD\n")
}

/// The same, where the lockfile must be in conflict.
fn clash(room: &Room, style: &str, ways: [&str; 2], act: impl FnMut(&str)) {
    assert!(
        part_ways(room, style, ways, act),
        "{}",
        room.read("mdskill.lock")
    );
}

fn add_upstream(repo: &mut Repo, name: &str) -> String {
    repo.skill(&format!("skills/{name}"), name, "One more");
    repo.commit(name)
}

#[test]
fn of_two_commits_the_newer_is_taken_whoever_has_it() {
    for (style, last) in [("merge", "main"), ("diff3", "other"), ("zdiff3", "main")] {
        let (shop, mut repo) = Shop::stocked();
        let room = &shop.room;
        shop.run(&["add", "acme/skills/one", "acme/skills/two"])
            .ok();
        let mut versions = vec!["1", "2"].into_iter();
        let mut newest = String::new();
        let first = if last == "main" { "other" } else { "main" };
        clash(room, style, [first, last], |_| {
            repo.write("skills/one/version", versions.next().unwrap());
            newest = repo.commit("Another version");
            shop.run(&["update"]).ok();
        });
        let lock = room.read("mdskill.lock");
        let line = lock
            .lines()
            .position(|line| line.starts_with("<<<<<<<"))
            .unwrap()
            + 1;
        for command in [
            &["install"][..],
            &["install", "--frozen"],
            &["update"],
            &["list"],
            &["verify"],
            &["remove", "two"],
            &["lock"],
        ] {
            shop.refuses(command, 1, &format!("mdskill.lock:{line}: a merge conflict is not resolved in `one`\nhint: `mdskill lock --resolve` resolves the conflict"));
        }
        if style != "merge" {
            // Then git's index has no sides any more, and only the text tells them.
            git(room, &["add", "mdskill.lock"]).ok();
        }
        let side = if last == "main" {
            "ours (HEAD)"
        } else {
            "theirs (other)"
        };
        let outcome = shop.run(&["lock", "--resolve"]);
        outcome.ok().says(&format!(
            "Settled one  {side}: acme/skills@{}",
            &newest[..7]
        ));
        outcome
            .says("its commit is the newer one")
            .says("`mdskill install` restores what is locked");
        assert_eq!(shop.entry("one")["commit"], newest);
        assert_eq!(shop.lock().len(), 2);
        let mine = if last == "main" { "--ours" } else { "--theirs" };
        git(room, &["checkout", mine, ".github"]).ok();
        shop.run(&["verify"]).ok();
        commit_all(room, "Merged");
        shop.run(&["lock"]).ok().says("as mdskill writes it");
        shop.run(&["lock", "--resolve"]).ok().never_says("Settled");
    }
}

#[test]
fn neither_newer_is_asked_and_flags_settle_it() {
    let (shop, mut repo) = Shop::stocked();
    let room = &shop.room;
    shop.run(&["add", "acme/skills", "--all"]).ok();
    let first = repo.rev_parse("main");
    let mut commits = Vec::new();
    clash(room, "merge", ["main", "other"], |branch| {
        repo.reset_to(&first);
        repo.write("skills/one/more", branch)
            .write("skills/two/more", branch);
        commits.push(repo.commit(branch));
        shop.run(&["update"]).ok();
    });
    let outcome = shop.refuses(
        &["lock", "--resolve"],
        3,
        "`one` is in conflict: neither commit comes after the other",
    );
    outcome.says(&format!("ours (HEAD): acme/skills@{}", &commits[0][..7]));
    outcome.says(&format!("theirs (other): acme/skills@{}", &commits[1][..7]));
    outcome.says("`two` is in conflict").says("--ours NAME");
    let json = shop.run(&["lock", "--resolve", "--json"]).fails(3).json();
    assert_eq!(json["open"][1]["theirs"]["commit"], commits[1].as_str());
    assert_eq!(json["is_written"], false);
    shop.refuses(
        &["lock", "--resolve", "--ours", "one"],
        3,
        "`two` is in conflict",
    )
    .never_says("`one` is in conflict");
    shop.refuses(
        &["lock", "--resolve", "--ours", "three"],
        2,
        "`three` is not in conflict",
    );
    shop.refuses(
        &["lock", "--resolve", "--ours", "--theirs"],
        2,
        "can't both be for everything",
    );
    shop.refuses(&["lock", "--ours"], 2, "--resolve");
    let outcome = shop.run(&["lock", "--resolve", "--ours", "ONE", "--theirs"]);
    outcome.ok().says("as you chose");
    assert_eq!(shop.entry("one")["commit"], commits[0]);
    assert_eq!(shop.entry("two")["commit"], commits[1]);
    assert_eq!(shop.lock().len(), 3);
}

#[test]
fn neighbours_added_on_both_sides_are_both_kept() {
    let (shop, mut repo) = Shop::stocked();
    let other = "one-more";
    add_upstream(&mut repo, other);
    let room = &shop.room;
    shop.run(&["add", "acme/skills/two"]).ok();
    clash(room, "merge", ["main", "other"], |branch| {
        let name = if branch == "main" { "one" } else { other };
        shop.run(&["add", &format!("acme/skills/{name}")]).ok();
    });
    shop.refuses(
        &["install"],
        1,
        &format!("in `one`, `{other}`\nhint: `mdskill lock --resolve`"),
    );
    let broken = room.read("mdskill.lock").replace("=======\n", "");
    room.write("mdskill.lock", broken);
    shop.refuses(&["install"], 1, "the lines that git wrote are not whole");
    let outcome = shop.run(&["lock", "--resolve"]);
    outcome
        .ok()
        .says("Settled one  ours")
        .says(&format!("Settled {other}  theirs"));
    shop.run(&["verify"]).ok().says("3 folders as locked");
    let resolved = room.read("mdskill.lock");
    shop.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(room.read("mdskill.lock"), resolved);
}

#[test]
fn what_one_side_removed_stays_away_unless_the_other_changed_it() {
    let (shop, mut repo) = Shop::stocked();
    let other = "one-more";
    add_upstream(&mut repo, other);
    let room = &shop.room;
    shop.run(&["add", "acme/skills", "--all"]).ok();
    clash(room, "merge", ["main", "other"], |branch| {
        let name = if branch == "main" { "one" } else { other };
        shop.run(&["remove", name]).ok();
    });
    // Without the index nobody could tell that both are to go.
    shop.run(&["lock", "--resolve"])
        .ok()
        .says("Settled one  ours (HEAD): not there");
    assert_eq!(blocks(&room.read("mdskill.lock")).len(), 2);
    git(room, &["reset", "--quiet", "--hard"]).ok();

    clash(room, "merge", ["main", "other"], |branch| {
        if branch == "main" {
            shop.run(&["remove", "two"]).ok();
            return;
        }
        repo.write("skills/two/more", "more");
        repo.commit("More");
        shop.run(&["update"]).ok();
    });
    shop.refuses(
        &["lock", "--resolve"],
        3,
        "`two` is in conflict: ours removed it, theirs changed it",
    )
    .says("ours (HEAD): not there");
    shop.run(&["lock", "--resolve", "--theirs", "two"]).ok();
    assert_eq!(shop.entry("two")["commit"], repo.rev_parse("main"));
}

#[test]
fn targets_and_keys_of_a_newer_mdskill_are_settled_too() {
    let (shop, _repo) = Shop::stocked();
    let room = &shop.room;
    shop.run(&["add", "acme/skills/one"]).ok();
    let edit = |from: &str, to: &str| {
        let lock = room.read("mdskill.lock");
        assert!(lock.contains(from));
        room.write("mdskill.lock", lock.replace(from, to));
    };
    let list = |more: &str| format!("targets = [\".github/skills\", {more}]\n");
    let before = "targets = [\".github/skills\"]\n";
    clash(room, "merge", ["main", "other"], |branch| match branch {
        "main" => edit(
            before,
            &format!("{}future = 1\n", list("\".claude/skills\"")),
        ),
        _ => edit(
            before,
            &format!("{}future = 2\nother = true\n", list("\".agents/skills\"")),
        ),
    });
    shop.refuses(
        &["verify"],
        1,
        "in the key `future`, the key `other`, the key `targets`\nhint: ",
    );
    shop.refuses(
        &["lock", "--resolve"],
        3,
        "`future` is in conflict: the sides have different values",
    )
    .says("ours (HEAD): 1")
    .never_says("`targets` is in conflict");
    shop.run(&["lock", "--resolve", "--theirs", "future"])
        .ok()
        .says("`mdskill install` restores what is locked");
    let lock = room.read("mdskill.lock");
    assert!(lock.contains("future = 2\nother = true\n"), "{lock}");
    assert!(
        lock.contains(&list("\".claude/skills\", \".agents/skills\"")),
        "{lock}"
    );
}

#[test]
fn old_lockfile_merges_with_plain_one() {
    let mut conflicts = 0;
    for other_is_older in [true, false] {
        let (shop, mut repo) = Shop::stocked();
        let room = &shop.room;
        shop.run(&["add", "acme/skills/one", "acme/skills/two"])
            .ok();
        let plain = room.read("mdskill.lock");
        room.write("mdskill.lock", numbered(&plain));
        let act = |branch: &str| match branch {
            "main" => {
                shop.run(&["lock"])
                    .ok()
                    .says("Wrote the lockfile, with 2 skills");
                assert_eq!(room.read("mdskill.lock"), plain);
                repo.write("skills/one/more", branch);
                repo.commit(branch);
                shop.run(&["update"]).ok();
            }
            _ => {
                shop.run(&["remove", "two"]).ok();
                shop.run(&["add", "acme/skills/three"]).ok();
                if other_is_older {
                    let lock = numbered(&room.read("mdskill.lock"));
                    room.write("mdskill.lock", lock);
                }
            }
        };
        if part_ways(room, "merge", ["main", "other"], act) {
            conflicts += 1;
            shop.refuses(&["install"], 1, "a merge conflict is not resolved");
        }
        shop.run(&["lock", "--resolve"]).ok();
        let lock = shop.lock();
        assert_eq!(lock["one"]["tree"], repo.rev_parse("main:skills/one"));
        assert_eq!(lock.keys().collect::<Vec<_>>(), ["one", "three"]);
    }
    assert!(conflicts > 0, "git merged both by itself");
}

#[test]
fn lines_of_git_that_are_not_whole_are_settled_from_its_index_or_not_at_all() {
    let (shop, _repo) = Shop::stocked();
    let room = &shop.room;
    shop.refuses(&["lock"], 1, "there is no mdskill.lock");
    shop.run(&["add", "acme/skills/one"]).ok();
    let lock = room.read("mdskill.lock");
    room.write("mdskill.lock", format!("{lock}<<<<<<< HEAD\n"));
    shop.refuses(
        &["lock", "--resolve"],
        1,
        "`git checkout --merge mdskill.lock` writes them anew",
    );
    room.write(
        "mdskill.lock",
        format!("<<<<<<< a\n{lock}=======\nversion = 2\n>>>>>>> b\u{1b}[31m\n"),
    );
    let outcome = shop.refuses(&["lock", "--resolve"], 1, "written by a newer mdskill");
    outcome.never_says("\u{1b}");
    room.write("mdskill.lock", lock);
    shop.refuses(
        &["lock", "--resolve", "--ours", "one"],
        2,
        "`one` is not in conflict",
    );
}

#[test]
fn the_newer_commit_is_found_over_the_network_and_without_it_asked_for() {
    let mut scene = Scene::set();
    let room = &scene.room;
    let run = |arguments: &[&str]| room.mdskill(arguments).run();
    run(&["add", "acme/skills/one"]).ok();
    clash(room, "merge", ["other", "main"], |branch| {
        scene.repo.write("skills/one/version", branch);
        scene.repo.commit(branch);
        run(&["update"]).ok();
    });
    // Whoever merges may never have had any of these commits.
    run(&["cache", "clear"]).ok();
    let lock = room.read("mdskill.lock");
    run(&["lock", "--resolve", "--offline"])
        .fails(3)
        .says("it can't be told which commit is the newer one: the network is off");
    scene.forge.fault(Fault::Reset);
    run(&["lock", "--resolve"])
        .fails(3)
        .says("it can't be told which commit is the newer one: ");
    scene.forge.clear_faults();
    assert_eq!(room.read("mdskill.lock"), lock);
    run(&["lock", "--resolve"])
        .ok()
        .says("Settled one  ours (HEAD)");
    let commit = scene.repo.rev_parse("main");
    assert_eq!(blocks(&room.read("mdskill.lock"))["one"]["commit"], commit);
}

#[test]
fn edits_on_both_sides_are_told_apart_and_kept_as_git_merged_them() {
    let (shop, mut repo) = Shop::stocked();
    let lines = |first: &str, last: &str| {
        format!("---\nname: one\ndescription: Skill one\n---\n\n{first}\n\nb\n\nc\n\nd\n\n{last}\n")
    };
    repo.write("skills/one/SKILL.md", lines("a", "e"));
    repo.commit("Lines");
    shop.run(&["add", "acme/skills/one"]).ok();
    clash(&shop.room, "merge", ["other", "main"], |branch| {
        let page = match branch {
            "main" => lines("ours", "e"),
            _ => lines("a", "theirs"),
        };
        shop.room.write(".github/skills/one/SKILL.md", page);
        shop.run(&["keep", "one"]).ok();
    });
    let merged = lines("ours", "theirs");
    assert_eq!(shop.room.read(".github/skills/one/SKILL.md"), merged);
    let outcome = shop.refuses(&["lock", "--resolve", "--json"], 3, "");
    let open = &outcome.json()["open"][0];
    let edits = |side: &str| open[side]["edits"].as_str().unwrap().to_owned();
    assert_ne!(edits("ours"), edits("theirs"));
    shop.refuses(
        &["lock", "--resolve"],
        3,
        &format!("edits {}", &edits("ours")[..14]),
    );
    shop.run(&["lock", "--resolve", "--ours"])
        .ok()
        .says("`mdskill keep NAME` records edits that git has merged");
    shop.run(&["keep", "one"]).ok();
    shop.run(&["verify"]).ok();
    assert_eq!(shop.room.read(".github/skills/one/SKILL.md"), merged);
}
