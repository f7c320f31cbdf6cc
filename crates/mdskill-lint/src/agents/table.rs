//! The agents and their folders. A comment before each row names its source:
//!
//! | mark | source |
//! |---|---|
//! | docs | the documentation or the source code of the agent |
//! | npx | `src/agents.ts` of vercel-labs/skills, version 1.7 |
//! | gh | `internal/skills/registry/registry.go` of cli/cli |
//! | skillshare | `internal/config/targets.yaml` of runkids/skillshare |
//!
//! If sources differ, the documentation of the agent takes precedence.

use super::{Agent, Precedence};

const SHARED: &str = ".agents/skills";
const CLAUDE: &str = ".claude/skills";
const CODEX: &str = ".codex/skills";
const GITHUB: &str = ".github/skills";

/// The agents; the first is the default.
pub const AGENTS: &[Agent] = &[
    // docs: docs.github.com/en/copilot/concepts/agents/about-agent-skills, code.visualstudio.com/docs/agent-customization/agent-skills
    Agent::new("copilot", "GitHub Copilot", GITHUB, ".copilot/skills")
        .alias(&["github-copilot", "vscode"])
        .also(&[CLAUDE, SHARED], &[SHARED, CLAUDE]),
    // docs: code.claude.com/docs/en/skills
    Agent::new("claude", "Claude Code", CLAUDE, CLAUDE)
        .alias(&["claude-code"])
        .prefers(Precedence::Personal),
    // gh, npx (`universal`): the folder that most agents read
    Agent::new("agents", "agents that read .agents/skills", SHARED, SHARED).alias(&["universal"]),
    // docs: developers.openai.com/codex/skills, `host_roots.rs` of openai/codex, where ~/.codex/skills is deprecated
    Agent::new("codex", "Codex", SHARED, SHARED).also(&[CODEX], &[CODEX]),
    // docs: cursor.com/docs/skills
    Agent::new("cursor", "Cursor", SHARED, ".cursor/skills")
        .also(&[".cursor/skills", CLAUDE, CODEX], &[SHARED, CLAUDE, CODEX]),
    // docs: geminicli.com/docs/cli/using-agent-skills
    Agent::new("gemini-cli", "Gemini CLI", SHARED, ".gemini/skills")
        .alias(&["gemini"])
        .also(&[".gemini/skills"], &[SHARED])
        .prefers(Precedence::Project),
    // docs: opencode.ai/docs/skills
    Agent::new(
        "opencode",
        "OpenCode",
        ".opencode/skills",
        ".config/opencode/skills",
    )
    .also(&[SHARED, CLAUDE], &[CLAUDE, SHARED]),
    // docs: docs.devin.ai/desktop/cascade/skills, docs.windsurf.com/windsurf/cascade/skills
    Agent::new("windsurf", "Windsurf", SHARED, ".codeium/windsurf/skills")
        .alias(&["devin-desktop"])
        .also(
            &[
                ".windsurf/skills",
                ".devin/skills",
                GITHUB,
                CLAUDE,
                ".cursor/skills",
                CODEX,
                ".cognition/skills",
                ".codeium/skills",
            ],
            &[SHARED],
        ),
    // docs: docs.devin.ai/product-guides/skills; npx for the personal folder
    Agent::new("devin", "Devin", SHARED, ".config/devin/skills").also(
        &[
            ".devin/skills",
            GITHUB,
            CLAUDE,
            ".cursor/skills",
            CODEX,
            ".cognition/skills",
            ".windsurf/skills",
            ".codeium/skills",
        ],
        &[SHARED],
    ),
    // docs: docs.cline.bot/customization/skills
    Agent::new("cline", "Cline", ".cline/skills", ".cline/skills")
        .also(&[".clinerules/skills", CLAUDE], &[])
        .prefers(Precedence::Personal),
    // docs: block/goose, `using-skills.md`
    Agent::new("goose", "goose", SHARED, SHARED).also(
        &[".goose/skills", CLAUDE],
        &[CLAUDE, ".config/goose/skills"],
    ),
    // docs: ampcode.com/docs/customize/skills
    Agent::new("amp", "Amp", SHARED, ".config/agents/skills")
        .also(&[CLAUDE], &[SHARED, ".config/amp/skills", CLAUDE]),
    // docs: zed.dev/docs/ai/skills
    Agent::new("zed", "Zed", SHARED, SHARED),
    // docs: docs.warp.dev/agents/capabilities/skills; npx and gh for the folders
    Agent::new("warp", "Warp", SHARED, SHARED).also(&[".warp/skills"], &[".warp/skills"]),
    // docs: docs.roocode.com/features/skills
    Agent::new("roo", "Roo Code", ".roo/skills", ".roo/skills")
        .alias(&["roo-code"])
        .also(&[SHARED], &[SHARED]),
    // docs: kilo.ai/docs/features/skills; npx for .agents/skills
    Agent::new("kilo", "Kilo Code", ".kilo/skills", ".kilo/skills")
        .alias(&["kilocode", "kilo-code"])
        .also(&[".kilocode/skills", SHARED], &[".kilocode/skills"]),
    // docs: kiro.dev/docs/skills
    Agent::new("kiro-cli", "Kiro", ".kiro/skills", ".kiro/skills").alias(&["kiro"]),
    // docs: junie.jetbrains.com/docs/agent-skills.html
    Agent::new("junie", "Junie", ".junie/skills", ".junie/skills").also(&[SHARED], &[]),
    // docs: antigravity.google/docs/skills; the tools differ about the personal folder
    Agent::new(
        "antigravity",
        "Antigravity",
        SHARED,
        ".gemini/config/skills",
    )
    .alias(&["antigravity-cli"])
    .also(
        &[".agent/skills"],
        &[
            ".gemini/antigravity/skills",
            ".gemini/antigravity-cli/skills",
            ".antigravity/skills",
        ],
    ),
    // docs: docs.factory.ai/cli/configuration/skills; npx for .agents/skills
    Agent::new("droid", "Droid", ".factory/skills", ".factory/skills")
        .alias(&["factory"])
        .also(&[".agent/skills", SHARED], &[SHARED]),
    // docs: QwenLM/qwen-code, `docs/users/features/skills.md`
    Agent::new("qwen-code", "Qwen Code", ".qwen/skills", ".qwen/skills")
        .alias(&["qwen"])
        .also(&[SHARED], &[]),
    // docs: mistralai/mistral-vibe, `_paths.py`
    Agent::new(
        "mistral-vibe",
        "Mistral Vibe",
        ".vibe/skills",
        ".vibe/skills",
    )
    .alias(&["vibe"])
    .also(&[SHARED], &[SHARED]),
    // docs: docs.openhands.dev/overview/skills
    Agent::new("openhands", "OpenHands", SHARED, SHARED)
        .also(&[".openhands/skills"], &[".openhands/skills"]),
    // docs: pi-mono, `docs/skills.md`
    Agent::new("pi", "Pi", ".pi/skills", ".pi/agent/skills").also(&[SHARED], &[SHARED]),
    // docs: docs.openclaw.ai/tools/skills
    Agent::new("openclaw", "OpenClaw", "skills", ".openclaw/skills").also(&[SHARED], &[SHARED]),
    // npx, skillshare; gh has `kimi-cli` and ~/.config/agents/skills
    Agent::new("kimi-code-cli", "Kimi Code CLI", SHARED, SHARED)
        .alias(&["kimi-cli", "kimi"])
        .also(&[CLAUDE, CODEX], &[".config/agents/skills"]),
    // npx, gh, skillshare
    Agent::new("crush", "Crush", ".crush/skills", ".config/crush/skills"),
    // npx, skillshare
    Agent::new("grok", "Grok Build", ".grok/skills", ".grok/skills").also(&[], &[SHARED]),
    // docs: docs.replit.com/features/agent/skills; npx and gh for the personal folder
    Agent::new("replit", "Replit", SHARED, ".config/agents/skills"),
    // docs: docs.trae.ai/ide/skills; npx, gh
    Agent::new("trae", "Trae", ".trae/skills", ".trae/skills"),
    // npx, gh
    Agent::new("trae-cn", "Trae CN", ".trae/skills", ".trae-cn/skills"),
    // docs: docs.augmentcode.com/cli/skills.md; npx, gh
    Agent::new("augment", "Augment", ".augment/skills", ".augment/skills"),
    // npx, gh
    Agent::new(
        "deepagents",
        "Deep Agents",
        SHARED,
        ".deepagents/agent/skills",
    )
    .also(&[".deepagents/skills"], &[]),
    // npx, gh, skillshare
    Agent::new("firebender", "Firebender", SHARED, ".firebender/skills").also(
        &[],
        &[SHARED, CLAUDE, CODEX, ".cursor/skills", ".goose/skills"],
    ),
    // npx, gh; its documentation has rules only
    Agent::new(
        "continue",
        "Continue",
        ".continue/skills",
        ".continue/skills",
    ),
    // skillshare
    Agent::new(
        "xcode-claude",
        "Claude in Xcode",
        CLAUDE,
        "Library/Developer/Xcode/CodingAssistant/ClaudeAgentConfig/skills",
    ),
    // skillshare
    Agent::new(
        "xcode-codex",
        "Codex in Xcode",
        CODEX,
        "Library/Developer/Xcode/CodingAssistant/codex/skills",
    ),
    // npx: agents that read .agents/skills
    Agent::new("dexto", "Dexto", SHARED, SHARED),
    Agent::new("loaf", "Loaf", SHARED, SHARED),
    Agent::new("sarvam-code", "Sarvam Code", SHARED, SHARED),
    Agent::new("promptscript", "PromptScript", SHARED, ""),
    Agent::new("fx", "fx", SHARED, SHARED).also(&[".fx/skills"], &[".fx/skills"]),
    // npx: agents with one folder of the same name in the project and in the home
    same("adal", "AdaL", ".adal/skills"),
    same("aider-desk", "AiderDesk", ".aider-desk/skills"),
    same("autohand-code", "Autohand Code CLI", ".autohand/skills"),
    same("bob", "IBM Bob", ".bob/skills"),
    same("codearts-agent", "CodeArts Agent", ".codeartsdoer/skills"),
    same("codebuddy", "CodeBuddy", ".codebuddy/skills"),
    same("codemaker", "Codemaker", ".codemaker/skills"),
    same("codestudio", "Code Studio", ".codestudio/skills"),
    same("codewhale", "CodeWhale", ".codewhale/skills"),
    same("command-code", "Command Code", ".commandcode/skills"),
    same("hermes-agent", "Hermes Agent", ".hermes/skills"),
    same("iflow-cli", "iFlow CLI", ".iflow/skills"),
    same("inference-sh", "inference.sh", ".inferencesh/skills"),
    same("jazz", "Jazz", ".jazz/skills"),
    same("kode", "Kode", ".kode/skills"),
    same("lingma", "Lingma", ".lingma/skills"),
    same("mcpjam", "MCPJam", ".mcpjam/skills"),
    same("minimax-code", "MiniMax Code", ".minimax/skills"),
    same("moxby", "Moxby", ".moxby/skills"),
    same("mux", "Mux", ".mux/skills"),
    same("neovate", "Neovate", ".neovate/skills"),
    same("ona", "Ona", ".ona/skills"),
    same("pochi", "Pochi", ".pochi/skills"),
    same(
        "posit-assistant",
        "Posit Assistant",
        ".posit/assistant/skills",
    ),
    same("qoder", "Qoder", ".qoder/skills"),
    same("reasonix", "Reasonix", ".reasonix/skills"),
    same("rovodev", "Rovo Dev", ".rovodev/skills"),
    same("tabnine-cli", "Tabnine CLI", ".tabnine/agent/skills"),
    same("terramind", "Terramind", ".terramind/skills"),
    same("tinycloud", "Tinycloud", ".tinycloud/skills"),
    same("zcode", "ZCode", ".zcode/skills"),
    same("zencoder", "Zencoder", ".zencoder/skills"),
    same("zenflow", "Zenflow", ".zencoder/skills"),
    // npx: the other folders
    Agent::new("astrbot", "AstrBot", "data/skills", ".astrbot/data/skills"),
    Agent::new(
        "cortex",
        "Cortex Code",
        ".cortex/skills",
        ".snowflake/cortex/skills",
    ),
    Agent::new("eve", "Eve", "agent/skills", ""),
    Agent::new("forgecode", "ForgeCode", ".forge/skills", ".forge/skills"),
    Agent::new(
        "kimchi",
        "Kimchi",
        ".kimchi/skills",
        ".config/kimchi/harness/skills",
    ),
    Agent::new("qoder-cn", "Qoder CN", ".qoder/skills", ".qoder-cn/skills"),
];

const fn same(id: &'static str, name: &'static str, folder: &'static str) -> Agent {
    Agent::new(id, name, folder, folder)
}
