//! A303: a command that reads credentials of the user.

use crate::audit::Topic;
use crate::audit_places::places;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::extension;

pub(crate) const RULE: Rule = Rule {
    code: "A303",
    name: "credentials",
    severity: Severity::Info,
    summary: "code that names a file with credentials of the user",
    why: "An agent that reads private keys, tokens, or passwords can send them. Of 2,868 public skills, 8 have any; with a program that sends them, it is a warning, and none has that.",
    example: "cat ~/.ssh/id_ed25519",
    how_to_fix: "use the program that owns the credentials, such as `ssh` or `aws`",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Bytes of a line that are read on each side.
const NEAR: usize = 400;
/// Programs that send what they read.
const SENDERS: [&str; 9] = [
    "curl ",
    "wget ",
    "nc ",
    "ncat ",
    "scp ",
    "requests.post",
    "urlopen",
    "fetch(",
    "Invoke-WebRequest",
];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let places = places(skill, Topic::Credentials);
    let named = places.filter(|place| place.is_in_script() || place.is_in_code());
    let found = named.filter_map(|place| {
        let (text, span) = (place.text, place.span);
        let to = text.floor_char_boundary(span.end.saturating_add(NEAR));
        let rest = &text[span.end..to];
        // Public keys and the configuration of ssh are not secrets.
        let name = rest
            .split(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c))
            .next();
        let name = name.unwrap_or_default();
        let is_secret = match span.of(text) {
            ".ssh/" => {
                (name.starts_with("id_") || extension(name) == "pem") && extension(name) != "pub"
            }
            _ => true,
        };
        is_secret.then_some(())?;
        let line = place.line(NEAR);
        let is_sent = SENDERS.iter().any(|sender| line.of(text).contains(sender));
        if is_sent && !place.is_sample() {
            let message = "this command reads credentials of the user, and sends them";
            return Some(
                place
                    .finding(span, message)
                    .with_severity(Severity::Warning),
            );
        }
        Some(place.finding(span, "this code names a file with credentials of the user"))
    });
    found.collect()
}
