use super::*;
use mdskill_lint::diagnostic::Severity;
use mdskill_lint::{Profile, registry};

fn severity(text: &str, code: &str) -> Option<Severity> {
    let rules = Config::parse(text).unwrap().rules;
    rules.settings.severity(registry::rule(code).unwrap(), None)
}

#[test]
fn empty_file_has_defaults() {
    for text in ["", "# later\n", "[rules]\n", "[rules.per-path]\n"] {
        let rules = Config::parse(text).unwrap().rules;
        assert_eq!(rules.settings.profile, Profile::Copilot, "{text}");
        assert!(!rules.is_strict && rules.per_path.is_empty(), "{text}");
        assert_eq!(severity(text, "SK301"), Some(Severity::Error));
    }
}

#[test]
fn rules_have_the_names_of_the_command_line() {
    let text = "[rules]\nignore = [\"SK301\", \"letter-case\"]\nSK302 = \"warning\"\ninvalid-yaml = \"info\"\nSK2 = \"off\"\n";
    assert_eq!(severity(text, "SK301"), None);
    assert_eq!(severity(text, "SK304"), None);
    assert_eq!(severity(text, "SK302"), Some(Severity::Warning));
    assert_eq!(severity(text, "SK103"), Some(Severity::Info));
    assert_eq!(severity(text, "SK201"), None);
    assert_eq!(severity(text, "SK101"), Some(Severity::Error));
}

#[test]
fn more_specific_setting_wins_in_any_order() {
    let text = "rules = { SK302 = \"warning\", ignore = [\"SK3\"] }";
    assert_eq!(severity(text, "SK302"), Some(Severity::Warning));
    assert_eq!(severity(text, "SK301"), None);
    let text = "[rules]\nignore = [\"all\"]\nselect = [\"SK301\"]\nSK3 = \"info\"\n";
    assert_eq!(severity(text, "SK301"), Some(Severity::Error));
    assert_eq!(severity(text, "SK302"), Some(Severity::Info));
    assert_eq!(severity(text, "SK101"), None);
}

#[test]
fn selected_rule_has_the_severity_of_the_profile() {
    let text = "[rules]\nprofile = \"claude\"\nselect = [\"SK112\", \"SK203\"]\n";
    // SK112 is off in this profile, so the rule's own severity applies; SK203 has the profile's.
    assert_eq!(severity(text, "SK112"), Some(Severity::Info));
    assert_eq!(severity(text, "SK203"), Some(Severity::Info));
}

#[test]
fn glob_matches_files_and_folders_from_the_root() {
    let text = "[rules.per-path]\n\"skills/legacy/\" = [\"SK301\"]\n\"./skills/*/README.md\" = [\"SK302\"]\n\"**/old-*\" = [\"SK2\"]\n";
    let per_path = Config::parse(text).unwrap().rules.per_path;
    let ignored = |file: &str| per_path.ignored_in(file).into_iter().collect::<Vec<_>>();
    assert_eq!(ignored("skills/legacy/a/SKILL.md"), ["SK301"]);
    assert_eq!(ignored("skills/legacy/README.md"), ["SK301", "SK302"]);
    assert!(ignored("more/skills/legacy/SKILL.md").is_empty());
    assert!(ignored("skills/a/b/README.md").is_empty());
    assert!(ignored("a/b/old-x/SKILL.md").contains(&"SK202"));
}

#[test]
fn invalid_rules_are_errors_with_a_line() {
    let cases = [
        ("[rules]\nstrict = 1\n", 2, "true or false"),
        ("[rules]\nprofil = \"spec\"\n", 2, "did you mean `profile`?"),
        ("[rules]\nprofile = \"sepc\"\n", 2, "unknown profile `sepc`"),
        (
            "[rules]\nprofile = \"parity\"\n",
            2,
            "use copilot, claude, or spec",
        ),
        ("\n[rule]\n", 2, "did you mean `rules`?"),
        ("[plugins]\n", 1, "unknown table `plugins`"),
        ("rules = 1\n", 1, "write `[rules]`"),
        (
            "[rules]\n\nSK999 = \"off\"\n",
            3,
            "rule; `mdskill rule` lists all rules",
        ),
        ("profile = \"spec\"\n", 1, "move it below `[rules]`"),
        ("\nSK302 = \"off\"\n", 2, "move it below `[rules]`"),
        (
            "[rules]\nSK302 = \"warn\"\n",
            2,
            "unknown level `warn`: use \"error\", \"warning\", \"info\", or \"off\"; did you mean `warning`?",
        ),
        (
            "[rules]\nbroken-pth = \"off\"\n",
            2,
            "did you mean `broken-path`?",
        ),
        (
            "[rules]\nSK302 = \"fatal\"\n",
            2,
            "\"warning\", \"info\", or \"off\"",
        ),
        (
            "[rules]\nSK302 = false\n",
            2,
            "\"warning\", \"info\", or \"off\"",
        ),
        (
            "[rules]\nignore = \"SK302\"\n",
            2,
            "must be a list of rules",
        ),
        (
            "[rules]\nignore = [\n  \"SK301\",\n  \"broken-lnk\",\n]\n",
            4,
            "did you mean `broken-link`?",
        ),
        ("[rules]\nselect = [3]\n", 2, "must be a list of rules"),
        (
            "[rules]\nSK302 = \"off\"\nbroken-path = \"error\"\n",
            3,
            "`broken-path` and `SK302` are the same rule",
        ),
        (
            "[rules]\nSK302 = \"off\"\nsk302 = \"error\"\n",
            3,
            "the same rule",
        ),
        ("[rules]\nper-path = [\"a\"]\n", 2, "`[rules.per-path]`"),
        (
            "[rules.per-path]\n\"a\" = \"SK301\"\n",
            2,
            "must be a list of rules",
        ),
        (
            "[rules.per-path]\n\"a\" = [\"SK001\"]\n\"../b\" = [\"SK001\"]\n",
            3,
            "outside of the project",
        ),
        (
            "[rules.per-path]\n\"/b\" = [\"SK001\"]\n",
            2,
            "outside of the project",
        ),
        ("[rules.per-path]\n\"a[\" = [\"SK001\"]\n", 2, "a["),
        ("[rules]\nstrict = true\nstrict = true\n", 3, ""),
        ("[rules\n", 1, ""),
    ];
    for (text, line, problem) in cases {
        let (at, said) = Config::parse(text).unwrap_err();
        assert_eq!(at, line, "{text}: {said}");
        assert!(said.contains(problem), "{text}: {said}");
    }
}

#[test]
fn no_rule_has_the_name_of_a_key() {
    for rule in registry::RULES {
        assert!(!rules::KEYS.contains(&rule.name), "{}", rule.name);
    }
}

#[test]
fn policy_is_parsed() {
    use crate::policy::Key;
    let text = "[policy]\nsources = [\"github:acme/*\", \"https://gitlab.acme.com/**\"]\nmin-age = \"3d\"\ndeny = [\"scripts\", \"hooks\", \"unrestricted-bash\"]\npin = \"tag\"\n";
    let policy = Config::parse(text).unwrap().policy;
    assert_eq!(
        policy.value(Key::Sources).unwrap(),
        "[\"github:acme/*\", \"https://gitlab.acme.com/**\"]"
    );
    assert_eq!(policy.value(Key::MinAge).unwrap(), "\"3d\"");
    assert_eq!(
        policy.value(Key::Deny).unwrap(),
        "[\"scripts\", \"hooks\", \"unrestricted-bash\"]"
    );
    assert_eq!(policy.value(Key::Pin).unwrap(), "\"tag\"");
    assert!(Config::parse("[policy]\n").unwrap().policy.is_empty());
    let nothing = Config::parse("[policy]\nsources = []\n").unwrap().policy;
    assert_eq!(nothing.value(Key::Sources).unwrap(), "[]");
    assert!(!nothing.is_empty());
}

#[test]
fn invalid_policy_is_an_error_with_a_line() {
    for (lines, at, said) in [
        (
            "min_age = \"3d\"",
            2,
            "unknown key `min_age` in `[policy]`; did you mean `min-age`?",
        ),
        ("source = []", 2, "did you mean `sources`?"),
        (
            "allow = []",
            2,
            "unknown key `allow` in `[policy]`; the keys are sources, pin, signed, min-age, deny",
        ),
        (
            "min-age = 3",
            2,
            "`min-age` must be a string such as \"12h\"",
        ),
        (
            "min-age = \"3 days\"",
            2,
            "invalid age `3 days`: use hours, days, or weeks",
        ),
        ("min-age = \"-3d\"", 2, "invalid age `-3d`"),
        (
            "sources = \"github:acme/*\"",
            2,
            "`sources` must be a list of globs",
        ),
        ("sources = [1]", 2, "`sources` must be a list of globs"),
        (
            "sources = [\n  \"github:a/*\",\n  \"acme/*\",\n]",
            4,
            "did you mean `github:acme/*`?",
        ),
        (
            "deny = \"scripts\"",
            2,
            "`deny` must be a list of capabilities",
        ),
        (
            "deny = [\"script\"]",
            2,
            "unknown capability `script`; did you mean `scripts`?",
        ),
        (
            "deny = [\"money\"]",
            2,
            "valid capabilities are hooks, unrestricted-bash",
        ),
        (
            "pin = \"tags\"",
            2,
            "unknown pin `tags`: `pin` must be \"tag\" or \"commit\"; did you mean `tag`?",
        ),
        ("pin = true", 2, "`pin` must be \"tag\" or \"commit\""),
        ("pin = \"tag\"\npin = \"commit\"", 3, "duplicate"),
    ] {
        let (line, problem) = Config::parse(&format!("[policy]\n{lines}\n")).unwrap_err();
        assert!(problem.contains(said), "{lines}: {problem}");
        assert_eq!(line, at, "{lines}: {problem}");
    }
    let said = |text: &str| Config::parse(text).unwrap_err().1;
    assert!(said("[polic]\n").contains("did you mean `policy`?"));
    assert!(said("policy = 1\n").contains("write `[policy]`"));
    assert!(said("[[policy]]\n").contains("write `[policy]`"));
    assert!(said("min-age = \"3d\"\n").contains("move it below `[policy]`"));
}
