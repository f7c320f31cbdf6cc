//! Installed and cached skills, and those of a repository.

use super::{cached, each, search};
use crate::support::search_server::SearchServer;
use crate::support::test_context::{ServedContext, TestContext};

/// Returns the index files in the cache.
fn indexes(context: &TestContext) -> Vec<std::path::PathBuf> {
    let sources = std::fs::read_dir(context.path("cache/store-v1"));
    let sources = sources.into_iter().flatten().flatten();
    let files = sources.map(|source| source.path().join("mdskill-search"));
    files.filter(|file| file.exists()).collect()
}

#[test]
fn cached_skill_is_found_without_the_network() {
    let (context, server) = cached();
    context.server.reset();
    let outcome = search(&context, &server, &["two", "--offline"]);
    let expected = "acme/skills/two\tcached\tSkill two\n";
    assert_eq!(outcome.ok().stdout, expected);
    outcome.says("`mdskill add acme/skills/two` installs it");
    // The command that it names works.
    context.run(&["add", "acme/skills/two", "--offline"]);
    assert!(context.server.requests().is_empty());
    assert!(server.take_requests().is_empty());
}

#[test]
fn words_are_found_in_names_descriptions_and_texts() {
    let mut context = ServedContext::new();
    let pages = [
        ("docx", "Writes documents", "It also makes a report.\n"),
        ("report", "Makes a sheet", "Text.\n"),
        ("pages", "Turns a report into pages", "Text.\n"),
        ("other", "Nothing of it", "Text.\n"),
    ];
    for (name, description, text) in pages {
        context.repo.write(
            &format!("skills/{name}/SKILL.md"),
            format!("---\nname: {name}\ndescription: {description}\n---\n\n{text}"),
        );
    }
    context.repo.commit("Reports");
    context.run(&["list", "acme/skills"]).ok();
    let server = SearchServer::start();
    let found = |words: &[&str]| {
        let outcome = search(
            &context,
            &server,
            &[words, &["--offline", "--json"]].concat(),
        );
        each(&outcome.ok().json(), "name")
    };
    assert_eq!(found(&["report"]), ["report", "pages", "docx"]);
    assert_eq!(found(&["REPORTS"]), ["report", "pages", "docx"]);
    assert_eq!(found(&["report", "pages"]), ["pages"]);
    // A typo, and a word of the frontmatter that is no text.
    assert_eq!(found(&["reprot"]), ["report", "pages", "docx"]);
    assert_eq!(found(&["description"]), [""; 0]);
    search(&context, &server, &["reprot", "--offline"])
        .ok()
        .says("no skill has `reprot`; searched for `report`");
}

#[test]
fn installed_skill_is_marked_also_without_a_lockfile() {
    let (context, server) = cached();
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(
        ".github/skills/own/SKILL.md",
        "---\nname: own\ndescription: Skill of mine\n---\n",
    );
    let report = search(&context, &server, &["skill", "--offline", "--json"])
        .ok()
        .json();
    let from = each(&report, "from");
    let names = each(&report, "name");
    let of = |name: &str| from[names.iter().position(|found| found == name).unwrap()].clone();
    assert_eq!(of("one"), "installed cached");
    assert_eq!(of("two"), "cached");
    assert_eq!(of("own"), "installed");
    assert_eq!(names.len(), 4);
    let report = search(&context, &server, &["own", "--offline", "--json"])
        .ok()
        .json();
    assert_eq!(report["skills"][0]["place"], ".github/skills/own");
    assert!(report["skills"][0].get("spec").is_none());
    // The lockfile of another project is not a reason to find nothing.
    let installed = search(
        &context,
        &server,
        &["skill", "--from", "installed", "--json"],
    );
    assert_eq!(each(&installed.ok().json(), "name").len(), 2);
}

#[test]
fn index_follows_the_cache() {
    let (mut context, server) = cached();
    let names = |context: &ServedContext, word: &str| {
        let outcome = search(context, &server, &[word, "--offline", "--json"]);
        each(&outcome.ok().json(), "name")
    };
    assert_eq!(names(&context, "four"), [""; 0]);
    assert_eq!(indexes(&context).len(), 1);
    context.repo.skill("skills/four", "four", "Skill four");
    context.repo.commit("A fourth skill");
    context.run(&["list", "acme/skills"]).ok();
    assert_eq!(names(&context, "four"), ["four"]);
    // The same index is used again, and one that is damaged in any way is not.
    let file = indexes(&context).remove(0);
    let good = std::fs::read(&file).unwrap();
    let changed = || file.metadata().unwrap().modified().unwrap();
    let before = changed();
    assert_eq!(names(&context, "four"), ["four"]);
    assert_eq!(changed(), before);
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for damaged in [flipped, good[..good.len() - 1].to_vec(), Vec::new()] {
        std::fs::write(&file, damaged).unwrap();
        assert_eq!(names(&context, "four"), ["four"]);
        assert_eq!(std::fs::read(&file).unwrap(), good);
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(names(&context, "four"), ["four"]);
    context.run(&["cache", "clear"]).ok();
    assert!(indexes(&context).is_empty());
    assert_eq!(names(&context, "four"), [""; 0]);
}

#[test]
fn refs_without_objects_and_tags_do_not_hide_what_is_cached() {
    let mut context = ServedContext::new();
    let server = SearchServer::start();
    let found = |context: &ServedContext| {
        let outcome = search(context, &server, &["two", "--offline"]);
        outcome.ok().stdout.clone()
    };
    // Only a tag was fetched.
    context.repo.tag("v1.0.0");
    context
        .run(&["add", "acme/skills/two@v1.0.0", "--dry-run"])
        .ok();
    assert_eq!(found(&context), "acme/skills/two\tcached\tSkill two\n");
    // The refs are newer than the objects.
    context.run(&["list", "acme/skills"]).ok();
    context.repo.skill("skills/four", "four", "Skill four");
    context.repo.commit("A fourth skill");
    context.run(&["list", "acme/skills", "--versions"]).ok();
    assert_eq!(found(&context), "acme/skills/two\tcached\tSkill two\n");
}

#[test]
fn skills_whose_texts_are_not_cached_are_found_by_name_until_they_are() {
    let context = ServedContext::new();
    context.run(&["list", "acme/skills", "--names"]).ok();
    let server = SearchServer::start();
    let line = |word: &str| {
        search(&context, &server, &[word, "--offline"])
            .ok()
            .stdout
            .clone()
    };
    assert_eq!(line("two"), "acme/skills/two\tcached\n");
    context.run(&["list", "acme/skills"]).ok();
    assert_eq!(line("two"), "acme/skills/two\tcached\tSkill two\n");
}

#[test]
fn search_does_not_make_a_source_look_used() {
    let (context, server) = cached();
    let store = std::fs::read_dir(context.path("cache/store-v1"))
        .unwrap()
        .flatten()
        .next();
    let script = "find \"$1\" -exec touch -d '40 days ago' {} +";
    let folder = store.unwrap().path();
    let old = ["-c", script, "sh", &folder.to_string_lossy()];
    context
        .command("sh", old)
        .env("PATH", "/usr/bin:/bin")
        .run()
        .ok();
    search(&context, &server, &["two", "--offline"])
        .ok()
        .says("acme/skills/two");
    assert_eq!(indexes(&context).len(), 1);
    let pruned = context
        .run(&["cache", "prune", "--days", "30", "--json"])
        .ok()
        .json();
    assert_eq!(pruned["sources"].as_array().unwrap().len(), 1);
    assert!(indexes(&context).is_empty());
}

#[test]
fn cache_that_is_read_only_is_searched() {
    let (context, server) = cached();
    let source = std::fs::read_dir(context.path("cache/store-v1"))
        .unwrap()
        .flatten()
        .next();
    let folder = source.unwrap().path();
    // Also as root, nothing can be written where a folder of this name is.
    std::fs::create_dir(folder.join("mdskill-search")).unwrap();
    search(&context, &server, &["two", "--offline"])
        .ok()
        .says("acme/skills/two");
}

#[test]
fn broken_lockfile_does_not_hide_the_cache_and_the_catalogs() {
    let (context, server) = cached();
    context.write("mdskill.lock", "<<<<<<< ours\n");
    server.json(
        super::SKILLS_SH,
        &serde_json::json!({"skills": [{"id": "a/b/two", "skillId": "two", "name": "two", "installs": 1, "source": "a/b"}]}),
    );
    let outcome = search(&context, &server, &["two"]);
    assert_eq!(
        outcome.ok().stdout,
        "acme/skills/two\tcached\t\tSkill two\na/b/two\tskills.sh\t1\t\n"
    );
    outcome.says("warning: ").says("mdskill.lock");
    search(&context, &server, &["two", "--from", "installed"])
        .fails(1)
        .says("error: ")
        .says("mdskill.lock");
}

#[test]
fn repository_is_fetched_and_searched() {
    let context = ServedContext::new();
    let server = SearchServer::start();
    let outcome = search(&context, &server, &["two", "--in", "acme/skills"]);
    assert_eq!(
        outcome.ok().stdout,
        "acme/skills/two\trepository\tSkill two\n"
    );
    assert!(
        server.take_requests().is_empty(),
        "only the repository is asked"
    );
    let at = format!("acme/skills@{}", context.commit);
    let outcome = search(&context, &server, &["skill", "--in", &at, "--json"]);
    let mut specs = each(&outcome.ok().json(), "spec");
    specs.sort();
    let spec = |name: &str| format!("acme/skills/{name}@{}", context.commit);
    assert_eq!(specs, [spec("one"), spec("three"), spec("two")]);
    let folder = search(
        &context,
        &server,
        &["skill", "--in", "acme/skills/skills/two", "--json"],
    );
    assert_eq!(each(&folder.ok().json(), "name"), ["two"]);
}

#[test]
fn repository_that_can_not_be_searched_is_an_error() {
    let context = ServedContext::new();
    let server = SearchServer::start();
    let run = |arguments: &[&str]| search(&context, &server, arguments);
    run(&["two", "--in", "acme/nothing"])
        .fails(1)
        .says("error: ")
        .says("acme/nothing");
    run(&["two", "--in", "acme/skills", "--offline"])
        .fails(5)
        .says("--offline");
    run(&["two", "--in", "/nowhere"]).fails(2).says("/nowhere");
    // The other repository is still searched.
    let outcome = run(&["two", "--in", "acme/nothing", "--in", "acme/skills"]);
    assert_eq!(
        outcome.ok().stdout,
        "acme/skills/two\trepository\tSkill two\n"
    );
    outcome.says("warning: ").says("acme/nothing");
    run(&["two", "--in", "acme/skills", "--from", "cached"])
        .fails(2)
        .says("--from");
}

#[test]
fn copies_and_repeated_names_have_specs_that_add_accepts() {
    let mut context = ServedContext::new();
    let text =
        |name: &str, text: &str| format!("---\nname: {name}\ndescription: Deploys\n---\n{text}\n");
    for (path, skill) in [
        ("a/deploy", text("deploy", "One")),
        ("b/deploy", text("deploy", "Another")),
        ("skills/copied", text("copied", "Same")),
        (".claude/skills/copied", text("copied", "Same")),
        ("node_modules/x/deploy", text("deploy", "Of a dependency")),
    ] {
        context.repo.write(&format!("{path}/SKILL.md"), skill);
    }
    context.repo.commit("Repeated names");
    context.run(&["list", "acme/skills"]).ok();
    let server = SearchServer::start();
    let report = search(&context, &server, &["deploys", "--offline", "--json"])
        .ok()
        .json();
    let mut specs = each(&report, "spec");
    specs.sort();
    assert_eq!(
        specs,
        [
            "acme/skills/a/deploy",
            "acme/skills/b/deploy",
            "acme/skills/copied"
        ]
    );
    for spec in specs {
        context.run(&["add", &spec, "--dry-run"]).ok();
    }
}

#[test]
fn nothing_found_is_not_an_error() {
    let (context, server) = cached();
    let outcome = search(&context, &server, &["zzzzzz"]);
    assert_eq!(outcome.ok().stdout, "");
    outcome.says("no skills that match `zzzzzz`").says("hint: ");
    let json = search(&context, &server, &["zzzzzz", "--json"]).ok().json();
    assert_eq!(json["skills"].as_array().unwrap().len(), 0);
    assert_eq!(
        (&json["command"], &json["query"]),
        (&"search".into(), &"zzzzzz".into())
    );
    let quiet = search(&context, &server, &["zzzzzz", "--quiet"]);
    assert_eq!(
        (quiet.ok().stdout.as_str(), quiet.stderr.as_str()),
        ("", "")
    );
}

#[test]
fn invalid_words_and_limits_are_usage_errors() {
    let (context, server) = cached();
    for arguments in [
        &["", "--offline"][..],
        &["  "],
        &[],
        &["x", "--limit", "0"],
        &["x", "-L", "101"],
        &["x", "--from", "npm"],
    ] {
        search(&context, &server, arguments)
            .fails(2)
            .says("error: ");
    }
    let long = "x".repeat(201);
    search(&context, &server, &[&long])
        .fails(2)
        .says("more than 200 characters");
    assert!(server.take_requests().is_empty());
    let two = search(&context, &server, &["skill", "--limit", "2", "--offline"]);
    assert_eq!(two.ok().stdout.lines().count(), 2);
    two.says("the best 2 skills (--limit shows more)");
}
