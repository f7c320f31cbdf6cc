//! The hook for pre-commit.

use std::path::Path;

use serde_yaml::Value;

use crate::support::test_context::TestContext;

const PAGE: &str = "---\nname: NAME\ndescription: Turns minutes into decisions. Use when minutes are shared.\n---\nSee [the form](references/form.md).\n";

fn hook() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let hooks: Value = serde_yaml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let hooks = hooks.as_sequence().unwrap();
    assert_eq!(hooks.len(), 1);
    hooks[0].clone()
}

/// Runs the hook's entry with the changed files as arguments, as pre-commit does.
fn run(context: &TestContext, files: &[&str]) -> crate::support::outcome::Outcome {
    let hook = hook();
    let entry = hook["entry"].as_str().unwrap();
    let mut words = entry.split_whitespace();
    assert_eq!(words.next(), Some("mdskill"));
    context.mdskill(words.chain(files.iter().copied())).run()
}

#[test]
fn hook_has_the_fields_that_pre_commit_needs() {
    let hook = hook();
    assert_eq!(hook["id"], Value::from("mdskill-validate"));
    assert_eq!(hook["language"], Value::from("rust"));
    // Parallel processes would validate a skill several times.
    assert_eq!(hook["require_serial"], Value::from(true));
    for key in ["name", "description", "files"] {
        assert!(!hook[key].as_str().unwrap().is_empty(), "{key}");
    }
}

#[test]
fn hook_fails_if_a_skill_has_errors() {
    let context = TestContext::with_origin("");
    for name in ["one", "two"] {
        context.write(
            &format!("skills/{name}/SKILL.md"),
            PAGE.replace("NAME", name),
        );
    }
    context.write("skills/README.md", "Read me\n");
    context.write("skills/one/references/form.md", "A form\n");
    context.write("drafts/skills/notes.md", "No skill\n");
    let sound = ["skills/one/SKILL.md", "skills/one/references/form.md"];
    run(&context, &sound).ok().says(": 0 errors");
    run(&context, &["drafts/skills/notes.md"])
        .ok()
        .says("is not in a skill");
    run(&context, &[&sound[..], &["skills/two/SKILL.md"]].concat())
        .fails(3)
        .says(": 1 error")
        .says(" --> skills/two/SKILL.md:5:5");
    run(&context, &["skills/two/SKILL.md", "--fix"]).fails(3);
}
