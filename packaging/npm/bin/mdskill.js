#!/usr/bin/env node
// Starts the program for this platform, which is in an optional dependency of this package.
"use strict";

const fs = require("node:fs");
const { name, optionalDependencies } = require("../package.json");

const { platform, arch } = process;

// The packages that can have the program, the best one first.
function candidates() {
  const base = `${name}-${platform}-${arch}`;
  if (platform !== "linux") return [base];
  // The loader of node itself says which C library this system has. A program that is linked to
  // musl is static, so it also runs where there is no loader at the usual place, as on NixOS.
  const loader = arch === "x64" ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1";
  const packages = [base, `${base}-musl`];
  return nodeHeader().includes(`\0${loader}\0`) ? packages : packages.reverse();
}

// The first bytes of node, which have the path of its loader.
function nodeHeader() {
  const header = Buffer.alloc(4096);
  const file = fs.openSync(process.execPath, "r");
  fs.readSync(file, header, 0, header.length, 0);
  fs.closeSync(file);
  return header;
}

// The path of the program in a package, if that package is installed.
function find(candidate) {
  try {
    return require.resolve(`${candidate}/bin/${platform === "win32" ? "mdskill.exe" : "mdskill"}`);
  } catch {
    return undefined;
  }
}

function fail(error, hint) {
  fs.writeSync(2, `error: ${error}\nhint: ${hint}\n`);
  process.exit(1);
}

function cannotStart(program, error) {
  fail(`cannot start ${program}: ${error.code || error.message}`, "delete node_modules, and install again on this system");
}

function spawn(program, args) {
  const childProcess = require("node:child_process");
  // A terminal sends Ctrl-C to both processes, and other senders to this one only. The program
  // ignores a signal that it gets twice, and this process has to outlive it. On Windows, only a
  // console sends signals, and `kill` would end the program at once.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = platform === "win32" ? () => {} : (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  const child = childProcess.spawn(program, args, { stdio: "inherit" });
  child.on("error", (error) => cannotStart(program, error));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const handled of signals) process.removeAllListeners(handled);
    process.kill(process.pid, signal);
  });
}

function main() {
  const packages = candidates();
  if (!packages.some((candidate) => candidate in optionalDependencies)) {
    fail(`${name} has no program for ${platform} on ${arch}`, "build it with `cargo install --locked mdskill`");
  }
  const found = packages.find(find);
  if (found === undefined) {
    fail(`the package ${packages[0]} is not installed`, "install optional dependencies too: `npm install --include=optional`");
  }
  const program = find(found);
  const args = process.argv.slice(2);
  // Node 22.15 and newer can replace this process by the program, which costs nothing and passes
  // signals and exit codes by itself. If that fails, node aborts, so the file is checked before.
  // Windows has no such call.
  if (process.execve !== undefined && platform !== "win32" && found === packages[0]) {
    try {
      fs.accessSync(program, fs.constants.X_OK);
    } catch (error) {
      cannotStart(program, error);
    }
    process.execve(program, [program, ...args]);
  }
  spawn(program, args);
}

main();
