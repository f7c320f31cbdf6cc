//! mdskill, the package manager for Agent Skills.
//!
//! It finds skills by name in git repositories, installs them byte for byte as files that a
//! team commits, and pins each in `mdskill.lock`. It checks skills against the specification
//! and the installed files against the lock. It moves a skill when the skill's own files have
//! changed upstream, and never takes what somebody wrote.
//!
//! This page is the map of the house. The README is for those who use the program.
//!
//! # Layers and rooms
//!
//! A room is a module at the top. Imports point down: a room may use those of the layers below
//! it, and of its own layer only those that `tests/it/layering.rs` lists; that test fails on
//! anything else, and on circles.
//!
//! **Words** are values. They touch nothing.
//! - [`name`]: what a skill is called; only a safe name can be one
//! - [`path`]: a path inside a skill that every file system can hold
//! - [`oid`]: the id of a git object
//! - [`digest`]: one SHA-256 over the files of a skill, which `sha256sum` can recompute
//! - [`source`]: a repository or a folder, as the lockfile names it
//! - [`mod@span`]: a piece of a text, in bytes and as people count lines
//! - [`spec`]: what the user typed: `owner/repo/skill@ref`, a URL, a folder
//! - [`capability`]: something that a skill can make an agent do or reach
//! - [`mod@toml`]: a TOML text, and where it is wrong
//! - [`diagnostic`]: something wrong with a skill: code, place, message, help
//! - [`hint`]: the next step after an error, with its commands as values
//! - [`progress`]: how a long step says where it is, without knowing who listens
//!
//! **Machine** is all that touches the environment, the disk and the network.
//! - [`env`](mod@env): the environment, read once into a value
//! - [`dirs`]: the folders outside a project: cache, config, home
//! - `platform`: what differs between Unix and Windows
//! - [`interrupt`]: Ctrl-C as a value that long steps ask
//! - [`process`]: how another program is started, so that no project decides what is run
//! - [`fs`]: atomic writes, the lock between processes, folders as lists of files
//! - [`http`]: the client, its retries, and which credential goes to which host
//! - [`git`]: objects and packs, protocol version 2, and the ways to a repository
//!
//! **Nouns** are the things of the trade.
//! - [`skill`]: finding skills in a tree, and reading frontmatter, Markdown and files
//! - [`view`]: a skill's files as the validator looks at them, in memory, on disk or in git, or
//!   changed and not yet written
//! - [`mod@diff`]: how two versions of a skill differ, and what the new one can do
//! - [`mod@merge`]: edits here and a new version there made one, file by file, as git would
//! - [`lockfile`]: `mdskill.lock`: reading, writing, keeping what it does not know; the union of the
//!   two sides of a merge
//! - [`target`]: a folder that skills are installed into, and whose agent's it is
//! - [`importers`]: readers for the lockfiles of other tools
//! - [`fetch`]: from a source's name to the objects of its skills; the store
//! - [`mod@validate`]: the rules, a file each, and a skill as their fixes leave it
//! - [`policy`]: what a project lets in: by source, ref, age and what a skill can do
//! - [`config`]: `mdskill.toml`: which rules count, how much and where, and the policy
//!
//! **Organs** do the one thing that must not go wrong.
//! - [`install`]: the plan, the journal, and the transaction that happens wholly or not at all
//!
//! **Verbs** take options and return a report. They print nothing and ask nothing.
//! - [`context`]: what every verb needs, built once
//! - [`ops`]: a verb each, and in `apply`, `candidate`, `change`, `findings`, `gate`, `installed`,
//!   `own_source` what they share
//!
//! **Face** is what a person meets.
//! - [`cli`]: what can be typed; its comments are the help
//! - `commands`: from arguments to options, and from reports to exit codes
//! - [`ui`]: the one printer, reports for people, and [`ui::error`]: exit codes and hints;
//!   [`ui::findings`] tells what [`mod@validate`] found, a file for each format
//!
//! An error type lives in the room that raises it. Rooms below [`context`] take the pieces they
//! need, never the whole.
//!
//! # What lies on disk, and whose it is
//!
//! | path | what | room |
//! |---|---|---|
//! | `mdskill.lock` | what is installed; to be committed | [`lockfile`] |
//! | `mdskill.toml` | what a person decided; to be committed, and never written | [`config`] |
//! | `.github/skills/NAME/` | an installed skill; to be committed | [`install::transaction`] |
//! | `.mdskill/lock` | keeps two commands apart | [`fs::lock`] |
//! | `.mdskill/journal.json` | what a killed command was at; read by the next | [`install::journal`] |
//! | `.mdskill/trash/` | what `--force` moved out of the way | [`install::journal`] |
//! | `TARGET/../.mdskill-stage-*/` | new folders before the exchange, old ones after it | [`install::transaction`] |
//! | `CACHE/store-v1/` | a bare git repository for each source | [`fetch::store`] |
//! | `CACHE/seen-v1/` | for each source, when each commit was first seen | [`fetch::seen`] |
//! | `CACHE/journal-key` | tells this user's journals from a clone's | `install::seal` |
//!
//! # `mdskill add owner/repo/skill`, room by room
//!
//! 1. `main` hands its arguments to `commands`, which parses them with [`cli`], reads [`env`](mod@env) and
//!    builds the [`context::Context`]. Questions are asked here, before any work.
//! 2. [`spec`] makes of the text a place, a skill and a ref. A typo ends here.
//! 3. [`ops::add`] groups the specs by repository, and has [`fetch`] open each one.
//! 4. [`fetch`] turns the source into an address, and asks it through [`git::transport`] for the
//!    refs: request one. [`fetch::resolve`] makes a commit of the ref.
//! 5. The commit and its trees come without any file: request two. [`git::objects`] checks every
//!    id, and [`skill::discover`] finds each folder with a `SKILL.md`.
//! 6. [`skill::select`] chooses: path, then folder's name, then frontmatter's. The chosen
//!    skill's files are fetched: request three.
//! 7. [`skill::files`] refuses what could be written outside or is no file; [`mod@validate`] finds
//!    what keeps clients from loading it.
//! 8. [`install::plan`] compares disk, lock and wish, and refuses to take what somebody wrote.
//!    `--dry-run` ends here.
//! 9. [`install::transaction`] writes beside the target, flushes, exchanges by rename, and
//!    replaces the lockfile last: that is the point of no return.
//! 10. The report goes up to [`ui`], which prints it for people or as JSON, and [`ui::error`]
//!     names the exit code.
//!
//! # `mdskill update`, room by room
//!
//! 1. [`ops::gate`] reads the [`policy`] before anything else. What it refuses by its source or its
//!    ref is not asked for.
//! 2. Every source is asked at once: for its refs, and where one has moved for the trees of its
//!    new commit, with those of the locked one where the store lacks them.
//! 3. A skill whose tree is the same stays. Of one that is another, the files come together with the
//!    commits in between, so that [`fetch::history`] can tell how the new commit comes from the old.
//! 4. What lies on disk and is not what is locked was edited: [`mod@merge`] makes one of the locked tree,
//!    the disk and the new tree. A conflict ends the way of this skill, and of no other.
//! 5. [`mod@validate`] looks at what would lie on disk, [`mod@diff`] says how it differs and what it can
//!    newly do, and the gate judges that.
//! 6. The plan and the transaction are those of `add`. An entry gets upstream's tree and digest, and
//!    as `edits` the digest of what is on disk when that is another.
//! 7. The report is printed by [`ui`], as the text of a pull request by [`ui::summary`], and in
//!    GitHub Actions by [`ui::actions`].
//!
//! # To add …
//!
//! - **something that a skill can do**: a [`capability::Kind`], and where it is seen in
//!   [`mod@diff`]`::capabilities`. The policy can deny it by its word, and all reports tell it.
//! - **another tool to import from**: a reader in [`importers`], and its file names in
//!   `ops/import/manifests.rs`.
//! - **a verb**: its arguments in [`cli`], `ops/VERB.rs` with `Options` and `Report`, a function
//!   in `commands`, one in [`ui::render`], tests in `tests/it`, a row in the README's table.
//! - **a validation rule**: `validate/rules/RULE.rs` with a [`validate::rule::Rule`], its line in
//!   `rules/mod.rs` and in [`validate::registry::RULES`], where another profile takes it otherwise a
//!   word in [`validate::profile`], and in `testdata/skills/invalid/CODE` skills that break it (`hit`)
//!   and that only look like it (`near-miss`). What a user sees of them, and `docs/rules.md`, are
//!   made of it: `BLESS=1 cargo test --test it -- rules docs`.
//! - **a transport**: `git/transport/WAY.rs`, a variant of [`git::transport::Remote`], and a
//!   [`fetch::Location`] that leads to it.
//!
//! # As a library
//!
//! Everything that the program does can be called. What needs no machine needs no set-up:
//!
//! ```
//! use mdskill::spec::Spec;
//! use mdskill::validate::{Settings, validate};
//! use mdskill::view::MemoryView;
//!
//! let spec: Spec = "wshobson/agents/async-python-patterns@^1.2".parse()?;
//! assert_eq!(spec.source().to_string(), "github:wshobson/agents");
//!
//! let skill = MemoryView::new("pdf")
//!     .with("SKILL.md", "---\nname: pdf\n---\nRead [the forms](references/forms.md).\n");
//! let found = validate(&skill, &Settings::default()).diagnostics;
//! let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code).collect();
//! assert_eq!(codes, ["SK210", "SK301"]); // no description, and a link that leads nowhere
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// Words: values that touch nothing.
pub mod capability;
pub mod diagnostic;
pub mod digest;
pub mod hint;
pub mod name;
pub mod path;
pub mod source;
pub mod span;
pub mod spec;
pub mod toml;

// Machine: environment, disk, network.
pub mod dirs;
pub mod env;
pub mod fs;
pub mod interrupt;
pub(crate) mod platform;

// Nouns: the things of the trade.
pub mod config;
pub mod diff;
pub mod fetch;
pub mod importers;
pub mod lockfile;
pub mod merge;
pub mod policy;
pub mod skill;
pub mod target;
pub mod validate;
pub mod view;

// Organs: what must happen wholly or not at all.
pub mod install;

// Verbs: options in, a report out.
pub mod context;
pub mod ops;

// Face: what a person meets.
pub mod cli;
mod commands;
pub mod ui;

pub use commands::main;

/// The README's examples, compiled and run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
