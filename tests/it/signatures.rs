//! `[policy] signed`: commits and tags that are signed with real keys, and verified by the user's git.

use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::test_context::{Prepared, ServedContext, TestContext};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

pub const POLICY: &str = "[policy]\nsigned = true\n";

/// A key of ssh, in the folder `temp` of a context.
pub struct Key {
    file: PathBuf,
}

impl Key {
    pub fn create(context: &TestContext, name: &str) -> Self {
        let file = context.path("temp").join(name);
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-f"].map(str::to_owned);
        let arguments = [&arguments[..], &[file.to_string_lossy().into_owned()]].concat();
        context.command("ssh-keygen", arguments).run().ok();
        Self { file }
    }

    /// The public key, as in a list of allowed signers.
    pub fn allowed(&self, principal: &str) -> String {
        let public = std::fs::read_to_string(self.file.with_extension("pub")).unwrap();
        format!("{principal} {public}")
    }

    /// The fingerprint, as ssh prints it.
    fn fingerprint(&self, context: &TestContext) -> String {
        let file = self.file.to_string_lossy().into_owned();
        let printed = context.command("ssh-keygen", ["-l", "-f", &file]).run();
        let fingerprint = printed.ok().stdout.split(' ').nth(1);
        fingerprint.expect("a fingerprint").to_owned()
    }

    /// The options of git that sign with it.
    pub fn options(&self) -> [String; 4] {
        let key = format!("user.signingKey={}", self.file.display());
        [
            "-c".to_owned(),
            "gpg.format=ssh".to_owned(),
            "-c".to_owned(),
            key,
        ]
    }
}

/// Signs the newest commit.
pub fn sign(repo: &Repo, options: &[String]) -> String {
    let tree = repo.rev_parse("HEAD^{tree}");
    let commit = ["commit-tree", "-S", "-m", "Signed", "-p", "HEAD", &tree].map(str::to_owned);
    let signed = git(repo, options, &commit);
    repo.reset_to(&signed);
    signed
}

/// Signs a tag at the newest commit, and returns the id of the tag object.
fn sign_tag(repo: &Repo, options: &[String], tag: &str) -> String {
    let arguments = ["tag", "--force", "--sign", "--message", tag, tag].map(str::to_owned);
    git(repo, options, &arguments);
    repo.rev_parse(&format!("refs/tags/{tag}"))
}

fn git(repo: &Repo, options: &[String], arguments: &[String]) -> String {
    let all: Vec<&str> = options
        .iter()
        .chain(arguments)
        .map(String::as_str)
        .collect();
    repo.git(&all)
}

/// Links programs of this machine into the search path; false if one does not exist.
pub fn link_tools(context: &TestContext, tools: &[&str]) -> bool {
    tools.iter().all(|tool| {
        let real = sealed::locate(tool);
        real.is_some_and(|real| symlink(real, context.path("tools").join(tool)).is_ok())
    })
}

/// A context with the policy and a key that its user trusts. None without ssh-keygen.
fn with_key() -> Option<(TestContext, Repo, Key)> {
    let (context, repo) = TestContext::with_skills();
    if !link_tools(&context, &["ssh-keygen"]) {
        eprintln!("skipped: there is no ssh-keygen");
        return None;
    }
    let key = Key::create(&context, "ada");
    context.write("mdskill.toml", POLICY);
    trust(&context, &key.allowed("ada@example.org"));
    Some((context, repo, key))
}

/// Sets the keys that the user trusts.
pub fn trust(context: &TestContext, allowed: &str) {
    let list = context.path("home/allowed");
    std::fs::write(&list, allowed).unwrap();
    let config = format!("[gpg \"ssh\"]\n\tallowedSignersFile = {}\n", list.display());
    std::fs::write(context.path("home/.gitconfig"), config).unwrap();
}

/// Runs mdskill with the user's configuration of git.
pub fn mdskill(context: &TestContext, arguments: &[&str]) -> Prepared {
    let config = context.path("home/.gitconfig");
    context
        .mdskill(arguments)
        .env("GIT_CONFIG_GLOBAL", config.to_str().unwrap())
}

#[track_caller]
fn refuses(context: &TestContext, arguments: &[&str], said: &str) {
    let prepared = mdskill(context, arguments);
    let outcome = context.assert_refused(prepared, 3, said);
    outcome.says("policy `signed = true` refuses `");
}

/// Removes the installed files and the cache.
fn forget(context: &TestContext) {
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.clear_cache();
}

#[test]
fn signed_commit_is_recorded_and_verified_by_install() {
    let Some((context, mut repo, key)) = with_key() else {
        return;
    };
    let first = sign(&repo, &key.options());
    let json = mdskill(&context, &["add", "acme/skills/one", "--json"]).run();
    let fingerprint = key.fingerprint(&context);
    assert_eq!(json.ok().json()["skills"][0]["signed_by"], fingerprint);
    context.has("one", &repo, &format!("{first}:skills/one"));
    assert_eq!(context.entry("one")["signed-by"], fingerprint);
    assert!(!context.entry("one").contains_key("signed-tag"));
    let shown = mdskill(&context, &["show", "one", "--json"]).run().json();
    assert_eq!(shown["signed_by"], fingerprint);
    forget(&context);
    mdskill(&context, &["install"]).run().ok();
    context.has("one", &repo, &format!("{first}:skills/one"));
    mdskill(&context, &["policy", "one"])
        .run()
        .ok()
        .says("`signed = true` allows: commit ")
        .says("is signed by `ada@example.org`");
    // An unsigned commit is refused, and the next signed one is installed.
    repo.write("skills/one/more.md", "more");
    let unsigned = repo.commit("More");
    let said = format!("commit {} is not signed", &unsigned[..7]);
    refuses(&context, &["update"], &said);
    refuses(&context, &["outdated"], &said);
    let second = sign(&repo, &key.options());
    let json = mdskill(&context, &["update", "--json"]).run();
    assert_eq!(json.ok().json()["skills"][0]["signed_by"], fingerprint);
    context.has("one", &repo, &format!("{second}:skills/one"));
}

#[test]
fn unsigned_commit_and_local_folder_are_refused() {
    let Some((context, repo, _)) = with_key() else {
        return;
    };
    let said = format!("commit {} is not signed", &repo.rev_parse("HEAD")[..7]);
    for arguments in [
        &["add", "acme/skills/one"][..],
        &["add", "acme/skills", "--all", "--force"],
        &["add", "acme/skills/one", "--dry-run"],
    ] {
        refuses(&context, arguments, &said);
    }
    context.write(
        "local/own/SKILL.md",
        "---\nname: own\ndescription: Own\n---\n",
    );
    refuses(
        &context,
        &["add", "./local"],
        "a local folder has no commits, so it is not signed",
    );
    context.write("mdskill.toml", "[policy]\nsigned = \"yes\"\n");
    let bad = mdskill(&context, &["add", "acme/skills/one"]);
    context.assert_refused(bad, 1, "mdskill.toml:2: `signed` must be true or false");
}

#[test]
fn key_that_the_user_does_not_trust_is_refused_with_the_words_of_git() {
    let Some((context, repo, _)) = with_key() else {
        return;
    };
    let other = Key::create(&context, "eve");
    sign(&repo, &other.options());
    let said = format!(
        "has a signature that git does not accept: No principal matched. (key {})",
        other.fingerprint(&context)
    );
    refuses(&context, &["add", "acme/skills/one"], &said);
    std::fs::write(context.path("home/.gitconfig"), "").unwrap();
    refuses(
        &context,
        &["add", "acme/skills/one"],
        "gpg.ssh.allowedSignersFile needs to be configured",
    );
}

#[test]
fn configuration_of_project_and_source_is_not_used() {
    let Some((context, repo, _)) = with_key() else {
        return;
    };
    let other = Key::create(&context, "eve");
    sign(&repo, &other.options());
    let list = context.path("project/allowed");
    std::fs::write(&list, other.allowed("eve@example.org")).unwrap();
    context.fake("verifier", "touch \"$TMPDIR/was-run\"");
    let program = context.path("tools/verifier");
    let (list, program) = (list.to_str().unwrap(), program.to_str().unwrap());
    for folder in [context.project().as_path(), repo.folder()] {
        for (name, value) in [
            ("gpg.ssh.allowedSignersFile", list),
            ("gpg.ssh.program", program),
            ("gpg.program", program),
        ] {
            let folder = folder.to_str().unwrap();
            context.git(&["-C", folder, "config", name, value]).ok();
        }
    }
    let url = format!("file://{}", repo.folder().display());
    for spec in ["acme/skills/one", &format!("{url}//skills/one")] {
        refuses(&context, &["add", spec], "No principal matched");
    }
    assert!(!context.path("temp/was-run").exists());
}

#[test]
fn signed_tag_is_enough_and_is_verified_by_install() {
    let Some((context, mut repo, key)) = with_key() else {
        return;
    };
    repo.annotated_tag("v1.0.0");
    let commit = repo.rev_parse("HEAD");
    let said = format!("commit {} is not signed", &commit[..7]);
    refuses(&context, &["add", "acme/skills/one@v1.0.0"], &said);
    let tag = sign_tag(&repo, &key.options(), "v1.0.0");
    mdskill(
        &context,
        &["add", "acme/skills/one@v1.0.0", "acme/skills/two@^1"],
    )
    .run()
    .ok();
    for name in ["one", "two"] {
        let entry = context.entry(name);
        assert_eq!(entry["signed-tag"], tag, "{name}");
        assert_eq!(entry["signed-by"], key.fingerprint(&context));
        assert_eq!(entry["commit"], commit);
    }
    forget(&context);
    mdskill(&context, &["install"]).run().ok();
    context.has("one", &repo, &format!("{commit}:skills/one"));
    // The signature is of the tag's commit only.
    let lock = context.read("mdskill.lock");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let next = sign_tag(&repo, &key.options(), "v1.1.0");
    for (other, said) in [
        (lock.replace(&tag, &next), said.as_str()),
        (
            lock.replace(&format!("signed-tag = \"{tag}\"\n"), ""),
            &said,
        ),
    ] {
        forget_files(&context);
        context.write("mdskill.lock", other);
        refuses(&context, &["install"], said);
    }
    context.write("mdskill.lock", lock);
    mdskill(&context, &["install"]).run().ok();
    context.has("two", &repo, &format!("{commit}:skills/two"));
    repo.write("skills/two/more.md", "more");
    repo.commit("More");
    let newest = sign_tag(&repo, &key.options(), "v1.2.0");
    mdskill(&context, &["update", "--latest", "one"]).run().ok();
    mdskill(&context, &["update"]).run().ok();
    for name in ["one", "two"] {
        assert_eq!(context.entry(name)["signed-tag"], newest, "{name}");
        context.has(name, &repo, &format!("v1.2.0:skills/{name}"));
    }
}

fn forget_files(context: &TestContext) {
    drop(std::fs::remove_dir_all(context.project().join(".github")));
}

#[test]
fn lockfile_with_an_unsigned_commit_is_not_installed() {
    let Some((context, mut repo, key)) = with_key() else {
        return;
    };
    let signed = sign(&repo, &key.options());
    mdskill(&context, &["add", "acme/skills/one"]).run().ok();
    let (lock, policy) = (context.read("mdskill.lock"), context.read("mdskill.toml"));
    repo.write("skills/two/more.md", "more");
    let unsigned = repo.commit("More");
    context.write("mdskill.lock", lock.replace(&signed, &unsigned));
    forget(&context);
    let said = format!("commit {} is not signed", &unsigned[..7]);
    refuses(&context, &["install"], &said);
    refuses(&context, &["install", "--force", "one"], &said);
    // Without the policy, the same lockfile is installed.
    context.write("mdskill.toml", "");
    mdskill(&context, &["install"]).run().ok();
    context.write("mdskill.toml", policy);
    mdskill(&context, &["install"]).run().ok();
    mdskill(&context, &["policy", "one"])
        .run()
        .fails(3)
        .says(&said);
}

#[test]
fn unsigned_commit_with_the_locked_files_is_not_added() {
    let Some((context, mut repo, key)) = with_key() else {
        return;
    };
    let signed = sign(&repo, &key.options());
    mdskill(&context, &["add", "acme/skills/one"]).run().ok();
    let lock = context.read("mdskill.lock");
    repo.write("skills/two/more.md", "more");
    let unsigned = repo.commit("More");
    let said = format!("commit {} is not signed", &unsigned[..7]);
    let by_id = format!("acme/skills/one@{unsigned}");
    for locked in [lock.clone(), lock.replace(&signed, &unsigned)] {
        context.write("mdskill.lock", locked);
        for files in [true, false] {
            if !files {
                forget_files(&context);
            }
            for spec in ["acme/skills/one", "acme/skills/one@main", &by_id] {
                refuses(&context, &["add", spec], &said);
                refuses(&context, &["add", spec, "--target", "skills"], &said);
            }
        }
    }
}

#[test]
fn signed_tag_takes_one_more_request_of_a_server() {
    let context = ServedContext::new();
    if !link_tools(&context, &["ssh-keygen"]) {
        return;
    }
    let key = Key::create(&context, "ada");
    trust(&context, &key.allowed("ada@example.org"));
    sign(&context.repo, &key.options());
    sign_tag(&context.repo, &key.options(), "v1");
    let requests = |policy: &str| {
        context.write("mdskill.toml", policy);
        drop(std::fs::remove_file(context.project().join("mdskill.lock")));
        drop(std::fs::remove_dir_all(context.project().join(".github")));
        context.clear_cache();
        context.server.reset();
        mdskill(&context, &["add", "acme/skills/one@v1"]).run().ok();
        let added = context.server.requests().len();
        forget(&context);
        context.server.reset();
        mdskill(&context, &["install"]).run().ok();
        (added, context.server.requests().len())
    };
    let (added, installed) = requests("");
    assert_eq!(requests(POLICY), (added + 1, installed + 1));
}

#[test]
fn gpg_signature_is_verified() {
    let (context, repo) = TestContext::with_skills();
    if !link_tools(&context, &["gpg", "gpg-agent", "gpgconf"]) {
        eprintln!("skipped: there is no gpg");
        return;
    }
    context.write("mdskill.toml", POLICY);
    std::fs::write(context.path("home/.gitconfig"), "").unwrap();
    // GPG creates its folder.
    context
        .command("gpg", ["--batch", "--list-keys"])
        .run()
        .ok();
    // The author's keys are in the home folder of the repository.
    let author = |arguments: &[&str]| {
        let mut command = sealed::command("gpg", repo.folder());
        let output = command
            .args(["--batch", "--quiet"])
            .args(arguments)
            .output();
        let output = output.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        output.stdout
    };
    author(&[
        "--passphrase",
        "",
        "--quick-generate-key",
        "Ada <ada@example.org>",
        "ed25519",
        "sign",
        "never",
    ]);
    let key = "user.signingKey=ada@example.org".to_owned();
    sign(&repo, &["-c".to_owned(), key]);
    let listed = author(&["--with-colons", "--list-keys"]);
    let listed = String::from_utf8(listed).unwrap();
    let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:"));
    let fingerprint = fingerprint.unwrap().trim_matches(':').to_owned();
    refuses(
        &context,
        &["add", "acme/skills/one"],
        &format!("Can't check signature: No public key (key {fingerprint})"),
    );
    let public = context.path("temp/public");
    std::fs::write(&public, author(&["--export"])).unwrap();
    let public = public.to_string_lossy().into_owned();
    let import = ["--batch", "--quiet", "--import", &public];
    context.command("gpg", import).run().ok();
    mdskill(&context, &["add", "acme/skills/one"]).run().ok();
    assert_eq!(context.entry("one")["signed-by"], fingerprint);
    for home in [repo.folder(), &context.path("home")] {
        let mut stop = sealed::command("gpgconf", home);
        stop.args(["--kill", "all"]).output().unwrap();
    }
}
