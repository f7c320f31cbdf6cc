use super::*;
use crate::skill_files::{Entry, EntryKind, MemoryFiles};

/// Returns the capabilities of a skill as `KIND WHAT FILE:LINE`.
fn listed(view: &MemoryFiles) -> Vec<String> {
    let all = capabilities(view).into_iter().map(|one| {
        let line = one.line.map_or(String::new(), |line| format!(":{line}"));
        format!("{} {} {}{line}", one.kind, one.what, one.file)
    });
    all.collect()
}

fn skill(text: &str) -> MemoryFiles {
    MemoryFiles::new("pdf").with("SKILL.md", text)
}

#[test]
fn tools_are_found_in_every_form() {
    for (written, expected) in [
        (
            " Read Bash(git add:*)",
            ["tools Bash(git add:*) SKILL.md:3", "tools Read SKILL.md:3"],
        ),
        (
            " Read, Grep",
            ["tools Grep SKILL.md:3", "tools Read SKILL.md:3"],
        ),
        (
            "\n  - Read\n  - Bash",
            ["unrestricted-bash Bash SKILL.md:5", "tools Read SKILL.md:4"],
        ),
        (
            " [\"Bash(*)\", 'Read']",
            [
                "unrestricted-bash Bash(*) SKILL.md:3",
                "tools Read SKILL.md:3",
            ],
        ),
        (
            " Bash(python:*) BashOutput",
            [
                "tools Bash(python:*) SKILL.md:3",
                "tools BashOutput SKILL.md:3",
            ],
        ),
    ] {
        let view = skill(&format!("---\nname: pdf\nallowed-tools:{written}\n---\n"));
        assert_eq!(listed(&view), expected, "{written}");
    }
    assert!(
        listed(&skill(
            "---\nname: pdf\ntools: Read\n---\nallowed-tools: Bash\n"
        ))
        .is_empty()
    );
}

#[test]
fn broken_frontmatter_hides_nothing() {
    let view = skill("---\nname: a: b: c\nallowed-tools:\n- Bash\nhooks:\n  Stop: x\n---\n");
    assert_eq!(
        listed(&view),
        [
            "hooks hooks SKILL.md:5",
            "unrestricted-bash Bash SKILL.md:4"
        ]
    );
}

#[test]
fn hooks_are_found_with_their_commands() {
    let view = skill(
        "---\nhooks:\n  PreToolUse:\n    - matcher: Bash\n      hooks:\n        - type: command\n          \
         command: ./check.sh --fast\n  Stop: []\n---\n",
    );
    let view = view.with(
        "hooks/hooks.json",
        "{\"version\":1,\"hooks\":{\"sessionStart\":[{\"type\":\"command\",\"bash\":\"npx\",\"args\":[\"-y\",\"x\"]}]}}",
    );
    let view = view.with("a/hooks.json", "{");
    assert_eq!(
        listed(&view),
        [
            "hooks PreToolUse: ./check.sh --fast SKILL.md:7",
            "hooks Stop SKILL.md:8",
            "hooks a/hooks.json a/hooks.json:1",
            "hooks sessionStart: npx -y x hooks/hooks.json:1",
        ]
    );
    assert!(
        listed(&skill("---\nname: x\n---\nhooks: here\n").with("webhooks.json", "{}")).is_empty()
    );
}

#[test]
fn command_that_runs_on_load_is_a_hook() {
    let view = skill("---\nname: x\n---\nStatus: !`git status`\n\n```!\ncurl x\n```\n");
    assert_eq!(
        listed(&view),
        [
            "hooks !`git status` SKILL.md:4",
            "hooks ```! curl x SKILL.md:7",
            "commands curl SKILL.md:7",
            "commands git SKILL.md:4",
        ]
    );
    let near = "Mark it with `!` or `tokio::select!` or wow!`x` or `a` !\n";
    assert!(listed(&skill(near).with("README.md", "!`ls`")).is_empty());
}

#[test]
fn hidden_characters_have_code_point_and_file() {
    let page = "a\u{202e}b\nc\u{202e}\u{200b}d\n";
    let view = skill("")
        .with("a.md", page)
        .with("b.md", "x\u{202e}")
        .with("c.txt", page);
    let expected = [
        "hidden-characters U+200B a.md:2",
        "hidden-characters U+202E a.md:1",
        "hidden-characters U+202E b.md:1",
    ];
    assert_eq!(listed(&view), expected);
    assert!(listed(&skill("\u{feff}👩\u{200d}💻 می\u{200c}خواهم")).is_empty());
}

#[test]
fn program_is_found_by_folder_name_or_content() {
    let view = MemoryFiles::new("pdf")
        .with("scripts/run", "x")
        .with("scripts/README.md", "x")
        .with("scripts/data.json", "{}")
        .with("a/scripts/b.txt", "x")
        .with("lib/tool.PY", "x")
        .with("check", "#!/usr/bin/env node\n")
        .with("bin", b"\x7fELF\0\0")
        .with("notes.md", "#! is a shebang")
        .with("script/x", "x");
    let scripts = ["bin", "check", "lib/tool.PY", "notes.md", "scripts/run"];
    assert_eq!(
        listed(&view),
        scripts.map(|path| format!("scripts {path} {path}"))
    );
    let executable = Entry {
        path: "assets/x.txt".to_owned(),
        kind: EntryKind::File {
            bytes: 0,
            is_executable: true,
        },
    };
    let view = MemoryFiles::new("pdf").with_entry(executable);
    assert_eq!(listed(&view), ["executables assets/x.txt assets/x.txt"]);
}

#[test]
fn commands_are_found_in_shell_blocks_and_scripts() {
    let page = "Run `curl x`.\n\n1. ```bash\n   npm ci\n   ```\n\n> ```sh title=\"x\"\n> jq .\n> ```\n\n\
        ```python\nwget()\n```\n\n```console\n$ make \\\n> tar\nrsync: done\nme@host:~$ git push\n```\n\n\
        ```\ndocker ps\n```\n\n~~~{.zsh}\nbrew\n~~~\n\n```bash\n$ yq .\nzip: out\n```\n";
    let view = skill(page)
        .with("run.sh", "set -e\ncurl x\n")
        .with("go", "#!/usr/bin/env bash\nwget x\n")
        .with("x.py", "#!/usr/bin/env python3\nscp = 1\n");
    let mut commands = listed(&view);
    commands.retain(|one| one.starts_with("commands"));
    assert_eq!(
        commands,
        [
            "commands brew SKILL.md:27",
            "commands curl run.sh:2",
            "commands git SKILL.md:19",
            "commands jq SKILL.md:8",
            "commands make SKILL.md:16",
            "commands npm SKILL.md:4",
            "commands wget go:2",
            "commands yq SKILL.md:31",
        ]
    );
}

#[test]
fn delta_ignores_places_except_of_hidden_characters() {
    let before = capabilities(&skill("https://acme.io").with("a.md", "x\u{202e}"));
    let after =
        capabilities(&MemoryFiles::new("pdf").with("z.md", "\n\nhttps://acme.io x\u{202e}"));
    let (gained, lost) = delta(&before, &after);
    assert_eq!(gained.len(), 1, "{gained:?}");
    assert_eq!(
        (gained[0].kind, gained[0].file.as_str()),
        (Kind::HiddenCharacters, "z.md")
    );
    assert_eq!(
        (lost[0].kind, lost[0].file.as_str()),
        (Kind::HiddenCharacters, "a.md")
    );
}

#[test]
fn only_the_first_megabyte_is_searched() {
    let padding = "x".repeat(1024 * 1024);
    let view = skill("").with("a.txt", format!("http://a.io/ {padding} http://b.io/"));
    assert_eq!(listed(&view), ["hosts a.io a.txt:1"]);
}
