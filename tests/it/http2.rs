//! Broken streams and connections of HTTP/2, on which several sources share one connection.

use crate::support::authority::Authority;
use crate::support::http2_server::{Break, Http2Server};
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::ServedContext;
use crate::support::wire::Request;
use h2::Reason;
use std::sync::atomic::{AtomicBool, Ordering};

const SOURCES: [&str; 3] = ["acme/skills/one", "acme/tools/four", "acme/more/five"];

fn is_fetch(request: &Request) -> bool {
    request.command().as_deref() == Some("fetch")
}

/// A context with three repositories, and an authority for its servers.
fn prepare() -> (ServedContext, Vec<Repo>, Authority) {
    let context = ServedContext::new();
    let others = [("acme/tools", "four"), ("acme/more", "five")].map(|(repository, skill)| {
        let mut repo = Repo::create(context.root(), repository);
        repo.skill(&format!("skills/{skill}"), skill, "Another");
        repo.commit("Another");
        repo
    });
    let authority = Authority::new(&context.path("temp"));
    (context, others.into(), authority)
}

/// Runs mdskill with this server and one retry.
fn run(
    context: &ServedContext,
    (server, authority): (&Http2Server, &Authority),
    arguments: &[&str],
) -> Outcome {
    let prepared = context.mdskill(arguments);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", server.url());
    let prepared = prepared.env("SSL_CERT_FILE", authority.pem());
    prepared.env("MDSKILL_RETRIES", "1").run()
}

/// Each fault, with the text of its error.
const BREAKS: [(Break, &str); 8] = [
    (Break::Reset(Reason::REFUSED_STREAM), BROKEN),
    (Break::Reset(Reason::ENHANCE_YOUR_CALM), BROKEN),
    (Break::ResetMidBody(10, Reason::INTERNAL_ERROR), BROKEN),
    (Break::ResetMidBody(200, Reason::CANCEL), BROKEN),
    // This reason ends a body like any other, so only git's protocol shows that it is not complete.
    (
        Break::ResetMidBody(200, Reason::NO_ERROR),
        "the response ended early",
    ),
    (Break::GoAway(10, Reason::NO_ERROR), BROKEN),
    (Break::GoAway(10, Reason::INTERNAL_ERROR), BROKEN),
    (Break::GoAway(200, Reason::ENHANCE_YOUR_CALM), BROKEN),
];
const BROKEN: &str = "could not be checked: the connection to 127.0.0.1:";

#[test]
fn sources_share_connection() {
    let (context, repos, authority) = prepare();
    let server = Http2Server::start(context.root(), &authority, |_, _| None);
    let specs: Vec<&str> = ["add"].into_iter().chain(SOURCES).collect();
    run(&context, (&server, &authority), &specs).ok();
    context.has("one", "HEAD:skills/one");
    context.has_files("five", &repos[1], "HEAD:skills/five");
    // Each source may connect before the first connection is known to be shared.
    let connections = server.connections();
    assert_eq!(connections.iter().sum::<usize>(), 9, "{connections:?}");
    let used = connections.iter().filter(|requests| **requests > 0).count();
    assert_eq!(used, 1, "{connections:?}");
}

#[test]
fn broken_stream_is_retried() {
    for (fault, _) in BREAKS {
        let (context, repos, authority) = prepare();
        let once = AtomicBool::new(false);
        let server = Http2Server::start(context.root(), &authority, move |_, request| {
            let is_first = is_fetch(request) && !once.swap(true, Ordering::SeqCst);
            is_first.then_some(fault)
        });
        let specs: Vec<&str> = ["add"].into_iter().chain(SOURCES).collect();
        let outcome = run(&context, (&server, &authority), &specs);
        eprintln!("{fault:?}");
        outcome.ok();
        context.has("one", "HEAD:skills/one");
        context.has_files("four", &repos[0], "HEAD:skills/four");
        context.has_files("five", &repos[1], "HEAD:skills/five");
    }
}

#[test]
fn stream_that_stays_broken_is_reported_and_others_go_on() {
    for (fault, sentence) in BREAKS {
        let (mut context, mut repos, authority) = prepare();
        let specs: Vec<&str> = ["add"].into_iter().chain(SOURCES).collect();
        context.run(&specs).ok();
        context.repo.write("skills/one/more.md", "more");
        context.repo.commit("More");
        repos[0].write("skills/four/more.md", "more");
        repos[0].commit("More");
        let before = context.tree(".github/skills/one");
        let server = Http2Server::start(context.root(), &authority, move |_, request| {
            let is_broken = is_fetch(request) && request.target.starts_with("/acme/skills");
            is_broken.then_some(fault)
        });
        let outcome = run(&context, (&server, &authority), &["update"]);
        eprintln!("{fault:?}");
        outcome
            .fails(5)
            .says("acme/skills (1 skill) ")
            .says(sentence);
        let requests = server.requests().into_iter();
        let tried = requests
            .filter(|request| is_fetch(request) && request.target.starts_with("/acme/skills"));
        // A refused stream was not processed, so the HTTP client sends each attempt up to three times.
        let refused = matches!(fault, Break::Reset(Reason::REFUSED_STREAM));
        assert_eq!(tried.count(), if refused { 6 } else { 2 });
        context.tree(".github/skills/one").assert_same(&before);
        // The other streams of an ended connection have only one retry, too.
        if !matches!(fault, Break::GoAway(..)) {
            context.has_files("four", &repos[0], "HEAD:skills/four");
        }
        context.run(&["verify"]).ok();
        context.run(&["update"]).ok();
        context.has("one", "HEAD:skills/one");
    }
}
