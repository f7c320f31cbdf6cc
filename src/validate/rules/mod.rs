//! The rules, one a file.

pub mod allowed_tools_commas;
pub mod allowed_tools_list;
pub mod broken_link;
pub mod broken_path;
pub mod compatibility;
pub mod description_missing;
pub mod description_too_long;
pub mod duplicate_key;
pub mod frontmatter_missing;
pub mod frontmatter_unclosed;
pub mod invalid_yaml;
pub mod letter_case;
pub mod metadata;
pub mod name_invalid;
pub mod name_missing;
pub mod name_not_folder;
pub mod not_a_map;
pub mod not_utf8;
pub mod skill_md_missing;
pub mod unreadable;
