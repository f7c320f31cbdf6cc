//! The lockfile merges: what two branches do to different skills, git puts together by itself.
//!
//! The lockfiles are made of random skills, real git merges them, and what should come out is
//! known from the skills.

use std::collections::{BTreeMap, BTreeSet};

use mdskill::lockfile::conflict::Conflict;
use mdskill::lockfile::merge::Verdict;
use mdskill::lockfile::{Entry, Lockfile};
use mdskill::name::SkillName;
use mdskill::oid::ObjectId;

use crate::support::room::Room;

/// Pairs of branches that are merged.
const PAIRS: u64 = 300;
const FORMER: &str =
    "# Written by mdskill. Commit this file.\nversion = 1\ntargets = [\".github/skills\"]\n";

type Skills = BTreeMap<SkillName, Entry>;

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn id(&mut self) -> ObjectId {
        ObjectId::from_bytes(std::array::from_fn(|_| {
            u8::try_from(self.below(256)).unwrap()
        }))
    }

    fn name(&mut self) -> SkillName {
        const FIRST: [&str; 8] = [
            "api", "async", "code", "data", "git", "pdf", "python", "web",
        ];
        const LAST: [&str; 6] = ["audit", "design", "forms", "helper", "patterns", "review"];
        let (first, last) = (FIRST[self.below(8)], LAST[self.below(6)]);
        format!("{first}-{last}-{}", self.below(90))
            .parse()
            .unwrap()
    }

    /// A skill at one of its sources' few commits, as real lockfiles have it.
    fn entry(&mut self, name: &SkillName, commits: &[ObjectId]) -> Entry {
        let at = self.below(commits.len());
        let source = format!("github:acme/skills-{}", at % 3);
        let mut digest = "sha256:".to_owned();
        for _ in 0..64 {
            digest.push(char::from_digit(u32::try_from(self.below(16)).unwrap(), 16).unwrap());
        }
        let (tree, path) = (self.id(), format!("skills/{name}"));
        let mut entry = Entry::new(source.parse().unwrap(), path, tree, digest.parse().unwrap());
        entry.commit = Some(commits[at]);
        entry
    }
}

/// What is installed, and what two branches made of it: never of the same skill.
struct Pair {
    base: Skills,
    ours: Skills,
    theirs: Skills,
    merged: Skills,
    touched: [BTreeSet<SkillName>; 2],
}

impl Pair {
    fn random(numbers: &mut Numbers) -> Self {
        let commits: Vec<ObjectId> = (0..6).map(|_| numbers.id()).collect();
        let mut base = Skills::new();
        for _ in 0..numbers.below(61) {
            let name = numbers.name();
            let entry = numbers.entry(&name, &commits);
            base.insert(name, entry);
        }
        let mut branches = [base.clone(), base.clone()];
        let mut touched = [BTreeSet::new(), BTreeSet::new()];
        let mut merged = base.clone();
        for side in [0, 1] {
            for _ in 0..=numbers.below(4) {
                let act = numbers.below(3);
                let name = match base.keys().nth(numbers.below(base.len().max(1))) {
                    Some(there) if act > 0 => there.clone(),
                    _ => numbers.name(),
                };
                let cannot = base.contains_key(&name) == (act == 0);
                if touched.iter().any(|touched| touched.contains(&name)) || cannot {
                    continue;
                }
                for skills in [&mut branches[side], &mut merged] {
                    skills.remove(&name);
                }
                if act < 2 {
                    let entry = numbers.entry(&name, &commits);
                    branches[side].insert(name.clone(), entry.clone());
                    merged.insert(name.clone(), entry);
                }
                touched[side].insert(name);
            }
        }
        let [ours, theirs] = branches;
        Self {
            base,
            ours,
            theirs,
            merged,
            touched,
        }
    }

    /// Whether the two branches touched the same number.
    fn share_a_number(&self) -> bool {
        let all = lockfile(self.base.iter().chain(&self.ours).chain(&self.theirs));
        let numbers = numbers(&all.to_text());
        let of = |side: usize| -> BTreeSet<&str> {
            self.touched[side]
                .iter()
                .map(|name| numbers[name.as_str()].as_str())
                .collect()
        };
        !of(0).is_disjoint(&of(1))
    }
}

fn lockfile<'a>(skills: impl IntoIterator<Item = (&'a SkillName, &'a Entry)>) -> Lockfile {
    let mut lockfile = Lockfile::parse(FORMER).unwrap();
    let skills = skills.into_iter();
    lockfile
        .skills
        .extend(skills.map(|(name, entry)| (name.clone(), entry.clone())));
    lockfile
}

/// The number above each skill, read without the code under test.
fn numbers(text: &str) -> BTreeMap<String, String> {
    let (mut number, mut found) = (String::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(found) = line.strip_prefix("# ").filter(|rest| rest.len() == 2) {
            found.clone_into(&mut number);
        }
        if let Some(name) = line.strip_prefix("name = ") {
            found.insert(name.trim_matches('"').to_owned(), number.clone());
        }
    }
    found
}

/// The form before there were numbers: blocks side by side.
fn former(lockfile: &Lockfile) -> String {
    let text = lockfile.to_text();
    let mut blocks: Vec<&str> = text.split("\n[[skill]]\n").skip(1).collect();
    blocks.sort_unstable();
    let block = |block: &&str| format!("\n[[skill]]\n{}\n", block.split("\n\n").next().unwrap());
    let blocks: Vec<String> = blocks.iter().map(block).collect();
    format!("{FORMER}{}", blocks.concat())
}

/// Merges as `git merge` does: with histograms, where this git can be told so.
fn merge(room: &Room, texts: [&str; 3]) -> (bool, String) {
    for (name, text) in ["ours", "base", "theirs"].iter().zip(texts) {
        room.write(name, text);
    }
    let files = ["ours", "base", "theirs"];
    let mut arguments = vec!["merge-file", "-p", "-q", "--diff-algorithm=histogram"];
    let mut merged = room.run("git", arguments.iter().chain(&files)).run();
    if merged.stderr.contains("unknown option") {
        arguments.pop();
        merged = room.run("git", arguments.iter().chain(&files)).run();
    }
    (merged.code == Some(0), merged.stdout.clone())
}

/// Reads what git merged; where it could not, each skill is as the branch has it that touched it.
fn settled(merged: &str, base: &Lockfile) -> Lockfile {
    let Some(conflict) = Conflict::find(merged).unwrap() else {
        return Lockfile::parse(merged).unwrap();
    };
    assert_eq!(
        (&*conflict.ours.label, &*conflict.theirs.label),
        ("ours", "theirs")
    );
    let sides = conflict.sides(Some(base.clone())).unwrap();
    let differences = sides.differences();
    assert!(!differences.is_empty());
    let choices: Vec<_> = differences
        .iter()
        .map(|difference| (difference, difference.verdict().clone()))
        .inspect(|(_, verdict)| assert!(matches!(verdict, Verdict::Take(..)), "{verdict:?}"))
        .collect();
    sides.merged(&choices)
}

#[test]
fn branches_that_touch_different_numbers_merge_into_what_both_did() {
    let room = Room::in_memory("");
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut clean, mut clean_before) = (0, 0);
    for pair in 0..PAIRS {
        let branches = Pair::random(&mut numbers);
        let [ours, base, theirs] = [&branches.ours, &branches.base, &branches.theirs].map(lockfile);
        let texts = [ours.to_text(), base.to_text(), theirs.to_text()];
        let (is_clean, merged) = merge(&room, texts.each_ref().map(String::as_str));
        assert!(
            is_clean || branches.share_a_number(),
            "pair {pair}:\n{merged}"
        );
        assert_eq!(
            settled(&merged, &base).skills,
            branches.merged,
            "pair {pair}"
        );
        if is_clean {
            clean += 1;
            assert_eq!(merged, lockfile(&branches.merged).to_text(), "pair {pair}");
        }
        let texts = [&ours, &base, &theirs].map(former);
        let (is_clean, _) = merge(&room, texts.each_ref().map(String::as_str));
        clean_before += u64::from(is_clean);
    }
    assert!(clean * 100 > PAIRS * 94, "{clean} of {PAIRS} merge cleanly");
    assert!(
        clean_before * 100 < PAIRS * 90,
        "{clean_before} of {PAIRS} did before"
    );
    eprintln!("{clean} of {PAIRS} merge cleanly; before there were numbers, {clean_before}");
}
