//! The log on stderr: the events of mdskill, for `-v` and `MDSKILL_LOG`.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::printer::Printer;
use super::styled::Styled;

/// The targets of mdskill and mdskill-git. The events of other crates are never shown, because those
/// of the HTTP client may contain headers.
const TARGET: &str = "mdskill";

/// Starts the log: `verbosity` is the number of `-v`, and `filter` the value of `MDSKILL_LOG`, a
/// level, or levels for single targets.
///
/// # Errors
/// If `filter` is invalid. Then it is ignored.
pub(crate) fn start(printer: &Printer, verbosity: u8, filter: Option<&str>) -> Result<(), String> {
    let level = match verbosity {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2.. => LevelFilter::DEBUG,
    };
    let asked = filter.map(parse).transpose();
    let targets = asked.clone().ok().flatten().unwrap_or_default();
    let level = targets.default_level().unwrap_or(level);
    let of_ours = targets
        .into_iter()
        .filter(|(target, _)| target.starts_with(TARGET));
    let targets = Targets::new()
        .with_target(TARGET, level)
        .with_targets(of_ours);
    if targets.iter().any(|(_, level)| level != LevelFilter::OFF) {
        let printer = printer.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(move || Lines(printer.clone()))
            .with_ansi(false)
            .without_time()
            .finish()
            .with(targets);
        // A test that runs several commands in one process keeps the first log.
        let _already_started = tracing::subscriber::set_global_default(subscriber);
    }
    asked.map(drop)
}

fn parse(filter: &str) -> Result<Targets, String> {
    let parsed = filter.parse::<Targets>();
    let parsed = parsed.map_err(|error| format!("`{filter}`: {error}"))?;
    match parsed
        .iter()
        .find(|(target, _)| !target.starts_with(TARGET))
    {
        Some((target, _)) => Err(format!(
            "`{target}` is neither a level nor a target of mdskill"
        )),
        None => Ok(parsed),
    }
}

/// Prints events, each of them one write, without what a terminal or a CI runner would obey.
struct Lines(Printer);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = String::from_utf8_lossy(bytes);
        self.0.stderr(&Styled::from(event.trim_end()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_is_level_or_target_of_mdskill() {
        for valid in ["debug", "mdskill_git=trace,info", "mdskill::install=debug"] {
            assert!(parse(valid).is_ok(), "{valid}");
        }
        for invalid in ["hyper=trace", "loud", "mdskill=loud"] {
            assert!(parse(invalid).is_err(), "{invalid}");
        }
    }
}
