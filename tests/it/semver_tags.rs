//! Versions among tags.
