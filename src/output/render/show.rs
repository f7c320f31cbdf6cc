//! Prints the report of `show`.

use anstyle::{AnsiColor, Style};
use indicatif::{HumanBytes, HumanCount};

use super::capabilities::{by_kind, listed};
use crate::config::FILE_NAME;
use crate::hint::{NPM_PACKAGE, for_shell, mdskill};
use crate::operations::show::{Facts, FileReport, Findings, Others, Report, Tokens, Version};
use crate::operations::state::State;
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::styled::Styled;
use crate::output::terminal_markdown::{Look, link, render, render_file};
use crate::output::text::{self, count, with_place};
use mdskill_lint::capability::Capability;
use mdskill_lint::details::first_sentence;

/// Width of the names of the fields, in columns.
const NAME_WIDTH: usize = 15;
/// The narrowest terminal on which values are beside the names of their fields.
const MIN_BESIDE: usize = 50;
/// The most files that are listed by path; of others, the folders are.
const MAX_PATHS: usize = 8;
/// The most entries in the list of files.
const MAX_ENTRIES: usize = 12;
/// The most agents that are named.
const MAX_AGENTS: usize = 5;
/// The narrowest description of another skill, in columns.
const MIN_DESCRIPTION: usize = 15;
/// Maximum number of findings of the audit that are shown.
const MAX_DANGERS: usize = 5;
/// The widest lines of facts.
const MAX_WIDTH: usize = 100;

/// Prints the facts, the text, and the other skills of the source.
pub(crate) fn show(printer: &Printer, report: &Report, with_npx: bool) {
    let look = printer.look();
    let mut page = Page {
        printer,
        look,
        lines: Vec::new(),
    };
    page.heading(report);
    page.installation(report, with_npx);
    page.capabilities(report);
    page.origin(report);
    page.quality(report);
    page.lines.push(Styled::default());
    match look {
        Some(look) => page.lines.extend(render(&report.body, look)),
        None => {
            let body = sanitize::block(&report.body);
            let body = body.trim_matches('\n').lines();
            page.lines.extend(body.map(Styled::from));
        }
    }
    if let Some(others) = &report.others {
        page.others(others);
    }
    printer.pages(&page.lines);
}

/// Prints a file: for a person as Markdown or with colors, otherwise unchanged.
pub(crate) fn file(printer: &Printer, file: &FileReport, is_raw: bool) {
    let look = printer.look().filter(|_| !is_raw);
    let (Some(look), Some(text)) = (look, &file.text) else {
        return Printer::page(&file.content);
    };
    let is_markdown = std::path::Path::new(&file.path)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
    printer.pages(&if is_markdown {
        render(text, look)
    } else {
        render_file(&file.path, text, look)
    });
}

/// The lines of a skill.
struct Page<'a> {
    printer: &'a Printer,
    look: Option<Look>,
    lines: Vec<Styled>,
}

impl Page<'_> {
    /// Adds the name and the description.
    fn heading(&mut self, report: &Report) {
        let bold = Style::new().bold();
        self.text(bold, &report.name);
        let description = report.details.description.as_deref().unwrap_or_default();
        let (first, rest) = first_sentence(description);
        self.text(Style::new(), first);
        if !rest.is_empty() {
            self.lines.push(Styled::default());
            self.text(Style::new(), rest);
        }
        self.lines.push(Styled::default());
    }

    fn installation(&mut self, report: &Report, with_npx: bool) {
        let spec = for_shell(&report.spec);
        let global = if self.printer.is_personal { "-g " } else { "" };
        self.command("install", &format!("mdskill {global}add {spec}"));
        if with_npx {
            self.command("", &format!("npx {NPM_PACKAGE} {global}add {spec}"));
        }
        let bullet = if self.look.is_some_and(|look| look.has_color) {
            "•"
        } else {
            "-"
        };
        for (at, point) in report.facts.points.iter().enumerate() {
            let name = if at == 0 { "when to use" } else { "" };
            self.field(name, &format!("{bullet} {point}"));
        }
        let places = |places: &[String]| {
            let places = places.iter().map(|place| self.printer.path(place));
            places.collect::<Vec<_>>().join(", ")
        };
        let (installed, new) = (places(&report.places), places(&report.new_places));
        match &report.installed {
            Some(version) => {
                let version = version_of(version);
                self.field(
                    "installed",
                    &format!("{installed} (another version: {version})"),
                );
            }
            None => self.field("installed", &installed),
        }
        self.field("installs to", &new);
        let state = report.state.filter(|state| *state != State::Ok);
        let yellow = AnsiColor::Yellow.on_default();
        self.styled_field("state", yellow, state.map_or("", State::word));
        if let Some(update) = &report.update {
            let command = self
                .printer
                .command_line(mdskill("update").word(&report.name));
            let version = version_of(update);
            self.styled_field(
                "outdated",
                yellow,
                &format!("{version} is newer, as of the last fetch; {command} installs it"),
            );
        }
        self.field("size", &size(&report.facts));
    }

    fn capabilities(&mut self, report: &Report) {
        for (at, of_kind) in by_kind(&report.capabilities).enumerate() {
            let name = if at == 0 { "can" } else { "" };
            let (style, text) = capability(of_kind);
            self.styled_field(name, style, &text);
        }
        self.audit(report);
        self.field("allowed-tools", &report.details.allowed_tools.join(", "));
    }

    /// Prints what the audit has found. It only knows patterns, so it never says that a skill is safe.
    fn audit(&mut self, report: &Report) {
        let dangers = &report.facts.dangers;
        let notes = report.facts.notes_of_audit;
        if dangers.is_empty() && notes == 0 {
            let others = if report.allowed.is_empty() {
                ""
            } else {
                "other "
            };
            self.field("audit", &format!("no {others}known pattern found"));
        } else if dangers.is_empty() {
            let command = mdskill("validate")
                .word(&report.spec)
                .then("--severity info");
            let command = self.printer.command_line(command);
            self.field(
                "audit",
                &format!("{}; run {command} to show them", count(notes, "note")),
            );
        }
        for (at, found) in dangers.iter().take(MAX_DANGERS).enumerate() {
            let name = if at == 0 { "audit" } else { "" };
            let place = format!("{}:{}", found.file, found.start.line);
            let text = format!("{} ({place}) [{}]", found.message, found.code);
            self.styled_field(name, AnsiColor::Red.on_default(), &text);
        }
        if let Some(more) = dangers
            .len()
            .checked_sub(MAX_DANGERS)
            .filter(|more| *more > 0)
        {
            self.field("", &format!("and {more} more"));
        }
        if !report.allowed.is_empty() {
            let codes = report.allowed.join(", ");
            self.field("", &format!("allowed in {FILE_NAME}: {codes}"));
        }
    }

    fn origin(&mut self, report: &Report) {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        self.field("license", &optional(&report.details.license));
        self.field("compatibility", &optional(&report.details.compatibility));
        self.field("source", &report.source);
        self.field("path", &report.path);
        if report.git_ref != report.version_tag {
            self.field("ref", &optional(&report.git_ref));
        }
        self.field("version", &optional(&report.version_tag));
        let date = report.commit_date.as_ref();
        let date = date.map_or_else(String::new, |date| format!(" ({date})"));
        let commit = optional(&report.commit);
        self.field("commit", &format!("{commit}{date}"));
        self.field("signed by", &optional(&report.signed_by));
        if let Some(url) = &report.url {
            self.link("link", url);
        }
    }

    fn quality(&mut self, report: &Report) {
        self.field("tokens", &tokens(&report.facts.tokens));
        let subject = if report.places.is_empty() || report.installed.is_some() {
            &report.spec
        } else {
            &report.name
        };
        let command = self.printer.command_line(mdskill("validate").word(subject));
        let (style, text) = findings(&report.facts.findings, &command);
        self.styled_field("validation", style, &text);
        let names = report.agents.iter().map(|agent| agent.name);
        let agents: Vec<&str> = names.take(MAX_AGENTS).collect();
        let more = match report.agents.len().saturating_sub(MAX_AGENTS) {
            0 => String::new(),
            more => format!(
                ", and {more} more ({})",
                self.printer.command_line("agents")
            ),
        };
        let agents = agents.join(", ");
        self.field("agents", &format!("{agents}{more}"));
    }

    fn others(&mut self, others: &Others) {
        let bold = Style::new().bold();
        self.lines.push(Styled::default());
        self.text(bold, &format!("More from {}", others.from));
        let widths = others.skills.iter().map(|other| text::columns(&other.name));
        let width = widths.max().unwrap_or(0).min(40) + 2;
        for other in &others.skills {
            let has_room = self
                .look
                .is_none_or(|look| look.width >= width + MIN_DESCRIPTION);
            let description = other.description.as_deref().filter(|_| has_room);
            let (first, _) = first_sentence(description.unwrap_or_default());
            let name = sanitize::line(&other.name);
            let line = format!("  {name:<width$}{}", sanitize::line(first));
            let line = line.trim_end();
            self.lines.push(match self.look {
                Some(look) => sanitize::cut(line, look.width).into(),
                None => line.into(),
            });
        }
        let left = others.total.saturating_sub(others.skills.len());
        let list = self
            .printer
            .command_line(mdskill("list").word(&others.from));
        self.text(
            Style::new(),
            &match left {
                0 => format!("{list} lists them"),
                left => format!("{left} more: {list} lists all"),
            },
        );
    }

    /// Adds text without a name.
    fn text(&mut self, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        self.lines.push(self.wrapped(style, text, 0));
    }

    fn field(&mut self, name: &str, text: &str) {
        self.styled_field(name, Style::new(), text);
    }

    /// Adds a name and a value.
    fn styled_field(&mut self, name: &str, style: Style, text: &str) {
        if !text.is_empty() {
            let indent = if self.is_narrow() { 2 } else { NAME_WIDTH };
            self.line(name, &self.wrapped(style, text, indent));
        }
    }

    /// Adds a command, which is not wrapped, so that it can be copied.
    fn command(&mut self, name: &str, command: &str) {
        let style = AnsiColor::Cyan.on_default();
        self.line(name, &Styled::with(style, command));
    }

    /// Adds a name and a rendered value: beside each other, or below each other on a narrow terminal.
    fn line(&mut self, name: &str, value: &Styled) {
        let bold = if name.is_empty() {
            Style::new()
        } else {
            Style::new().bold()
        };
        if !self.is_narrow() {
            let name = Styled::with(bold, &format!("{name:<NAME_WIDTH$}"));
            self.lines.push(name.append(value));
            return;
        }
        if !name.is_empty() {
            self.lines.push(Styled::with(bold, name));
        }
        self.lines.push(Styled::from("  ").append(value));
    }

    /// Adds a URL, which the terminal can open.
    fn link(&mut self, name: &str, url: &str) {
        match self.look.filter(|look| look.has_links) {
            Some(look) => self.line(name, &link(url, url, look)),
            None => self.line(name, &url.into()),
        }
    }

    fn is_narrow(&self) -> bool {
        self.look.is_some_and(|look| look.width < MIN_BESIDE)
    }

    fn wrapped(&self, style: Style, text: &str, indent: usize) -> Styled {
        let look = self.look;
        let limits = look.map(|look| (look.width.min(MAX_WIDTH), indent));
        Styled::wrapped(style, text, limits)
    }
}

/// Returns all capabilities of one kind with their places.
fn capability(of_kind: &[Capability]) -> (Style, String) {
    let kind = of_kind[0].kind;
    let style = if kind.is_severe() {
        AnsiColor::Yellow.on_default()
    } else {
        Style::new()
    };
    // The severe ones are why a person reads this.
    let listed = if kind.is_severe() {
        let all: Vec<String> = of_kind.iter().map(with_place).collect();
        all.join(", ")
    } else {
        listed(of_kind)
    };
    (style, format!("{kind}: {listed}"))
}

fn version_of(version: &Version) -> &str {
    text::version(version.version_tag.as_deref(), version.commit.as_deref())
}

/// Returns the number and the size of the files, and the first of them.
fn size(facts: &Facts) -> String {
    let mut entries: Vec<String> = Vec::new();
    if facts.files.len() <= MAX_PATHS {
        entries.extend(facts.files.iter().map(|file| file.path.clone()));
    } else {
        let (inside, outside): (Vec<_>, Vec<_>) =
            facts.files.iter().partition(|file| file.path.contains('/'));
        entries.extend(outside.iter().map(|file| file.path.clone()));
        let folder = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let folders = inside.chunk_by(|one, other| folder(&one.path) == folder(&other.path));
        entries.extend(folders.map(|files| {
            let number = count(files.len(), "file");
            format!("{}/ ({number})", folder(&files[0].path))
        }));
    }
    let more = entries.len().saturating_sub(MAX_ENTRIES);
    entries.truncate(MAX_ENTRIES);
    if more > 0 {
        entries.push(format!("and {more} more"));
    }
    let (number, bytes) = (count(facts.files.len(), "file"), HumanBytes(facts.bytes));
    format!("{number}, {bytes}: {}", entries.join(", "))
}

fn tokens(tokens: &Tokens) -> String {
    let [description, body, all] =
        [tokens.description, tokens.body, tokens.all].map(|count| HumanCount(count as u64));
    format!(
        "about {description} always (description), {body} in use (SKILL.md), {all} with all files (estimate: 4 characters each)"
    )
}

fn findings(findings: &Findings, command: &str) -> (Style, String) {
    let Findings {
        errors,
        warnings,
        notes,
    } = findings;
    let style = match (errors, warnings) {
        (0, 0) => Style::new(),
        (0, _) => AnsiColor::Yellow.on_default(),
        _ => AnsiColor::Red.on_default(),
    };
    if errors + warnings + notes == 0 {
        return (style, "no findings".to_owned());
    }
    let all = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let found = all.into_iter().filter(|(number, _)| **number > 0);
    let found: Vec<String> = found.map(|(number, noun)| count(*number, noun)).collect();
    (style, format!("{}; {command} shows them", found.join(", ")))
}
