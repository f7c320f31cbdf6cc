//! A terminal in which a program runs, with what it shows.

use super::test_context::Prepared;
use anstyle::{Ansi256Color, Color, Effects, RgbColor, Style};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthStr;

/// The time limit of everything that a test waits for.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A pseudo-terminal with a running program.
pub struct Terminal {
    /// The side of the person.
    keyboard: File,
    /// The side of the program, kept open so that its modes can be read after the end.
    program: OwnedFd,
    screen: Arc<Mutex<vt100::Parser>>,
    child: Child,
}

impl Terminal {
    /// Starts a command with standard input and standard error in a terminal of this size. Standard output is the
    /// terminal, too, or a pipe whose content is dropped.
    pub fn start(mut command: Command, (columns, rows): (u16, u16), is_piped: bool) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("a terminal");
        unlockpt(&master).expect("a terminal");
        let name = ptsname(&master, Vec::new()).expect("a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let program = rustix::fs::open(name, flags, Mode::empty()).expect("the other side");
        let side = || Stdio::from(program.try_clone().expect("a copy"));
        tcsetwinsize(&master, size(columns, rows)).expect("a size");
        command.stdin(side()).stderr(side());
        command.stdout(if is_piped { Stdio::null() } else { side() });
        // Ctrl-Z stops the process group, which must not be that of the tests.
        let child = command.process_group(0).spawn().expect("a program");
        let keyboard = File::from(master);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(
            cells(rows),
            cells(columns),
            0,
        )));
        let (mut output, shown) = (keyboard.try_clone().expect("a copy"), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().expect("no panic").process(&bytes[..count]);
            }
        });
        Self {
            keyboard,
            program,
            screen,
            child,
        }
    }

    /// Presses keys.
    pub fn press(&self, keys: &str) {
        let mut keyboard = &self.keyboard;
        keyboard.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        let mut screen = self.screen.lock().expect("no panic");
        screen.screen_mut().set_size(cells(rows), cells(columns));
        tcsetwinsize(&self.program, size(columns, rows)).expect("a size");
    }

    /// The lines of the screen.
    pub fn lines(&self) -> Vec<String> {
        let screen = self.screen.lock().expect("no panic");
        let (_, columns) = screen.screen().size();
        let rows = screen.screen().rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    /// Waits until the screen is as wanted, and returns its lines.
    #[track_caller]
    pub fn wait(&self, what: &str, is_wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let started = Instant::now();
        loop {
            let lines = self.lines();
            if is_wanted(&lines) {
                return lines;
            }
            assert!(
                started.elapsed() < LONGEST_WAIT,
                "{what} did not appear in\n{}",
                lines.join("\n")
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a line of the screen contains this text, and returns all lines.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> Vec<String> {
        self.wait(text, |lines| lines.iter().any(|line| line.contains(text)))
    }

    /// Whether a character on the screen has a color.
    pub fn has_color(&self) -> bool {
        let screen = self.screen.lock().expect("no panic");
        let (rows, columns) = screen.screen().size();
        let (rows, columns) = (rows.get(), columns.get());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let mut cells = cells.filter_map(|(row, column)| screen.screen().cell(row, column));
        cells.any(|cell| cell.fgcolor() != vt100::Color::Default)
    }

    /// Whether the program uses the alternate screen.
    pub fn is_alternate(&self) -> bool {
        let screen = self.screen.lock().expect("no panic");
        screen.screen().alternate_screen()
    }

    /// Whether the terminal shows what is typed.
    pub fn has_echo(&self) -> bool {
        let modes = tcgetattr(&self.program).expect("modes").local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// The number of the process.
    pub fn id(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// The lines of the screen before `(end)`, with the escape sequences of their styles.
    pub fn styled_lines(&self) -> Vec<String> {
        let lines = self.lines();
        let screen = self.screen.lock().expect("no panic");
        let until_end = lines.iter().take_while(|line| *line != "(end)").zip(0..);
        until_end
            .map(|(line, row)| styled_line(screen.screen(), row, cell_count(line)))
            .collect()
    }

    /// Waits for the end of the program. Returns its exit code and the last screen, and asserts that the terminal has
    /// echo, lines, and a visible cursor.
    #[track_caller]
    pub fn end(mut self) -> (Option<i32>, Vec<String>) {
        self.wait_for_end()
    }

    /// As [`Self::end`], and the screen can still be read.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> (Option<i32>, Vec<String>) {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if started.elapsed() > LONGEST_WAIT {
                drop(self.child.kill());
                panic!("the program did not end:\n{}", self.lines().join("\n"));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        // The reader may be behind: this text comes last.
        let mut program = File::from(self.program.try_clone().expect("a copy"));
        program.write_all(b"\r\n(end)").expect("a terminal");
        let lines = self.wait_for("(end)");
        let modes = tcgetattr(&self.program).expect("modes").local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
        assert!(!self.is_alternate(), "the alternate screen is open");
        let screen = self.screen.lock().expect("no panic");
        assert!(!screen.screen().hide_cursor(), "the cursor is hidden");
        (status.code(), lines)
    }
}

/// Returns the first columns of a row, with escape sequences where the style changes.
fn styled_line(screen: &vt100::Screen, row: u16, columns: u16) -> String {
    let (mut line, mut style) = (String::new(), Style::new());
    let cells = (0..columns).filter_map(|column| screen.cell(row, column));
    for cell in cells.filter(|cell| !cell.is_wide_continuation()) {
        let next = style_of(cell);
        if next != style {
            let _ = write!(line, "{style:#}{next}");
            style = next;
        }
        line += if cell.has_contents() {
            cell.contents()
        } else {
            " "
        };
    }
    line + &format!("{style:#}")
}

fn style_of(cell: &vt100::Cell) -> Style {
    let color = match cell.fgcolor() {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => Some(Color::Ansi256(Ansi256Color(index))),
        vt100::Color::Rgb(red, green, blue) => Some(Color::Rgb(RgbColor(red, green, blue))),
    };
    let effects = [
        (cell.bold(), Effects::BOLD),
        (cell.dim(), Effects::DIMMED),
        (cell.italic(), Effects::ITALIC),
        (cell.underline(), Effects::UNDERLINE),
        (cell.inverse(), Effects::INVERT),
    ];
    let is_set = effects.iter().filter(|(is_set, _)| *is_set);
    let effects = is_set.fold(Effects::new(), |all, (_, effect)| all | *effect);
    Style::new().fg_color(color).effects(effects)
}

fn cell_count(line: &str) -> u16 {
    u16::try_from(line.width()).expect("a line of a terminal")
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has cells")
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

/// What a person saw on a terminal at the end, and the exit code.
#[derive(Debug)]
pub struct Seen {
    pub screen: String,
    pub code: Option<i32>,
}

impl Seen {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.screen);
        self
    }

    /// Asserts that a text was shown.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        let screen = &self.screen;
        assert!(screen.contains(text), "expected {text:?} in\n{screen}");
        self
    }

    /// Asserts that a text was not shown.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        let screen = &self.screen;
        assert!(!screen.contains(text), "unexpected {text:?} in\n{screen}");
        self
    }
}

/// Runs a command on a terminal of 100 columns. Each pair of `dialog` is a text to wait for, and the
/// keys to press then.
#[track_caller]
pub fn on_terminal(prepared: Prepared, dialog: &[(&str, &str)]) -> Seen {
    let terminal = prepared.terminal((100, 40), false);
    for (text, keys) in dialog {
        terminal.wait_for(text);
        terminal.press(keys);
    }
    let (code, lines) = terminal.end();
    Seen {
        screen: lines.join("\n"),
        code,
    }
}
