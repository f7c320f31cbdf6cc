//! The documentation cannot lie: its commands run, its tables are made from the program, its links exist.

mod agents;
mod commands;
mod console;
mod pages;
mod pictures;
mod reference;
mod rules;
mod words;

use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The root of the checkout.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A page of the documentation, parsed.
#[derive(Default)]
struct Page {
    path: PathBuf,
    text: String,
    /// Language and content of each code block.
    blocks: Vec<(String, String)>,
    code_spans: Vec<String>,
    links: Vec<String>,
    headings: Vec<String>,
}

impl Page {
    /// Reads the page at `path`, relative to the root of the checkout.
    fn read(path: impl AsRef<Path>) -> Self {
        let path = Path::new(ROOT).join(path);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut page = Self {
            path,
            ..Self::default()
        };
        let (mut in_block, mut in_heading) = (false, false);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    in_block = true;
                    page.blocks.push((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => in_block = false,
                Event::Start(Tag::Heading { .. }) => {
                    in_heading = true;
                    page.headings.push(String::new());
                }
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.to_string()),
                Event::Text(text) if in_block => page.blocks.last_mut().unwrap().1 += &text,
                Event::Text(text) if in_heading => *page.headings.last_mut().unwrap() += &text,
                Event::Code(code) if in_heading => *page.headings.last_mut().unwrap() += &code,
                Event::Code(code) => page.code_spans.push(code.to_string()),
                _ => {}
            }
        }
        page.text = text;
        page
    }

    /// Returns the only block that contains `part`.
    fn block(&self, part: &str) -> &str {
        let mut matching = self.blocks.iter().filter(|(_, text)| text.contains(part));
        let (_, text) = matching
            .next()
            .unwrap_or_else(|| panic!("no block contains {part}"));
        assert!(matching.next().is_none(), "several blocks contain {part}");
        text
    }

    /// Returns the anchors of the headings, as GitHub and mdBook make them.
    fn anchors(&self) -> Vec<String> {
        self.headings
            .iter()
            .map(|heading| anchor(heading))
            .collect()
    }
}

fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Returns all pages that people read: the README, the book, and the other Markdown files.
fn pages() -> Vec<Page> {
    let mut paths = vec![
        PathBuf::from("README.md"),
        "CHANGELOG.md".into(),
        "BENCHMARKS.md".into(),
        ".github/CONTRIBUTING.md".into(),
        "packaging/README.md".into(),
        "packaging/npm/README.md".into(),
        "tests/browser/README.md".into(),
        "testdata/mirror/README.md".into(),
        "skills/mdskill/SKILL.md".into(),
        "skills/mdskill/references/states.md".into(),
        "skills/mdskill/evals/evals.md".into(),
    ];
    paths.extend(book());
    paths.iter().map(Page::read).collect()
}

/// Returns the paths of the book's pages, sorted.
fn book() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in ["", "guide", "reference", "design"] {
        let folder = Path::new("docs").join(folder);
        for entry in std::fs::read_dir(Path::new(ROOT).join(&folder)).unwrap() {
            let name = PathBuf::from(entry.unwrap().file_name());
            if name.extension().is_some_and(|extension| extension == "md") {
                pages.push(folder.join(name));
            }
        }
    }
    pages.sort();
    pages
}
