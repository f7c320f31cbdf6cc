//! The tests of the whole: the real program, in a sealed room, against a real git server.

mod support;

mod acts;
mod credentials;
mod faults;
mod forge;
mod hostile;
mod install_sh;
mod network;
mod network_faults;
mod proxies;
mod secrets;
mod servers;
mod transport;
mod ways;
mod workshop;
