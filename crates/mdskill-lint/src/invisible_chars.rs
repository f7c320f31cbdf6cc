//! Characters that are invisible to people and that agents read.

use crate::span::Span;
use crate::text::chars_beyond_ascii;

/// Number of characters on each side of a direction mark in which a right-to-left script justifies it.
const NEAR: usize = 8;

/// Whether a character is invisible, or changes the order of others. A variation selector selects
/// another shape of the character before it, but several of them can encode a text.
fn is_hidden(c: char) -> bool {
    is_selector(c)
        || matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{e0000}'..='\u{e007f}')
}

const fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character can only hide text or reverse it: a tag, a change of direction, or a variation
/// selector of the second block. None is in 2,672 public skills, except in flags and after Han characters.
pub(crate) const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// Returns each run of hidden characters that the text around it does not need.
#[must_use]
pub(crate) fn hidden_runs(text: &str) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    let mut flag_ends = 0;
    for (at, c) in chars_beyond_ascii(text).filter(|(_, c)| is_hidden(*c)) {
        if c == '\u{e007f}' || ('\u{e0020}'..='\u{e007e}').contains(&c) {
            if at >= flag_ends {
                flag_ends = end_of_flag(text, at).unwrap_or_default();
            }
            if at < flag_ends {
                continue;
            }
        }
        if is_needed(text, at, c) {
            continue;
        }
        let end = at + c.len_utf8();
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end = end,
            None => runs.push(Span::new(at, end)),
        }
    }
    runs
}

/// Returns the end of a flag whose first tag is at byte `at`: a black flag, at most six tags that
/// name a region, and the end tag. Source: Unicode UTS #51, annex C.
fn end_of_flag(text: &str, at: usize) -> Option<usize> {
    const MAX_TAGS: usize = 7;
    text[..at].ends_with('\u{1f3f4}').then_some(())?;
    let tags = text[at..].char_indices().take(MAX_TAGS);
    let mut named = tags.take_while(|(_, c)| ('\u{e0030}'..='\u{e007f}').contains(c));
    let (last, _) = named.find(|(_, c)| *c == '\u{e007f}')?;
    Some(at + last + '\u{e007f}'.len_utf8())
}

/// Whether the characters around a hidden character need it.
fn is_needed(text: &str, at: usize, c: char) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + c.len_utf8()..].chars().next();
    match c {
        // An emoji, a digit of a keycap, a mathematical sign, or a Han character.
        '\u{fe00}'..='\u{fe0f}' => {
            before.is_some_and(|before| !is_selector(before) && !before.is_ascii_alphabetic())
        }
        '\u{e0100}'..='\u{e01ef}' => before.is_some_and(is_han),
        // Between the letters of a word, it marks where a line may break.
        '\u{ad}' => {
            before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic)
        }
        // Fillers are parts of Korean syllables.
        '\u{115f}' | '\u{1160}' => after.or(before).is_some_and(is_jamo),
        '\u{feff}' => at == 0,
        '\u{200d}' => joins_emoji(&text[..at], after) || before.is_some_and(needs_joiners),
        '\u{200c}' | '\u{180e}' => before.is_some_and(needs_joiners),
        '\u{200b}' => before.is_some_and(has_no_spaces) && after.is_some_and(has_no_spaces),
        '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            let mut near = text[..at]
                .chars()
                .rev()
                .take(NEAR)
                .chain(text[at..].chars().take(NEAR));
            near.any(runs_right_to_left)
        }
        _ => false,
    }
}

/// Whether a joiner is between two emoji: `👩‍💻`, `❤️‍🔥`.
fn joins_emoji(before: &str, after: Option<char>) -> bool {
    let is_modifier = |c: &char| matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    let mut characters = before.chars().rev();
    let last = characters.next();
    let base = match last {
        Some(c) if is_modifier(&c) => characters.next(),
        last => last,
    };
    base.is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115e}' | '\u{1161}'..='\u{11ff}')
}

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether words of the script are spelled with joiners: Arabic and related scripts, those of South
/// and Southeast Asia, Mongolian. Source: Unicode 16, section 23.2.
fn needs_joiners(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
        | '\u{1b00}'..='\u{1bff}' | '\u{a8e0}'..='\u{a8ff}' | '\u{a980}'..='\u{a9ff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        && !is_hidden(c)
}

/// Whether the script has no spaces between words, so that a zero-width space marks where a line may
/// break: Thai, Lao, Tibetan, Burmese, Khmer.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

fn runs_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{1e900}'..='\u{1e95f}')
        && !is_hidden(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_characters_are_not_reported() {
        for text in [
            "\u{feff}---",
            "👩\u{200d}💻 and 🏳\u{fe0f}\u{200d}🌈 and 👋🏽\u{200d}💻",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
            "Donau\u{ad}dampfschiff",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} flag",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष and क\u{94d}\u{200c}ष",
            "ภาษา\u{200b}ไทย",
            "עברית\u{200f} (RTL)",
        ] {
            assert_eq!(hidden_runs(text), [], "{text:?}");
        }
    }

    #[test]
    fn each_run_is_reported_once() {
        let runs = |text: &str| -> Vec<(usize, usize)> {
            let runs = hidden_runs(text).into_iter();
            runs.map(|run| (run.start, run.end)).collect()
        };
        assert_eq!(runs("a\u{200b}b"), [(1, 4)]);
        assert_eq!(runs("a\u{202e}\u{2066}b\u{feff}"), [(1, 7), (8, 11)]);
        assert_eq!(runs("\u{e0061}\u{e0062}"), [(0, 8)]);
        assert_eq!(runs("a\u{200d}b").len(), 1);
        assert_eq!(runs("a\u{200c}💻\u{200d}").len(), 2);
        assert_eq!(runs("ab\u{200f}").len(), 1);
        // Bytes that are encoded as variation selectors.
        assert_eq!(runs("😀\u{fe00}\u{fe0f}\u{e0101}"), [(7, 14)]);
        assert_eq!(runs("a\u{fe0f}\u{3164}").len(), 1);
        // A flag that never ends, or that has more tags than a region.
        assert_eq!(runs("🏴\u{e0067}\u{e0062}").len(), 1);
        assert_eq!(
            runs(&format!("🏴{}\u{e007f}", "\u{e0061}".repeat(40))).len(),
            1
        );
    }
}
