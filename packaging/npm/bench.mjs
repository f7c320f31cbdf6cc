// The cost of the launcher: `mdskill --version` through node, beside node alone and the program alone.
//
//     node packaging/npm/bench.mjs target/dist/mdskill
//
// The three take turns, so what else the machine does slows all of them down. On a busy machine, compare CPU times.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = 60;
const LIMIT = 10;

const program = path.resolve(process.argv[2] ?? "target/dist/mdskill");
const make = fileURLToPath(new URL("../make.mjs", import.meta.url));
const { npm: name, targets } = JSON.parse(fs.readFileSync(new URL("../targets.json", import.meta.url), "utf8"));
const { target, npm } = targets.find(({ npm }) => npm.os === process.platform && npm.cpu === process.arch);

function milliseconds(file, args) {
  const start = process.hrtime.bigint();
  execFileSync(file, args, { stdio: "ignore" });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The time of the processor, in the format of the `times` of bash: `0m0.080s 0m0.012s`. */
function processorMilliseconds(file, args) {
  const script = '"$@" >/dev/null && times';
  const [, children] = execFileSync("bash", ["-c", script, "bash", file, ...args], { encoding: "utf8" }).trim().split("\n");
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => minutes * 60 + Number(rest));
  return (seconds[0] + seconds[1]) * 1000;
}

function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mdskill-bench-"));
try {
  execFileSync(process.execPath, [make, "npm", "--program", `${target}=${program}`, "--out", folder], { stdio: "ignore" });
  for (const [package_, from] of [[name, folder], [`${name}-${npm.os}-${npm.cpu}`, path.join(folder, "platforms")]]) {
    const to = path.join(folder, "node_modules", package_);
    fs.mkdirSync(to, { recursive: true });
    const [file] = fs.readdirSync(from).filter((file) => file.endsWith(".tgz"));
    execFileSync("tar", ["-xzf", path.join(from, file), "--strip", "1", "-C", to]);
  }
  const launcher = path.join(folder, "node_modules", name, "bin/mdskill.js");
  const commands = [
    ["node -e 0", process.execPath, ["-e", "0"]],
    ["mdskill --version", program, ["--version"]],
    ["node mdskill.js --version", process.execPath, [launcher, "--version"]],
  ];
  const walls = commands.map(() => []);
  const processor = commands.map(() => []);
  for (let round = -5; round < ROUNDS; round++) {
    for (const [index, [, file, args]] of commands.entries()) {
      const wall = milliseconds(file, args);
      const cpu = processorMilliseconds(file, args);
      if (round < 0) continue;
      walls[index].push(wall);
      processor[index].push(cpu);
    }
  }
  const [wall, cpu] = [walls.map(median), processor.map(median)];
  console.log(`Node ${process.version}, median of ${ROUNDS} runs after 5 to warm up.\n`);
  console.log("| command | wall ms | CPU ms |\n|---|---|---|");
  for (const [index, [command]] of commands.entries()) {
    console.log(`| \`${command}\` | ${wall[index].toFixed(1)} | ${cpu[index].toFixed(1)} |`);
  }
  const [more, moreCpu] = [wall, cpu].map(([node, alone, launched]) => launched - node - alone);
  const met = more <= LIMIT ? "yes" : "**no**";
  const added = `${more.toFixed(1)} ms (CPU ${moreCpu.toFixed(1)} ms)`;
  console.log(`\nThe launcher adds ${added} to node and the program; limit ${LIMIT} ms; met: ${met}.`);
} finally {
  fs.rmSync(folder, { recursive: true });
}
