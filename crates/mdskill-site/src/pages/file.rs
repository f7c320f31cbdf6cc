//! The pages of the files of a skill.

use std::fmt::Write as _;

use minijinja::Value;
use serde::Serialize;

use super::links::{Links, MentionedBy};
use super::skill::severity_word;
use super::view::outline;
use super::{Frame, Site};
use crate::code::{Language, lines};
use crate::escape::escape;
use crate::format::{count, size};
use crate::machine::plain_files;
use crate::markdown::{Heading, Source, render};
use crate::model::{Content, File, Finding, Skill};
use crate::paths::{encode, up_from};
use crate::templates::safe;
use crate::{Pages, TemplateError};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::frontmatter;

#[derive(Serialize)]
struct View<'a> {
    page: Frame,
    skill: &'a Skill,
    path: &'a str,
    size: String,
    is_executable: bool,
    url: Option<String>,
    /// The file as it is.
    raw: Option<String>,
    mentions: Vec<MentionedBy>,
    /// The text of a Markdown file, except of SKILL.md, which is on the page of the skill.
    body: Value,
    outline: Vec<Heading>,
    lines: Value,
}

/// Adds a page for each text, and a copy of each image.
pub(super) fn add_all(site: &Site, skill: &Skill, pages: &mut Pages) -> Result<(), TemplateError> {
    let links = Links::of(skill, "");
    let plain = plain_files(skill);
    let plain = plain.as_deref();
    for file in &skill.files {
        let Some(path) = links.page(&file.path) else {
            continue;
        };
        let bytes = match &file.content {
            Content::Text(text) => page(site, skill, file, text, &path, plain)?,
            Content::Image(bytes) => bytes.clone(),
            Content::Binary | Content::TooLong => continue,
        };
        pages.insert(path, bytes);
    }
    Ok(())
}

fn page(
    site: &Site,
    skill: &Skill,
    file: &File,
    text: &str,
    path: &str,
    plain: Option<&str>,
) -> Result<Vec<u8>, TemplateError> {
    let title = format!("{} · {}", file.path, skill.name);
    let mut frame = site.frame(path, &title, &format!("{} of {}", file.path, skill.name));
    frame.repository_crumb(skill);
    frame.crumb(&skill.name, &skill.page);
    let links = Links::of(skill, &up_from(path));
    let extension = file.path.rsplit_once('.').map(|(_, extension)| extension);
    let is_markdown = extension.is_some_and(|word| word.eq_ignore_ascii_case("md"));
    let rendered = (is_markdown && file.path != SKILL_FILE).then(|| {
        let split = frontmatter::split(text.as_bytes());
        let from = split.map_or(0, |document| document.body_offset);
        render(&Source {
            text: &text[from..],
            resolve: &|start, target| links.resolve(file, from + start, target),
            level: 2,
        })
    });
    let markdown = rendered.unwrap_or_default();
    let code = lines(Language::of_path(&file.path), text);
    let view = View {
        skill,
        path: &file.path,
        size: format!("{}, {}", count(code.len(), "line"), size(file.bytes)),
        is_executable: file.executable,
        url: links.web_page(&file.path),
        raw: plain.map(|folder| {
            let path = format!("{folder}/{}", file.path);
            format!("{}{}", frame.root, encode(&path))
        }),
        mentions: links.mentions(&file.path),
        body: safe(markdown.html),
        outline: outline(markdown.outline),
        lines: safe(numbered(&code, skill, &file.path)),
        page: frame,
    };
    site.templates.render("file.html", &view)
}

/// Returns lines with their numbers, which are links to themselves, and the findings about them.
fn numbered(lines: &[String], skill: &Skill, path: &str) -> String {
    let mut html = String::new();
    let mut found: Vec<&Finding> = skill
        .findings
        .iter()
        .filter(|one| one.file == path)
        .collect();
    found.sort_by_key(|one| one.line);
    let mut found = found.into_iter().peekable();
    for (number, line) in (1..).zip(lines) {
        let _infallible = write!(
            html,
            "<span class=line><a id=L{number} href=\"#L{number}\">{number}</a>{line}\n</span>"
        );
        while let Some(one) = found.next_if(|one| one.line <= number) {
            let severity = severity_word(&one.severity);
            let _infallible = write!(
                html,
                "<span class=\"finding {severity}\">{severity} {}: {}\n</span>",
                escape(&one.code),
                escape(&one.message)
            );
        }
    }
    html
}
