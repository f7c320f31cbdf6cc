//! The picker: chooses items of a list on a terminal.
//!
//! [`state`] and [`view`] are pure: keys in, lines out. [`Screen`] is the terminal. Where the terminal
//! can only print lines, [`numbered`] asks for numbers.

mod fact;
mod filter;
mod help;
mod line;
mod numbered;
mod preview;
mod screen;
mod state;
#[cfg(test)]
mod tests;
mod view;

use std::io;
use std::time::{Duration, Instant};

pub(crate) use self::fact::{Fact, capability_facts};

use self::screen::Screen;
use self::state::State;
use self::view::Frame;
use super::printer::Printer;
use crate::platform::key::Key;

/// The size of a terminal that does not report it.
const DEFAULT_SIZE: (usize, usize) = (80, 24);

/// A read takes a tenth of a second. In a longer one, the process was stopped, and the shell has drawn
/// on the screen.
const LONGEST_READ: Duration = Duration::from_secs(1);

/// Something that can be picked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// The name, which the filter searches first.
    pub(crate) name: String,
    /// The group in which it is shown.
    pub(crate) group: Option<String>,
    /// The description, which the filter searches, too. The preview shows it, and the row if it has
    /// room.
    pub(crate) description: String,
    /// A word about its state, such as `installed`.
    pub(crate) mark: Option<&'static str>,
    /// A short text that its row always shows, such as two versions.
    pub(crate) detail: String,
    /// Facts for the preview.
    pub(crate) facts: Vec<Fact>,
}

/// The result of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Picked {
    /// The indexes of the picked items, at least one.
    Items(Vec<usize>),
    /// The user cancelled.
    Cancelled,
    /// Ctrl-C, or a signal to end.
    Interrupted,
}

/// Computes the facts of the item at an index.
pub(crate) type FactsOf<'a> = dyn Fn(usize) -> Vec<Fact> + 'a;

/// A question to pick items.
pub(crate) struct Picker<'a> {
    title: String,
    /// A line below the title about what is missing from the list; usually empty.
    note: String,
    verb: &'static str,
    items: &'a [Item],
    is_single: bool,
    facts: Option<&'a FactsOf<'a>>,
}

impl<'a> Picker<'a> {
    /// Creates a question with a title such as "Select skills to add from acme/skills", and the verb of
    /// the Enter key, such as "add".
    pub(crate) fn new(title: impl Into<String>, verb: &'static str, items: &'a [Item]) -> Self {
        Self {
            title: title.into(),
            note: String::new(),
            verb,
            items,
            is_single: false,
            facts: None,
        }
    }

    /// Lets the user pick one item only.
    pub(crate) fn single(self) -> Self {
        Self {
            is_single: true,
            ..self
        }
    }

    /// Adds a line about what is missing from the list.
    pub(crate) fn with_note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }

    /// Adds facts that are computed when an item is highlighted for the first time.
    pub(crate) fn with_facts(self, facts: &'a FactsOf<'a>) -> Self {
        Self {
            facts: Some(facts),
            ..self
        }
    }

    fn facts_of(&self, at: usize) -> Vec<Fact> {
        let computed = self.facts.map(|facts| facts(at));
        let facts = self.items[at].facts.iter().cloned();
        facts.chain(computed.into_iter().flatten()).collect()
    }

    /// Asks the user, on the terminal of standard input and standard error.
    pub(crate) fn pick(
        &self,
        printer: &Printer,
        is_interrupted: impl Fn() -> bool,
    ) -> io::Result<Picked> {
        if !printer.can_draw() {
            return numbered::pick(printer, self, is_interrupted);
        }
        match Screen::open(printer.stderr_has_color()) {
            Ok(screen) => self.pick_on(screen, is_interrupted),
            // A terminal without a raw mode.
            Err(_) => numbered::pick(printer, self, is_interrupted),
        }
    }

    fn pick_on(&self, mut screen: Screen, is_interrupted: impl Fn() -> bool) -> io::Result<Picked> {
        let mut state = State::new(self);
        loop {
            let (width, height) = Printer::stderr_size().unwrap_or(DEFAULT_SIZE);
            let frame = Frame::draw(&mut state, width, height);
            let page = frame.page;
            screen.show(frame)?;
            // The loop also turns without a key, to notice a new size.
            let started = Instant::now();
            let mut next = screen.keyboard.read()?;
            if started.elapsed() > LONGEST_READ {
                screen.resume()?;
            }
            if next.is_none() && is_interrupted() {
                return Ok(Picked::Interrupted);
            }
            // The other keys of a paste are not drawn one by one.
            while let Some(key) = next {
                if key == Key::Ctrl('z') {
                    screen.suspend()?;
                } else if let Some(picked) = state.press(key, page) {
                    return Ok(picked);
                }
                next = screen.keyboard.buffered();
            }
        }
    }
}
