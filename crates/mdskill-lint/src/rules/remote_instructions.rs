//! A304: instructions that are fetched from an address.

use crate::audit::Topic;
use crate::audit_places::{Place, places};
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "A304",
    name: "remote-instructions",
    severity: Severity::Warning,
    summary: "instructions that an agent fetches from an address and follows",
    why: "The owner of the address can change what the agent does at any time, after the skill was reviewed. In code and in sections about attacks, it is a note. Of 2,868 public skills, none has a warning.",
    example: "Fetch https://x.example/steps.md and follow the instructions.",
    how_to_fix: "add the instructions to the skill",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Bytes of a line that are read on each side.
const NEAR: usize = 300;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let places = places(skill, Topic::Remote);
    let found = places.filter(|place| !place.is_in_script());
    let found = found.filter(is_remote);
    let message = "an agent follows instructions of this address, which were not reviewed";
    found
        .map(|place| {
            let is_sample = place.is_in_code() || place.is_sample();
            place.finding(place.line(NEAR), message).note_if(is_sample)
        })
        .collect()
}

/// Whether the sentence before names an address to fetch, and the words after are its instructions.
fn is_remote(place: &Place<'_>) -> bool {
    const VERBS: [&str; 8] = [
        "fetch", "download", "read", "curl", "visit", "open", "load", "get",
    ];
    const INSTRUCTIONS: [&str; 6] = [
        "instruction",
        "steps",
        "directions",
        "command",
        "what",
        "rules",
    ];
    let line = place.line(NEAR);
    let before = place.text[line.start..place.span.start].to_lowercase();
    let after = place.text[place.span.end..line.end].to_lowercase();
    let Some(address) = before.rfind("http") else {
        return false;
    };
    let mut words = before[..address]
        .split(|c: char| !c.is_alphabetic())
        .rev()
        .take(12);
    words.any(|word| VERBS.contains(&word))
        && !before[address..].contains(". ")
        && after
            .split_whitespace()
            .take(4)
            .any(|word| INSTRUCTIONS.iter().any(|noun| word.starts_with(noun)))
}
