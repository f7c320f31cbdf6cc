//! The base commits of local edits: they are fetched with the new commits, and may be missing.

use crate::support::fault::Fault;
use crate::support::fetcher::{id, with};
use crate::support::test_context::ServedContext;
use mdskill::fetch::FetchError;
use mdskill_git::ObjectId;

/// Fetches the trees of the new commits and of the bases.
fn with_bases(
    context: &ServedContext,
    news: &[&str],
    bases: &[&str],
) -> Result<(usize, Vec<ObjectId>), FetchError> {
    context.server.reset();
    let news: Vec<_> = news.iter().map(|new| Some(id(new))).collect();
    let bases: Vec<_> = bases.iter().map(|base| id(base)).collect();
    let cache = context.path("cache");
    with(&context.server.url(), &cache, async |repository| {
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
    let mut context = ServedContext::new();
    let old = context.commit.clone();
    context.repo.skill("skills/four", "four", "The fourth");
    let new = context.repo.commit("Four");
    assert_eq!(with_bases(&context, &[&new], &[&old]).unwrap(), (4, vec![]));
    assert_eq!(context.commands(), ["fetch"]);
    assert_eq!(with_bases(&context, &[&new], &[&old]).unwrap(), (4, vec![]));
    assert!(context.commands().is_empty());
}

#[test]
fn missing_base_does_not_stop_others() {
    let mut context = ServedContext::new();
    let root = context.commit.clone();
    context.repo.write("a", "a");
    let kept = context.repo.commit("A");
    context.repo.branch("other").write("b", "b");
    let gone = context.repo.commit("B");
    context
        .repo
        .branch("main")
        .skill("skills/four", "four", "The fourth");
    let new = context.repo.commit("Four");
    context.repo.git(&["branch", "-D", "other"]);
    context.repo.collect_garbage();
    let bases = [root.as_str(), &gone, &kept];
    let (found, missing) = with_bases(&context, &[&new], &bases).unwrap();
    assert_eq!((found, missing), (4, vec![id(&gone)]));
    // The request is refused, the capabilities are requested, and then each base by itself.
    assert_eq!(
        context.commands(),
        ["fetch", "GET", "fetch", "fetch", "fetch", "fetch"]
    );
    let again = with_bases(&context, &[&new], &[&gone]).unwrap();
    assert_eq!(again, (4, vec![id(&gone)]));

    // The server does not name the missing commit.
    context.clear_cache();
    let names_old = {
        let gone = gone.clone();
        move |request: &crate::support::wire::Request| request.wants().contains(&gone)
    };
    context
        .server
        .fault_when(names_old, Fault::ErrPkt("no".to_owned()));
    let (found, missing) = with_bases(&context, &[&new], &[&gone, &kept]).unwrap();
    assert_eq!((found, missing), (4, vec![id(&gone)]));

    // A missing new commit is still an error.
    let error = with_bases(&context, &[&gone], &[&root]).unwrap_err();
    assert!(
        error.to_string().contains("refused the request: no"),
        "{error}"
    );
}
