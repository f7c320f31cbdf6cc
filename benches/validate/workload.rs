//! The validated skills: a real repository, synthetic skills, and hostile input.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::sealed;

/// A bundle of a real repository, next to the checkout.
const BUNDLE: &str = "../shared/corpora/wshobson/agents.bundle";

/// Checks out the real repository into `folder`; returns false if its bundle does not exist.
pub fn corpus(folder: &Path) -> bool {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
    if !bundle.is_file() {
        return false;
    }
    let cloned = sealed::command("git", folder)
        .args(["clone", "--quiet"])
        .args([&bundle, folder])
        .status()
        .expect("git runs");
    cloned.success()
}

/// Writes `count` synthetic skills into `folder`. Their sizes are those of 2,672 public skills: a median of
/// 109 lines and 8.4 KB, and two of five with references.
pub fn synthetic(folder: &Path, count: usize) {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for number in 0..count {
        let name = format!("synthetic-skill-{number:05}");
        let skill = folder.join(format!("pack-{:03}/{name}", number / 100));
        let references = if random.below(5) < 2 {
            1 + random.below(3)
        } else {
            0
        };
        fs::create_dir_all(skill.join("references")).unwrap();
        fs::write(
            skill.join("SKILL.md"),
            skill_md(&name, references, &mut random),
        )
        .unwrap();
        for reference in 0..references {
            let path = skill.join(format!("references/topic-{reference}.md"));
            fs::write(
                path,
                body(
                    &format!("Topic {reference}"),
                    40 + random.below(80),
                    &mut random,
                ),
            )
            .unwrap();
        }
    }
    // `.git` makes it a repository, so that links are resolved up to its root.
    fs::create_dir_all(folder.join(".git")).unwrap();
}

fn skill_md(name: &str, references: usize, random: &mut Random) -> String {
    let mut text = format!(
        "---\nname: {name}\ndescription: \"{}Use when the user asks for {name}.\"\nlicense: MIT\nmetadata:\n  author: \
         acme\n  version: \"1.{}\"\n---\n\n",
        sentence(20 + random.below(20), random),
        random.below(100)
    );
    for reference in 0..references {
        let _ = match reference {
            0 => writeln!(
                text,
                "Read [the topic](references/topic-{reference}.md#topic-{reference}) first.\n"
            ),
            _ => writeln!(text, "See `references/topic-{reference}.md` for more.\n"),
        };
    }
    text + &body(name, 60 + random.below(100), random)
}

/// Returns headings, sentences, lists, tables and code, like those of public skills.
fn body(title: &str, lines: usize, random: &mut Random) -> String {
    let mut text = format!("# {title}\n\n");
    let mut written = 0;
    while written < lines {
        written += match random.below(6) {
            0 => {
                let _ = write!(text, "## Step {written}\n\n{}\n\n", sentence(25, random));
                4
            }
            1 => {
                let _ = write!(
                    text,
                    "```python\nimport asyncio\n\n{}\n    return value / 2\n```\n\n",
                    "    await run(task)\n".repeat(5)
                );
                10
            }
            2 => {
                let _ = write!(
                    text,
                    "| Option | Meaning |\n|---|---|\n| `--fast/-f` | {} |\n\n",
                    sentence(8, random)
                );
                4
            }
            3 => {
                for _ in 0..5 {
                    let _ = writeln!(
                        text,
                        "- **{}**: {} `cargo test --all`",
                        sentence(2, random).trim(),
                        sentence(10, random)
                    );
                }
                text.push('\n');
                6
            }
            _ => {
                let _ = write!(
                    text,
                    "{} See [the site](https://example.com/docs) and/or `src/main.rs`.\n\n",
                    sentence(40, random)
                );
                2
            }
        };
    }
    text
}

fn sentence(words: usize, random: &mut Random) -> String {
    const WORDS: [&str; 12] = [
        "agent",
        "reads",
        "the",
        "pattern",
        "carefully",
        "before",
        "writing",
        "a",
        "test",
        "that",
        "covers",
        "errors",
    ];
    let mut text = String::new();
    for _ in 0..words {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push(' ');
    }
    text
}

/// A pseudorandom generator with a fixed seed, so that every run has the same skills.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("the remainder fits into a usize")
    }
}

/// A hostile file.
pub struct Hostile {
    pub name: &'static str,
    pub file: &'static str,
    pub text: Vec<u8>,
}

/// Returns the hostile files, each for a skill of its own.
pub fn hostile() -> Vec<Hostile> {
    const MIB: usize = 1 << 20;
    let front = "---\nname: hostile\ndescription: Use when testing\n---\n";
    let skill_md = |name, text: String| Hostile {
        name,
        file: "SKILL.md",
        text: text.into_bytes(),
    };
    let page = |name, text: String| Hostile {
        name,
        file: "references/page.md",
        text: text.into_bytes(),
    };
    let fill = |piece: &str, bytes: usize| piece.repeat((bytes - front.len()) / piece.len());
    vec![
        skill_md(
            "1 MiB of SKILL.md",
            format!("{front}{}", fill("Words and words.\n", MIB)),
        ),
        skill_md(
            "one line of 10 MB",
            format!("{front}{}", "x".repeat(10_000_000)),
        ),
        page("100,000 links", "[a](b.md)\n".repeat(100_000)),
        page("100,000 links on one line", "[a](b.md)".repeat(100_000)),
        page("100,000 paths", "`assets/b` ".repeat(95_000)),
        page("50,000 nested lists", "- ".repeat(50_000)),
        page("50,000 nested quotes", "> ".repeat(50_000)),
        page(
            "50,000 nested images",
            format!("{}x{}", "![".repeat(50_000), "](y)".repeat(50_000)),
        ),
        page("100,000 open brackets", "[".repeat(MIB)),
        page(
            "100,000 comments",
            "<!-- mdskill-ignore SK302: x -->\n".repeat(30_000),
        ),
        page("40,000 headings of one name", "# A\n".repeat(250_000)),
        Hostile {
            name: "1 MiB of NUL",
            file: "SKILL.md",
            text: vec![0; MIB],
        },
        Hostile {
            name: "1 MiB that is not UTF-8",
            file: "SKILL.md",
            text: vec![0xff; MIB],
        },
        skill_md(
            "YAML that multiplies",
            format!("---\na: &a [x,x,x,x,x,x,x,x,x]\n{}---\n", multiplying()),
        ),
        skill_md(
            "YAML nested 30,000 deep",
            format!("---\na: {}\n---\n", "[".repeat(30_000)),
        ),
    ]
}

/// Returns YAML that expands to a billion values.
fn multiplying() -> String {
    let mut yaml = String::new();
    for (name, before) in ('b'..='j').zip('a'..) {
        let all = vec![format!("*{before}"); 9].join(",");
        let _ = writeln!(yaml, "{name}: &{name} [{all}]");
    }
    yaml
}
