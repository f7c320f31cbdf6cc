//! Every rule, by its code.

use crate::validate::rule::Rule;
use crate::validate::rules;

/// All rules, sorted by code.
pub const RULES: &[&Rule] = &[
    &rules::skill_md_missing::RULE,
    &rules::not_utf8::RULE,
    &rules::unreadable::RULE,
    &rules::frontmatter_missing::RULE,
    &rules::frontmatter_unclosed::RULE,
    &rules::invalid_yaml::RULE,
    &rules::duplicate_key::RULE,
    &rules::not_a_map::RULE,
    &rules::allowed_tools_list::RULE,
    &rules::allowed_tools_commas::RULE,
    &rules::metadata::RULE,
    &rules::compatibility::RULE,
    &rules::name_missing::RULE,
    &rules::name_invalid::RULE,
    &rules::name_not_folder::RULE,
    &rules::description_missing::RULE,
    &rules::description_too_long::RULE,
    &rules::broken_link::RULE,
    &rules::broken_path::RULE,
    &rules::weak_path::RULE,
    &rules::letter_case::RULE,
    &rules::leaves_skill::RULE,
    &rules::path_above::RULE,
    &rules::fixed_path::RULE,
    &rules::missing_anchor::RULE,
    &rules::orphan::RULE,
    &rules::deep_reference::RULE,
    &rules::client_variable::RULE,
];

/// Returns the rule of that code.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}
