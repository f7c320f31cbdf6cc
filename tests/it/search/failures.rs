//! A catalog that is down, slow, or hostile does not hide what others have.

use super::{GITHUB, SKILLS_SH, cached, prepare, search};
use crate::support::search_server::Reply;
use serde_json::json;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn status(code: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    Reply::Status(code, headers.collect(), body.to_owned())
}

#[test]
fn failure_is_a_warning_beside_results_and_an_error_without() {
    let (context, server) = cached();
    let html = "<html>\u{1b}[31mLog in</html>";
    for (reply, code, sentence) in [
        (status(500, &[], html), 5, "failed (500)"),
        (status(503, &[], ""), 5, "failed (503)"),
        (
            status(
                401,
                &[],
                "{\"error\": \"authentication_required\", \"message\": \"Log\\nin \u{202e}\"}",
            ),
            4,
            "requires authentication (401); the server says: Log in \\u{202e}",
        ),
        (status(403, &[], html), 4, "refused access (403)"),
        (status(404, &[], html), 1, "has no such catalog (404)"),
        (
            status(422, &[], "{\"message\": \"Validation Failed\"}"),
            1,
            "can't search for these words (422); the server says: Validation Failed",
        ),
        (
            status(429, &[("Retry-After", "37")], html),
            5,
            "too many requests to",
        ),
        (
            status(429, &[("Retry-After", "37")], html),
            5,
            "; try again in 37 seconds",
        ),
        (
            status(403, &[("Retry-After", "600")], html),
            5,
            "(403); try again in 10 minutes",
        ),
        (status(429, &[], html), 5, "too many requests"),
        (status(302, &[], ""), 5, "it has no valid address"),
        (
            status(302, &[("Location", "/api/search")], ""),
            5,
            "more than five redirects",
        ),
        (
            status(302, &[("Location", "ftp://a.example/")], ""),
            5,
            "its target does not use https",
        ),
        (Reply::Json(html.to_owned()), 5, "is not the list of skills"),
        (
            Reply::Json("{\"skills\": {}}".to_owned()),
            5,
            "is not the list of skills",
        ),
        (
            Reply::Json("[".repeat(100_000)),
            5,
            "is not the list of skills",
        ),
        (Reply::Json(String::new()), 5, "is not the list of skills"),
        (Reply::Endless, 1, "is larger than 8 MiB"),
    ] {
        server.reply(SKILLS_SH, reply.clone());
        let outcome = search(&context, &server, &["two"]);
        assert_eq!(
            outcome.ok().stdout,
            "acme/skills/two\tcached\tSkill two\n",
            "{reply:?}"
        );
        let sentence_of = |stderr: &str, label: &str| {
            let lines = stderr.lines().filter(|line| line.starts_with(label));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let warnings = sentence_of(&outcome.stderr, "warning: can't search skills.sh: ");
        assert_eq!(warnings.len(), 1, "{outcome}");
        assert!(warnings[0].contains(sentence), "{outcome}");
        assert!(
            !outcome.stderr.contains(['\u{1b}', '\u{202e}']),
            "{outcome}"
        );
        let outcome = search(&context, &server, &["nothing-here"]);
        let errors = sentence_of(
            &outcome.fails(code).stderr,
            "error: can't search skills.sh: ",
        );
        assert_eq!(errors.len(), 1, "{outcome}");
        assert!(errors[0].contains(sentence), "{outcome}");
        let json = search(&context, &server, &["two", "--json"]).ok().json();
        assert_eq!(json["failed"][0]["from"], "skills.sh");
        assert!(
            json["failed"][0]["problem"]
                .as_str()
                .unwrap()
                .contains("skills.sh")
        );
    }
}

#[test]
fn silent_catalog_is_given_up_after_the_time_limit() {
    let (context, server) = cached();
    server.reply(SKILLS_SH, Reply::Silence);
    let outcome = prepare(&context, &server, &["two"])
        .env("MDSKILL_TIMEOUT", "1")
        .run();
    assert_eq!(outcome.ok().stdout, "acme/skills/two\tcached\tSkill two\n");
    outcome
        .says("warning: can't search skills.sh: no ")
        .says(" 1");
}

#[test]
fn no_network_is_one_warning() {
    let (context, server) = cached();
    let prepared = |word: &str| {
        let prepared = prepare(&context, &server, &[word]);
        prepared.env("MDSKILL_SKILLS_SH_URL", "http://127.0.0.1:1")
    };
    let outcome = prepared("two").run();
    assert_eq!(outcome.ok().stdout, "acme/skills/two\tcached\tSkill two\n");
    assert_eq!(outcome.stderr.matches("warning: ").count(), 1);
    prepared("zzzzzz")
        .run()
        .fails(5)
        .says("error: can't search skills.sh: can't connect to 127.0.0.1:1")
        .says("hint: ");
}

#[test]
fn one_catalog_that_answers_is_enough() {
    let (context, server) = cached();
    server.reply(SKILLS_SH, status(500, &[], ""));
    server.json(GITHUB, &json!({"items": []}));
    let prepared = prepare(&context, &server, &["zzzzzz"]);
    let outcome = prepared
        .env("MDSKILL_GITHUB_API_URL", server.url())
        .env("GH_TOKEN", "canary")
        .run();
    outcome
        .ok()
        .says("warning: can't search skills.sh")
        .says("no skills that match");
}

#[test]
fn refused_token_and_rate_limit_of_github_are_explained() {
    let (context, server) = cached();
    let run = |reply: Reply| {
        server.reply(GITHUB, reply);
        let prepared = prepare(&context, &server, &["zzzzzz", "--from", "github"]);
        let prepared = prepared.env("MDSKILL_GITHUB_API_URL", server.url());
        prepared.env("GITHUB_TOKEN", "s3cr3t-canary").run()
    };
    let refused = run(status(401, &[], "{\"message\": \"Bad credentials\"}"));
    refused
        .fails(4)
        .says("requires authentication (401) with the token of GITHUB_TOKEN; the server says: Bad credentials")
        .says("check the token of GITHUB_TOKEN");
    let echo = run(status(403, &[], "{\"message\": \"no s3cr3t-canary\"}"));
    echo.fails(4).never_says("s3cr3t-canary");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let reset = (now + 3000).to_string();
    let headers = [
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", reset.as_str()),
    ];
    let limited = run(status(
        403,
        &headers,
        "{\"message\": \"API rate limit exceeded\"}",
    ));
    limited
        .fails(5)
        .says("too many requests to")
        .says("; try again in 50 minutes");
}

#[test]
fn interrupted_search_says_so() {
    let (context, server) = cached();
    server.reply(SKILLS_SH, Reply::Silence);
    let running = prepare(&context, &server, &["two"]).spawn();
    while server.take_requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.interrupt();
    let outcome = running.wait();
    outcome.fails(130).says("interrupted; nothing was changed");
    assert_eq!(outcome.stdout, "");
}
