use super::*;
use crate::diagnostic::Severity;
use crate::validate::{Profile, registry};

fn severity(text: &str, code: &str) -> Option<Severity> {
    let rules = Config::parse(text).unwrap().rules;
    rules.settings.severity(registry::rule(code).unwrap(), None)
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# later\n", "[rules]\n", "[rules.per-path]\n"] {
        let rules = Config::parse(text).unwrap().rules;
        assert_eq!(rules.settings.profile, Profile::Copilot, "{text}");
        assert!(!rules.is_strict && rules.per_path.is_empty(), "{text}");
        assert_eq!(severity(text, "SK301"), Some(Severity::Error));
    }
}

#[test]
fn rules_are_named_as_they_are_on_the_command_line() {
    let text = "[rules]\nignore = [\"SK301\", \"letter-case\"]\nSK302 = \"warning\"\ninvalid-yaml = \"info\"\nSK2 = \"off\"\n";
    assert_eq!(severity(text, "SK301"), None);
    assert_eq!(severity(text, "SK304"), None);
    assert_eq!(severity(text, "SK302"), Some(Severity::Warning));
    assert_eq!(severity(text, "SK103"), Some(Severity::Info));
    assert_eq!(severity(text, "SK201"), None);
    assert_eq!(severity(text, "SK101"), Some(Severity::Error));
}

#[test]
fn the_narrower_wins_wherever_it_stands() {
    let text = "rules = { SK302 = \"warning\", ignore = [\"SK3\"] }";
    assert_eq!(severity(text, "SK302"), Some(Severity::Warning));
    assert_eq!(severity(text, "SK301"), None);
    let text = "[rules]\nignore = [\"all\"]\nselect = [\"SK301\"]\nSK3 = \"info\"\n";
    assert_eq!(severity(text, "SK301"), Some(Severity::Error));
    assert_eq!(severity(text, "SK302"), Some(Severity::Info));
    assert_eq!(severity(text, "SK101"), None);
}

#[test]
fn who_selects_a_rule_gets_it_as_the_profile_takes_it() {
    let text = "[rules]\nprofile = \"claude\"\nselect = [\"SK112\", \"SK203\"]\n";
    // Off in this profile, so the rule's own word; milder in it, so the profile's.
    assert_eq!(severity(text, "SK112"), Some(Severity::Info));
    assert_eq!(severity(text, "SK203"), Some(Severity::Info));
}

#[test]
fn a_glob_means_a_folder_or_a_file_as_seen_from_the_root() {
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
fn each_fault_is_told_with_its_line() {
    let cases = [
        ("[rules]\nstrict = 1\n", 2, "true or false"),
        ("[rules]\nprofil = \"spec\"\n", 2, "is `profile` meant?"),
        (
            "[rules]\nprofile = \"sepc\"\n",
            2,
            "there is no profile `sepc`",
        ),
        (
            "[rules]\nprofile = \"parity\"\n",
            2,
            "copilot, claude and spec",
        ),
        ("\n[rule]\n", 2, "is `rules` meant?"),
        ("[policy]\n", 1, "there is no table `policy`"),
        ("rules = 1\n", 1, "write `[rules]`"),
        (
            "[rules]\n\nSK999 = \"off\"\n",
            3,
            "no rule; `mdskill rule` lists them all",
        ),
        ("profile = \"spec\"\n", 1, "write it below `[rules]`"),
        ("\nSK302 = \"off\"\n", 2, "write it below `[rules]`"),
        (
            "[rules]\nSK302 = \"warn\"\n",
            2,
            "`warn` is no level: write \"error\", \"warning\", \"info\" or \"off\"; is `warning` meant?",
        ),
        (
            "[rules]\nbroken-pth = \"off\"\n",
            2,
            "is `broken-path` meant?",
        ),
        (
            "[rules]\nSK302 = \"fatal\"\n",
            2,
            "\"warning\", \"info\" or \"off\"",
        ),
        (
            "[rules]\nSK302 = false\n",
            2,
            "\"warning\", \"info\" or \"off\"",
        ),
        ("[rules]\nignore = \"SK302\"\n", 2, "is a list of rules"),
        (
            "[rules]\nignore = [\n  \"SK301\",\n  \"broken-lnk\",\n]\n",
            4,
            "is `broken-link` meant?",
        ),
        ("[rules]\nselect = [3]\n", 2, "is a list of rules"),
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
            "is a list of rules",
        ),
        (
            "[rules.per-path]\n\"a\" = [\"SK001\"]\n\"../b\" = [\"SK001\"]\n",
            3,
            "out of the project",
        ),
        (
            "[rules.per-path]\n\"/b\" = [\"SK001\"]\n",
            2,
            "out of the project",
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
fn no_rule_is_called_like_a_key() {
    for rule in registry::RULES {
        assert!(!rules::WORDS.contains(&rule.name), "{}", rule.name);
    }
}
