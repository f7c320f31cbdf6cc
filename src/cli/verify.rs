//! The arguments of `verify`.

use clap::Args;

/// Names of installed skills.
#[derive(Debug, Args)]
pub struct NamesArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}
