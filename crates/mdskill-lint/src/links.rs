//! [`follow`]: where a symbolic link leads in a repository. Without I/O, so that git trees and folders
//! on disk have the same rules.

use crate::path::is_dot_git;

/// Maximum number of links on the way to one file, as on Linux.
const MAX_LINKS: usize = 40;
/// Maximum length of the target of a link in bytes, as on Linux.
pub const MAX_TARGET_BYTES: usize = 4096;

/// The reason why a link is not replaced by what it leads to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// It leads to `/etc`, or to `C:/x`.
    #[error("it leads to an absolute path, which other machines do not have")]
    Absolute,
    /// It leads out of the repository.
    #[error("it leads out of the repository")]
    Outside,
    /// It leads to a missing path.
    #[error("it leads to `{0}`, which the repository does not have")]
    Missing(String),
    /// It leads into a `.git` folder.
    #[error("it leads into a `.git` folder")]
    Git,
    /// It leads into a submodule.
    #[error("it leads to the submodule `{0}`, whose files are in another repository")]
    Submodule(String),
    /// It leads to itself, or over too many other links.
    #[error("it leads to itself, or over more than {MAX_LINKS} other links")]
    Loop,
    /// It leads to a folder that contains it, so that its files would have no end.
    #[error("it leads to a folder that contains it")]
    Contains,
    /// Its target is too long.
    #[error("its target is longer than {MAX_TARGET_BYTES} bytes")]
    TooLong,
    /// Its target is not UTF-8.
    #[error("its target is not UTF-8")]
    NotUtf8,
    /// It leads to a part of the repository that is not available here.
    #[error("it leads to a part of the repository that was not fetched")]
    Unavailable,
}

/// The kind of a path in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A link with this target.
    Link(String),
    /// A submodule.
    Submodule,
    /// It does not exist.
    Nothing,
}

/// Returns the path that a link in `folder` with this target leads to, relative to the root of the
/// repository and without links. `look` returns what is at a path whose folders are not links.
///
/// # Errors
/// As `look`.
pub fn follow<E>(
    folder: &str,
    target: &str,
    look: &mut dyn FnMut(&str) -> Result<Node, E>,
) -> Result<Result<String, LinkFault>, E> {
    let mut path: Vec<String> = parts(folder).map(str::to_owned).collect();
    let mut ahead: Vec<String> = Vec::new();
    let mut links = 1;
    let mut is_folder = true;
    if let Err(fault) = enter(target, &mut ahead) {
        return Ok(Err(fault));
    }
    while let Some(part) = ahead.pop() {
        if !is_folder {
            path.push(part);
            return Ok(Err(LinkFault::Missing(path.join("/"))));
        }
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                if path.pop().is_none() {
                    return Ok(Err(LinkFault::Outside));
                }
                continue;
            }
            name if is_dot_git(name) => return Ok(Err(LinkFault::Git)),
            _ => path.push(part),
        }
        let place = path.join("/");
        match look(&place)? {
            Node::Folder => {}
            Node::File => is_folder = false,
            Node::Submodule => return Ok(Err(LinkFault::Submodule(place))),
            Node::Nothing => return Ok(Err(LinkFault::Missing(place))),
            Node::Link(target) => {
                path.pop();
                links += 1;
                if links > MAX_LINKS {
                    return Ok(Err(LinkFault::Loop));
                }
                if let Err(fault) = enter(&target, &mut ahead) {
                    return Ok(Err(fault));
                }
            }
        }
    }
    Ok(Ok(path.join("/")))
}

/// Puts the parts of a target before those that are left.
fn enter(target: &str, ahead: &mut Vec<String>) -> Result<(), LinkFault> {
    if target.is_empty() {
        return Err(LinkFault::Missing(String::new()));
    }
    if target.len() > MAX_TARGET_BYTES {
        return Err(LinkFault::TooLong);
    }
    if is_absolute(target) {
        return Err(LinkFault::Absolute);
    }
    ahead.extend(target.split('/').rev().map(str::to_owned));
    Ok(())
}

/// Whether a target is absolute on Unix or Windows.
fn is_absolute(target: &str) -> bool {
    let drive = target.as_bytes().first_chunk::<3>();
    target.starts_with(['/', '\\'])
        || drive.is_some_and(|[letter, colon, slash]| {
            letter.is_ascii_alphabetic() && *colon == b':' && matches!(slash, b'/' | b'\\')
        })
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with `docs/api.md`, `a/skill/SKILL.md`, a submodule `vendor`, and links.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the function that follows links takes one that may fail"
    )]
    fn look(path: &str) -> Result<Node, ()> {
        Ok(match path {
            "a" | "a/skill" | "docs" | "a/skill/r" => Node::Folder,
            "docs/api.md" | "a/skill/SKILL.md" => Node::File,
            "shared" => Node::Link("docs".to_owned()),
            "a/docs" => Node::Link("../shared/".to_owned()),
            "loop" => Node::Link("./loop".to_owned()),
            "out" => Node::Link("../x".to_owned()),
            "vendor" => Node::Submodule,
            _ => Node::Nothing,
        })
    }

    fn leads(target: &str) -> Result<String, LinkFault> {
        follow("a/skill", target, &mut look).unwrap()
    }

    #[test]
    fn link_leads_to_a_path_without_links() {
        for (target, real) in [
            ("SKILL.md", "a/skill/SKILL.md"),
            ("./r/../SKILL.md", "a/skill/SKILL.md"),
            ("../../docs", "docs"),
            ("../../docs/", "docs"),
            ("../../shared/api.md", "docs/api.md"),
            ("../docs/api.md", "docs/api.md"),
            ("../docs/../a", "a"),
            (".", "a/skill"),
            ("../..", ""),
        ] {
            assert_eq!(leads(target).as_deref(), Ok(real), "{target}");
        }
    }

    #[test]
    fn refused_link_has_the_true_reason() {
        let missing = |path: &str| LinkFault::Missing(path.to_owned());
        for (target, fault) in [
            ("/etc/passwd", LinkFault::Absolute),
            ("C:\\Users", LinkFault::Absolute),
            ("../../../x", LinkFault::Outside),
            ("../../out", LinkFault::Outside),
            ("", missing("")),
            ("gone.md", missing("a/skill/gone.md")),
            ("SKILL.md/", missing("a/skill/SKILL.md/")),
            ("SKILL.md/x", missing("a/skill/SKILL.md/x")),
            ("../../.git/config", LinkFault::Git),
            ("../../.GIT", LinkFault::Git),
            ("../../vendor/x", LinkFault::Submodule("vendor".to_owned())),
            ("../../loop", LinkFault::Loop),
        ] {
            assert_eq!(leads(target), Err(fault), "{target}");
        }
        assert_eq!(leads(&"x".repeat(5000)), Err(LinkFault::TooLong));
    }
}
