//! `man`: the pages of the manual are read without complaint by man and mandoc.

use crate::support::sealed;
use crate::support::test_context::TestContext;
use clap::{Command, CommandFactory};
use mdskill::cli::Cli;

/// Returns the file names of the pages of a command and those below it.
fn names(command: &Command, name: &str) -> Vec<String> {
    let below = command.get_subcommands().flat_map(|below| {
        let name = format!("{name}-{}", below.get_name());
        names(below, &name)
    });
    [format!("{name}.1")].into_iter().chain(below).collect()
}

#[test]
fn every_command_has_a_page_that_readers_accept() {
    let context = TestContext::new();
    context.run(&["man", "--dir", "man1"]).ok().says("Wrote");
    let mut expected = names(&Cli::command(), "mdskill");
    expected.sort();
    assert_eq!(context.tree("man1").paths(), expected);
    let tools: [(&str, &[&str]); 2] = [
        ("groff", &["-ww", "-man", "-Tutf8", "-z"]),
        ("mandoc", &["-T", "lint", "-W", "error"]),
    ];
    for (tool, flags) in tools {
        let Some(program) = sealed::locate(tool) else {
            eprintln!("SKIPPED: there is no {tool}; to check the pages: apt-get install {tool}");
            continue;
        };
        for name in &expected {
            let file = format!("man1/{name}");
            let arguments = [flags, &[file.as_str()]].concat();
            let checked = context.command(program.to_str().unwrap(), arguments);
            let checked = checked.env("PATH", "/usr/bin:/bin").run();
            assert_eq!(
                (checked.ok().stdout.as_str(), checked.stderr.as_str()),
                ("", "")
            );
        }
    }
}

#[test]
fn page_of_the_program_has_codes_variables_and_files() {
    let context = TestContext::new();
    let page = context.run(&["man"]).ok().stdout.clone();
    for text in [
        ".SH \"EXIT STATUS\"",
        "a check found problems",
        "MDSKILL_GITHUB_URL",
        "mdskill.lock",
        ".SH EXAMPLES",
    ] {
        let page = page.replace("\\-", "-");
        assert!(page.contains(text), "{text}:\n{page}");
    }
    assert!(!page.contains("]("), "{page}");
}

#[test]
fn page_is_found_by_command_and_alias() {
    let context = TestContext::new();
    let page = |arguments: &[&str]| {
        context
            .run(&[&["man"], arguments].concat())
            .ok()
            .stdout
            .clone()
    };
    assert!(page(&["remove"]).contains(".TH mdskill-remove 1"));
    assert_eq!(page(&["rm"]), page(&["remove"]));
    assert_eq!(page(&["cache", "prune"]), page(&["mdskill-cache-prune"]));
    context.refuses(&["man", "frobnicate"], 2, "unknown command `frobnicate`");
    let json = context.run(&["man", "add", "--json"]).ok().json();
    assert_eq!(json["page"], page(&["add"]));
    context.refuses(&["man", "add", "--dir", "x"], 2, "cannot be used with");
    context.write("file", "");
    context.refuses(&["man", "--dir", "file"], 1, "file");
}
