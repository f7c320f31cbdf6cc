//! [`Key`]: a key that is pressed on a terminal.

/// A key, or a combination of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character that was typed.
    Char(char),
    /// A character of a text that was pasted.
    #[cfg_attr(windows, expect(dead_code, reason = "the console does not report it"))]
    Pasted(char),
    /// Ctrl and a letter in lower case.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// F1, the key for help.
    #[cfg_attr(windows, expect(dead_code, reason = "the console does not report it"))]
    F1,
    /// Backspace.
    Backspace,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Any other key.
    Other,
}
