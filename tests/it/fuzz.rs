//! The bodies of the fuzz targets as property tests: the same functions, with bytes that resemble their input.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::site_server::{Packed, file, tar_gz, zip};

#[path = "../../fuzz/src/lib.rs"]
mod bodies;

/// Bytes made of these words, and now and then of others.
fn text_of(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        9 => proptest::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(word, 0..24).prop_map(|words| words.concat())
}

/// An entry of an archive.
fn packed() -> impl Strategy<Value = Packed> {
    let name = vec(proptest::sample::select(NAMES), 0..8);
    let kind = proptest::sample::select(KINDS);
    let content = vec(any::<u8>(), 0..8);
    (name, kind, content).prop_map(|(name, (mode, kind), bytes)| Packed {
        mode,
        bytes,
        kind,
        ..file(&name.concat(), "")
    })
}

/// The parts of names in an archive.
const NAMES: &[&str] = &[
    "a", "/", "..", ".", ".git", "GIT~1", "SKILL.md", "\\", "é", "C:", "__MACOSX", "\u{200d}",
];
/// The modes of entries in a zip, and their types in a tar.
const KINDS: &[(u32, u8)] = &[
    (0o100_644, b'0'),
    (0o100_755, b'0'),
    (0o120_777, b'2'),
    (0o040_755, b'5'),
    (0o010_644, b'6'),
    (0, b'L'),
    (0, b'x'),
    (0, b'g'),
];
const SPEC: &[&str] = &[
    "a",
    "/",
    "@",
    "//",
    "..",
    ":",
    "https://",
    "git@",
    "ssh://",
    "github.com",
    "tree",
    "blob",
    "#",
    "?",
    "%2e",
    "^1.2",
    "v1",
    "~",
    "\\",
    ".git",
    "é",
];
const PROTOCOL: &[&str] = &[
    "0000",
    "0001",
    "0002",
    "0004",
    "0005",
    "fff0",
    "000eversion 2\n",
    "# service=",
    "0011packfile\n",
    "0009ERR ",
    "003d",
    "0123456789012345678901234567890123456789",
    " HEAD",
    " symref-target:",
    " peeled:",
    "\n",
    "\u{1}",
    "PACK",
    "\0\0\0\u{2}",
    "0013fetch=filter\n",
];
const TREE: &[&str] = &[
    "\0",
    "\n",
    "0",
    "1",
    "2",
    "3",
    "4",
    "SKILL.md",
    "skill.md",
    "a",
    "..",
    ".",
    ".git",
    "/",
    "node_modules",
];
const YAML: &[&str] = &[
    "---\n",
    "\n",
    "name:",
    "description:",
    " ",
    "a",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "'",
    "\"",
    "|",
    ">",
    "&a",
    "*a",
    "!!",
    "#",
    "\t",
    "\u{feff}",
    "\r\n",
    "<<: ",
    "? ",
    "%",
];
const MARKDOWN: &[&str] = &[
    "[",
    "]",
    "(",
    ")",
    "a.md",
    "#",
    "```",
    "~~~",
    "`",
    "<",
    ">",
    "!",
    "\n",
    " ",
    "|",
    "- ",
    "<!--",
    "-->",
    "<a href=\"",
    "\"",
    "\\",
    "%20",
    "é",
    "&amp;",
    "[a]: b",
    "\t",
];
const LOCKFILE: &[&str] = &[
    "version = 1\n",
    "[[skill]]\n",
    "name = \"a\"\n",
    "source = \"github:a/b\"\n",
    "path = \"a\"\n",
    "path = \"\"\n",
    "ref = \"refs/heads/main\"\n",
    "commit = \"0123456789012345678901234567890123456789\"\n",
    "tree = \"0123456789012345678901234567890123456789\"\n",
    "digest = \"sha256:0123456789012345678901234567890123456789012345678901234567890123\"\n",
    "targets = [\".github/skills\"]\n",
    "<<<<<<< a\n",
    "=======\n",
    ">>>>>>> b\n",
    "||||||| c\n",
    "# 01\n",
    "x = 1\n",
    "[",
    "\n",
    "\"",
];
const JOURNAL: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"lockfile\":null,",
    "\"is_done\":true,",
    "\"targets\":[\".github/skills\"],",
    "\"made\":[],",
    "\"made\":[\"../outside\"],",
    "\"made\":[\"src\"],",
    "\"swaps\":[]",
    "\"swaps\":[{\"target\":\".github/skills\",\"name\":\"a\",\"new\":null,\"old\":\"Aside\"}]",
    "\"swaps\":[{\"target\":\"../outside\",\"name\":\"keep\",\"new\":null,\"old\":null}]",
];
const MERGE: &[&str] = &[
    "a\n",
    "b\n",
    "c\n",
    "d",
    "\r\n",
    "<<<<<<< x\n",
    "=======\n",
    ">>>>>>> y\n",
];

const SCRIPT: &[&str] = &[
    "curl ",
    "https://example.com/a.sh",
    " | sh",
    "$(",
    ")",
    "`",
    "\"",
    "'",
    "<<EOF\n",
    "EOF\n",
    "; ",
    "&&",
    "sudo ",
    "\\\n",
    "${A:-b}",
    "#",
    "\n",
];
const SETTINGS: &[&str] = &[
    "[policy]\n",
    "[rules]\n",
    "[limits]\n",
    "[search]\n",
    "[[",
    "sources = [\"github:a/*\"]\n",
    "deny = [",
    "SK101 = \"off\"\n",
    "max-files = 1\n",
    "\"",
    "]",
    "{",
    "}",
    ":",
    ",",
    "version",
    "skills",
    "source",
    "1",
    "\n",
    "- ",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn spec_round_trips(data in text_of(SPEC)) {
        bodies::spec(&data);
    }

    #[test]
    fn pkt_lines_do_not_depend_on_chunks(data in text_of(PROTOCOL)) {
        bodies::pkt_line(&data);
    }

    #[test]
    fn frontmatter_problems_are_inside_the_file(data in text_of(YAML)) {
        bodies::frontmatter(&data);
    }

    #[test]
    fn markdown_places_can_be_cut_out(data in text_of(MARKDOWN)) {
        bodies::markdown(&data);
    }

    #[test]
    fn lockfile_round_trips(data in text_of(LOCKFILE)) {
        bodies::lockfile(&data);
    }

    #[test]
    fn merge_does_what_one_side_did(
        base in text_of(MERGE), ours in text_of(MERGE), theirs in text_of(MERGE),
    ) {
        bodies::merge(&[base, ours, theirs].join(&255));
    }

    #[test]
    fn settings_problems_have_a_line(data in text_of(SETTINGS)) {
        bodies::settings(&data);
    }
}

// These write files or validate many times, so fewer cases are run.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn protocol_answers_do_not_depend_on_chunks(data in text_of(PROTOCOL)) {
        bodies::protocol(&data);
    }

    #[test]
    fn discovery_finds_only_what_is_there(data in text_of(TREE)) {
        bodies::discovery(&data);
    }

    #[test]
    fn archives_have_only_names_that_git_accepts(
        entries in vec(packed(), 0..6), (at, change) in any::<(Index, u8)>(),
    ) {
        for mut archive in [zip(&entries), tar_gz(&entries)] {
            bodies::archive(&archive);
            let at = at.index(archive.len());
            archive[at] ^= change;
            bodies::archive(&archive);
        }
    }

    #[test]
    fn journal_touches_nothing_outside(data in text_of(JOURNAL)) {
        bodies::journal(&data);
    }

    #[test]
    fn fixes_of_any_skill_are_complete(
        yaml in text_of(YAML), page in text_of(MARKDOWN), script in text_of(SCRIPT),
    ) {
        let skill_md = [&b"---\n"[..], &yaml, b"---\n", &page].concat();
        bodies::skill(&[skill_md, page, script].join(&255));
    }
}
