//! The files of a site for programs: indexes to install from, archives, a feed, releases.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::site_server::SiteServer;
use crate::support::test_context::TestContext;

const SITE: [&str; 6] = [
    "site",
    "acme/docs",
    "--out",
    "public",
    "--base-url",
    "https://skills.example.com",
];

fn stocked() -> (TestContext, Repo) {
    let context = TestContext::new().on_github();
    let mut repo = context.repo("acme/docs");
    repo.skill("skills/forms", "forms", "Fills <forms> & more.")
        .executable("skills/forms/scripts/fill.sh", "#!/bin/sh\ntrue\n")
        .write("skills/forms/assets/x.bin", b"\x00\x01\xff");
    repo.commit("Add <forms> & \"scripts\"");
    repo.skill("skills/other", "other", "Does other things.");
    repo.commit("Add another");
    (context, repo)
}

fn json(context: &TestContext, path: &str) -> Value {
    serde_json::from_str(&context.read(path)).unwrap()
}

/// Returns the path of a program that every system has.
fn locate(name: &str) -> String {
    let found = sealed::locate(name);
    found.unwrap().to_string_lossy().into_owned()
}

/// Returns the texts of the elements with this name.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut texts, mut is_inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == name => {
                is_inside = true;
                texts.push(String::new());
            }
            quick_xml::events::Event::End(_) => is_inside = false,
            quick_xml::events::Event::Text(text) if is_inside => {
                texts.last_mut().unwrap().push_str(&text);
            }
            quick_xml::events::Event::GeneralRef(name) if is_inside => {
                let name: &str = &name;
                texts.last_mut().unwrap().extend(["&", name, ";"]);
            }
            quick_xml::events::Event::Eof => return texts,
            _ => {}
        }
    }
}

#[test]
fn index_names_an_archive_whose_digest_and_files_are_right() {
    let (context, repo) = stocked();
    context.run(&SITE).ok();
    let index = json(&context, "public/.well-known/agent-skills/index.json");
    let schema = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";
    assert_eq!(index["$schema"], schema);
    let forms = &index["skills"][0];
    assert_eq!(
        (&forms["name"], &forms["type"]),
        (&"forms".into(), &"archive".into())
    );
    assert_eq!(forms["url"], "../../acme/docs/forms/skill.tar.gz");
    assert_eq!(forms["description"], "Fills <forms> & more.");
    let archive = "public/acme/docs/forms/skill.tar.gz";
    let sha256sum = locate("sha256sum");
    let printed = context
        .command(&sha256sum, [archive])
        .run()
        .ok()
        .stdout
        .clone();
    let digest = format!("sha256:{}", printed.split(' ').next().unwrap());
    assert_eq!(forms["digest"], digest.as_str());
    let facts = json(&context, "public/acme/docs/forms/index.json");
    assert_eq!(facts["archive"]["digest"], digest.as_str());
    std::fs::create_dir(context.project().join("unpacked")).unwrap();
    let unpack = ["-xzf", archive, "-C", "unpacked"];
    context
        .command(&locate("tar"), unpack)
        .env("PATH", "/usr/bin:/bin")
        .run()
        .ok();
    let tree = repo.rev_parse("main:skills/forms");
    for path in ["SKILL.md", "scripts/fill.sh", "assets/x.bin"] {
        let blob = repo.rev_parse(&format!("{tree}:{path}"));
        let file = format!("unpacked/{path}");
        let hashed = context.git(&["hash-object", "--no-filters", &file]);
        assert_eq!(hashed.ok().stdout.trim(), blob, "{path}");
    }
    let script = "[ -x unpacked/scripts/fill.sh ] && [ ! -x unpacked/SKILL.md ]";
    context.command("sh", ["-c", script]).run().ok();
}

#[test]
fn older_index_names_files_that_are_byte_for_byte_the_ones_of_the_skill() {
    let (context, repo) = stocked();
    context.run(&SITE).ok();
    let index = json(&context, "public/.well-known/skills/index.json");
    let skills: BTreeMap<&str, Vec<&str>> = index["skills"]
        .as_array()
        .unwrap()
        .iter()
        .map(|skill| {
            let files = skill["files"].as_array().unwrap().iter();
            let files = files.map(|file| file.as_str().unwrap());
            (skill["name"].as_str().unwrap(), files.collect())
        })
        .collect();
    assert_eq!(
        skills["forms"],
        ["SKILL.md", "assets/x.bin", "scripts/fill.sh"]
    );
    assert_eq!(skills["other"], ["SKILL.md"]);
    for path in &skills["forms"] {
        let file = format!("public/.well-known/skills/forms/{path}");
        let hashed = context.git(&["hash-object", "--no-filters", &file]);
        let blob = repo.rev_parse(&format!("main:skills/forms/{path}"));
        assert_eq!(hashed.ok().stdout.trim(), blob, "{path}");
    }
}

#[test]
fn of_skills_with_one_name_programs_find_the_first() {
    let (context, _repo) = stocked();
    let mut tools = context.repo("acme/tools");
    tools.skill("forms", "forms", "Forms of tools.");
    tools.commit("Add a skill");
    let two = ["site", "acme/tools", "acme/docs", "--out", "public"];
    context.run(&two).ok();
    let index = json(&context, "public/.well-known/agent-skills/index.json");
    let skills = index["skills"].as_array().unwrap();
    let urls: Vec<&str> = skills
        .iter()
        .map(|skill| skill["url"].as_str().unwrap())
        .collect();
    let expected = [
        "../../acme/tools/forms/skill.tar.gz",
        "../../acme/docs/other/skill.tar.gz",
    ];
    assert_eq!(urls, expected);
    let text = context.read("public/.well-known/skills/forms/SKILL.md");
    assert!(text.contains("Forms of tools."), "{text}");
    let archive = context
        .project()
        .join("public/acme/docs/forms/skill.tar.gz");
    assert!(archive.is_file());
    let llms = context.read("public/llms.txt");
    for line in [
        "- [forms](.well-known/skills/forms/SKILL.md): `acme/tools/forms`. Forms of tools.",
        "- [forms](acme/docs/forms/index.json): `acme/docs/forms`. Fills <forms> & more.",
    ] {
        assert!(llms.contains(line), "{llms}");
    }
}

#[test]
fn refused_skill_leaves_its_name_to_the_next_one() {
    let context = TestContext::new();
    let mut docs = context.repo("acme/docs");
    docs.skill("a/forms", "forms", "Forms that are refused.")
        .symlink("a/forms/passwd", "/etc/passwd")
        .skill("b/forms", "forms", "Forms of b.")
        .skill("c/forms", "forms", "Forms of c.")
        .skill("other", "other", "Refused, too.")
        .symlink("other/passwd", "/etc/passwd");
    docs.commit("Add skills");
    let mut tools = context.repo("acme/tools");
    tools.skill("other", "other", "The other one of tools.");
    tools.commit("Add a skill");
    let site = ["site", "acme/docs", "acme/tools", "--out", "public"];
    context.run(&site).fails(3).says("/etc/passwd");
    let index = json(&context, "public/.well-known/agent-skills/index.json");
    let skills = index["skills"].as_array().unwrap().iter();
    let found: Vec<_> = skills
        .map(|skill| (skill["name"].as_str().unwrap(), &skill["description"]))
        .collect();
    let of_b = "Forms of b.".into();
    let of_tools = "The other one of tools.".into();
    assert_eq!(found, [("forms", &of_b), ("other", &of_tools)]);
    let text = context.read("public/.well-known/skills/forms/SKILL.md");
    assert!(text.contains("Forms of b."), "{text}");
}

#[test]
fn feed_and_sitemap_need_an_address() {
    let (context, repo) = stocked();
    context.run(&["site", "acme/docs", "--out", "public"]).ok();
    for path in ["feed.xml", "sitemap.xml"] {
        assert!(!context.project().join("public").join(path).exists());
    }
    let head = context.read("public/index.html");
    assert!(
        !head.contains("feed.xml") && head.contains("og:title"),
        "{head}"
    );
    context.run(&SITE).ok();
    let feed = context.read("public/feed.xml");
    let titles = elements(&feed, "title");
    assert_eq!(
        titles,
        [
            "acme/docs",
            "forms: Add &lt;forms&gt; &amp; &quot;scripts&quot;",
            "other: Add another"
        ]
    );
    let page = "https://skills.example.com/acme/docs";
    let first = repo.rev_parse("main~1");
    assert_eq!(elements(&feed, "id")[1], format!("{page}/forms/#{first}"));
    let sitemap = context.read("public/sitemap.xml");
    let pages = ["/", "/forms/", "/other/"].map(|path| format!("{page}{path}"));
    assert_eq!(elements(&sitemap, "loc")[0], "https://skills.example.com/");
    assert_eq!(elements(&sitemap, "loc")[1..], pages);
    let head = context.read("public/index.html");
    assert!(head.contains("href=\"feed.xml\""), "{head}");
}

#[test]
fn release_is_the_tag_or_the_day_of_a_change() {
    let (context, mut repo) = stocked();
    context.run(&SITE).ok();
    let releases = |context: &TestContext| json(context, "public/acme/docs/forms/releases.json");
    let dated = releases(&context);
    let commit = repo.rev_parse("main~1");
    let facts = json(&context, "public/acme/docs/forms/index.json");
    let day = facts["history"][0]["date"].as_str().unwrap();
    let release = &dated["releases"][0];
    assert_eq!(release["version"], format!("{}.0", day.replace('-', ".")));
    assert_eq!(release["releaseTimestamp"], format!("{day}T00:00:00.000Z"));
    assert_eq!(release["digest"], commit.as_str());
    assert_eq!(
        dated["homepage"],
        "https://skills.example.com/acme/docs/forms/"
    );
    repo.tag("v1.0.0");
    repo.write("skills/forms/scripts/fill.sh", "#!/bin/sh\nfalse\n");
    repo.commit("Fail");
    repo.tag("v1.1.0");
    context.run(&SITE).ok();
    let versions = releases(&context);
    let versions = versions["releases"].as_array().unwrap().iter();
    let versions: Vec<&Value> = versions.map(|release| &release["version"]).collect();
    assert_eq!(versions, ["v1.1.0", "v1.0.0"]);
}

#[test]
fn files_that_a_browser_or_server_would_run_are_only_in_the_archive() {
    let runs = [
        ("html", "page.HTML", "x"),
        ("svg", "assets/a.svg", "<svg onload=\"alert(1)\"/>"),
        ("xml", "schema.xsd", "\u{feff}\n<x:script/>"),
        ("named-otherwise", "notes", " <script>alert(1)</script>"),
        ("php", "scripts/x.php7", "x"),
        ("htaccess", "scripts/.htaccess", "AddType text/html .md"),
    ];
    let context = TestContext::new().on_github();
    let mut repo = context.repo("acme/docs");
    repo.skill("skills/plain", "plain", "Text.")
        .write("skills/plain/a.md", "a <b>\n");
    for (name, path, content) in runs {
        repo.skill(&format!("skills/{name}"), name, "Runs.")
            .write(&format!("skills/{name}/{path}"), content);
    }
    repo.commit("Add skills");
    context.run(&SITE).ok();
    let files = json(&context, "public/.well-known/skills/index.json");
    assert_eq!(files["skills"].as_array().unwrap().len(), 1, "{files}");
    assert_eq!(files["skills"][0]["name"], "plain");
    let archives = json(&context, "public/.well-known/agent-skills/index.json");
    assert_eq!(archives["skills"].as_array().unwrap().len(), 1 + runs.len());
    let folder = context.tree("public/.well-known/skills");
    let written = folder.paths();
    let others = written
        .iter()
        .copied()
        .filter(|path| !path.starts_with("plain"));
    assert_eq!(others.collect::<Vec<_>>(), ["index.json"]);
    let llms = context.read("public/llms.txt");
    assert!(llms.contains("acme/docs/svg/index.json"), "{llms}");
}

/// Serves the files of a folder of the project.
fn serve(context: &TestContext, folder: &str, server: &SiteServer) {
    let tree = context.tree(folder);
    for path in tree.paths() {
        let file = context.project().join(folder).join(path);
        if file.is_file() {
            server.put(&format!("/{path}"), std::fs::read(file).unwrap());
        }
    }
}

#[test]
fn skills_are_installed_from_the_site_and_updated_with_it() {
    let (context, mut repo) = stocked();
    context.run(&SITE).ok();
    let server = SiteServer::start();
    serve(&context, "public", &server);
    let reader = context.another();
    let spec = format!("{}/forms", server.url());
    reader.run(&["add", &spec]).ok();
    let folder = reader.project().join(".github/skills/forms");
    let hash = |path: &str| {
        let file = folder.join(path).to_string_lossy().into_owned();
        let hashed = context.git(&["hash-object", "--no-filters", &file]);
        hashed.ok().stdout.trim().to_owned()
    };
    for path in ["SKILL.md", "scripts/fill.sh", "assets/x.bin"] {
        let blob = repo.rev_parse(&format!("main:skills/forms/{path}"));
        assert_eq!(hash(path), blob, "{path}");
    }
    let entry = reader.entry("forms");
    assert_eq!(entry["tree"], repo.rev_parse("main:skills/forms"));
    assert_eq!(entry["source"], format!("site:{}", server.url()));
    repo.write("skills/forms/assets/x.bin", b"\x00new");
    repo.commit("Change a file");
    context.run(&SITE).ok();
    serve(&context, "public", &server);
    reader.run(&["update"]).ok().says("Updated");
    let blob = repo.rev_parse("main:skills/forms/assets/x.bin");
    assert_eq!(hash("assets/x.bin"), blob);
    reader.run(&["verify"]).ok();
}
