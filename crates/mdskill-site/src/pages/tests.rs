//! Whole pages, of plain and of hostile skills.

use super::*;
use crate::format::{count, size};
use crate::model::{Agent, Change, Command, Content, File, Finding};
use mdskill_lint::capability::{Capability, Kind};

const EVIL: &str = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}";

fn skill(text: &str) -> Skill {
    let file = |path: &str, content: Content| File {
        path: path.to_owned(),
        bytes: 10,
        content,
        ..File::default()
    };
    Skill {
        name: "pdf".to_owned(),
        repository: "acme/docs".to_owned(),
        repository_page: "acme/docs".to_owned(),
        page: "acme/docs/pdf".to_owned(),
        spec: "acme/docs/pdf".to_owned(),
        description: Some("Fills forms. More.".to_owned()),
        files: vec![
            file("SKILL.md", Content::Text(text.to_owned())),
            file(
                "logo.svg",
                Content::Text("<svg onload=alert(1)>".to_owned()),
            ),
            file("references/a.md", Content::Text("# A\n".to_owned())),
        ],
        ..Skill::default()
    }
}

fn site() -> Site {
    let settings = Settings {
        title: "Skills".to_owned(),
        ..Settings::default()
    };
    Site::new(settings).unwrap()
}

fn page(pages: &Pages, path: &str) -> String {
    let bytes = pages
        .get(path)
        .unwrap_or_else(|| panic!("{path}: {:?}", pages.keys()));
    String::from_utf8(bytes.clone()).unwrap()
}

/// Returns the tags of a page, without the values of attributes in quotes.
fn tags(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1);
    let tags = tags.map(|rest| rest.split('>').next().unwrap());
    let unquoted = tags.map(|tag| tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\""));
    unquoted.collect()
}

#[test]
fn skill_has_a_page_for_each_text() {
    let pages = site()
        .skill(&skill("---\nname: pdf\n---\n# T\n"), &[])
        .unwrap();
    let paths: Vec<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "acme/docs/pdf/files/SKILL.md.html",
            "acme/docs/pdf/files/logo.svg.html",
            "acme/docs/pdf/files/references/a.md.html",
            "acme/docs/pdf/index.html",
            "acme/docs/pdf/index.json",
        ]
    );
    let html = page(&pages, "acme/docs/pdf/index.html");
    assert!(html.contains("<h3 id=\"t\">T "), "{html}");
    assert!(html.contains("href=\"../../../style.css\""), "{html}");
    let file = page(&pages, "acme/docs/pdf/files/references/a.md.html");
    assert!(file.contains("<a id=L1 href=\"#L1\">1</a>"), "{file}");
    assert!(
        file.contains("href=\"../../../../../acme/docs/pdf/index.html\""),
        "{file}"
    );
}

#[test]
fn text_without_a_page_leads_to_its_forge() {
    let html = |content: Content| {
        let mut skill = skill("");
        skill.url = Some("https://example.com/docs".to_owned());
        skill.host = "the web".to_owned();
        skill.files[0].content = content;
        let pages = site().skill(&skill, &[]).unwrap();
        page(&pages, "acme/docs/pdf/index.html")
    };
    let link = "<a href=\"https://example.com/docs/SKILL.md\" rel=\"noopener noreferrer\">View it on the web</a></p>";
    let long = html(Content::TooLong);
    assert!(
        long.contains(&format!("It is too long for a page. {link}")),
        "{long}"
    );
    let binary = html(Content::Binary);
    assert!(
        binary.contains(&format!("It is not a text. {link}")),
        "{binary}"
    );
    assert!(!html(Content::Text("x".to_owned())).contains(link));
}

#[test]
fn hostile_facts_leave_the_frame_as_it_is() {
    let plain = site().skill(&skill("text\n"), &[]).unwrap();
    let evil = |text: &str| format!("{text} {EVIL}");
    let mut hostile = skill(&format!("text\n\n{EVIL}\n\n`{EVIL}`\n"));
    hostile.name = evil("pdf");
    hostile.description = Some(evil("Fills forms. More."));
    hostile.license = Some(EVIL.to_owned());
    hostile.compatibility = Some(EVIL.to_owned());
    hostile.points = vec![EVIL.to_owned()];
    hostile.install = vec![Command {
        label: EVIL.to_owned(),
        command: EVIL.to_owned(),
    }];
    hostile.allowed_tools = vec![EVIL.to_owned()];
    let pages = site().skill(&hostile, &[]).unwrap();
    let html = page(&pages, "acme/docs/pdf/index.html");
    let own_scripts = |html: &str| {
        let found = tags(html).into_iter().filter(|tag| {
            let name = tag.split_whitespace().next().unwrap_or_default();
            ["script", "img", "iframe", "object", "style"].contains(&name) || tag.contains(" on")
        });
        found.collect::<Vec<_>>()
    };
    let plain = page(&plain, "acme/docs/pdf/index.html");
    assert_eq!(own_scripts(&html), own_scripts(&plain));
    assert!(!html.contains("49") && html.contains("{{7*7}}"));
}

#[test]
fn template_can_be_replaced_and_errors_name_its_line() {
    let with = |name: &str, text: &str| {
        let settings = Settings {
            templates: [(name.to_owned(), text.to_owned())].into(),
            ..Settings::default()
        };
        Site::new(settings).and_then(|site| site.skill(&skill("x"), &[]))
    };
    let pages = with(
        "skill.html",
        "<p>{{ skill.description }}</p>{% if skill.license %}x{% endif %}",
    )
    .unwrap();
    assert_eq!(
        page(&pages, "acme/docs/pdf/index.html"),
        "<p>Fills forms. More.</p>"
    );
    for (text, said) in [
        ("a\n{% if %}", "skill.html:2: syntax error"),
        ("a\n\n{{ page.titel }}", "skill.html:3: undefined value"),
        ("{{ x | safe }}", "skill.html:1: "),
        ("{% include \"gone.html\" %}", "skill.html:1: "),
    ] {
        let error = with("skill.html", text).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn numbers_are_readable() {
    assert_eq!(count(1, "skill"), "1 skill");
    assert_eq!(count(12_345_678, "skill"), "12,345,678 skills");
    assert_eq!(
        [size(999), size(1960), size(5_250_000)],
        ["999 B", "1.9 kB", "5.2 MB"]
    );
    assert_eq!(cut("äöü", 2), "äö\u{2026}");
}

#[test]
fn problems_of_a_skill_are_in_the_lists() {
    let finding = |severity: &str| Finding {
        severity: severity.to_owned(),
        ..Finding::default()
    };
    let mut skill = skill("text\n");
    let index = |skill: &Skill| {
        let pages = site().index(&[], &[Summary::of(skill)]).unwrap();
        page(&pages, "index.html")
    };
    assert!(!index(&skill).contains("class=\"tag"));
    skill.findings = vec![finding("error"), finding("error"), finding("info")];
    let html = index(&skill);
    assert!(
        html.contains("<span class=\"tag error\">2 errors</span></p>"),
        "{html}"
    );
}

fn finding(code: &str, severity: &str, message: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: severity.to_owned(),
        message: message.to_owned(),
        file: "SKILL.md".to_owned(),
        line: 2,
        ..Finding::default()
    }
}

fn skill_page(skill: &Skill) -> String {
    let pages = site().skill(skill, &[]).unwrap();
    page(&pages, "acme/docs/pdf/index.html")
}

/// Returns what is above the text and the facts of a page.
fn head(html: &str) -> &str {
    html.split("<aside").next().unwrap()
}

#[test]
fn validation_is_in_words_and_colors_without_zeros() {
    let mut skill = skill("text\n");
    let html = skill_page(&skill);
    assert!(
        html.contains("<span class=\"tag good\">valid</span>"),
        "{html}"
    );
    skill.findings = vec![finding("N1", "info", "Small.")];
    let html = skill_page(&skill);
    assert!(html.contains("class=\"tag good\">valid<"), "{html}");
    assert!(html.contains("class=\"tag note\">1 note<"), "{html}");
    skill.findings = vec![
        finding("E1", "error", "One."),
        finding("E1", "error", "Two."),
        finding("A1", "warning", "Three."),
    ];
    let html = skill_page(&skill);
    for expected in [
        "<a href=\"#Findings\" class=\"tag error\">2 errors</a>",
        "<a href=\"#Findings\" class=\"tag warning\">1 warning</a>",
    ] {
        assert!(html.contains(expected), "{expected}\n{html}");
    }
    assert!(!html.contains("tag good") && !html.contains("0 note"));
    let order = ["Validation</dt>", "What it can do", "Context</dt>"];
    let places = order.map(|text| html.find(text).unwrap());
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn audit_and_the_reason_for_a_missing_description_are_above_the_text() {
    let mut skill = skill("text\n");
    skill.findings = vec![
        finding("E1", "error", "The name is too long."),
        finding("A1", "info", "A detail."),
        finding("A2", "warning", "Hidden text."),
    ];
    let html = skill_page(&skill);
    let shown = head(&html);
    assert!(shown.contains("Hidden text."), "{shown}");
    assert!(!shown.contains("too long") && !shown.contains("A detail."));
    skill.description = None;
    let html = skill_page(&skill);
    let shown = head(&html);
    assert!(shown.contains("This skill has no description."), "{shown}");
    assert!(shown.contains("The name is too long."), "{shown}");
    skill.findings = vec![finding("A2", "warning", "Hidden text."); 5];
    let html = skill_page(&skill);
    let shown = head(&html);
    assert_eq!(shown.matches("Hidden text.").count(), 3);
    assert!(
        shown.contains("<a href=\"#Findings\">2 more</a>"),
        "{shown}"
    );
}

#[test]
fn last_change_and_commit_of_the_page_are_distinguished() {
    let mut skill = skill("text\n");
    let id = |digit: &str| digit.repeat(40);
    skill.commit = Some(id("c"));
    skill.root_url = Some("https://a.example/tree/c".to_owned());
    skill.date = Some("2026-05-22".to_owned());
    let html = skill_page(&skill);
    assert!(!html.contains("Last change"), "{html}");
    assert!(
        html.contains(">ccccccc</code></a> of <time>2026-05-22</time>"),
        "{html}"
    );
    skill.history = vec![Change {
        commit: id("d"),
        date: "2026-05-22".to_owned(),
        url: Some("https://a.example/commit/d".to_owned()),
        ..Change::default()
    }];
    let html = skill_page(&skill);
    let link = "<a href=\"https://a.example/commit/d\" rel=\"noopener noreferrer\"><code>ddddddd</code></a>";
    assert_eq!(html.matches(link).count(), 2, "{html}");
    assert!(
        html.contains("<dt>This page was made from</dt><dd>commit <a href=\"https://a.example/tree/c\" rel=\"noopener noreferrer\"><code>ccccccc</code></a></dd>"),
        "{html}"
    );
}

#[test]
fn all_capabilities_can_be_opened() {
    let mut skill = skill("text\n");
    let host = |number: usize| Capability {
        kind: Kind::Host,
        what: format!("h{number}.example"),
        file: "SKILL.md".to_owned(),
        line: Some(1),
    };
    skill.capabilities = (0..20).map(host).collect();
    let html = skill_page(&skill);
    let (shown, rest) = html
        .split_once("<details><summary>and 8 more</summary>")
        .unwrap();
    assert!(shown.contains("h11.example") && !shown.contains("h12.example"));
    assert!(rest.contains("h19.example") && !rest.contains("index.json\">index.json"));
    skill.capabilities = (0..1000).map(host).collect();
    let html = skill_page(&skill);
    assert!(html.contains("<summary>and 988 more</summary>"), "{html}");
    assert!(
        html.contains(", and 888 in <a href=\"index.json\">index.json</a>"),
        "{html}"
    );
}

#[test]
fn plugin_is_a_link_to_its_skills() {
    let mut skill = skill("text\n");
    skill.plugin = Some("a b%=\"é".to_owned());
    let html = skill_page(&skill);
    let link = "href=\"../../../acme/docs/index.html#plugin%3Aa%3D20b%3D25%3D3D%3D22%3DC3%3DA9\"";
    assert!(html.contains(link), "{html}");
    let repository = Repository {
        name: "acme/docs".to_owned(),
        page: "acme/docs".to_owned(),
        ..Repository::default()
    };
    let pages = site().repository(&repository, &[Summary::of(&skill)]);
    let html = page(&pages.unwrap(), "acme/docs/index.html");
    assert!(
        html.contains("id=\"plugin:a=20b=25=3D=22=C3=A9\""),
        "{html}"
    );
}

#[test]
fn agents_that_need_another_folder_are_named_with_their_option() {
    let mut skill = skill("text\n");
    skill.agents = vec![Agent {
        id: "copilot".to_owned(),
        name: "GitHub Copilot".to_owned(),
    }];
    let html = skill_page(&skill);
    assert!(
        html.contains("<code>--agent claude</code> (Claude Code)"),
        "{html}"
    );
    assert!(!html.contains("--agent copilot"), "{html}");
}

#[test]
fn file_is_on_the_site_as_it_is_unless_it_would_run_there() {
    let mut skill = skill("text\n");
    skill.is_discoverable = true;
    skill.files[1].original = b"<svg/>".to_vec();
    let file = |skill: &Skill| {
        let pages = site().skill(skill, &[]).unwrap();
        let html = page(&pages, "acme/docs/pdf/files/references/a.md.html");
        (html, pages)
    };
    let (html, _) = file(&skill);
    assert!(!html.contains(">Raw</a>"), "{html}");
    skill.files.remove(1);
    let (html, pages) = file(&skill);
    let raw = ".well-known/skills/pdf/references/a.md";
    assert!(
        html.contains(&format!("<a href=\"../../../../../{raw}\">Raw</a>")),
        "{html}"
    );
    assert!(pages.contains_key(raw));
}

#[test]
fn title_of_the_site_is_not_repeated_above_a_page() {
    let with_title = |title: &str| {
        let settings = Settings {
            title: title.to_owned(),
            base_url: Some("https://a.example/".to_owned()),
            ..Settings::default()
        };
        let pages = Site::new(settings).unwrap().skill(&skill("text\n"), &[]);
        page(&pages.unwrap(), "acme/docs/pdf/index.html")
    };
    assert!(with_title("Skills").contains("aria-label=\"Breadcrumb\""));
    let html = with_title("acme/docs");
    assert!(!html.contains("aria-label=\"Breadcrumb\""), "{html}");
    assert!(
        html.contains("<a href=\"../../../feed.xml\">feed</a>"),
        "{html}"
    );
    assert!(!skill_page(&skill("text\n")).contains("feed.xml"));
}
