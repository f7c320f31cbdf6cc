//! Skills as the trade knows them: where they lie, what is in them, what they say of themselves.

pub mod discover;
pub mod select;
pub mod tree;
