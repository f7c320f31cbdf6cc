//! [`Resolver`]: where a reference leads, answered once for all rules.
//!
//! A link is looked for from its own page's folder first, then from the skill's; a path in code or
//! prose from the skill's first. In nested pages of 2,672 public skills 1,315 links resolve only
//! from their own folder and 33 only from the skill's; paths in code 440 and 924.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::skill::discover::SKILL_FILE;
use crate::skill::markdown::Reference;
use crate::validate::hedge;
use crate::validate::paths::{self, Located, Paths};
use crate::view::{Lies, SkillView};

/// Folders whose first segment means the skill's own: of the paths below them in 2,672 public
/// skills most resolve, and what does not is broken. `scripts/` is not among them: 54% of what
/// is missing there is the user's file.
const STRONG: [&str; 4] = ["references", "reference", "resources", "assets"];

/// Folders that are the user's project's, or a home's: 256 paths into them in public skills, none
/// of them resolves.
const NEVER: [&str; 10] = [
    ".github",
    ".claude",
    "~",
    "docs",
    "quality",
    "skills",
    "src",
    "test",
    "tests",
    "node_modules",
];

/// Beginnings that only some clients replace, and what follows them lies in the skill's folder or,
/// for the plugin's, above it.
const VARIABLES: [&str; 7] = [
    "{baseDir}/",
    "${baseDir}/",
    "${CLAUDE_SKILL_DIR}/",
    "${CLAUDE_PLUGIN_ROOT}/",
    "$CLAUDE_PLUGIN_ROOT/",
    "${SKILL_DIR}/",
    "$SKILL_DIR/",
];

/// Most places of the repository that are looked at for one skill: each is a system call or a walk
/// through trees, and the most that a public skill asks for is 120.
const MAX_LOOKS: usize = 1024;

/// Where a reference leads, and how sure it is that it means the skill's own file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead<'a> {
    /// Where it leads.
    pub destination: Destination<'a>,
    /// What makes it the skill's own.
    pub claim: Claim,
    /// The variable before the path, without its slash, that only some clients replace.
    pub variable: Option<&'static str>,
}

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination<'a> {
    /// No file of the skill is meant: a placeholder, the user's own, a word with a slash.
    Unmeant,
    /// To a file or folder of the skill; the empty path is the skill itself.
    Inside(&'a str),
    /// To one that differs in letter case or Unicode form.
    Respelled(&'a str),
    /// Out of the skill, to what the repository has.
    Beside(Beside),
    /// Out of the skill, and what is there is not known.
    Away,
    /// Out of the skill, to what the repository does not have.
    AwayToNothing,
    /// To what the repository has when it is looked for from a folder above the skill, which is
    /// named here: a plugin's.
    Above(String),
    /// To a place of one machine or one site.
    Fixed(Fixed),
    /// To nothing.
    Missing,
}

/// What lies outside a skill in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its path in the repository.
    pub path: String,
    /// The folder of the skill it belongs to, seen from the root of the repository.
    pub skill: Option<String>,
}

/// How a path is bound to one machine or one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// `/docs/x.md` as a link.
    Absolute,
    /// `/Users/ada/x`, `/home/ada/x`.
    Home,
    /// `references\x.md`.
    Backslash,
}

/// What makes a reference the skill's own, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is a link.
    Link,
    /// Its first folder is a conventional one.
    Strong,
    /// Its first folder is one that the skill has.
    Existing,
    /// Its first folder is `scripts/`, or a variable stands before it.
    Weak,
    /// Nothing does.
    None,
}

/// Finds where the references of one skill lead.
pub struct Resolver<'p, 'a> {
    skill: &'a dyn SkillView,
    paths: &'p Paths<'a>,
    /// What was found in the repository.
    seen: RefCell<HashMap<String, Option<Lies>>>,
}

/// A page as far as its references are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'t, 'a> {
    /// Where it lies in the skill.
    pub path: &'a str,
    /// The whole file.
    pub text: &'t str,
}

impl<'p, 'a> Resolver<'p, 'a> {
    /// Returns a resolver for `skill`, whose paths are `paths`.
    #[must_use]
    pub fn new(skill: &'a dyn SkillView, paths: &'p Paths<'a>) -> Self {
        Self {
            skill,
            paths,
            seen: RefCell::default(),
        }
    }

    /// Returns where a reference of the page `origin` leads.
    #[must_use]
    pub fn lead(&self, origin: Origin<'_, 'a>, reference: &Reference) -> Lead<'a> {
        let (variable, target) = split_variable(&reference.target);
        let target = without_line_number(target);
        let claim = match reference.kind.is_link() {
            true => Claim::Link,
            false => self.claim(target, variable),
        };
        let destination = match claim {
            Claim::Link => self.link(origin, target, variable, reference),
            _ => self.mention(origin, target, claim, variable, reference),
        };
        Lead {
            destination,
            claim,
            variable,
        }
    }

    fn claim(&self, target: &str, variable: Option<&str>) -> Claim {
        let top = paths::top_folder(target).unwrap_or_default();
        if variable.is_some() {
            return Claim::Weak;
        }
        if NEVER.contains(&top) {
            return Claim::None;
        }
        match top.to_lowercase().as_str() {
            top if STRONG.contains(&top) => Claim::Strong,
            "scripts" => Claim::Weak,
            _ if self.paths.has_folder(top) => Claim::Existing,
            _ => Claim::None,
        }
    }

    fn link(
        &self,
        origin: Origin<'_, 'a>,
        target: &str,
        variable: Option<&str>,
        reference: &Reference,
    ) -> Destination<'a> {
        if target.is_empty() && variable.is_none() {
            return Destination::Inside(origin.path);
        }
        let own = paths::folder_of(origin.path);
        let bases = match variable {
            Some(_) => ["", ""],
            None => [own, ""],
        };
        if let Some(found) = self.locate(bases, target) {
            return found;
        }
        if hedge::is_placeholder(target) || is_bare_word(target) {
            return Destination::Unmeant;
        }
        if target.starts_with('~') {
            return Destination::Fixed(Fixed::Home);
        }
        if target.starts_with('/') {
            return Destination::Fixed(Fixed::Absolute);
        }
        if target.contains('\\') {
            return Destination::Fixed(Fixed::Backslash);
        }
        if paths::join(bases[0], target).is_none() {
            return self.outside(bases[0], target);
        }
        // `../other/SKILL.md` in a nested page may be meant from the skill's own folder.
        if paths::join("", target).is_none()
            && let beside @ Destination::Beside(_) = self.outside("", target)
        {
            return beside;
        }
        match hedge::is_in_template(origin.text, reference) {
            true => Destination::Unmeant,
            false => Destination::Missing,
        }
    }

    fn mention(
        &self,
        origin: Origin<'_, 'a>,
        target: &str,
        claim: Claim,
        variable: Option<&str>,
        reference: &Reference,
    ) -> Destination<'a> {
        if hedge::is_placeholder(target) {
            return Destination::Unmeant;
        }
        let is_hedged = || hedge::is_hedged(origin.text, reference);
        if let Some(fixed) = self.fixed(target) {
            return match is_hedged() {
                true => Destination::Unmeant,
                false => Destination::Fixed(fixed),
            };
        }
        if target.starts_with(['/', '~']) || target.contains('\\') {
            return Destination::Unmeant;
        }
        let own = paths::folder_of(origin.path);
        match self.locate(["", own], target) {
            Some(Destination::Respelled(_)) if claim == Claim::None => return Destination::Unmeant,
            Some(found) => return found,
            None => {}
        }
        if !names_a_file(target) {
            return Destination::Unmeant;
        }
        if paths::join("", target).is_none() {
            let base = paths::join(own, target).map_or(own, |_| "");
            return match self.outside(base, target) {
                beside @ Destination::Beside(_) => beside,
                _ => Destination::Unmeant,
            };
        }
        if claim == Claim::None || is_hedged() {
            return Destination::Unmeant;
        }
        let may_be_above = variable.is_none_or(is_of_plugin);
        match may_be_above.then(|| self.above(target)).flatten() {
            Some(_) if variable.is_some() => Destination::Unmeant,
            Some(folder) => Destination::Above(folder),
            None => Destination::Missing,
        }
    }

    /// Returns what the skill has at `target`, seen from either folder.
    fn locate(&self, bases: [&str; 2], target: &str) -> Option<Destination<'a>> {
        if target.starts_with(['/', '~']) {
            return None;
        }
        let first = paths::join(bases[0], target);
        let second = match bases[0] == bases[1] {
            true => None,
            false => paths::join(bases[1], target),
        };
        let paths: Vec<String> = first.into_iter().chain(second).collect();
        self.paths.locate(&paths).map(Destination::from)
    }

    /// How a path in code or prose is bound to a machine.
    fn fixed(&self, target: &str) -> Option<Fixed> {
        if is_of_a_home(target) {
            return Some(Fixed::Home);
        }
        if !target.contains('\\') {
            return None;
        }
        // Regular expressions have backslashes, too.
        let path = target.replace('\\', "/");
        let top = paths::top_folder(&path).unwrap_or_default();
        let is_own = || STRONG.contains(&top) || self.locate(["", ""], &path).is_some();
        (names_a_file(&path) && is_own()).then_some(Fixed::Backslash)
    }

    /// Returns what lies at a target that leaves the skill, seen from the folder `base` in it.
    fn outside(&self, base: &str, target: &str) -> Destination<'a> {
        let Some(place) = self.skill.place() else {
            return Destination::Away;
        };
        let Some(path) = paths::join(&format!("{place}/{base}"), target) else {
            return Destination::AwayToNothing;
        };
        // It may come back: `../this-skill/references/x.md`.
        if let Some(within) = paths::below(place, &path) {
            let located = self.paths.locate(&[within.to_owned()]);
            return located.map_or(Destination::Missing, Destination::from);
        }
        if self.seen.borrow().len() >= MAX_LOOKS {
            return Destination::Away;
        }
        match path.is_empty() || self.look(&path).is_some() {
            true => Destination::Beside(Beside {
                skill: self.skill_around(&path),
                path,
            }),
            false => Destination::AwayToNothing,
        }
    }

    /// Returns the folder of the nearest skill that a path of the repository lies in.
    fn skill_around(&self, path: &str) -> Option<String> {
        let place = self.skill.place()?;
        let mut folder = path;
        while !folder.is_empty() && paths::below(folder, place).is_none() {
            if self.look(&format!("{folder}/{SKILL_FILE}")) == Some(Lies::File) {
                return Some(folder.to_owned());
            }
            folder = paths::folder_of(folder);
        }
        None
    }

    /// Returns the nearest folder above the skill that has `target`.
    fn above(&self, target: &str) -> Option<String> {
        let mut folder = self.skill.place().filter(|place| !place.is_empty())?;
        loop {
            folder = paths::folder_of(folder);
            let path = paths::join(folder, target)?;
            if self.look(&path).is_some() {
                return Some(folder.to_owned());
            }
            if folder.is_empty() {
                return None;
            }
        }
    }

    /// Returns what lies at a path of the repository; nothing once too much was asked for.
    fn look(&self, path: &str) -> Option<Lies> {
        if let Some(seen) = self.seen.borrow().get(path) {
            return *seen;
        }
        if self.seen.borrow().len() >= MAX_LOOKS {
            return None;
        }
        let lies = self.skill.in_repository(path);
        self.seen.borrow_mut().insert(path.to_owned(), lies);
        lies
    }
}

impl<'a> From<Located<'a>> for Destination<'a> {
    fn from(located: Located<'a>) -> Self {
        match located {
            Located::Exactly(path) => Self::Inside(path),
            Located::Otherwise(path) => Self::Respelled(path),
        }
    }
}

fn split_variable(target: &str) -> (Option<&'static str>, &str) {
    let found = VARIABLES.iter().find_map(|variable| {
        let rest = target.strip_prefix(variable)?;
        Some((Some(variable.trim_end_matches('/')), rest))
    });
    found.unwrap_or((None, target))
}

fn is_of_plugin(variable: &str) -> bool {
    variable.contains("PLUGIN_ROOT")
}

/// `scripts/x.py:12` means the file.
fn without_line_number(target: &str) -> &str {
    match target.rsplit_once(':') {
        Some((path, line)) if line.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => target,
    }
}

/// `[MIT](LICENSE)`, `[text](url)`: with neither folder nor extension it says too little.
fn is_bare_word(target: &str) -> bool {
    !target.contains(['/', '.'])
}

/// Whether the last segment has an extension. A folder that is not there is a
/// false alarm in 70%, and `resources/list` is a method of a protocol.
#[must_use]
pub fn names_a_file(target: &str) -> bool {
    let last = target.rsplit('/').next().unwrap_or_default();
    last.trim_start_matches('.').contains('.')
}

/// Whether a path lies in the home of someone in particular; `user` and `runner` are nobody.
fn is_of_a_home(target: &str) -> bool {
    const ANYONE: [&str; 26] = [
        "user",
        "users",
        "username",
        "user_name",
        "user-name",
        "yourname",
        "your",
        "you",
        "me",
        "name",
        "admin",
        "agent",
        "app",
        "claude",
        "dev",
        "developer",
        "jovyan",
        "node",
        "runner",
        "shared",
        "ubuntu",
        "vscode",
        "root",
        "alice",
        "nvidia",
        "pi",
    ];
    let path = target.replace('\\', "/");
    let path = path.strip_prefix("C:").unwrap_or(&path);
    let rest = ["/Users/", "/home/"]
        .iter()
        .find_map(|homes| path.strip_prefix(homes));
    rest.and_then(|rest| rest.split_once('/'))
        .is_some_and(|(who, _)| !who.is_empty() && !ANYONE.contains(&who.to_lowercase().as_str()))
}

/// Whether a target leads into a folder of the skill: a conventional one, or one that exists.
#[must_use]
pub fn is_own_folder(paths: &Paths<'_>, target: &str) -> bool {
    paths::top_folder(target)
        .is_some_and(|top| top == "scripts" || STRONG.contains(&top) || paths.has_folder(top))
}

/// Whether a file lies in a folder of references, which agents read when they are sent there.
#[must_use]
pub fn is_reference_file(path: &str) -> bool {
    matches!(paths::top_folder(path), Some("references" | "reference"))
}
