//! A real repository: installs all of its skills, then follows its history with updates.

use crate::history::{Clone, STEPS, corpora, lock_of, moved};
use crate::support::snapshot::Snapshot;
use crate::support::test_context::{Block, TestContext};
use std::collections::BTreeMap;

/// Asserts that the disk has exactly the locked git trees.
fn assert_disk(
    context: &TestContext,
    clone: &mut Clone,
    lock: &BTreeMap<String, Block>,
    step: &str,
) {
    let mut expected = Snapshot::default();
    for (name, entry) in lock {
        let skill = clone.tree(&entry["tree"]);
        expected
            .entries
            .insert(name.clone(), (crate::support::snapshot::FOLDER, Vec::new()));
        for (path, file) in &skill.entries {
            expected
                .entries
                .insert(format!("{name}/{path}"), file.clone());
        }
    }
    let differences = expected.differences(&context.tree(".github/skills"));
    assert!(
        differences.is_empty(),
        "{step}:\n{}",
        differences.join("\n")
    );
}

#[test]
fn install_of_181_skills_equals_git() {
    let Some(corpora) = corpora() else { return };
    let mut clone = Clone::of(&corpora.join("wshobson/agents.bundle"));
    let head = clone.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let skills = clone.skills(&head);
    assert_eq!(skills.len(), 181);
    // The bundle is the mirror.
    let context = TestContext::with_origin(&corpora.to_string_lossy());
    context
        .mdskill(["add", "wshobson/agents", "--all"])
        .run()
        .ok();
    let lock = lock_of(&context);
    let locked: BTreeMap<String, String> = lock
        .values()
        .map(|entry| (entry["path"].clone(), entry["tree"].clone()))
        .collect();
    assert_eq!(locked, skills);
    assert!(lock.values().all(|entry| entry["commit"] == head));
    assert_disk(&context, &mut clone, &lock, "all");
    context.mdskill(["verify"]).run().ok().says("181 skills");
}

#[test]
fn update_follows_the_history_step_by_step() {
    let Some(corpora) = corpora() else { return };
    let mut clone = Clone::of(&corpora.join("wshobson/agents.bundle"));
    let steps = clone.steps();
    let context = TestContext::with_origin(&clone.root().to_string_lossy());
    clone.go_to(&steps[0]);
    context
        .mdskill(["add", "wshobson/agents", "--all"])
        .run()
        .ok();
    let (mut moves, mut gone) = (0, 0);
    for (step, commit) in steps.iter().enumerate().skip(1) {
        clone.go_to(commit);
        let skills = clone.skills(commit);
        let before = lock_of(&context);
        let outcome = context.mdskill(["update", "--json"]).run();
        let json = outcome.json();
        let is_gone = json["deleted"]
            .as_array()
            .is_some_and(|gone| !gone.is_empty());
        outcome.fails(if is_gone { 3 } else { 0 });
        assert_eq!(json["stuck"].as_array().map(Vec::len), Some(0), "{outcome}");
        let after = lock_of(&context);
        // An update neither installs new skills nor removes any.
        assert_eq!(
            before.keys().collect::<Vec<_>>(),
            after.keys().collect::<Vec<_>>()
        );
        for (name, entry) in &before {
            let expected = moved(&clone, entry, &skills, commit);
            let tree = (&expected["path"], &expected["tree"], &expected["commit"]);
            let locked = &after[name];
            assert_eq!(
                (&locked["path"], &locked["tree"], &locked["commit"]),
                tree,
                "{name} at step {step}, {commit}"
            );
            moves += usize::from(expected != *entry);
        }
        gone = gone.max(json["deleted"].as_array().map_or(0, Vec::len));
        assert_disk(
            &context,
            &mut clone,
            &after,
            &format!("step {step}, {commit}"),
        );
        if step % 8 == 0 {
            // From here on, new skills are installed, too.
            context.mdskill(["add", "wshobson/agents", "--all"]).run();
        }
    }
    context.mdskill(["verify"]).run().ok();
    eprintln!(
        "{moves} moves in {STEPS} steps, up to {gone} of {} gone upstream",
        lock_of(&context).len()
    );
    assert!(moves > 100, "{moves} moves");
}

/// Every error in a `SKILL.md`: skill, lines, and the beginning or end of the missing path.
const BROKEN: [(&str, usize, &str); 18] = [
    ("github-actions-templates", 67, "assets/test-workflow.yml"),
    (
        "github-actions-templates",
        122,
        "assets/deploy-workflow.yml",
    ),
    ("github-actions-templates", 196, "assets/matrix-build.yml"),
    ("grafana-dashboards", 108, "assets/api-dashboard.json"),
    (
        "grafana-dashboards",
        311,
        "assets/infrastructure-dashboard.json",
    ),
    ("grafana-dashboards", 325, "assets/database-dashboard.json"),
    (
        "on-call-handoff-patterns",
        69,
        "../../skills/incident-classification/SKILL.md",
    ),
    (
        "on-call-handoff-patterns",
        70,
        "../../skills/postmortem-facilitation/SKILL.md",
    ),
    (
        "sast-configuration",
        173,
        "../owasp-top10-checklist/SKILL.md",
    ),
    ("sast-configuration", 174, "../container-security/SKILL.md"),
    ("sast-configuration", 175, "../dependency-scanning/SKILL.md"),
    ("secrets-management", 117, "references/vault-setup.md"),
    ("secrets-management", 199, "references/github-secrets.md"),
    ("signed-audit-trails-recipe", 10, "../../protect-mcp/"),
    ("signed-audit-trails-recipe", 329, "../../protect-mcp/"),
    (
        "signed-audit-trails-recipe",
        331,
        "../../review-agent-governance/",
    ),
    ("slo-implementation", 64, "references/slo-definitions.md"),
    ("slo-implementation", 137, "references/error-budget.md"),
];

/// Every broken reference at warning level: skill, file, line, path.
const DOUBTFUL: [(&str, &str, usize, &str); 11] = [
    (
        "distributed-tracing",
        "references/details.md",
        74,
        "references/jaeger-setup.md",
    ),
    (
        "distributed-tracing",
        "references/details.md",
        223,
        "references/instrumentation.md",
    ),
    (
        "distributed-tracing",
        "references/details.md",
        316,
        "assets/jaeger-config.yaml.template",
    ),
    (
        "ml-pipeline-workflow",
        "SKILL.md",
        90,
        "assets/pipeline-dag.yaml.template",
    ),
    (
        "ml-pipeline-workflow",
        "SKILL.md",
        190,
        "assets/pipeline-dag.yaml.template",
    ),
    (
        "ml-pipeline-workflow",
        "SKILL.md",
        207,
        "references/data-preparation.md",
    ),
    (
        "ml-pipeline-workflow",
        "SKILL.md",
        215,
        "references/model-training.md",
    ),
    (
        "prometheus-configuration",
        "references/details.md",
        139,
        "assets/prometheus.yml.template",
    ),
    (
        "prometheus-configuration",
        "references/details.md",
        204,
        "references/scrape-configs.md",
    ),
    (
        "prometheus-configuration",
        "references/details.md",
        254,
        "references/recording-rules.md",
    ),
    (
        "sast-configuration",
        "SKILL.md",
        133,
        "references/semgrep-rules.md",
    ),
];

/// One finding: the folder of its skill, its file, its line, and the first name in its message.
type Place = (String, String, usize, String);

fn places(found: &[serde_json::Value], codes: &[&str], severity: &str) -> Vec<Place> {
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let meant = found.iter().filter(|finding| {
        codes.contains(&text(finding, "code").as_str()) && finding["severity"] == severity
    });
    let place = |finding| {
        let skill = text(finding, "skill");
        let file = text(finding, "file");
        let file = file.strip_prefix(&skill).unwrap().trim_start_matches('/');
        let message = text(finding, "message");
        (
            skill.rsplit('/').next().unwrap().to_owned(),
            file.to_owned(),
            usize::try_from(finding["line"].as_u64().unwrap()).unwrap(),
            message.split('`').nth(1).unwrap_or_default().to_owned(),
        )
    };
    let mut places: Vec<Place> = meant.map(place).collect();
    places.sort();
    places
}

/// The lists were reviewed by hand. Known false alarms are not errors: `internal-wiki/…` in the template of
/// postmortem-writing, and the illustration of evaluation-methodology.
#[test]
fn validate_finds_exactly_the_known_problems_of_181_skills() {
    let Some(corpora) = corpora() else { return };
    let context = TestContext::with_origin(&corpora.to_string_lossy());
    let outcome = context
        .mdskill(["validate", "wshobson/agents", "--json"])
        .run();
    let json = outcome.json();
    assert_eq!(json["summary"]["skills"], 181);
    let found = json["diagnostics"].as_array().unwrap();
    let broken: Vec<Place> = BROKEN
        .iter()
        .map(|(skill, line, path)| ((*skill).into(), "SKILL.md".into(), *line, (*path).into()))
        .collect();
    let references = ["SK301", "SK302", "SK303", "SK304"];
    assert_eq!(places(found, &references, "error"), broken);
    let doubtful: Vec<Place> = DOUBTFUL
        .iter()
        .map(|(skill, file, line, path)| ((*skill).into(), (*file).into(), *line, (*path).into()))
        .collect();
    assert_eq!(places(found, &references, "warning"), doubtful);
    assert_eq!(places(found, &["SK309"], "warning").len(), 46);
    let renamed = places(found, &["SK203"], "error");
    assert_eq!(renamed.len(), 1, "{renamed:?}");
    assert_eq!(renamed[0].0, "postgresql");
}
