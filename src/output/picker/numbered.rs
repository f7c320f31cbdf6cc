//! A numbered list, for a terminal that can only print lines, and for screen readers.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::Style;

use super::line::{DIM, GROUP};
use super::state::{Row, State};
use super::{DEFAULT_SIZE, Picked, Picker};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::styled::Styled;
use crate::platform::LineReader;

/// The answer of the user.
#[derive(Debug, PartialEq, Eq)]
enum Answer<'a> {
    /// The indexes of the picked items.
    Items(Vec<usize>),
    /// The word after a slash: print only the items that match.
    Filter(&'a str),
    Cancel,
}

/// Prints the items with numbers, and asks for some of these.
pub(super) fn pick(
    printer: &Printer,
    picker: &Picker<'_>,
    is_interrupted: impl Fn() -> bool,
) -> io::Result<Picked> {
    let mut state = State::new(picker);
    let order = state.shown.clone();
    let bold = Style::new().bold();
    printer.stderr(&Styled::with(bold, &picker.title));
    print(printer, &mut state, &order);
    loop {
        let Some(line) = ask(picker, &is_interrupted)? else {
            return Ok(Picked::Interrupted);
        };
        match parse(&line, &order, picker.is_single) {
            Ok(Answer::Items(items)) => return Ok(Picked::Items(items)),
            Ok(Answer::Cancel) => return Ok(Picked::Cancelled),
            Ok(Answer::Filter(words)) => {
                state.set_filter(words);
                print(printer, &mut state, &order);
            }
            Err(sentence) => printer.error(&sentence),
        }
    }
}

/// Asks for a line. Returns an empty one at the end of the input, and `None` if interrupted.
fn ask(picker: &Picker<'_>, is_interrupted: impl Fn() -> bool) -> io::Result<Option<String>> {
    let question = if picker.is_single {
        "Number, /word to search, or empty to cancel: "
    } else {
        "Numbers (such as 1,3-5), /word to search, or empty to cancel: "
    };
    let mut stderr = io::stderr().lock();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()?;
    drop(stderr);
    let mut reader = LineReader::start()?;
    loop {
        if let Some(line) = reader.read()? {
            if line.is_empty() {
                // The end of the input has no line break.
                writeln!(io::stderr())?;
            }
            return Ok(Some(line));
        }
        if is_interrupted() {
            return Ok(None);
        }
    }
}

fn print(printer: &Printer, state: &mut State<'_>, order: &[usize]) {
    let (width, _) = Printer::stderr_size().unwrap_or(DEFAULT_SIZE);
    let digits = order.len().to_string().len();
    let rows = state.rows();
    if rows.is_empty() {
        printer.error(&format!("no match for `{}`", state.filter.text()));
    }
    for row in rows {
        let at = match row {
            Row::Group(name) => {
                printer.stderr(&Styled::with(GROUP, name));
                continue;
            }
            Row::Item(at) => state.shown[at],
        };
        let item = &state.items[at];
        let number = order.iter().position(|one| *one == at).unwrap_or_default() + 1;
        let mark = item.mark.map(|mark| format!(" ({mark})"));
        let rest = [&*item.detail, &*item.description];
        let rest = rest.iter().filter(|text| !text.is_empty());
        let rest = rest.fold(String::new(), |line, text| format!("{line}  {text}"));
        let name = format!(
            "{number:>digits$}. {}{}",
            item.name,
            mark.unwrap_or_default()
        );
        let line = sanitize::cut(&sanitize::line(&format!("{name}{rest}")), width);
        let (name, rest) = line.split_at(line.len().min(sanitize::line(&name).len()));
        printer.stderr(&Styled::from(name).push_with(DIM, rest));
    }
}

/// Parses an answer: numbers and ranges of `order`, separated by commas or spaces.
fn parse<'l>(line: &'l str, order: &[usize], is_single: bool) -> Result<Answer<'l>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Answer::Cancel);
    }
    if let Some(words) = line.strip_prefix('/') {
        return Ok(Answer::Filter(words.trim()));
    }
    let last = order.len();
    let number = |text: &str| match text.trim().parse::<usize>() {
        Ok(number) if (1..=last).contains(&number) => Ok(number),
        _ => Err(format!("`{text}` is not a number from 1 to {last}")),
    };
    let mut picked = BTreeSet::new();
    for part in line.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if first > last {
            return Err(format!(
                "`{part}` is not a range: {first} is greater than {last}"
            ));
        }
        picked.extend(first..=last);
    }
    match picked.len() {
        0 => Err(format!("`{line}` has no number")),
        2.. if is_single => Err("only one can be picked".to_owned()),
        _ => Ok(Answer::Items(
            picked.iter().map(|number| order[number - 1]).collect(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(line: &str) -> Vec<usize> {
        match parse(line, &[30, 10, 20, 40], false) {
            Ok(Answer::Items(items)) => items,
            other => panic!("{line:?}: {other:?}"),
        }
    }

    #[test]
    fn numbers_are_those_of_the_printed_order() {
        assert_eq!(items("1"), [30]);
        assert_eq!(items(" 4,2 "), [10, 40]);
        assert_eq!(items("1 3-4, 3"), [30, 20, 40]);
    }

    #[test]
    fn other_answers_are_explained() {
        let error = |line, is_single| match parse(line, &[0, 1, 2], is_single) {
            Err(sentence) => sentence,
            Ok(answer) => panic!("{line:?}: {answer:?}"),
        };
        assert_eq!(error("4", false), "`4` is not a number from 1 to 3");
        assert_eq!(error("0", false), "`0` is not a number from 1 to 3");
        assert_eq!(error("1-", false), "`` is not a number from 1 to 3");
        assert_eq!(error("pdf", false), "`pdf` is not a number from 1 to 3");
        assert_eq!(
            error("3-1", false),
            "`3-1` is not a range: 3 is greater than 1"
        );
        assert_eq!(error(",", false), "`,` has no number");
        assert_eq!(error("1,2", true), "only one can be picked");
    }

    #[test]
    fn empty_line_cancels_and_a_slash_searches() {
        assert_eq!(parse("  ", &[0], false), Ok(Answer::Cancel));
        assert_eq!(
            parse("/ python test", &[0], false),
            Ok(Answer::Filter("python test"))
        );
    }
}
