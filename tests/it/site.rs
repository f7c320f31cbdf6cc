//! `site`: pages of skills that need no server, run nothing, and touch no file of others.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::test_context::TestContext;

/// Tags and addresses that would run something or leave the frame of a page.
const EVIL: &str =
    "</title></code></pre></main><script>alert(1)</script><img src=x onerror=alert(1)>";

fn stocked() -> (TestContext, Repo) {
    // As for nearly everyone, the skills are on a forge, which has pages to link to.
    let context = TestContext::new().on_github();
    let mut repo = context.repo("acme/docs");
    repo.skill("skills/forms", "forms", "Fills forms. Use it for forms.")
        .write(
            "skills/forms/SKILL.md",
            "---\nname: forms\ndescription: Fills forms. Use it for forms.\nlicense: MIT\n---\n# Forms\n\nSee [the rules](references/rules.md#four) and run `scripts/fill.sh`.\n\n```python\nimport os\n```\n",
        )
        .write("skills/forms/references/rules.md", "# Rules\n\n## Four\n\nSee [the skill](../SKILL.md).\n")
        .write("skills/forms/assets/logo.png", b"\x89PNG\r\n\x1a\n\x00")
        .write("skills/forms/assets/logo.svg", "<svg onload=\"alert(1)\"/>")
        .executable("skills/forms/scripts/fill.sh", "#!/bin/sh\ncurl https://api.acme.dev\n")
        .skill("skills/other", "other", "Does other things.");
    repo.commit("Add skills");
    repo.write(
        "skills/forms/references/rules.md",
        "# Rules\n\n## Four\n\nFour rules.\n",
    );
    repo.commit("Improve the rules");
    (context, repo)
}

fn make(context: &TestContext) {
    context.run(&["site", "acme/docs", "--out", "public"]).ok();
}

#[test]
fn skill_has_its_facts_text_files_and_history() {
    let (context, repo) = stocked();
    let made = context.run(&["site", "acme/docs", "--out", "public"]);
    made.ok().says("2 skills of 1 repository");
    let tree = context.tree("public");
    let paths = tree.paths();
    let of_forms = "acme/docs/forms";
    for path in [
        "index.html",
        "index.json",
        "search.js",
        "site.js",
        "style.css",
        "acme/docs/index.html",
        &format!("{of_forms}/index.html"),
        &format!("{of_forms}/index.json"),
        &format!("{of_forms}/files/SKILL.md.html"),
        &format!("{of_forms}/files/references/rules.md.html"),
        &format!("{of_forms}/files/scripts/fill.sh.html"),
        &format!("{of_forms}/files/assets/logo.png"),
        &format!("{of_forms}/files/assets/logo.svg.html"),
    ] {
        assert!(
            paths.iter().any(|known| **known == *path),
            "{path}: {paths:?}"
        );
    }
    let page = context.read("public/acme/docs/forms/index.html");
    for expected in [
        "mdskill add acme/docs/forms",
        "Fills forms.",
        "<a href=\"../../../acme/docs/forms/files/references/rules.md.html#four\">the rules</a>",
        "<a href=\"../../../acme/docs/forms/files/scripts/fill.sh.html\"><code>scripts/fill.sh</code></a>",
        "<i class=k>import</i>",
        "files/scripts/fill.sh.html#L2\" title=\"scripts/fill.sh:2\">api.acme.dev",
        "Improve the rules",
        "Add skills",
        &format!(
            "<a href=\"https://github.com/acme/docs/tree/{}/skills/forms\" rel=\"noopener noreferrer\">View on GitHub</a>",
            repo.rev_parse("main")
        ),
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let rules = context.read("public/acme/docs/forms/files/references/rules.md.html");
    assert!(
        rules.contains("SKILL.md.html#L8\">SKILL.md:8</a>"),
        "{rules}"
    );
    let facts = context.read("public/acme/docs/forms/index.json");
    let facts: Value = serde_json::from_str(&facts).unwrap();
    assert_eq!(facts["commit"], repo.rev_parse("main"));
    assert_eq!(facts["tree"], repo.rev_parse("main:skills/forms"));
    assert_eq!(facts["history"].as_array().unwrap().len(), 2);
    let index = context.read("public/search.js");
    assert!(
        index.starts_with("window.skills=[[\"forms\",\"acme/docs/forms\","),
        "{index}"
    );
}

#[test]
fn text_that_is_too_long_for_a_page_is_not_an_empty_one() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/docs");
    for (name, lines) in [("long", 90_000), ("longer", 100_000)] {
        let text = format!("---\nname: {name}\ndescription: Counts things.\n---\n\n");
        repo.write(
            &format!("{name}/SKILL.md"),
            text + &"- one item\n".repeat(lines),
        );
    }
    repo.commit("Add skills");
    make(&context);
    let page = |name: &str| context.read(&format!("public/acme/docs/{name}/index.html"));
    assert_eq!(page("long").matches("one item").count(), 90_000);
    let longer = page("longer");
    assert!(longer.contains("<p>It is too long for a page."), "{longer}");
}

#[test]
fn pages_are_the_same_again_and_only_changes_are_written() {
    let (context, mut repo) = stocked();
    make(&context);
    let (first, times) = (context.tree("public"), context.times());
    make(&context);
    context.tree("public").assert_same(&first);
    assert_eq!(context.times(), times);
    context.run(&["site", "acme/docs", "--out", "again"]).ok();
    context.tree("again").assert_same(&first);
    repo.remove("skills/other");
    repo.commit("Remove a skill");
    let made = context
        .run(&["site", "acme/docs", "--out", "public", "--json"])
        .ok()
        .json();
    assert_eq!(
        (made["skills"].as_u64(), made["deleted"].as_u64()),
        (Some(1), Some(6))
    );
    assert!(!context.project().join("public/acme/docs/other").exists());
}

#[test]
fn files_of_others_are_never_touched() {
    let (context, _repo) = stocked();
    context.write("full/mine.txt", "mine");
    let out = ["site", "acme/docs", "--out", "full"];
    context.refuses(
        &out,
        1,
        "is not empty, and mdskill did not make what is in it",
    );
    make(&context);
    context.write("public/index.html", "mine");
    context.write("public/CNAME", "skills.example.com");
    let made = context.run(&["site", "acme/docs", "--out", "public"]);
    made.fails(3).says("public/index.html was not touched");
    assert_eq!(context.read("public/index.html"), "mine");
    assert_eq!(context.read("public/CNAME"), "skills.example.com");
    context
        .run(&["site", "acme/docs", "--out", "public", "--force"])
        .ok();
    assert!(
        context
            .read("public/index.html")
            .starts_with("<!doctype html>")
    );
    // Two sites do not share a folder.
    let mut repo = context.repo("acme/tools");
    repo.skill("deploy", "deploy", "Deploys things.");
    repo.commit("Add a skill");
    let out = ["site", "acme/tools", "--out", "public"];
    context.refuses(&out, 1, "has the pages of github:acme/docs");
}

#[test]
fn links_are_not_followed() {
    let (context, _repo) = stocked();
    let elsewhere = context.path("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, context.project().join("linked")).unwrap();
    let out = ["site", "acme/docs", "--out", "linked"];
    context.refuses(&out, 1, "leads out of the project through a link");
    make(&context);
    let folder = context.project().join("public/acme");
    std::fs::remove_dir_all(&folder).unwrap();
    symlink(&elsewhere, &folder).unwrap();
    let out = ["site", "acme/docs", "--out", "public"];
    context.refuses(&out, 1, "it is a link or a file");
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn hostile_skill_runs_nothing_and_leaves_the_frame_as_it_is() {
    let (context, mut repo) = stocked();
    let yaml = EVIL.replace('"', "");
    repo.write(
        "skills/other/SKILL.md",
        format!(
            "---\nname: other\ndescription: '{yaml}'\nlicense: '{yaml}'\ncompatibility: '{yaml}'\nallowed-tools: '{yaml}'\n---\n\
             # {EVIL}\n\n{EVIL}\n\n## When to use\n\n- {EVIL}\n\n[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/x.png)\n\n\
             <iframe src=\"https://evil.example\"></iframe>\n\n<style>*{{display:none}}</style>\n\n```html\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n[^x]: {EVIL}\n\n[d]: javascript:alert(1)\n\n[d] <javascript:alert(1)>\n"
        ),
    );
    repo.write("skills/other/x' onclick='alert(1).md", EVIL);
    repo.write("skills/other/references/&lt;img src=x&gt;.md", EVIL);
    repo.write("skills/other/page.html", EVIL);
    repo.commit(EVIL);
    context
        .run(&["site", "acme/docs", "--out", "public"])
        .ok()
        .says("2 skills of 1 repository");
    let pages = [
        "index.html",
        "acme/docs/index.html",
        "acme/docs/other/index.html",
        "acme/docs/other/files/SKILL.md.html",
        "acme/docs/other/files/x' onclick='alert(1).md.html",
        "acme/docs/other/files/references/&lt;img src=x&gt;.md.html",
        "acme/docs/other/files/page.html.html",
    ];
    for page in pages {
        let html = context.read(&format!("public/{page}"));
        assert_eq!(html.matches("<script").count(), 1, "{page}\n{html}");
        assert_eq!(html.matches("</title>").count(), 1, "{page}");
        assert_eq!(html.matches("</main>").count(), 1, "{page}");
        assert!(html.contains("alert"), "{page} shows nothing of the text");
        for tag in [
            "<img",
            "<iframe",
            "<style",
            "<object",
            "<svg",
            "' onclick='",
            "javascript:alert(1)\"",
            "=\"data:",
        ] {
            assert!(!html.contains(tag), "{page}: {tag}\n{html}");
        }
    }
}

#[test]
fn refused_file_name_is_shown_as_text() {
    let (context, mut repo) = stocked();
    repo.write("skills/other/a\"><img src=x>.md", EVIL);
    repo.commit("Add a file");
    let made = context.run(&["site", "acme/docs", "--out", "public"]);
    made.fails(3)
        .says("acme/docs/skills/other is not shown: `a\\\"><img src=x>.md`");
    let page = context.read("public/acme/docs/index.html");
    assert!(page.contains("a\\&quot;&gt;&lt;img src=x&gt;.md"), "{page}");
    assert!(!page.contains("<img"), "{page}");
    assert!(!context.project().join("public/acme/docs/other").exists());
}

#[test]
fn folder_is_that_of_the_readers_project() {
    let (context, _repo) = stocked();
    let places = |folder: &str| {
        let facts = context.read(&format!("{folder}/acme/docs/forms/index.json"));
        let facts: Value = serde_json::from_str(&facts).unwrap();
        (facts["places"].clone(), facts["agents"][0]["id"].clone())
    };
    let in_projects = (
        serde_json::json!([".github/skills/forms"]),
        serde_json::json!("copilot"),
    );
    make(&context);
    assert_eq!(places("public"), in_projects);
    // Neither the user's own folder nor that of this project is the reader's.
    context
        .run(&["site", "-g", "acme/docs", "--out", "own"])
        .ok();
    assert_eq!(places("own"), in_projects);
    context
        .run(&["add", "acme/docs/forms", "--agent", "claude"])
        .ok();
    context.run(&["site", "acme/docs", "--out", "other"]).ok();
    assert_eq!(places("other"), in_projects);
    // An installed skill has its place, without the home folder of this machine.
    context.run(&["add", "-g", "acme/docs/forms"]).ok();
    let installed = ["site", "-g", "--installed", "--out", "mine"];
    context.run(&installed).ok();
    let own = serde_json::json!(["~/.copilot/skills/forms"]);
    assert_eq!(places("mine").0, own);
}

#[test]
fn hidden_names_do_not_collide_and_refused_skills_are_named() {
    let context = TestContext::new().on_github();
    let mut repo = context.repo("acme/docs");
    repo.skill("a/pdf", "pdf", "One.")
        .skill("b/PDF", "pdf", "Two.");
    repo.skill("c/bad", "bad", "Has a link.");
    repo.symlink("c/bad/out", "/etc/passwd");
    repo.commit("Add skills");
    let made = context.run(&["site", "acme/docs", "--out", "public"]);
    made.fails(3).says("acme/docs/c/bad is not shown");
    let folded: std::collections::BTreeSet<String> = context
        .tree("public")
        .paths()
        .iter()
        .map(|path| path.to_lowercase())
        .collect();
    assert_eq!(folded.len(), context.tree("public").paths().len());
}

#[test]
fn theme_and_templates_are_used_and_their_errors_are_named() {
    let (context, _repo) = stocked();
    context.write("acme.css", ":root { --accent: red }");
    context.write(
        "templates/repository.html",
        "<p>{{ repository.name }} & {{ count }}</p>",
    );
    let look = [
        "site",
        "acme/docs",
        "--out",
        "public",
        "--theme",
        "acme.css",
        "--templates",
        "templates",
    ];
    context.run(&look).ok();
    assert_eq!(
        context.read("public/acme/docs/index.html"),
        "<p>acme/docs & 2 skills</p>"
    );
    assert!(context.read("public/index.html").contains("theme.css"));
    assert!(context.read("public/theme.css").contains("red"));
    context.write("templates/skill.html", "<p>\n{% if %}\n");
    context.refuses(&look, 1, "skill.html:2: syntax error");
    context.write("templates/skill.html", "<p>\n{{ skill.nme }}\n");
    let unknown = "skill.html:2: undefined value in `{{ skill.nme }}`";
    context.run(&look).fails(1).says(unknown);
    context.write("templates/skill.html", "{% include 'part.html' %}");
    context.write("templates/part.html", "Part\n");
    context.run(&look).ok();
    context.write("templates/skil.html", "<p>");
    context.refuses(&look, 1, "skil.html:1: no page is made from it");
    std::fs::remove_file(context.project().join("templates/skil.html")).unwrap();
    context.write(
        "mdskill.toml",
        "[site]\nsources = [\"acme/docs\"]\ntheme = \"acme.css\"\ntemplates = \"templates\"\n",
    );
    context
        .run(&["site", "--out", "public"])
        .ok()
        .says("0 written");
    // A project may come from a stranger.
    symlink("/etc", context.project().join("own")).unwrap();
    let config = "[site]\nsources = [\"acme/docs\"]\ntheme = \"own/passwd\"\n";
    context.write("mdskill.toml", config);
    context.refuses(&["site", "--out", "public"], 1, "leads out of the project");
    context.write("mdskill.toml", "");
    let out = ["site", "acme/docs", "--out", "x", "--theme", "none.css"];
    context.refuses(&out, 2, "no such file or folder");
    assert!(!context.project().join("x").exists());
}

#[test]
fn sources_come_from_the_configuration_or_from_the_lockfile() {
    let (context, _repo) = stocked();
    context.refuses(&["site", "--out", "public"], 2, "no skills are named");
    let config = "[site]\nsources = [\"acme/docs/other\"]\ntitle = \"Acme\"\nbase-url = \"https://a.example\"\n";
    context.write("mdskill.toml", config);
    context
        .run(&["site", "--out", "public"])
        .ok()
        .says("1 skill of");
    let page = context.read("public/acme/docs/other/index.html");
    assert!(
        page.contains("<link rel=\"canonical\" href=\"https://a.example/acme/docs/other/\">"),
        "{page}"
    );
    assert!(page.contains(">Acme</a>"), "{page}");
    context.refuses(
        &["site", "--installed", "--out", "mine"],
        1,
        "no skill is installed",
    );
    context.run(&["add", "acme/docs/forms"]).ok();
    context.write(".github/skills/forms/references/rules.md", "# My rules\n");
    context
        .run(&["site", "--installed", "--out", "mine"])
        .ok()
        .says("1 skill of");
    let rules = context.read("mine/acme/docs/forms/files/references/rules.md.html");
    assert!(rules.contains("My rules"), "{rules}");
    // What can be checked is what the page shows.
    let page = context.read("mine/acme/docs/forms/index.html");
    let facts: Value =
        serde_json::from_str(&context.read("mine/acme/docs/forms/index.json")).unwrap();
    let recompute = facts["recompute"].as_array().unwrap();
    let [digest] = recompute.as_slice() else {
        panic!("{recompute:?}");
    };
    let folder = context.project().join(".github/skills/forms");
    let printed = sealed::command("sh", &context.path("home"))
        .args(["-c", digest["command"].as_str().unwrap()])
        .current_dir(folder)
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let label = format!("sha256:{}", printed.split(' ').next().unwrap());
    assert!(
        digest["label"].as_str().unwrap().ends_with(&label),
        "{digest} {label}"
    );
    assert_eq!(facts["digest"], label);
    assert!(page.contains("and edited since then"), "{page}");
}

#[test]
fn folder_of_skills_has_its_history_from_the_repository_around_it() {
    let (context, _repo) = stocked();
    context.write(
        "skills/mine/SKILL.md",
        "---\nname: mine\ndescription: Mine.\n---\nText\n",
    );
    context.git(&["init", "-q"]).ok();
    context.git(&["add", "skills"]).ok();
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let commit = [&identity[..], &["commit", "-qm", "Write a skill"]].concat();
    context.git(&commit).ok();
    context.run(&["site", "./skills", "--out", "public"]).ok();
    let page = context.read("public/skills/mine/index.html");
    assert!(page.contains("Write a skill"), "{page}");
    assert!(Path::new(&context.project().join("public/skills/index.html")).exists());
}

#[test]
fn install_line_of_a_folder_is_one_that_works() {
    let context = TestContext::new();
    let text = "---\nname: mine\ndescription: Mine.\n---\nText\n";
    context.write("packs/a/skills/mine/SKILL.md", text);
    context.run(&["site", ".", "--out", "public"]).ok();
    let page = context.read("public/project/mine/index.html");
    let line = "mdskill add ./packs/a/skills/mine";
    assert!(page.contains(&format!("<code>{line}</code>")), "{page}");
    let add: Vec<&str> = line.split(' ').skip(1).collect();
    context.run(&add).ok();
    // Readers of a published site have only the site.
    for (url, line) in [
        (
            "https://skills.example.com/",
            "https://skills.example.com/mine",
        ),
        (
            "https://acme.github.io/skills/",
            "site:https://acme.github.io/skills//mine",
        ),
    ] {
        context
            .run(&["site", ".", "--out", "public", "--base-url", url])
            .ok();
        let page = context.read("public/project/mine/index.html");
        assert!(
            page.contains(&format!("<code>mdskill add {line}</code>")),
            "{page}"
        );
    }
}

#[test]
fn license_of_the_repository_is_named() {
    let (context, mut repo) = stocked();
    repo.write("LICENSE", "MIT License\n\nCopyright (c) 2026 Acme\n");
    repo.commit("Add a license");
    make(&context);
    let other = context.read("public/acme/docs/other/index.html");
    assert!(other.contains("<dd>MIT, of the repository</dd>"), "{other}");
    let facts: Value = serde_json::from_str(&context.read("public/index.json")).unwrap();
    let licenses = facts["skills"].as_array().unwrap();
    let licenses: Vec<&Value> = licenses.iter().map(|skill| &skill["license"]).collect();
    assert_eq!(licenses, ["MIT", "MIT"]);
}

#[test]
fn folder_with_a_name_that_cannot_be_installed_is_left_out() {
    let context = TestContext::new();
    for name in ["ok", "con", "a&b<c>"] {
        let text = format!("---\nname: {name}\ndescription: Use it.\n---\nText\n");
        context.write(&format!("skills/{name}/SKILL.md"), text);
    }
    let made = context.run(&["site", "./skills", "--out", "../project/public"]);
    made.fails(3)
        .says("1 skill of 1 repository")
        .says("./skills/con is not shown: `con` can't be a folder name")
        .says("./skills/a&b<c> is not shown");
    let port = ["site", "./skills", "--out", "x", "--port", "4180"];
    context.refuses(&port, 2, "--port");
}
