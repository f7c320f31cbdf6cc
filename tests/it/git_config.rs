//! The user's git configuration: what `git ls-remote` reaches, mdskill reaches in the same environment.

mod http;

use crate::credentials::{CANARY, TlsContext};
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::outcome::Outcome;
use crate::support::test_context::{Prepared, ServedContext, TestContext};

/// An address that exists only in a configuration of git.
const WRITTEN: &str = "https://git.invalid/acme/skills.git";

/// Writes the configuration of the user.
fn configure(context: &TestContext, config: &str) {
    std::fs::write(context.path("home/.gitconfig"), config).unwrap();
}

/// Lets a program read the configuration of the user.
fn with_config(context: &TestContext, prepared: Prepared) -> Prepared {
    let config = context.path("home/.gitconfig");
    let prepared = prepared.env("GIT_CONFIG_GLOBAL", config);
    prepared.env("MDSKILL_RETRIES", "0")
}

/// Runs `git ls-remote` with the configuration of the user.
fn ls_remote(context: &TestContext, url: &str) -> Outcome {
    let prepared = context.command("git", ["ls-remote", url]);
    with_config(context, prepared).run()
}

/// Runs mdskill with the configuration of the user, and an empty cache.
fn add(context: &TestContext, arguments: &[&str]) -> Outcome {
    context.clear_cache();
    let arguments = ["add"].iter().chain(arguments);
    with_config(context, context.mdskill(arguments)).run()
}

fn insert(base: &str, written: &str) -> String {
    format!("[url \"{base}\"]\n\tinsteadOf = {written}\n")
}

#[test]
fn longest_instead_of_applies_and_push_instead_of_does_not() {
    let context = ServedContext::new();
    let config = [
        insert("https://nowhere.invalid/", "https://git.invalid/"),
        insert(
            &format!("{}/acme/", context.server.url()),
            "https://git.invalid/acme/",
        ),
        "[url \"https://push.invalid/\"]\n\tpushInsteadOf = https://git.invalid/acme/skills\n"
            .to_owned(),
    ];
    configure(&context, &config.concat());
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
    context.has("one", "HEAD:skills/one");
    context.locked(&format!("source = \"{WRITTEN}\""));
    assert_eq!(
        context.commands(),
        ["GET", "ls-refs", "ls-refs", "fetch", "fetch"]
    );
    let outcome = with_config(&context, context.mdskill(["update"])).run();
    outcome.ok().says("up to date");
}

#[test]
fn instead_of_applies_to_owner_and_repository() {
    let context = ServedContext::new();
    configure(
        &context,
        &insert(&context.server.url(), "https://github.com"),
    );
    ls_remote(&context, "https://github.com/acme/skills.git").ok();
    let prepared = context.mdskill(["add", "acme/skills/one"]);
    let prepared = prepared.env("MDSKILL_GITHUB_URL", "");
    with_config(&context, prepared).run().ok();
    context.has("one", "HEAD:skills/one");
    context.locked("source = \"github:acme/skills\"");
}

#[test]
fn configuration_is_read_where_git_reads_it() {
    let context = ServedContext::new();
    let config = insert(
        &format!("{}/", context.server.url()),
        "https://git.invalid/",
    );
    let file = context.path("home/other");
    std::fs::write(&file, &config).unwrap();
    let file = file.display().to_string();
    let home = context.path("home");
    std::fs::create_dir_all(home.join(".config/git")).unwrap();
    std::fs::write(home.join(".config/git/config"), "").unwrap();
    let key = format!("url.{}/.insteadOf", context.server.url());
    for (name, variables) in [
        (
            "system",
            vec![("GIT_CONFIG_NOSYSTEM", "0"), ("GIT_CONFIG_SYSTEM", &file)],
        ),
        ("global", vec![("GIT_CONFIG_GLOBAL", file.as_str())]),
        (
            "environment",
            vec![
                ("GIT_CONFIG_COUNT", "1"),
                ("GIT_CONFIG_KEY_0", &key),
                ("GIT_CONFIG_VALUE_0", "https://git.invalid/"),
            ],
        ),
    ] {
        let ask = |prepared: Prepared| {
            let set = variables.iter();
            set.fold(prepared, |prepared, (name, value)| {
                prepared.env(name, value)
            })
            .run()
        };
        ask(context.command("git", ["ls-remote", WRITTEN])).ok();
        context.clear_cache();
        std::fs::remove_file(context.project().join("mdskill.lock")).ok();
        std::fs::remove_dir_all(context.project().join(".github")).ok();
        ask(context.mdskill(["add", &format!("{WRITTEN}//skills/one")])).ok();
        assert!(
            context.project().join(".github/skills/one").exists(),
            "{name}"
        );
    }
}

#[test]
fn included_configuration_is_read() {
    let context = ServedContext::new();
    configure(&context, "[include]\n\tpath = more\n");
    let more = insert(
        &format!("{}/", context.server.url()),
        "https://git.invalid/",
    );
    std::fs::write(context.path("home/more"), more).unwrap();
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
}

#[test]
fn configuration_for_a_folder_is_included_in_its_projects() {
    let context = ServedContext::new();
    let more = insert(
        &format!("{}/", context.server.url()),
        "https://git.invalid/",
    );
    std::fs::write(context.path("home/work.inc"), more).unwrap();
    let folder = context.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    let spec = format!("{WRITTEN}//skills/one");
    for (condition, is_met) in [
        (format!("gitdir:{folder}/"), true),
        ("gitdir:project/".to_owned(), true),
        (format!("gitdir:{folder}/other/"), false),
    ] {
        configure(
            &context,
            &format!("[includeIf \"{condition}\"]\n\tpath = work.inc\n"),
        );
        let listed = ls_remote(&context, WRITTEN);
        assert_eq!(listed.code == Some(0), is_met, "{condition}\n{listed}");
        let outcome = add(&context, &[&spec, "--force"]);
        assert_eq!(outcome.code == Some(0), is_met, "{condition}\n{outcome}");
    }
    // That of the project is not read for it.
    configure(&context, "");
    let include = format!("includeIf.gitdir:{folder}/.path");
    let file = context.path("home/work.inc").display().to_string();
    context.git(&["config", &include, &file]).ok();
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&spec, "--force"]).fails(5);
}

#[test]
fn instead_of_leads_to_ssh_and_from_it() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    configure(
        &context,
        &insert("git@forge.example:", "https://git.invalid/"),
    );
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/one")]).ok();
    context.locked(&format!("source = \"{WRITTEN}\""));
    assert_eq!(context.server.traffic().requests, 0);

    let url = format!("{}/", context.server.url());
    configure(&context, &insert(&url, "git@forge.example:"));
    let calls = context.log("ssh");
    let written = "git@forge.example:acme/skills.git";
    ls_remote(&context, written).ok();
    add(&context, &[&format!("{written}//skills/two")]).ok();
    assert_eq!(context.log("ssh"), calls, "no ssh is started");
    context.has("two", "HEAD:skills/two");
}

#[test]
fn instead_of_leads_to_folder_or_bundle() {
    let context = ServedContext::new();
    let root = context.root().display().to_string();
    for base in [format!("file://{root}/"), format!("{root}/")] {
        configure(&context, &insert(&base, "https://git.invalid/"));
        ls_remote(&context, WRITTEN).ok();
        let spec = format!("{WRITTEN}//skills/three");
        add(&context, &[&spec, "--offline"]).ok();
        context.has("three", "HEAD:skills/three");
        context.locked(&format!("source = \"{WRITTEN}\""));
        with_config(&context, context.mdskill(["remove", "three"]))
            .run()
            .ok();
    }
    // git adds the suffix, too.
    ls_remote(&context, "https://git.invalid/acme/skills").ok();
    add(&context, &["https://git.invalid/acme/skills//skills/one"]).ok();

    let bundle = context.path("temp/skills.bundle");
    let text = bundle.display().to_string();
    context
        .command(
            "git",
            [
                "-C",
                &format!("{root}/acme/skills.git"),
                "bundle",
                "create",
                "--quiet",
                &text,
                "--all",
            ],
        )
        .run()
        .ok();
    configure(&context, &insert(&text, WRITTEN));
    ls_remote(&context, WRITTEN).ok();
    add(&context, &[&format!("{WRITTEN}//skills/two@main")]).ok();
    context.has("two", "HEAD:skills/two");
    configure(&context, &insert("/nowhere/", "https://git.invalid/"));
    context.clear_cache();
    let prepared = context.mdskill(["add", &format!("{WRITTEN}//skills/two"), "--force"]);
    let prepared = with_config(&context, prepared);
    context.assert_refused(prepared, 1, "/nowhere/acme/skills.git does not exist");
}

#[test]
fn changed_instead_of_needs_no_new_cache() {
    let context = ServedContext::new();
    let other = GitServer::start(context.root());
    for server in [&context.server, &other] {
        configure(&context, &insert(&server.url(), "https://git.invalid"));
        let spec = format!("{WRITTEN}//skills/one");
        with_config(&context, context.mdskill(["add", &spec, "--force"]))
            .run()
            .ok();
    }
    assert_eq!(context.server.traffic().requests, 3);
    assert_eq!(
        other.traffic().requests,
        1,
        "only the refs are asked for again"
    );
    let cached = context.run(&["cache"]);
    cached.ok().says(WRITTEN).never_says("127.0.0.1");
}

#[test]
fn password_in_instead_of_is_sent_and_not_shown() {
    let tls = TlsContext::open();
    let context = &tls.context;
    tls.server.require_basic("ada", CANARY);
    let base = tls
        .server
        .url()
        .replace("://", &format!("://ada:{CANARY}@"));
    let ca = format!("[http]\n\tsslCAInfo = {}\n", tls.authority.pem().display());
    configure(context, &(insert(&base, "https://git.invalid") + &ca));
    ls_remote(context, WRITTEN).ok();
    for option in ["-vv", "--json"] {
        let outcome = add(
            context,
            &[&format!("{WRITTEN}//skills/one"), option, "--force"],
        );
        outcome.ok();
        context.has("one", "HEAD:skills/one");
        outcome.never_says(CANARY);
        let lock = context.read("mdskill.lock");
        assert!(lock.contains(WRITTEN) && !lock.contains(CANARY), "{lock}");
        let cache = crate::support::snapshot::Snapshot::of(&context.path("cache"));
        for (path, (_, bytes)) in &cache.entries {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(CANARY) && !path.contains(CANARY), "{path}");
        }
    }
    for fault in [
        Fault::status(403),
        Fault::status(404),
        Fault::Garbage,
        Fault::Reset,
    ] {
        tls.server.fault(fault);
        let outcome = add(context, &[&format!("{WRITTEN}//skills/two"), "-vv"]);
        assert_ne!(outcome.code, Some(0));
        outcome.never_says(CANARY);
        tls.server.clear_faults();
    }
}

#[test]
fn ssh_command_of_configuration_is_used() {
    let context = ServedContext::new();
    context.fake_ssh(context.root());
    let tools = context.path("tools");
    std::fs::rename(tools.join("ssh"), tools.join("plink")).unwrap();
    configure(&context, "[core]\n\tsshCommand = plink -F 'my config'\n");
    let url = "ssh://git@forge.example/acme/skills.git";
    ls_remote(&context, url).ok();
    add(&context, &[&format!("{url}//skills/one")]).ok();
    let log = context.log("ssh");
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("-F my config -o BatchMode=yes"), "{log}");
    let prepared = context.mdskill(["add", &format!("{url}//skills/two")]);
    let prepared = with_config(&context, prepared).env("GIT_SSH_COMMAND", "plink -4");
    prepared.run().ok();
    assert!(
        context
            .log("ssh")
            .lines()
            .last()
            .unwrap()
            .starts_with("-4 -o")
    );
}

#[test]
fn configuration_of_project_is_not_read() {
    let context = ServedContext::new();
    let owned = context.path("temp/owned");
    let key = format!("url.{}/.insteadOf", context.server.url());
    context.git(&["config", &key, "https://git.invalid/"]).ok();
    let command = format!("touch '{}'; false", owned.display());
    context.git(&["config", "core.sshCommand", &command]).ok();
    context.git(&["ls-remote", WRITTEN]).ok();
    context.server.reset();
    let spec = format!("{WRITTEN}//skills/one");
    let prepared = context.mdskill(["add", &spec]).env("MDSKILL_RETRIES", "0");
    context.assert_refused(prepared, 5, "can't connect to git.invalid");
    let spec = "git@forge.example:acme/skills.git//skills/one";
    context.refuses(&["add", spec], 5, "`ssh`: not found");
    assert!(!owned.exists(), "a command of the project was run");
    assert!(context.server.requests().is_empty());
}

#[test]
fn configuration_that_git_cannot_read_is_reported() {
    let context = ServedContext::new();
    configure(&context, "[core\nbroken");
    assert_ne!(
        ls_remote(&context, &context.server.url_of("acme/skills")).code,
        Some(0)
    );
    let outcome = add(&context, &["acme/skills/one"]);
    outcome.ok().says("git can't read it").says(".gitconfig");
    assert_eq!(outcome.stderr.matches("git can't read it").count(), 1);
}
