//! Compares the findings with the reference checker of the specification, skills-ref.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mdskill::skill::DiskFiles;
use mdskill_lint::{Settings, validate};

use crate::history::corpora;
use crate::skills_ref::refusals;
use crate::support::sealed;
use crate::support::test_context::TestContext;

/// The skills of wshobson/agents that skills-ref 0.1.1 refuses at the head of the bundle: fourteen
/// because of a field `version`, and `postgresql` because its name differs from its folder.
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

/// The codes of rules that the reference checker implements, too.
const SHARED: [&str; 16] = [
    "SK001", "SK003", "SK008", "SK101", "SK102", "SK103", "SK104", "SK105", "SK110", "SK111",
    "SK115", "SK201", "SK202", "SK203", "SK210", "SK211",
];

/// Returns every folder with a `SKILL.md` below `folder`.
fn skills(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(skills(&entry.path()));
        } else if entry.file_name() == "SKILL.md" {
            found.push(folder.to_owned());
        }
    }
    found.sort();
    found
}

/// Returns the codes that the reference checker refuses, or `None` for a file that is not UTF-8.
fn refused(skill: &Path) -> Option<BTreeSet<&'static str>> {
    let text = fs::read_to_string(skill.join("SKILL.md")).ok()?;
    let folder = skill.file_name().unwrap().to_str().unwrap();
    Some(refusals(folder, &text).into_iter().collect())
}

/// Returns the codes of our findings, for rules that the reference checker implements.
fn found(skill: &Path) -> BTreeSet<&'static str> {
    let view = DiskFiles::open(skill, None).unwrap();
    let settings = Settings::default().for_untrusted();
    let found = validate(&view, &settings).diagnostics;
    let codes = found.iter().map(|found| found.code);
    codes.filter(|code| SHARED.contains(code)).collect()
}

#[test]
fn findings_include_all_refusals_of_skills_ref() {
    let Some(corpora) = corpora() else { return };
    let bundle = corpora.join("wshobson/agents.bundle");
    let bundle = bundle.canonicalize().unwrap();
    let context = TestContext::with_origin("");
    let mut clone = sealed::command("git", &context.project());
    clone.current_dir(context.project());
    clone.args(["clone", "--quiet", bundle.to_str().unwrap(), "agents"]);
    assert!(clone.status().unwrap().success());

    let root = context.project().join("agents");
    let skills = skills(&root);
    assert_eq!(skills.len(), 181);
    let mut all = BTreeSet::new();
    for skill in &skills {
        let codes = refused(skill).unwrap();
        let found = found(skill);
        let name = skill.strip_prefix(&root).unwrap().to_str().unwrap();
        // A field of one client is not a field of the specification.
        let is_found =
            |code: &&str| found.contains(*code) || *code == "SK110" && found.contains("SK111");
        let missed: Vec<&&str> = codes.iter().filter(|code| !is_found(code)).collect();
        assert!(missed.is_empty(), "{name}: {missed:?}, {found:?}");
        if !codes.is_empty() {
            all.insert(name.to_owned());
        }
    }
    let expected = REFUSED.map(str::to_owned);
    assert_eq!(all, BTreeSet::from(expected));
}

/// Fixtures that only the reference checker refuses, because it counts white space around a string.
const REFUSED_BY_IT_ALONE: [&str; 2] = [
    "invalid/SK115/near-miss/white-space-around",
    "invalid/SK211/near-miss/with-its-end",
];

/// Fixtures that only we refuse: an empty `compatibility`, and letters of other scripts in names.
const REFUSED_BY_US_ALONE: [&str; 3] = [
    "invalid/SK115/hit/nothing",
    "invalid/SK202/fixed/décision",
    "invalid/SK202/hit/décision",
];

#[test]
fn fixtures_are_refused_by_both_or_neither() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/skills");
    let (mut by_it_alone, mut by_us_alone) = (Vec::new(), Vec::new());
    for skill in skills(&root) {
        let name = skill
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let Some(mut refused) = refused(&skill) else {
            continue;
        };
        // Valid YAML that every client reads.
        refused.remove("SK106");
        let found = found(&skill);
        match (refused.is_empty(), found.is_empty()) {
            (false, true) => by_it_alone.push(name),
            (true, false) => by_us_alone.push(name),
            _ => {}
        }
    }
    assert_eq!(by_it_alone, REFUSED_BY_IT_ALONE);
    assert_eq!(by_us_alone, REFUSED_BY_US_ALONE);
}

fn of_fields(folder: &str, fields: &str) -> Vec<&'static str> {
    refusals(folder, &format!("---\n{fields}---\n"))
}

fn of_name(folder: &str, name: &str) -> Vec<&'static str> {
    of_fields(folder, &format!("name: {name}\ndescription: b\n"))
}

#[test]
fn names_accept_lowercase_letters_of_every_script() {
    assert_eq!(of_name("技能-é1", "技能-é1"), [""; 0]);
    assert_eq!(of_name("cafe\u{301}", "café"), [""; 0]);
    assert_eq!(of_name("мой", "Мой"), ["SK202", "SK203"]);
    assert_eq!(of_name("a", "a_b"), ["SK202", "SK203"]);
    assert_eq!(of_name("-a--b", "-a--b"), ["SK202"]);
    assert_eq!(of_name("कि", "कि"), ["SK202"]);
    assert_eq!(of_name("42", "42"), [""; 0]);
    assert_eq!(of_name("true", "true"), [""; 0]);
    assert_eq!(of_name("~", "~"), ["SK202"]);
    assert_eq!(of_name("a", ""), ["SK201"]);
}

#[test]
fn lengths_include_surrounding_white_space() {
    let compatibility = |text: &str| {
        of_fields(
            "a",
            &format!("name: a\ndescription: b\ncompatibility: {text}"),
        )
    };
    let long = "x".repeat(500);
    assert_eq!(compatibility(&format!("{long}\n")), [""; 0]);
    assert_eq!(compatibility(&format!(">\n  {long}\n")), ["SK115"]);
    assert_eq!(compatibility(&format!(">-\n  {long}\n")), [""; 0]);
    assert_eq!(compatibility("\n"), [""; 0]);
    assert_eq!(compatibility("\n- x\n"), ["SK115"]);
    let described = |count: usize| {
        let text = "é".repeat(count);
        of_fields("a", &format!("name: a\ndescription: '{text}'\n"))
    };
    assert_eq!(described(1024), [""; 0]);
    assert_eq!(described(1025), ["SK211"]);
}

#[test]
fn yaml_that_strictyaml_refuses_is_refused() {
    let with = |more: &str| of_fields("a", &format!("name: a\ndescription: b\n{more}"));
    assert_eq!(with("metadata: {a: b}\n"), ["SK106"]);
    assert_eq!(with("license: !!str MIT\n"), ["SK106"]);
    assert_eq!(with("license: &x MIT\n"), ["SK106"]);
    assert_eq!(with("license: MIT\tx\n"), ["SK106"]);
    assert_eq!(with("license: MIT\nlicense: MIT\n"), ["SK104"]);
    assert_eq!(
        with("hooks:\n   a: b\nmetadata:\n  a: b\n"),
        ["SK110", "SK106"]
    );
    assert_eq!(with("argument-hint: x\n"), ["SK110"]);
    assert_eq!(with("allowed-tools:\n- Read\n"), [""; 0]);
    assert_eq!(with("metadata:\n  a: 1\n  b:\n"), [""; 0]);
}

#[test]
fn first_dashes_end_the_frontmatter() {
    let fields = "name: a\ndescription: b\nlicense: c --- d: e: f\n";
    assert_eq!(of_fields("a", fields), [""; 0]);
    let fields = "license: c --- d\nname: a\ndescription: b\n";
    assert_eq!(of_fields("a", fields), ["SK201", "SK210"]);
    let marked = "\u{feff}---\nname: a\ndescription: b\n---\n";
    assert_eq!(refusals("a", marked), ["SK003", "SK101"]);
    assert_eq!(refusals("a", "---\nname: a\ndescription: b"), ["SK102"]);
    assert_eq!(refusals("a", "---name: a\ndescription: b---"), [""; 0]);
    assert_eq!(
        refusals("a", "---\r\nname: a\r\ndescription: b\r\n---\r\n"),
        [""; 0]
    );
}
