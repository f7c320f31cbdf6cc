//! What is validated: a real repository, as many made-up skills as wanted, and what a stranger might send.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::sealed;

/// The repository beside the checkout that the research measured.
const BUNDLE: &str = "../shared/corpora/wshobson/agents.bundle";

/// Checks the real repository out into `folder`; false when it is not there.
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

/// Writes `count` skills below `folder`, of the sizes that public skills have: 109 lines and 8.4 KB in the
/// median, two in five with references (research of 2,672 skills).
pub fn synthetic(folder: &Path, count: usize) {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for number in 0..count {
        let name = format!("made-up-skill-{number:05}");
        let skill = folder.join(format!("pack-{:03}/{name}", number / 100));
        let references = if dice.below(5) < 2 {
            1 + dice.below(3)
        } else {
            0
        };
        fs::create_dir_all(skill.join("references")).unwrap();
        fs::write(
            skill.join("SKILL.md"),
            skill_md(&name, references, &mut dice),
        )
        .unwrap();
        for reference in 0..references {
            let path = skill.join(format!("references/topic-{reference}.md"));
            fs::write(
                path,
                body(
                    &format!("Topic {reference}"),
                    40 + dice.below(80),
                    &mut dice,
                ),
            )
            .unwrap();
        }
    }
    // What makes it a repository: links are followed to its edge and no further.
    fs::create_dir_all(folder.join(".git")).unwrap();
}

fn skill_md(name: &str, references: usize, dice: &mut Dice) -> String {
    let mut text = format!(
        "---\nname: {name}\ndescription: \"{}Use when somebody asks for {name}.\"\nlicense: MIT\nmetadata:\n  author: \
         acme\n  version: \"1.{}\"\n---\n\n",
        sentence(20 + dice.below(20), dice),
        dice.below(100)
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
    text + &body(name, 60 + dice.below(100), dice)
}

/// Headings, sentences, lists, tables and code, as skills have them.
fn body(title: &str, lines: usize, dice: &mut Dice) -> String {
    let mut text = format!("# {title}\n\n");
    let mut written = 0;
    while written < lines {
        written += match dice.below(6) {
            0 => {
                let _ = write!(text, "## Step {written}\n\n{}\n\n", sentence(25, dice));
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
                    sentence(8, dice)
                );
                4
            }
            3 => {
                for _ in 0..5 {
                    let _ = writeln!(
                        text,
                        "- **{}**: {} `cargo test --all`",
                        sentence(2, dice).trim(),
                        sentence(10, dice)
                    );
                }
                text.push('\n');
                6
            }
            _ => {
                let _ = write!(
                    text,
                    "{} See [the site](https://example.com/docs) and/or `src/main.rs`.\n\n",
                    sentence(40, dice)
                );
                2
            }
        };
    }
    text
}

fn sentence(words: usize, dice: &mut Dice) -> String {
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
        text.push_str(WORDS[dice.below(WORDS.len())]);
        text.push(' ');
    }
    text
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("it is below a usize")
    }
}

/// A text that a stranger might send.
pub struct Hostile {
    pub name: &'static str,
    pub file: &'static str,
    pub text: Vec<u8>,
}

/// Returns the texts that the validator must survive, each in a skill of its own.
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

/// A billion values in a few lines.
fn multiplying() -> String {
    let mut yaml = String::new();
    for (name, before) in ('b'..='j').zip('a'..) {
        let all = vec![format!("*{before}"); 9].join(",");
        let _ = writeln!(yaml, "{name}: &{name} [{all}]");
    }
    yaml
}
