//! `completions`: what the Tab key offers, in real shells and in a project where everything is broken.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::terminal::Terminal;
use crate::support::test_context::{Prepared, ServedContext, TestContext};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The shells that the tests can run.
const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "elvish"];

/// Returns what mdskill answers to the script of a shell that sends these words.
fn answer(context: &TestContext, words: &[&str]) -> Outcome {
    ask(context.mdskill([&["--", "mdskill"], words].concat()))
}

fn ask(prepared: Prepared) -> Outcome {
    let outcome = prepared.env("MDSKILL_COMPLETE", "zsh").run();
    assert_eq!(outcome.ok().stderr, "");
    outcome
}

/// Returns the offered words.
fn offered(context: &TestContext, words: &[&str]) -> Vec<String> {
    let answer = answer(context, words);
    let word = |line: &str| line.split('\t').next().unwrap().to_owned();
    let words = answer.stdout.lines().map(word);
    words.filter(|word| !word.is_empty()).collect()
}

/// A context with `one` and `two` installed, and the skills of `acme/skills` in the cache.
fn installed() -> (ServedContext, Repo) {
    let served = ServedContext::new();
    served
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    let other = served.context_repo("acme/other");
    served.run(&["list", "acme/other"]).ok();
    (served, other)
}

impl ServedContext {
    fn context_repo(&self, name: &str) -> Repo {
        let mut repo = self.repo(name);
        repo.skill("a/b/deep-skill", "deep-skill", "Deep");
        repo.skill("x/same", "same", "One");
        repo.skill("y/same", "same", "Two");
        repo.skill("tests/fixtures/hidden", "hidden", "Hidden");
        repo.commit("Skills");
        repo
    }
}

#[test]
fn installed_names_are_offered_where_a_command_takes_them() {
    let (context, _other) = installed();
    for command in [
        "remove", "rm", "update", "show", "diff", "keep", "verify", "validate", "outdated",
        "policy", "install",
    ] {
        assert_eq!(
            offered(&context, &[command, ""]),
            ["one", "two"],
            "{command}"
        );
        assert_eq!(offered(&context, &[command, "t"]), ["two"], "{command}");
        assert_eq!(offered(&context, &[command, "-q", "t"]), ["two"]);
    }
    let ours = ["lock", "--resolve", "--ours", ""];
    assert_eq!(offered(&context, &ours), ["one", "two"]);
    assert!(
        answer(&context, &["show", "o"])
            .stdout
            .contains("one\tacme/skills\n")
    );
    // From another folder, and in the scope of the user.
    let folder = context.project().display().to_string();
    let elsewhere = ["--", "mdskill", "-C", &folder, "remove", ""];
    let elsewhere = ask(context.mdskill(elsewhere).dir(context.path("temp")));
    assert!(elsewhere.stdout.starts_with("one\t"), "{elsewhere}");
    context.run(&["-g", "add", "acme/skills/three"]).ok();
    assert_eq!(offered(&context, &["-g", "remove", ""]), ["three"]);
    assert_eq!(offered(&context, &["remove", "--global", ""]), ["three"]);
    assert_eq!(offered(&context, &["remove", ""]), ["one", "two"]);
}

#[test]
fn specs_are_offered_from_the_cache_without_a_request() {
    let (context, _other) = installed();
    let before = context.server.requests().len();
    for command in ["add", "list", "show", "validate", "policy", "install"] {
        let skills = offered(&context, &[command, "acme/skills/"]);
        let expected = ["acme/skills/one", "acme/skills/three", "acme/skills/two"];
        assert_eq!(skills, expected, "{command}");
        // More of the spec follows a slash.
        let repositories = ["acme/other/", "acme/skills/"];
        assert_eq!(
            offered(&context, &[command, "ac"]),
            repositories,
            "{command}"
        );
        assert_eq!(offered(&context, &[command, "acme/o"]), ["acme/other/"]);
    }
    // The shortest spec that is unique, and a path if the user types one.
    assert_eq!(
        offered(&context, &["add", "acme/other/"]),
        [
            "acme/other/deep-skill",
            "acme/other/x/same",
            "acme/other/y/same"
        ]
    );
    assert_eq!(
        offered(&context, &["add", "acme/other/a/"]),
        ["acme/other/a/b/"]
    );
    assert_eq!(
        offered(&context, &["add", "acme/other/a/b/"]),
        ["acme/other/a/b/deep-skill"]
    );
    for nothing in [
        "acme/gone/",
        "./",
        "git@host:x",
        "https://x/",
        "acme/skills/one@",
    ] {
        assert_eq!(offered(&context, &["add", nothing]), [] as [&str; 0]);
    }
    assert_eq!(context.server.requests().len(), before);
    // Each offered spec is one.
    context
        .run(&["add", "acme/other/deep-skill", "acme/other/x/same"])
        .ok();
}

#[test]
fn repositories_of_a_folder_are_offered() {
    let (context, _) = TestContext::with_skills();
    assert_eq!(offered(&context, &["add", ""]), ["acme/skills/"]);
    assert_eq!(
        offered(&context, &["add", "acme/skills/o"]),
        ["acme/skills/one"]
    );
    // A bundle is offered once it is in the cache.
    let bundle = context.root().join("acme/packed.bundle");
    let from = context.root().join("acme/skills.git");
    let create = ["-C", from.to_str().unwrap(), "bundle", "create", "-q"];
    let create = [&create[..], &[bundle.to_str().unwrap(), "--all"]].concat();
    context.git(&create).ok();
    context.run(&["add", "acme/packed/two"]).ok();
    assert_eq!(
        offered(&context, &["add", "acme/packed/t"]),
        ["acme/packed/three", "acme/packed/two"]
    );
}

#[test]
fn values_of_options_and_commands_are_offered() {
    let context = TestContext::new();
    assert_eq!(offered(&context, &["add", "--agent", "claude"]), ["claude"]);
    assert_eq!(
        offered(&context, &["add", "x", "-a", "claude,curs"]),
        ["claude,cursor"]
    );
    assert_eq!(offered(&context, &["agents", "gemini"]), ["gemini-cli"]);
    assert_eq!(offered(&context, &["rule", "SK30"]).len(), 9);
    assert_eq!(offered(&context, &["rule", "broken-l"]), ["broken-link"]);
    assert_eq!(
        offered(&context, &["validate", "--ignore=SK301,SK302"]),
        ["--ignore=SK301,SK302"]
    );
    assert_eq!(
        offered(&context, &["validate", "--profile", ""]),
        ["copilot", "claude", "spec"]
    );
    assert_eq!(
        offered(&context, &["search", "pdf", "--from", ""]),
        ["installed", "cached", "skills.sh", "github", "index"]
    );
    assert_eq!(
        offered(&context, &["search", "pdf", "--from", "cached,i"]),
        ["cached,installed", "cached,index"]
    );
    assert_eq!(offered(&context, &["cache", "p"]), ["prune"]);
    assert_eq!(offered(&context, &["completions", "f"]), ["fish"]);
    assert_eq!(offered(&context, &["upd"]), ["update"]);
    assert_eq!(offered(&context, &["unin"]), ["uninstall"]);
    // Names come before their aliases, and options only after a dash.
    let all = offered(&context, &[""]);
    assert!(
        all.contains(&"install".to_owned()) && !all.contains(&"ci".to_owned()),
        "{all:?}"
    );
    assert!(all.iter().all(|word| !word.starts_with('-')), "{all:?}");
    assert_eq!(offered(&context, &["update", "--dry"]), ["--dry-run"]);
}

#[test]
fn broken_project_has_no_message() {
    let (context, _other) = installed();
    let lockfile = context.project().join("mdskill.lock");
    context.write("mdskill.toml", "= broken");
    let text = context.read("mdskill.lock");
    context.write(
        "mdskill.lock",
        format!("<<<<<<< a\n{text}=======\n{text}>>>>>>> b\n"),
    );
    assert_eq!(offered(&context, &["remove", ""]), ["one", "two"]);
    context.write("mdskill.lock", b"\xff\xfe not UTF-8 \0");
    assert_eq!(offered(&context, &["remove", ""]), [] as [&str; 0]);
    std::fs::remove_file(&lockfile).unwrap();
    // Reading a pipe would wait for ever.
    context
        .command("sh", ["-c", "mkfifo mdskill.lock"])
        .env("PATH", "/usr/bin:/bin")
        .run()
        .ok();
    assert_eq!(offered(&context, &["remove", ""]), [] as [&str; 0]);
    std::fs::remove_file(&lockfile).unwrap();
    std::fs::create_dir(&lockfile).unwrap();
    assert_eq!(offered(&context, &["remove", ""]), [] as [&str; 0]);
    let unreadable = context.project().join("unreadable");
    std::fs::create_dir(&unreadable).unwrap();
    std::fs::set_permissions(&unreadable, PermissionsExt::from_mode(0o000)).unwrap();
    for words in [
        vec!["-C", "unreadable", "remove", ""],
        vec!["-C", "gone", "add", "a"],
    ] {
        answer(&context, &words);
    }
    // A damaged source is left out.
    for entry in std::fs::read_dir(context.path("cache/store-v1")).unwrap() {
        let folder = entry.unwrap().path();
        std::fs::write(folder.join("mdskill-refs.json"), "{").unwrap();
        std::fs::write(folder.join("HEAD"), "").unwrap();
    }
    assert_eq!(offered(&context, &["add", "acme/skills/"]), [] as [&str; 0]);
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("HOME", ""),
        ("MDSKILL_CACHE_DIR", "/dev/null"),
    ] {
        ask(context
            .mdskill(["--", "mdskill", "-g", "add", ""])
            .env(name, value));
    }
    // No word, more options than words, and what is not UTF-8.
    ask(context.mdskill(["--"]));
    for words in [
        vec!["-C"],
        vec!["--directory"],
        vec!["nonsense", "x", ""],
        vec!["--", ""],
        vec!["add", "\u{1b}"],
    ] {
        answer(&context, &words);
    }
    let bytes = std::os::unix::ffi::OsStringExt::from_vec(b"\xff\xfe".to_vec());
    let words = ["--".into(), "mdskill".into(), "add".into(), bytes];
    ask(context.mdskill::<std::ffi::OsString>(words));
}

#[test]
fn hostile_names_are_left_out() {
    let context = TestContext::new();
    let names = [
        "good",
        "$(touch x)",
        "`x`",
        "a;b",
        "a b",
        "a'b",
        "a\\\"b",
        "-rf",
        "a\u{1b}[2Jb",
        "a\tb",
        "*",
        "a|b",
        "ü\u{202e}",
        "~x",
        "a&b",
        "!x",
        "",
        "a>b",
        "{a,b}",
        "#x",
        "[x]",
    ];
    let blocks =
        names.map(|name| format!("[[skill]]\nname = \"{name}\"\nsource = \"github:a/$(x)\"\n"));
    context.write("mdskill.lock", format!("version = 1\n{}", blocks.concat()));
    assert_eq!(answer(&context, &["remove", ""]).stdout, "good\n");
    // So are sources and skills, and words in a file system.
    let mut repo = context.repo("acme/skills");
    repo.write("skills/a;b/SKILL.md", "---\nname: x\ndescription: x\n---\n");
    repo.skill("skills/fine", "fine", "Fine");
    repo.commit("Skills");
    std::fs::create_dir_all(context.root().join("ev il/$(x).git")).unwrap();
    assert_eq!(offered(&context, &["add", ""]), ["acme/skills/"]);
    assert_eq!(
        offered(&context, &["add", "acme/skills/"]),
        ["acme/skills/fine"]
    );
    context.write("esc\u{1b}[2J", "");
    context.write("escape", "");
    let elvish = context.mdskill(["--", "mdskill", "validate", "esc"]);
    let elvish = elvish.env("MDSKILL_COMPLETE", "elvish").run();
    assert_eq!(elvish.ok().stdout, "escape\n");
}

#[test]
fn variable_of_the_scripts_changes_nothing_else() {
    let context = TestContext::new();
    let list = |value| {
        context
            .mdskill(["list"])
            .env("MDSKILL_COMPLETE", value)
            .run()
    };
    for value in ["bash", "unknown", "0"] {
        list(value).ok().says("no installed skills");
    }
}

#[test]
fn script_is_for_the_shell_of_the_variable() {
    let context = TestContext::new();
    for shell in SHELLS {
        let script = context.run(&["completions", shell]).ok().stdout.clone();
        let path = format!("/usr/local/bin/{shell}");
        let of_variable = context.mdskill(["completions"]).env("SHELL", path).run();
        assert_eq!(of_variable.ok().stdout, script);
        let json = context.run(&["completions", shell, "--json"]).ok().json();
        assert_eq!(json["script"], script);
        assert_eq!(json["shell"], shell);
    }
    context
        .run(&["completion", "pwsh"])
        .ok()
        .says("Register-ArgumentCompleter");
    let unknown = context.mdskill(["completions"]).env("SHELL", "/bin/tcsh");
    let refused = context.assert_refused(unknown, 2, "no shell given");
    refused.says("hint: name it, for example `mdskill completions bash`");
    context.refuses(&["completions", "tcsh"], 2, "[possible values: bash, zsh");
    // A person gets the line to paste.
    let terminal = context
        .mdskill(["completions", "zsh"])
        .terminal((100, 60), false);
    terminal.wait_for("eval \"$(mdskill completions zsh)\"");
    assert_eq!(terminal.end().0, Some(0));
}

/// Starts a shell with the script in a terminal, or says that it is missing.
fn start(context: &TestContext, shell: &str, before: &str) -> Option<Terminal> {
    let programs = (sealed::locate(shell), sealed::locate("setsid"));
    let (Some(program), Some(setsid)) = programs else {
        eprintln!("SKIPPED: there is no {shell}; to test it: apt-get install {shell} util-linux");
        return None;
    };
    let (flags, script): (&[&str], String) = match shell {
        "bash" => (
            &["--norc", "--noprofile", "-i"],
            "PS1='% '; eval \"$(mdskill completions bash)\"".to_owned(),
        ),
        "zsh" => (
            &["-f", "-i"],
            "PS1='%% '; eval \"$(mdskill completions zsh)\"".to_owned(),
        ),
        "fish" => (
            &["--no-config", "--interactive"],
            "function fish_prompt; echo '% '; end; mdskill completions fish | source".to_owned(),
        ),
        _ => (
            &["-norc"],
            "set edit:prompt = { put '% ' }; set edit:rprompt = { put '' }; \
             eval (mdskill completions elvish | slurp)"
                .to_owned(),
        ),
    };
    let built = Path::new(env!("CARGO_BIN_EXE_mdskill")).parent().unwrap();
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        built.display(),
        context.path("tools").display()
    );
    // Only setsid of util-linux makes it the terminal of the shell, which fish needs.
    let arguments = ["--ctty", "--wait", program.to_str().unwrap()];
    let arguments = [&arguments[..], flags].concat();
    let prepared = context.command(setsid.to_str().unwrap(), arguments);
    let prepared = prepared.env("PATH", path).env("TERM", "xterm-256color");
    // Without it, a shell asks about the first file that it writes there.
    let prepared = prepared.env("ZDOTDIR", context.path("home").display().to_string());
    let terminal = prepared.terminal((100, 30), false);
    terminal.press(&format!("{before}{script}; echo rea''dy\r"));
    terminal.wait("the first prompt", |lines| {
        let last = lines.iter().rfind(|line| !line.is_empty());
        lines.iter().any(|line| line == "ready") && last.is_some_and(|line| line == "%")
    });
    Some(terminal)
}

/// Types a line with tabs, and asserts how it continues; the line is then removed.
#[track_caller]
fn assert_completes(shell: &str, terminal: &Terminal, typed: &str, expected: &str) {
    // Elvish adds no space.
    let expected = if shell == "elvish" {
        expected.trim_end()
    } else {
        expected
    };
    terminal.press(typed);
    // The character shows where the cursor is: after a space, or not.
    terminal.press("_");
    let wanted = format!("% {expected}_");
    terminal.wait(&format!("{shell}: {typed:?} as {wanted:?}"), |lines| {
        lines.contains(&wanted)
    });
    terminal.press("\u{15}");
    terminal.wait("the next prompt", |lines| {
        lines
            .iter()
            .rfind(|line| !line.is_empty())
            .is_some_and(|line| line == "%")
    });
}

#[test]
fn shells_complete_names_specs_and_paths() {
    let (context, _other) = installed();
    context.write("folder/my file", "");
    for shell in SHELLS {
        let Some(terminal) = start(&context, shell, "") else {
            continue;
        };
        for (typed, expected) in [
            ("mdskill upd\t", "mdskill update "),
            ("mdskill remove o\t", "mdskill remove one "),
            ("mdskill remove one tw\t", "mdskill remove one two "),
            ("mdskill add acme/s\t", "mdskill add acme/skills/"),
            ("mdskill add acme/s\ton\t", "mdskill add acme/skills/one "),
            (
                "mdskill add --agent gem\t",
                "mdskill add --agent gemini-cli ",
            ),
            ("mdskill list --outd\t", "mdskill list --outdated "),
            ("mdskill -C fo\t", "mdskill -C folder/"),
            ("mdskill validate fol\t", "mdskill validate folder/"),
            ("mdskill remove zz\t", "mdskill remove zz"),
        ] {
            assert_completes(shell, &terminal, typed, expected);
        }
        if shell != "elvish" {
            for (typed, expected) in [
                (
                    "mdskill add --agent=gem\t",
                    "mdskill add --agent=gemini-cli ",
                ),
                (
                    "mdskill add \"acme/skills/on\t",
                    "mdskill add \"acme/skills/one\" ",
                ),
                (
                    "mdskill add acme/skills/one@\t",
                    "mdskill add acme/skills/one@",
                ),
                (
                    "mdskill add git@host:acme/s\t",
                    "mdskill add git@host:acme/s",
                ),
                (
                    "mdskill validate folder/m\t",
                    "mdskill validate folder/my\\ file ",
                ),
                ("cd . && mdskill remove o\t", "cd . && mdskill remove one "),
            ] {
                assert_completes(shell, &terminal, typed, expected);
            }
        }
        terminal.press("exit\r");
        terminal.end();
    }
}

/// bash-completion changes how words are split, and completes after `sudo`.
#[test]
fn bash_with_bash_completion_completes() {
    let library = Path::new("/usr/share/bash-completion/bash_completion");
    if !library.exists() {
        eprintln!("SKIPPED: bash-completion is not installed");
        return;
    }
    let (context, _other) = installed();
    let before = format!(". {}; ", library.display());
    let terminal = start(&context, "bash", &before).unwrap();
    for (typed, expected) in [
        ("mdskill remove o\t", "mdskill remove one "),
        (
            "mdskill add acme/skills/on\t",
            "mdskill add acme/skills/one ",
        ),
        (
            "mdskill add acme/skills/one@\t",
            "mdskill add acme/skills/one@",
        ),
        (
            "mdskill add --agent=gem\t",
            "mdskill add --agent=gemini-cli ",
        ),
    ] {
        assert_completes("bash-completion", &terminal, typed, expected);
    }
    terminal.press("exit\r");
    terminal.end();
}

#[test]
fn broken_project_leaves_the_line_of_the_shell_alone() {
    let context = TestContext::new();
    context.write("mdskill.toml", "= broken");
    context.write(
        "mdskill.lock",
        "<<<<<<< a\n[[skill]]\nname = \"one\"\n=======\n>>>>>>> b\n",
    );
    for shell in SHELLS {
        let Some(terminal) = start(&context, shell, "") else {
            continue;
        };
        assert_completes(
            shell,
            &terminal,
            "mdskill remove o\t",
            "mdskill remove one ",
        );
        assert_completes(shell, &terminal, "mdskill -g show o\t", "mdskill -g show o");
        terminal.press("exit\r");
        terminal.end();
    }
}
