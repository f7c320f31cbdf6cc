//! `mdskill completions`.

mod complete;

use clap::{Args, ValueEnum};

use super::Session;
use crate::operations::OpError;
use crate::operations::completions::Report;
use crate::output::exit_status::ExitStatus;
use crate::output::render;

pub(super) use complete::complete;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell [default: that of $SHELL]
    #[arg(value_name = "SHELL")]
    pub shell: Option<Shell>,
}

/// A shell that has completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// `PowerShell`
    #[value(alias = "pwsh", help = "PowerShell")]
    Powershell,
    /// Elvish
    Elvish,
}

impl Shell {
    /// Returns the shell that a variable names, as a name or as the path of a program.
    fn named(text: &str) -> Option<Self> {
        let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        Self::from_str(name, true).ok()
    }

    /// Returns its name.
    const fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }

    /// Returns the script that asks mdskill for candidates.
    fn script(self) -> String {
        match self {
            Self::Bash => include_str!("mdskill.bash").to_owned(),
            Self::Zsh => include_str!("mdskill.zsh").to_owned(),
            Self::Fish => include_str!("mdskill.fish").to_owned(),
            Self::Powershell | Self::Elvish => complete::registration(self),
        }
    }

    /// Returns the line that the user adds to a file, and that file.
    const fn installation(self) -> (&'static str, &'static str) {
        match self {
            Self::Bash => ("eval \"$(mdskill completions bash)\"", "~/.bashrc"),
            Self::Zsh => ("eval \"$(mdskill completions zsh)\"", "~/.zshrc"),
            Self::Fish => (
                "mdskill completions fish | source",
                "~/.config/fish/config.fish",
            ),
            Self::Powershell => (
                "mdskill completions powershell | Out-String | Invoke-Expression",
                "$PROFILE",
            ),
            Self::Elvish => (
                "eval (mdskill completions elvish | slurp)",
                "~/.config/elvish/rc.elv",
            ),
        }
    }
}

pub(super) fn completions(
    session: &Session<'_>,
    arguments: &CompletionsArgs,
) -> Result<ExitStatus, OpError> {
    let of_variable = || Shell::named(session.context.env.shell.as_deref()?);
    let Some(shell) = arguments.shell.or_else(of_variable) else {
        return Err(OpError::NoShell);
    };
    let (line, file) = shell.installation();
    let report = Report {
        shell: shell.word(),
        script: shell.script(),
        line,
        file,
    };
    session
        .printer
        .show("completions", &report, render::completions);
    Ok(ExitStatus::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_is_that_of_the_variable() {
        assert_eq!(Shell::named("/usr/bin/zsh"), Some(Shell::Zsh));
        assert_eq!(Shell::named("bash"), Some(Shell::Bash));
        assert_eq!(Shell::named(r"C:\x\pwsh.exe"), Some(Shell::Powershell));
        assert_eq!(Shell::named("/bin/tcsh"), None);
        assert_eq!(Shell::named(""), None);
        for shell in Shell::value_variants() {
            assert_eq!(Shell::named(shell.word()), Some(*shell));
        }
    }
}
