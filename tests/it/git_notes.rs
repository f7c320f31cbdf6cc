//! What the project's git does to installed skills: attributes, settings, and ignore rules. Clones show the truth.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const LINE: &str = "* -text -filter -ident -working-tree-encoding";

fn commit(context: &TestContext) {
    context.git(&["add", "--all"]).ok();
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let commit = ["commit", "--quiet", "--message=x"];
    context.git(&[&identity[..], &commit[..]].concat()).ok();
}

/// Clones the project with these settings, and runs `verify` there.
fn verify_clone(context: &TestContext, settings: &[&str]) -> crate::support::outcome::Outcome {
    let clone = context.path("temp/clone");
    drop(std::fs::remove_dir_all(&clone));
    let clone = clone.to_str().unwrap();
    let mut arguments = vec!["clone", "--quiet"];
    arguments.extend(settings.iter().flat_map(|setting| ["-c", setting]));
    context.git(&[&arguments[..], &[".", clone]].concat()).ok();
    context.mdskill(["-C", clone, "verify"]).run()
}

/// A project with these attributes, and a skill that they would change.
fn with_attributes(attributes: &str) -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/windows.md", "a\r\nb\r\n")
        .write("skills/one/run.ps1", "Write-Host hi\n")
        .write("skills/one/id.md", "$Id$\n");
    repo.commit("files");
    if !attributes.is_empty() {
        context.write(".gitattributes", attributes);
    }
    (context, repo)
}

#[test]
fn attributes_that_change_files_are_overridden_in_the_target() {
    for attributes in [
        "* text=auto\n",
        "* text=auto eol=crlf\n",
        "*.ps1 text eol=crlf\n",
        "*.md ident\n",
        "*.md filter=lfs diff=lfs merge=lfs -text\n",
        "*.md working-tree-encoding=UTF-16\n",
        "* crlf\n",
    ] {
        let (context, repo) = with_attributes(attributes);
        context
            .run(&["add", "acme/skills/one"])
            .ok()
            .says("wrote .github/skills/.gitattributes");
        commit(&context);
        for path in ["windows.md", "run.ps1", "id.md"] {
            let stored = context.git(&["rev-parse", &format!(":.github/skills/one/{path}")]);
            let upstream = repo.rev_parse(&format!("main:skills/one/{path}"));
            assert_eq!(stored.ok().stdout.trim(), upstream, "{attributes:?} {path}");
        }
        verify_clone(&context, &[]).ok();
        verify_clone(&context, &["core.autocrlf=true", "core.eol=crlf"]).ok();
        context.run(&["list"]).ok().never_says("unmanaged");
        context.run(&["remove", "one"]).ok();
        let file = context.project().join(".github/skills/.gitattributes");
        assert!(!file.exists(), "{attributes:?}");
    }
}

#[test]
fn attributes_are_written_only_if_they_are_needed() {
    for attributes in ["", "*.png binary\n", "* -text\n", "*.md diff=markdown\n"] {
        let (context, _repo) = with_attributes(attributes);
        context.run(&["add", "acme/skills/one"]).ok();
        let file = context.project().join(".github/skills/.gitattributes");
        assert!(!file.exists(), "{attributes:?}");
    }
    let (context, _repo) = with_attributes("");
    context.git(&["config", "core.autocrlf", "input"]).ok();
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .says("core.autocrlf=input");
    commit(&context);
    verify_clone(&context, &[]).ok();
}

#[test]
fn lines_of_the_user_are_kept() {
    let (context, _repo) = with_attributes("* text=auto\n");
    let file = ".github/skills/.gitattributes";
    context.write(file, "*.svg binary");
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    let text = context.read(file);
    assert!(text.starts_with("*.svg binary\n"), "{text}");
    assert_eq!(text.matches(LINE).count(), 1, "{text}");
    context.run(&["remove", "one"]).ok();
    assert!(context.read(file).contains(LINE));
    context.run(&["remove", "two"]).ok();
    assert_eq!(context.read(file), "*.svg binary\n");
}

#[test]
fn ignored_file_is_named_with_the_rule_as_git_names_it() {
    for (file, rules) in [
        (".gitignore", "*.o\nlib/\n"),
        (".github/.gitignore", "lib/\n"),
        (".git/info/exclude", "# local\nlib/\n"),
        (".gitignore", ".github/skills/\n"),
        (".gitignore", "*.py\n"),
    ] {
        let (context, mut repo) = TestContext::with_skills();
        repo.write("skills/one/scripts/lib/util.py", "print(1)\n");
        repo.commit("lib");
        context.write(file, rules);
        let path = ".github/skills/one/scripts/lib/util.py";
        let added = context.run(&["add", "acme/skills/one"]);
        let checked = context.git(&["check-ignore", "--verbose", path]);
        let rule = checked.ok().stdout.split('\t').next().unwrap();
        let [from, line, pattern] = rule.splitn(3, ':').collect::<Vec<_>>()[..] else {
            panic!("{rule}");
        };
        added.ok().says(&format!("`{pattern}` in {from}:{line}"));
        commit(&context);
        if rules.contains("skills") {
            continue;
        }
        let verified = verify_clone(&context, &[]);
        verified.fails(3);
        // A clone does not have the rules of `.git/info/exclude`.
        if !file.starts_with(".git/") {
            verified
                .says(&format!("`{pattern}` in {from}:{line}"))
                .never_says("keep");
        }
        // The line that the note names lets the file in.
        let note = added
            .stderr
            .lines()
            .find(|line| line.contains("lets it in"));
        let exception = note.unwrap().rsplit("the line `").next().unwrap();
        let exception = exception.split('`').next().unwrap();
        let file = if file.starts_with(".git/") {
            ".gitignore"
        } else {
            file
        };
        let before = std::fs::read_to_string(context.project().join(file)).unwrap_or_default();
        context.write(file, format!("{before}{exception}\n"));
        context.git(&["check-ignore", "--quiet", path]).fails(1);
        commit(&context);
        verify_clone(&context, &[]).ok();
    }
}

#[test]
fn keep_does_not_accept_what_git_has_removed() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/scripts/lib/util.py", "print(1)\n");
    repo.commit("lib");
    context.write(".gitignore", "lib/\n");
    context.run(&["add", "acme/skills/one"]).ok();
    std::fs::remove_dir_all(context.project().join(".github/skills/one/scripts")).unwrap();
    context.refuses(&["keep", "one"], 1, "`lib/` in .gitignore:1");
}

#[test]
fn validate_and_add_agree_about_limits() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("skills/big", "big", "Big")
        .write("skills/big/model.bin", vec![0; (16 << 20) + 1]);
    repo.skill("skills/many", "many", "Many");
    for file in 0..5_000 {
        repo.write(&format!("skills/many/d/{file}"), "");
    }
    repo.commit("limits");
    for name in ["big", "many"] {
        let spec = format!("acme/skills/{name}");
        context.run(&["add", &spec]).fails(1);
        context
            .run(&["validate", &spec])
            .fails(3)
            .says("can't be installed");
    }
}
