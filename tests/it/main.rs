//! End-to-end tests: the real program in an isolated environment, against a real git server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that can't go on says so by panicking, and one that is skipped on stderr"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::similar_names,
    reason = "seconds of a wire need no 52 bits; `packer` and `packed` are the words"
)]

#[expect(dead_code, reason = "tests/slow uses the rest of it")]
mod support;
mod support_selftest;

mod action_yml;
mod add;
mod add_places;
mod add_validates;
mod addresses;
mod agents;
mod audit;
mod audited_texts;
mod certificates;
mod commit_origins;
mod completions;
mod config;
mod consent;
mod credentials;
mod cross_skill;
mod damaged_cache;
mod differences;
mod docs;
mod doctor;
mod edits;
mod edits_corners;
mod faults;
mod file_systems;
mod findings;
mod fix;
mod fuzz;
mod git_config;
mod git_notes;
mod git_server;
mod gone_upstream;
mod help;
mod hints;
mod history;
mod homeless;
mod hook;
mod hostile;
mod hostile_project;
mod http2;
mod ignored_files;
mod import;
mod import_refusals;
mod import_requests;
mod init;
mod install_remove_verify;
mod interrupts;
mod layering;
mod leftovers;
mod limits;
mod linked_skills;
mod links;
mod lock_resolve;
mod lockfile;
mod log;
mod man;
mod many_sources;
mod mdskill_git;
mod merge_bases;
mod names;
mod odd_files;
mod other_tools;
mod our_skill;
mod own_source;
mod packaging;
mod packs;
mod picker;
mod picker_commands;
mod picker_screens;
mod piped_downloads;
mod places;
mod policy;
mod policy_update;
mod profiles;
mod proxies;
mod recipes;
mod refusals;
mod rules;
mod schema;
mod schema_config;
mod schema_outputs;
mod search;
mod secrets;
mod semver_tags;
mod servers;
mod shared_files;
mod show;
mod shown_capabilities;
mod signatures;
mod site;
mod site_preview;
mod site_programs;
mod sites;
mod small_options;
mod snapshots;
mod states;
mod stdin;
mod summary;
mod terminal;
mod transport;
mod transports;
mod untrusted_state;
mod update;
mod upstream;
mod validate_git;
mod validate_ignored;
mod validate_precision;
mod validate_since;
mod validate_where;
mod versions;
mod visible_skills;
