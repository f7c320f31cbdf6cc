//! The command-line arguments; their doc comments are the help texts.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    add, agents, cache, completions, diff, doctor, import, init, install, keep, list, lock, log,
    man, outdated, policy, remove, rule, schema, search, show, site, update, validate, verify,
};

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

Exit codes: 0 success, 1 failure, 2 invalid usage, 3 a check found problems,
4 permission denied, 5 network error, 130 interrupted")]
pub struct Cli {
    /// The command
    #[command(subcommand)]
    pub command: Command,
    /// The global options
    #[command(flatten)]
    pub global: Global,
}

/// The options of all commands.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Global {
    /// Use your personal skills (~/.copilot/skills) instead of the project's
    #[arg(short, long, global = true)]
    pub global: bool,
    /// Whose skills to use, as `gh skill` names them
    #[arg(
        long,
        global = true,
        hide = true,
        value_name = "SCOPE",
        conflicts_with = "global"
    )]
    pub scope: Option<ScopeName>,
    /// Print the result as JSON to stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Suppress status messages; print only data and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print verbose output: paths, network traffic, and each step (-vv for each request)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Do not use a pager
    #[arg(long, global = true)]
    pub no_pager: bool,
    /// Use only cached data; make no network requests
    #[arg(long, global = true)]
    pub offline: bool,
    /// Run as if mdskill was started in this folder
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

impl Global {
    /// Whether the command uses the user's own skills.
    pub(crate) fn is_personal(&self) -> bool {
        self.global || self.scope == Some(ScopeName::User)
    }
}

/// The owner of the skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeName {
    /// The project
    Project,
    /// You, in all projects
    #[value(aliases = ["personal", "global"])]
    User,
}

/// When to use colors.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add skills to the project: fetch, validate, install, and lock them
    #[command(
        after_help = "A spec is owner/repo/skill, where skill is a name or a path; owner/repo; host/owner/repo/skill;
the URL of a web page; a git URL with //PATH; or a folder. Append @REF for a branch (followed by
update), a tag or a commit (pinned), or a version range over the tags. A skill that [policy] in
mdskill.toml refuses is not added; `mdskill policy SPEC` explains why.

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
    Add(add::AddArgs),
    /// List installed skills, or the skills of a repository
    #[command(
        visible_alias = "ls",
        after_help = "Examples:
  mdskill list
  mdskill list --json
  mdskill list wshobson/agents
  mdskill list wshobson/agents python testing
  mdskill list wshobson/agents/plugins/python-development
  mdskill list wshobson/agents --names"
    )]
    List(list::ListArgs),
    /// Update installed skills to their latest upstream version
    #[command(
        visible_alias = "upgrade",
        alias = "up",
        after_help = "A skill is updated only if its own files changed. Your edits are merged into the new version, as
git merges. If both changed the same lines, the skill is not updated and its conflicts are listed.

Examples:
  mdskill update
  mdskill update async-python-patterns
  mdskill update --interactive  # choose from a list
  mdskill update --dry-run
  mdskill update --check        # exit 3 if anything would change
  mdskill update NAME --conflict=markers
  mdskill update --summary update.md"
    )]
    Update(update::UpdateArgs),
    /// Show the changes that update would make, or your local edits
    #[command(after_help = "Examples:
  mdskill diff                          # the changes of an update
  mdskill diff async-python-patterns
  mdskill diff --local                  # your edits of the upstream version")]
    Diff(diff::DiffArgs),
    /// Accept local edits to installed skills
    #[command(
        after_help = "After that, verify accepts the edits, and update merges them into new versions.

Examples:
  mdskill keep async-python-patterns
  mdskill keep async-python-patterns uv-package-manager"
    )]
    Keep(keep::KeepArgs),
    /// Install the skills listed in the lockfile
    #[command(
        visible_aliases = ["i", "ci"],
        aliases = ["sync", "restore"],
        after_help = "With a spec, it is `add`.

Examples:
  mdskill install
  mdskill install async-python-patterns --force    # discard local edits
  mdskill install --offline"
    )]
    Install(install::InstallArgs),
    /// Remove skills that mdskill installed
    #[command(
        visible_aliases = ["rm", "uninstall"],
        alias = "delete",
        after_help = "Examples:
  mdskill remove async-python-patterns
  mdskill remove                           # choose from a list
  mdskill remove edited-skill --force      # its folder is moved to the trash"
    )]
    Remove(remove::RemoveArgs),
    /// Check the installed files against the lockfile, offline
    #[command(after_help = "Examples:
  mdskill verify
  mdskill verify async-python-patterns --json")]
    Verify(verify::VerifyArgs),
    /// List skills with available updates; exit 3 if there are any
    #[command(after_help = "Examples:
  mdskill outdated
  mdskill outdated --json")]
    Outdated(outdated::OutdatedArgs),
    /// Rewrite the lockfile and resolve merge conflicts in it
    #[command(
        after_help = "--resolve takes the union of both sides: each skill comes from the side that changed it. If both
sides changed a skill, choose with --ours or --theirs; otherwise the skill is listed and the exit
code is 3. The sides are read from git's index, so edits between the conflict markers are not used.
add, update, keep, remove, import, and lock resolve conflicts first if no choice is needed.

Examples:
  mdskill lock --resolve
  mdskill lock --resolve --ours pdf --theirs docx xlsx
  mdskill lock --resolve --theirs"
    )]
    Lock(lock::LockArgs),
    /// Show an installed skill, or a skill of a repository
    #[command(
        visible_aliases = ["info", "view"],
        alias = "preview",
        after_help = "Examples:
  mdskill show async-python-patterns
  mdskill show wshobson/agents/async-python-patterns
  mdskill show wshobson/agents                        # choose from a list
  mdskill show anthropics/skills/pdf --file forms.md
  mdskill show anthropics/skills/pdf --raw
  mdskill show obra/superpowers/brainstorming --versions

On a terminal, the text is rendered and paged. In a pipe, it is printed as it is written. An
installed skill is shown without network access, except with --versions."
    )]
    Show(show::ShowArgs),
    /// Search for skills: installed, cached, and in catalogs on the web
    #[command(
        visible_alias = "find",
        aliases = ["browse", "discover"],
        after_help = "The best matches come first: names, then descriptions, then texts. On a terminal, choose skills to
add from a list; Esc prints the list instead. Everywhere else, the list is printed.

The words are sent to skills.sh, and to GitHub if there is a token for it. To search only this
machine, use --offline; [search] in mdskill.toml selects the catalogs of a project, and can add the
indexes of sites. Nothing is installed without being fetched from its git repository.

Examples:
  mdskill search pdf
  mdskill search async python --limit 5
  mdskill search pdf --offline                   # only installed and cached skills
  mdskill search pdf --in anthropics/skills      # only this repository
  mdskill search pdf --from skills.sh,github
  mdskill search pdf --json"
    )]
    Search(search::SearchArgs),
    /// Make web pages of skills: an index with a search, and a page for each skill and file
    #[command(
        after_help = "The pages are files that any web server can serve, and that a browser opens from a folder. They
load nothing from other hosts, and nothing in a skill can run in them. A later run writes only the
pages that changed; files that mdskill did not make are never replaced or deleted.

Examples:
  mdskill site wshobson/agents --out public
  mdskill site acme/skills acme/tools/deploy@v2 --out public --title \"Acme skills\"
  mdskill site . --out public                    # the skills of this folder
  mdskill site --installed --out public
  mdskill site --out public                      # the sources of [site] in mdskill.toml
  mdskill site acme/skills --out public --theme acme.css --templates templates"
    )]
    Site(site::SiteArgs),
    /// List the commits that changed a skill, the newest first
    #[command(
        visible_alias = "history",
        after_help = "The commits are those of `git log -- FOLDER` in the repository of the skill. The installed version and
newer ones are marked, and lines below a commit show the capabilities that came (+) and went (-).
VERSION is the lowest version tag that contains the commit.

Examples:
  mdskill log async-python-patterns
  mdskill log wshobson/agents/async-python-patterns -n 5
  mdskill log async-python-patterns --patch"
    )]
    Log(log::LogArgs),
    /// Find problems in skills: local, installed, or of a repository
    #[command(
        visible_aliases = ["check", "lint"],
        after_help = "Examples:
  mdskill validate
  mdskill validate skills/mine
  mdskill validate skills/mine/SKILL.md --json
  mdskill validate wshobson/agents/async-python-patterns@main
  mdskill validate --since origin/main       # only new findings, for a pull request
  mdskill validate --profile claude --ignore SK309
  mdskill validate skills/mine --fix
  mdskill validate --fix --diff              # preview the fixes; exit 3 if there are any
  mdskill validate - --stdin-path skills/mine/SKILL.md
  mdskill validate --format github           # in a workflow

Rules are also configured in mdskill.toml; flags take precedence."
    )]
    Validate(validate::ValidateArgs),
    /// Create a skill
    #[command(
        visible_alias = "new",
        alias = "create",
        after_help = "Creates NAME/SKILL.md. A project needs no setup: `mdskill add` creates mdskill.lock.

On a terminal, asks for what is not given. Existing files are never replaced.

Examples:
  mdskill init pdf-tools
  mdskill init skills/pdf-tools --template full     # with a reference and a script
  mdskill init pdf-tools --yes                      # ask nothing
  mdskill init                                      # in the current folder, with its name"
    )]
    Init(init::InitArgs),
    /// Explain the rules of validate: all, a group, or one
    #[command(after_help = "Examples:
  mdskill rule
  mdskill rule SK3              # references
  mdskill rule SK302
  mdskill rule broken-path --json")]
    Rule(rule::RuleArgs),
    /// Explain the policy in mdskill.toml, and check skills against it
    #[command(
        after_help = "Without arguments, prints the policy and the installed skills that violate it. With names or
specs, prints the result of each policy key; exit 3 if a skill is refused. The keys of [policy]:

  sources = [\"acme/*\"]     the sources that skills may come from
  min-age = \"3d\"           the time since this machine first saw a commit
  deny = [\"hooks\"]         the capabilities that no skill may gain
  pin = \"tag\"              the kind of ref that a skill must have: tag or commit

Examples:
  mdskill policy
  mdskill policy async-python-patterns
  mdskill policy wshobson/agents/async-python-patterns@v1.2
  mdskill policy acme/skills/deploy --json"
    )]
    Policy(policy::PolicyArgs),
    /// Adopt skills installed by another tool, in place
    #[command(
        after_help = "Reads the lockfiles of npx skills (skills-lock.json, .skill-lock.json) and APM (apm.lock.yaml),
and the frontmatter that gh skill adds to each SKILL.md. A skill is locked at the version that
the tool recorded, and your edits are kept. If the tool recorded no version, the files must
be those of the current version. No installed file changes. A skill that can't be imported is listed with the
reason, and the exit code is 3.

For every other tool, use `mdskill add SPEC`.

Examples:
  mdskill import
  mdskill import --dry-run
  mdskill import skills-lock.json
  mdskill import -g             # your personal skills
  mdskill import --restore      # undo the changes that the other tool made"
    )]
    Import(import::ImportArgs),
    /// Show which agents see which skills, and the folders of each agent
    #[command(
        after_help = "An agent may see a skill twice if it reads several folders, and a personal skill may hide one of
the project. Without installed skills, the folders of all agents are listed.

Examples:
  mdskill agents
  mdskill agents claude
  mdskill agents --list
  mdskill agents --json"
    )]
    Agents(agents::AgentsArgs),
    /// Print a script that completes commands, names, and specs in a shell
    #[command(
        alias = "completion",
        after_help = "Completes commands, options, names of installed skills, and owner/repo/skill from the cache, without
network requests.

To install it, add one line to a file:
  bash          ~/.bashrc                   eval \"$(mdskill completions bash)\"
  zsh           ~/.zshrc                    eval \"$(mdskill completions zsh)\"
  fish          ~/.config/fish/config.fish  mdskill completions fish | source
  Elvish        ~/.config/elvish/rc.elv     eval (mdskill completions elvish | slurp)
  PowerShell    $PROFILE                    mdskill completions powershell | Out-String | Invoke-Expression

Examples:
  mdskill completions
  mdskill completions zsh"
    )]
    Completions(completions::CompletionsArgs),
    /// Print the JSON Schema of mdskill.toml or of an output
    #[command(
        after_help = "Editors with TOML support use the schema in the first line of mdskill.toml:
  #:schema https://raw.githubusercontent.com/mdskill/mdskill/main/docs/schema/mdskill.toml.json

Examples:
  mdskill schema
  mdskill schema config
  mdskill schema list           # of the output of `mdskill list --json`"
    )]
    Schema(schema::SchemaArgs),
    /// Print a page of the manual, or write all pages
    #[command(after_help = "The pages are in the format of the man program.

Examples:
  mdskill man
  mdskill man add
  mdskill man cache prune
  mdskill man --dir ~/.local/share/man/man1")]
    Man(man::ManArgs),
    /// Check the environment, and print facts for a bug report
    #[command(
        after_help = "Prints the versions, the folders, and the settings in use, whether each host is reachable, and
which credentials there are for it. Tokens and passwords are never printed, and `~` replaces the
home folder. Each problem has a next step; exit 3 if there is one. Nothing is changed.

Examples:
  mdskill doctor
  mdskill doctor --offline      # ask no host
  mdskill doctor --json"
    )]
    Doctor(doctor::DoctorArgs),
    /// Show, prune, or clear the cache
    #[command(after_help = "Examples:
  mdskill cache
  mdskill cache prune --days 30
  mdskill cache clear")]
    Cache(cache::CacheArgs),
}
