//! SK007: a `mdskill-ignore` that silences nothing. `validate::suppress` finds it.

use crate::diagnostic::Severity;
use crate::rule::{Check, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK007",
    name: "unused-suppression",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a `mdskill-ignore` that silences nothing",
    why: "It hides the next finding there from its author, and the agent meets it.",
    example: "<!-- mdskill-ignore SK302: not there -->",
    mend: "remove the comment",
    fixable: Fixable::No,
    check: Check::Validator,
};
