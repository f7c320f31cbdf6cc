//! The crate `mdskill-git` as other programs use it: the example of its README, run against git's own server.

use std::time::Duration;

use crate::support::test_context::ServedContext;
use mdskill_git::http::retry::Retry;

include!("mdskill_git/fetch_folder.rs");

#[test]
fn readme_example_fetches_one_folder_in_three_requests() {
    let context = ServedContext::new();
    let cache = context.path("fetched");
    let client = Client::new(Duration::from_secs(10), Retry::default()).without_proxies();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let url = context.server.url_of("acme/skills");
    let fetched = runtime.block_on(fetch_folder(&client, &url, "skills/three", &cache));
    let fetched = fetched.unwrap();
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch"]);

    let paths: Vec<&str> = fetched.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["SKILL.md", "scripts/run.sh"]);
    for (path, bytes) in &fetched {
        let id = context.repo.rev_parse(&format!("HEAD:skills/three/{path}"));
        assert_eq!(*bytes, context.repo.cat_file(&id), "{path}");
    }
}

#[test]
fn readme_shows_the_tested_example() {
    let readme = include_str!("../../crates/mdskill-git/README.md");
    let tested = include_str!("mdskill_git/fetch_folder.rs");
    assert!(readme.contains(&format!("```rust\n{tested}```\n")));
}
