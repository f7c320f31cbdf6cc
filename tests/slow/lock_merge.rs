//! Merging lockfiles of branches that changed different skills: git merges them, or mdskill resolves the conflict.
//!
//! The lockfiles have random skills, real git merges them, and the expected result is known from the skills.

use std::collections::{BTreeMap, BTreeSet};

use mdskill::lockfile::merge::Sides;
use mdskill::lockfile::{Entry, Lockfile};
use mdskill_git::ObjectId;
use mdskill_lint::name::SkillName;

use crate::support::old_lockfile::numbered;
use crate::support::test_context::TestContext;

/// The number of merged pairs of branches.
const PAIRS: u64 = 300;
const EMPTY: &str =
    "# Written by mdskill. Commit this file.\nversion = 1\ntargets = [\".github/skills\"]\n";

type Skills = BTreeMap<SkillName, Entry>;

/// Pseudo-random numbers with a fixed seed.
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

    /// An entry at one of a few commits, because skills of one source share commits in real lockfiles.
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

/// The skills of a base, of two branches that changed different ones, and of their merge.
struct Pair {
    base: Skills,
    ours: Skills,
    theirs: Skills,
    merged: Skills,
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
        }
    }
}

fn lockfile<'a>(skills: impl IntoIterator<Item = (&'a SkillName, &'a Entry)>) -> Lockfile {
    let mut lockfile = Lockfile::parse(EMPTY).unwrap();
    let skills = skills.into_iter();
    lockfile
        .skills
        .extend(skills.map(|(name, entry)| (name.clone(), entry.clone())));
    lockfile
}

/// Merges as `git merge` does: with the histogram algorithm, if `git merge-file` supports it.
fn merge(context: &TestContext, texts: [&str; 3]) -> (bool, String) {
    for (name, text) in ["ours", "base", "theirs"].iter().zip(texts) {
        context.write(name, text);
    }
    let files = ["ours", "base", "theirs"];
    let mut arguments = vec!["merge-file", "-p", "-q", "--diff-algorithm=histogram"];
    let mut merged = context.command("git", arguments.iter().chain(&files)).run();
    if merged.stderr.contains("unknown option") {
        arguments.pop();
        merged = context.command("git", arguments.iter().chain(&files)).run();
    }
    (merged.code == Some(0), merged.stdout.clone())
}

/// Reads the lockfile that git merged, or resolves the conflict.
fn resolved(is_clean: bool, merged: &str, [ours, base, theirs]: &[Lockfile; 3]) -> Lockfile {
    if is_clean {
        return Lockfile::parse(merged).unwrap();
    }
    let sides = Sides {
        ours: ours.clone(),
        theirs: theirs.clone(),
        base: base.clone(),
    };
    let (resolved, differences) = sides.merge(|_| None, None);
    assert!(!differences.is_empty());
    for difference in differences {
        assert!(difference.side.is_some(), "{difference:?}");
    }
    resolved
}

#[test]
fn branches_that_change_different_skills_merge_into_both_changes() {
    let context = TestContext::in_memory("");
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let mut clean = [0, 0];
    for pair in 0..PAIRS {
        let branches = Pair::random(&mut numbers);
        let lockfiles = [&branches.ours, &branches.base, &branches.theirs].map(lockfile);
        let texts = lockfiles.each_ref().map(Lockfile::to_text);
        let forms = [texts.clone(), texts.map(|text| numbered(&text))];
        for (clean, texts) in clean.iter_mut().zip(&forms) {
            let (is_clean, merged) = merge(&context, texts.each_ref().map(String::as_str));
            *clean += u64::from(is_clean);
            assert_eq!(
                resolved(is_clean, &merged, &lockfiles).skills,
                branches.merged,
                "pair {pair}:\n{merged}"
            );
        }
    }
    // Otherwise, only one of git and mdskill was tested.
    assert!(
        clean
            .iter()
            .all(|&clean| clean > PAIRS / 2 && clean < PAIRS),
        "{clean:?}"
    );
}
