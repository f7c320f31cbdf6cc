//! Repositories of made skills, in a mirror of bundles and as files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::sealed;

/// The number of repositories, and of the skills in each.
const REPOSITORIES: usize = 100;
const SKILLS: usize = 100;
/// The number of different words.
const WORDS: usize = 20_000;

/// A pseudorandom generator with a fixed seed, so that every run has the same skills.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("the remainder fits into a usize")
    }

    /// Returns a word. As in texts, few words are common and most are rare.
    fn word(&mut self) -> String {
        let most = WORDS >> self.below(12);
        let number = self.below(most.max(4));
        let syllables = ["ka", "to", "mi", "re", "su", "no", "la", "pe", "di", "va"];
        let mut word = String::from("w");
        let mut rest = number;
        while rest > 0 {
            word.push_str(syllables[rest % 10]);
            rest /= 10;
        }
        word
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }
}

/// The names of the repositories.
pub fn names() -> impl Iterator<Item = String> {
    (0..REPOSITORIES).map(|number| format!("acme/pack-{number:03}"))
}

/// Writes 10,000 skills to `root`: as files in `files`, and as bundles in `mirror`. Their sizes are those
/// of public skills, whose median is 8.4 KB.
pub fn write(root: &Path) {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for repository in names() {
        let folder = root.join("files").join(&repository);
        for number in 0..SKILLS {
            let (first, second) = (random.word(), random.word());
            let name = format!("{first}-{second}-{number}");
            let skill = folder.join("skills").join(&name);
            fs::create_dir_all(&skill).unwrap();
            let mut text = format!(
                "---\nname: {name}\ndescription: {}\n---\n\n# {name}\n\n",
                random.words(30)
            );
            for _ in 0..40 + random.below(60) {
                let _ = writeln!(text, "{}\n", random.words(14));
            }
            fs::write(skill.join("SKILL.md"), text).unwrap();
        }
        let bundle = root.join("mirror").join(format!("{repository}.bundle"));
        fs::create_dir_all(bundle.parent().unwrap()).unwrap();
        let script = "git init -q -b main . && git add . \
            && git -c user.name=x -c user.email=x@x commit -q -m x \
            && git bundle create -q \"$0\" main HEAD 2>/dev/null && rm -rf .git";
        let mut command = sealed::command("sh", root);
        let made = command.args(["-c", script]).arg(&bundle);
        assert!(made.current_dir(&folder).status().unwrap().success());
    }
}
