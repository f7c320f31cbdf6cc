//! All pages: links lead to something, commands parse, the book is complete.

use std::path::Path;

use clap::{CommandFactory, Parser};
use mdskill::cli::{Cli, Command};
use mdskill::spec::Spec;

use super::{Page, ROOT, book, pages};

const REPOSITORY: &str = "https://github.com/mdskill/mdskill";

/// Parses a command line as the program would, and its specs, too.
#[track_caller]
fn assert_parses(line: &str) {
    // The rest of the line belongs to the shell.
    let ends = [" #", " 2>", " >", " |", "; "];
    let end = ends.iter().filter_map(|end| line.find(end)).min();
    let line = &line[..end.unwrap_or(line.len())];
    let parsed = match Cli::try_parse_from(words(line)) {
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => return,
        parsed => parsed.unwrap_or_else(|error| panic!("{line}: {error}")),
    };
    if let Command::Add(arguments) = parsed.command {
        for spec in arguments.specs.iter().filter(|spec| *spec != "SPEC…") {
            spec.parse::<Spec>()
                .unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}

/// Splits a line into words as a shell does, with quotes but without escapes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in line.chars() {
        if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '\'' | '"') {
            quote = Some(c);
        } else if quote.is_none() && c.is_whitespace() {
            words.push(String::new());
        } else {
            words.last_mut().unwrap().push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns the command line of mdskill in a line of a page, if there is one.
fn command_line(line: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix("- run: ").unwrap_or(line);
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let line = match line.split_once("cargo run --release -- ") {
        Some((_, rest)) => format!("mdskill {}", rest.replace("\"$(mktemp -d)\"", ".")),
        None => line.to_owned(),
    };
    let line = line
        .replace("npx @mdskill/cli ", "mdskill ")
        .replace("npx mdskill ", "mdskill ");
    line.starts_with("mdskill ").then_some(line)
}

#[test]
fn commands_in_the_documentation_parse() {
    let mut count = 0;
    for page in pages() {
        let shell = page.blocks.iter().filter(|(language, _)| {
            matches!(language.as_str(), "sh" | "console" | "yaml" | "text" | "")
        });
        let lines = shell.flat_map(|(_, text)| text.lines());
        let spans = page.code_spans.iter().map(String::as_str);
        for line in lines.chain(spans).filter_map(command_line) {
            assert_parses(&line);
            count += 1;
        }
    }
    assert!(count > 60, "only {count} commands were found");
}

#[test]
fn examples_in_the_help_parse() {
    let cli = Cli::command();
    for command in cli.get_subcommands().chain([&cli]) {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let lines: Vec<_> = help.lines().filter_map(command_line).collect();
        assert!(!lines.is_empty(), "{} has no example", command.get_name());
        for line in lines {
            assert_parses(&line);
        }
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    let broken: Vec<String> = pages()
        .iter()
        .flat_map(|page| {
            let broken = page.links.iter().filter(|link| !leads(page, link));
            broken.map(|link| format!("{}: {link}", page.path.display()))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether a link of a page leads to a file of the checkout, and to a heading of it if it names one.
/// Links to other sites are not checked.
fn leads(page: &Page, link: &str) -> bool {
    let in_repository = ["blob", "tree"]
        .iter()
        .find_map(|kind| link.strip_prefix(&format!("{REPOSITORY}/{kind}/main/")));
    if let Some(path) = in_repository {
        return Path::new(ROOT).join(path).exists();
    }
    if link.contains("://") {
        return true;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        page.path.clone()
    } else {
        page.path.with_file_name(path)
    };
    let has_heading = || Page::read(&target).anchors().iter().any(|it| it == anchor);
    target.exists() && (anchor.is_empty() || has_heading())
}

/// The book is also published without the rest of the repository.
#[test]
fn links_of_the_book_stay_in_the_book() {
    let root = Path::new(ROOT).join("docs");
    for page in book().iter().map(Page::read) {
        let folder = page.path.parent().unwrap().strip_prefix(&root).unwrap();
        for link in page.links.iter().filter(|link| !link.contains("://")) {
            let ups = link.split('/').filter(|part| *part == "..").count();
            let depth = folder.components().count();
            assert!(ups <= depth, "{}: {link}", page.path.display());
        }
    }
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let summary = Page::read("docs/SUMMARY.md");
    for path in book() {
        let name = path.strip_prefix("docs").unwrap().to_str().unwrap();
        let is_listed = name == "SUMMARY.md" || summary.links.iter().any(|link| link == name);
        assert!(is_listed, "{name} is missing in docs/SUMMARY.md");
    }
}

#[test]
fn readme_is_short() {
    let words = Page::read("README.md").text.split_whitespace().count();
    assert!(words <= 1200, "{words} words");
}

#[test]
fn readme_names_every_group_of_pages() {
    let readme = Page::read("README.md");
    for folder in ["docs/guide", "docs/reference", "docs/design"] {
        let is_linked = |link: &String| Path::new(link).starts_with(folder);
        assert!(readme.links.iter().any(is_linked), "{folder}");
    }
    assert!(Path::new(ROOT).join("docs/book.toml").exists());
}
