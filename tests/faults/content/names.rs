//! Hostile names of files, folders and skills.

use super::{Refused, open, run, skill};
use crate::suite::Group;
use crate::support::repo::Repo;
use crate::watch::Watch;

const GIT: &str = "`.git` or one of its disguises";
const CLIMBS: &str = "climbs out of the skill";
const WINDOWS: &str = "a character that Windows forbids";
const DEVICE: &str = "a device name on Windows";
const DROPPED: &str = "ends with a dot or a space";
const HIDDEN: &str = "a control or an invisible character";

/// Names of a file, and a part of the refusal.
const FILES: [(&str, &str, &str); 52] = [
    ("dot_git", ".git", GIT),
    ("dot_git_upper", ".GIT", GIT),
    ("dot_git_mixed", ".GiT", GIT),
    ("dot_git_short", "git~1", GIT),
    ("dot_git_short_upper", "GIT~1", GIT),
    ("dot_git_dot", ".git.", GIT),
    ("dot_git_space", ".git ", GIT),
    ("dot_git_dots_and_spaces", ".git. . ", GIT),
    ("dot_git_stream", ".git::$INDEX_ALLOCATION", GIT),
    ("dot_git_other_stream", ".git:x", GIT),
    ("dot_git_joiner", ".g\u{200d}it", GIT),
    ("dot_git_non_joiner", ".gi\u{200c}t", GIT),
    ("dot_git_mark", "\u{feff}.git", GIT),
    ("dot_git_direction", ".git\u{202e}", GIT),
    ("dot_git_deprecated", ".\u{206a}git", GIT),
    ("above", "..", CLIMBS),
    ("here", ".", CLIMBS),
    ("absolute", "/etc", "`/etc`"),
    ("slash", "a/b", "`a/b`"),
    ("above_in_name", "../x", "`../x`"),
    ("slash_at_end", "x/", "`x/`"),
    ("backslash", "a\\b", "a backslash"),
    ("backslash_above", "..\\x", "a backslash"),
    ("drive", "C:x", WINDOWS),
    ("stream", "a.md:x", WINDOWS),
    ("less", "a<b", WINDOWS),
    ("pipe", "a|b", WINDOWS),
    ("question", "a?", WINDOWS),
    ("star", "*", WINDOWS),
    ("quote", "a\"b", WINDOWS),
    ("device_con", "con", DEVICE),
    ("device_upper", "NUL", DEVICE),
    ("device_extension", "aux.md", DEVICE),
    ("device_extensions", "prn.tar.gz", DEVICE),
    ("device_port", "com1", DEVICE),
    ("device_printer", "lpt9.txt", DEVICE),
    ("device_superscript", "com\u{b9}", DEVICE),
    ("device_console", "CONIN$", DEVICE),
    ("dot_at_end", "x.", DROPPED),
    ("space_at_end", "x ", DROPPED),
    ("newline", "a\nb", HIDDEN),
    ("escape", "\u{1b}[2Jgone", HIDDEN),
    ("delete", "a\u{7f}", HIDDEN),
    ("csi", "a\u{9b}2J", HIDDEN),
    ("reversed", "\u{202e}fdp.exe", HIDDEN),
    ("isolated", "\u{2066}x", HIDDEN),
    ("tag", "a\u{e0041}", HIDDEN),
    ("zero_width", "a\u{200b}b", HIDDEN),
    ("soft_hyphen", "a\u{ad}b", HIDDEN),
    ("selector", "a\u{e0100}b", HIDDEN),
    ("filler", "a\u{3164}", HIDDEN),
    ("long", LONG, "longer than"),
];

const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Names of folders in the repository, below which is a skill.
const FOLDERS: [(&str, &str); 12] = [
    ("command", "a;touch owned;#"),
    ("substitution", "$(touch owned)"),
    ("ticks", "`touch owned`"),
    ("option", "--help"),
    ("short_option", "-rf"),
    ("escape", "a\u{1b}[31m"),
    ("newline", "a\n::error::forged"),
    ("workflow", "::error::forged"),
    ("reversed", "a\u{202e}b"),
    ("quote", "a'b\"c"),
    ("device", "nul"),
    ("at", "a@b"),
];

pub(super) fn register(group: &mut Group<'_>) {
    for (case, name, sentence) in FILES {
        skill(
            group,
            format!("file_{case}"),
            Refused(1, sentence),
            move |repo| {
                commit_entry(repo, "100644", name.as_bytes(), "text");
            },
        );
    }
    for (case, name) in [
        ("ff", &b"\xff"[..]),
        ("overlong", b"\xc0\xaf"),
        ("latin1", b"caf\xe9"),
    ] {
        skill(
            group,
            format!("file_not_utf8_{case}"),
            Refused(1, "not UTF-8"),
            move |repo| {
                commit_entry(repo, "100644", name, "text");
            },
        );
    }
    for (case, one, other) in [
        ("case", "README.md", "readme.md"),
        ("page", "skill.md", "x.md"),
        ("form", "caf\u{e9}.md", "cafe\u{301}.md"),
        ("greek", "\u{3c3}.md", "\u{3c2}.md"),
        ("folder", "Scripts", "scripts"),
    ] {
        let sentence = Refused(1, "macOS and Windows can't distinguish it from");
        skill(group, format!("collision_{case}"), sentence, move |repo| {
            let blob = repo.blob("text");
            commit_entries(repo, &[("100644", one, &blob), ("100644", other, &blob)]);
        });
    }
    for (case, name) in FOLDERS {
        group.case(format!("folder_{case}"), move || folder(name));
    }
}

/// Adds all skills of a repository with one in a hostile folder.
fn folder(name: &str) {
    let (context, mut repo, _root) = open();
    let blob = repo.blob(super::PAGE);
    let skill = repo.raw_tree(&[("100644", "SKILL.md", &blob)]);
    let inner = repo.raw_tree(&[("40000", "evil", &skill)]);
    let root = repo.raw_tree(&[("40000", name, &inner)]);
    repo.commit_tree(&root, "Evil");
    let watch = Watch::over(&context);
    let path = format!("acme/evil/{name}/evil");
    for arguments in [
        &["list", "acme/evil"][..],
        &["show", "acme/evil/evil"],
        &["show", "--", &path],
        &["validate", "acme/evil"],
    ] {
        run(&context, arguments);
    }
    watch.check();
    run(&context, &["add", "acme/evil", "--all"]);
    Watch::over(&context).settle();
    for arguments in [&["outdated"][..], &["show", "evil"], &["remove", "evil"]] {
        run(&context, arguments);
    }
    let files = context.snapshot();
    let mut files = files.paths().into_iter();
    assert!(!files.any(|path| path.ends_with("owned")));
}

/// Commits a skill with one more entry.
pub(super) fn commit_entry(repo: &mut Repo, mode: &str, name: &[u8], content: &str) {
    let (page, blob) = (repo.blob(super::PAGE), repo.blob(content));
    let mut tree = Vec::new();
    for (mode, name, id) in [(mode, name, blob), ("100644", &b"SKILL.md"[..], page)] {
        tree.extend_from_slice(mode.as_bytes());
        tree.push(b' ');
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend(bytes_of(&id));
    }
    let skill = repo.literal_tree(&tree);
    commit_skill(repo, &skill);
}

/// Commits a skill with more entries: mode, name, id.
pub(super) fn commit_entries(repo: &mut Repo, entries: &[(&str, &str, &str)]) {
    let page = repo.blob(super::PAGE);
    let mut all = vec![("100644", "SKILL.md", page.as_str())];
    all.extend(entries);
    let skill = repo.raw_tree(&all);
    commit_skill(repo, &skill);
}

/// Commits the tree of a skill.
pub(super) fn commit_skill(repo: &mut Repo, tree: &str) {
    let root = repo.raw_tree(&[("40000", "evil", tree)]);
    repo.commit_tree(&root, "Evil");
}

fn bytes_of(id: &str) -> Vec<u8> {
    let pairs = id.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let text = std::str::from_utf8(pair).expect("an id is ASCII");
        u8::from_str_radix(text, 16).expect("an id is hexadecimal")
    });
    bytes.collect()
}
