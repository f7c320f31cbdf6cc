//! mdskill, the package manager for Agent Skills.
//!
//! This crate is the program. It finds skills by name in git repositories, installs them byte for
//! byte as files that a team commits, pins each one in `mdskill.lock`, and keeps them up to date. Three
//! crates are useful on their own: [`mdskill_lint`] parses and validates skills without I/O,
//! [`mdskill_site`] makes web pages of them, and [`mdskill_git`] fetches parts of git repositories.
//!
//! # Modules
//!
//! Imports point down: a module uses modules of the layers below it. `tests/it/layering.rs` checks
//! this, and that imports have no circle.
//!
//! | layer | module | content |
//! |---|---|---|
//! | command line | `commands` | one module a command: its arguments, whose comments are the help, and its exit codes |
//! | | [`cli`] | the list of commands and the global options |
//! | | [`output`] | prints reports for people, as JSON, and in the formats of linters and CI |
//! | operations | [`operations`] | one module a command: options in, a typed report out; no printing, no questions |
//! | | [`context`] | what every operation needs, built once |
//! | installing | [`install`] | the plan, the journal, and the transaction |
//! | domain | [`lockfile`] | reads, writes, and merges `mdskill.lock` |
//! | | [`config`], [`policy`] | `mdskill.toml`: rules and policy |
//! | | [`fetch`] | from a source to the objects of its skills; the cache |
//! | | [`skill`] | skills in a git tree and on disk: discovery, selection by name, files |
//! | | [`mod@diff`], [`mod@merge`] | compares versions, and merges local edits |
//! | | [`importers`] | reads the records of other tools |
//! | environment | [`env`](mod@env), [`dirs`], [`fs`], [`interrupt`] | variables, folders, atomic writes and locks, Ctrl-C |
//! | values | [`spec`], [`source`], [`target`], [`digest`], `glob`, `hint`, `redact`, [`mod@toml`] | values without I/O |
//! | | `parallel`, `platform` | threads; the differences between operating systems |
//!
//! # Files
//!
//! | path | content | module |
//! |---|---|---|
//! | `mdskill.lock` | the installed skills | [`lockfile`] |
//! | `mdskill.toml` | the configuration; only `--allow` writes it | [`config`] |
//! | `.github/skills/NAME/` | an installed skill | [`install::transaction`] |
//! | `.mdskill/lock` | the lock between processes | [`fs::lock`] |
//! | `.mdskill/journal.json` | what a running command is about to do | [`install::journal`] |
//! | `.mdskill/trash/` | folders that `--force` replaced | `install::state` |
//! | `TARGET/../.mdskill-stage-*/` | new folders before, and old folders after the exchange | [`install::transaction`] |
//! | `CACHE/store-v1/` | a bare git repository for each source, and the words of its skills | `fetch::cache`, `operations::search` |
//! | `CACHE/seen-v1/` | when each commit was first seen | `fetch::first_seen` |
//! | `CACHE/journal-key` | distinguishes this user's journals from those in a cloned repository | `install::seal` |
//!
//! The design is described in `docs/design`, and how to add things in CONTRIBUTING.
//!
//! # As a library
//!
//! The library is primarily for the program and its tests, and its interface may change. To validate
//! skills, use [`mdskill_lint`].

#![warn(unreachable_pub)]

pub mod digest;
pub(crate) mod glob;
pub mod hint;
pub(crate) mod redact;
pub mod source;
pub mod spec;
pub mod toml;

pub mod dirs;
pub mod env;
pub mod fs;
pub mod interrupt;
pub(crate) mod parallel;
pub(crate) mod platform;

pub mod config;
pub mod diff;
pub mod fetch;
pub mod importers;
pub mod lockfile;
pub mod merge;
pub mod policy;
pub mod skill;
pub mod target;

pub mod install;

pub mod context;
pub mod operations;

mod commands;
pub mod output;

pub use commands::{cli, main};
