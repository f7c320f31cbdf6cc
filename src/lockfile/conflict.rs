//! [`Conflict`]: a lockfile that git could not merge, taken apart into its two sides.
//!
//! Pure. git's lines have one length in a conflict, seven signs unless somebody set another;
//! longer ones in the base are of a conflict inside of it, and part of its text.

use super::merge::Sides;
use super::read::read;
use super::{Difference, Lockfile};

/// Most names that a sentence lists.
const MAX_NAMED: usize = 20;
/// The shortest line of git's.
const MIN_SIGNS: usize = 7;

/// A text with git's lines, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The first of git's lines, from 1.
    pub line: usize,
    /// The file as it was here.
    pub ours: Half,
    /// The file as it was there.
    pub theirs: Half,
    /// The file as both had it, where every conflict shows it (diff3).
    pub base: Option<Half>,
}

/// One of the files that a conflict is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Half {
    /// What git calls it: `HEAD`, a branch, a commit.
    pub label: String,
    /// Its text.
    pub text: String,
    /// For each of its lines, the line in the file with the conflict.
    lines: Vec<usize>,
}

impl Half {
    fn push(&mut self, number: usize, line: &str) {
        self.text.push_str(line);
        self.lines.push(number);
    }

    fn named(&mut self, label: &str) {
        if self.label.is_empty() {
            label.clone_into(&mut self.label);
        }
    }

    fn parse(&self) -> Result<Lockfile, (usize, String)> {
        read(&self.text).map_err(|fault| {
            let (line, problem) = fault.in_line_of(&self.text);
            let last = self.lines.last().copied().unwrap_or(1);
            (self.lines.get(line - 1).copied().unwrap_or(last), problem)
        })
    }
}

/// Where in a conflict a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Outside,
    Ours(usize),
    Base(usize),
    Theirs(usize),
}

impl Conflict {
    /// Takes a text apart; nothing when git wrote no lines into it.
    ///
    /// # Errors
    /// With the line, from 1, when git's lines are not whole.
    pub fn find(text: &str) -> Result<Option<Self>, (usize, String)> {
        let (mut ours, mut theirs) = (Half::default(), Half::default());
        let mut base = Half::default();
        let (mut first, mut opened, mut part) = (None, 0, Part::Outside);
        let (mut conflicts, mut bases) = (0, 0);
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let Some((sign, signs, label)) = marker(line, part) else {
                match part {
                    Part::Outside => {
                        ours.push(number, line);
                        base.push(number, line);
                        theirs.push(number, line);
                    }
                    Part::Ours(_) => ours.push(number, line),
                    Part::Base(_) => base.push(number, line),
                    Part::Theirs(_) => theirs.push(number, line),
                }
                continue;
            };
            part = match (part, sign) {
                (Part::Outside, '<') => {
                    ours.named(label);
                    first.get_or_insert(number);
                    (opened, conflicts) = (number, conflicts + 1);
                    Part::Ours(signs)
                }
                (Part::Ours(_), '|') => {
                    base.named(label);
                    bases += 1;
                    Part::Base(signs)
                }
                (Part::Ours(_) | Part::Base(_), '=') => Part::Theirs(signs),
                (Part::Theirs(_), '>') => {
                    theirs.named(label);
                    Part::Outside
                }
                _ => return Err(not_whole(number)),
            };
        }
        match (first, part) {
            (None, _) => Ok(None),
            (Some(line), Part::Outside) => Ok(Some(Self {
                line,
                ours,
                theirs,
                base: (bases == conflicts).then_some(base),
            })),
            (Some(_), _) => Err(not_whole(opened)),
        }
    }

    /// Reads both sides, and what both come from: `base` when it is known, else as the
    /// conflict shows it.
    ///
    /// # Errors
    /// With the line, from 1, when a side can't be read.
    pub fn sides(&self, base: Option<Lockfile>) -> Result<Sides, (usize, String)> {
        let side = |half: &Half| {
            half.parse().map_err(|(line, problem)| {
                let label = &half.label;
                let problem = format!(
                    "a merge conflict is not resolved, and on the side of `{label}` {problem}"
                );
                (line, problem)
            })
        };
        let shown = || self.base.as_ref().and_then(|base| base.parse().ok());
        Ok(Sides {
            ours: side(&self.ours)?,
            theirs: side(&self.theirs)?,
            base: base.or_else(shown),
        })
    }

    /// Returns the line, and the skills in conflict.
    pub(super) fn problem(&self) -> (usize, String) {
        let differences = match self.sides(None) {
            Ok(sides) => sides.differences(),
            Err((line, problem)) => {
                return (line, problem);
            }
        };
        let names: Vec<String> = differences.iter().map(Difference::quoted).collect();
        let what = match names.split_at(names.len().min(MAX_NAMED)) {
            ([], _) => String::new(),
            (first, []) => format!(" in {}", first.join(", ")),
            (first, more) => format!(" in {} and {} more", first.join(", "), more.len()),
        };
        let problem = format!("a merge conflict is not resolved{what}");
        (self.line, problem)
    }
}

/// Returns the sign of a line of git's, how many there are, and what stands behind them;
/// inside of a conflict only for lines that are as long as its first.
fn marker(line: &str, part: Part) -> Option<(char, usize, &str)> {
    let sign = line.chars().next().filter(|sign| "<|=>".contains(*sign))?;
    let rest = line.trim_start_matches(sign);
    let signs = line.len() - rest.len();
    let is_long_enough = match part {
        Part::Outside => signs >= MIN_SIGNS,
        Part::Ours(length) | Part::Base(length) | Part::Theirs(length) => signs == length,
    };
    let label = rest.trim_end_matches(['\r', '\n']);
    let is_alone = label.is_empty() || label.starts_with(' ');
    (is_long_enough && is_alone).then_some((sign, signs, label.trim()))
}

fn not_whole(line: usize) -> (usize, String) {
    let problem = "a merge conflict is not resolved, and the lines that git wrote are not whole; `git checkout --merge mdskill.lock` writes them anew";
    (line, problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: [&str; 9] = [
        "[[skill]]\n",
        "\n",
        "# 07\r\n",
        "<<<<<< six\n",
        "======\n",
        "=======x\n",
        ">>>>>>\n",
        "name = \"<<<<<<< HEAD\"\n",
        "| a | b |\n",
    ];

    fn lines() -> impl Strategy<Value = String> {
        let line = proptest::sample::select(&LINES[..]);
        proptest::collection::vec(line, 0..4).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn either_side_whole_is_that_sides_file(
            pieces in proptest::collection::vec((lines(), lines(), lines(), lines()), 1..5),
            signs in 7..10_usize,
            with_base in any::<bool>(),
        ) {
            let (mut text, mut files) = (String::new(), [String::new(), String::new(), String::new()]);
            let mark = |sign: &str| sign.repeat(signs);
            for (common, ours, base, theirs) in &pieces {
                for (file, own) in files.iter_mut().zip([ours, base, theirs]) {
                    *file += common;
                    *file += own;
                }
                text.push_str(&[common, &mark("<"), " HEAD\n", ours].concat());
                if with_base {
                    text.push_str(&[&mark("|"), " 1a2b\n", base].concat());
                }
                text.push_str(&[&mark("="), "\n", theirs, &mark(">"), " a b\n"].concat());
            }
            let found = Conflict::find(&text).unwrap().unwrap();
            prop_assert_eq!(&found.ours.text, &files[0]);
            prop_assert_eq!(&found.theirs.text, &files[2]);
            prop_assert_eq!(found.base.map(|base| base.text), with_base.then(|| files[1].clone()));
            prop_assert_eq!((found.ours.label, found.theirs.label), ("HEAD".to_owned(), "a b".to_owned()));
            let all: Vec<&str> = text.split_inclusive('\n').collect();
            for (line, number) in found.theirs.text.split_inclusive('\n').zip(found.theirs.lines) {
                prop_assert_eq!(line, all[number - 1]);
            }
        }

        #[test]
        fn no_text_panics(text in "([<=>|]{6,9}( a)?\r?\n|a\n){0,8}") {
            drop(Lockfile::parse(&text));
        }
    }

    #[test]
    fn a_conflict_inside_of_the_base_is_its_text() {
        let text = "<<<<<<< HEAD\na\n||||||| merged\n<<<<<<<<< X\nb\n=========\nc\n>>>>>>>>> Y\n=======\nd\n>>>>>>> x\n";
        let found = Conflict::find(text).unwrap().unwrap();
        assert_eq!(
            found.base.unwrap().text,
            "<<<<<<<<< X\nb\n=========\nc\n>>>>>>>>> Y\n"
        );
        assert_eq!(
            (found.ours.text.as_str(), found.theirs.text.as_str()),
            ("a\n", "d\n")
        );
    }

    #[test]
    fn lines_that_are_not_whole_are_told_with_the_line() {
        for (text, line) in [
            ("a\n<<<<<<< HEAD\nb\n", 2),
            ("a\n=======\n", 2),
            ("<<<<<<< a\n<<<<<<< b\n", 2),
            ("<<<<<<< a\n=======\n=======\n", 3),
            ("<<<<<<< a\n>>>>>>> b\n", 2),
            ("<<<<<<< a\n=======\n>>>>>>> b\n>>>>>>> b\n", 4),
        ] {
            assert_eq!(Conflict::find(text).unwrap_err().0, line, "{text}");
        }
        assert_eq!(Conflict::find("a = 1\n").unwrap(), None);
    }
}
