//! The profile `reference` against what the reference checker says of a real repository.

use std::collections::BTreeSet;

use crate::history::corpora;
use crate::support::room::Room;
use crate::support::sealed;

/// The skills of wshobson/agents that skills-ref 0.1.1 refuses, as it was run on the bundle's
/// head: fourteen for a field `version`, and `postgresql`, whose name is not its folder's.
const REFUSED: [&str; 15] = [
    "plugins/agent-teams/skills/multi-reviewer-patterns",
    "plugins/agent-teams/skills/parallel-debugging",
    "plugins/agent-teams/skills/parallel-feature-development",
    "plugins/agent-teams/skills/task-coordination-strategies",
    "plugins/agent-teams/skills/team-communication-protocols",
    "plugins/agent-teams/skills/team-composition-patterns",
    "plugins/conductor/skills/context-driven-development",
    "plugins/conductor/skills/track-management",
    "plugins/conductor/skills/workflow-patterns",
    "plugins/database-design/skills/postgresql",
    "plugins/startup-business-analyst/skills/competitive-landscape",
    "plugins/startup-business-analyst/skills/market-sizing-analysis",
    "plugins/startup-business-analyst/skills/startup-financial-modeling",
    "plugins/startup-business-analyst/skills/startup-metrics-framework",
    "plugins/startup-business-analyst/skills/team-composition-analysis",
];

#[test]
fn the_profile_refuses_what_the_reference_checker_refuses() {
    let Some(corpora) = corpora() else { return };
    let bundle = corpora.join("wshobson/agents.bundle");
    let bundle = bundle.canonicalize().unwrap();
    let room = Room::new("");
    let mut clone = sealed::command("git", &room.project());
    clone.current_dir(room.project());
    clone.args(["clone", "--quiet", bundle.to_str().unwrap(), "agents"]);
    assert!(clone.status().unwrap().success());

    let validate = ["validate", "--parity", "--json", "agents"];
    let told = room.mdskill(validate).run();
    told.fails(3);
    let json = told.json();
    assert_eq!(json["summary"]["skills"], 181);
    let found = json["diagnostics"].as_array().unwrap().iter();
    let errors = found.filter(|found| found["severity"] == "error");
    let refused: BTreeSet<&str> = errors
        .map(|found| found["skill"].as_str().unwrap())
        .map(|skill| skill.strip_prefix("agents/").unwrap())
        .collect();
    assert_eq!(refused, BTreeSet::from(REFUSED));
}
