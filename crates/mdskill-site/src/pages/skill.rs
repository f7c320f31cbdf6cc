//! The page of a skill.

use serde::Serialize;

use super::links::{Links, MentionedBy};
use super::view::{Item, OfKind, Place, Tag, by_kind, outline, place, validation};
use super::{Frame, Site, href, plugin_id};
use crate::format::{count, cut, grouped, json, size};
use crate::markdown::{Heading, Source, render};
use crate::model::{Agent, Change, Content, File, Finding, Skill, Summary};
use crate::paths::encode;
use crate::templates::safe;
use crate::{Pages, TemplateError};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::details::first_sentence;
use mdskill_lint::frontmatter;
use minijinja::Value;

/// The most places of one kind of capability.
const MAX_PLACES: usize = 12;
/// The most other skills.
const MAX_OTHERS: usize = 10;
/// The most places of one kind of capability that are shown when the reader asks for more.
const MAX_MORE_PLACES: usize = 100;
/// The most findings that are shown above the text.
const MAX_NOTICES: usize = 3;
/// The most findings that are listed.
const MAX_FINDINGS: usize = 20;

#[derive(Serialize)]
struct View<'a> {
    page: Frame,
    skill: &'a Skill,
    sentence: &'a str,
    rest: &'a str,
    short_commit: String,
    /// The page of the repository's root at the commit.
    commit_url: Option<&'a str>,
    repository_href: String,
    plugin_href: Option<String>,
    text_href: Option<String>,
    /// The findings that a reader must not miss.
    notices: Vec<FindingView<'a>>,
    more_notices: usize,
    capabilities: Vec<OfKind>,
    findings: Vec<FindingView<'a>>,
    more_findings: usize,
    validation: Vec<Tag>,
    tokens: TokensView,
    size: String,
    agents: Agents,
    body: Value,
    /// The reason why there is no body.
    no_body: &'static str,
    /// The page of `SKILL.md` on its forge.
    web_page: Option<String>,
    outline: Vec<Heading>,
    files: Vec<Row>,
    history: Vec<ChangeView<'a>>,
    others: Vec<Item>,
    others_count: String,
}

#[derive(Serialize)]
struct TokensView {
    description: String,
    body: String,
    all: String,
}

#[derive(Serialize)]
struct Agents {
    first: Vec<String>,
    more: Vec<String>,
    /// Widespread agents that do not read the folder.
    others: Vec<Agent>,
}

#[derive(Serialize)]
struct FindingView<'a> {
    severity: &'a str,
    code: &'a str,
    message: &'a str,
    help: &'a str,
    place: Place,
}

/// A folder or a file in the list of files.
#[derive(Serialize)]
struct Row {
    depth: usize,
    name: String,
    is_folder: bool,
    href: Option<String>,
    size: String,
    is_executable: bool,
    mentions: Vec<MentionedBy>,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    change: &'a Change,
    short: String,
    summary: String,
    /// The numbers of added and removed lines.
    lines: Option<String>,
    gained: Vec<OfKind>,
    lost: Vec<OfKind>,
}

pub(super) fn add(
    site: &Site,
    skill: &Skill,
    others: &[Summary],
    pages: &mut Pages,
) -> Result<(), TemplateError> {
    let path = format!("{}/index.html", skill.page);
    let description = skill.description.as_deref().unwrap_or_default();
    let mut page = site.frame(&path, &skill.name, description);
    page.repository_crumb(skill);
    let links = Links::of(skill, &page.root);
    let link = |file: &str, line: Option<usize>| links.file(file, line);
    let (sentence, rest) = first_sentence(description);
    let body = body(skill, &links);
    let listed = listed_with(skill, others).into_iter();
    let notices: Vec<&Finding> = notices(skill).collect();
    let repository_href = href(&page.root, &skill.repository_page);
    let view = View {
        sentence,
        rest,
        short_commit: short(skill.commit.as_deref().unwrap_or_default()),
        commit_url: skill.root_url.as_deref(),
        plugin_href: skill
            .plugin
            .as_ref()
            .map(|plugin| format!("{repository_href}#{}", encode(&plugin_id(plugin)))),
        text_href: links.file(SKILL_FILE, None),
        repository_href,
        more_notices: notices.len().saturating_sub(MAX_NOTICES),
        notices: finding_views(notices.into_iter().take(MAX_NOTICES), &links),
        capabilities: by_kind(&skill.capabilities, MAX_PLACES, MAX_MORE_PLACES, &link),
        findings: finding_views(skill.findings.iter().take(MAX_FINDINGS), &links),
        more_findings: skill.findings.len().saturating_sub(MAX_FINDINGS),
        validation: validation(skill.severities()),
        tokens: TokensView {
            description: grouped(skill.tokens.description),
            body: grouped(skill.tokens.body),
            all: grouped(skill.tokens.all),
        },
        size: format!(
            "{}, {}",
            count(skill.files.len(), "file"),
            size(skill.bytes)
        ),
        agents: agents(skill),
        outline: outline(body.outline),
        body: safe(body.html),
        no_body: no_body(skill),
        web_page: links.web_page(SKILL_FILE),
        files: rows(skill, &links),
        history: skill
            .history
            .iter()
            .map(|change| change_view(change))
            .collect(),
        others: listed
            .map(|other| Item::of(other, &page.root, false))
            .collect(),
        others_count: count(others.len(), "skill"),
        skill,
        page,
    };
    pages.insert(path, site.templates.render("skill.html", &view)?);
    pages.insert(format!("{}/index.json", skill.page), json(skill));
    Ok(())
}

/// Returns the skills of a repository that the page of one of them lists: those of the same plugin, which
/// are the most similar ones, and some others.
#[must_use]
pub fn listed_with<'a>(skill: &Skill, all: &'a [Summary]) -> Vec<&'a Summary> {
    let others = || all.iter().filter(|other| other.page != skill.page);
    let near = others().filter(|other| other.plugin == skill.plugin);
    let far = others().filter(|other| other.plugin != skill.plugin);
    near.chain(far).take(MAX_OTHERS).collect()
}

fn skill_file(skill: &Skill) -> Option<&File> {
    skill.files.iter().find(|file| file.path == SKILL_FILE)
}

/// Returns the reason why there is no text of `SKILL.md`, or an empty text.
fn no_body(skill: &Skill) -> &'static str {
    match skill_file(skill).map(|file| &file.content) {
        Some(Content::TooLong) => "It is too long for a page.",
        Some(Content::Text(_)) => "",
        _ => "It is not a text.",
    }
}

/// Returns the text of `SKILL.md` after the frontmatter.
fn body(skill: &Skill, links: &Links<'_>) -> crate::markdown::Rendered {
    let Some(file) = skill_file(skill) else {
        return crate::markdown::Rendered::default();
    };
    let Content::Text(text) = &file.content else {
        return crate::markdown::Rendered::default();
    };
    let split = frontmatter::split(text.as_bytes());
    let from = split.map_or(0, |document| document.body_offset);
    render(&Source {
        text: &text[from..],
        resolve: &|start, target| links.resolve(file, from + start, target),
        level: 3,
    })
}

/// Returns the findings that a reader must not miss: those of the audit, and if there is no description,
/// the errors that explain it.
fn notices(skill: &Skill) -> impl Iterator<Item = &Finding> {
    let is_broken = skill.description.is_none();
    skill.findings.iter().filter(move |finding| {
        let is_error = finding.severity == "error";
        let is_of_audit = finding.code.starts_with('A');
        is_of_audit && (is_error || finding.severity == "warning")
            || is_broken && is_error && finding.file == SKILL_FILE
    })
}

/// Returns the word for a severity on pages.
pub(super) fn severity_word(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn finding_views<'a>(
    found: impl Iterator<Item = &'a Finding>,
    links: &Links<'_>,
) -> Vec<FindingView<'a>> {
    let view = found.map(|finding| FindingView {
        severity: severity_word(&finding.severity),
        code: &finding.code,
        message: &finding.message,
        help: &finding.help,
        place: Place {
            what: String::new(),
            file_and_line: place(&finding.file, Some(finding.line)),
            href: links.file(&finding.file, Some(finding.line)),
        },
    });
    view.collect()
}

/// Splits the agents into the first ones, which are the most used, and the others, and adds those that
/// need another folder.
fn agents(skill: &Skill) -> Agents {
    const MAX_FIRST: usize = 4;
    let mut names = skill.agents.iter().map(|agent| agent.name.clone());
    Agents {
        first: names.by_ref().take(MAX_FIRST).collect(),
        more: names.collect(),
        others: mdskill_lint::agents::Agent::widespread()
            .filter(|agent| !skill.agents.iter().any(|reader| reader.id == agent.id))
            .map(|agent| Agent {
                id: agent.id.to_owned(),
                name: agent.name.to_owned(),
            })
            .collect(),
    }
}

/// Returns the rows of the list of files: each folder before its files.
fn rows(skill: &Skill, links: &Links<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for file in &skill.files {
        let mut parts: Vec<&str> = file.path.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        let shared = open.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        for (depth, folder) in parts.iter().enumerate().skip(shared) {
            rows.push(Row {
                depth,
                name: format!("{folder}/"),
                is_folder: true,
                href: None,
                size: String::new(),
                is_executable: false,
                mentions: Vec::new(),
            });
        }
        rows.push(Row {
            depth: parts.len(),
            name: name.to_owned(),
            is_folder: false,
            href: links.file(&file.path, None),
            size: size(file.bytes),
            is_executable: file.executable,
            mentions: links.mentions(&file.path),
        });
        open = parts;
    }
    rows
}

fn change_view(change: &Change) -> ChangeView<'_> {
    let no_link = |_: &str, _: Option<usize>| None;
    ChangeView {
        short: short(&change.commit),
        summary: cut(&change.summary, 120),
        lines: change
            .added
            .zip(change.removed)
            .map(|(added, removed)| format!("+{} \u{2212}{}", grouped(added), grouped(removed))),
        gained: by_kind(&change.gained, MAX_PLACES / 2, 0, &no_link),
        lost: by_kind(&change.lost, MAX_PLACES / 2, 0, &no_link),
        change,
    }
}

/// Returns the first digits of a commit.
fn short(commit: &str) -> String {
    commit.chars().take(7).collect()
}
