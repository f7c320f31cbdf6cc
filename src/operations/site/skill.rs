//! Turns the files of a skill, and what is known about their origin, into the facts of its page.

use std::borrow::Cow;

use mdskill_lint::capability::Capability;
use mdskill_lint::details::Details;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::file_references::{FileReference, Target, file_references};
use mdskill_lint::is_text;
use mdskill_lint::skill_files::{EntryKind, SkillFiles};
use mdskill_site::model::{
    Archive, Change, Command, Content, File, Finding, Reference, Skill, Tokens,
};

use crate::diff;
use crate::digest::Digest;
use crate::hint::{NPM_PACKAGE, for_shell};
use crate::operations::log::{Action, Commit, SkillHistory};
use crate::operations::show::Facts;

/// The longest text that has a page.
const MAX_TEXT: usize = 1 << 20;
/// The largest image that is copied.
const MAX_IMAGE: usize = 4 << 20;
/// The first bytes of the images that browsers show, and the extensions of their files.
const IMAGES: [(&[u8], &[&str]); 4] = [
    (b"\x89PNG\r\n\x1a\n", &["png"]),
    (b"\xff\xd8\xff", &["jpg", "jpeg"]),
    (b"GIF8", &["gif"]),
    (b"RIFF", &["webp"]),
];

/// Adds the facts that are in the files of a skill to those of its origin.
pub(super) fn complete(
    origin: Skill,
    files: &dyn SkillFiles,
    skill_file: &[u8],
    diagnostics: &[Diagnostic],
    capabilities: Vec<Capability>,
) -> Skill {
    let details = Details::read(skill_file);
    let facts = Facts::read(files, &origin.name, &details, diagnostics);
    let references = file_references(files);
    let entries = files.entries().iter();
    let files_of_skill = entries.filter_map(|entry| match entry.kind {
        EntryKind::File {
            bytes,
            is_executable,
        } => Some(File {
            path: entry.path.clone(),
            bytes,
            executable: is_executable,
            references: references_of(&references, &entry.path),
            ..file(files, &entry.path)
        }),
        _ => None,
    });
    let files: Vec<File> = files_of_skill.collect();
    let archive = mdskill_site::archive(&files).map(|content| Archive {
        digest: Digest::of_bytes(&content).to_string(),
        content,
    });
    Skill {
        archive,
        install: install(&origin.spec),
        description: details.description,
        license: details.license,
        compatibility: details.compatibility,
        allowed_tools: details.allowed_tools,
        points: facts.points,
        capabilities,
        findings: diagnostics.iter().map(finding).collect(),
        tokens: Tokens {
            description: facts.tokens.description,
            body: facts.tokens.body,
            all: facts.tokens.all,
        },
        bytes: facts.bytes,
        files,
        ..origin
    }
}

fn install(spec: &str) -> Vec<Command> {
    let spec = for_shell(spec);
    let command = |label: &str, command: String| Command {
        label: label.to_owned(),
        command,
    };
    vec![
        command("npx", format!("npx {NPM_PACKAGE} add {spec}")),
        command("mdskill", format!("mdskill add {spec}")),
    ]
}

/// Returns the commands that print the tree and the digest of a skill.
pub(super) fn recompute(skill: &Skill) -> Vec<Command> {
    let Some(commit) = &skill.commit else {
        return Vec::new();
    };
    let place = for_shell(&format!("{commit}:{}", skill.path)).into_owned();
    let digest = "find . -type f | LC_ALL=C sort | while IFS= read -r f; do if [ -x \"$f\" ]; then m=100755; else m=100644; fi; printf '%s %s\\n' \"$m\" \"$(sha256sum \"$f\")\"; done | sha256sum";
    let tree = Command {
        label: format!("In a clone: tree {}", skill.tree),
        command: format!("git rev-parse {place}"),
    };
    let digest = Command {
        label: format!("In the installed folder: {}", skill.digest),
        command: digest.to_owned(),
    };
    // The tree is that of other files.
    let tree = (!skill.is_edited).then_some(tree);
    tree.into_iter().chain([digest]).collect()
}

fn finding(found: &Diagnostic) -> Finding {
    Finding {
        code: found.code.to_owned(),
        severity: found.severity.word().to_owned(),
        message: found.message.clone(),
        help: found.help.clone(),
        file: found.file.clone(),
        line: found.start.line,
    }
}

fn references_of(all: &[FileReference], path: &str) -> Vec<Reference> {
    let from = all.partition_point(|reference| reference.page.as_str() < path);
    let of_page = all[from..]
        .iter()
        .take_while(|reference| reference.page == path);
    let references = of_page.map(|reference| {
        let (to, outside) = match &reference.target {
            Target::Inside(path) => (path, false),
            Target::Outside(path) => (path, true),
        };
        Reference {
            line: reference.line,
            start: reference.start,
            to: to.clone(),
            outside,
            fragment: reference.fragment.clone(),
        }
    });
    references.collect()
}

/// Reads a file.
fn file(files: &dyn SkillFiles, path: &str) -> File {
    let original = files.read(path).map(Cow::into_owned).unwrap_or_default();
    File {
        content: content(path, &original),
        original,
        ..File::default()
    }
}

fn content(path: &str, content: &[u8]) -> Content {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let extension = extension.to_ascii_lowercase();
    if content.len() > MAX_IMAGE {
        return Content::Binary;
    }
    let is_image = IMAGES
        .iter()
        .any(|(magic, names)| content.starts_with(magic) && names.contains(&&*extension));
    if is_image {
        return Content::Image(content.to_vec());
    }
    if !is_text(content) {
        return Content::Binary;
    }
    if content.len() > MAX_TEXT {
        return Content::TooLong;
    }
    Content::Text(String::from_utf8_lossy(content).into_owned())
}

/// Adds the history of a skill.
pub(super) fn add_history(skill: &mut Skill, history: SkillHistory) {
    skill.has_more_history = history.has_more;
    skill.history = history.commits.into_iter().map(change).collect();
    if let Some(last) = skill.history.first() {
        skill.date = Some(last.date.clone());
    }
}

fn change(commit: Commit) -> Change {
    let diff = commit.diff.unwrap_or_default();
    let lines = |of: fn(&diff::FileDiff) -> Option<usize>| {
        let all = diff.files.iter().filter_map(of);
        (!diff.files.is_empty()).then(|| all.sum())
    };
    Change {
        commit: commit.id.to_string(),
        date: commit.date,
        author: commit.author,
        summary: commit.summary,
        action: match commit.action {
            Action::Added => "added",
            Action::Changed => "changed",
            Action::Removed => "removed",
        }
        .to_owned(),
        version: commit.version,
        moved_from: commit.moved_from,
        url: commit.url,
        added: lines(|file| file.added),
        removed: lines(|file| file.removed),
        gained: diff.gained,
        lost: diff.lost,
    }
}
