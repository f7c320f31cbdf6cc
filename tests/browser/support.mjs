// A browser, a server for the sites, and what the tests ask of a page.

import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Returns the path of Chromium; `CHROMIUM` names another one. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return files.find((file) => fs.existsSync(file));
}

export const launch = (executablePath) => chromium.launch({ executablePath });

const TYPES = { css: "text/css", html: "text/html", js: "text/javascript", json: "application/json", png: "image/png", svg: "image/svg+xml" };

/** Serves a folder on 127.0.0.1. */
export async function serve(folder) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    let file = path.join(folder, decodeURIComponent(url.pathname));
    if (file.endsWith(path.sep)) file += "index.html";
    fs.readFile(file, (error, bytes) => {
      const type = TYPES[path.extname(file).slice(1)] ?? "text/plain";
      response.writeHead(error ? 404 : 200, { "Content-Type": type }).end(bytes);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Returns the address of a folder on disk, with a slash at its end. */
export const fileUrl = (folder) => `${pathToFileURL(folder)}/`;

/**
 * Returns a page that records what no page of a site may do: dialogs, requests to other hosts, errors, and new windows.
 */
export async function watchedPage(context) {
  const page = await context.newPage();
  const seen = [];
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", () => seen.push("popup"));
  page.on("pageerror", (error) => seen.push(`error ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") seen.push(`console ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "file:" && hostname !== "127.0.0.1") seen.push(`request ${request.url()}`);
  });
  return { page, seen };
}

/** Returns the paths of the files below a folder that end so. */
export function filesOf(folder, end) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(end));
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name))).sort();
}
