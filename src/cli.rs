//! The command line: what can be typed. Its comments are the help.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The package manager for Agent Skills
#[derive(Debug, Parser)]
#[command(name = "mdskill", version, styles = STYLES, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Examples:
  mdskill add wshobson/agents/async-python-patterns
  mdskill list
  mdskill update

Exit codes: 0 done, 1 failed, 2 usage, 3 a check found something, 4 no permission,
5 network, 130 interrupted")]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What goes with every command
    #[command(flatten)]
    pub global: Global,
}

/// What goes with every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Global {
    /// Use your own skills (~/.copilot/skills), not the project's
    #[arg(short, long, global = true)]
    pub global: bool,
    /// Print the result as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no talk: only data, and what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every place, and what went over the network
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Use only what is in the store
    #[arg(long, global = true)]
    pub offline: bool,
    /// Run as if started in this folder
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add skills: find, fetch, validate, install and lock them
    #[command(
        after_help = "A spec is owner/repo/skill, where skill is a name or a path; owner/repo; host/owner/repo/skill;
the address of a page; a git URL with //PATH; or a folder. @ref after it is a branch
(followed by update), a tag or a commit (pinned), or a range over the tags.

Examples:
  mdskill add wshobson/agents/async-python-patterns
  mdskill add wshobson/agents                            # choose from a list
  mdskill add wshobson/agents --all
  mdskill add wshobson/agents --skill uv-package-manager --skill python-packaging
  mdskill add anthropics/skills/pdf@v1.2 --agent claude
  mdskill add acme/skills/deploy@^1.2
  mdskill add https://github.com/anthropics/skills/tree/main/skills/pdf
  mdskill add git@gitlab.com:acme/skills.git//deploy
  mdskill add ./skills/mine"
    )]
    Add(AddArgs),
    /// List what is installed, or a repository's skills
    #[command(
        visible_alias = "ls",
        after_help = "Examples:
  mdskill list
  mdskill list --json
  mdskill list wshobson/agents
  mdskill list wshobson/agents/plugins/python-development
  mdskill list wshobson/agents --names"
    )]
    List(ListArgs),
    /// Move skills to what their source now has
    #[command(
        after_help = "A skill moves only when its own files changed. Edited skills stay, and are listed.

Examples:
  mdskill update
  mdskill update async-python-patterns
  mdskill update --dry-run
  mdskill update --check        # exit 3 if anything would change"
    )]
    Update(UpdateArgs),
    /// Make the disk equal the lockfile
    #[command(after_help = "Examples:
  mdskill install
  mdskill install --frozen      # the default in CI: no lockfile is an error
  mdskill install --offline")]
    Install(InstallArgs),
    /// Remove skills that mdskill installed
    #[command(
        visible_alias = "rm",
        after_help = "Examples:
  mdskill remove async-python-patterns
  mdskill remove edited-skill --force      # its folder goes to the trash folder"
    )]
    Remove(RemoveArgs),
    /// Check the installed files against the lockfile, offline
    #[command(after_help = "Examples:
  mdskill verify
  mdskill verify async-python-patterns --json")]
    Verify(NamesArgs),
    /// Say what update would do; exit 3 if anything
    #[command(after_help = "Examples:
  mdskill outdated
  mdskill outdated --json")]
    Outdated(NamesArgs),
    /// Show a skill: installed, or a repository's
    #[command(after_help = "Examples:
  mdskill show async-python-patterns
  mdskill show wshobson/agents/async-python-patterns")]
    Show(ShowArgs),
    /// Find what is wrong with skills: yours, installed, or a repository's
    #[command(after_help = "Examples:
  mdskill validate
  mdskill validate skills/mine
  mdskill validate skills/mine/SKILL.md --json
  mdskill validate wshobson/agents/async-python-patterns@main
  mdskill validate --since origin/main       # in a pull request: only what it brings
  mdskill validate --profile claude --ignore SK309
  mdskill validate skills/mine --fix
  mdskill validate --fix --diff              # only show what would change; exit 3 if anything
  mdskill validate - --stdin-path skills/mine/SKILL.md
  mdskill validate --format github           # in a workflow

What mdskill.toml says of the rules holds too; flags win over it.")]
    Validate(ValidateArgs),
    /// Explain what validate looks for: all rules, a group, or one
    #[command(after_help = "Examples:
  mdskill rule
  mdskill rule SK3              # references
  mdskill rule SK302
  mdskill rule broken-path --json")]
    Rule(RuleArgs),
    /// Show, prune or clear the store of git objects
    #[command(after_help = "Examples:
  mdskill cache
  mdskill cache prune --days 30
  mdskill cache clear")]
    Cache(CacheArgs),
}

/// Where skills go.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Install into this folder of the project; remembered in the lockfile
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Install where this agent looks: copilot, claude, agents, codex, cursor
    #[arg(short, long, value_name = "AGENT")]
    pub agent: Vec<String>,
}

/// Arguments of `add`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct AddArgs {
    /// The skills, as `owner/repo/skill[@ref]`
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Add every skill of the repository
    #[arg(long, conflicts_with = "skill")]
    pub all: bool,
    /// Add this skill of the repository, by name or path
    #[arg(short, long, value_name = "NAME")]
    pub skill: Vec<String>,
    /// Where to install
    #[command(flatten)]
    pub targets: TargetArgs,
    /// Install under another name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// Stay at this commit: update will not move it
    #[arg(long)]
    pub pin: bool,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move what is in the way to the trash folder; install what clients would not load
    #[arg(short, long)]
    pub force: bool,
    /// Install it although validating finds this: codes (SK210) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Change nothing when validating finds any error; exit 3
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// A repository, or a folder of it, whose skills to list
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Only the names: a repository then needs no descriptions
    #[arg(long)]
    pub names: bool,
    /// Ask the sources what is new, as `outdated` does
    #[arg(long, conflicts_with_all = ["spec", "names"])]
    pub outdated: bool,
}

/// Arguments of `update`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct UpdateArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Only say what would happen, and exit 3 if anything would
    #[arg(long)]
    pub check: bool,
    /// Take the new version of edited skills too: their folders go to the trash folder
    #[arg(short, long)]
    pub force: bool,
    /// Follow a tag that points elsewhere now
    #[arg(long)]
    pub accept_moved_tag: bool,
    /// Take a new version although validating finds this: codes (SK210) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
}

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Fail when there is no lockfile (the default when CI is set)
    #[arg(long)]
    pub frozen: bool,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move what is in the way to the trash folder
    #[arg(short, long)]
    pub force: bool,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Remove edited skills too: their folders go to the trash folder
    #[arg(short, long)]
    pub force: bool,
}

/// Names of installed skills.
#[derive(Debug, Args)]
pub struct NamesArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An installed skill's name, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ValidateArgs {
    /// Folders, files, installed skills or specs; - is standard input; none means the current folder
    #[arg(value_name = "PATH|SPEC")]
    pub named: Vec<String>,
    /// Only what is new since a commit, a branch or a tag, in the skills that differ from it
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// Look only for these: codes, their beginnings (SK3), names, `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not look for these
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Whose eyes to look with: copilot (the default), claude, spec
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Find what the specification's reference checker finds, whatever mdskill.toml says
    #[arg(long, conflicts_with = "profile")]
    pub parity: bool,
    /// Show findings from this severity on: error, warning, info; the others are counted
    /// [default: warning; info in json and sarif]
    #[arg(long, value_name = "LEVEL")]
    pub severity: Option<String>,
    /// How to tell what was found; never guessed, also not in CI [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FindingsFormat>,
    /// The same as --format concise
    #[arg(long, conflicts_with = "format")]
    pub concise: bool,
    /// Show at most this many findings; 0 shows all, and folds none [default: 100 in text]
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// Mend what is shown and can be mended without changing what it means
    #[arg(long)]
    pub fix: bool,
    /// With --fix, mend also what may then mean something else
    #[arg(long = "unsafe")]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing
    #[arg(long)]
    pub diff: bool,
    /// Where the page from standard input belongs
    #[arg(long, value_name = "FILE")]
    pub stdin_path: Option<PathBuf>,
}

/// Arguments of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// A code, the beginning of some (SK3), or a name; none means all
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// How `validate` tells what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// Each with its line and what to do, for people
    Text,
    /// A line each, for editors and grep
    Concise,
    /// For programs; the same as --json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub Actions run, and its step summary for what GitHub would drop
    Github,
    /// JUnit XML, for other CI servers
    Junit,
}

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// What to do; without it, show what is there
    #[command(subcommand)]
    pub command: Option<CacheCommand>,
}

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Remove what was not fetched into for a while
    Prune {
        /// For how many days
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Remove everything
    Clear,
    /// Print the cache folder
    Dir,
}
