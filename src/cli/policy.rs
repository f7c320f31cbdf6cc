//! What `policy` takes.

use clap::Args;

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Installed skills by name, or specs; none means all that is installed
    #[arg(value_name = "NAME|SPEC")]
    pub subjects: Vec<String>,
}
