//! mdskill
pub mod diagnostic;
pub mod name;
pub mod path;
pub mod progress;
