//! Catalogs on the web: what is sent to them, and what their answers become.

use super::{GITHUB, INDEX, SKILLS_SH, cached, each, prepare, search};
use crate::support::authority::Authority;
use crate::support::proxy::Proxy;
use crate::support::search_server::{Reply, SearchServer};
use crate::support::test_context::TestContext;
use crate::support::wire::Request;
use serde_json::{Value, json};

const CANARY: &str = "s3cr3t-canary";

fn entry(source: &str, name: &str, installs: u64) -> Value {
    json!({"id": format!("{source}/{name}"), "skillId": name, "name": name, "installs": installs, "source": source, "isDuplicate": false})
}

fn authorization(request: &Request) -> Option<&str> {
    request.header("authorization")
}

#[test]
fn skills_sh_gets_the_words_and_nothing_else() {
    let (context, server) = cached();
    let prepared = prepare(&context, &server, &["c++", "50%", "&q=x"]);
    prepared
        .env("GH_TOKEN", CANARY)
        .env("MDSKILL_TOKEN", CANARY)
        .run()
        .ok();
    let requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/api/search?q=c%2B%2B%2050%25%20%26q%3Dx&limit=100"
    );
    assert_eq!(authorization(request), None);
    assert!(!format!("{request:?}").contains(CANARY));
    // It does not search for a single character.
    search(&context, &server, &["c"]).ok();
    assert!(server.take_requests().is_empty());
}

#[test]
fn skill_in_the_cache_and_a_catalog_is_one_row() {
    let (context, server) = cached();
    context.run(&["add", "acme/skills/two"]).ok();
    server.json(
        SKILLS_SH,
        &json!({"skills": [entry("few/skills", "two", 8), entry("Other/skills", "two", 90), entry("acme/Skills", "two", 7), entry("acme/skills", "twofold", 1)]}),
    );
    let outcome = search(&context, &server, &["two"]);
    assert_eq!(
        outcome.ok().stdout,
        "acme/skills/two\tinstalled, cached, skills.sh\t7\tSkill two\n\
         Other/skills/two\tskills.sh\t90\t\n\
         few/skills/two\tskills.sh\t8\t\n\
         acme/skills/twofold\tskills.sh\t1\t\n"
    );
    let report = search(&context, &server, &["two", "--json"]).ok().json();
    assert_eq!(
        report["skills"][0],
        json!({"name": "two", "description": "Skill two", "spec": "acme/skills/two", "source": "github:acme/skills",
            "path": "skills/two", "place": ".github/skills/two", "installs": 7, "from": ["installed", "cached", "skills.sh"]})
    );
    assert_eq!(report["has_more"], false);
    assert_eq!(report["version"], 1);
}

#[test]
fn hostile_entries_are_dropped_or_harmless() {
    let (context, server) = cached();
    let long = "x".repeat(1 << 20);
    server.json(
        SKILLS_SH,
        &json!({"skills": [
            entry("acme/skills", "evil\u{1b}[31m\u{202e}", 1),
            entry("-rf/--force", "two", 1),
            entry("../../etc", "two", 1),
            entry("a/b", "../../two", 1),
            entry("a/b", "two@main", 1),
            entry("a/b", "two; rm -rf ~", 1),
            entry("https://user:hunter2@evil.example/a", "two", 1),
            entry("file:///etc/passwd", "two", 1),
            entry("a b/c", "two", 1),
            entry("", "two", 1),
            entry("a/b/c", "two", 1),
            entry("mintlify.example", "two", 3),
            entry("c/d", &long, 1),
            {"name": "two"}, 7, null, {"name": 1, "source": "a/b"},
            {"name": "two\n##[error]x", "skillId": "two", "source": "e/f", "installs": 1},
            {"name": "two", "source": "g/h", "installs": -5},
            {"name": "two", "source": "i/j", "installs": null},
        ]}),
    );
    let outcome = search(
        &context,
        &server,
        &["two", "--from", "skills.sh", "--limit", "100"],
    );
    let rows: Vec<&str> = outcome.ok().stdout.lines().collect();
    let specs: Vec<&str> = rows
        .iter()
        .map(|row| row.split('\t').next().unwrap())
        .collect();
    let place = format!("{}/mintlify.example/two", server.url());
    let expected = [
        "a/b/two; rm -rf ~",
        "e/f/two",
        "i/j/two",
        place.as_str(),
        &format!("c/d/{long}"),
    ];
    let mut sorted = specs.clone();
    sorted.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']));
    // A host is not a repository, and what can be pasted into a shell is quoted.
    outcome.never_says("hunter2").never_says("/etc");
    let json = search(&context, &server, &["two", "--from", "skills.sh", "--json"])
        .ok()
        .json();
    let skills = json["skills"].as_array().unwrap();
    let page = skills.iter().find(|skill| skill["url"] == place).unwrap();
    assert!(page.get("spec").is_none() && page.get("source").is_none());
    server.json(
        SKILLS_SH,
        &json!({"skills": [entry("a/b", "two; rm -rf ~", 1)]}),
    );
    search(&context, &server, &["two", "--from", "skills.sh"])
        .ok()
        .says("`mdskill add 'a/b/two; rm -rf ~'`");
}

#[test]
fn github_is_searched_with_a_token_that_stays_there() {
    let (context, server) = cached();
    let other = SearchServer::start();
    let item = |repository: &str, path: &str| json!({"name": "SKILL.md", "path": path, "repository": {"full_name": repository}});
    server.json(
        GITHUB,
        &json!({"total_count": 9, "items": [
            item("acme/skills", "skills/two/SKILL.md"),
            item("b/c", "two/SKILL.md"),
            item("b/root-two", "SKILL.md"),
            item("b/c", "two/SKILL.md.txt"),
            item("b/c", "a@b/SKILL.md"),
            item("b/c", "../two/SKILL.md"),
            item("b", "two/SKILL.md"),
            item("b/c", "\u{1b}two/SKILL.md"),
            {"path": 1},
        ]}),
    );
    let run = |server: &SearchServer| {
        let prepared = prepare(&context, server, &["two", "x:y"]);
        let prepared = prepared.env("MDSKILL_GITHUB_API_URL", server.url());
        prepared.env("GH_TOKEN", CANARY).run()
    };
    let outcome = run(&server);
    let mut rows: Vec<&str> = outcome.ok().stdout.lines().collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        [
            "acme/skills/two\tcached, github\tSkill two",
            "b/c/two\tgithub\t",
            "b/root-two/.\tgithub\t"
        ]
    );
    let requests = server.take_requests();
    let (github, skills_sh): (Vec<&Request>, Vec<&Request>) = requests
        .iter()
        .partition(|request| request.target.starts_with(GITHUB));
    assert_eq!(github.len() + skills_sh.len(), 2);
    let target = "/search/code?q=two%20x%3Ay%20filename%3ASKILL%2Emd&per_page=100";
    assert_eq!(github[0].target, target);
    let bearer = format!("Bearer {CANARY}");
    assert_eq!(authorization(github[0]), Some(bearer.as_str()));
    assert_eq!(authorization(skills_sh[0]), None);
    // Not after a redirect to another host, but on the same one.
    for (to, sent) in [(other.url(), None), (server.url(), Some(bearer.as_str()))] {
        let target = if sent.is_some() { "/elsewhere" } else { GITHUB };
        let location = format!("{to}{target}");
        server.reply(
            GITHUB,
            Reply::Status(302, vec![("Location", location)], String::new()),
        );
        let holder = if sent.is_some() { &server } else { &other };
        holder.json(target, &json!({"items": [item("d/e", "two/SKILL.md")]}));
        run(&server).ok().says("d/e/two");
        let requests = holder.take_requests();
        let request = requests
            .iter()
            .find(|request| request.target.starts_with(target));
        assert_eq!(authorization(request.unwrap()), sent);
    }
    // Nor over plain http to another machine.
    outcome.never_says(CANARY);
}

#[test]
fn github_without_a_token_is_skipped() {
    let (context, server) = cached();
    let prepared = |arguments: &[&str]| {
        let prepared = prepare(&context, &server, arguments);
        prepared.env("MDSKILL_GITHUB_API_URL", server.url())
    };
    let outcome = prepared(&["two"]).run();
    outcome.ok().never_says("GitHub").never_says("warning");
    prepared(&["two", "-v"])
        .run()
        .ok()
        .says("GitHub is not searched: there is no token");
    assert!(
        server
            .take_requests()
            .iter()
            .all(|request| request.target.starts_with(SKILLS_SH))
    );
    prepared(&["two", "--from", "github"])
        .run()
        .fails(2)
        .says("set GH_TOKEN");
    // The token of `gh` is used as for git.
    context.fake_gh(CANARY);
    server.json(GITHUB, &json!({"items": []}));
    prepared(&["two"]).run().ok();
    let requests = server.take_requests();
    let github = requests
        .iter()
        .find(|request| request.target.starts_with(GITHUB));
    assert_eq!(
        authorization(github.unwrap()),
        Some(&*format!("Bearer {CANARY}"))
    );
    assert_eq!(context.log("gh"), "auth token --hostname github.com\n");
}

#[test]
fn next_step_is_about_a_skill_that_is_not_installed() {
    let (context, server) = cached();
    let entry =
        |name: &str| json!({"skillId": name, "name": name, "installs": 2, "source": "acme/skills"});
    let skills = ["one", "three", "two"].map(entry);
    server.json(SKILLS_SH, &json!({ "skills": skills }));
    context.run(&["add", "acme/skills/one"]).ok();
    context.run(&["add", "acme/skills/three"]).ok();
    let outcome = search(&context, &server, &["skill", "--from", "skills.sh"]);
    outcome.ok().says(
        "`mdskill show acme/skills/two` shows one, and `mdskill add acme/skills/two` installs it",
    );
    let report = search(
        &context,
        &server,
        &["skill", "--from", "skills.sh", "--json"],
    );
    let report = report.ok().json();
    assert_eq!(each(&report, "name"), ["one", "three", "two"]);
    assert_eq!(report["skills"][0]["place"], ".github/skills/one");
    assert_eq!(report["skills"][1]["place"], ".github/skills/three");
    assert!(report["skills"][2].get("place").is_none());
}

#[test]
fn index_that_is_named_must_be_set() {
    let (context, server) = cached();
    for from in ["index", "cached,index"] {
        search(&context, &server, &["two", "--from", from])
            .fails(2)
            .says("error: there is no index to search: set `indexes` of `[search]` in mdskill.toml")
            .says("MDSKILL_SEARCH_INDEXES");
    }
    assert!(server.take_requests().is_empty());
    search(&context, &server, &["two"]).ok();
}

#[test]
fn index_of_a_site_is_searched_here() {
    let (context, server) = cached();
    let skills = json!({
        "$schema": "https://schemas.agentskills.io/discovery/0.2.0/schema.json",
        "skills": [
            {"name": "deploy", "type": "skill-md", "description": "Deploys to production", "url": "/.well-known/agent-skills/deploy/SKILL.md", "digest": "sha256:00"},
            {"name": "rollback", "type": "archive", "description": "Undoes a deployment", "url": "https://github.com/acme/ops/tree/main/skills/rollback"},
            {"name": "bad", "description": "deploy", "url": "javascript:alert(1)"},
            {"name": "other", "description": "Reads mail"},
            {"description": "deploy"}, 3
        ]
    });
    server.json(INDEX, &skills);
    let run = |arguments: &[&str]| {
        let prepared = prepare(&context, &server, arguments);
        prepared.env("MDSKILL_SEARCH_INDEXES", server.url()).run()
    };
    let from = server.address();
    let outcome = run(&["deploy", "--from", "index"]);
    assert_eq!(
        outcome.ok().stdout,
        format!(
            "{}/.well-known/agent-skills/deploy/SKILL.md\t{from}\tDeploys to production\n\
             bad\t{from}\tdeploy\n\
             https://github.com/acme/ops/tree/main/skills/rollback\t{from}\tUndoes a deployment\n",
            server.url()
        )
    );
    let requests = server.take_requests();
    assert_eq!(requests.len(), 1, "the words are not sent");
    assert_eq!(requests[0].target, INDEX);
    // The form of version 0.1, at its own place.
    server.reply(INDEX, Reply::Status(404, Vec::new(), String::new()));
    let old =
        json!({"skills": [{"name": "deploy", "description": "Deploys", "files": ["SKILL.md"]}]});
    server.json("/.well-known/skills/index.json", &old);
    let spec = format!("{}/deploy", server.url());
    let report = run(&["deploy", "--from", "index", "--json"]).ok().json();
    assert_eq!(each(&report, "spec"), [spec]);
}

#[test]
fn project_selects_catalogs_and_its_company_answers_over_https() {
    let (context, _) = cached();
    let authority = Authority::new(&context.path("temp"));
    let site = SearchServer::start_with(authority.certificate(&["skills.acme.example"]));
    let proxy = Proxy::start(site.address());
    site.json(
        "/docs/.well-known/agent-skills/index.json",
        &json!({"skills": [{"name": "deploy", "description": "Deploys"}]}),
    );
    context.write(
        "mdskill.toml",
        "[search]\nskills-sh = false\ngithub = false\nindexes = [\"https://skills.acme.example/docs\"]\n",
    );
    let server = SearchServer::start();
    let run = |arguments: &[&str]| {
        let prepared = prepare(&context, &server, arguments);
        let prepared = prepared
            .env("HTTPS_PROXY", proxy.url())
            .env("SSL_CERT_FILE", authority.pem())
            .env("MDSKILL_GITHUB_API_URL", server.url());
        prepared
            .env("GH_TOKEN", CANARY)
            .env("MDSKILL_TOKEN", CANARY)
            .run()
    };
    let outcome = run(&["deploy"]);
    outcome.ok().says("skills.acme.example\tDeploys");
    let requests = site.take_requests();
    assert_eq!(requests.len(), 1);
    assert!(!format!("{requests:?}").contains(CANARY));
    assert!(server.take_requests().is_empty());
    // What the user asks for takes precedence.
    server.json(SKILLS_SH, &json!({"skills": [entry("a/b", "deploy", 1)]}));
    assert_eq!(
        run(&["deploy", "--from", "skills.sh"]).ok().stdout,
        "a/b/deploy\tskills.sh\t1\n"
    );
    // A site can't lead to this machine.
    site.take_requests();
    for to in [
        server.url(),
        server.url().replace("http:", "https:"),
        "https://localhost/".to_owned(),
    ] {
        let reply = Reply::Status(302, vec![("Location", to)], String::new());
        site.reply("/docs/.well-known/agent-skills/index.json", reply);
        run(&["deploy"]).fails(5).says("refused the redirect");
    }
    assert!(
        server
            .take_requests()
            .iter()
            .all(|request| request.target.starts_with(SKILLS_SH))
    );
}

#[test]
fn project_can_not_name_this_machine_or_a_password() {
    let (context, server) = cached();
    for index in [
        server.url(),
        "https://127.0.0.1:1/".to_owned(),
        "https://ada:hunter2@a.example".to_owned(),
    ] {
        context.write(
            "mdskill.toml",
            format!("[search]\nindexes = [\"{index}\"]\n"),
        );
        search(&context, &server, &["two"])
            .fails(1)
            .says("mdskill.toml:2: ")
            .never_says("hunter2");
    }
    assert!(server.take_requests().is_empty());
}

#[test]
fn variables_that_are_not_urls_are_errors() {
    let (context, server) = cached();
    for (variable, value) in [
        ("MDSKILL_SKILLS_SH_URL", "skills.sh"),
        ("MDSKILL_SEARCH_INDEXES", "ftp://a.example"),
        ("MDSKILL_SEARCH_INDEXES", "https://ada:hunter2@a.example"),
    ] {
        let outcome = prepare(&context, &server, &["two"])
            .env(variable, value)
            .run();
        outcome.says(variable).never_says("hunter2");
    }
}

#[test]
fn rows_of_an_enterprise_server_are_not_those_of_skills_sh() {
    let context = TestContext::with_origin("");
    let server = SearchServer::start();
    let prepared = prepare(&context, &server, &["two", "-v"]);
    let outcome = prepared.env("GH_HOST", "git.acme.example").run();
    outcome.ok().says("skills.sh is not searched");
    assert!(server.take_requests().is_empty());
}
