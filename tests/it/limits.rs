//! `[limits]` in `mdskill.toml`: the largest skill that is installed.

use crate::support::git_server::GitServer;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

/// A skill of 7 files with 60,000 bytes, the largest of which has 30,000.
fn sized() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/one", "one", "Does one thing");
    repo.write("skills/one/assets/large.txt", "x".repeat(30_000));
    for file in 0..5 {
        repo.write(&format!("skills/one/assets/{file}.txt"), "x".repeat(6_000));
    }
    // The settings of the repository count for nothing.
    repo.write("mdskill.toml", "[limits]\nmax-files = 1\n")
        .write("skills/one/mdskill.toml", "[limits]\nmax-files = 1\n");
    repo.commit("sized");
    (context, repo)
}

#[test]
fn lower_limits_are_kept_by_every_command() {
    for (limits, problem, finding) in [
        (
            "max-files = 7",
            "more than 7 files",
            "8 files; one with more than 7",
        ),
        (
            "max-file-size = \"20 KB\"",
            "a file of 30000 bytes, `assets/large.txt`; the limit is 20000 bytes",
            "a file over 20000 bytes",
        ),
        (
            "max-total-size = 51200",
            "bytes; the limit is 50 KiB",
            "one over 50 KiB",
        ),
    ] {
        let (context, mut repo) = sized();
        let limits = format!("[limits]\n{limits}\n");
        context.run(&["add", "acme/skills/one"]).ok();
        let lockfile = context.read("mdskill.lock");
        context.write("mdskill.toml", &limits);
        context.refuses(&["validate", "acme/skills/one"], 3, finding);
        context.refuses(&["validate", ".github/skills/one"], 3, finding);
        std::fs::remove_dir_all(context.project().join(".github")).unwrap();
        context.refuses(&["install"], 1, problem);
        context.run(&["remove", "one"]).ok();
        context.refuses(&["add", "acme/skills/one"], 1, problem);
        context.write("mdskill.toml", "");
        context.write("mdskill.lock", lockfile);
        context.run(&["install"]).ok();
        context.write("mdskill.toml", &limits);
        repo.write("skills/one/more.md", "more\n");
        repo.commit("more");
        context.refuses(&["update"], 3, problem);
    }
}

#[test]
fn higher_limits_install_larger_skills() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/many", "many", "Does many things").skill(
        "skills/large",
        "large",
        "Does a large thing",
    );
    for file in 0..5_100 {
        repo.write(&format!("skills/many/f/{file}.txt"), "x");
    }
    for file in 0..3 {
        let bytes = vec![b'x'; (18 << 20) + file];
        repo.write(&format!("skills/large/{file}.bin"), bytes);
    }
    let first = repo.commit("large");
    let large = ["add", "acme/skills/large"];
    context.refuses(&large, 1, "the limit is 16 MiB");
    context.write("mdskill.toml", "[limits]\nmax-file-size = \"20 MiB\"\n");
    context.refuses(&large, 1, "bytes; the limit is 50 MiB");
    let raised =
        "[limits]\nmax-files = 6000\nmax-file-size = \"20MiB\"\nmax-total-size = \"60 mb\"\n";
    context.write("mdskill.toml", raised);
    context.run(&large).ok();
    context.has_entry("large", &repo, &format!("{first}:skills/large"));
    context.run(&["verify"]).ok();
    context.write(".github/skills/large/notes.md", "mine\n");
    repo.write("skills/large/more.md", "more\n");
    repo.commit("more");
    context.run(&["update"]).ok().says("1 updated");
    context
        .run(&["validate", "acme/skills/large"])
        .never_says("can't be installed");
}

#[test]
fn more_files_than_by_default_can_be_allowed() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/many", "many", "Does many things");
    let blob = repo.blob("x");
    let names: Vec<String> = (0..5_000).map(|file| format!("f{file:04}")).collect();
    let page = repo.blob("---\nname: many\ndescription: Does many things. Use for many.\n---\n");
    let mut entries = vec![("100644", "SKILL.md", page.as_str())];
    entries.extend(
        names
            .iter()
            .map(|name| ("100644", name.as_str(), blob.as_str())),
    );
    let many = repo.raw_tree(&entries);
    let root = repo.raw_tree(&[("40000", "many", &many)]);
    repo.commit_tree(&root, "many");
    let add = ["add", "acme/skills/many"];
    context.refuses(&add, 1, "more than 5000 files, the limit");
    context.write("mdskill.toml", "[limits]\nmax-files = 5001\n");
    context.run(&add).ok();
    assert_eq!(context.entry("many")["tree"].as_str(), many);
}

#[test]
fn number_of_files_is_checked_before_they_are_fetched() {
    let (context, _repo) = sized();
    let server = GitServer::start(context.root());
    let served = TestContext::with_origin(&server.url());
    served.write("mdskill.toml", "[limits]\nmax-files = 7\n");
    served.refuses(&["add", "acme/skills/one"], 1, "more than 7 files");
    assert_eq!(server.requests().len(), 2, "refs and trees");
}

#[test]
fn wrong_limits_are_refused_with_their_line() {
    for (line, problem) in [
        (
            "max-files = 0",
            "`max-files` must be a whole number of 1 or more",
        ),
        ("max-files = \"many\"", "`max-files` must be a whole number"),
        ("max-files = 60000", "`max-files` can be at most 50000"),
        (
            "max-file-size = \"1 GiB\"",
            "`max-file-size` can be at most 64 MiB",
        ),
        (
            "max-total-size = -1",
            "`max-total-size` must be a size such as",
        ),
        (
            "max-total-size = \"9 light years\"",
            "`max-total-size` must be a size such as",
        ),
        (
            "max-file = 3",
            "unknown key `max-file` in `[limits]`; did you mean `max-files`?",
        ),
    ] {
        let (context, _repo) = sized();
        context.write("mdskill.toml", format!("[limits]\n{line}\n"));
        let problem = format!("mdskill.toml:2: {problem}");
        for command in [&["add", "acme/skills/one"][..], &["validate"]] {
            context.refuses(command, 1, &problem);
        }
    }
    let (context, _repo) = sized();
    context.write("mdskill.toml", "max-files = 3\n");
    context.refuses(&["add", "acme/skills/one"], 1, "move it below `[limits]`");
}
