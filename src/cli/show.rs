//! The arguments of `show`.

use clap::Args;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of an installed skill, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}
