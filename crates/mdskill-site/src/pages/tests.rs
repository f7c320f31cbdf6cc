//! Whole pages, of plain and of hostile skills.

use super::*;
use crate::format::{count, size};
use crate::model::{Command, Content, File, Finding};

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
