//! Parses and validates Agent Skills, without I/O.
//!
//! [`validate`](fn@validate) finds every problem of a skill; [`apply_fixes`] fixes what can be fixed;
//! [`capabilities`](fn@capabilities::capabilities) lists the capabilities that a skill gives to an agent. The files of a skill come from a
//! [`SkillFiles`](skill_files::SkillFiles): from memory, or from any other place that implements it.
//!
//! ```
//! use mdskill_lint::skill_files::MemoryFiles;
//! use mdskill_lint::{Settings, validate};
//!
//! let skill = MemoryFiles::new("pdf")
//!     .with("SKILL.md", "---\nname: pdf\n---\nRead [the forms](references/forms.md).\n");
//! let diagnostics = validate(&skill, &Settings::default()).diagnostics;
//! let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
//! assert_eq!(codes, ["SK210", "SK301"]); // no description, and a broken link
//! ```
//!
//! | module | content |
//! |---|---|
//! | [`skill_files`] | the files of a skill |
//! | `parsed_skill` | a skill, parsed once for all rules |
//! | [`frontmatter`], [`markdown`] | the parts of a `SKILL.md` |
//! | [`rule`], [`registry`], `rules` | the rules, one file each |
//! | [`name`], [`naming`] | valid names, and suggestions for other ones |
//! | [`links`] | where a symbolic link leads |
//! | `audit`, `audit_places` | the places in texts that the rules of the audit check |
//! | `references` | which links and mentions lead to files |
//! | `suppression` | comments that silence rules |
//! | [`fix`] | applying fixes |
//! | `cross_skill` | running the rules that compare skills |
//! | [`capabilities`] | the capabilities of a skill |
//! | [`details`] | the license, the tools, and other fields that describe a skill |
//! | [`mod@file_references`] | where pages refer to files of the skill |

#![warn(unreachable_pub)]

pub mod agents;
mod allowed_tools;
mod audit;
mod audit_places;
mod broken_fields;
pub mod capabilities;
pub mod capability;
mod client_fields;
mod command_text;
mod cross_skill;
pub mod details;
pub mod diagnostic;
mod directive;
mod downloads;
pub mod explain;
pub mod file_references;
pub mod fix;
pub mod frontmatter;
mod invisible_chars;
pub mod leftovers;
pub mod limits;
pub mod links;
mod locate;
pub mod markdown;
mod mentions;
pub mod name;
pub mod naming;
mod parsed_skill;
pub mod path;
pub mod profile;
mod references;
pub mod registry;

pub mod rule;
mod rules;
mod script_commands;
pub mod settings;
pub mod skill_facts;
pub mod skill_files;
pub mod span;
mod string_field;
mod suppression;
mod text;
pub mod tokens;
mod validate;

pub use cross_skill::validate_set;
pub use fix::{FixOutcome, apply_fixes};
pub use profile::{Level, Profile};
pub use settings::Settings;
pub use skill_facts::SkillSet;
pub use text::is_text;
pub use validate::{
    ValidationResult, read_facts, unlistable_folder, validate, validate_with_capabilities,
};

/// The file that makes a folder a skill.
pub const SKILL_FILE: &str = "SKILL.md";

/// The README's example, compiled and run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
