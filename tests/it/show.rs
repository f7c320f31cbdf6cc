//! `show`: one screen of facts, the text rendered for a person and unchanged for a program, and other skills.

use crate::support::repo::Repo;
use crate::support::test_context::{Prepared, ServedContext, TestContext, commands};
use serde_json::Value;

const BODY: &str = "# Forms\n\nFills **forms**, see [the rules](references/rules.md) and <https://example.org>.\n\n\
## When to use this skill\n\n- Filling *forms*\n- Reading `forms`\n\n| Tool | Use |\n|---|---|\n| `a` | one |\n\n\
```python\nimport os  # here\n```\n";

/// `acme/docs` with the skill `forms`, which has all kinds of files, and eleven others.
fn stocked() -> (TestContext, Repo) {
    let context = TestContext::new();
    let repo = stock(&context);
    (context, repo)
}

fn stock(context: &TestContext) -> Repo {
    let mut repo = context.repo("acme/docs");
    let text = format!(
        "---\nname: forms\ndescription: Fills forms, e.g. of PDF files. Use it when a form is needed.\nlicense: MIT\n---\n{BODY}"
    );
    repo.write("skills/forms/SKILL.md", text)
        .write("skills/forms/references/rules.md", "# Rules\n\nFour.\n")
        .write(
            "skills/forms/assets/logo.png",
            b"\x89PNG\r\n\x00\x1b[2J\xff",
        )
        .executable("skills/forms/scripts/fill.sh", "#!/bin/sh\necho filled\n");
    for at in 0..11 {
        let name = format!("other-{at:02}");
        repo.skill(
            &format!("skills/{name}"),
            &name,
            &format!("Number {at} of others. More of it"),
        );
    }
    repo.commit("Skills");
    repo.tag("v1.0.0");
    repo
}

/// The bytes and paths of the files of a folder, by git.
fn sizes(repo: &Repo, at: &str) -> Vec<(String, u64)> {
    let listed = repo.git(&["ls-tree", "-r", "-l", at]);
    let size = |line: &str| {
        let (fields, path) = line.split_once('\t').unwrap();
        let bytes = fields.split_whitespace().nth(3).unwrap();
        (path.to_owned(), bytes.parse().unwrap())
    };
    listed.lines().map(size).collect()
}

/// Shows a skill on a terminal, and returns the text that its pager got.
fn paged(context: &TestContext, prepared: Prepared, size: (u16, u16)) -> String {
    let file = context.path("temp/paged");
    context.fake(
        "less",
        &format!(
            "while IFS= read -r line; do printf '%s\\n' \"$line\"; done > '{}'",
            file.display()
        ),
    );
    let terminal = prepared.env("TERM", "xterm-256color").terminal(size, false);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    std::fs::read_to_string(&file).unwrap()
}

/// Removes the escape sequences for colors and links.
fn without_style(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn facts_answer_what_it_is_how_to_get_it_and_whether_to_trust_it() {
    let (context, repo) = stocked();
    let shown = context.run(&["show", "acme/docs/forms@^1.0"]);
    let commit = repo.rev_parse("main");
    let date = repo.git(&["show", "-s", "--format=%cs", "main"]);
    let bytes: u64 = sizes(&repo, "main:skills/forms")
        .iter()
        .map(|(_, bytes)| bytes)
        .sum();
    let expected = [
        "forms".to_owned(),
        "Fills forms, e.g. of PDF files.".to_owned(),
        "Use it when a form is needed.".to_owned(),
        "install        mdskill add acme/docs/forms@^1.0".to_owned(),
        "when to use    - Filling forms".to_owned(),
        "               - Reading forms".to_owned(),
        "installs to    .github/skills/forms".to_owned(),
        format!(
            "size           4 files, {bytes} B: SKILL.md, assets/logo.png, references/rules.md, scripts/fill.sh"
        ),
        "can            scripts: scripts/fill.sh".to_owned(),
        "license        MIT".to_owned(),
        "ref            ^1.0".to_owned(),
        "version        v1.0.0".to_owned(),
        format!("commit         {commit} ({})", date.trim()),
        "validation     ".to_owned(),
        "agents         GitHub Copilot".to_owned(),
        "# Forms".to_owned(),
        "More from acme/docs".to_owned(),
    ];
    let mut lines = shown.ok().stdout.lines();
    for expected in expected {
        let found = lines.any(|line| line.starts_with(&expected));
        assert!(found, "{expected:?} is missing or too late\n{shown}");
    }
    // In a pipe, the text is as it is written.
    assert!(shown.stdout.contains(BODY.trim()), "{shown}");
    assert!(!shown.stdout.contains('\u{1b}'), "{shown}");
}

#[test]
fn json_has_all_facts() {
    let (context, repo) = stocked();
    let report = context
        .run(&["show", "acme/docs/forms", "--json"])
        .ok()
        .json();
    let files = report["files"].as_array().unwrap().iter();
    let files: Vec<(String, u64)> = files
        .map(|file| {
            let path = file["path"].as_str().unwrap().to_owned();
            (path, file["bytes"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(files, sizes(&repo, "main:skills/forms"));
    assert_eq!(
        report["points"],
        serde_json::json!(["Filling forms", "Reading forms"])
    );
    assert_eq!(report["spec"], "acme/docs/forms");
    assert_eq!(report["more"]["total"], 11);
    assert_eq!(report["more"]["skills"].as_array().unwrap().len(), 10);
    assert_eq!(
        report["more"]["skills"][0]["description"],
        "Number 0 of others. More of it"
    );
    let characters =
        "forms".len() + "Fills forms, e.g. of PDF files. Use it when a form is needed.".len();
    assert_eq!(report["tokens"]["description"], characters / 4);
    assert_eq!(report["tokens"]["body"], BODY.len() / 4);
    let text: u64 = files
        .iter()
        .filter(|(path, _)| !path.ends_with("png"))
        .map(|(_, bytes)| bytes)
        .sum();
    assert_eq!(report["tokens"]["all"], text / 4, "all files but the image");
}

#[test]
fn estimate_is_that_of_the_rule() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/docs");
    let body = "Wörter und mehr Wörter.\n".repeat(1500);
    repo.write(
        "long/SKILL.md",
        format!("---\nname: long\ndescription: Long. Use it.\n---\n{body}"),
    );
    repo.commit("Long");
    let report = context
        .run(&["show", "acme/docs/long", "--json"])
        .ok()
        .json();
    let tokens = report["tokens"]["body"].as_u64().unwrap();
    context
        .run(&["validate", "acme/docs/long", "--select", "SK403"])
        .says(&format!("about {tokens} tokens"));
    let counted = context
        .run(&["validate", "acme/docs/long", "--json"])
        .json();
    for (shown, counted_as) in [
        ("errors", "errors"),
        ("warnings", "warnings"),
        ("notes", "infos"),
    ] {
        assert_eq!(report["findings"][shown], counted["summary"][counted_as]);
    }
    let warnings = counted["summary"]["warnings"].as_u64().unwrap();
    assert!(warnings > 0);
    let shown = context.run(&["show", "acme/docs/long"]);
    shown
        .ok()
        .says("`mdskill validate acme/docs/long` shows them");
}

#[test]
fn installed_skill_is_shown_without_requests() {
    let mut served = ServedContext::new();
    let repo = stock(&served);
    served.run(&["add", "acme/docs/forms"]).ok();
    served.server.reset();
    let shown = served.run(&["show", "forms"]);
    assert_eq!(commands(&served.server.requests()), [""; 0]);
    shown
        .ok()
        .says("install        mdskill add acme/docs/forms\n")
        .says("installed      .github/skills/forms\n")
        .says(&repo.rev_parse("main"))
        // Only the text of the shown skill is cached.
        .says("\n  other-00\n")
        .says("1 more: `mdskill list acme/docs` lists all");
    served.run(&["list", "acme/docs"]).ok();
    served.server.reset();
    served
        .run(&["show", "forms", "--more"])
        .ok()
        .says("other-10  Number 10 of others.\n");
    assert_eq!(commands(&served.server.requests()), [""; 0]);
    // Without the cache, what the project knows is shown.
    served.clear_cache();
    let shown = served.run(&["show", "forms"]);
    shown
        .ok()
        .says("install        mdskill add acme/docs/skills/forms\n")
        .never_says("More from");
    assert_eq!(commands(&served.server.requests()), [""; 0]);
    served.repo = repo;
}

#[test]
fn descriptions_of_others_come_with_the_files() {
    let served = ServedContext::new();
    stock(&served);
    served.server.reset();
    let shown = served.run(&["show", "acme/docs/forms"]);
    shown
        .ok()
        .says("\n  other-00  Number 0 of others.\n")
        .says("1 more: `mdskill list acme/docs`");
    let sent = commands(&served.server.requests());
    assert_eq!(
        sent.iter().filter(|command| *command == "fetch").count(),
        2,
        "{sent:?}"
    );
    let all = served.run(&["show", "acme/docs/forms", "--more"]);
    all.ok()
        .says("\n  other-10  Number 10 of others.\n")
        .says("`mdskill list acme/docs` lists them");
}

#[test]
fn link_leads_to_the_commit_on_the_forge() {
    let (context, repo) = stocked();
    context.run(&["add", "acme/docs/forms"]).ok();
    // Of an installed skill, the forge need not be reachable.
    let shown = context
        .mdskill(["show", "forms"])
        .env("MDSKILL_GITHUB_URL", "https://mirror.invalid")
        .run();
    shown.ok().never_says("link ");
    let prepared = || {
        context
            .mdskill(["show", "forms"])
            .env("MDSKILL_GITHUB_URL", "")
    };
    let url = format!(
        "https://github.com/acme/docs/tree/{}/skills/forms",
        repo.rev_parse("main")
    );
    prepared()
        .run()
        .ok()
        .says(&format!("link           {url}\n"));
    let linked = paged(&context, prepared().env("FORCE_HYPERLINK", "1"), (200, 40));
    assert!(
        linked.contains(&format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\")),
        "{linked}"
    );
    assert!(
        linked.contains("\u{1b}]8;;https://example.org\u{1b}\\"),
        "{linked}"
    );
    for plain in [
        prepared().env("FORCE_HYPERLINK", "0"),
        prepared().env("FORCE_HYPERLINK", "1").env("NO_COLOR", "1"),
        prepared(),
    ] {
        let text = paged(&context, plain, (200, 40));
        assert!(!text.contains("\u{1b}]") && text.contains(&url), "{text}");
    }
}

#[test]
fn available_update_is_that_of_the_cache() {
    let mut served = ServedContext::new();
    served.run(&["add", "acme/skills/one"]).ok();
    served.run(&["show", "one"]).ok().never_says("outdated ");
    served.repo.skill("skills/one", "one", "Skill one, better");
    let commit = served.repo.commit("Better");
    served.run(&["show", "one"]).ok().never_says("outdated ");
    served.run(&["outdated"]).fails(3);
    let shown = served.run(&["show", "one"]);
    shown.ok().says(&format!(
        "outdated       {} is newer, as of the last fetch; `mdskill update one` installs it",
        &commit[..7]
    ));
    let report = served.run(&["show", "one", "--json"]).ok().json();
    assert_eq!(report["update"]["commit"], commit.as_str());
    // The skill upstream is another version than the installed one.
    let installed = served.entry("one")["commit"].clone();
    served.run(&["show", "acme/skills/one"]).ok().says(&format!(
        ".github/skills/one (another version: {})",
        &installed[..7]
    ));
    served.run(&["update"]).ok();
    served.run(&["show", "one"]).ok().never_says("outdated ");
}

#[test]
fn agents_are_those_that_see_the_skill() {
    let (context, _repo) = stocked();
    context
        .run(&["add", "acme/docs/forms", "--agent", "claude"])
        .ok();
    let shown = context.run(&["show", "forms", "--json"]).ok().json();
    let ids = |agents: &Value, is_listed: &dyn Fn(&Value) -> bool| {
        let agents = agents.as_array().unwrap().iter();
        let ids = agents.filter(|agent| is_listed(agent));
        let mut ids: Vec<String> = ids
            .map(|agent| agent["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let seen = context.run(&["agents", "--json"]).ok().json();
    let sees = |agent: &Value| {
        let skills = agent["skills"].as_array().unwrap();
        skills.iter().any(|skill| skill["name"] == "forms")
    };
    assert_eq!(
        ids(&shown["agents"], &|_| true),
        ids(&seen["agents"], &sees)
    );
    assert_eq!(shown["agents"][0]["id"], "copilot", "the most used first");
}

#[test]
fn many_files_are_counted_by_folder() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/docs");
    repo.skill("big", "big", "Big");
    for at in 0..400 {
        repo.write(&format!("big/assets/{at:03}.txt"), "x");
    }
    repo.commit("Big");
    let shown = context.run(&["show", "acme/docs/big"]);
    shown
        .ok()
        .says("401 files, ")
        .says(": SKILL.md, assets/ (400 files)\n");
    assert!(shown.stdout.lines().count() < 30, "{shown}");
    let report = context
        .run(&["show", "acme/docs/big", "--json"])
        .ok()
        .json();
    assert_eq!(report["files"].as_array().unwrap().len(), 401);
}

#[test]
fn one_file_is_printed_as_git_has_it() {
    let (context, repo) = stocked();
    context.run(&["add", "acme/docs/forms"]).ok();
    let program = env!("CARGO_BIN_EXE_mdskill");
    for name in ["forms", "acme/docs/forms"] {
        for (option, path) in [
            ("--raw", "SKILL.md"),
            ("--file references/rules.md", "references/rules.md"),
            ("--file ./assets/logo.png", "assets/logo.png"),
            ("--raw --file scripts/fill.sh", "scripts/fill.sh"),
        ] {
            let script = format!("'{program}' show {name} {option} > ../temp/printed");
            context.command("sh", ["-c", &script]).run().ok();
            let printed = std::fs::read(context.path("temp/printed")).unwrap();
            let id = repo.rev_parse(&format!("main:skills/forms/{path}"));
            assert!(printed == repo.cat_file(&id), "{name} {option}");
        }
        let report = context.run(&["show", name, "--file", "references/rules.md", "--json"]);
        assert_eq!(report.ok().json()["text"], "# Rules\n\nFour.\n");
        let report = context.run(&["show", name, "--file", "assets/logo.png", "--json"]);
        let report = report.ok().json();
        assert_eq!(
            (&report["text"], &report["bytes"]),
            (&Value::Null, &12.into())
        );
        for (typed, meant) in [
            ("rules.md", "references/rules.md"),
            ("scripts/fil.sh", "scripts/fill.sh"),
        ] {
            context
                .refuses(
                    &["show", name, "--file", typed],
                    1,
                    &format!("forms has no file `{typed}`; did you mean `{meant}`?"),
                )
                .says(&format!(
                    "hint: `mdskill show {name} --json` lists its files"
                ));
        }
        for outside in ["../forms/SKILL.md", "/etc/passwd", "", "references"] {
            context.refuses(&["show", name, "--file", outside], 1, "has no file");
        }
    }
}

#[test]
fn one_file_is_rendered_on_a_terminal() {
    let (context, _repo) = stocked();
    let shown = |path: &str| {
        paged(
            &context,
            context.mdskill(["show", "acme/docs/forms", "--file", path]),
            (80, 24),
        )
    };
    assert_eq!(
        shown("references/rules.md"),
        "\u{1b}[1m\u{1b}[4mRules\u{1b}[0m\n\nFour.\n"
    );
    let script = shown("scripts/fill.sh");
    assert!(
        script.contains("\u{1b}[2m#!/bin/sh\u{1b}[0m\n"),
        "{script:?}"
    );
    let prepared = context.mdskill(["show", "acme/docs/forms", "--file", "assets/logo.png"]);
    let (code, lines) = prepared.terminal((100, 24), false).end();
    let text = lines.join("\n");
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("error: `assets/logo.png` is a binary file"),
        "{text}"
    );
    assert!(
        text.contains(
            "hint: `mdskill show acme/docs/forms --file assets/logo.png > FILE` saves it"
        ),
        "{text}"
    );
}

#[test]
fn text_is_rendered_and_paged_with_the_facts() {
    let (context, _repo) = stocked();
    let text = paged(
        &context,
        context.mdskill(["show", "acme/docs/forms"]),
        (80, 24),
    );
    let plain = without_style(&text);
    for line in [
        "install        mdskill add acme/docs/forms",
        "Fills forms, see the rules (references/rules.md) and https://example.org.",
        "• Filling forms",
        "Tool │ Use",
        "─────┼────",
        "a    │ one",
        "    import os  # here",
        "More from acme/docs",
    ] {
        assert!(
            plain.lines().any(|found| found == line),
            "{line:?} in\n{plain}"
        );
    }
    assert!(text.contains("\u{1b}[35mimport\u{1b}[0m"), "{text}");
    for color in [["--color", "never"], ["--color", "auto"]] {
        let prepared = context.mdskill([&["show", "acme/docs/forms"][..], &color].concat());
        let text = paged(&context, prepared.env("NO_COLOR", "1"), (80, 24));
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(
            text.contains("\n## When to use this skill\n") && text.contains("\n`a`  │ one\n"),
            "{text}"
        );
    }
    // In a pipe, colors are for a person.
    let forced = context.run(&["show", "acme/docs/forms", "--color", "always"]);
    assert!(forced.ok().stdout.contains("\u{1b}[35mimport"), "{forced}");
    // A dumb terminal has no pager.
    let dumb = context
        .mdskill(["show", "acme/docs/other-00"])
        .env("TERM", "dumb");
    let (_, lines) = dumb.terminal((80, 40), false).end();
    assert!(lines.iter().any(|line| line == "# other-00"), "{lines:?}");
}

#[test]
fn lines_fit_terminals_of_every_width() {
    let (context, _repo) = stocked();
    for width in [120, 80, 40, 20] {
        let text = paged(
            &context,
            context.mdskill(["show", "acme/docs/forms"]),
            (width, 24),
        );
        let plain = without_style(&text);
        let body = plain.split_once("\nForms\n").unwrap().1;
        let body = body.split_once("\nMore from").unwrap().0;
        for line in body.lines() {
            assert!(
                line.chars().count() <= usize::from(width),
                "{width}: {line:?}"
            );
        }
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = "Fills forms, see the rules (references/rules.md) and https://example.org.";
        assert_eq!(
            words(body).contains(expected),
            width > 20,
            "{width}: {body}"
        );
        let name = if width < 50 {
            "install\n  mdskill add acme/docs/forms\n"
        } else {
            "install        mdskill add acme/docs/forms\n"
        };
        assert!(plain.contains(name), "{width}: {plain}");
    }
}

#[test]
fn hostile_text_has_only_our_escape_sequences() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/docs");
    let body = "# \u{1b}]0;owned\u{7}\n\n\u{1b}[2J\u{202e}evil [a](https://x.example/\u{7}\u{1b}]8;;y) <b onclick=x>b</b>\n\n\
                ```py\n'\u{1b}[2J\n";
    repo.write(
        "evil/SKILL.md",
        format!("---\nname: evil\ndescription: \"Clear \\e[2J. Use \\u202E it\"\n---\n## Use when\n- \u{1b}[2Jpoint\n\n{body}"),
    )
    .skill("other", "other", "\"Other \\e[2J text\"");
    repo.commit("Evil");
    for forced in ["0", "1"] {
        let prepared = context
            .mdskill(["show", "acme/docs/evil"])
            .env("FORCE_HYPERLINK", forced);
        let text = paged(&context, prepared, (60, 24));
        let plain = without_style(&text);
        assert!(
            !plain.chars().any(|c| c.is_control() && c != '\n'),
            "{plain:?}"
        );
        assert!(
            plain.contains("\\u{1b}]0;owned\\u{7}") && plain.contains("\\u{202e}evil"),
            "{plain}"
        );
        let others = text.split('\u{1b}').skip(1);
        for sequence in others {
            let is_style = sequence.strip_prefix('[').is_some_and(|rest| {
                rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
                    .starts_with('m')
            });
            let is_link = sequence.starts_with("]8;;") || sequence.starts_with('\\');
            assert!(is_style || is_link && forced == "1", "{sequence:?}");
        }
    }
}

#[test]
fn npx_and_versions_are_shown_on_request() {
    let (context, _repo) = stocked();
    let shown = context.run(&["show", "acme/docs/forms", "--npx"]);
    shown
        .ok()
        .says("\n               npx @mdskill/cli add acme/docs/forms\n");
    context
        .run(&["show", "acme/docs/forms"])
        .ok()
        .never_says("npx");
    context.run(&["add", "acme/docs/forms"]).ok();
    let listed = context
        .run(&["list", "acme/docs/skills/forms", "--versions"])
        .ok()
        .stdout
        .clone();
    assert!(listed.starts_with("v1.0.0\t"), "{listed}");
    for name in ["forms", "acme/docs/forms"] {
        assert_eq!(
            context.run(&["show", name, "--versions"]).ok().stdout,
            listed
        );
    }
    for arguments in [["--raw", "--versions"], ["--file=a", "--more"]] {
        context
            .run(&[&["show", "forms"][..], &arguments].concat())
            .fails(2);
    }
}

#[test]
fn what_can_t_be_shown_has_a_next_step() {
    let (context, _repo) = stocked();
    context
        .refuses(&["show", "acme/docs"], 2, "acme/docs has 12 skills")
        .says("`mdskill list acme/docs` lists its skills");
    context.run(&["add", "acme/docs/forms"]).ok();
    std::fs::remove_file(context.project().join(".github/skills/forms/SKILL.md")).unwrap();
    context
        .refuses(&["show", "forms"], 1, "forms")
        .says("`mdskill install forms");
    context.refuses(&["show", "form"], 1, "did you mean `forms`");
}
