// The npm packages, installed by the real npm, pnpm, Bun and Yarn from a registry on 127.0.0.1.
//
//     MDSKILL_PROGRAM=target/release/mdskill node --test packaging/npm/test.mjs
//
// Package managers that are not on PATH are skipped.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const { npm: name } = JSON.parse(fs.readFileSync(path.join(here, "../targets.json"), "utf8"));
const ours = `${name}-${process.platform}-${process.arch}`;
const mirror = path.join(root, "testdata/mirror");
const SPEC = "wshobson/agents/async-python-patterns";
const SKILL = ".github/skills/async-python-patterns/SKILL.md";

let scratch, server, registry;
/** The files of all packages, of the one with the launcher, and of the one for this platform. */
let packages, main, fitting;
/** The requested paths. */
const requests = [];

/** Runs a program in a sealed environment to its end. */
function run(program, args, { cwd, env = {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...sealed(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const result = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => {
      result.stdout += data;
      if (signal !== undefined && result.stdout.endsWith("ready\n")) child.kill(signal);
    });
    child.stderr.on("data", (data) => (result.stderr += data));
    child.on("error", reject);
    child.on("close", (code, endedBy) => resolve({ ...result, code, endedBy }));
  });
}

/** Runs a program that has to succeed, and returns what it prints. */
async function ok(program, args, options) {
  const result = await run(program, args, options);
  assert.equal(result.code, 0, `${program} ${args.join(" ")}: ${result.stdout}${result.stderr}`);
  return result.stdout;
}

function sealed() {
  const home = path.join(scratch, "home");
  return {
    PATH: process.env.PATH,
    HOME: home,
    MDSKILL_GITHUB_URL: mirror,
    MDSKILL_CACHE_DIR: path.join(scratch, "cache"),
    MDSKILL_CONFIG_DIR: path.join(scratch, "config"),
    npm_config_cache: path.join(scratch, "npm-cache"),
    npm_config_update_notifier: "false",
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_ENABLE_TELEMETRY: "0",
    YARN_ENABLE_GLOBAL_CACHE: "false",
    // They would keep a lockfile from being written.
    YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
    YARN_ENABLE_HARDENED_MODE: "false",
  };
}

/** A registry with the packages of a folder, and nothing else. */
function serve(files) {
  const documents = new Map();
  const tarballs = new Map();
  for (const file of files) {
    const content = fs.readFileSync(file);
    const manifest = JSON.parse(execFileSync("tar", ["-xzOf", file, "package/package.json"]));
    const base = path.basename(file);
    tarballs.set(`/${base}`, content);
    const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
    const release = { ...manifest, dist: { tarball: `${registry}/${base}`, integrity } };
    documents.set(`/${manifest.name}/latest`, release);
    documents.set(`/${manifest.name}`, {
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: release },
      // Package managers may refuse what has just been published.
      time: { [manifest.version]: "2020-01-01T00:00:00.000Z" },
    });
  }
  server.on("request", (request, response) => {
    const asked = decodeURIComponent(new URL(request.url, registry).pathname);
    requests.push(asked);
    if (tarballs.has(asked)) return response.end(tarballs.get(asked));
    response.setHeader("content-type", "application/json");
    if (!documents.has(asked)) response.statusCode = 404;
    response.end(JSON.stringify(documents.get(asked) ?? { error: "not found" }));
  });
}

function project(title) {
  const folder = fs.mkdtempSync(path.join(scratch, `${title}-`));
  fs.writeFileSync(path.join(folder, "package.json"), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  return folder;
}

/** Asserts that the skill is installed, with the file that git has. */
function assertSkill(folder) {
  const git = (...args) => execFileSync("git", ["-C", path.join(scratch, "agents.git"), ...args], { encoding: "utf8" });
  const file = git("ls-tree", "-r", "--name-only", "HEAD").split("\n").find((line) => line.endsWith("/async-python-patterns/SKILL.md"));
  assert.equal(fs.readFileSync(path.join(folder, SKILL), "utf8"), git("show", `HEAD:${file}`));
}

function has(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

before(async () => {
  const binary = path.resolve(process.env.MDSKILL_PROGRAM ?? path.join(root, "target/release/mdskill"));
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "mdskill-npm-"));
  fs.mkdirSync(path.join(scratch, "home"));
  const clone = ["clone", "--quiet", "--bare", path.join(mirror, "wshobson/agents.bundle"), path.join(scratch, "agents.git")];
  execFileSync("git", clone);
  server = http.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  registry = `http://127.0.0.1:${server.address().port}`;
  // Packages for the other platforms must not be installed, so any file will do for them.
  const { targets } = JSON.parse(fs.readFileSync(path.join(here, "../targets.json"), "utf8"));
  const fits = ({ npm }) => npm.os === process.platform && npm.cpu === process.arch && npm.libc !== "musl";
  const programs = targets.map((entry) => ["--program", `${entry.target}=${fits(entry) ? binary : path.join(root, "LICENSE")}`]);
  const out = path.join(scratch, "packages");
  const printed = await ok("node", [path.join(root, "packaging/make.mjs"), "npm", "--out", out, ...programs.flat()]);
  packages = printed.trim().split("\n");
  assert.equal(packages.length, targets.length + 1);
  main = packages.find((file) => path.dirname(file) === out);
  fitting = packages[targets.findIndex(fits)];
  serve(packages);
  // For npm, pnpm and Bun.
  fs.writeFileSync(path.join(scratch, "home/.npmrc"), `registry=${registry}/\n`);
});

after(() => {
  server.close();
  server.closeAllConnections();
  fs.rmSync(scratch, { recursive: true });
});

describe("npm", () => {
  test("npx runs the package where nothing is installed", async () => {
    const folder = fs.mkdtempSync(path.join(scratch, "empty-"));
    await ok("npx", ["--yes", name, "add", SPEC], { cwd: folder });
    assertSkill(folder);
    assert.deepEqual(fs.readdirSync(folder).sort(), [".github", "mdskill.lock"]);
  });

  test("a development dependency has the command mdskill", async () => {
    const folder = project("npm");
    await ok("npm", ["install", "--save-dev", name], { cwd: folder });
    await ok("npx", ["mdskill", "add", SPEC], { cwd: folder });
    assertSkill(folder);
    const { devDependencies } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    assert.deepEqual(Object.keys(devDependencies), [name]);
    const installed = fs.readdirSync(path.join(folder, "node_modules", path.dirname(name)));
    assert.deepEqual(installed.sort(), [path.basename(name), path.basename(ours)]);
    // Another machine has other packages, from the same lockfile.
    const lock = fs.readFileSync(path.join(folder, "package-lock.json"), "utf8");
    for (const other of ["darwin-arm64", "linux-x64-musl", "win32-x64"]) assert.ok(lock.includes(`${name}-${other}`));
  });

  test("the files of a release are installed without a registry", async () => {
    const folder = project("files");
    const env = { npm_config_registry: "http://127.0.0.1:9", npm_config_fetch_retries: "0" };
    await ok("npm", ["install", main, fitting], { cwd: folder, env });
    await ok("npx", ["mdskill", "add", SPEC], { cwd: folder, env });
    assertSkill(folder);
  });

  test("the hint of a missing program works", async () => {
    const folder = project("omit");
    await ok("npm", ["install", "--omit=optional", name], { cwd: folder });
    const { code, stdout, stderr } = await run("npx", ["mdskill", "--version"], { cwd: folder });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const [error, hint, ...rest] = stderr.trimEnd().split("\n");
    assert.equal(error, `error: the package ${ours} is not installed`);
    assert.deepEqual(rest, []);
    const [program, ...args] = /`(.*)`/.exec(hint)[1].split(" ");
    await ok(program, args, { cwd: folder });
    assert.match(await ok("npx", ["mdskill", "--version"], { cwd: folder }), /^mdskill \d/);
  });
});

describe("pnpm", { skip: !has("pnpm") && "pnpm is not here" }, () => {
  test("a development dependency has the command mdskill", async () => {
    const folder = project("pnpm");
    await ok("pnpm", ["add", "--save-dev", name], { cwd: folder });
    await ok("pnpm", ["exec", "mdskill", "add", SPEC], { cwd: folder });
    assertSkill(folder);
  });

  test("pnpm dlx runs the package where nothing is installed", async () => {
    const folder = fs.mkdtempSync(path.join(scratch, "empty-"));
    await ok("pnpm", ["dlx", name, "add", SPEC], { cwd: folder });
    assertSkill(folder);
  });
});

describe("bun", { skip: !has("bun") && "bun is not here" }, () => {
  test("a development dependency has the command mdskill", async () => {
    const folder = project("bun");
    await ok("bun", ["add", "--dev", name], { cwd: folder });
    await ok("bun", ["run", "mdskill", "add", SPEC], { cwd: folder });
    assertSkill(folder);
  });

  test("bunx runs the package where nothing is installed", async () => {
    const folder = fs.mkdtempSync(path.join(scratch, "empty-"));
    await ok("bun", ["x", name, "add", SPEC], { cwd: folder });
    assertSkill(folder);
  });
});

describe("yarn", { skip: !has("yarn") && "yarn is not here" }, () => {
  test("a development dependency has the command mdskill", async () => {
    const folder = project("yarn");
    // Without it, Yarn looks for the project in the folders above.
    fs.writeFileSync(path.join(folder, "yarn.lock"), "");
    await ok("yarn", ["add", "--dev", name], { cwd: folder });
    await ok("yarn", ["mdskill", "add", SPEC], { cwd: folder });
    assertSkill(folder);
  });
});

describe("launcher", () => {
  /** Installs the launcher with a shell script for a program, and returns its path. */
  function launcher(script, mode = 0o755) {
    const folder = path.join(project("launcher"), "node_modules");
    for (const [name_, content] of [[name], [ours, script]]) {
      const target = path.join(folder, name_);
      fs.mkdirSync(path.join(target, "bin"), { recursive: true });
      if (content === undefined) execFileSync("tar", ["-xzf", main, "--strip", "1", "-C", target]);
      else fs.writeFileSync(path.join(target, "bin/mdskill"), `#!/bin/sh\n${content}\n`, { mode });
    }
    return path.join(folder, name, "bin/mdskill.js");
  }

  const start = (args, options) => run(process.execPath, args, options);

  test("arguments, output and exit code are those of the program", async () => {
    const file = launcher('printf "%s|" "$@"; echo problem >&2; exit 130');
    const result = await start([file, "add", "a b", "", "--x=*"]);
    assert.deepEqual(result, { stdout: "add|a b||--x=*|", stderr: "problem\n", code: 130, endedBy: null });
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    test(`${signal} reaches the program, which ends first`, async () => {
      const trap = `trap 'echo cleaned up; exit 9' ${signal.slice(3)}`;
      const file = launcher(`${trap}; echo ready; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; done`);
      const result = await start([file], { signal });
      assert.deepEqual(result, { stdout: "ready\ncleaned up\n", stderr: "", code: 9, endedBy: null });
    });
  }

  test("a program that a signal ends looks like that from outside", async () => {
    const { code, endedBy } = await start([launcher("kill -TERM $$")]);
    assert.deepEqual({ code, endedBy }, { code: null, endedBy: "SIGTERM" });
  });

  test("a platform without a program gets one sentence and one hint", async () => {
    const preload = path.join(scratch, "platform.cjs");
    fs.writeFileSync(preload, "Object.defineProperty(process, 'platform', { value: 'freebsd' });");
    const result = await start(["--require", preload, launcher("echo no"), "--version"]);
    const stderr = `error: ${name} has no program for freebsd on ${process.arch}\nhint: build it with \`cargo install --locked mdskill\`\n`;
    assert.deepEqual(result, { stdout: "", stderr, code: 1, endedBy: null });
  });

  test("a program that can't be started gets one sentence and one hint", async () => {
    const result = await start([launcher("echo no", 0o644), "--version"]);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /^error: cannot start .*bin\/mdskill: EACCES\nhint: [^\n]*\n$/);
  });
});
