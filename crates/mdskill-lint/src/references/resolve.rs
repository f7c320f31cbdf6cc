//! [`Resolver`]: resolves each reference once for all rules.
//!
//! A link is resolved from its page's folder first, then from the skill's folder; a path in code
//! or prose from the skill's folder first. The reason: in nested pages of 2,672 public skills
//! 1,315 links resolve only from the page's folder and 33 only from the skill's; for paths in code
//! it is 440 and 924.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::SKILL_FILE;
use crate::markdown::Link;
use crate::references::mention_context;
use crate::references::path_index::{self, Located, PathIndex};
use crate::references::path_kind::{self, Confidence};
use crate::skill_files::{PathKind, SkillFiles};

/// Maximum number of repository paths to look up for one skill, because each lookup is a system
/// call or a walk through git trees.
const MAX_LOOKUPS: usize = 1024;

/// Maximum number of parent folders to resolve a path from; known skills are at most 5 deep.
const MAX_BASES: usize = 16;

/// A resolved reference: its destination, and the confidence that it means a file of the skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLink<'a> {
    /// Its destination.
    pub destination: Destination<'a>,
    /// The confidence that it means a file of the skill.
    pub confidence: Confidence,
    /// A leading variable that only some clients replace, without its slash.
    pub variable: Option<&'static str>,
}

/// The destination of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination<'a> {
    /// Not a file of the skill: a placeholder, a file of the user, a word with a slash.
    Ignored,
    /// A file or folder of the skill; the empty path is the skill itself.
    Inside(&'a str),
    /// A file or folder of the skill whose path differs in letter case or Unicode form.
    Respelled(&'a str),
    /// An existing path outside of the skill, in its repository.
    Outside(OutsidePath),
    /// A path outside of the skill; it is not known whether it exists.
    OutsideUnknown,
    /// A path outside of the skill that the repository does not have. The suggestion is a path next to
    /// the skill, relative to the page.
    OutsideMissing(Option<String>),
    /// A path that exists relative to this folder above the skill, for example a plugin's folder.
    AboveSkill(String),
    /// A path that exists only on one machine or one site.
    Fixed(Fixed),
    /// A path in the skill that does not exist.
    Missing,
}

/// A path outside of a skill in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsidePath {
    /// Its path in the repository.
    pub path: String,
    /// The folder of the skill that contains it, relative to the root of the repository.
    pub skill: Option<String>,
}

/// The reason why a path exists only on one machine or one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// `/docs/x.md` as a link.
    Absolute,
    /// `/Users/ada/x`, `/home/ada/x`.
    Home,
    /// `references\x.md`.
    Backslash,
}

/// Resolves the references of one skill.
pub(crate) struct Resolver<'p, 'a> {
    files: &'a dyn SkillFiles,
    paths: &'p PathIndex<'a>,
    /// The lookups in the repository so far.
    seen: RefCell<HashMap<String, Option<PathKind>>>,
}

/// The page that contains a reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'t, 'a> {
    /// Its path in the skill.
    pub path: &'a str,
    /// The whole file.
    pub text: &'t str,
}

impl<'p, 'a> Resolver<'p, 'a> {
    /// Returns a resolver for the skill with these files and paths.
    pub(crate) fn new(files: &'a dyn SkillFiles, paths: &'p PathIndex<'a>) -> Self {
        Self {
            files,
            paths,
            seen: RefCell::default(),
        }
    }

    /// Resolves a reference of the page `origin`.
    pub(crate) fn resolve(&self, origin: Origin<'_, 'a>, reference: &Link) -> ResolvedLink<'a> {
        let (variable, target) = path_kind::split_variable(&reference.target);
        let target = path_kind::without_line_number(target);
        if reference.kind.is_clickable() {
            return ResolvedLink {
                destination: self.link(origin, target, variable, reference),
                confidence: Confidence::Link,
                variable,
            };
        }
        let confidence = path_kind::confidence(self.paths, target, variable);
        ResolvedLink {
            destination: self.mention(origin, target, confidence, variable, reference),
            confidence,
            variable,
        }
    }

    fn link(
        &self,
        origin: Origin<'_, 'a>,
        target: &str,
        variable: Option<&str>,
        reference: &Link,
    ) -> Destination<'a> {
        if target.is_empty() && variable.is_none() {
            return Destination::Inside(origin.path);
        }
        let own = path_index::folder_of(origin.path);
        let base = variable.map_or(own, |_| "");
        if let Some(found) = self.locate([base, ""], target) {
            return found;
        }
        if path_kind::is_placeholder(target) || path_kind::is_bare_word(target) {
            return Destination::Ignored;
        }
        if target.starts_with('~') {
            return Destination::Fixed(Fixed::Home);
        }
        if target.starts_with('/') {
            if mention_context::is_quoted(origin.text, reference) {
                return Destination::Ignored;
            }
            return Destination::Fixed(Fixed::Absolute);
        }
        if target.contains('\\') {
            return Destination::Fixed(Fixed::Backslash);
        }
        if path_index::join(base, target).is_none() {
            return self.outside(base, target);
        }
        // `../other/SKILL.md` in a nested page may be relative to the skill's folder.
        if path_index::join("", target).is_none()
            && let outside @ Destination::Outside(_) = self.outside("", target)
        {
            return outside;
        }
        if mention_context::is_in_template(origin.text, reference) {
            return Destination::Ignored;
        }
        Destination::Missing
    }

    fn mention(
        &self,
        origin: Origin<'_, 'a>,
        target: &str,
        confidence: Confidence,
        variable: Option<&str>,
        reference: &Link,
    ) -> Destination<'a> {
        if path_kind::is_placeholder(target) {
            return Destination::Ignored;
        }
        let is_optional = || mention_context::is_optional(origin.text, reference);
        if let Some(fixed) = self.fixed(target) {
            if is_optional() {
                return Destination::Ignored;
            }
            return Destination::Fixed(fixed);
        }
        if target.starts_with(['/', '~']) || target.contains('\\') {
            return Destination::Ignored;
        }
        let own = path_index::folder_of(origin.path);
        // The page `parts/a/references/x.md` may mean a path relative to `parts/a`.
        let around = path_index::upwards(own).take(MAX_BASES);
        match self.locate(std::iter::once("").chain(around), target) {
            Some(Destination::Respelled(_)) if confidence == Confidence::None => {
                return Destination::Ignored;
            }
            Some(found) => return found,
            None => {}
        }
        if !path_kind::names_a_file(target) {
            return Destination::Ignored;
        }
        if path_index::join("", target).is_none() {
            let base = path_index::join(own, target).map_or(own, |_| "");
            return match self.outside(base, target) {
                outside @ Destination::Outside(_) => outside,
                _ => Destination::Ignored,
            };
        }
        if confidence == Confidence::None || is_optional() {
            return Destination::Ignored;
        }
        let may_be_above = variable.is_none_or(path_kind::is_of_plugin);
        match may_be_above.then(|| self.above(target)).flatten() {
            Some(folder) => Destination::AboveSkill(folder),
            None => Destination::Missing,
        }
    }

    /// Finds `target` in the skill, relative to the first of these folders that has it.
    fn locate<'f>(
        &self,
        folders: impl IntoIterator<Item = &'f str>,
        target: &str,
    ) -> Option<Destination<'a>> {
        if target.starts_with(['/', '~']) {
            return None;
        }
        let paths = folders
            .into_iter()
            .filter_map(|folder| path_index::join(folder, target));
        let paths: Vec<String> = paths.collect();
        self.paths.locate(&paths).map(Destination::from)
    }

    /// Returns the reason why a path in code or prose exists only on one machine.
    fn fixed(&self, target: &str) -> Option<Fixed> {
        if path_kind::is_in_home(target) {
            return Some(Fixed::Home);
        }
        if !target.contains('\\') {
            return None;
        }
        // A text with backslashes may also be a regular expression.
        let path = target.replace('\\', "/");
        let is_own = || path_kind::is_strong(&path) || self.locate([""], &path).is_some();
        (path_kind::names_a_file(&path) && is_own()).then_some(Fixed::Backslash)
    }

    /// Resolves a target that leaves the skill, relative to the skill's folder `base`.
    fn outside(&self, base: &str, target: &str) -> Destination<'a> {
        let Some(place) = self.files.place() else {
            return Destination::OutsideUnknown;
        };
        // Paths outside of the repository are not known.
        let Some(path) = path_index::join(&format!("{place}/{base}"), target) else {
            return Destination::OutsideUnknown;
        };
        // The target may lead back into the skill: `../this-skill/references/x.md`.
        if let Some(within) = path_index::below(place, &path) {
            let located = self.paths.locate(&[within.to_owned()]);
            return located.map_or(Destination::Missing, Destination::from);
        }
        if self.seen.borrow().len() >= MAX_LOOKUPS {
            return Destination::OutsideUnknown;
        }
        if !path.is_empty() && self.look_up(&path).is_none() {
            return Destination::OutsideMissing(self.sibling_path(base, &path));
        }
        Destination::Outside(OutsidePath {
            skill: self.containing_skill(&path),
            path,
        })
    }

    /// Returns the path from the folder `base` to the skill of that name next to this one:
    /// `../forms/SKILL.md` for `libs/forms/SKILL.md`, if the parent folders were moved.
    fn sibling_path(&self, base: &str, path: &str) -> Option<String> {
        let around = path_index::folder_of(self.files.place()?);
        let (above, file) = path.rsplit_once('/')?;
        let name = above.rsplit('/').next()?;
        self.look_up(&path_index::join(around, &format!("{name}/{file}"))?)?;
        let depth = base.split('/').filter(|part| !part.is_empty()).count();
        Some(format!("{}{name}/{file}", "../".repeat(depth + 1)))
    }

    /// Returns the folder of the innermost skill that contains a path of the repository.
    fn containing_skill(&self, path: &str) -> Option<String> {
        let place = self.files.place()?;
        let mut folder = path;
        while !folder.is_empty() && path_index::below(folder, place).is_none() {
            if self.look_up(&format!("{folder}/{SKILL_FILE}")) == Some(PathKind::File) {
                return Some(folder.to_owned());
            }
            folder = path_index::folder_of(folder);
        }
        None
    }

    /// Returns the nearest folder above the skill that has `target`.
    fn above(&self, target: &str) -> Option<String> {
        let mut folder = self.files.place().filter(|place| !place.is_empty())?;
        loop {
            folder = path_index::folder_of(folder);
            let path = path_index::join(folder, target)?;
            if self.look_up(&path).is_some() {
                return Some(folder.to_owned());
            }
            if folder.is_empty() {
                return None;
            }
        }
    }

    /// Returns the kind of a path in the repository; `None` after too many lookups.
    fn look_up(&self, path: &str) -> Option<PathKind> {
        if let Some(seen) = self.seen.borrow().get(path) {
            return *seen;
        }
        if self.seen.borrow().len() >= MAX_LOOKUPS {
            return None;
        }
        let kind = self.files.in_repository(path);
        self.seen.borrow_mut().insert(path.to_owned(), kind);
        kind
    }
}

impl<'a> From<Located<'a>> for Destination<'a> {
    fn from(located: Located<'a>) -> Self {
        match located {
            Located::Exact(path) => Self::Inside(path),
            Located::Folded(path) => Self::Respelled(path),
        }
    }
}
