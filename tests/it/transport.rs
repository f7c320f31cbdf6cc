//! The requests of each command: only the needed objects are fetched, and nothing twice.

use crate::support::fault::Fault;
use crate::support::noise::noise;
use crate::support::repo::Repo;
use crate::support::test_context::ServedContext;
use crate::support::wire::Request;
use std::path::PathBuf;
use std::time::Duration;

/// Returns the sorted ids of all files under a tree, from git.
fn blobs(repo: &Repo, tree: &str) -> Vec<String> {
    let mut ids: Vec<_> = repo
        .ls_tree(tree)
        .into_iter()
        .map(|(_, id, _)| id)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn sorted_wants(request: &Request) -> Vec<String> {
    let mut wants = request.wants();
    wants.sort();
    wants
}

#[test]
fn add_takes_three_requests_without_blobs_of_other_skills() {
    let mut context = ServedContext::new();
    let noise: Vec<u8> = (0..300_000_u32)
        .map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    context.repo.write("skills/one/assets/noise.bin", noise);
    let commit = context.repo.commit("Noise");
    context.run(&["add", "acme/skills/three"]).ok();

    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    let traffic = context.server.traffic();
    assert_eq!((traffic.requests, traffic.connections), (3, 1));
    assert!(traffic.down < 4_000, "{traffic:?}");
    let requests = context.server.requests();
    let prefixes: Vec<_> = requests[0]
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("ref-prefix"))
        .collect();
    assert_eq!(prefixes, ["ref-prefix HEAD"]);
    for line in ["deepen 1", "filter blob:none"] {
        assert!(requests[1].lines().contains(&line.to_owned()), "{line}");
        assert!(!requests[2].lines().contains(&line.to_owned()), "{line}");
    }
    assert_eq!(requests[1].wants(), [commit]);
    assert_eq!(
        sorted_wants(&requests[2]),
        blobs(&context.repo, "HEAD:skills/three")
    );
    context.has("three", "HEAD:skills/three");
}

#[test]
fn add_of_two_skills_takes_as_many_requests_as_one() {
    let context = ServedContext::new();
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    let both = [
        blobs(&context.repo, "HEAD:skills/one"),
        blobs(&context.repo, "HEAD:skills/two"),
    ];
    let mut both = both.concat();
    both.sort();
    assert_eq!(sorted_wants(&context.server.requests()[2]), both);
    context.has("one", "HEAD:skills/one");
    context.has("two", "HEAD:skills/two");
}

#[test]
fn cached_objects_are_not_fetched_again() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/one"]).ok();
    context.server.reset();
    context.run(&["add", "acme/skills/two"]).ok();
    assert_eq!(
        context.commands(),
        ["ls-refs", "fetch"],
        "the trees are here"
    );
    context.run(&["remove", "one"]).ok();
    context.server.reset();
    context.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(context.commands(), ["ls-refs"], "the files are here too");
    context.has("one", "HEAD:skills/one");
}

#[test]
fn update_without_changes_takes_one_request() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.server.reset();
    let before = context.snapshot();
    context.run(&["update"]).ok();
    assert_eq!(context.commands(), ["ls-refs"]);
    before.assert_same(&context.snapshot());
}

#[test]
fn update_names_known_commits_and_receives_only_changes() {
    let mut context = ServedContext::new();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let old = context.commit.clone();
    context
        .repo
        .write("skills/three/references/new.md", "# New\n");
    let new = context.repo.commit("A new reference");
    context.server.reset();
    context.run(&["update"]).ok();

    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    let requests = context.server.requests();
    let lines = requests[1].lines();
    for line in [
        format!("shallow {old}"),
        format!("have {old}"),
        format!("want {new}"),
        "deepen 1".to_owned(),
        "filter blob:none".to_owned(),
        "thin-pack".to_owned(),
    ] {
        assert!(lines.contains(&line), "no {line} in {lines:?}");
    }
    let added = context
        .repo
        .rev_parse("HEAD:skills/three/references/new.md");
    assert_eq!(requests[2].wants(), [added]);
    context.has("three", "HEAD:skills/three");
    context.locked(&format!("commit = \"{new}\""));
    context.locked(&format!("commit = \"{old}\""));
}

/// A repository with three more skills: 700 files, 300 files of which one is a link, and one file.
fn large() -> ServedContext {
    let mut context = ServedContext::new();
    for skill in ["large", "linked", "small"] {
        let file = format!("skills/{skill}/SKILL.md");
        let text = format!("---\nname: {skill}\ndescription: Data\n---\n");
        context.repo.write(&file, text);
    }
    for (skill, files) in [("large", 699), ("linked", 298)] {
        for number in 0..files {
            let file = format!("skills/{skill}/data/{number}.txt");
            context.repo.write(&file, format!("{skill} {number}\n"));
        }
    }
    context.repo.symlink("skills/linked/more.txt", "data/7.txt");
    context.repo.commit("Add large skills");
    context
}

#[test]
fn many_files_are_requested_by_folder() {
    let context = large();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let large = context.repo.rev_parse("HEAD:skills/large");
    let wants = context.server.requests().last().unwrap().wants();
    assert!(wants.contains(&large), "{} wants", wants.len());
    for file in blobs(&context.repo, "HEAD:skills/large") {
        assert!(!wants.contains(&file));
    }
    // The folder of a skill with a link may have files that the skill does not have.
    let linked = context.repo.rev_parse("HEAD:skills/linked");
    assert!(!wants.contains(&linked));
    for file in blobs(&context.repo, "HEAD:skills/linked/data") {
        assert!(wants.contains(&file));
    }
    let small = context.repo.rev_parse("HEAD:skills/small/SKILL.md");
    assert!(wants.contains(&small));
    for skill in ["large", "small", "three"] {
        context.has(skill, &format!("HEAD:skills/{skill}"));
    }
}

#[test]
fn server_without_folders_sends_single_files() {
    for fault in [
        Fault::RefuseTreeWants,
        Fault::status(400),
        Fault::status(500),
    ] {
        let context = large();
        let folder = context.repo.rev_parse("HEAD:skills/large");
        let wants_folder = move |request: &Request| request.wants().contains(&folder);
        context.server.fault_when(wants_folder, fault);
        context.run(&["add", "acme/skills", "--all"]).ok();
        let wants = context.server.requests().last().unwrap().wants();
        for file in blobs(&context.repo, "HEAD:skills/large") {
            assert!(wants.contains(&file));
        }
        for skill in ["large", "small", "three"] {
            context.has(skill, &format!("HEAD:skills/{skill}"));
        }
    }
}

#[test]
fn skills_are_checked_while_files_of_others_arrive() {
    let mut context = ServedContext::new();
    context.repo.write(
        "skills/zoo/SKILL.md",
        "---\nname: zoo\ndescription: Animals\n---\n",
    );
    // It can't be compressed, and arrives last.
    context.repo.write("skills/zoo/animals.bin", noise(300_000));
    context.repo.commit("Add animals");
    let is_for_files = |request: &Request| request.wants().len() > 1;
    context
        .server
        .fault_when(is_for_files, Fault::Stall(100_000));
    let add = context.mdskill(["-vv", "add", "acme/skills", "--all"]);
    let outcome = add.env("MDSKILL_TIMEOUT", "3").run();
    let checked = "checked a skill as soon as its files were here";
    outcome.fails(5).says("no data from 127.0.0.1");
    for skill in ["one", "two", "three"] {
        outcome.says(&format!("{checked} skill=skills/{skill}"));
    }
}

/// A repository with a root tree of 300 entries, of which one has changed since the skill was added.
fn wide() -> (ServedContext, String) {
    let mut context = ServedContext::new();
    for number in 0..300 {
        let file = format!("notes/{number:03}-of-many-notes.md");
        context.repo.write(&file, "Note\n");
    }
    context.repo.commit("Add notes");
    context.run(&["add", "acme/skills/one"]).ok();
    context.repo.write("notes/150-of-many-notes.md", "Other\n");
    context.repo.write("skills/one/new.md", "New\n");
    let new = context.repo.commit("Change a note");
    context.server.reset();
    (context, new)
}

/// Returns the cache of the only source.
fn store(context: &ServedContext) -> PathBuf {
    let stores = std::fs::read_dir(context.path("cache/store-v1")).unwrap();
    stores.map(|store| store.unwrap().path()).next().unwrap()
}

#[test]
fn update_receives_changed_trees_as_deltas() {
    let (context, new) = wide();
    let tree = context.repo.rev_parse(&format!("{new}:notes"));
    let whole = context.repo.git(&["cat-file", "-s", &tree]);
    let whole: u64 = whole.trim().parse().unwrap();
    let before = context.server.traffic();
    context.run(&["update"]).ok();
    context.has("one", "HEAD:skills/one");
    let received = context.server.traffic().since(before).down;
    // Nearly half of a tree is ids, which can't be compressed.
    assert!(received < whole / 4, "{received} of {whole}");
    // The pack has what its deltas need.
    let store = store(&context);
    let script = "for pack in objects/pack/*.idx; do git verify-pack $pack; done; git cat-file tree $0 | wc -c";
    let verified = context.command("sh", ["-ec", script, &tree]).dir(&store);
    let verified = verified.env("PATH", "/usr/bin:/bin").run();
    assert_eq!(verified.ok().stdout.trim(), whole.to_string());
}

#[test]
fn update_from_a_cache_without_a_tree_is_not_thin() {
    let (context, _) = wide();
    let lost = context.repo.rev_parse("HEAD~1:notes");
    let store = store(&context);
    let script = format!(
        "mv objects/pack lost && mkdir objects/pack && for pack in lost/*.pack; do git unpack-objects -q < $pack; done && rm objects/{}/{}",
        &lost[..2],
        &lost[2..]
    );
    let unpacked = context.command("sh", ["-ec", &script]).dir(&store);
    unpacked.env("PATH", "/usr/bin:/bin").run().ok();
    context.run(&["update"]).ok();
    context.has("one", "HEAD:skills/one");
    for request in context.server.requests() {
        assert!(!request.lines().contains(&"thin-pack".to_owned()));
    }
}

#[test]
fn install_from_lockfile_requests_no_refs() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let installed = context.snapshot();
    let forget = || std::fs::remove_dir_all(context.project().join(".github")).unwrap();

    for arguments in [&["install"][..], &["install", "--offline"]] {
        forget();
        context.server.reset();
        context.run(arguments).ok();
        assert_eq!(context.server.traffic().requests, 0, "{arguments:?}");
        installed.assert_same(&context.snapshot());
    }
    forget();
    context.clear_cache();
    context.run(&["install"]).ok();
    assert_eq!(context.commands(), ["fetch", "fetch"]);
    assert_eq!(
        context.server.requests()[0].wants(),
        [context.commit.as_str()]
    );
    installed.assert_same(&context.snapshot());
}

#[test]
fn update_requests_repositories_concurrently() {
    let context = ServedContext::new();
    let mut other = Repo::create(context.root(), "acme/tools");
    other.skill("four", "four", "The fourth").commit("Four");
    // A sequential client would receive the first response before it sends the second request.
    context.server.fault_when(
        |request| request.command().as_deref() == Some("ls-refs"),
        Fault::Late(Duration::from_millis(200)),
    );
    context
        .run(&["add", "acme/skills/one", "acme/tools/four"])
        .ok();
    let heard = context.commands();
    assert_eq!(heard.len(), 6, "{heard:?}");
    assert_eq!(heard[..2], ["ls-refs", "ls-refs"]);
    context.has("one", "HEAD:skills/one");
    let four = context.tree(".github/skills/four");
    four.assert_same(&other.snapshot("HEAD:four"));
}

#[test]
fn add_of_commit_requests_refs_only_to_find_its_branch() {
    let mut context = ServedContext::new();
    let pinned = context.commit.clone();
    context.repo.write("skills/one/more.md", "more");
    context.repo.commit("Later");
    let spec = format!("acme/skills/one@{pinned}");
    context.run(&["add", &spec]).ok();
    // The last two show that a branch has the commit, so that it is not one of a fork.
    let expected = ["fetch", "fetch", "ls-refs", "fetch"];
    assert_eq!(context.commands(), expected);
    context.has("one", &format!("{pinned}:skills/one"));
    context.server.reset();
    context.run(&["update"]).ok();
    assert_eq!(context.server.traffic().requests, 0, "a commit stays");
}

#[test]
fn list_of_source_fetches_no_blobs() {
    let context = ServedContext::new();
    let named = context.run(&["list", "acme/skills", "--names"]);
    named.ok().says("three");
    assert_eq!(context.commands(), ["ls-refs", "fetch"]);
    context.clear_cache();
    context.server.reset();
    let described = context.run(&["list", "acme/skills"]);
    described.ok().says("Skill three");
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);
    let described: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            context
                .repo
                .rev_parse(&format!("HEAD:skills/{name}/SKILL.md"))
        })
        .into();
    let mut expected = described;
    expected.sort();
    assert_eq!(sorted_wants(&context.server.requests()[2]), expected);
}
