//! The tests of the whole: the real program, in a sealed room, against a real git server.

mod support;

mod add;
mod add_places;
mod faults;
mod forge;
mod install_remove_verify;
mod install_sh;
mod network;
mod transaction;
mod workshop;
