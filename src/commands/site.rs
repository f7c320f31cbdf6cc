//! `mdskill site`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use reqwest::Url;

use super::Session;
use crate::config::site_url;
use crate::context::Context;
use crate::fs;
use crate::operations::OpError;
use crate::operations::resolve::typed::spec_of;
use crate::operations::site::{self, Memory, Options, Server, SiteError, Watched};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// The time between two looks at the files. A reader does not notice it.
const INTERVAL: Duration = Duration::from_millis(250);

/// Arguments of `site`.
#[derive(Debug, Args)]
pub struct SiteArgs {
    #[allow(
        rustdoc::broken_intra_doc_links,
        reason = "it is the help, and `[site]` a table of mdskill.toml"
    )]
    /// Repositories, folders, and skills [default: `sources` of [site] in mdskill.toml]
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// The folder to write
    #[arg(short, long, value_name = "DIR", default_value = "public")]
    pub out: PathBuf,
    /// Show the installed skills
    #[arg(long)]
    pub installed: bool,
    /// The title [default: the name of the repository]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The address that the site will have
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub base_url: Option<Url>,
    /// A style sheet that is loaded after the site's own
    #[arg(long, value_name = "FILE")]
    pub theme: Option<PathBuf>,
    /// Templates that replace those of the same name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// Replace pages that were changed by hand or are of another site
    #[arg(long)]
    pub force: bool,
    /// Show the pages on this machine, and again when files change
    #[arg(long, conflicts_with_all = ["out", "force"])]
    pub serve: bool,
    /// The port of --serve [default: 4173, or a free one]
    // clap does not require an option that conflicts with another one.
    #[arg(long, value_name = "PORT", requires = "serve", conflicts_with_all = ["out", "force"])]
    pub port: Option<u16>,
}

fn parse_url(text: &str) -> Result<Url, String> {
    site_url(text).ok_or_else(|| "write an address such as https://skills.example.com/".to_owned())
}

pub(super) fn site(session: &Session<'_>, arguments: &SiteArgs) -> Result<ExitStatus, OpError> {
    let context = &session.context;
    let options = options(context, arguments, &arguments.out)?;
    if arguments.serve {
        Watched::of(context, &options)?;
        return serve(session, arguments);
    }
    let report = session.wait(site::site(context, &options, &mut Memory::default()))?;
    session.printer.show("site", &report, render::site);
    let needs_decision = !report.left_alone.is_empty() || !report.refused.is_empty();
    Ok(ExitStatus::Found.when(needs_decision))
}

/// Returns the options of the command line, and those of `mdskill.toml`.
fn options(context: &Context<'_>, arguments: &SiteArgs, out: &Path) -> Result<Options, OpError> {
    let config = context.config()?.site;
    let mut sources = arguments.sources.clone();
    if sources.is_empty() && !arguments.installed {
        sources.clone_from(&config.sources);
    }
    if sources.is_empty() && !arguments.installed {
        if !arguments.serve {
            return Err(SiteError::NoSources.into());
        }
        sources.push(".".to_owned());
    }
    let specs = sources.iter().map(|source| spec_of(context, source));
    let root = &context.scope.root;
    let of_project = |path: Option<PathBuf>| match path.map(|path| root.join(path)) {
        Some(path) if fs::leads_out(&path, root) => Err(SiteError::Outside(path)),
        path => Ok(path),
    };
    let base_url = arguments.base_url.clone().or(config.base_url);
    Ok(Options {
        specs: specs.collect::<Result<_, _>>()?,
        installed: arguments.installed,
        out: out.to_owned(),
        title: arguments.title.clone().or(config.title),
        base_url: base_url.map(String::from),
        theme: arguments.theme.clone().or(of_project(config.theme)?),
        templates: arguments
            .templates
            .clone()
            .or(of_project(config.templates)?),
        // The folder of a preview has only pages of earlier sources.
        force: arguments.force || arguments.serve,
        is_preview: arguments.serve,
    })
}

/// Shows the pages on this machine until Ctrl-C.
fn serve(session: &Session<'_>, arguments: &SiteArgs) -> Result<ExitStatus, OpError> {
    let (context, printer) = (&session.context, &session.printer);
    let folder = tempfile::tempdir().map_err(SiteError::Preview)?;
    let out = folder.path().join("site");
    let server = Server::start(&out, arguments.port).map_err(SiteError::Preview)?;
    printer.status("Serving", &format!("{} (Ctrl-C ends it)", server.url()));
    let settings = Watched::settings(context);
    let find = || {
        let options = options(context, arguments, &out)?;
        Watched::of(context, &options)
    };
    let mut memory = Memory::kept();
    loop {
        // Before they are read, so that no change is missed.
        let settings_before = settings.state();
        context.forget_limits();
        let watched = find().ok();
        // A folder that can't be found may appear.
        let state = || match &watched {
            Some(watched) => Some(watched.state()),
            None => Some(find().ok()?.state()),
        };
        let before = state();
        let made = options(context, arguments, &out)
            .and_then(|options| session.wait(site::site(context, &options, &mut memory)));
        match made {
            Ok(report) => {
                render::site(printer, &report);
                server.show(None);
            }
            Err(_) if context.interrupt.is_raised() => return Ok(ExitStatus::Done),
            Err(error) => {
                server.show(Some(error.to_string()));
                printer.error(&error.to_string());
            }
        }
        while settings.state() == settings_before && state() == before {
            if context.interrupt.is_raised() {
                return Ok(ExitStatus::Done);
            }
            std::thread::sleep(INTERVAL);
        }
    }
}
