//! Git as mdskill speaks it: its wire protocol, its objects, and the ways to a repository.

pub mod commits;
mod error;
pub mod line_diff;
pub mod merge_file;
pub mod objects;
mod pack;
pub mod pkt_line;
pub mod protocol;
pub mod renames;
pub mod similarity;
mod staged;
pub mod transport;
mod tree;
pub mod work_tree;
