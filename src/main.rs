//! The program; all code is in the library.

fn main() -> std::process::ExitCode {
    mdskill::main(std::env::args_os())
}
