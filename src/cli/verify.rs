//! The arguments of `verify`.

use clap::Args;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}
