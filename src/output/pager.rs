//! [`Pager`]: the program that shows long output on a terminal, chosen as git does.

use std::io::Write;
use std::process::Stdio;

use crate::env::Env;
use crate::interrupt::Interrupt;
use crate::platform;
use mdskill_git::process::Programs;

/// The options of `less` if the user sets none, which are those of git: exit if the text fits on one
/// screen, keep colors, and do not clear the screen.
const LESS: &str = "FRX";

/// A command that shows its input page by page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pager {
    command: String,
    sets_less_options: bool,
    programs: Programs,
}

impl Pager {
    /// Returns the user's pager: `GIT_PAGER`, `PAGER`, or `less`; `None` if it is empty or `cat`,
    /// as in git.
    pub(crate) fn of(env: &Env) -> Option<Self> {
        let command = env.pager.as_deref().unwrap_or("less").trim();
        let is_one = !command.is_empty() && command != "cat";
        is_one.then(|| Self {
            command: command.to_owned(),
            sets_less_options: !env.sets_less_options,
            programs: Programs::of(env),
        })
    }

    /// Whether it is known to pass links (OSC 8) to the terminal. `less` does since version 566.
    pub(crate) fn shows_links(&self) -> bool {
        let program = self.command.split_whitespace().next().unwrap_or_default();
        program.rsplit('/').next() == Some("less")
    }

    /// Shows a text, and waits until the user quits the pager. Returns false if the pager could not
    /// be started.
    pub(crate) fn show(&self, text: &[u8]) -> bool {
        // Ctrl-C is for the pager. If this process ended first, the shell and the pager would both
        // read from the terminal.
        let _ignored = Interrupt::ignore();
        // A shell parses the command, as in git.
        let Ok(mut command) = self.programs.shell(&self.command) else {
            return false;
        };
        if self.sets_less_options {
            command.env("LESS", LESS);
        }
        let Ok(mut pager) = command.stdin(Stdio::piped()).spawn() else {
            return false;
        };
        if let Some(mut input) = pager.stdin.take() {
            // If the user quits early, the pipe is closed, which is not an error.
            drop(input.write_all(text));
        }
        !pager.wait().is_ok_and(platform::was_not_found)
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
    fn pager_is_chosen_as_in_git() {
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
    fn pager_gets_the_text_and_a_missing_one_is_reported() {
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
        // A pager may exit without reading.
        assert!(shown("true".to_owned()));
    }
}
