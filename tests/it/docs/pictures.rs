//! The pictures of a terminal in the README and the guide, made from what the program prints there.
//! `SNAPSHOTS=overwrite cargo test --test it pictures` writes them.

use std::path::Path;

use anstyle::RgbColor;

use super::ROOT;
use crate::support::snapshot_file::assert_matches_file;
use crate::support::test_context::TestContext;

/// A session with the commands of every day: upstream and the user both change a skill before the update.
const EVERY_DAY: &str = r"
show mdskill add wshobson/agents/async-python-patterns
show mdskill list
upstream 2
sed -i 's/Put a time limit/Put a time limit of 30 seconds/' .github/skills/*/SKILL.md
show mdskill update
";

/// The page of a skill, which is longer than the picture.
const PAGE: &str = "show mdskill show wshobson/agents/async-python-patterns";

/// Defines `show`, which prints a command as a person types it and runs it, and `upstream`, which
/// moves the repository to one of its commits.
const SETUP: &str = r#"
sample=$PWD/testdata/mirror mirror=$(mktemp -d)
upstream() { sh "$sample/make" --out "$mirror" --until "$1" >"$mirror/log"; }
show() {
    printf '\033[1;32m$\033[0m \033[1m%s\033[0m\n' "$*"
    "$@"
    echo
}
upstream 1
export MDSKILL_GITHUB_URL=$mirror PAGER=
cd "$(mktemp -d)" && git init --quiet
"#;

/// Runs a script on a terminal and compares a picture of the first lines that it shows with a file in `docs/images`.
#[track_caller]
fn assert_is_pictured(script: &str, lines: usize, name: &str) {
    let context = TestContext::with_origin("unused");
    let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let script = format!("set -eu\n{SETUP}\n{script}");
    let mut terminal = context
        .command("bash", ["-c", &script])
        .env("PATH", path)
        .env("TERM", "xterm-256color")
        .dir(ROOT)
        .terminal((100, 200), false);
    let (code, screen) = terminal.wait_for_end();
    assert_eq!(code, Some(0), "{}", screen.join("\n"));
    let term = anstyle_svg::Term::new()
        .fg_color(RgbColor(201, 209, 217).into())
        .bg_color(RgbColor(13, 17, 23).into());
    let shown: Vec<String> = terminal.styled_lines().into_iter().take(lines).collect();
    let picture = term.render_svg(shown.join("\n").trim_end());
    let folder = Path::new(ROOT).join("docs/images");
    assert_matches_file(&picture, &folder.join(name));
}

#[test]
fn picture_of_the_readme_is_what_a_terminal_shows() {
    assert_is_pictured(EVERY_DAY, 40, "every-day.svg");
}

#[test]
fn picture_of_a_page_is_what_a_terminal_shows() {
    assert_is_pictured(PAGE, 44, "page.svg");
}
