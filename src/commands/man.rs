//! `mdskill man`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use serde::Serialize;

use super::Session;
use super::cli::Cli;
use crate::fs::atomic;
use crate::hint::Hint;
use crate::operations::OpError;
use crate::output::exit_status::ExitStatus;
use crate::output::manual::{Page, pages};
use crate::output::printer::Printer;

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A command, such as `add` or `cache prune` [default: mdskill itself]
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}

/// The result of `man`.
#[derive(Debug, Serialize)]
struct Report {
    /// The pages by file name, if one is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    /// The files.
    files: Vec<String>,
}

pub(super) fn man(session: &Session<'_>, arguments: &ManArgs) -> Result<ExitStatus, OpError> {
    let printer = session.printer;
    let pages = pages(&Cli::command());
    let Some(folder) = &arguments.dir else {
        let page = find(&pages, &arguments.command)?;
        let report = Report {
            page: Some(page.text.clone()),
            files: vec![page.file.clone()],
        };
        printer.show("man", &report, |printer, _| print(printer, page, arguments));
        return Ok(ExitStatus::Done);
    };
    let folder = session.context.env.current_dir.join(folder);
    for page in &pages {
        atomic::write(&folder.join(&page.file), page.text.as_bytes())?;
    }
    let report = Report {
        page: None,
        files: pages.into_iter().map(|page| page.file).collect(),
    };
    printer.show("man", &report, |printer, report| {
        let count = report.files.len();
        let sentence = format!("{count} pages in {}", folder.display());
        printer.status("Wrote", &sentence);
    });
    Ok(ExitStatus::Done)
}

/// Returns the page of a command, whose name may be an alias.
fn find<'a>(pages: &'a [Page], typed: &[String]) -> Result<&'a Page, OpError> {
    let program = Cli::command();
    let mut command = &program;
    let mut file = "mdskill".to_owned();
    for word in typed.iter().flat_map(|words| words.split([' ', '-'])) {
        if word == "mdskill" {
            continue;
        }
        let below = command.find_subcommand(word);
        command = below.ok_or_else(|| OpError::Usage(format!("unknown command `{word}`")))?;
        file = format!("{file}-{}", command.get_name());
    }
    let file = format!("{file}.1");
    let page = pages.iter().find(|page| page.file == file);
    page.ok_or_else(|| OpError::Usage(format!("there is no page {file}")))
}

fn print(printer: &Printer, page: &Page, arguments: &ManArgs) {
    Printer::page(page.text.as_bytes());
    if std::io::stdout().is_terminal() {
        let command = ["man"].into_iter();
        let command = command.chain(arguments.command.iter().map(String::as_str));
        let command = command.collect::<Vec<_>>().join(" ");
        printer.hint(&Hint::text(format!(
            "`mdskill {command} | man -l -` shows the page"
        )));
    }
}
