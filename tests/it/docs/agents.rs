//! `docs/reference/agents.md`, made from the table of agents. `SNAPSHOTS=overwrite cargo test --test it docs` writes it.

use std::fmt::Write as _;
use std::path::Path;

use mdskill_lint::agents::AGENTS;

use super::ROOT;
use crate::support::snapshot_file::assert_matches_file;

const HEAD: &str = "\
# Agents

This page is made from the table of agents, which `mdskill agents --list` prints. `--agent NAME` installs into the folder
of that agent: the first folder in the project, or with `-g` the first in your home. An agent reads its other folders, too, so
a skill that is in two of them is seen twice. `mdskill agents` shows this for the installed skills.

Most agents read `.agents/skills`. Claude Code, Cline, and Kiro do not.

| `--agent` | agent | folders in a project | folders in your home |
|---|---|---|---|
";

#[test]
fn agents_page_is_the_table() {
    let list = |folders: &mut dyn Iterator<Item = &str>, before: &str| {
        let quoted = folders.map(|folder| format!("`{before}{folder}`"));
        quoted.collect::<Vec<_>>().join(", ")
    };
    let mut page = HEAD.to_owned();
    for agent in AGENTS {
        writeln!(
            page,
            "| {} | {} | {} | {} |",
            list(&mut agent.names(), ""),
            agent.name,
            list(&mut agent.project_folders(), ""),
            list(&mut agent.personal_folders(), "~/"),
        )
        .unwrap();
    }
    assert_matches_file(&page, &Path::new(ROOT).join("docs/reference/agents.md"));
}
