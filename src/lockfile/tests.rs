use super::*;

const TEXT: &str = r#"# Written by mdskill. Commit this file.
version = 1
targets = [".github/skills"]
future = { a = 1 }

[[skill]]
name = "async-python-patterns"
source = "github:wshobson/agents"
path = "plugins/python-development/skills/async-python-patterns"
ref = "main"
commit = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35"
tree = "993d10828bde72457893b68f6055274d5095558b"
digest = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e"
reviewed-by = ["a", "b"]

[[skill]]
name = "local"
source = "path:../skills"
path = "local"
tree = "993d10828bde72457893b68f6055274d5095558b"
digest = "sha256:99eeb4a271e9892ea2848d890a150fc23558541601741a6365505d44cb4f5f2e"
targets = [".claude/skills"]
"#;

#[test]
fn text_with_unknown_keys_is_written_as_read() {
    let lockfile = Lockfile::parse(TEXT).unwrap();
    assert_eq!(lockfile.skills.len(), 2);
    assert_eq!(lockfile.to_text(), TEXT);
    let empty = Lockfile::default();
    assert_eq!(Lockfile::parse(&empty.to_text()).unwrap(), empty);
}

#[test]
fn each_text_is_parsed_as_its_own() {
    let other = TEXT.replace("[\".github/skills\"]", "[\".agents/skills\"]");
    let wrong = TEXT.replace("version = 1", "version = 2");
    for _ in 0..2 {
        for _ in 0..2 {
            assert_eq!(Lockfile::parse(TEXT).unwrap().to_text(), TEXT);
        }
        assert_eq!(Lockfile::parse(&other).unwrap().to_text(), other);
        assert!(Lockfile::parse(&wrong).is_err());
    }
}

#[test]
fn blocks_in_any_order_are_written_sorted() {
    let blocks: Vec<&str> = TEXT.split("\n[[skill]]\n").collect();
    let swapped = format!(
        "{}\n[[skill]]\n{}\n[[skill]]\n{}",
        blocks[0], blocks[2], blocks[1]
    );
    let text = Lockfile::parse(TEXT).unwrap().to_text();
    assert_eq!(Lockfile::parse(&swapped).unwrap().to_text(), text);
}

#[test]
fn invalid_text_is_refused_with_line() {
    let refused = |from: &str, to: &str| Lockfile::parse(&TEXT.replacen(from, to, 1)).unwrap_err();
    let cases = [
        ("version = 1", "version = 2", 2, "newer mdskill"),
        ("version = 1", "", 1, "is missing"),
        (
            "name = \"local\"",
            "name = \"async-python-patterns\"",
            16,
            "duplicate entry",
        ),
        (
            "name = \"local\"",
            "name = \"../x\"",
            17,
            "can't be a folder name",
        ),
        (
            "name = \"local\"",
            "name = \"Async-Python-Patterns\"",
            16,
            "duplicate entry",
        ),
        (
            "ref = \"main\"",
            "<<<<<<< HEAD",
            10,
            "unresolved merge conflict",
        ),
        ("ref = \"main\"", "ref = 1", 10, "not a string"),
        ("ref = \"main\"", "ref = ", 10, ""),
        ("tree = \"993", "tree = \"99", 12, "40 hexadecimal digits"),
        (
            "digest = \"sha256:9",
            "digest = \"md5:9",
            13,
            "invalid digest",
        ),
        ("path = \"plugins/", "path = \"../", 9, "not a path inside"),
        (
            "commit = \"367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35\"",
            "",
            6,
            "`commit` of",
        ),
        ("[\".github/skills\"]", "[\"../../.ssh\"]", 3, "outside"),
        (
            "source = \"path:../skills\"",
            "source = \"nonsense\"",
            18,
            "invalid source",
        ),
    ];
    for (from, to, line, problem) in cases {
        let (at, said) = refused(from, to);
        assert_eq!(at, line, "{to}: {said}");
        assert!(said.contains(problem), "{to}: {said}");
    }
}

#[test]
fn conflict_line_is_that_of_first_marker() {
    assert_eq!(conflict_line("a\n<<<<<<< HEAD\n"), Some(2));
    assert_eq!(conflict_line("a\n||||||| base\r\n=======\n"), Some(2));
    assert_eq!(conflict_line("=======\n"), Some(1));
    assert_eq!(conflict_line("a = 1\n>>>>>>> other"), Some(2));
    for text in ["", "<<<<<< six\n", "a = \"<<<<<<<\"\n", " =======\n"] {
        assert_eq!(conflict_line(text), None, "{text}");
    }
}
