//! The arguments of `show`.

use clap::Args;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An installed skill's name, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}
