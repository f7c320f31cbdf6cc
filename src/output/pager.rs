//! [`Pager`]: the program that shows long data page by page, as git chooses it.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::env::Env;
use crate::interrupt::Interrupt;
use crate::platform;
use mdskill_git::process::Programs;

/// What `less` is told when nobody told it anything: to end when all is on one page, to keep
/// colours, and to leave the page on the screen. As git tells it.
const LESS: &str = "FRX";

/// A command that shows what it is given page by page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    command: String,
    sets_less_options: bool,
    programs: Programs,
}

impl Pager {
    /// Returns the user's pager: `GIT_PAGER`, `PAGER`, or `less`; nothing when that is empty or
    /// `cat`, which is how people say that they want none.
    #[must_use]
    pub fn of(env: &Env) -> Option<Self> {
        let command = env.pager.as_deref().unwrap_or("less").trim();
        let is_one = !command.is_empty() && command != "cat";
        is_one.then(|| Self {
            command: command.to_owned(),
            sets_less_options: !env.sets_less_options,
            programs: Programs::of(env),
        })
    }

    /// Shows a text, and waits until the user has seen it. Returns whether it was shown: a pager
    /// that can't be started shows nothing.
    #[must_use]
    pub fn show(&self, text: &[u8]) -> bool {
        // Ctrl-C is for the pager now; who dies before it leaves the terminal to two programs.
        let _interrupt = Interrupt::listen();
        let Ok(mut command) = self.command() else {
            return false;
        };
        if self.sets_less_options {
            command.env("LESS", LESS);
        }
        let Ok(mut pager) = command.stdin(Stdio::piped()).spawn() else {
            return false;
        };
        if let Some(mut input) = pager.stdin.take() {
            // Who has seen enough goes away; that is no failure.
            drop(input.write_all(text));
        }
        !pager.wait().is_ok_and(platform::was_not_found)
    }

    /// The variable is a command line, and git has a shell read it.
    fn command(&self) -> io::Result<Command> {
        if platform::HAS_SHELL {
            return self.programs.shell(&self.command);
        }
        let mut words = self.command.split_whitespace();
        let mut command = self.programs.command(words.next().unwrap_or_default())?;
        command.args(words);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn pager(pairs: &[(&str, &str)]) -> Option<Pager> {
        let lookup = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        };
        Pager::of(&Env::from_lookup(lookup, PathBuf::new()))
    }

    #[test]
    fn the_pager_is_chosen_as_git_chooses_it() {
        let command = |pairs: &[(&str, &str)]| pager(pairs).map(|pager| pager.command);
        assert_eq!(command(&[]).as_deref(), Some("less"));
        assert_eq!(command(&[("PAGER", "more -s")]).as_deref(), Some("more -s"));
        let both = [("PAGER", "more"), ("GIT_PAGER", "most")];
        assert_eq!(command(&both).as_deref(), Some("most"));
        for none in ["cat", "", " "] {
            assert_eq!(
                command(&[("PAGER", "more"), ("GIT_PAGER", none)]),
                None,
                "{none:?}"
            );
        }
        assert!(pager(&[]).is_some_and(|pager| pager.sets_less_options));
        assert!(pager(&[("LESS", "R")]).is_some_and(|pager| !pager.sets_less_options));
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_gets_all_of_it_or_says_that_it_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seen it");
        let shown = |command: String| {
            let pager = Pager {
                command,
                sets_less_options: true,
                programs: Programs::of(&Env::from_lookup(|_| None, PathBuf::new())),
            };
            pager.show(b"one\ntwo\n")
        };
        assert!(shown(format!(
            "cat > '{}'; echo $LESS >> '{0}'",
            file.display()
        )));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\ntwo\nFRX\n");
        assert!(!shown("/nowhere/pager".to_owned()));
        // One that reads nothing is one all the same.
        assert!(shown("true".to_owned()));
    }
}
