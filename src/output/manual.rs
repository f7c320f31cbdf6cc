//! Pages of the manual, in the format of man.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// Tables of the reference, which become sections of the main page: the heading, the page, and the
/// columns of the term and its meaning.
const SECTIONS: [(&str, &str, [usize; 2]); 3] = [
    (
        "EXIT STATUS",
        include_str!("../../docs/reference/exit-codes.md"),
        [0, 1],
    ),
    (
        "ENVIRONMENT",
        include_str!("../../docs/reference/environment.md"),
        [0, 1],
    ),
    (
        "FILES",
        include_str!("../../docs/reference/files.md"),
        [0, 1],
    ),
];

/// A page of the manual.
#[derive(Debug)]
pub(crate) struct Page {
    /// The file name, such as `mdskill-add.1`.
    pub(crate) file: String,
    /// The page in roff.
    pub(crate) text: String,
}

/// Returns all pages: that of the program, and one for each command.
pub(crate) fn pages(program: &Command) -> Vec<Page> {
    let mut program = program.clone().disable_help_subcommand(true);
    program.build();
    let mut pages = vec![page(&program, true)];
    add_commands(&program, &mut pages);
    pages
}

fn add_commands(command: &Command, pages: &mut Vec<Page>) {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        pages.push(page(below, false));
        add_commands(below, pages);
    }
}

fn page(command: &Command, is_program: bool) -> Page {
    let version = format!("mdskill {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone())
        .source(version)
        .manual("mdskill manual");
    let file = man.get_filename();
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    drop(man.render_title(&mut bytes));
    drop(man.render_name_section(&mut bytes));
    drop(man.render_synopsis_section(&mut bytes));
    drop(man.render_description_section(&mut bytes));
    drop(man.render_options_section(&mut bytes));
    if command.has_subcommands() {
        drop(man.render_subcommands_section(&mut bytes));
    }
    let mut rest = Roff::default();
    if let Some(text) = command.get_after_help() {
        after_help(&mut rest, &text.to_string());
    }
    if is_program {
        for (heading, reference, columns) in SECTIONS {
            rest.control("SH", [heading]);
            table(&mut rest, reference, columns);
        }
    }
    drop(rest.to_writer(&mut bytes));
    Page {
        file,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// Appends the text after the options; its lines are not filled, because most are commands.
fn after_help(roff: &mut Roff, text: &str) {
    let (notes, examples) = text.split_once("Examples:\n").unwrap_or((text, ""));
    // The exit codes follow the examples of the program, and have a section.
    let (examples, _) = examples.split_once("\n\n").unwrap_or((examples, ""));
    for (heading, text) in [("NOTES", notes.trim()), ("EXAMPLES", examples)] {
        if text.is_empty() {
            continue;
        }
        roff.control("SH", [heading]);
        roff.control("nf", []);
        for line in text.lines() {
            if line.is_empty() {
                roff.control("sp", []);
            } else {
                roff.text([roman(line)]);
            }
        }
        roff.control("fi", []);
    }
}

/// Appends the first table of a Markdown page as a list of terms.
fn table(roff: &mut Roff, page: &str, [term, meaning]: [usize; 2]) {
    let rows = page.lines().skip_while(|line| !line.starts_with("|---"));
    for row in rows.skip(1).take_while(|line| line.starts_with('|')) {
        let cells = row.trim_matches(['|', ' ']).split(" | ");
        let cells: Vec<String> = cells.map(plain).collect();
        if let (Some(term), Some(meaning)) = (cells.get(term), cells.get(meaning)) {
            roff.control("TP", []);
            roff.text([bold(term.as_str())]);
            roff.text([roman(meaning.as_str())]);
        }
    }
}

/// Returns Markdown without the marks of code and links.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown.trim();
    while let Some((before, link)) = rest.split_once('[') {
        text += before;
        match link.split_once("](") {
            Some((label, after)) => {
                text += label;
                rest = after.split_once(')').map_or("", |(_, rest)| rest);
            }
            None => rest = link,
        }
    }
    text += rest;
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_of_markdown_are_removed() {
        assert_eq!(
            plain(" set by [scripts](../x.md#y): the `SHELL` "),
            "set by scripts: the SHELL"
        );
        assert_eq!(plain("a [b"), "a b");
    }
}
