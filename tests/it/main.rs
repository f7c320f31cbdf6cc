//! The tests of the whole: the real program, in a sealed room, against a real git server.

mod support;

mod faults;
mod forge;
mod network;
mod workshop;
