//! Texts with the form of a key or a token.

/// Minimum number of characters after the prefix of a token.
const MIN_TOKEN: usize = 16;
/// Minimum number of characters of the first line of a private key.
const MIN_KEY: usize = 40;
/// Parts of tokens in documentation.
const PLACEHOLDERS: [&str; 9] = [
    "example", "xxxx", "your", "token", "1234567", "abcdef", "0000", "test", "fake",
];

/// Returns the length of the secret that begins with this prefix, or for a private key, that follows it.
pub(crate) fn length(prefix: &str, after: &str) -> Option<usize> {
    if prefix.ends_with("KEY-----") {
        return key(after);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
    let token = &after[..end];
    let lower = token.to_lowercase();
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let letters = token.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_form = match prefix {
        "AKIA" => {
            token.len() == 16
                && token
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }
        // `xoxb-` and a number, not a word.
        _ => token.len() >= MIN_TOKEN && digits >= 3 && letters >= 6,
    };
    let is_placeholder = PLACEHOLDERS.iter().any(|word| lower.contains(word));
    (is_form && !is_placeholder && is_varied(token)).then_some(end)
}

/// A private key has a long line of base64 after its header, in which a line break may be written `\n`.
fn key(after: &str) -> Option<usize> {
    let text = after.strip_prefix("\\n").unwrap_or(after);
    let text = text.trim_start_matches(['\r', '\n', ' ', '"', '\'', '+']);
    let skipped = after.len() - text.len();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let end = text.find(|c| !is_base64(c)).unwrap_or(text.len());
    let line = &text[..end];
    let is_key = line.len() >= MIN_KEY && is_varied(line);
    is_key.then_some(skipped + end)
}

/// Whether a text has more than ten different characters, unlike `xxxxxxxxxxxxxxxx`.
fn is_varied(text: &str) -> bool {
    let different: std::collections::BTreeSet<u8> = text.bytes().collect();
    different.len() > 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_differs_from_placeholder() {
        for (prefix, after) in [
            ("ghp_", "R7q2Lw9ZbN4kVx8sDfGhJm3PcTyUeA5oWi6K\""),
            ("xoxb-", "93847561029-84756-QpLmZkRtYv"),
            ("AKIA", "Q3EGRCXW7ZP5LHND"),
            (
                "PRIVATE KEY-----",
                "\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n",
            ),
        ] {
            assert!(length(prefix, after).is_some(), "{prefix}{after}");
        }
        for (prefix, after) in [
            ("ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            ("ghp_", "your_token_here_1234567890abc"),
            ("AKIA", "IOSFODNN7EXAMPLE"),
            ("xoxb-", "your-bot-token"),
            ("PRIVATE KEY-----", "\n...\n-----END PRIVATE KEY-----"),
        ] {
            assert_eq!(length(prefix, after), None, "{prefix}{after}");
        }
    }
}
