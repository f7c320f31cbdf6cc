//! The cost of fetching the commits between two versions, on a real repository.

use crate::history::{Clone, corpora};
use crate::support::fetcher::{id, listed, with_source};
use crate::support::git_server::GitServer;
use mdskill::fetch::Repository;
use mdskill::skill::tree::SkillTree;
use mdskill_git::ObjectId;

/// Returns the cost of updates to these commits, with or without the history.
#[derive(Default)]
struct Cost {
    bytes: u64,
    most_requests: usize,
    listed: usize,
    between: usize,
}

fn follow(clone: &Clone, steps: &[&str], with_history: bool) -> Cost {
    let server = GitServer::start(clone.root());
    let cache = tempfile::tempdir().unwrap();
    let mut cost = Cost::default();
    let mut known: Vec<ObjectId> = Vec::new();
    for step in steps {
        let new = id(step);
        let moves: Vec<_> = known.iter().map(|old| (*old, new)).collect();
        server.reset();
        let act = async |repository: &mut Repository<'_>| {
            let found = repository.discover(&[Some(new)], &known).await.unwrap();
            let objects = repository.objects();
            let trees = found[0].skills.iter();
            let trees: Vec<_> = trees
                .map(|found| {
                    let place = repository.place(Some(new), &found.path, found.tree);
                    SkillTree::read(objects, place).unwrap()
                })
                .collect();
            let files: Vec<ObjectId> = trees.iter().flat_map(SkillTree::blobs).collect();
            if with_history {
                repository
                    .fetch_blobs_with_history(files, &[new], &moves)
                    .await
                    .unwrap();
            } else {
                repository.fetch_blobs(files, &[new]).await.unwrap();
            }
            let lineages = moves.iter();
            lineages
                .map(|(old, new)| repository.lineage(*old, *new))
                .collect::<Vec<_>>()
        };
        let github = ("MDSKILL_GITHUB_URL", server.url());
        let source = "github:wshobson/agents";
        let lineages = with_source(&[github], cache.path(), source, act);
        let is_update = !known.is_empty();
        if is_update {
            let traffic = server.traffic();
            cost.bytes += traffic.down + traffic.up;
            cost.most_requests = cost.most_requests.max(server.requests().len());
        }
        if let (Some(old), true) = (known.first(), with_history) {
            let range = format!("{old}..{new}");
            let log = clone.git(&["log", "--topo-order", "--format=%H", &range]);
            let listed = listed(lineages[0].clone());
            let ids: Vec<&str> = listed.iter().map(|line| &line[..40]).collect();
            // In git's order; commits of branches that started long before may be missing.
            let mut log = log.lines();
            assert!(ids.iter().all(|id| log.any(|line| line == *id)), "{range}");
            cost.listed += ids.len();
            cost.between += clone.git(&["rev-list", &range]).lines().count();
        }
        known = vec![new];
    }
    cost
}

#[test]
fn history_of_real_repository_is_cheap() {
    const STEPS: usize = 20;
    let Some(corpora) = corpora() else { return };
    let clone = Clone::of(&corpora.join("wshobson/agents.bundle"));
    let log = ["log", "--first-parent", "--reverse", "--format=%H", "HEAD"];
    let outcome = clone.git(&log);
    let commits: Vec<&str> = outcome.lines().collect();
    // The last two thirds, because there were no skills before.
    let commits = &commits[commits.len() / 3..];
    let steps: Vec<&str> = (0..STEPS)
        .map(|step| commits[step * (commits.len() - 1) / (STEPS - 1)])
        .collect();
    let without = follow(&clone, &steps, false);
    let with = follow(&clone, &steps, true);
    eprintln!(
        "{STEPS} updates: {} bytes without the commits between, {} with {} of {}",
        without.bytes, with.bytes, with.listed, with.between
    );
    // The trees and the files; `ls-refs` comes before.
    assert_eq!((without.most_requests, with.most_requests), (2, 2));
    let (listed, between) = (with.listed, with.between);
    assert!(
        listed > 100 && listed * 100 >= between * 98,
        "{listed} of {between}"
    );
    assert!(with.bytes < without.bytes * 11 / 10, "a tenth more at most");
}
