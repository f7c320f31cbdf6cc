// Makes the packages of a release from its archives; see README.md. It needs Node 18 and nothing from npm.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const table = JSON.parse(read(path.join(here, "targets.json")));
const cargo = read(path.join(root, "Cargo.toml"));
const version = field("version");
const description = field("description");

const USAGE = `Usage: node packaging/make.mjs COMMAND [OPTIONS]

Commands:
  npm                          make the npm packages: DIR/*.tgz, and those with the programs in DIR/platforms
  manifests                    make the manifests of Homebrew, Scoop and WinGet

Options:
  --archives DIR               the archives of a release: mdskill-TARGET.tar.gz or .zip
  --program TARGET=FILE        a program to use instead of an archive; makes only its package
  --out DIR                    the folder to write to
`;

class Failure extends Error {}

function read(file) {
  return fs.readFileSync(file, "utf8");
}

// A field of Cargo.toml, which is written on one line.
function field(name) {
  return new RegExp(`^${name} = "(.*)"$`, "m").exec(cargo)[1];
}

function archiveName({ target, archive }) {
  return `mdskill-${target}.${archive}`;
}

function programName({ target }) {
  return target.includes("-windows-") ? "mdskill.exe" : "mdskill";
}

function run(program, args, options) {
  return execFileSync(program, args, { stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28, ...options });
}

// ---------------------------------------------------------------------------------------------
// npm
// ---------------------------------------------------------------------------------------------

function npmName({ npm }) {
  return `${table.npm}-${npm.os}-${npm.cpu}${npm.libc === "musl" ? "-musl" : ""}`;
}

const shared = {
  version,
  license: "MIT OR Apache-2.0",
  homepage: `https://github.com/${table.repository}`,
  // npm compares this with the repository of the workflow that publishes it.
  repository: { type: "git", url: `git+https://github.com/${table.repository}.git` },
  bugs: `https://github.com/${table.repository}/issues`,
};

function mainPackage() {
  const names = table.targets.map(npmName);
  return {
    name: table.npm,
    ...shared,
    description,
    keywords: ["agent-skills", "skills", "copilot", "package-manager", "git"],
    bin: { mdskill: "bin/mdskill.js" },
    engines: { node: ">=18" },
    // The exact version, because the packages are parts of one program.
    optionalDependencies: Object.fromEntries(names.map((name) => [name, version])),
  };
}

function platformPackage(entry) {
  const { os, cpu, libc } = entry.npm;
  return {
    name: npmName(entry),
    ...shared,
    description: `The program of ${table.npm} for ${entry.target}`,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    // A program in the zip files of Yarn can't be started.
    preferUnplugged: true,
  };
}

function fill(template, values) {
  return template.replace(/@([A-Z0-9]+(?::[a-z0-9_-]+)?)@/g, (whole, key) => {
    if (values[key] === undefined) throw new Failure(`no value for ${whole}`);
    return values[key];
  });
}

// Writes each package, a manifest and its files, into a new folder, and runs `npm pack` for all of them.
function pack(packages, out) {
  fs.mkdirSync(out, { recursive: true });
  const staging = fs.mkdtempSync(path.join(out, ".packages-"));
  try {
    const folders = packages.map(([manifest, files], index) => {
      const folder = path.join(staging, String(index));
      fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
      fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
      fs.copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
      for (const [name, content] of Object.entries(files)) {
        fs.writeFileSync(path.join(folder, name), content, { mode: name.startsWith("bin/") ? 0o755 : 0o644 });
      }
      return `./${index}`;
    });
    const options = { cwd: staging, shell: process.platform === "win32" };
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", "..", ...folders];
    for (const { filename } of JSON.parse(run("npm", args, options))) console.log(path.join(out, filename));
  } finally {
    fs.rmSync(staging, { recursive: true });
  }
}

function programFromArchive(entry, archives) {
  const archive = path.join(archives, archiveName(entry));
  if (entry.archive === "zip") return run("unzip", ["-p", archive, programName(entry)]);
  return run("tar", ["-xzOf", archive, programName(entry)]);
}

function npm({ archives, program: programs = [], out }) {
  const given = new Map(programs.map((text) => text.split("=", 2)));
  for (const target of given.keys()) {
    if (!table.targets.some((entry) => entry.target === target)) throw new Failure(`unknown target ${target}`);
  }
  const platforms = [];
  for (const entry of table.targets) {
    if (archives === undefined && !given.has(entry.target)) continue;
    const content = archives === undefined ? fs.readFileSync(given.get(entry.target)) : programFromArchive(entry, archives);
    const readme = `# ${npmName(entry)}\n\nThe program of [${table.npm}](https://www.npmjs.com/package/${table.npm}) for ${entry.target}.\n`;
    platforms.push([platformPackage(entry), { "README.md": readme, [`bin/${programName(entry)}`]: content }]);
  }
  if (platforms.length > 0) pack(platforms, path.join(out, "platforms"));
  const readme = fill(read(path.join(here, "npm/README.md")), { NPM: table.npm, REPOSITORY: table.repository });
  pack([[mainPackage(), { "README.md": readme, "bin/mdskill.js": read(path.join(here, "npm/bin/mdskill.js")) }]], out);
}

// ---------------------------------------------------------------------------------------------
// Homebrew, Scoop, WinGet
// ---------------------------------------------------------------------------------------------

const TEMPLATES = [
  "homebrew/mdskill.rb",
  "scoop/mdskill.json",
  "winget/mdskill.mdskill.yaml",
  "winget/mdskill.mdskill.installer.yaml",
  "winget/mdskill.mdskill.locale.en-US.yaml",
];

function sha256(file) {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

function manifests({ archives, out }) {
  if (archives === undefined) throw new Failure("--archives is missing");
  const values = { VERSION: version, DESCRIPTION: description, REPOSITORY: table.repository };
  for (const entry of table.targets) {
    values[`URL:${entry.target}`] = `https://github.com/${table.repository}/releases/download/v${version}/${archiveName(entry)}`;
    values[`SHA256:${entry.target}`] = sha256(path.join(archives, archiveName(entry)));
  }
  fs.mkdirSync(out, { recursive: true });
  for (const template of TEMPLATES) {
    // All in one folder, because a release has no folders.
    const file = path.join(out, path.basename(template));
    fs.writeFileSync(file, fill(read(path.join(here, template)), values));
    console.log(file);
  }
}

// ---------------------------------------------------------------------------------------------

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      archives: { type: "string" },
      program: { type: "string", multiple: true },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const command = { npm, manifests }[positionals[0]];
  if (values.help || command === undefined || positionals.length !== 1) {
    console[values.help ? "log" : "error"](USAGE.trimEnd());
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (values.out === undefined) throw new Failure("--out is missing");
  command({ ...values, out: path.resolve(values.out) });
}

try {
  main();
} catch (error) {
  if (!(error instanceof Failure) && error.code !== "ENOENT" && !error.code?.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = error.code?.startsWith("ERR_PARSE_ARGS") ? 2 : 1;
}
