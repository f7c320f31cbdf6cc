//! The list of all rules.

use crate::rule::Rule;
use crate::rules;

/// All rules, sorted by code.
pub const RULES: &[&Rule] = &[
    &rules::skill_md_missing::RULE,
    &rules::not_utf8::RULE,
    &rules::byte_order_mark::RULE,
    &rules::crlf::RULE,
    &rules::nested_skill::RULE,
    &rules::flat_file::RULE,
    &rules::unused_suppression::RULE,
    &rules::unreadable::RULE,
    &rules::frontmatter_missing::RULE,
    &rules::frontmatter_unclosed::RULE,
    &rules::invalid_yaml::RULE,
    &rules::duplicate_key::RULE,
    &rules::not_a_map::RULE,
    &rules::dashes_in_frontmatter::RULE,
    &rules::unknown_field::RULE,
    &rules::client_field::RULE,
    &rules::allowed_tools_list::RULE,
    &rules::allowed_tools_commas::RULE,
    &rules::metadata::RULE,
    &rules::compatibility::RULE,
    &rules::license::RULE,
    &rules::field_type::RULE,
    &rules::name_missing::RULE,
    &rules::name_invalid::RULE,
    &rules::name_not_folder::RULE,
    &rules::name_reserved::RULE,
    &rules::duplicate_name::RULE,
    &rules::description_missing::RULE,
    &rules::description_too_long::RULE,
    &rules::description_vague::RULE,
    &rules::description_tag::RULE,
    &rules::duplicate_description::RULE,
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
    &rules::body_empty::RULE,
    &rules::too_many_lines::RULE,
    &rules::too_many_tokens::RULE,
    &rules::fence_unclosed::RULE,
    &rules::placeholder::RULE,
    &rules::hidden_characters::RULE,
    &rules::html_comment::RULE,
    &rules::piped_download::RULE,
    &rules::all_of_bash::RULE,
    &rules::symlink::RULE,
    &rules::lfs_pointer::RULE,
    &rules::submodule::RULE,
    &rules::unportable_path::RULE,
    &rules::junk::RULE,
    &rules::too_large::RULE,
    &rules::not_executable::RULE,
];

/// Returns the rule with this code.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}
