//! Credentials: a token is sent to its own host only, over https. The tests search all outputs and files for it.

use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::outcome::Outcome;
use crate::support::proxy::Proxy;
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{Prepared, ServedContext};

/// The secret that the tests search for.
pub const CANARY: &str = "canary-in-a-coal-mine";
const ADD: [&str; 2] = ["add", "acme/skills/one"];

/// A context with a second server for the same repositories over TLS.
pub struct TlsContext {
    pub context: ServedContext,
    pub authority: Authority,
    pub server: GitServer,
}

impl TlsContext {
    /// Creates a TLS server at the address of this machine.
    pub fn open() -> Self {
        Self::open_for(&["127.0.0.1"])
    }

    fn open_for(names: &[&str]) -> Self {
        let context = ServedContext::new();
        let authority = Authority::new(&context.path("temp"));
        let server = GitServer::start_tls(context.root(), &authority, names);
        Self {
            context,
            authority,
            server,
        }
    }

    /// Prepares a command that finds `owner/repo` on the TLS server, without retries.
    pub fn prepare(&self, arguments: &[&str]) -> Prepared {
        let prepared = self.context.mdskill(arguments);
        prepared
            .env("MDSKILL_GITHUB_URL", self.server.url())
            .env("SSL_CERT_FILE", self.authority.pem())
            .env("MDSKILL_RETRIES", "0")
    }

    /// Prepares a command that reaches the server under a host name, through a proxy.
    fn prepare_by_proxy(&self, arguments: &[&str], proxy: &Proxy) -> Prepared {
        let prepared = self.prepare(arguments).env("MDSKILL_GITHUB_URL", "");
        prepared.env("HTTPS_PROXY", proxy.url())
    }

    /// Returns the numbers of requests with and without a credential.
    fn heard(server: &GitServer) -> (usize, usize) {
        let requests = server.requests();
        let with = requests
            .iter()
            .filter(|request| request.header("authorization").is_some())
            .count();
        (with, requests.len() - with)
    }

    /// Checks that the secret is not in the output, the project, the home, or the cache.
    #[track_caller]
    pub fn is_silent(&self, outcome: &Outcome) {
        outcome.never_says(CANARY);
        let stored = Snapshot::of(&self.context.path("cache"));
        let kept = self.context.snapshot().with(stored);
        for (path, (_, bytes)) in &kept.entries {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(CANARY), "the secret is in {path}");
        }
    }
}

#[test]
fn token_is_sent_to_its_own_host() {
    let tls = TlsContext::open();
    tls.server.require_basic("x-access-token", CANARY);
    let outcome = tls.prepare(&ADD).env("MDSKILL_TOKEN", CANARY).run();
    outcome.ok();
    tls.context.has("one", "HEAD:skills/one");
    assert_eq!(TlsContext::heard(&tls.server), (3, 0));
    tls.is_silent(&outcome);
}

#[test]
fn default_port_is_same_host() {
    let tls = TlsContext::open_for(&["forge.example"]);
    tls.server.require_basic("x-access-token", CANARY);
    let proxy = Proxy::start(tls.server.address());
    let prepared = tls.prepare_by_proxy(&ADD, &proxy);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", "https://Forge.Example:443/");
    prepared.env("MDSKILL_TOKEN", CANARY).run().ok();
}

#[test]
fn credential_in_redirect_is_ignored() {
    let tls = TlsContext::open();
    let other = GitServer::start_tls(tls.context.root(), &tls.authority, &["127.0.0.1"]);
    let to = format!("https://ada:{CANARY}@{}{{target}}", other.address());
    tls.server.fault(Fault::Redirect { code: 302, to });
    let outcome = tls.prepare(&ADD).run();
    outcome.ok().says("has moved to");
    tls.is_silent(&outcome);
    assert_eq!(TlsContext::heard(&other), (0, 3));
}

#[test]
fn token_variables_apply_to_their_hosts() {
    for (host, spec, user, variable) in [
        (
            "github.com",
            "acme/skills/one",
            "x-access-token",
            "GH_TOKEN",
        ),
        (
            "github.com",
            "acme/skills/one",
            "x-access-token",
            "GITHUB_TOKEN",
        ),
        (
            "github.com",
            "acme/skills/one",
            "x-access-token",
            "MDSKILL_TOKEN",
        ),
        (
            "acme.ghe.com",
            "acme.ghe.com/acme/skills/one",
            "x-access-token",
            "GH_TOKEN",
        ),
        (
            "ghe.example",
            "acme/skills/one",
            "x-access-token",
            "GH_ENTERPRISE_TOKEN",
        ),
        (
            "ghe.example",
            "acme/skills/one",
            "x-access-token",
            "GITHUB_ENTERPRISE_TOKEN",
        ),
        (
            "gitlab.example",
            "gitlab.example/acme/skills/one",
            "oauth2",
            "GITLAB_TOKEN",
        ),
    ] {
        let tls = TlsContext::open_for(&[host]);
        tls.server.require_basic(user, CANARY);
        let proxy = Proxy::start(tls.server.address());
        let mut prepared = tls.prepare_by_proxy(&["add", spec], &proxy);
        if host == "ghe.example" {
            prepared = prepared.env("GH_HOST", host);
        }
        if host == "gitlab.example" {
            prepared = prepared.env("GITLAB_HOST", host);
        }
        let outcome = prepared.env(variable, CANARY).run();
        outcome.ok();
        assert_eq!(TlsContext::heard(&tls.server), (3, 0), "{variable}");
        assert_eq!(proxy.asked()[0], format!("CONNECT {host}:443"));
        tls.context.has("one", "HEAD:skills/one");
        tls.is_silent(&outcome);
    }
}

/// Sets every variable that may hold a token.
fn with_all_tokens(mut prepared: Prepared) -> Prepared {
    for variable in [
        "MDSKILL_TOKEN",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GH_ENTERPRISE_TOKEN",
        "GITHUB_ENTERPRISE_TOKEN",
        "GITLAB_TOKEN",
    ] {
        prepared = prepared.env(variable, CANARY);
    }
    prepared
}

#[test]
fn token_is_not_sent_over_plain_http() {
    let tls = TlsContext::open();
    let plain = &tls.context.server;
    let prepared = || with_all_tokens(tls.prepare(&ADD)).env("MDSKILL_GITHUB_URL", plain.url());
    tls.context.fake_gh(CANARY);
    plain.fault_nth(1, Fault::status(401));
    let outcome = tls.context.assert_refused(prepared(), 4, "(401)");
    tls.is_silent(&outcome);
    let outcome = prepared().run();
    outcome.ok();
    tls.is_silent(&outcome);
    assert_eq!(TlsContext::heard(plain).0, 0);
    assert_eq!(tls.context.log("gh"), "");
}

#[test]
fn token_is_not_sent_to_other_host() {
    let tls = TlsContext::open();
    let other = GitServer::start_tls(tls.context.root(), &tls.authority, &["127.0.0.1"]);
    let spec = format!("{}/acme/skills/one", other.address());
    let outcome = with_all_tokens(tls.prepare(&["add", &spec])).run();
    outcome.ok();
    assert_eq!(TlsContext::heard(&other), (0, 3));
    tls.is_silent(&outcome);
}

#[test]
fn token_is_not_sent_to_lookalike_host() {
    for host in [
        "gitlab.evil.example",
        "gitlab.com.evil.example",
        "github.com.evil.example",
        "acme.ghe.com.evil.example",
        "notgithub.com",
    ] {
        let tls = TlsContext::open_for(&[host]);
        let proxy = Proxy::start(tls.server.address());
        let spec = format!("{host}/acme/skills/one");
        let prepared = tls.prepare_by_proxy(&["add", &spec], &proxy);
        let prepared = with_all_tokens(prepared).env("GITLAB_HOST", "https://gitlab.acme.example");
        let outcome = prepared.run();
        outcome.ok();
        assert_eq!(TlsContext::heard(&tls.server), (0, 3), "{host}");
        tls.is_silent(&outcome);
    }
}

#[test]
fn token_is_not_sent_after_redirect_to_other_host() {
    let tls = TlsContext::open();
    let other = GitServer::start_tls(tls.context.root(), &tls.authority, &["127.0.0.1"]);
    for code in [301, 302, 307, 308] {
        tls.server.clear_faults();
        tls.server.reset();
        other.reset();
        let to = format!("{}{{target}}", other.url());
        tls.server.fault(Fault::Redirect { code, to });
        tls.context.run(&["cache", "clear"]).ok();
        let prepared = tls.prepare(&["list", "acme/skills"]);
        let outcome = prepared.env("MDSKILL_TOKEN", CANARY).run();
        outcome.ok().says("has moved to");
        assert_eq!(TlsContext::heard(&tls.server), (1, 0));
        assert_eq!(TlsContext::heard(&other), (0, 3));
        tls.is_silent(&outcome);
    }
}

#[test]
fn refused_token_is_dropped_for_public_repository() {
    let tls = TlsContext::open();
    tls.server.fault_when(
        |request| request.header("authorization").is_some(),
        Fault::status(401),
    );
    let outcome = tls.prepare(&ADD).env("MDSKILL_TOKEN", CANARY).run();
    outcome
        .ok()
        .says("refused the token (tried MDSKILL_TOKEN); continued without it");
    assert_eq!(outcome.stderr.matches("refused the token").count(), 1);
    tls.context.has("one", "HEAD:skills/one");
    tls.is_silent(&outcome);
}

#[test]
fn refusal_lists_tried_credentials() {
    let tls = TlsContext::open();
    tls.context.fake_gh("another-token");
    for (hide, code, sentence) in [
        (false, 4, "(401); tried MDSKILL_TOKEN, gh auth token"),
        (true, 1, "(404); tried MDSKILL_TOKEN, gh auth token"),
    ] {
        tls.server.require_basic("ada", "open sesame");
        tls.server.hide_private(hide);
        let prepared = tls.prepare(&ADD).env("MDSKILL_TOKEN", CANARY);
        let outcome = tls.context.assert_refused(prepared, code, sentence);
        outcome.never_says("another-token").says("hint: ");
        tls.is_silent(&outcome);
    }
}

#[test]
fn gh_is_started_only_after_refusal() {
    let tls = TlsContext::open();
    let context = &tls.context;
    context.fake_gh(CANARY);
    tls.prepare(&ADD).run().ok();
    assert_eq!(context.log("gh"), "", "what is public needs no token");

    tls.server.require_basic("x-access-token", CANARY);
    let in_ci = tls.prepare(&["add", "acme/skills/two"]).env("CI", "true");
    context.assert_refused(in_ci, 4, "(401)");
    assert_eq!(context.log("gh"), "", "a job has its own token, or none");

    let outcome = tls.prepare(&["add", "acme/skills/two"]).run();
    outcome.ok();
    tls.context.has("two", "HEAD:skills/two");
    let question = format!("auth token --hostname {}\n", tls.server.address());
    assert_eq!(context.log("gh"), question, "one question is enough");
    tls.is_silent(&outcome);
}

#[test]
fn git_credential_helper_runs_without_prompt() {
    let tls = TlsContext::open();
    let context = &tls.context;
    tls.server.require_basic("ada", "open sesame");
    let asked = context.path("temp/asked.log");
    context.fake("askpass", &format!("echo asked >> '{}'", asked.display()));
    let prepared = || {
        let config = context.path("home/.gitconfig");
        let prepared = tls.prepare(&ADD).env("GIT_CONFIG_GLOBAL", config);
        prepared.env("GIT_ASKPASS", context.path("tools/askpass"))
    };
    std::fs::write(context.path("home/.gitconfig"), "").unwrap();
    context.assert_refused(prepared(), 4, "(401)");
    assert!(!asked.exists(), "there is no user to ask");

    let log = context.path("temp/helper.log");
    context.fake(
        "git-credential-test",
        &format!(
            "cat >> '{}'\necho username=ada\necho 'password=open sesame'",
            log.display()
        ),
    );
    let cat = std::path::Path::new("/bin/cat");
    std::os::unix::fs::symlink(cat, context.path("tools/cat")).unwrap();
    std::fs::write(
        context.path("home/.gitconfig"),
        "[credential]\n\thelper = test\n",
    )
    .unwrap();
    let outcome = prepared().run();
    outcome.ok().never_says("sesame");
    let question = std::fs::read_to_string(log).unwrap();
    let host = format!("host={}\n", tls.server.address());
    assert!(question.contains("protocol=https\n") && question.contains(&host));
    tls.context.has("one", "HEAD:skills/one");
}

/// A server that requires a password, and an untrusted project: when a credential is requested,
/// `temp/owned` is created if anything of the project is run.
fn hostile_project() -> (TlsContext, std::path::PathBuf) {
    let tls = TlsContext::open();
    let context = &tls.context;
    tls.server.require_basic("ada", "open sesame");
    let owned = context.path("temp/owned");
    let make = format!(": > '{}'", owned.display());
    let helper = format!("!{make}; true");
    context
        .command("git", ["config", "credential.helper", &helper])
        .run()
        .ok();
    // A clone can contain a folder that is a bare repository.
    context
        .command("git", ["init", "--quiet", "--bare", "sub"])
        .run()
        .ok();
    let in_sub = ["--git-dir=sub", "config", "credential.helper", &helper];
    context.command("git", in_sub).run().ok();
    for name in ["git", "gh", "sh"] {
        let program = context.project().join(name);
        std::fs::write(&program, format!("#!/bin/sh\n{make}\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).unwrap();
    }
    (tls, owned)
}

#[test]
fn git_credential_helper_ignores_configuration_of_project() {
    let (tls, owned) = hostile_project();
    let context = &tls.context;
    context.assert_refused(tls.prepare(&ADD), 4, "(401)");
    // `add` does not install into a bare repository.
    let below = tls.prepare(&["list", "acme/skills"]);
    let below = below.dir(context.project().join("sub"));
    below.run().fails(4).says("(401)");
    let git_dir = context.project().join(".git");
    let in_hook = tls.prepare(&ADD).env("GIT_DIR", git_dir);
    context.assert_refused(in_hook, 4, "(401)");
    assert!(!owned.exists(), "a command of the project was run");
}

#[test]
fn programs_of_project_are_not_started() {
    let (tls, owned) = hostile_project();
    let context = &tls.context;
    let tools = context.path("tools").display().to_string();
    for path in [
        format!(".:{tools}"),
        format!(":{tools}"),
        format!("../project:{tools}"),
    ] {
        context.assert_refused(tls.prepare(&ADD).env("PATH", path), 4, "(401)");
    }
    assert!(!owned.exists(), "a program of the project was run");
}

#[test]
fn git_credential_helper_reads_configuration_of_user() {
    let (tls, owned) = hostile_project();
    let helper = "!f() { echo username=ada; echo 'password=open sesame'; }; f";
    let prepared = tls.prepare(&ADD).env("GIT_CONFIG_COUNT", "1");
    let prepared = prepared.env("GIT_CONFIG_KEY_0", "credential.helper");
    prepared.env("GIT_CONFIG_VALUE_0", helper).run().ok();
    tls.context.has("one", "HEAD:skills/one");
    assert!(!owned.exists(), "a command of the project was run");
}
