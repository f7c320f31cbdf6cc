//! Runs a command: options from arguments, exit codes from reports.

mod add;
mod agents;
mod arguments;
mod cache;
pub mod cli;
mod completions;
mod consent;
mod diff;
mod doctor;
mod github_actions;
mod import;
mod init;
mod install;
mod keep;
mod list;
mod lock;
mod log;
mod man;
mod outdated;
mod panic;
mod policy;
mod prompt;
mod remove;
mod rule;
mod schema;
mod search;
mod show;
mod site;
mod specs;
mod update;
mod validate;
mod validate_output;
mod verify;

use std::ffi::OsString;
use std::future::Future;
use std::io::{ErrorKind, IsTerminal};
use std::process::ExitCode;

use anstream::ColorChoice;

use self::arguments::Refused;
use self::cli::{Cli, ColorWhen, Command, Global};
use crate::config::Rules;
use crate::context::Context;
use crate::dirs::Dirs;
use crate::env::Env;
use crate::fetch::FetchError;
use crate::hint::HasHint;
use crate::install::InstallError;
use crate::install::scope::Scope;
use crate::interrupt::Interrupt;
use crate::operations::OpError;
use crate::operations::resolve::typed::installed_names;
use crate::output::exit_status::{ExitStatus, status_of};
use crate::output::log as output_log;
use crate::output::pager::Pager;
use crate::output::printer::{Printer, Volume};
use crate::output::progress::Spinner;
use crate::output::text::count;
use crate::platform;
use mdskill_lint::Level;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::exactly;

/// Runs mdskill with the program's arguments and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    panic::report_as_sentence();
    platform::report_file_size_limit();
    platform::raise_open_file_limit();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let env = Env::read();
    if let Ok(env) = &env
        && let Some(answer) = completions::complete(env, &arguments)
    {
        Printer::page(answer.lines().as_bytes());
        return ExitStatus::Done.into();
    }
    let cli = match arguments::parse(&arguments) {
        Ok(cli) => cli,
        Err(Refused::Clap(asked)) => {
            // clap repeats the arguments as they are.
            let words: Vec<String> = arguments
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            let printer = printer_of(&Global::default(), &env.unwrap_or_default());
            let message = asked.render().to_string();
            if asked.use_stderr() && printer.clean_usage(&message, &words) {
                return ExitStatus::Usage.into();
            }
            // Help and version are successes; everything else is a usage error.
            if asked.use_stderr() {
                printer.usage(&asked.render().ansi().to_string());
                return ExitStatus::Usage.into();
            }
            return match asked.print() {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    printer.error(&format!("can't write to standard output: {error}"));
                    ExitStatus::Failed.into()
                }
                _ => ExitStatus::Done.into(),
            };
        }
        Err(Refused::Sentence(sentence, hint)) => {
            let env = env.unwrap_or_default();
            let printer = printer_of(&Global::default(), &env);
            printer.error(&sentence);
            printer.hint(&hint);
            return ExitStatus::Usage.into();
        }
    };
    let mut env = match env {
        Ok(env) => env,
        Err(error) => {
            printer_of(&cli.global, &Env::default())
                .error(&format!("failed to read the current directory: {error}"));
            return ExitStatus::Failed.into();
        }
    };
    let printer = printer_of(&cli.global, &env);
    let status = start(&cli, &mut env, &printer).unwrap_or_else(|error| {
        printer.error(&error.to_string());
        if let Some(hint) = error.hint() {
            printer.hint(&hint);
        }
        status_of(&error)
    });
    if printer.report_lost_data() {
        return ExitStatus::Failed.into();
    }
    status.into()
}

fn printer_of(global: &Global, env: &Env) -> Printer {
    let color = match global.color {
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
        ColorWhen::Auto if env.no_color => ColorChoice::Never,
        ColorWhen::Auto => ColorChoice::Auto,
    };
    let volume = match (global.quiet, global.verbose) {
        (true, _) => Volume::Quiet,
        (false, 0) => Volume::Normal,
        (false, _) => Volume::Verbose,
    };
    Printer {
        volume,
        json: global.json,
        is_personal: global.is_personal(),
        home: global.is_personal().then(|| home(env)).flatten(),
        in_ci: env.ci,
        is_dumb: env.is_dumb,
        shows_links: env.shows_links,
        color,
        pager: Pager::of(env).filter(|_| !global.no_pager && !env.is_dumb),
    }
}

fn home(env: &Env) -> Option<String> {
    let dirs = Dirs::of(env);
    Some(dirs.home().ok()?.to_str()?.to_owned())
}

/// The time limit of a command, as a multiple of that of a connection without data: ten minutes by
/// default. Questions to the user are not part of it.
const TIMEOUTS_OF_COMMAND: u32 = 20;

/// The context and the printer of a command.
struct Session<'a> {
    context: Context<'a>,
    printer: &'a Printer,
}

fn start(cli: &Cli, env: &mut Env, printer: &Printer) -> Result<ExitStatus, OpError> {
    if let Some(folder) = &cli.global.directory {
        let folder = env.current_dir.join(folder);
        if !folder.is_dir() {
            return Err(OpError::Usage(format!(
                "no such directory: {}",
                folder.display()
            )));
        }
        // The parents of a path with links or `..` are not those of the folder.
        env.current_dir = folder.canonicalize().unwrap_or(folder);
    }
    if let Err(reason) = output_log::start(printer, cli.global.verbose, env.log.as_deref()) {
        printer.warn(&format!("ignored MDSKILL_LOG: {reason}"));
    }
    let dirs = Dirs::of(env);
    let scope = if cli.global.is_personal() {
        Scope::user(dirs.home()?, &dirs.config()?)
    } else {
        find_project(env, &cli.command)?
    };
    // The lines of the log would mix with a progress line.
    let shows = printer.volume == Volume::Normal
        && !printer.in_ci
        && !printer.is_dumb
        && std::io::stderr().is_terminal();
    let interrupt = if writes_files(&cli.command) {
        Interrupt::listen()
    } else {
        Interrupt::default()
    };
    let spinner = Spinner::new(printer.clone(), shows, interrupt.clone());
    let context = Context::new(
        env.clone(),
        dirs,
        scope,
        cli.global.offline,
        &spinner,
        interrupt,
    );
    let session = Session { context, printer };
    let status = run(&session, &cli.command);
    let (requests, received) = session.context.client.traffic();
    if requests > 0 {
        drop(spinner);
        let requests = count(requests, "request");
        printer.detail(&format!(
            "{requests} over git protocol v2, {received} bytes received"
        ));
    }
    status
}

fn find_project(env: &Env, command: &Command) -> Result<Scope, OpError> {
    match (Scope::find_project(env), command) {
        // These commands use nothing of a project.
        (
            Err(_),
            Command::Schema(_)
            | Command::Man(_)
            | Command::Completions(_)
            | Command::Rule(_)
            | Command::Cache(_),
        ) => Ok(Scope::project(env.current_dir.clone())),
        (found, _) => Ok(found?),
    }
}

/// Whether the command writes files. Such a command handles Ctrl-C to undo its changes; others may
/// end at once. `search` adds what is chosen.
fn writes_files(command: &Command) -> bool {
    match command {
        Command::Add(_)
        | Command::Update(_)
        | Command::Install(_)
        | Command::Remove(_)
        | Command::Keep(_)
        | Command::Import(_)
        | Command::Lock(_)
        | Command::Init(_)
        | Command::Search(_) => true,
        // The folder of its pages is removed.
        Command::Site(arguments) => arguments.serve,
        Command::Validate(arguments) => arguments.fix && !arguments.diff,
        _ => false,
    }
}

fn run(session: &Session<'_>, command: &Command) -> Result<ExitStatus, OpError> {
    lock::resolve_first(session, command)?;
    match command {
        Command::Add(arguments) => add::add(session, arguments),
        Command::List(arguments) => list::list(session, arguments),
        Command::Update(arguments) => update::update(session, arguments),
        Command::Diff(arguments) => diff::diff(session, arguments),
        Command::Keep(arguments) => keep::keep(session, arguments),
        Command::Install(arguments) => install::install(session, arguments),
        Command::Remove(arguments) => remove::remove(session, arguments),
        Command::Verify(arguments) => verify::verify(session, arguments),
        Command::Outdated(arguments) => outdated::outdated(session, arguments),
        Command::Lock(arguments) => lock::lock(session, arguments),
        Command::Search(arguments) => search::search(session, arguments),
        Command::Show(arguments) => show::show(session, arguments),
        Command::Site(arguments) => site::site(session, arguments),
        Command::Validate(arguments) => validate::validate(session, arguments),
        Command::Rule(arguments) => rule::rule(session, arguments),
        Command::Policy(arguments) => policy::policy(session, arguments),
        Command::Import(arguments) => import::import(session, arguments),
        Command::Schema(arguments) => Ok(schema::schema(session, arguments)),
        Command::Man(arguments) => man::man(session, arguments),
        Command::Completions(arguments) => completions::completions(session, arguments),
        Command::Init(arguments) => init::init(session, arguments),
        Command::Cache(arguments) => cache::cache(session, arguments),
        Command::Agents(arguments) => agents::agents(session, arguments),
        Command::Log(arguments) => log::log(session, arguments),
        Command::Doctor(arguments) => doctor::doctor(session, arguments),
    }
}

impl Session<'_> {
    /// Runs an operation to its end, to Ctrl-C, or to its time limit.
    fn wait<T>(&self, verb: impl Future<Output = Result<T, OpError>>) -> Result<T, OpError> {
        let runtime = platform::check_files_can_be_opened().and_then(|()| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
        });
        let runtime = runtime.map_err(OpError::Runtime)?;
        let limit = self.context.env.timeout.saturating_mul(TIMEOUTS_OF_COMMAND);
        let seconds = limit.as_secs();
        let finished = runtime.block_on(async {
            tokio::select! {
                biased;
                finished = verb => finished,
                () = self.context.interrupt.raised() => Err(InstallError::Interrupted.into()),
                () = tokio::time::sleep(limit) => Err(FetchError::TooLong { seconds }.into()),
            }
        });
        // Work that does not wait, such as decoding a pack, may be stopped with another error.
        let is_interrupted = finished.is_err() && self.context.interrupt.is_raised();
        // A pending DNS lookup must not delay the exit.
        runtime.shutdown_background();
        if is_interrupted {
            Err(InstallError::Interrupted.into())
        } else {
            finished
        }
    }
}

/// Makes a usage error.
fn usage<E: std::error::Error>(error: E) -> OpError {
    OpError::Usage(error.to_string())
}

fn names(session: &Session<'_>, typed: &[String]) -> Result<Vec<SkillName>, OpError> {
    installed_names(&session.context, typed)
}

/// Returns the rules of `add` and `update`: those of the project, without the rules that
/// `--allow` names.
fn with_allowed(session: &Session<'_>, allowed: &[String]) -> Result<Rules, OpError> {
    let mut rules = session.context.config()?.rules;
    for named in allowed {
        rules.settings.set(named, Level::Off).map_err(usage)?;
    }
    Ok(rules)
}

/// Checks that `--allow` of a rule that keeps a skill from being installed is for one skill, because what is
/// dangerous is read and allowed for one skill.
fn check_allowed(allowed: &[&'static Rule], is_one: bool, example: &str) -> Result<(), OpError> {
    let Some(rule) = allowed.first().filter(|_| !is_one) else {
        return Ok(());
    };
    Err(OpError::Usage(format!(
        "--allow {code} is for one skill, because {code} finds what is dangerous; name it: mdskill {example} --allow {code}",
        code = rule.code
    )))
}

/// Returns the rules that `--allow` names by code or name, and that keep a skill from being installed.
fn allowed_by_name(allowed: &[String]) -> Vec<&'static Rule> {
    let rules = allowed.iter().filter_map(|word| exactly(word));
    rules.filter(|rule| rule.refuses).collect()
}
