//! `doctor`: each fact and problem, without secrets, and without a change.

use crate::credentials::{CANARY, TlsContext};
use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::old_lockfile::numbered;
use crate::support::outcome::Outcome;
use crate::support::proxy::Proxy;
use crate::support::search_server::{Reply, SearchServer};
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{Prepared, ServedContext, TestContext};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// One check of a report.
#[derive(Debug)]
struct Check {
    section: String,
    subject: String,
    name: String,
    value: String,
    status: String,
    problem: String,
    hint: String,
}

fn checks(outcome: &Outcome) -> Vec<Check> {
    let report = outcome.json();
    assert_eq!(report["command"], "doctor");
    assert_eq!(report["version"], 1);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sections = report["sections"].as_array().unwrap().iter();
    let checks = sections.flat_map(|section| {
        let checks = section["checks"].as_array().unwrap().iter();
        checks.map(move |check| Check {
            section: text(&section["name"]),
            subject: text(&section["subject"]),
            name: text(&check["name"]),
            value: text(&check["value"]),
            status: text(&check["status"]),
            problem: text(&check["problem"]),
            hint: text(&check["hint"]),
        })
    });
    let checks: Vec<Check> = checks.collect();
    for check in &checks {
        assert_eq!(check.status == "ok", check.problem.is_empty(), "{check:?}");
    }
    let number = |status: &str| checks.iter().filter(|one| one.status == status).count();
    assert_eq!(report["problems"], number("problem"));
    assert_eq!(report["warnings"], number("warning"));
    let code = if number("problem") > 0 { 3 } else { 0 };
    outcome.fails(code);
    checks
}

#[track_caller]
fn run(prepared: Prepared) -> Vec<Check> {
    checks(&prepared.run())
}

#[track_caller]
fn doctor(context: &TestContext) -> Vec<Check> {
    run(context.mdskill(["doctor", "--json"]))
}

#[track_caller]
fn find<'c>(checks: &'c [Check], section: &str, name: &str) -> &'c Check {
    let mut found = checks.iter();
    found
        .find(|check| check.section == section && check.name == name)
        .unwrap_or_else(|| panic!("no {section} {name} in {checks:#?}"))
}

/// Asserts that exactly this check has a problem or a warning.
#[track_caller]
fn only(checks: &[Check], status: &str, section: &str, name: &str) -> String {
    let found: Vec<&Check> = checks.iter().filter(|one| one.status != "ok").collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = found[0];
    assert_eq!(
        [&found.status, &found.section, &found.name],
        [status, section, name],
        "{found:?}"
    );
    format!("{}\n{}", found.problem, found.hint)
}

#[track_caller]
fn all_ok(checks: &[Check]) {
    let found: Vec<&Check> = checks.iter().filter(|one| one.status != "ok").collect();
    assert!(found.is_empty(), "{found:#?}");
}

fn installed() -> TestContext {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context
}

/// A project in the home folder, with an installed skill of a server.
fn served() -> ServedContext {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/one"]).ok();
    context.server.reset();
    context
}

#[test]
fn facts_are_those_of_the_system_and_nothing_changes() {
    let context = served();
    let host = format!("http://{}", context.server.address());
    let before = (context.snapshot(), Snapshot::of(&context.path("cache")));
    let checks = doctor(&context);
    all_ok(&checks);
    before.0.assert_same(&context.snapshot());
    before.1.assert_same(&Snapshot::of(&context.path("cache")));
    let value = |section: &str, name: &str| find(&checks, section, name).value.as_str();
    let git = context.git(&["--version"]).ok().stdout.clone();
    assert_eq!(format!("git version {}\n", value("git", "version")), git);
    assert!(value("mdskill", "version").starts_with(env!("CARGO_PKG_VERSION")));
    assert!(value("cache", "content").starts_with("1 source, "));
    assert_eq!(value("project", "lockfile"), "mdskill.lock, 1 skill");
    assert_eq!(value("project", "skills"), "1 ok");
    assert!(value("target", "read by").starts_with("GitHub Copilot"));
    assert_eq!(find(&checks, "host", "connection").subject, host);
    assert!(value("host", "connection").starts_with("reachable in "));
    assert_eq!(value("host", "proxy"), "none");
    assert_eq!(value("settings", "MDSKILL_RETRY_DELAY"), "1");
    assert_eq!(context.commands(), ["ls-refs"]);
    let text = context.run(&["doctor"]);
    text.ok()
        .says("✓ skills")
        .says("Finished 0 problems, 0 warnings");
    context.server.reset();
    let offline = run(context.mdskill(["doctor", "--json", "--offline"]));
    assert_eq!(
        find(&offline, "host", "connection").value,
        "not tried (--offline)"
    );
    assert!(context.commands().is_empty());
}

#[test]
fn home_is_shown_as_tilde() {
    let context = installed();
    let project = context.path("home/work");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(project.join("mdskill.toml"), "").unwrap();
    let prepared = context.mdskill(["doctor"]).dir(&project);
    let outcome = prepared
        .env("MDSKILL_CACHE_DIR", context.path("home/.cache/x"))
        .run();
    let home = context.path("home").display().to_string();
    outcome
        .ok()
        .never_says(&home)
        .says("~/work")
        .says("~/.cache/x");
}

#[test]
fn unreachable_hosts_are_problems() {
    let context = served();
    context.server.fault(Fault::Hang);
    let prepared = context
        .mdskill(["doctor", "--json"])
        .env("MDSKILL_TIMEOUT", "1");
    let said = only(&run(prepared), "problem", "host", "connection");
    assert!(said.contains("no data from"), "{said}");
    context.server.clear_faults();
    context.server.fault(Fault::Garbage);
    let said = only(&doctor(&context), "problem", "host", "connection");
    assert!(said.contains("login page"), "{said}");

    let context = installed();
    let dead = || {
        context
            .mdskill(["doctor", "--json"])
            .env("MDSKILL_GITHUB_URL", "http://127.0.0.1:1")
    };
    let said = only(&run(dead()), "problem", "host", "connection");
    assert!(
        said.contains("can't connect to 127.0.0.1:1") && said.contains("--offline"),
        "{said}"
    );
    let offline = run(dead().env("MDSKILL_OFFLINE", "1"));
    all_ok(&offline);

    // Without an installed skill, no repository is known, and a refusal is an answer.
    let context = ServedContext::new();
    let checks = doctor(&context);
    assert!(
        find(&checks, "host", "connection")
            .value
            .starts_with("reachable in ")
    );
    let missing = ServedContext::new();
    missing.run(&["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(missing.root().join("acme")).unwrap();
    let said = only(&doctor(&missing), "problem", "host", "connection");
    assert!(
        said.contains("does not exist or is private (404)"),
        "{said}"
    );
}

#[test]
fn catalogs_that_fail_are_warnings() {
    let context = installed();
    let server = SearchServer::start();
    let prepare = |arguments: &[&str]| {
        context
            .mdskill([&["doctor", "--json"], arguments].concat())
            .env("MDSKILL_SKILLS_SH_URL", server.url())
            .env("MDSKILL_SEARCH_INDEXES", server.url())
            .env("MDSKILL_GITHUB_API_URL", server.url())
    };
    let index = server.address().to_string();
    let is_reachable = |checks: &[Check], name: &str| {
        find(checks, "search", name)
            .value
            .starts_with("reachable in ")
    };
    server.json("/api/search", &json!({"skills": []}));
    server.json(
        "/.well-known/agent-skills/index.json",
        &json!({"skills": []}),
    );
    let checks = run(prepare(&[]));
    all_ok(&checks);
    assert!(is_reachable(&checks, "skills.sh") && is_reachable(&checks, &index));
    let github = &find(&checks, "search", "github").value;
    assert!(
        github.starts_with("not asked: there is no token"),
        "{github}"
    );
    assert_eq!(server.take_requests().len(), 2);

    // With a token, GitHub is asked.
    server.json("/search/code", &json!({"items": []}));
    let checks = run(prepare(&[]).env("GH_TOKEN", CANARY));
    assert!(is_reachable(&checks, "github"), "{checks:?}");
    let refused = Reply::Status(401, Vec::new(), String::new());
    server.reply("/search/code", refused.clone());
    let outcome = prepare(&[]).env("GH_TOKEN", CANARY).run();
    let said = only(&self::checks(&outcome), "warning", "search", "github");
    assert!(said.contains("check the token of GH_TOKEN"), "{said}");
    outcome.never_says(CANARY);

    server.reply("/api/search", Reply::Status(500, Vec::new(), String::new()));
    let said = only(&run(prepare(&[])), "warning", "search", "skills.sh");
    assert!(
        said.contains("failed (500)") && said.contains("--from"),
        "{said}"
    );
    let dead = |variable: &str| run(prepare(&[]).env(variable, "http://127.0.0.1:1"));
    let said = only(
        &dead("MDSKILL_SKILLS_SH_URL"),
        "warning",
        "search",
        "skills.sh",
    );
    assert!(said.contains("can't connect to 127.0.0.1:1"), "{said}");
    server.reply("/api/search", Reply::Silence);
    let slow = run(prepare(&[]).env("MDSKILL_TIMEOUT", "1"));
    let said = only(&slow, "warning", "search", "skills.sh");
    assert!(said.contains(" 1"), "{said}");
    let bad = run(prepare(&[]).env("MDSKILL_SEARCH_INDEXES", "nowhere"));
    let said = only(&bad, "warning", "search", "catalogs");
    assert!(said.contains("MDSKILL_SEARCH_INDEXES"), "{said}");

    // What the project switches off is not asked, and nothing is without the network.
    server.take_requests();
    let offline = run(prepare(&["--offline"]));
    all_ok(&offline);
    let value = &find(&offline, "search", "skills.sh").value;
    assert_eq!(value, "not tried (--offline)");
    context.write(
        "mdskill.toml",
        "[search]\nskills-sh = false\ngithub = false\n",
    );
    let checks = run(prepare(&[]).env("MDSKILL_SEARCH_INDEXES", ""));
    all_ok(&checks);
    assert!(checks.iter().all(|check| check.section != "search"));
    assert!(server.take_requests().is_empty());
}

#[test]
fn base_of_repositories_may_be_a_folder() {
    let context = TestContext::with_skills().0;
    let base = |base: &str| {
        run(context
            .mdskill(["doctor", "--json"])
            .env("MDSKILL_GITHUB_URL", base))
    };
    let checks = base(context.origin());
    assert!(
        find(&checks, "sources", "owner/repo")
            .value
            .contains(context.origin())
    );
    let said = only(&base("nowhere"), "problem", "sources", "owner/repo");
    assert!(
        said.contains("neither a URL nor an existing folder"),
        "{said}"
    );
    let said = only(
        &base("https://ada:pass@h.example"),
        "problem",
        "sources",
        "owner/repo",
    );
    assert!(
        said.contains("MDSKILL_TOKEN") && !said.contains("pass@"),
        "{said}"
    );
    let context = installed();
    std::fs::rename(context.root().join("acme"), context.root().join("gone")).unwrap();
    let said = only(
        &doctor(&context),
        "problem",
        "sources",
        "github:acme/skills",
    );
    assert!(said.contains("does not have acme/skills"), "{said}");
}

#[test]
fn credentials_are_named_and_never_shown() {
    let tls = TlsContext::open();
    let context = &tls.context;
    tls.server.require_basic("ada", CANARY);
    tls.prepare(&["doctor"]).run().ok();
    let helper = format!("!f() {{ echo username=ada; echo password={CANARY}; }}; f");
    std::fs::write(
        context.path("home/.gitconfig"),
        format!("[credential]\n\thelper = \"{helper}\"\n"),
    )
    .unwrap();
    std::fs::write(
        context.path("home/.netrc"),
        format!("machine 127.0.0.1 login ada password {CANARY}\n"),
    )
    .unwrap();
    context.fake_gh(CANARY);
    let prepare = |arguments: &[&str]| {
        let prepared = tls.prepare(arguments).env("MDSKILL_TOKEN", CANARY);
        prepared.env("GIT_CONFIG_GLOBAL", context.path("home/.gitconfig"))
    };
    let outcome = prepare(&["doctor", "--json"]).run();
    outcome.never_says(CANARY);
    let checks = checks(&outcome);
    assert_eq!(
        find(&checks, "host", "credentials").value,
        "MDSKILL_TOKEN, then gh auth token, then netrc, then git credential (a shell command)"
    );
    assert_eq!(find(&checks, "settings", "MDSKILL_TOKEN").value, "set");
    prepare(&["doctor", "-vv"]).run().ok().never_says(CANARY);
    // In CI, gh is not asked.
    let outcome = prepare(&["doctor", "--json"]).env("CI", "1").run();
    outcome
        .ok()
        .never_says("gh auth")
        .says("MDSKILL_TOKEN, then netrc");
}

#[test]
fn refused_token_is_a_warning() {
    let tls = TlsContext::open();
    let has_token =
        |request: &crate::support::wire::Request| request.header("authorization").is_some();
    let refusal = Fault::Status {
        code: 401,
        headers: Vec::new(),
        body: "expired\n".to_owned(),
    };
    tls.server.fault_when(has_token, refusal);
    tls.prepare(&["add", "acme/skills/one"]).run().ok();
    let prepared = tls
        .prepare(&["doctor", "--json"])
        .env("MDSKILL_TOKEN", CANARY);
    let outcome = prepared.run();
    outcome.never_says(CANARY);
    let said = only(&checks(&outcome), "warning", "host", "connection");
    assert!(
        said.contains("refused the token (tried MDSKILL_TOKEN)"),
        "{said}"
    );
}

#[test]
fn proxy_in_effect_is_shown_without_its_password() {
    let context = served();
    context.write("mdskill.toml", "[search]\nskills-sh = false\n");
    let proxy = Proxy::start(context.server.address());
    let with_password = proxy.url().replace("://", &format!("://ada:{CANARY}@"));
    let prepared = |no_proxy: &str| {
        let prepared = context.mdskill(["doctor", "--json"]);
        let prepared = prepared.env("HTTP_PROXY", &with_password);
        prepared.env("NO_PROXY", no_proxy).run()
    };
    let outcome = prepared("other.example");
    outcome.never_says(CANARY);
    let shown = proxy.url().replace("://", "://(hidden)@");
    let found = checks(&outcome);
    assert_eq!(
        find(&found, "host", "proxy").value,
        format!("{shown} (HTTP_PROXY)")
    );
    assert_eq!(proxy.asked().len(), 1);
    let direct = checks(&prepared("127.0.0.1"));
    assert_eq!(find(&direct, "host", "proxy").value, "none");
    assert_eq!(proxy.asked().len(), 1);
    // A proxy without a scheme may have a password, too.
    let short = with_password.trim_start_matches("http://").to_owned();
    let prepared = context
        .mdskill(["doctor", "--json"])
        .env("http_proxy", short);
    prepared.run().ok().never_says(CANARY);
}

#[test]
fn bad_certificates_are_problems() {
    let tls = TlsContext::open();
    tls.prepare(&["add", "acme/skills/one"]).run().ok();
    let prepare = || tls.prepare(&["doctor", "--json"]);
    let checks = run(prepare());
    let pem = tls.authority.pem().display().to_string();
    assert!(find(&checks, "host", "certificates").value.contains(&pem));
    let missing = prepare().env("GIT_SSL_CAINFO", "/nowhere/ca.pem");
    let said = only(&run(missing), "problem", "host", "certificates");
    assert!(
        said.contains("`GIT_SSL_CAINFO`: can't read /nowhere/ca.pem")
            && said.contains("correct or unset GIT_SSL_CAINFO"),
        "{said}"
    );
    let folder = tls.context.path("temp/other");
    std::fs::create_dir(&folder).unwrap();
    let other = Authority::new(&folder);
    let untrusted = prepare().env("SSL_CERT_FILE", other.pem());
    let said = only(&run(untrusted), "problem", "host", "connection");
    assert!(said.contains("can't trust 127.0.0.1"), "{said}");
}

#[test]
fn lockfile_problems_have_a_next_step() {
    let context = installed();
    let plain = context.read("mdskill.lock");
    context.write("mdskill.lock", numbered(&plain));
    let said = only(&doctor(&context), "warning", "project", "lockfile");
    assert!(said.contains("`mdskill lock` rewrites it"), "{said}");
    context.run(&["lock"]).ok();
    assert_eq!(context.read("mdskill.lock"), plain);
    all_ok(&doctor(&context));

    context.write("mdskill.lock", plain.replace("version = 1", "version = 9"));
    let said = only(&doctor(&context), "problem", "project", "lockfile");
    assert!(said.contains("newer mdskill"), "{said}");
    let conflict = format!("<<<<<<< ours\n{plain}=======\n{plain}>>>>>>> theirs\n");
    context.write("mdskill.lock", conflict);
    let said = only(&doctor(&context), "problem", "project", "lockfile");
    assert!(said.contains("unresolved merge conflict"), "{said}");
    context.write("mdskill.lock", b"\xff");
    only(&doctor(&context), "problem", "project", "lockfile");
    context.write("mdskill.lock", &plain);
    context.write("mdskill.toml", "[policy]\nsource = []\n");
    let said = only(&doctor(&context), "problem", "project", "configuration");
    assert!(said.contains("did you mean"), "{said}");
    assert!(said.contains("`mdskill schema config`"), "{said}");
}

#[test]
fn states_of_skills_are_counted() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.write(".github/skills/two/SKILL.md", "edited");
    let checks = doctor(&context);
    assert_eq!(find(&checks, "project", "skills").value, "2 ok, 1 modified");
    only(&checks, "warning", "project", "skills");
    std::fs::remove_dir_all(context.project().join(".github/skills/three")).unwrap();
    let checks = doctor(&context);
    assert_eq!(
        find(&checks, "project", "skills").value,
        "1 ok, 1 modified, 1 missing"
    );
    let said = only(&checks, "problem", "project", "skills");
    assert!(said.contains("`mdskill install` restores them"), "{said}");
}

#[test]
fn rules_of_git_that_bite_are_problems() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/windows.md", "a\r\nb\r\n");
    repo.commit("files");
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(".gitattributes", "* text=auto\n");
    let said = only(&doctor(&context), "problem", "git rules", "one");
    assert!(said.contains("because of `text=auto`"), "{said}");
    let line = said.split('`').find(|part| part.starts_with("* ")).unwrap();
    context.write(".github/skills/.gitattributes", format!("{line}\n"));
    let checks = doctor(&context);
    let value = &find(&checks, "git rules", "installed files").value;
    assert_eq!(value, "neither changed nor ignored by git");
    let kept = ["check-attr", "text", "--", ".github/skills/one/windows.md"];
    context.git(&kept).ok().says("text: unset");

    context.write(".gitignore", "windows.md\n");
    let ignored = ["check-ignore", ".github/skills/one/windows.md"];
    context.git(&ignored).ok();
    let said = only(&doctor(&context), "problem", "git rules", "one");
    assert!(said.contains("`windows.md` in .gitignore:1"), "{said}");
    let exception = said.split("the line `").nth(1).unwrap();
    let exception = exception.split('`').next().unwrap();
    context.write(".gitignore", format!("windows.md\n{exception}\n"));
    context.git(&ignored).fails(1);
    all_ok(&doctor(&context));
}

#[test]
fn cache_that_cannot_be_written_is_a_problem() {
    let context = installed();
    let file = context.path("temp/file");
    std::fs::write(&file, "").unwrap();
    let prepared = |folder: &Path| {
        run(context
            .mdskill(["doctor", "--json"])
            .env("MDSKILL_CACHE_DIR", folder))
    };
    for folder in [file.clone(), file.join("below")] {
        let said = only(&prepared(&folder), "problem", "cache", "folder");
        assert!(
            said.contains("is not a folder") && said.contains("MDSKILL_CACHE_DIR"),
            "{said}"
        );
    }
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may write everywhere");
        return;
    }
    let folder = context.path("temp/cache");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    let said = only(&prepared(&folder), "problem", "cache", "folder");
    assert!(said.contains("can't be written"), "{said}");
}

#[test]
fn target_that_leaves_the_project_is_a_problem() {
    let context = installed();
    let target = context.project().join(".github/skills");
    std::fs::rename(&target, context.path("temp/skills")).unwrap();
    std::os::unix::fs::symlink(context.path("temp/skills"), &target).unwrap();
    let said = only(&doctor(&context), "problem", "target", "folder");
    assert!(said.contains("outside"), "{said}");
}

#[test]
fn works_without_git_home_and_project() {
    let context = installed();
    let empty = context.path("temp");
    let without_git = run(context.mdskill(["doctor", "--json"]).env("PATH", &empty));
    let said = only(&without_git, "warning", "git", "version");
    assert!(said.contains("install git"), "{said}");
    let unset = [
        "HOME",
        "MDSKILL_CACHE_DIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
    ];
    let prepared = context.mdskill(["doctor", "--json"]).dir("/");
    let prepared = unset
        .iter()
        .fold(prepared, |prepared, name| prepared.env(name, ""));
    let checks = run(prepared.env("PATH", "").env("HOME", "/nonexistent"));
    assert_eq!(
        find(&checks, "project", "lockfile").value,
        "no mdskill.lock"
    );
    std::fs::write(context.path("home/.gitconfig"), "[broken\n").unwrap();
    let prepared = context.mdskill(["doctor", "--json"]);
    let broken = run(prepared.env("GIT_CONFIG_GLOBAL", context.path("home/.gitconfig")));
    let said = only(&broken, "problem", "git", "configuration");
    assert!(said.contains("bad config line 1"), "{said}");
    context.run(&["-g", "doctor"]).ok();
}

#[test]
fn variables_that_have_no_effect_are_warnings() {
    let context = installed();
    let with =
        |name: &str, value: &str| run(context.mdskill(["doctor", "--json"]).env(name, value));
    let said = only(
        &with("MDSKILL_TIMOUT", "9"),
        "warning",
        "settings",
        "MDSKILL_TIMOUT",
    );
    assert!(said.contains("did you mean MDSKILL_TIMEOUT?"), "{said}");
    let checks = with("MDSKILL_TOKENS", CANARY);
    only(&checks, "warning", "settings", "MDSKILL_TOKENS");
    assert_eq!(find(&checks, "settings", "MDSKILL_TOKENS").value, "set");
    let said = only(
        &with("MDSKILL_RETRIES", "many"),
        "warning",
        "settings",
        "MDSKILL_RETRIES",
    );
    assert!(said.contains("is not a number"), "{said}");
}

#[test]
fn another_program_of_the_name_is_a_warning() {
    let context = installed();
    let doctor = || run(context.mdskill(["doctor", "--json"]));
    assert_eq!(find(&doctor(), "mdskill", "in PATH").value, "no `mdskill`");
    let own = Path::new(env!("CARGO_BIN_EXE_mdskill"));
    let tool = context.path("tools/mdskill");
    std::os::unix::fs::symlink(own, &tool).unwrap();
    assert!(doctor().iter().all(|check| check.name != "in PATH"));
    std::fs::remove_file(&tool).unwrap();
    let package = context.path("temp/node_modules/mdskill");
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("cli.js"), "").unwrap();
    std::os::unix::fs::symlink(package.join("cli.js"), &tool).unwrap();
    let said = only(&doctor(), "warning", "mdskill", "in PATH");
    assert!(
        said.contains("the npm package `mdskill`, which is another program"),
        "{said}"
    );
}

#[test]
fn leftovers_are_listed() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(".github/skills/one/SKILL.md", "edited");
    repo.skill("skills/one", "one", "Another text");
    repo.commit("two");
    context.run(&["update", "--force"]).ok();
    let checks = doctor(&context);
    let trash = &find(&checks, "leftovers", "trash").value;
    assert!(trash.starts_with(".mdskill/trash: 1 folder, "), "{trash}");
    std::fs::create_dir(context.project().join(".github/.mdskill-stage-skills")).unwrap();
    let said = only(&doctor(&context), "problem", "leftovers", "staging folder");
    assert!(said.contains("remove it"), "{said}");
    context.write(".mdskill/journal.json", "{}");
    let checks = doctor(&context);
    assert_eq!(find(&checks, "leftovers", "journal").status, "warning");
}

#[test]
fn hostile_values_are_escaped_and_cut() {
    let context = installed();
    let hostile = format!("\u{1b}[31m\u{202e}::error::{}", "x".repeat(1 << 16));
    let outcome = context
        .mdskill(["doctor"])
        .env("MDSKILL_GITHUB_URL", &hostile)
        .env("GH_HOST", &hostile)
        .env("MDSKILL_\u{1b}[2J", "1")
        .env("CI", "1")
        .run();
    outcome.fails(3).never_says("\u{1b}").never_says("\u{202e}");
    assert!(outcome.stdout.len() < 10_000, "{}", outcome.stdout.len());
    let prepared = context.mdskill(["doctor", "--json"]);
    let outcome = prepared.env("MDSKILL_GITHUB_URL", &hostile).run();
    outcome.fails(3).never_says("\u{202e}");
    let lock = context.read("mdskill.lock");
    let name = format!("acme/{}", "s".repeat(1 << 16));
    context.write("mdskill.lock", lock.replace("acme/skills", &name));
    let outcome = context.run(&["doctor"]);
    outcome.fails(3);
    assert!(outcome.stdout.len() < 10_000, "{}", outcome.stdout.len());
}

#[test]
fn lines_fit_any_terminal_and_marks_any_locale() {
    let context = installed();
    context.write(".github/skills/one/SKILL.md", "edited");
    let plain = context.mdskill(["doctor"]).env("LC_ALL", "C").run();
    assert!(plain.ok().stdout.is_ascii(), "{plain}");
    plain.says("  ! skills").says("  + root");
    let dumb = context.mdskill(["doctor"]).env("TERM", "dumb").run();
    dumb.ok().says("  + root");
    for columns in [120, 80, 40, 20] {
        let prepared = context.mdskill(["doctor"]).env("TERM", "xterm-256color");
        let (_, lines) = prepared.terminal((columns, 200), false).end();
        assert!(
            lines.iter().any(|line| line.contains("✓ root")),
            "{lines:?}"
        );
        for line in &lines {
            assert!(
                line.chars().count() <= usize::from(columns),
                "{columns}: {line}"
            );
        }
    }
}
