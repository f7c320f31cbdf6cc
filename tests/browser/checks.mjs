// What the tests check of files, and in a page.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import { filesOf } from "./support.mjs";

/** Returns the links of all pages to a file or an id that does not exist. */
export function brokenLinks(site) {
  const value = (text) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const pages = new Map();
  for (const file of filesOf(site, ".html")) {
    const tags = fs.readFileSync(path.join(site, file), "utf8").match(/<[a-z][^<>]*>/g) ?? [];
    const attributes = tags.flatMap((tag) => [...tag.matchAll(/ ([a-z-]+)(?:=(?:"([^"]*)"|([^\s>"]+)))?/g)]);
    const ids = attributes.filter(([, name]) => name === "id").map(([, , quoted, bare]) => value(quoted ?? bare));
    assert.equal(new Set(ids).size, ids.length, `${file}: an id twice`);
    const links = attributes.filter(([, name]) => name === "href" || name === "src").map(([, , quoted, bare]) => value(quoted ?? bare));
    pages.set(file, { ids: new Set(ids), links });
  }
  const broken = [];
  for (const [file, { links }] of pages) {
    for (const link of new Set(links)) {
      if (/^(https?|mailto):/.test(link)) continue;
      const url = new URL(link, `https://x/${file.split("/").map(encodeURIComponent).join("/")}`);
      const target = url.pathname.slice(1).split("/").map(decodeURIComponent).join("/");
      const fragment = decodeURIComponent(url.hash.slice(1));
      const found = pages.has(target) || fs.existsSync(path.join(site, target));
      if (url.host !== "x" || !found || (fragment && !pages.get(target)?.ids.has(fragment))) broken.push(`${file}: ${link}`);
    }
  }
  return broken;
}

// These run in the page.

export function focusable() {
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")];
  window.stops = all.filter((element) => element.checkVisibility({ visibilityProperty: true }));
  return window.stops.length;
}

/** Returns how long it takes to show the results of each text. */
export function timed(texts) {
  const input = document.getElementById("SearchInput");
  return texts.map((text) => {
    const best = [1, 2, 3].map(() => {
      input.value = "";
      input.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      const from = performance.now();
      input.value = text;
      input.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      return performance.now() - from;
    });
    return Math.min(...best);
  });
}

export function focused() {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    at: window.stops.indexOf(element),
    visible: box.bottom > 0 && box.top < innerHeight,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    html: element.outerHTML.slice(0, 200),
  };
}

/** Returns the elements that are wider than the window, if the page scrolls sideways. */
export function overflowing() {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > page.clientWidth && !element.closest(".table, pre"),
  );
  return [`${page.scrollWidth} of ${page.clientWidth}`, ...wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))];
}

/** Returns the elements around the text of a page. */
export function frame() {
  const names = (elements) => [...elements].map((element) => `${element.localName}${element.id && `#${element.id}`}.${element.className}`);
  const head = names(document.head.children).filter((name) => !name.startsWith("meta"));
  const outside = [...document.body.querySelectorAll("*")].filter((element) => !element.closest("main") && !element.closest(".crumbs li"));
  const styles = ["Main", "Search", "Theme"].map((id) => getComputedStyle(document.getElementById(id)).display);
  return { head, body: names(document.body.children), outside: names(outside), main: [...new Set(names(document.querySelectorAll("main > *")))], styles };
}

/** Returns elements and attributes that are not in any page. */
export function forbidden() {
  const found = [];
  const names = ["base", "embed", "form", "iframe", "link", "math", "meta", "noscript", "object", "plaintext", "script", "style", "svg", "template", "textarea", "video", "xmp"];
  for (const element of document.querySelectorAll("*")) {
    if (names.includes(element.localName) && element.parentElement !== document.head) found.push(element.outerHTML);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || ["style", "srcdoc", "action", "formaction", "name"].includes(name) && element.localName !== "meta") found.push(`${name}=${value}`);
      if (["href", "src"].includes(name) && !/^(https?|mailto|file):/.test(element[name])) found.push(`${name}=${value}`);
      if (name === "src" && !element.src.startsWith("file:")) found.push(`src=${value}`);
      if (name === "href" && element.href.startsWith("file:") && !element.href.includes("/hostile/")) found.push(`href=${value}`);
    }
  }
  const search = document.getElementById("Search");
  for (const { src } of document.scripts) if (!/\/hostile\/(site|search)\.js$/.test(src)) found.push(`script ${src}`);
  if (search.localName !== "div" || search.parentElement.localName !== "header") found.push(search.outerHTML);
  return found;
}

/** Moves over all elements, clicks those that open, and focuses those that can be focused. */
export function poke() {
  for (const element of document.querySelectorAll("main *")) {
    for (const kind of ["mouseover", "pointerenter", "focus", "toggle", "error", "load"]) element.dispatchEvent(new Event(kind));
    if (element.localName === "summary") element.click();
  }
}
