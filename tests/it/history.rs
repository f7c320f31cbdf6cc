//! The commits between two versions: the number of requests, and the comparison with git.

use crate::support::fault::Fault;
use crate::support::fetcher::{id, listed, with, with_source};
use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};
use mdskill::fetch::Repository;
use mdskill::fetch::history::Lineage;
use mdskill_git::ObjectId;

const DAY: u64 = 24 * 60;

impl ServedContext {
    fn open<T>(&self, act: impl AsyncFnOnce(&mut Repository<'_>) -> T) -> T {
        with(&self.server.url(), &self.path("cache"), act)
    }

    /// Does what an update does after it has requested the refs: fetches trees, files, and history.
    fn update(&self, old: &str, new: &str) -> Option<Lineage> {
        self.server.reset();
        let (old, new) = (id(old), id(new));
        self.open(async |repository| {
            let found = repository.discover(&[Some(new)], &[old]).await.unwrap();
            let files = found[0].skills.iter().map(|found| found.skill_file);
            let files: Vec<ObjectId> = files.collect();
            let moves = [(old, new)];
            repository
                .fetch_blobs_with_history(files.clone(), &[new], &moves)
                .await
                .unwrap();
            for file in files {
                assert!(repository.objects().contains(file));
            }
            repository.lineage(old, new)
        })
    }

    /// Fills the cache as an `add` of this commit does.
    fn stock(&self, commit: &str) {
        let commit = id(commit);
        self.open(async |repository| {
            let found = repository.discover(&[Some(commit)], &[]).await.unwrap();
            let files = found[0].skills.iter().map(|found| found.skill_file);
            repository.fetch_blobs(files, &[commit]).await.unwrap();
        });
    }
}

/// Returns git's list of the commits between two commits.
fn log(repo: &Repo, old: &str, new: &str) -> Vec<String> {
    let range = format!("{old}..{new}");
    let listed = repo.git(&["log", "--topo-order", "--format=%H %s", &range]);
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn history_and_files_take_one_request() {
    let mut context = ServedContext::new();
    for number in 0..300 {
        context
            .repo
            .commit(&format!("Long ago {number}\n\nWith a body."));
    }
    context.repo.wait(30 * DAY);
    let old = context.repo.commit("Yesterday");
    context.stock(&old);
    context.repo.write(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: New\n---\n",
    );
    context.repo.commit("Rewrite one\n\nBecause.");
    context.repo.skill("skills/two", "two", "Newer");
    let side = context.repo.rev_parse("HEAD");
    let side = context
        .repo
        .raw_commit(&[&side], 31 * DAY, b"On the s\xefde\n");
    let new = context.repo.commit("Describe two");
    let new = context.repo.raw_commit(&[&new, &side], 32 * DAY, "Merge\n");
    context.repo.reset_to(&new);

    let lineage = context.update(&old, &new);
    assert_eq!(context.commands(), ["fetch", "fetch"]);
    let expected = log(&context.repo, &old, &new);
    assert_eq!(expected.len(), 4);
    assert_eq!(listed(lineage), expected);
    let request = context.server.requests()[1].lines();
    let has = |start: &str| request.iter().any(|line| line.starts_with(start));
    assert!(has("deepen 1000") && has("filter tree:0") && has(&format!("have {old}")));
    let down = context.server.traffic().down;
    assert!(down < 2_000, "not the commits before the old one: {down}");

    // Present objects are not requested again.
    context.server.reset();
    context.open(async |repository| {
        let moves = [(id(&old), id(&new))];
        repository.fetch_history(&moves).await.unwrap();
    });
    assert!(context.commands().is_empty());
}

#[test]
fn history_without_files_takes_one_request() {
    let mut context = ServedContext::new();
    let old = context.commit.clone();
    context.stock(&old);
    context.repo.write("README.md", "news");
    let new = context.repo.commit("News");
    context.stock(&new);
    context.server.reset();
    let moves = [(id(&old), id(&new))];
    let lineage = context.open(async |repository| {
        repository.fetch_history(&moves).await.unwrap();
        repository.lineage(moves[0].0, moves[0].1)
    });
    // Its parent is the old commit, which needs no request.
    assert!(context.commands().is_empty());
    assert_eq!(listed(lineage), log(&context.repo, &old, &new));
    context.repo.commit("Again");
    let new = context.repo.commit("And again");
    let moves = [(id(&old), id(&new))];
    let lineage = context.open(async |repository| {
        repository.fetch_history(&moves).await.unwrap();
        repository.lineage(moves[0].0, moves[0].1)
    });
    assert_eq!(context.commands(), ["fetch"]);
    assert_eq!(listed(lineage), log(&context.repo, &old, &new));
}

#[test]
fn amended_commit_is_rewritten_history() {
    let mut context = ServedContext::new();
    let base = context.commit.clone();
    context.repo.write("a", "a");
    let old = context.repo.commit("A");
    context.stock(&old);
    context.repo.reset_to(&base);
    context
        .repo
        .write("a", "b")
        .skill("skills/one", "one", "Amended");
    let new = context.repo.commit("A, amended");
    assert_eq!(context.update(&old, &new), Some(Lineage::Rewritten));
    assert_eq!(context.commands(), ["fetch", "fetch"]);
}

#[test]
fn history_rewritten_long_ago_takes_one_more_request() {
    let mut context = ServedContext::new();
    let root = context.commit.clone();
    for number in 0..20 {
        context.repo.wait(DAY).commit(&format!("Old {number}"));
    }
    let old = context.repo.rev_parse("HEAD");
    context.stock(&old);
    context.repo.reset_to(&root);
    for number in 0..30 {
        context
            .repo
            .wait(DAY)
            .skill("skills/one", "one", &format!("{number}"));
        context.repo.commit(&format!("New {number}"));
    }
    let new = context.repo.rev_parse("HEAD");
    assert_eq!(context.update(&old, &new), Some(Lineage::Rewritten));
    assert_eq!(context.commands(), ["fetch", "fetch", "fetch"]);
}

#[test]
fn ref_moved_back_is_reported_even_without_old_commit() {
    let mut context = ServedContext::new();
    let new = context.commit.clone();
    for number in 0..5 {
        context
            .repo
            .skill("skills/one", "one", &format!("{number}"));
        context.repo.commit(&format!("{number}"));
    }
    let old = context.repo.rev_parse("HEAD");
    context.stock(&old);
    context.repo.reset_to(&new);
    let cache = context.path("cache");
    let kept = context.path("temp").join("kept");
    context
        .command(
            "sh",
            [
                "-c",
                &format!(
                    "exec {} -a '{}' '{}'",
                    "/bin/cp",
                    cache.display(),
                    kept.display()
                ),
            ],
        )
        .run()
        .ok();
    assert_eq!(context.update(&old, &new), Some(Lineage::Back));
    assert_eq!(context.commands(), ["fetch", "fetch"]);

    context.clear_cache();
    std::fs::remove_dir(&cache).unwrap();
    std::fs::rename(&kept, &cache).unwrap();
    context.repo.collect_garbage();
    // All ancestors are present, and the old commit is not among them.
    assert_eq!(context.update(&old, &new), Some(Lineage::Rewritten));
    let gone = &context.server.requests()[1].wants();
    assert!(gone.contains(&old), "{gone:?}");
}

#[test]
fn history_beyond_limit_is_far() {
    let mut context = ServedContext::new();
    let old = context.commit.clone();
    context.stock(&old);
    for number in 0..101 {
        context
            .repo
            .skill("skills/one", "one", &format!("{number}"));
        context.repo.commit(&format!("{number}"));
    }
    let exactly = context.repo.rev_parse("HEAD~1");
    let new = context.repo.rev_parse("HEAD");
    assert_eq!(listed(context.update(&old, &exactly)).len(), 100);
    assert_eq!(context.update(&old, &new), Some(Lineage::Far));

    // After a year, a smaller number of steps is requested.
    let mut context = ServedContext::new();
    let old = context.commit.clone();
    context.stock(&old);
    context.repo.wait(365 * DAY);
    for number in 0..120 {
        context
            .repo
            .skill("skills/one", "one", &format!("{number}"));
        context.repo.commit(&format!("{number}"));
    }
    let new = context.repo.rev_parse("HEAD");
    assert_eq!(context.update(&old, &new), Some(Lineage::Far));
    assert_eq!(context.commands(), ["fetch", "fetch"]);
    assert!(
        context.server.requests()[1]
            .lines()
            .contains(&"deepen 100".to_owned())
    );
}

#[test]
fn history_of_one_day_is_bounded_by_count() {
    let mut context = ServedContext::new();
    let first = context.commit.clone();
    let old = context.repo.empty_commits(1_300);
    context.stock(&first);
    context.stock(&old);
    context.repo.skill("skills/one", "one", "New");
    context.repo.commit("New");
    let new = context.repo.commit("Newer");
    // Only the commits after the old one come.
    let lineage = context.update(&old, &new);
    assert_eq!(listed(lineage), log(&context.repo, &old, &new));
    let down = context.server.traffic().down;
    assert!(down < 2_000, "two commits and a file: {down}");
    // If there are too many, their number has a limit, and they are not requested again.
    assert_eq!(context.update(&first, &new), Some(Lineage::Far));
    assert_eq!(context.commands(), ["fetch"]);
    let down = context.server.traffic().down;
    assert!((50_000..200_000).contains(&down), "1,000 commits: {down}");
    // The next update is far again, without a larger request.
    assert_eq!(context.update(&first, &new), Some(Lineage::Far));
    assert!(context.server.traffic().down < 200_000);
}

#[test]
fn refused_history_does_not_prevent_files() {
    for fault in [
        Fault::ErrPkt("filter 'tree' not supported".to_owned()),
        Fault::SidebandError("no".to_owned()),
        Fault::status(400),
        Fault::status(500),
        Fault::EmptyOk,
    ] {
        let mut context = ServedContext::new();
        let old = context.commit.clone();
        context.stock(&old);
        for number in 0..3 {
            context
                .repo
                .skill("skills/one", "one", &format!("{number}"));
            context.repo.commit(&format!("{number}"));
        }
        let new = context.repo.rev_parse("HEAD");
        let is_history = |request: &crate::support::wire::Request| {
            request.lines().contains(&"filter tree:0".to_owned())
        };
        context.server.fault_when(is_history, fault.clone());
        assert_eq!(context.update(&old, &new), None, "{fault:?}");
        // The next update has the files in the cache, and requests the history again.
        assert_eq!(context.update(&old, &new), None, "{fault:?}");
    }
}

#[test]
fn refused_filter_is_remembered() {
    let mut context = ServedContext::new();
    let forbid = ["config", "uploadpackfilter.tree.allow", "false"];
    context.repo.git(&forbid);
    let old = context.commit.clone();
    context.stock(&old);
    for (number, expected) in [
        ["fetch", "fetch", "GET", "fetch"].as_slice(),
        &["fetch", "fetch"],
    ]
    .into_iter()
    .enumerate()
    {
        context.repo.commit("Nothing");
        context
            .repo
            .skill("skills/one", "one", &format!("{number}"));
        let new = context.repo.commit("New");
        assert_eq!(context.update(&old, &new), None);
        assert_eq!(context.commands(), expected);
    }
}

#[test]
fn refused_history_over_ssh_does_not_prevent_files() {
    for forbids in [false, true] {
        let mut context = ServedContext::new();
        context.fake_ssh(context.root());
        let allow = (!forbids).to_string();
        let config = ["config", "uploadpackfilter.tree.allow", &allow];
        context.repo.git(&config);
        let ssh = context.path("tools/ssh").display().to_string();
        let old = context.commit.clone();
        context.repo.commit("Between");
        context.repo.skill("skills/one", "one", "New");
        let new = context.repo.commit("New");
        let (old, new) = (id(&old), id(&new));
        let act = async |repository: &mut Repository<'_>| {
            let commits = [Some(old), Some(new)];
            let found = repository.discover(&commits, &[]).await.unwrap();
            let files = found[1].skills.iter().map(|found| found.skill_file);
            let files: Vec<ObjectId> = files.collect();
            let moves = [(old, new)];
            let asked = repository.fetch_blobs_with_history(files.clone(), &[], &moves);
            asked.await.unwrap();
            assert!(
                files
                    .iter()
                    .all(|file| repository.objects().contains(*file))
            );
            repository.lineage(old, new)
        };
        let cache = context.path("cache");
        let source = "git@forge.example:acme/skills.git";
        let lineage = with_source(&[("GIT_SSH", ssh)], &cache, source, act);
        if forbids {
            assert_eq!(lineage, None);
        } else {
            assert_eq!(listed(lineage).len(), 2);
        }
        let sessions = context.log("ssh").lines().count();
        assert_eq!(sessions, 1 + usize::from(forbids));
    }
}

#[test]
fn history_is_not_requested_without_filters() {
    let mut context = ServedContext::new();
    context.server.fault(Fault::NoFilter);
    let old = context.commit.clone();
    context.stock(&old);
    context.repo.skill("skills/one", "one", "New");
    context.repo.commit("New");
    let new = context.repo.commit("Newer");
    assert_eq!(context.update(&old, &new), None);
    // The commit was fetched whole, and no history is requested from such a server.
    assert_eq!(context.commands(), ["fetch", "GET", "fetch"]);
}

#[test]
fn commit_of_history_does_not_count_as_present() {
    let mut context = ServedContext::new();
    let old = context.commit.clone();
    context.run(&["add", "acme/skills/one"]).ok();
    context.repo.skill("skills/two", "two", "Changed");
    let middle = context.repo.commit("Two");
    context.repo.skill("skills/two", "two", "Again");
    let new = context.repo.commit("Two again");
    context.update(&old, &new);
    context.open(async |repository| {
        assert!(repository.objects().contains(id(&middle)));
        assert!(!repository.has_trees(id(&middle)) && repository.has_trees(id(&new)));
    });
    // A colleague's lockfile names the commit in the middle; the skill's own tree is the same.
    let lock = context.read("mdskill.lock").replace(&old, &middle);
    context.write("mdskill.lock", &lock);
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.run(&["install", "--offline"]).ok();
    context.has("one", "HEAD:skills/one");
    // With a network, the path from commit to tree is checked, which needs the trees.
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.server.reset();
    context.run(&["install"]).ok();
    assert_eq!(context.commands(), ["fetch"]);
    assert_eq!(context.server.requests()[0].wants(), [middle]);
}

/// Compares random repositories, also with clock skew, with git's list.
#[test]
fn lineage_equals_that_of_git() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "One");
    let mut commits = vec![repo.commit("Root")];
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for number in 1..60_u64 {
        let count = [0, 1, 1, 1, 1, 2, 2, 3][random(8)].max(usize::from(random(6) > 0));
        let mut parents = Vec::new();
        for _ in 0..count {
            let back = random(commits.len().min(8)) + 1;
            let parent = commits[commits.len() - back].clone();
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        let skew = u64::try_from(random(4)).unwrap();
        let message = format!("Number {number}\n\nBody\n");
        commits.push(repo.raw_commit(&parents, number * 2 + skew, message));
    }
    let root = context.root().to_string_lossy().into_owned();
    let is_ancestor = |one: &str, other: &str| {
        let base = repo.git(&["rev-list", "--count", &format!("{other}..{one}")]);
        base == "0"
    };
    let (mut forward, mut back, mut rewritten) = (0, 0, 0);
    with(&root, &context.path("cache"), async |repository| {
        for _ in 0..150 {
            let old = &commits[random(commits.len())];
            let new = &commits[random(commits.len())];
            let lineage = repository.lineage(id(old), id(new));
            if is_ancestor(old, new) {
                assert_eq!(listed(lineage), log(&repo, old, new), "{old}..{new}");
                forward += 1;
            } else if is_ancestor(new, old) {
                assert_eq!(lineage, Some(Lineage::Back));
                back += 1;
            } else {
                assert_eq!(lineage, Some(Lineage::Rewritten));
                rewritten += 1;
            }
        }
    });
    assert!(
        forward > 20 && back > 20 && rewritten > 20,
        "{forward} {back} {rewritten}"
    );
}
