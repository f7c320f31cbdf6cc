//! The command line: what can be typed. Its comments are the help.

mod add;
mod cache;
mod diff;
mod import;
mod install;
mod keep;
mod list;
mod lock;
mod outdated;
mod policy;
mod remove;
mod rule;
mod show;
mod update;
mod validate;
mod verify;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use add::{AddArgs, TargetArgs};
pub use cache::{CacheArgs, CacheCommand};
pub use diff::DiffArgs;
pub use import::ImportArgs;
pub use install::InstallArgs;
pub use keep::KeepArgs;
pub use list::ListArgs;
pub use lock::LockArgs;
pub use outdated::OutdatedArgs;
pub use policy::PolicyArgs;
pub use remove::RemoveArgs;
pub use rule::RuleArgs;
pub use show::ShowArgs;
pub use update::{ConflictWinner, SummaryArgs, UpdateArgs};
pub use validate::{FindingsFormat, ValidateArgs};
pub use verify::NamesArgs;

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
    /// Show nothing page by page
    #[arg(long, global = true)]
    pub no_pager: bool,
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
        after_help = "A skill moves only when its own files changed. What you wrote into a skill is merged into
the new version, as git merges; where both changed the same lines the skill stays as it is
and its conflicts are listed.

Examples:
  mdskill update
  mdskill update async-python-patterns
  mdskill update --dry-run
  mdskill update --check        # exit 3 if anything would change
  mdskill update NAME --conflict=markers
  mdskill update --summary update.md"
    )]
    Update(UpdateArgs),
    /// Show how update would change the files, or what was edited here
    #[command(after_help = "Examples:
  mdskill diff                          # what update would do
  mdskill diff async-python-patterns
  mdskill diff --local                  # your edits since upstream's version")]
    Diff(DiffArgs),
    /// Record the edits of installed skills as meant
    #[command(
        after_help = "verify then takes them for what should be there, and update merges them.

Examples:
  mdskill keep async-python-patterns
  mdskill keep async-python-patterns uv-package-manager"
    )]
    Keep(KeepArgs),
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
    Outdated(OutdatedArgs),
    /// Write the lockfile in the current form, and resolve a merge conflict in it
    #[command(
        after_help = "--resolve takes the union of both sides: each skill is as the side has it that changed it. Where
both sides changed a skill, --ours or --theirs chooses; without them, these skills are listed and
the exit code is 3. The sides come from git's index, so edits between the conflict markers are not
used. add, update, keep, remove, import and lock do the same first where no choice is needed.

Examples:
  mdskill lock --resolve
  mdskill lock --resolve --ours pdf --theirs docx xlsx
  mdskill lock --resolve --theirs"
    )]
    Lock(LockArgs),
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
    /// Say what the policy of mdskill.toml lets in, and why
    #[command(
        after_help = "Without a name: what the policy says, and whether what is installed would pass it now.
With names or specs: what each key of the policy says of them; exit 3 when one is refused.

Examples:
  mdskill policy
  mdskill policy async-python-patterns
  mdskill policy wshobson/agents/async-python-patterns@v1.2
  mdskill policy acme/skills/deploy --json"
    )]
    Policy(PolicyArgs),
    /// Adopt skills installed by another tool, in place
    #[command(
        after_help = "Reads the lockfiles of npx skills (skills-lock.json, .skill-lock.json) and APM (apm.lock.yaml),
and the frontmatter that gh skill adds to each SKILL.md. A skill is locked at the version that
the tool noted, with your edits kept. Where only the files are known, they must be those of the
current version. No installed file changes. A skill that can't be imported is listed with the
reason, and the exit code is 3.

For every other tool, use `mdskill add SPEC`.

Examples:
  mdskill import
  mdskill import --dry-run
  mdskill import skills-lock.json
  mdskill import -g             # the skills in your home
  mdskill import --restore      # undo the changes that the other tool made"
    )]
    Import(ImportArgs),
    /// Show, prune or clear the store of git objects
    #[command(after_help = "Examples:
  mdskill cache
  mdskill cache prune --days 30
  mdskill cache clear")]
    Cache(CacheArgs),
}
