//! The arguments of `policy`.

use clap::Args;

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Names of installed skills, or specs [default: all installed skills]
    #[arg(value_name = "NAME|SPEC")]
    pub subjects: Vec<String>,
}
