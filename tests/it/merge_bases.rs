//! The base commits of local edits: they are fetched with the new commits, and may be missing.

use crate::forge::Scene;
use crate::support::fault::Fault;
use crate::support::fetcher::{id, with};
use mdskill::fetch::FetchError;
use mdskill_git::ObjectId;

/// Fetches the trees of the new commits and of the bases.
fn with_bases(
    scene: &Scene,
    news: &[&str],
    bases: &[&str],
) -> Result<(usize, Vec<ObjectId>), FetchError> {
    scene.forge.reset();
    let news: Vec<_> = news.iter().map(|new| Some(id(new))).collect();
    let bases: Vec<_> = bases.iter().map(|base| id(base)).collect();
    let cache = scene.room.path("cache");
    with(&scene.forge.url(), &cache, async |repository| {
        let asked = repository.discover_with_bases(&news, &bases, &bases).await;
        let (found, gone) = asked?;
        for base in bases.iter().filter(|base| !gone.contains(base)) {
            assert!(repository.has_trees(*base));
        }
        Ok((found.iter().map(|found| found.skills.len()).sum(), gone))
    })
}

#[test]
fn bases_and_new_trees_take_one_request() {
    let mut scene = Scene::set();
    let old = scene.commit.clone();
    scene.repo.skill("skills/four", "four", "The fourth");
    let new = scene.repo.commit("Four");
    assert_eq!(with_bases(&scene, &[&new], &[&old]).unwrap(), (4, vec![]));
    assert_eq!(scene.heard(), ["fetch"]);
    assert_eq!(with_bases(&scene, &[&new], &[&old]).unwrap(), (4, vec![]));
    assert!(scene.heard().is_empty());
}

#[test]
fn missing_base_does_not_stop_others() {
    let mut scene = Scene::set();
    let root = scene.commit.clone();
    scene.repo.write("a", "a");
    let kept = scene.repo.commit("A");
    scene.repo.branch("other").write("b", "b");
    let gone = scene.repo.commit("B");
    scene
        .repo
        .branch("main")
        .skill("skills/four", "four", "The fourth");
    let new = scene.repo.commit("Four");
    scene.repo.git(&["branch", "-D", "other"]);
    scene.repo.collect_garbage();
    let bases = [root.as_str(), &gone, &kept];
    let (found, missing) = with_bases(&scene, &[&new], &bases).unwrap();
    assert_eq!((found, missing), (4, vec![id(&gone)]));
    // The request is refused, the capabilities are requested, and then each base by itself.
    assert_eq!(
        scene.heard(),
        ["fetch", "GET", "fetch", "fetch", "fetch", "fetch"]
    );
    let again = with_bases(&scene, &[&new], &[&gone]).unwrap();
    assert_eq!(again, (4, vec![id(&gone)]));

    // The server does not name the missing commit.
    scene.lose_the_store();
    let names_old = {
        let gone = gone.clone();
        move |request: &crate::support::wire::Request| request.wants().contains(&gone)
    };
    scene
        .forge
        .fault_when(names_old, Fault::ErrPkt("no".to_owned()));
    let (found, missing) = with_bases(&scene, &[&new], &[&gone, &kept]).unwrap();
    assert_eq!((found, missing), (4, vec![id(&gone)]));

    // A missing new commit is still an error.
    let error = with_bases(&scene, &[&gone], &[&root]).unwrap_err();
    assert!(
        error.to_string().contains("refused the request: no"),
        "{error}"
    );
}
