// The sites that the tests look at, made by the real program from repositories that git has just made.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

import { BREAKOUT, hostileFiles, hostileMarkdown } from "./hostile.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = path.resolve(process.env.MDSKILL ?? path.join(root, "target/debug/mdskill"));
/** A folder with `wshobson/agents.bundle`, a real repository of 181 skills. */
const corpora = path.resolve(root, "../shared/corpora");

/** Makes the sites in `folder`, and returns their folders. The real one is missing where the bundle is. */
export function makeSites(folder) {
  const mirror = path.join(folder, "mirror");
  makeRepository(path.join(mirror, "acme/skills.git"), { branch: "main", author: "Ada", files: manySkills() });
  makeRepository(path.join(mirror, "acme/tools.git"), { branch: "main", author: "Ada", files: skill("deploy", { license: "MIT" }) });
  const branch = "<img/src=x/onerror=alert(1)>";
  makeRepository(path.join(mirror, "acme/hostile.git"), { branch, author: BREAKOUT, files: hostileSkills() });
  const sites = { small: makeSite(folder, mirror, "small", ["acme/skills", "acme/tools", "--title", "Acme skills", "--base-url", "https://skills.example.com/"]) };
  sites.hostile = makeSite(folder, mirror, "hostile", ["acme/hostile"]);
  if (fs.existsSync(path.join(corpora, "wshobson/agents.bundle"))) {
    sites.real = makeSite(folder, corpora, "real", ["wshobson/agents"]);
  }
  return sites;
}

function makeSite(folder, mirror, name, args) {
  execFileSync(program, ["site", ...args, "--out", name], {
    cwd: folder,
    env: { ...sealed(folder), MDSKILL_GITHUB_URL: mirror },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return path.join(folder, name);
}

function makeRepository(bare, { branch, author, files }) {
  const folder = bare.replace(/\.git$/, "");
  const git = (...args) => execFileSync("git", args, { cwd: folder, env: sealed(folder), stdio: ["ignore", "ignore", "inherit"] });
  fs.mkdirSync(folder, { recursive: true });
  git("init", "--quiet", ".");
  git("symbolic-ref", "HEAD", `refs/heads/${branch}`);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: name.includes("/scripts/") ? 0o755 : 0o644 });
  }
  git("add", ".");
  git("-c", `user.name=${author}`, "-c", "user.email=a@example.com", "commit", "--quiet", "-m", `Add skills of ${author}`);
  git("clone", "--quiet", "--bare", ".", bare);
}

function sealed(folder) {
  return {
    PATH: process.env.PATH,
    HOME: path.join(folder, "home"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
    GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
  };
}

function skill(name, { description, license, body, files, folder = "skills" } = {}) {
  const frontmatter = [`name: ${name}`, `description: ${description ?? `Does ${name}. Use it when you need ${name}.`}`];
  if (license) frontmatter.push(`license: ${license}`);
  const text = `---\n${frontmatter.join("\n")}\n---\n${body ?? `# ${name}\n\nText.\n`}`;
  const all = Object.entries({ "SKILL.md": text, ...files });
  return Object.fromEntries(all.map(([file, content]) => [`${folder}/${name}/${file}`, content]));
}

function hostileSkills() {
  return {
    ...skill("plain", { body: "# Plain\n\nText.\n" }),
    ...skill("evil", { folder: "plugins/evil/skills", files: { "SKILL.md": hostileMarkdown("evil"), ...hostileFiles } }),
    ".claude-plugin/marketplace.json": JSON.stringify({
      name: BREAKOUT,
      plugins: [{ name: BREAKOUT, source: "./plugins/evil" }],
    }),
  };
}

/** A skill with all that a page can show, and others to search and filter. */
function manySkills() {
  const words = ["forms", "tables", "charts", "images", "letters", "invoices"];
  const licenses = ["MIT", "Apache-2.0", undefined];
  const others = Array.from({ length: 40 }, (_, at) => {
    const body = at % 5 === 0 ? "# Use\n\n```sh\ncurl https://api.example.dev/v1\n```\n" : undefined;
    return skill(`${words[at % words.length]}-${at}`, { license: licenses[at % licenses.length], body });
  });
  const long = `${"a-very-long-name-".repeat(3)}of-a-skill`;
  return Object.assign(
    {},
    ...others,
    skill(long, { description: `Has${"averylongwordwithoutanyspaceinit".repeat(4)}. Use it for long words.` }),
    skill("broken", { files: { "SKILL.md": "---\nname: broken\n---\n# Broken\n" } }),
    skill("memo", { folder: "plugins/documents/skills" }),
    skill("risky", { body: RISKY, files: RISKY_FILES }),
    skill("pdf", { license: "MIT", description: "Fills forms in PDF files. Use it when a form is a PDF.", body: PDF, files: PDF_FILES }),
    {
      ".claude-plugin/marketplace.json": JSON.stringify({
        name: "acme",
        plugins: [{ name: "documents", source: "./plugins/documents" }],
      }),
    },
  );
}

const wide = "x".repeat(300);
const PDF = `# PDF forms

Fill a form with \`scripts/fill.py\`, as [the rules](references/rules.md#two) say, or with [another tool](https://example.com/).

## When to use

- A form is a PDF.
- Its fields have names.

## Fill a form

Tables may be wide, lines may be long, and <kbd>HTML</kbd> is text:

| Field | Type | Default | Remark |
|---|:-:|--:|---|
| name | text | 0 | ${"Some words about the field. ".repeat(8)} |
| \`${"a_long_identifier_".repeat(5)}\` | check box | 12 | |

\`\`\`python
import os

# ${wide}
def fill(path: str, fields: dict[str, str] | None = None) -> int:
    """Fills a form."""
    return len(fields or {}) + 1 if os.path.exists(f"{path}.pdf") else 0
\`\`\`

### A heading that is ${"long ".repeat(30)}

1. First
   - with a list in it

     and a paragraph.
2. Second[^1]

- [x] Done
- [ ] To do

> A quotation.

![The logo](assets/logo.png)

<details>
<summary>More</summary>
Text.
</details>

[^1]: A note.

#### ${"averylongword".repeat(20)}

${wide}

\`${wide}\`
`;

const PDF_FILES = {
  "references/rules.md": "# Rules\n\n## One\n\nSee [the skill](../SKILL.md).\n\n## Two\n\n```json\n{ \"a\": [1, true, null] }\n```\n",
  "scripts/fill.py": `#!/usr/bin/env python3\nimport sys\n\n# ${wide}\nprint("filled", sys.argv[1:], 12)\n`,
  "assets/logo.png": png(120, 40),
  "assets/empty.txt": "",
  "LICENSE": "MIT\n",
};

const hosts = Array.from({ length: 20 }, (_, at) => `- https://api${at}.example.dev/`);
const RISKY = `# Risky\n\n${hosts.join("\n")}\n`;
const chapters = Array.from({ length: 40 }, (_, at) => `## Chapter ${at}\n\nText.\n`);
const RISKY_FILES = {
  "assets/template.zip": Buffer.from("504b0506000000000000000000000000000000000000", "hex"),
  "references/long.md": `# Long\n\n${chapters.join("\n")}`,
};

/** The index of a search for 1,000 skills, their list, and some of their words. */
export function thousandSkills() {
  const words = Array.from({ length: 2000 }, (_, at) => `word${(at * 7919).toString(36)}`);
  const sentence = (from) => Array.from({ length: 60 }, (_, at) => words[(from * 31 + at * 17) % words.length]).join(" ");
  const row = (at) => [`skill-${at}`, `acme/skills/skill-${at}`, sentence(at), sentence(at + 7), "acme/skills", "plugin"];
  const rows = Array.from({ length: 1000 }, (_, at) => row(at));
  const item = ([name, page, text]) => `<li data-f="l0"><h2><a href="${page}/index.html">${name}</a></h2><p>${text.slice(0, 220)}</p></li>`;
  return { words, script: `window.skills=${JSON.stringify(rows)};`, list: `<ul class="skills">${rows.map(item).join("")}</ul>` };
}

/** An image of one color. */
function png(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32BE(data.length, 0);
    sizes.writeUInt32BE(crc(body), 4);
    return Buffer.concat([sizes.subarray(0, 4), body, sizes.subarray(4)]);
  };
  const head = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x6e)]);
  const pixels = deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
