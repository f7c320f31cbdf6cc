//! `mdskill site`.

use std::path::PathBuf;

use clap::Args;
use reqwest::Url;

use super::Session;
use crate::config::site_url;
use crate::operations::OpError;
use crate::operations::resolve::typed::spec_of;
use crate::operations::site::{self, Options, SiteError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

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
}

fn parse_url(text: &str) -> Result<Url, String> {
    site_url(text).ok_or_else(|| "write an address such as https://skills.example.com/".to_owned())
}

pub(super) fn site(session: &Session<'_>, arguments: &SiteArgs) -> Result<ExitStatus, OpError> {
    let context = &session.context;
    let config = context.config()?.site;
    let mut sources = arguments.sources.clone();
    if sources.is_empty() && !arguments.installed {
        sources.clone_from(&config.sources);
    }
    if sources.is_empty() && !arguments.installed {
        return Err(SiteError::NoSources.into());
    }
    let specs = sources.iter().map(|source| spec_of(context, source));
    let base_url = arguments.base_url.clone().or(config.base_url);
    let options = Options {
        specs: specs.collect::<Result<_, _>>()?,
        installed: arguments.installed,
        out: arguments.out.clone(),
        title: arguments.title.clone().or(config.title),
        base_url: base_url.map(String::from),
        theme: arguments.theme.clone(),
        templates: arguments.templates.clone(),
        force: arguments.force,
    };
    let report = session.wait(site::site(context, &options))?;
    session.printer.show("site", &report, render::site);
    let needs_decision = !report.left_alone.is_empty() || !report.refused.is_empty();
    Ok(ExitStatus::Found.when(needs_decision))
}
