//! `agents`: the agents, the folders that they read, and the skills that they see there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::platform;
use crate::skill::select::nearest;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::agents::{AGENTS, Agent, HOME_VARIABLES, Precedence};

/// The most agents that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// The result of `agents`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The names of all skills in the folders of agents.
    pub(crate) skills: Vec<String>,
    /// The requested agents, or all.
    pub(crate) agents: Vec<AgentView>,
    /// Whether the user requested agents by name.
    #[serde(skip)]
    pub(crate) is_asked: bool,
}

/// An agent, its folders, and the skills that it sees.
#[derive(Debug, Serialize)]
pub(crate) struct AgentView {
    /// Its name for `--agent`.
    pub(crate) id: &'static str,
    /// Its name in a sentence.
    pub(crate) name: &'static str,
    /// Other names for `--agent`.
    pub(crate) aliases: &'static [&'static str],
    /// The folders in a project that it reads; the first is the one to install into.
    pub(crate) project: Vec<String>,
    /// The folders of the user that it reads; the first is the one to install into.
    pub(crate) personal: Vec<String>,
    /// The skills that it sees.
    pub(crate) skills: Vec<Seen>,
}

/// A skill that an agent sees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Seen {
    /// The name of its folder.
    pub(crate) name: String,
    /// Its folders, those of the project first.
    pub(crate) places: Vec<String>,
    /// Whether the agent finds it in several folders of the project, or of the user.
    pub(crate) is_twice: bool,
    /// Whether the project and the user have a skill of this name.
    pub(crate) is_in_both: bool,
    /// The folder whose skill the agent uses if `is_in_both`, if it is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) used: Option<String>,
}

/// The skills in a folder: each name with its real path and the path as shown to the user.
type Folder = BTreeMap<String, (PathBuf, String)>;

/// Returns what each agent sees. Without names, these are all agents.
pub(crate) fn agents(context: &Context<'_>, names: &[String]) -> Result<Report, OpError> {
    let asked: Vec<&'static Agent> = names
        .iter()
        .map(|name| find(name))
        .collect::<Result<_, _>>()?;
    let all = AGENTS.iter().filter(|agent| agent.is_program());
    let mut folders = Folders {
        context,
        read: BTreeMap::new(),
    };
    let mut skills = BTreeSet::new();
    let mut views: Vec<AgentView> = all.map(|agent| folders.view(agent)).collect();
    for view in &views {
        skills.extend(view.skills.iter().map(|seen| seen.name.clone()));
    }
    if !asked.is_empty() {
        views = asked.into_iter().map(|agent| folders.view(agent)).collect();
    }
    Ok(Report {
        skills: skills.into_iter().collect(),
        agents: views,
        is_asked: !names.is_empty(),
    })
}

/// Finds an agent by one of its names.
pub(crate) fn find(name: &str) -> Result<&'static Agent, OpError> {
    if let Some(agent) = Agent::find(name) {
        return Ok(agent);
    }
    if name == "*" {
        return Err(OpError::Usage(
            "`--agent '*'` would install into the folders of more than 70 agents; most of them read one of two: use `--agent agents,claude`".to_owned(),
        ));
    }
    let known = AGENTS.iter().flat_map(Agent::names);
    let near = nearest(known, &name.to_lowercase(), MAX_SUGGESTIONS);
    let mut ids: Vec<String> = Vec::new();
    for agent in near.into_iter().filter_map(Agent::find) {
        if !ids.iter().any(|id| id == agent.id) {
            ids.push(agent.id.to_owned());
        }
    }
    Err(OpError::UnknownAgent {
        name: name.to_owned(),
        nearest: ids,
    })
}

/// Returns the folder that `--agent` installs into.
pub(crate) fn target_of(context: &Context<'_>, agent: &Agent) -> Result<Target, OpError> {
    if !context.scope.is_personal {
        return Ok(agent.project.parse()?);
    }
    let Some(folder) = agent.personal else {
        return Err(OpError::Usage(format!(
            "{} has no folder for personal skills",
            agent.name
        )));
    };
    let path = personal_path(context, folder);
    let below = path
        .as_deref()
        .and_then(|path| path.strip_prefix(&context.scope.root).ok());
    match below {
        Some(below) => Ok(below.to_string_lossy().replace('\\', "/").parse()?),
        // The lockfile has no paths of a machine.
        None => Err(OpError::Usage(format!(
            "the folder of {} is outside of your home folder, where mdskill does not install: {}",
            agent.name,
            path.unwrap_or_default().display()
        ))),
    }
}

/// Returns the names of widespread agents that read none of these folders.
pub(crate) fn blind_agents(context: &Context<'_>, targets: &[Target]) -> Vec<&'static str> {
    let blind = Agent::widespread().filter(|agent| !reads_any(context, agent, targets));
    blind.map(|agent| agent.name).collect()
}

/// An agent that reads a folder.
#[derive(Debug, Serialize)]
pub(crate) struct Reader {
    /// Its name for `--agent`.
    pub(crate) id: &'static str,
    /// Its name in a sentence.
    pub(crate) name: &'static str,
}

/// Returns the agents that read one of these folders, the most used first.
pub(crate) fn readers(context: &Context<'_>, targets: &[Target]) -> Vec<Reader> {
    readers_if(|agent| reads_any(context, agent, targets))
}

/// Returns the agents that read one of these folders of any project, the most used first.
pub(crate) fn readers_in_projects(targets: &[Target]) -> Vec<Reader> {
    readers_if(|agent| reads_any_in_projects(agent, targets))
}

fn readers_if(reads: impl Fn(&Agent) -> bool) -> Vec<Reader> {
    let widespread: Vec<&str> = Agent::widespread().map(|agent| agent.id).collect();
    let programs = AGENTS.iter().filter(|agent| agent.is_program());
    let readers = programs.filter(|agent| reads(agent));
    let mut readers: Vec<Reader> = readers
        .map(|agent| Reader {
            id: agent.id,
            name: agent.name,
        })
        .collect();
    readers.sort_by_key(|agent| !widespread.contains(&agent.id));
    readers
}

/// Returns the names of the agents that read a folder, the most used first.
pub(crate) fn agents_of(context: &Context<'_>, target: &Target) -> Vec<&'static str> {
    let readers = readers(context, std::slice::from_ref(target));
    readers.iter().map(|reader| reader.name).collect()
}

/// Whether an agent reads one of these folders.
fn reads_any(context: &Context<'_>, agent: &Agent, targets: &[Target]) -> bool {
    if !context.scope.is_personal {
        return reads_any_in_projects(agent, targets);
    }
    targets.iter().any(|target| {
        let mut paths = agent
            .personal_folders()
            .filter_map(|folder| personal_path(context, folder));
        let target = context.scope.target(target);
        paths.any(|path| path == target)
    })
}

/// Whether an agent reads one of these folders of a project.
fn reads_any_in_projects(agent: &Agent, targets: &[Target]) -> bool {
    targets.iter().any(|target| {
        // Agents read their folder below the root, too, for a part of the project. A folder such as
        // `skills` is also the end of those of other agents.
        agent.project_folders().any(|folder| {
            let above = target.as_str().strip_suffix(folder);
            above.is_some_and(|above| {
                above.is_empty() || above.ends_with('/') && folder.contains('/')
            })
        })
    })
}

/// Returns the path of a folder in the user's home; an environment variable may move it.
fn personal_path(context: &Context<'_>, folder: &str) -> Option<PathBuf> {
    for (variable, home) in HOME_VARIABLES {
        if let Some(rest) = folder
            .strip_prefix(home)
            .and_then(|rest| rest.strip_prefix('/'))
            && let Some(moved) = context.env.agent_homes.get(variable)
        {
            return Some(context.env.current_dir.join(moved).join(rest));
        }
    }
    Some(context.dirs.home.as_ref()?.join(folder))
}

/// The folders of agents. Each is read once.
struct Folders<'a, 'b> {
    context: &'a Context<'b>,
    read: BTreeMap<PathBuf, Folder>,
}

impl Folders<'_, '_> {
    fn view(&mut self, agent: &'static Agent) -> AgentView {
        let (context, root) = (self.context, &self.context.scope.root);
        let personal = agent.personal_folders();
        let personal: Vec<PathBuf> = personal
            .filter_map(|folder| personal_path(context, folder))
            .collect();
        let project: Vec<PathBuf> = if context.scope.is_personal {
            Vec::new()
        } else {
            agent
                .project_folders()
                .map(|folder| root.join(folder))
                .collect()
        };
        let of_project = self.skills(&project);
        let of_user = self.skills(&personal);
        let names: BTreeSet<&String> = of_project.keys().chain(of_user.keys()).collect();
        let seen = names.into_iter().map(|name| {
            let places = |found: &BTreeMap<String, Vec<String>>| {
                found.get(name).cloned().unwrap_or_default()
            };
            let (here, home) = (places(&of_project), places(&of_user));
            let is_in_both = !here.is_empty() && !home.is_empty();
            let used = match agent.precedence.filter(|_| is_in_both) {
                None => None,
                Some(Precedence::Project) => here.first().cloned(),
                Some(Precedence::Personal) => home.first().cloned(),
            };
            Seen {
                name: name.clone(),
                is_twice: here.len() > 1 || home.len() > 1,
                is_in_both,
                used,
                places: [here, home].concat(),
            }
        });
        AgentView {
            id: agent.id,
            name: agent.name,
            aliases: agent.aliases,
            skills: seen.collect(),
            project: agent.project_folders().map(str::to_owned).collect(),
            personal: personal.iter().map(|path| self.shown(path)).collect(),
        }
    }

    /// Returns the skills in these folders, each with its places. A folder that is a link to another
    /// one counts once.
    fn skills(&mut self, folders: &[PathBuf]) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for path in folders {
            if !self.read.contains_key(path) {
                let folder = self.folder(path);
                self.read.insert(path.clone(), folder);
            }
            for (name, (real, place)) in self.read.get(path).into_iter().flatten() {
                if seen.insert(real.clone()) {
                    found.entry(name.clone()).or_default().push(place.clone());
                }
            }
        }
        found
    }

    fn folder(&self, path: &Path) -> Folder {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let skills = entries
            .map(|entry| entry.path())
            .filter(|skill| skill.join(SKILL_FILE).is_file());
        let named = skills.filter_map(|skill| {
            let name = skill.file_name()?.to_string_lossy().into_owned();
            let real = skill.canonicalize().ok()?;
            Some((name, (real, self.shown(&skill))))
        });
        named.collect()
    }

    /// Returns a path as shown to the user: relative to the project, or with `~`.
    fn shown(&self, path: &Path) -> String {
        let scope = &self.context.scope;
        if !scope.is_personal
            && let Ok(below) = path.strip_prefix(&scope.root)
        {
            return platform::display_relative(below);
        }
        let home = self.context.dirs.home.as_ref();
        match home.and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) => format!("~/{}", platform::display_relative(below)),
            None => path.display().to_string(),
        }
    }
}
