//! `site`: skills as web pages, with an index.
//!
//! The facts of each skill are gathered as by `show`, `validate` and `log`, and `mdskill-site` makes pages
//! of them. Skills are read and written in groups, so that memory does not depend on their number.

mod error;
mod gather;
mod installed;
mod license;
mod memory;
mod preview;
mod repositories;
mod skill;
mod watched;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

pub(crate) use error::SiteError;

pub(crate) use self::memory::Memory;
pub(crate) use self::preview::Server;
pub(crate) use self::watched::Watched;

use self::gather::Gatherer;
use self::repositories::{Group, groups_of};
use self::writer::Writer;
use super::OpError;
use crate::context::Context;
use crate::fs::{self, At, generated::GeneratedFolder};
use crate::spec::Spec;
use mdskill_site::Settings;

/// The list of the files in the folder of a site.
const LIST: &str = ".mdskill-site.json";
/// The title of a site of several repositories.
const TITLE: &str = "Agent Skills";

/// The options of `site`.
#[derive(Debug)]
pub(crate) struct Options {
    /// The repositories and skills.
    pub(crate) specs: Vec<Spec>,
    /// Whether to add the installed skills.
    pub(crate) installed: bool,
    /// The folder to write.
    pub(crate) out: PathBuf,
    /// The title.
    pub(crate) title: Option<String>,
    /// The address that the site will have, with a slash at its end.
    pub(crate) base_url: Option<String>,
    /// A style sheet.
    pub(crate) theme: Option<PathBuf>,
    /// A folder with templates.
    pub(crate) templates: Option<PathBuf>,
    /// Whether to replace what is not of this site.
    pub(crate) force: bool,
    /// Whether the pages are for a [`Server`].
    pub(crate) is_preview: bool,
}

/// The result of `site`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The folder, as typed; empty for a preview.
    pub(crate) folder: String,
    /// The time that it took, for a preview.
    #[serde(skip)]
    pub(crate) took: Option<Duration>,
    /// The number of repositories.
    pub(crate) repositories: usize,
    /// The number of skills.
    pub(crate) skills: usize,
    /// The number of files of the site.
    pub(crate) files: usize,
    /// The number of files that were created or replaced.
    pub(crate) written: usize,
    /// The number of files that were deleted.
    pub(crate) deleted: usize,
    /// The files that someone else wrote or changed, which were not touched.
    pub(crate) left_alone: Vec<String>,
    /// The skills that are not shown.
    pub(crate) refused: Vec<Refused>,
}

/// A skill that is not shown.
#[derive(Debug, Serialize)]
pub(crate) struct Refused {
    /// Its spec.
    pub(crate) spec: String,
    /// The reason.
    pub(crate) reason: String,
}

/// Makes a site. `memory` has the pages of earlier runs in the same folder.
pub(crate) async fn site(
    context: &Context<'_>,
    options: &Options,
    memory: &mut Memory,
) -> Result<Report, OpError> {
    let start = Instant::now();
    let groups = groups_of(context, &options.specs)?;
    let settings = settings(context, options, &groups)?;
    memory.begin(&settings, context.limits());
    let site = mdskill_site::Site::new(settings).map_err(SiteError::from)?;
    let out = context.env.current_dir.join(&options.out);
    if fs::leads_out(&fs::normal(&out), &context.scope.root) {
        return Err(SiteError::Outside(out).into());
    }
    let mut made_from: Vec<String> = groups
        .iter()
        .map(|group| group.source.to_string())
        .collect();
    if options.installed {
        made_from.push("installed".to_owned());
    }
    let folder = GeneratedFolder::open(&out, LIST, made_from, options.force);
    let mut writer = Writer::new(folder.map_err(SiteError::from)?);
    let mut gatherer = Gatherer::new(context, &site, &mut writer, memory)?;
    for group in &groups {
        gatherer.add_repository(group).await?;
    }
    if options.installed {
        gatherer.add_installed().await?;
    }
    let (repositories, skills) = gatherer.finish();
    context.progress.end();
    let index = site.index(&repositories, &skills);
    writer.write(index.map_err(SiteError::from)?)?;
    let refused = repositories.iter().flat_map(|repository| {
        repository.refused.iter().map(|refused| Refused {
            spec: match refused.path.as_str() {
                "" => repository.spec.clone(),
                path => format!("{}/{path}", repository.spec.trim_end_matches('/')),
            },
            reason: refused.reason.clone(),
        })
    });
    let refused = refused.collect();
    let written = writer.finish()?;
    Ok(Report {
        folder: if options.is_preview {
            String::new()
        } else {
            options.out.display().to_string()
        },
        took: options.is_preview.then(|| start.elapsed()),
        repositories: repositories.len(),
        skills: skills.len(),
        files: written.files,
        written: written.written,
        deleted: written.deleted,
        left_alone: written.left_alone,
        refused,
    })
}

fn settings(
    context: &Context<'_>,
    options: &Options,
    groups: &[Group],
) -> Result<Settings, OpError> {
    let here = &context.env.current_dir;
    let title = options.title.clone().or_else(|| match groups {
        [only] if !options.installed => Some(only.name.clone()),
        _ => None,
    });
    let theme = options.theme.as_ref().map(|theme| read(&here.join(theme)));
    let templates = options.templates.as_ref();
    let templates = templates.map(|folder| templates_in(&here.join(folder)));
    Ok(Settings {
        title: title.unwrap_or_else(|| TITLE.to_owned()),
        base_url: options.base_url.clone(),
        theme: theme.transpose()?,
        is_preview: options.is_preview,
        templates: templates.transpose()?.unwrap_or_default(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, OpError> {
    let read = fs::read_if_found(path).map_err(SiteError::Fs)?;
    read.ok_or_else(|| OpError::NoSuchPath(path.display().to_string()))
}

/// Reads the templates in a folder.
fn templates_in(folder: &Path) -> Result<BTreeMap<String, String>, OpError> {
    let listed = fs::if_found(std::fs::read_dir(folder)).at("list", folder);
    let listed = listed.map_err(SiteError::Fs)?;
    let listed = listed.ok_or_else(|| OpError::NoSuchPath(folder.display().to_string()))?;
    let mut templates = BTreeMap::new();
    for entry in listed {
        let path = entry.at("list", folder).map_err(SiteError::Fs)?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|name| name.strip_suffix(".html").is_some()) else {
            continue;
        };
        let text = String::from_utf8_lossy(&read(&path)?).into_owned();
        templates.insert(name, text);
    }
    Ok(templates)
}
