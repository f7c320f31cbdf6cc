//! The doorbell: everything happens in the library.

fn main() -> std::process::ExitCode {
    mdskill::main(std::env::args_os())
}
