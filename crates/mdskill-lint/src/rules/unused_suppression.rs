//! SK007: an `mdskill-ignore` comment without a matching finding. The `suppression` module reports it.

use crate::diagnostic::Severity;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK007",
    name: "unused-suppression",
    severity: Severity::Warning,
    summary: "an `mdskill-ignore` comment that has no effect",
    why: "It would hide the next problem in this place from the author, but not from the agent.",
    example: "<!-- mdskill-ignore SK302: not there -->",
    how_to_fix: "remove the comment",
    check: Check::Validator,
    ..Rule::DEFAULT
};
