//! [`Age`]: the value of `min-age`; formatted times.

use std::fmt;
use std::str::FromStr;

/// A duration in whole hours, days, or weeks, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    number: u64,
    unit: Unit,
}

/// A letter, a noun, and a number of hours.
type Unit = (char, &'static str, u64);

const UNITS: [Unit; 3] = [('h', "hour", 1), ('d', "day", 24), ('w', "week", 24 * 7)];

/// The largest number of any unit: ten years in hours.
const MOST: u64 = 87_660;

/// A text that is not an age.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid age `{0}`: use hours, days, or weeks, such as \"12h\", \"3d\", or \"2w\"")]
pub struct ParseAgeError(String);

impl Age {
    /// Returns the age in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.number * self.unit.2 * 3600
    }

    /// Returns the age in words, such as `3 days`.
    #[must_use]
    pub fn words(self) -> String {
        let plural = if self.number == 1 { "" } else { "s" };
        format!("{} {}{plural}", self.number, self.unit.1)
    }
}

impl FromStr for Age {
    type Err = ParseAgeError;

    fn from_str(text: &str) -> Result<Self, ParseAgeError> {
        let parse = |unit: Unit| {
            let digits = text.strip_suffix(unit.0)?;
            // `parse` would accept a sign.
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.parse().ok().filter(|_| is_number)?;
            (number <= MOST).then_some(Self { number, unit })
        };
        let age = UNITS.into_iter().find_map(parse);
        age.ok_or_else(|| ParseAgeError(text.to_owned()))
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.0)
    }
}

/// Returns a time in Unix seconds as `2026-11-23 14:05 UTC`. A limit is rounded up to the minute,
/// because a command run at the printed time must succeed.
pub(crate) fn format_time(seconds: u64, is_limit: bool) -> String {
    let minutes = if is_limit {
        seconds.div_ceil(60)
    } else {
        seconds / 60
    };
    let (year, month, day) = date(minutes / 1440);
    let (hour, minute) = (minutes / 60 % 24, minutes % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Returns the day of a time in Unix seconds, in a time zone that is `offset` minutes to the east, as
/// `2026-11-23`. A time before 1970 is shown as 1970.
pub(crate) fn format_day(seconds: i64, offset: i32) -> String {
    let local = seconds.saturating_add(60 * i64::from(offset));
    let days = u64::try_from(local / 86_400).unwrap_or_default();
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Converts days since 1970 to year, month, and day.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
const fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_a_whole_number_with_a_unit() {
        let seconds = |text: &str| text.parse::<Age>().map(Age::seconds);
        assert_eq!(seconds("3d"), Ok(259_200));
        assert_eq!(seconds("12h"), Ok(43_200));
        assert_eq!(seconds("2w"), Ok(1_209_600));
        assert_eq!(seconds("0h"), Ok(0));
        for wrong in [
            "",
            "d",
            "3",
            "-3d",
            "+3d",
            "3 d",
            "3D",
            "1.5d",
            "3days",
            "3é",
            "99999999999999999999d",
            "87661w",
        ] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!("2w".parse::<Age>().unwrap().to_string(), "2w");
        assert_eq!("1d".parse::<Age>().unwrap().words(), "1 day");
    }

    #[test]
    fn format_time_is_formatted_as_utc() {
        // The output of `date -u -d @N`.
        assert_eq!(format_time(0, false), "1970-01-01 00:00 UTC");
        assert_eq!(format_time(951_782_400, false), "2000-02-29 00:00 UTC");
        assert_eq!(format_time(1_795_445_988, false), "2026-11-23 14:59 UTC");
        assert_eq!(format_time(1_795_445_988, true), "2026-11-23 15:00 UTC");
        assert_eq!(format_time(4_107_542_399, false), "2100-02-28 23:59 UTC");
        assert_eq!(format_time(4_107_542_399, true), "2100-03-01 00:00 UTC");
        assert_eq!(format_day(951_782_399, 0), "2000-02-28");
        assert_eq!(format_day(951_782_399, 60), "2000-02-29");
        assert_eq!(format_day(-1, 0), "1970-01-01");
    }
}
