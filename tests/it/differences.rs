//! Diffs of two versions of a skill, compared with those of git, and the pager.

use crate::support::repo::Repo;
use crate::support::sealed;
use crate::support::snapshot::{EXECUTABLE, FILE, LINK, Snapshot};
use crate::support::test_context::TestContext;
use mdskill::diff::{FileChange, SkillDiff, compare, unified};
use mdskill_lint::links::LinkFault;
use mdskill_lint::skill_files::{Entry, EntryKind, MemoryFiles, SkillFiles};

/// A pseudo-random number generator with the same sequence on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap() % count
    }

    fn line(&mut self) -> String {
        const COMMON: [&str; 6] = ["", "}", "```", "- item", "    return x", "é\r"];
        match self.below(4) {
            0 => COMMON[self.below(COMMON.len())].to_owned(),
            _ => format!("line {} of {}", self.below(4000), self.below(50)),
        }
    }

    fn text(&mut self) -> Vec<String> {
        (0..self.below(150)).map(|_| self.line()).collect()
    }

    /// Removes, adds, and moves some lines.
    fn edit(&mut self, lines: &mut Vec<String>) {
        for _ in 0..=self.below(5) {
            let at = self.below(lines.len() + 1);
            let end = (at + self.below(8)).min(lines.len());
            match self.below(4) {
                0 => drop(lines.drain(at..end)),
                1 => lines.insert(at, self.line()),
                2 => lines[at..end].fill_with(|| self.line()),
                _ => {
                    let moved: Vec<_> = lines.drain(at..end).collect();
                    let to = self.below(lines.len() + 1);
                    lines.splice(to..to, moved);
                }
            }
        }
    }

    fn bytes(&mut self, lines: &[String]) -> Vec<u8> {
        let mut text = lines.join("\n");
        if self.below(4) > 0 && !lines.is_empty() {
            text.push('\n');
        }
        text.into_bytes()
    }

    fn mode(&mut self) -> u32 {
        if self.below(3) == 0 { EXECUTABLE } else { FILE }
    }

    /// Returns two versions of a skill of text files.
    fn pair(&mut self) -> (Snapshot, Snapshot) {
        let (mut before, mut after) = (Snapshot::default(), Snapshot::default());
        let names = [
            "SKILL.md",
            "a b.md",
            "scripts/\"x\".sh",
            "é/\tt.md",
            "c",
            "d.json",
        ];
        for name in names {
            let mut lines = self.text();
            let was = (self.mode(), self.bytes(&lines));
            let what = self.below(7);
            if what > 0 {
                before.entries.insert(name.to_owned(), was.clone());
            }
            let (mode, same) = (self.mode(), self.bytes(&lines));
            self.edit(&mut lines);
            let is = match what {
                1 => continue,
                2 => was,
                3 => (mode, same),
                4 => (LINK, b"SKILL.md".to_vec()),
                _ => (was.0, self.bytes(&lines)),
            };
            after.entries.insert(name.to_owned(), is);
        }
        // A renamed file that is long enough to be detected.
        let mut lines: Vec<_> = (0..60).map(|_| self.line()).collect();
        let old = (FILE, self.bytes(&lines));
        before.entries.insert("references/old.md".to_owned(), old);
        lines[20..25].fill_with(|| "another line of these".to_owned());
        let new = (self.mode(), self.bytes(&lines));
        after.entries.insert("guides/new one.md".to_owned(), new);
        (before, after)
    }
}

fn view(files: &Snapshot) -> MemoryFiles {
    let mut view = MemoryFiles::new("pdf");
    for (path, (mode, bytes)) in &files.entries {
        let kind = match *mode {
            LINK => EntryKind::Link {
                target: String::from_utf8(bytes.clone()).unwrap(),
                fault: LinkFault::Outside,
            },
            mode => EntryKind::File {
                bytes: bytes.len() as u64,
                is_executable: mode == EXECUTABLE,
            },
        };
        let path = path.clone();
        view = view.with(&path, bytes).with_entry(Entry { path, kind });
    }
    view
}

fn commit(repo: &mut Repo, files: &Snapshot) -> String {
    repo.remove("skill");
    for (path, (mode, bytes)) in &files.entries {
        let path = format!("skill/{path}");
        match *mode {
            LINK => repo.symlink(&path, std::str::from_utf8(bytes).unwrap()),
            EXECUTABLE => repo.executable(&path, bytes),
            _ => repo.write(&path, bytes),
        };
    }
    repo.commit("a version")
}

/// Returns the lines of `git diff --numstat -z`, as `ADDED REMOVED [FROM > ]PATH`.
fn numstat(repo: &Repo, before: &str, after: &str) -> Vec<String> {
    let [before, after] = [before, after].map(|commit| format!("{commit}:skill"));
    let output = repo.git(&["diff", "--numstat", "-M", "-z", &before, &after]);
    let mut fields = output.split_terminator('\0');
    let mut lines = Vec::new();
    while let Some(field) = fields.next() {
        let mut parts = field.splitn(3, '\t');
        let counts = format!("{} {}", parts.next().unwrap(), parts.next().unwrap());
        let path = parts.next().unwrap();
        lines.push(match path {
            "" => format!(
                "{counts} {} > {}",
                fields.next().unwrap(),
                fields.next().unwrap()
            ),
            path => format!("{counts} {path}"),
        });
    }
    lines.sort();
    lines
}

fn counts(diff: &SkillDiff) -> Vec<String> {
    let count = |count: Option<usize>| count.map_or("-".to_owned(), |count| count.to_string());
    let lines = diff.files.iter().map(|file| {
        let path = match &file.from {
            Some(from) => format!("{from} > {}", file.path),
            None => file.path.clone(),
        };
        format!("{} {} {path}", count(file.added), count(file.removed))
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

#[test]
fn line_counts_equal_those_of_git() {
    let root = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(root.path(), "acme/skills");
    let mut random = Random(0x5eed_0001);
    for round in 0..40 {
        let (mut before, after) = random.pair();
        before
            .entries
            .insert("x.png".to_owned(), (FILE, b"\0old".to_vec()));
        let (old, new) = (commit(&mut repo, &before), commit(&mut repo, &after));
        let diff = compare(Some(&view(&before)), &view(&after));
        assert_eq!(counts(&diff), numstat(&repo, &old, &new), "round {round}");
    }
}

#[test]
fn renames_equal_those_of_git() {
    let root = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(root.path(), "acme/skills");
    let lines = |range: std::ops::Range<u32>| -> Vec<u8> {
        let lines = range.map(|at| format!("this is line {at} of it\n"));
        lines.collect::<String>().into_bytes()
    };
    let files = |files: &[(&str, Vec<u8>)]| {
        let mut snapshot = Snapshot::default();
        for (path, bytes) in files {
            snapshot
                .entries
                .insert((*path).to_owned(), (FILE, bytes.clone()));
        }
        snapshot
    };
    let before = files(&[
        ("a/one.md", b"same\n".to_vec()),
        ("a/two.md", b"same\n".to_vec()),
        ("half.md", lines(0..100)),
        ("less.md", lines(200..300)),
        ("pixel.png", b"\0\x01\x02".to_vec()),
    ]);
    let after = files(&[
        ("b/two.md", b"same\n".to_vec()),
        ("b/x.md", b"same\n".to_vec()),
        ("half of it.md", [lines(0..60), lines(400..440)].concat()),
        ("other.md", [lines(200..240), lines(500..560)].concat()),
        ("image.png", b"\0\x01\x02".to_vec()),
    ]);
    let (old, new) = (commit(&mut repo, &before), commit(&mut repo, &after));
    let diff = compare(Some(&view(&before)), &view(&after));
    assert_eq!(counts(&diff), numstat(&repo, &old, &new));
    let renamed = diff
        .files
        .iter()
        .filter(|file| file.change == FileChange::Renamed);
    assert_eq!(renamed.count(), 4, "{:?}", counts(&diff));
}

#[test]
fn git_apply_turns_one_version_into_the_other() {
    let mut random = Random(0x5eed_0002);
    for round in 0..25 {
        let (before, after) = random.pair();
        let (old, new) = (view(&before), view(&after));
        let context = TestContext::without_project("none");
        write(&context, &before);
        let patch = unified(Some(&old), &new, "skills/pdf");
        apply(&context, &patch, &format!("round {round}"));
        context
            .tree("skills/pdf")
            .assert_same(&after.with_folders());
        // A new skill.
        let context = TestContext::without_project("none");
        apply(&context, &unified(None, &old, "skills/pdf"), "all of it");
        context
            .tree("skills/pdf")
            .assert_same(&before.with_folders());
    }
}

fn write(context: &TestContext, files: &Snapshot) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for (path, (mode, bytes)) in &files.entries {
        let path = format!("skills/pdf/{path}");
        let file = context.project().join(&path);
        if *mode == LINK {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            symlink(std::str::from_utf8(bytes).unwrap(), &file).unwrap();
            continue;
        }
        context.write(&path, bytes);
        let mode = if *mode == EXECUTABLE { 0o755 } else { 0o644 };
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    }
}

fn apply(context: &TestContext, patch: &str, what: &str) {
    let outcome = context.command("git", ["apply", "-"]).stdin(patch).run();
    assert_eq!(outcome.code, Some(0), "{what}: {}\n{patch}", outcome.stderr);
}

#[test]
fn swapped_versions_swap_gained_and_lost() {
    let mut random = Random(0x5eed_0003);
    let pages = [
        "https://one.io",
        "https://two.io",
        "```sh\ncurl x\n```\n",
        "a\u{202e}b",
        "git@three.io:x",
    ];
    for _ in 0..50 {
        let mut skill = || {
            let mut view = MemoryFiles::new("pdf");
            for name in ["SKILL.md", "a.md", "b.md"] {
                let tools = ["Read", "Bash", "Bash(git:*)"][random.below(3)];
                let head = format!(
                    "---\nname: pdf\ndescription: {}\nallowed-tools: {tools}\n---\n",
                    random.below(3)
                );
                view = view.with(
                    name,
                    format!("{head}{}\n", pages[random.below(pages.len())]),
                );
            }
            view
        };
        let (one, two) = (skill(), skill());
        assert!(compare(Some(&one), &one).is_empty());
        let (there, back) = (compare(Some(&one), &two), compare(Some(&two), &one));
        assert_eq!((&there.gained, &there.lost), (&back.lost, &back.gained));
        let swapped = back.description.map(|two| (two.after, two.before));
        assert_eq!(
            there.description.map(|two| (two.before, two.after)),
            swapped
        );
        let first = compare(None, &two);
        assert_eq!(first.files.len(), two.entries().len());
        assert!(first.lost.is_empty() && !first.gained.is_empty());
    }
}

/// Runs the program in a new terminal, or returns `None` if the system has no `script` to create one.
fn on_a_terminal(context: &TestContext, arguments: &str, pager: &str) -> Option<String> {
    let Some(script) = sealed::locate("script") else {
        eprintln!("skipped: no `script` to create a terminal");
        return None;
    };
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_mdskill"));
    let script = script.to_str()?;
    let outcome = context
        .command(script, ["-qec", command.as_str(), "/dev/null"])
        .env("GIT_PAGER", pager)
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm-256color")
        .run();
    Some(outcome.stdout)
}

#[test]
fn long_message_is_wrapped_at_words_on_a_terminal_only() {
    let context = TestContext::with_origin("none");
    let piped = context.mdskill(["verify"]).run();
    let whole = "\nhint: `mdskill add owner/repo/skill` installs a skill and creates it\n";
    assert!(piped.fails(1).stderr.contains(whole), "{piped}");
    let (Some(script), Some(stty)) = (sealed::locate("script"), sealed::locate("stty")) else {
        eprintln!("skipped: no `script` or `stty` to create a terminal of a known width");
        return;
    };
    let program = env!("CARGO_BIN_EXE_mdskill");
    let command = format!(
        "{} cols 50 rows 24; {program} --color never verify",
        stty.display()
    );
    let script = script.to_str().unwrap();
    let shown = context
        .command(script, ["-qec", command.as_str(), "/dev/null"])
        .env("SHELL", "/bin/sh")
        .run()
        .stdout;
    let wrapped =
        "\r\nhint: `mdskill add owner/repo/skill` installs a\r\n      skill and creates it\r\n";
    assert!(shown.contains(wrapped), "{shown:?}");
}

#[test]
fn diff_on_a_terminal_uses_the_pager() {
    let context = TestContext::with_origin("none");
    context.write(
        "skills/pdf/SKILL.md",
        "---\nname: pdf\ndescription: Fill forms: all of them\n---\n\nFill.\n",
    );
    let notes = context.path("temp/shown");
    let pager = format!("tee '{}'", notes.display());
    context.fake("tee", "/usr/bin/tee \"$@\"");
    let asked = "validate --diff skills/pdf";
    let Some(shown) = on_a_terminal(&context, asked, &pager) else {
        return;
    };
    let kept = std::fs::read_to_string(&notes).unwrap();
    assert!(
        kept.contains("diff --git") && kept.contains("\u{1b}["),
        "{kept:?}"
    );
    assert!(shown.contains("diff --git"), "{shown:?}");
    std::fs::remove_file(&notes).unwrap();

    let plain = on_a_terminal(&context, &format!("--no-pager {asked}"), &pager).unwrap();
    assert!(plain.contains("diff --git"), "{plain:?}");
    on_a_terminal(&context, &format!("--color never {asked}"), &pager).unwrap();
    let kept = std::fs::read_to_string(&notes).unwrap();
    assert!(
        kept.contains("diff --git") && !kept.contains('\u{1b}'),
        "{kept:?}"
    );
    std::fs::remove_file(&notes).unwrap();

    for none in ["cat", "", "/nowhere/pager"] {
        let plain = on_a_terminal(&context, asked, none).unwrap();
        assert!(plain.contains("diff --git"), "{none}: {plain:?}");
    }
    // Without a terminal, the pager is not used.
    let piped = context
        .mdskill(asked.split(' '))
        .env("GIT_PAGER", &pager)
        .run();
    assert!(piped.stdout.contains("diff --git") && !notes.exists());
}
