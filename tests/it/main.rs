//! The tests of the whole: the real program, in a sealed room, against a real git server.

mod support;

mod add;
mod add_places;
mod corpus;
mod faults;
mod forge;
mod help;
mod install_remove_verify;
mod install_sh;
mod lockfile;
mod network;
mod transaction;
mod update;
mod workshop;
