// Sites of `mdskill site` in a real browser. README.md says how to run it.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";

import { HtmlValidate } from "html-validate";

import { brokenLinks, focusable, focused, forbidden, frame, overflowing, poke, timed } from "./checks.mjs";
import { makeSites, thousandSkills } from "./fixture.mjs";
import { fileUrl, filesOf, findChromium, launch, serve, watchedPage } from "./support.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executable = findChromium();
const skip = executable ? false : "there is no Chromium: install it, or name it in CHROMIUM";
/** Where the screenshots are kept. */
const shots = process.env.SCREENSHOTS && path.resolve(process.env.SCREENSHOTS);

/** One page of each kind, in the small site. */
const PAGES = {
  index: "index.html",
  repository: "acme/skills/index.html",
  skill: "acme/skills/pdf/index.html",
  file: "acme/skills/pdf/files/scripts/fill.py.html",
  text: "acme/skills/pdf/files/references/rules.md.html",
  risky: "acme/skills/risky/index.html",
  long: "acme/skills/risky/files/references/long.md.html",
};
const REAL = {
  index: "index.html",
  repository: "wshobson/agents/index.html",
  skill: "wshobson/agents/async-python-patterns/index.html",
  file: "wshobson/agents/async-python-patterns/files/SKILL.md.html",
};

let scratch, sites, browser;
/** The addresses of the small site: on disk, and of a server. */
let places, server;

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "mdskill-browser-"));
  sites = makeSites(scratch);
  if (!executable) return;
  browser = await launch(executable);
  server = await serve(sites.small);
  places = { file: fileUrl(sites.small), http: server.url };
});

after(async () => {
  await browser?.close();
  server?.close();
  fs.rmSync(scratch, { recursive: true, force: true });
});

/** The results of a search. */
const results = (page) => page.locator("#SearchResults").getByRole("option");

/** Runs `work` with a page that must do nothing wrong. */
async function withPage(options, work) {
  const context = await browser.newContext(options);
  try {
    const { page, seen } = await watchedPage(context);
    await work(page, context);
    assert.deepEqual(seen, []);
  } finally {
    await context.close();
  }
}

for (const place of ["file", "http"]) {
  describe(`on ${place}:`, { skip }, () => {
    const open = (page, name) => page.goto(places[place] + PAGES[name]);

    test("search finds a skill with the keyboard alone", () =>
      withPage({}, async (page) => {
        await open(page, "skill");
        await page.keyboard.press("/");
        await page.keyboard.type("charts-3");
        const options = results(page);
        await options.first().waitFor();
        assert.match(await options.first().textContent(), /^charts-/);
        const active = await page.getByRole("combobox").getAttribute("aria-activedescendant");
        assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
        await page.keyboard.press("ArrowDown");
        const chosen = await results(page).and(page.locator("[aria-selected=true]")).locator("div").textContent();
        await Promise.all([page.waitForURL(`**/acme/skills/${chosen}/index.html`), page.keyboard.press("Enter")]);
        assert.equal(await page.locator("h1").textContent(), chosen);
      }));

    test("search ranks names, says when there is nothing, and closes", () =>
      withPage({}, async (page) => {
        await open(page, "index");
        const input = page.getByRole("combobox", { name: "Search skills" });
        await input.fill("pdf");
        assert.match(await results(page).first().textContent(), /^pdf/);
        await input.fill("no such skill");
        await page.getByText("No skill found").waitFor();
        assert.equal(await input.getAttribute("aria-activedescendant"), await results(page).getAttribute("id"));
        await page.keyboard.press("Enter");
        await page.keyboard.press("Escape");
        assert.equal(await input.inputValue(), "");
        assert.equal(await input.getAttribute("aria-expanded"), "false");
        // A list that is closed has nothing to choose.
        await page.keyboard.press("/");
        for (const key of ["ArrowDown", "ArrowUp", "Enter"]) await page.keyboard.press(key);
        assert.ok(page.url().endsWith("/index.html"));
        await page.keyboard.type("deploy");
        await results(page).first().click();
        await page.waitForURL("**/acme/tools/deploy/index.html");
      }));

    test("filters show what fits, announce it, and are cleared", () =>
      withPage({}, async (page) => {
        await open(page, "index");
        const shown = () => page.locator(".skills > li:visible").count();
        const all = await shown();
        await page.getByLabel("License").selectOption({ label: "Apache-2.0 (13)" });
        assert.equal(await shown(), 13);
        assert.match(await page.locator("#Count").textContent(), /^13 of /);
        assert.match(await page.getByRole("status").textContent(), /^13 of /);
        // The numbers are those of the other filters.
        await page.getByLabel("Repository").selectOption({ label: "acme/tools (0)" });
        assert.equal(await shown(), 0);
        assert.equal(await page.getByText("No skill has all of these.").isVisible(), true);
        await page.getByRole("button", { name: "Clear" }).click();
        assert.equal(await shown(), all);
        assert.equal(await page.getByText("No skill has all of these.").isVisible(), false);
      }));

    test("filters and the text of the search are in the address, and are still there after a reload and back", () =>
      withPage({}, async (page) => {
        await open(page, "index");
        const shown = () => page.locator("#Main .skills > li:visible");
        await page.getByLabel("License").selectOption({ label: "MIT (16)" });
        await page.getByRole("combobox", { name: "Search skills" }).fill("forms");
        const check = async () => {
          await page.getByText("8 of 46 skills").first().waitFor();
          assert.equal(await shown().count(), 8);
          assert.equal(new URL(page.url()).search, "?q=forms&license=MIT");
          assert.equal(await page.getByRole("combobox", { name: "Search skills" }).inputValue(), "forms");
        };
        await check();
        await page.reload();
        await check();
        await shown().getByRole("link").first().click();
        await page.waitForURL("**/forms-*/index.html");
        await page.goBack();
        await check();
        await page.getByRole("button", { name: "Clear" }).click();
        assert.equal(await shown().count(), 46);
        assert.equal(new URL(page.url()).search, "");
        // Of an address that someone wrote, what does not exist is ignored.
        await page.goto(`${places[place]}index.html?license=none&plugin=documents&x=1`);
        await page.getByText("1 of 46 skills").first().waitFor();
        assert.equal(await page.getByLabel("License").inputValue(), "");
      }));

    test("search finds a word with one wrong letter, but only if there is nothing else", () =>
      withPage({}, async (page) => {
        await open(page, "skill");
        const input = page.getByRole("combobox", { name: "Search skills" });
        for (const typed of ["invocies", "invoics", "invoicess", "imvoices", "invoices"]) {
          await input.fill(typed);
          await results(page).first().waitFor();
          assert.match(await results(page).first().textContent(), /^invoices-/, typed);
        }
        for (const typed of ["invocie", "frms", "invoxxes"]) {
          await input.fill(typed);
          await page.getByText("No skill found").waitFor();
        }
        // "table" is part of "tables", and one letter from "cable".
        await input.fill("table");
        await results(page).first().waitFor();
        for (const name of await results(page).locator("div").allTextContents()) assert.match(name, /^tables-/);
      }));

    test("code is copied", () =>
      withPage({ permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
        await open(page, "skill");
        await page.locator(".body pre").first().hover();
        await page.getByRole("button", { name: "Copy the code" }).click();
        await page.getByText("Copied").waitFor();
        assert.match(await page.evaluate("navigator.clipboard.readText()"), /^import os\n/);
      }));

    test("filters and jumps of a repository show its plugins", () =>
      withPage({}, async (page) => {
        await open(page, "repository");
        assert.equal(await page.locator(".group:visible").count(), 2);
        await page.getByText("1 plugin").click();
        await page.getByRole("link", { name: "documents", exact: true }).click();
        assert.equal(new URL(page.url()).hash, "#plugin%3Adocuments");
        await page.getByLabel("License").selectOption({ label: "Apache-2.0 (13)" });
        assert.deepEqual(await page.locator(".group:visible h2").allTextContents(), ["Other skills"]);
        assert.deepEqual(await page.locator("#Jump li:visible").allTextContents(), ["Other skills"]);
      }));

    test("command is copied", () =>
      withPage({ permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
        await open(page, "skill");
        await page.getByRole("button", { name: "Copy the command for mdskill" }).click();
        await page.getByText("Copied").waitFor();
        assert.equal(await page.evaluate("navigator.clipboard.readText()"), "mdskill add acme/skills/pdf");
      }));

    test("shortcuts are turned off", () =>
      withPage({}, async (page) => {
        await open(page, "index");
        const focus = () => page.evaluate("document.activeElement.id");
        await page.keyboard.press("s");
        assert.equal(await focus(), "SearchInput");
        await page.getByRole("button", { name: "Shortcuts: on" }).click();
        await page.keyboard.press("s");
        assert.equal(await focus(), "Shortcuts");
        await open(page, "skill");
        await page.keyboard.press("/");
        assert.equal(await focus(), "");
        await page.getByRole("button", { name: "Shortcuts: off" }).click();
        await page.keyboard.press("/");
        assert.equal(await focus(), "SearchInput");
      }));

    test("theme is chosen and kept", () =>
      withPage({ colorScheme: "light" }, async (page) => {
        await open(page, "index");
        const color = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        const light = await color();
        const button = page.getByRole("button", { name: "Theme" });
        await button.click();
        assert.equal(await color(), light);
        await button.click();
        const dark = await color();
        assert.notEqual(dark, light);
        await open(page, "skill");
        assert.equal(await color(), dark);
        await button.click();
        assert.equal(await color(), light);
        await page.emulateMedia({ colorScheme: "dark" });
        assert.equal(await color(), dark);
      }));

    test("without scripts there is all but search, filters, copy and theme", () =>
      withPage({ javaScriptEnabled: false }, async (page) => {
        await open(page, "index");
        for (const role of ["combobox", "button"]) assert.equal(await page.getByRole(role).count(), 0, role);
        assert.equal(await page.locator(".skills > li:visible").count(), 46);
        await page.getByRole("link", { name: "pdf", exact: true }).click();
        assert.equal(await page.locator("h1").textContent(), "pdf");
        assert.equal(await page.getByRole("button").count(), 0);
        await page.getByText("On this page").click();
        assert.equal(await page.getByRole("link", { name: "Verify" }).isVisible(), true);
        await page.getByRole("link", { name: "the rules" }).click();
        assert.match(page.url(), /rules\.md\.html#two$/);
        assert.equal(await page.locator("h3#two").isVisible(), true);
      }));
  });
}

describe("each kind of page", { skip }, () => {
  test("is reached by the Tab key in the order of the page, and each stop shows the focus", () =>
    withPage({}, async (page) => {
      for (const name of Object.keys(PAGES)) {
        await page.goto(places.file + PAGES[name]);
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
        assert.equal(await page.locator(".skip").evaluate((link) => link.getBoundingClientRect().top >= 0), true);
        const stops = await page.evaluate(focusable);
        for (let stop = 1; stop < Math.min(stops, 30); stop += 1) {
          await page.keyboard.press("Tab");
          const now = await page.evaluate(focused);
          assert.deepEqual([now.at, now.visible, now.outlined], [stop, true, true], `${name}: ${now.html}`);
        }
        await page.goto(places.file + PAGES[name]);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate("document.activeElement.id"), "Main");
      }
    }));

  test("has no violation that axe-core finds, light and dark, wide and narrow", async () => {
    const found = [];
    const check = async (page, state) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate("axe.run({ preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })");
      for (const { id, nodes } of violations) found.push(`${page.url()} ${state}: ${id}: ${nodes.length}, ${nodes[0].html}: ${nodes[0].failureSummary}`);
    };
    const all = Object.values(PAGES).map((name) => places.file + name);
    all.push(`${fileUrl(sites.hostile)}acme/hostile/evil/index.html`);
    if (sites.real) all.push(...Object.values(REAL).map((name) => fileUrl(sites.real) + name));
    for (const [colorScheme, width] of [["light", 1440], ["dark", 1440], ["light", 360]]) {
      await withPage({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
        for (const url of all) {
          await page.goto(url);
          await check(page, `${colorScheme} ${width}`);
        }
        await page.goto(places.file + PAGES.index);
        await page.getByLabel("License").selectOption({ label: "Apache-2.0 (13)" });
        await page.getByLabel("Repository").selectOption({ label: "acme/tools (0)" });
        await page.getByRole("combobox", { name: "Search skills" }).fill("pdf");
        await results(page).first().waitFor();
        await check(page, `${colorScheme} ${width}, with results of a search, and filters that nothing has`);
      });
    }
    assert.deepEqual(found, []);
  });

  test("needs no sideways scroll at 320 pixels, at twice the text, and in print", async () => {
    for (const width of [320, 768]) {
      await withPage({ viewport: { width, height: 800 } }, async (page) => {
        const all = Object.values(PAGES).map((name) => places.file + name);
        all.push(`${fileUrl(sites.hostile)}acme/hostile/evil/index.html`, `${fileUrl(sites.hostile)}acme/hostile/index.html`);
        for (const url of all) {
          await page.goto(url);
          if (width === 768) await page.evaluate("document.documentElement.style.fontSize = '200%'");
          assert.deepEqual(await page.evaluate(overflowing), [], `${url} ${width}`);
        }
      });
    }
  });

  test("has an outline that is open beside the text, and closed above it", async () => {
    for (const [width, isOpen] of [[1440, true], [360, false]]) {
      await withPage({ viewport: { width, height: 900 } }, async (page) => {
        for (const name of ["skill", "long"]) {
          await page.goto(places.file + PAGES[name]);
          const outline = page.getByRole("navigation", { name: "On this page" });
          const last = outline.getByRole("link").last();
          assert.equal(await last.isVisible(), isOpen, `${name} ${width}`);
          if (!isOpen) await outline.getByText("On this page").click();
          await last.click();
          const target = page.locator(`[id="${new URL(page.url()).hash.slice(1)}"]`);
          assert.equal(await target.evaluate((heading) => heading.getBoundingClientRect().top < innerHeight), true);
        }
        await page.goto(places.file + PAGES.risky);
        const links = await page.getByRole("navigation", { name: "On this page" }).locator("a").allTextContents();
        assert.deepEqual(links, ["SKILL.md", "Risky", "Files", "Validation", "History", "Verify", "More from acme/skills"]);
      });
    }
  });

  test("shows on the first screen what the audit found, and why there is no description", async () => {
    for (const [width, name, text] of [[1440, "risky", "template.zip"], [360, "risky", "template.zip"], [360, "broken", "description"]]) {
      await withPage({ viewport: { width, height: 800 } }, async (page) => {
        await page.goto(`${places.file}acme/skills/${name}/index.html`);
        const problem = page.getByRole("list", { name: "Problems" }).getByText(text);
        assert.ok(await problem.first().evaluate((element) => element.getBoundingClientRect().bottom < 800), `${name} ${width}`);
      });
    }
  });

  test("shows whole lines of source, with lines above the one that a link leads to", async () => {
    for (const width of [320, 1440]) {
      await withPage({ viewport: { width, height: 600 } }, async (page) => {
        await page.goto(places.file + PAGES.file);
        assert.equal(await page.locator(".source").evaluate((pre) => pre.scrollWidth <= pre.clientWidth), true, String(width));
        await page.goto(`${places.file}${PAGES.long}#L100`);
        const top = await page.locator("#L100").evaluate((link) => link.getBoundingClientRect().top);
        assert.ok(top > 72, String(top));
        await page.locator("#L100").focus();
        assert.equal(await page.locator("#L100").evaluate((link) => getComputedStyle(link).outlineOffset), "-2px");
      });
    }
  });

  test("has a line above its end that is as wide as its text", () =>
    withPage({}, async (page) => {
      for (const width of [360, 1000, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(places.file + PAGES.index);
        const [line, list] = await page.evaluate(() => [".bottom", ".skills"].map((name) => {
          const { left, right } = document.querySelector(name).getBoundingClientRect();
          return [left, right];
        }));
        assert.deepEqual(line, list);
        assert.equal(await page.getByRole("contentinfo").getByRole("link", { name: "feed" }).getAttribute("href"), "feed.xml");
      }
    }));

  test("is printed without what only a screen can do", () =>
    withPage({ colorScheme: "dark" }, async (page) => {
      for (const name of Object.keys(PAGES)) {
        await page.goto(places.file + PAGES[name]);
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.locator(".search, .theme, .copy, .filters, .skip").locator("visible=true").count(), 0);
        assert.equal(await page.locator("h1").isVisible(), true);
        assert.equal(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"), "rgb(255, 255, 255)");
        const pdf = await page.pdf({ format: "A4" });
        assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
        if (shots) write(`${name}.pdf`, pdf);
        await page.emulateMedia({ media: null });
      }
    }));

  test("is photographed", { skip: shots ? false : "SCREENSHOTS names no folder" }, async () => {
    const [from, pages] = sites.real ? [fileUrl(sites.real), REAL] : [places.file, PAGES];
    const all = Object.entries(pages).map(([name, page]) => [name, from + page]);
    all.push(["all", places.file + PAGES.skill], ["hostile", `${fileUrl(sites.hostile)}acme/hostile/evil/index.html`]);
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 768, 1440]) {
        await withPage({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
          for (const [name, url] of all) {
            await page.goto(url);
            const height = await page.evaluate("document.documentElement.scrollHeight");
            const clip = { x: 0, y: 0, width, height: Math.min(height, 1800) };
            write(`${name}-${width}-${colorScheme}.png`, await page.screenshot({ fullPage: true, clip }));
          }
        });
      }
    }
  });
});

function write(name, bytes) {
  fs.mkdirSync(shots, { recursive: true });
  fs.writeFileSync(path.join(shots, name), bytes);
}

describe("1,000 skills", { skip }, () => {
  /** A frame of a screen that shows 60 in a second, in milliseconds, and how many times as long a busy machine may need. */
  const [FRAME, BUSY] = [1000 / 60, 6];

  test("are searched within a frame", (context) =>
    withPage({}, async (page) => {
      const { words, script, list } = thousandSkills();
      const index = fs.readFileSync(path.join(sites.small, PAGES.index), "utf8").replace(/<ul class="skills">[^]*?<\/ul>/, list);
      const skill = fs.readFileSync(path.join(sites.small, PAGES.skill), "utf8");
      await page.route("**/search.js", (route) => route.fulfill({ body: script, contentType: "text/javascript" }));
      await page.route("**/index.html", (route) => route.fulfill({ body: route.request().url().includes("/pdf/") ? skill : index, contentType: "text/html" }));
      for (const name of ["skill", "index"]) {
        await page.goto(places.http + PAGES[name]);
        await page.getByRole("combobox", { name: "Search skills" }).fill("skill");
        await results(page).first().waitFor();
        const times = await page.evaluate(timed, ["s", "sk", "skill-9", "word", "xkill", "wrod", `${words[3]}x`, "no such word", ""]);
        context.diagnostic(`${name}: ${times.map((time) => time.toFixed(1)).join(", ")} ms`);
        assert.ok(Math.max(...times) < BUSY * FRAME, `${name}: ${times}`);
      }
    }));
});

describe("hostile skill", { skip }, () => {
  const page = (name) => `acme/hostile/${name}/index.html`;

  test("runs nothing, loads nothing, and leaves the frame of each page as it is", async () => {
    const url = fileUrl(sites.hostile);
    await withPage({}, async (tab) => {
      const frames = {};
      await tab.goto(url + page("plain"));
      frames.skill = await tab.evaluate(frame);
      await tab.goto(`${url}acme/hostile/plain/files/SKILL.md.html`);
      frames.file = await tab.evaluate(frame);
      const pages = filesOf(sites.hostile, ".html").filter((file) => file.startsWith("acme/hostile/evil/"));
      assert.ok(pages.length > 10, String(pages));
      for (const file of [...pages, "index.html", "acme/hostile/index.html"]) {
        await tab.goto(url + file.split("/").map(encodeURIComponent).join("/"));
        const [expected, actual] = [frames[file === page("evil") ? "skill" : "file"], await tab.evaluate(frame)];
        assert.deepEqual(actual, file.includes("/evil/") ? expected : actual, file);
        assert.deepEqual(await tab.evaluate(forbidden), [], file);
        // All that a reader may do.
        await tab.locator("#SearchInput").fill("evil");
        await results(tab).first().waitFor();
        await tab.keyboard.press("Escape");
        await tab.evaluate(poke);
      }
    });
  });

  test("has no file that a browser opens as a page", () => {
    const raw = filesOf(sites.hostile, "").filter((file) => !file.endsWith(".html"));
    const names = raw.filter((file) => /\.(html?|xhtml|svg|xml)$/.test(file) && file !== "icon.svg");
    assert.deepEqual(names, []);
    const own = filesOf(sites.hostile, ".html");
    for (const file of own) assert.match(fs.readFileSync(path.join(sites.hostile, file), "utf8"), /^<!doctype html>\n<html lang="en">\n<head>/, file);
  });
});

describe("files", () => {
  test("are valid HTML", async () => {
    const checker = new HtmlValidate({ extends: ["html-validate:standard"] });
    const found = [];
    for (const site of [sites.small, sites.hostile]) {
      for (const file of filesOf(site, ".html")) {
        const report = await checker.validateString(fs.readFileSync(path.join(site, file), "utf8"));
        for (const { messages } of report.results) {
          for (const { line, column, ruleId, message } of messages) found.push(`${file}:${line}:${column} ${ruleId} ${message}`);
        }
      }
    }
    assert.deepEqual(found, []);
  });

  for (const name of ["small", "hostile", "real"]) {
    test(`have no broken link: ${name}`, (context) => {
      if (!sites[name]) return context.skip("there is no real repository here");
      assert.deepEqual(brokenLinks(sites[name]), []);
    });
  }
});
