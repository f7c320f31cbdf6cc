//! Credentials: a token is sent to its own host only, over https. The tests search all outputs and files for it.

use crate::acts::refused;
use crate::forge::Scene;
use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::forge::Forge;
use crate::support::outcome::Outcome;
use crate::support::proxy::Proxy;
use crate::support::room::Prepared;
use crate::support::snapshot::Snapshot;

/// The secret that the tests search for.
pub const CANARY: &str = "canary-in-a-coal-mine";
const ADD: [&str; 2] = ["add", "acme/skills/one"];

/// A scene with a second server for the same repositories over TLS.
pub struct Vault {
    pub scene: Scene,
    pub authority: Authority,
    pub forge: Forge,
}

impl Vault {
    /// Creates a TLS server at the address of this machine.
    pub fn open() -> Self {
        Self::open_for(&["127.0.0.1"])
    }

    fn open_for(names: &[&str]) -> Self {
        let scene = Scene::set();
        let authority = Authority::new(&scene.room.path("temp"));
        let forge = Forge::start_tls(scene.root(), &authority, names);
        Self {
            scene,
            authority,
            forge,
        }
    }

    /// Prepares a command that finds `owner/repo` on the TLS server, without retries.
    pub fn prepare(&self, arguments: &[&str]) -> Prepared {
        let prepared = self.scene.mdskill(arguments);
        prepared
            .env("MDSKILL_GITHUB_URL", self.forge.url())
            .env("SSL_CERT_FILE", self.authority.pem())
            .env("MDSKILL_RETRIES", "0")
    }

    /// Prepares a command that reaches the server under a host name, through a proxy.
    fn prepare_by_proxy(&self, arguments: &[&str], proxy: &Proxy) -> Prepared {
        let prepared = self.prepare(arguments).env("MDSKILL_GITHUB_URL", "");
        prepared.env("HTTPS_PROXY", proxy.url())
    }

    /// Returns the numbers of requests with and without a credential.
    fn heard(forge: &Forge) -> (usize, usize) {
        let requests = forge.requests();
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
        let stored = Snapshot::of(&self.scene.room.path("cache"));
        let kept = self.scene.room.snapshot().with(stored);
        for (path, (_, bytes)) in &kept.entries {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(CANARY), "the secret is in {path}");
        }
    }
}

#[test]
fn token_is_sent_to_its_own_host() {
    let vault = Vault::open();
    vault.forge.require_basic("x-access-token", CANARY);
    let outcome = vault.prepare(&ADD).env("MDSKILL_TOKEN", CANARY).run();
    outcome.ok();
    vault.scene.has("one", "HEAD:skills/one");
    assert_eq!(Vault::heard(&vault.forge), (3, 0));
    vault.is_silent(&outcome);
}

#[test]
fn default_port_is_same_host() {
    let vault = Vault::open_for(&["forge.example"]);
    vault.forge.require_basic("x-access-token", CANARY);
    let proxy = Proxy::start(vault.forge.address());
    let prepared = vault.prepare_by_proxy(&ADD, &proxy);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", "https://Forge.Example:443/");
    prepared.env("MDSKILL_TOKEN", CANARY).run().ok();
}

#[test]
fn credential_in_redirect_is_ignored() {
    let vault = Vault::open();
    let other = Forge::start_tls(vault.scene.root(), &vault.authority, &["127.0.0.1"]);
    let to = format!("https://ada:{CANARY}@{}{{target}}", other.address());
    vault.forge.fault(Fault::Redirect { code: 302, to });
    let outcome = vault.prepare(&ADD).run();
    outcome.ok().says("has moved to");
    vault.is_silent(&outcome);
    assert_eq!(Vault::heard(&other), (0, 3));
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
        let vault = Vault::open_for(&[host]);
        vault.forge.require_basic(user, CANARY);
        let proxy = Proxy::start(vault.forge.address());
        let mut prepared = vault.prepare_by_proxy(&["add", spec], &proxy);
        if host == "ghe.example" {
            prepared = prepared.env("GH_HOST", host);
        }
        if host == "gitlab.example" {
            prepared = prepared.env("GITLAB_HOST", host);
        }
        let outcome = prepared.env(variable, CANARY).run();
        outcome.ok();
        assert_eq!(Vault::heard(&vault.forge), (3, 0), "{variable}");
        assert_eq!(proxy.asked()[0], format!("CONNECT {host}:443"));
        vault.scene.has("one", "HEAD:skills/one");
        vault.is_silent(&outcome);
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
    let vault = Vault::open();
    let plain = &vault.scene.forge;
    let prepared = || with_all_tokens(vault.prepare(&ADD)).env("MDSKILL_GITHUB_URL", plain.url());
    vault.scene.room.fake_gh(CANARY);
    plain.fault_nth(1, Fault::status(401));
    let outcome = refused(&vault.scene.room, prepared(), 4, "(401)");
    vault.is_silent(&outcome);
    let outcome = prepared().run();
    outcome.ok();
    vault.is_silent(&outcome);
    assert_eq!(Vault::heard(plain).0, 0);
    assert_eq!(vault.scene.room.log("gh"), "");
}

#[test]
fn token_is_not_sent_to_other_host() {
    let vault = Vault::open();
    let other = Forge::start_tls(vault.scene.root(), &vault.authority, &["127.0.0.1"]);
    let spec = format!("{}/acme/skills/one", other.address());
    let outcome = with_all_tokens(vault.prepare(&["add", &spec])).run();
    outcome.ok();
    assert_eq!(Vault::heard(&other), (0, 3));
    vault.is_silent(&outcome);
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
        let vault = Vault::open_for(&[host]);
        let proxy = Proxy::start(vault.forge.address());
        let spec = format!("{host}/acme/skills/one");
        let prepared = vault.prepare_by_proxy(&["add", &spec], &proxy);
        let prepared = with_all_tokens(prepared).env("GITLAB_HOST", "https://gitlab.acme.example");
        let outcome = prepared.run();
        outcome.ok();
        assert_eq!(Vault::heard(&vault.forge), (0, 3), "{host}");
        vault.is_silent(&outcome);
    }
}

#[test]
fn token_is_not_sent_after_redirect_to_other_host() {
    let vault = Vault::open();
    let other = Forge::start_tls(vault.scene.root(), &vault.authority, &["127.0.0.1"]);
    for code in [301, 302, 307, 308] {
        vault.forge.clear_faults();
        vault.forge.reset();
        other.reset();
        let to = format!("{}{{target}}", other.url());
        vault.forge.fault(Fault::Redirect { code, to });
        vault.scene.run(&["cache", "clear"]).ok();
        let prepared = vault.prepare(&["list", "acme/skills"]);
        let outcome = prepared.env("MDSKILL_TOKEN", CANARY).run();
        outcome.ok().says("has moved to");
        assert_eq!(Vault::heard(&vault.forge), (1, 0));
        assert_eq!(Vault::heard(&other), (0, 3));
        vault.is_silent(&outcome);
    }
}

#[test]
fn refused_token_is_dropped_for_public_repository() {
    let vault = Vault::open();
    vault.forge.fault_when(
        |request| request.header("authorization").is_some(),
        Fault::status(401),
    );
    let outcome = vault.prepare(&ADD).env("MDSKILL_TOKEN", CANARY).run();
    outcome
        .ok()
        .says("refused the token (tried MDSKILL_TOKEN); continued without it");
    assert_eq!(outcome.stderr.matches("refused the token").count(), 1);
    vault.scene.has("one", "HEAD:skills/one");
    vault.is_silent(&outcome);
}

#[test]
fn refusal_lists_tried_credentials() {
    let vault = Vault::open();
    vault.scene.room.fake_gh("another-token");
    for (hide, code, sentence) in [
        (false, 4, "(401); tried MDSKILL_TOKEN, gh auth token"),
        (true, 1, "(404); tried MDSKILL_TOKEN, gh auth token"),
    ] {
        vault.forge.require_basic("ada", "open sesame");
        vault.forge.hide_private(hide);
        let prepared = vault.prepare(&ADD).env("MDSKILL_TOKEN", CANARY);
        let outcome = refused(&vault.scene.room, prepared, code, sentence);
        outcome.never_says("another-token").says("hint: ");
        vault.is_silent(&outcome);
    }
}

#[test]
fn gh_is_started_only_after_refusal() {
    let vault = Vault::open();
    let room = &vault.scene.room;
    room.fake_gh(CANARY);
    vault.prepare(&ADD).run().ok();
    assert_eq!(room.log("gh"), "", "what is public needs no token");

    vault.forge.require_basic("x-access-token", CANARY);
    let in_ci = vault.prepare(&["add", "acme/skills/two"]).env("CI", "true");
    refused(room, in_ci, 4, "(401)");
    assert_eq!(room.log("gh"), "", "a job has its own token, or none");

    let outcome = vault.prepare(&["add", "acme/skills/two"]).run();
    outcome.ok();
    vault.scene.has("two", "HEAD:skills/two");
    let question = format!("auth token --hostname {}\n", vault.forge.address());
    assert_eq!(room.log("gh"), question, "one question is enough");
    vault.is_silent(&outcome);
}

#[test]
fn git_credential_helper_runs_without_prompt() {
    let vault = Vault::open();
    let room = &vault.scene.room;
    vault.forge.require_basic("ada", "open sesame");
    let asked = room.path("temp/asked.log");
    room.fake("askpass", &format!("echo asked >> '{}'", asked.display()));
    let prepared = || {
        let config = room.path("home/.gitconfig");
        let prepared = vault.prepare(&ADD).env("GIT_CONFIG_GLOBAL", config);
        prepared.env("GIT_ASKPASS", room.path("tools/askpass"))
    };
    std::fs::write(room.path("home/.gitconfig"), "").unwrap();
    refused(room, prepared(), 4, "(401)");
    assert!(!asked.exists(), "nobody is there to be asked");

    let log = room.path("temp/helper.log");
    room.fake(
        "git-credential-test",
        &format!(
            "cat >> '{}'\necho username=ada\necho 'password=open sesame'",
            log.display()
        ),
    );
    let cat = std::path::Path::new("/bin/cat");
    std::os::unix::fs::symlink(cat, room.path("tools/cat")).unwrap();
    std::fs::write(
        room.path("home/.gitconfig"),
        "[credential]\n\thelper = test\n",
    )
    .unwrap();
    let outcome = prepared().run();
    outcome.ok().never_says("sesame");
    let question = std::fs::read_to_string(log).unwrap();
    let host = format!("host={}\n", vault.forge.address());
    assert!(question.contains("protocol=https\n") && question.contains(&host));
    vault.scene.has("one", "HEAD:skills/one");
}

/// A server that requires a password, and an untrusted project: when a credential is requested,
/// `temp/owned` is created if anything of the project is run.
fn hostile_project() -> (Vault, std::path::PathBuf) {
    let vault = Vault::open();
    let room = &vault.scene.room;
    vault.forge.require_basic("ada", "open sesame");
    let owned = room.path("temp/owned");
    let make = format!(": > '{}'", owned.display());
    let helper = format!("!{make}; true");
    room.run("git", ["config", "credential.helper", &helper])
        .run()
        .ok();
    // A clone can contain a folder that is a bare repository.
    room.run("git", ["init", "--quiet", "--bare", "sub"])
        .run()
        .ok();
    let in_sub = ["--git-dir=sub", "config", "credential.helper", &helper];
    room.run("git", in_sub).run().ok();
    for name in ["git", "gh", "sh"] {
        let program = room.project().join(name);
        std::fs::write(&program, format!("#!/bin/sh\n{make}\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).unwrap();
    }
    (vault, owned)
}

#[test]
fn git_credential_helper_ignores_configuration_of_project() {
    let (vault, owned) = hostile_project();
    let room = &vault.scene.room;
    refused(room, vault.prepare(&ADD), 4, "(401)");
    let below = vault.prepare(&ADD).dir(room.project().join("sub"));
    below.run().fails(4).says("(401)");
    let git_dir = room.project().join(".git");
    let in_hook = vault.prepare(&ADD).env("GIT_DIR", git_dir);
    refused(room, in_hook, 4, "(401)");
    assert!(!owned.exists(), "a command of the project was run");
}

#[test]
fn programs_of_project_are_not_started() {
    let (vault, owned) = hostile_project();
    let room = &vault.scene.room;
    let tools = room.path("tools").display().to_string();
    for path in [
        format!(".:{tools}"),
        format!(":{tools}"),
        format!("../project:{tools}"),
    ] {
        refused(room, vault.prepare(&ADD).env("PATH", path), 4, "(401)");
    }
    assert!(!owned.exists(), "a program of the project was run");
}

#[test]
fn git_credential_helper_reads_configuration_of_user() {
    let (vault, owned) = hostile_project();
    let helper = "!f() { echo username=ada; echo 'password=open sesame'; }; f";
    let prepared = vault.prepare(&ADD).env("GIT_CONFIG_COUNT", "1");
    let prepared = prepared.env("GIT_CONFIG_KEY_0", "credential.helper");
    prepared.env("GIT_CONFIG_VALUE_0", helper).run().ok();
    vault.scene.has("one", "HEAD:skills/one");
    assert!(!owned.exists(), "a command of the project was run");
}
