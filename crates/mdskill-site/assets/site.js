// Search, filters, copying, and the theme. All else works without scripts.
(() => {
  "use strict";
  const page = document.documentElement;
  const get = (id) => document.getElementById(id);
  const themes = ["auto", "light", "dark"];
  /** The fewest letters of a word that may be misspelled. */
  const MIN_MISSPELLED = 5;
  /** The pause after which a list shows only what was found, in milliseconds: to hide 1,000 skills takes several frames. */
  const PAUSE = 150;
  // Some browsers store nothing for files on disk.
  const stored = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const store = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* It is chosen again on the next page. */ }
  };
  const show = (theme) => {
    if (theme === "auto") delete page.dataset.theme;
    else page.dataset.theme = theme;
  };
  let theme = themes.includes(stored("theme")) ? stored("theme") : "auto";
  show(theme);
  let hasShortcuts = stored("shortcuts") !== "off";

  // A person who speaks to the computer, and says a word with these letters, needs to turn them off.
  const offerShortcuts = () => {
    const shortcuts = get("Shortcuts");
    const label = () => {
      shortcuts.textContent = `Shortcuts: ${hasShortcuts ? "on" : "off"}`;
      page.classList.toggle("no-shortcuts", !hasShortcuts);
    };
    shortcuts.hidden = false;
    label();
    shortcuts.addEventListener("click", () => {
      hasShortcuts = !hasShortcuts;
      store("shortcuts", hasShortcuts ? "on" : "off");
      label();
    });
  };

  const offerThemes = () => {
    const button = get("Theme");
    const label = () => { button.textContent = `Theme: ${theme}`; };
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      store("theme", theme);
      show(theme);
      label();
    });
  };

  const offerCopies = () => {
    for (const pre of document.querySelectorAll(".body pre:not(.raw)")) {
      const box = document.createElement("div");
      const copy = document.createElement("button");
      box.className = "code";
      copy.className = "copy";
      copy.type = "button";
      copy.textContent = "Copy";
      copy.setAttribute("aria-label", "Copy the code");
      pre.before(box);
      box.append(pre, copy);
    }
    for (const copy of document.querySelectorAll(".copy")) {
      const code = copy.parentElement.querySelector("code");
      copy.hidden = false;
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          copy.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(code);
          copy.textContent = "Selected";
        }
        setTimeout(() => { copy.textContent = "Copy"; }, 2000);
      });
    }
  };

  // Beside the text there is room for its outline.
  const openOutline = () => {
    const outline = document.querySelector(".outline details");
    const wide = matchMedia("(min-width: 64rem)");
    const follow = () => { if (outline) outline.open = wide.matches; };
    follow();
    wide.addEventListener("change", follow);
  };

  /** Whether two words differ by one letter, or by two letters that are swapped. */
  const isNear = (one, other) => {
    if (Math.abs(one.length - other.length) > 1) return false;
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    const rest = (word, from) => word.slice(at + from);
    return rest(one, 1) === rest(other, 1) || rest(one, 0) === rest(other, 1) || rest(one, 1) === rest(other, 0)
      || (one[at] === other[at + 1] && one[at + 1] === other[at] && rest(one, 2) === rest(other, 2));
  };

  /** The skills, or null before they are loaded. */
  let rows = null;
  /** Their words: to find these takes longer than a key is down, so it is done once. */
  const vocabulary = new Set();
  const load = (then) => {
    if (rows || document.querySelector("script[data-search]")) return;
    const script = document.createElement("script");
    script.src = `${document.body.dataset.root}search.js`;
    script.dataset.search = "";
    script.addEventListener("load", () => {
      rows = window.skills.map((row) => ({
        row,
        href: `${document.body.dataset.root}${row[1]}/index.html`,
        name: row[0].toLowerCase(),
        text: ` ${row.slice(2).join(" ").toLowerCase()}`,
      }));
      for (const { name, text } of rows) {
        for (const word of (name + text).split(/[\s\-.,:;/()"'`]+/)) vocabulary.add(word);
      }
      then();
    });
    document.head.append(script);
  };
  const points = (entry, word) => {
    const at = entry.name.indexOf(word);
    if (entry.name === word) return 100;
    if (at === 0) return 40;
    if (at > 0) return entry.name[at - 1] === "-" ? 30 : 15;
    if (!entry.text.includes(word)) return 0;
    return entry.text.includes(` ${word}`) ? 6 : 3;
  };
  /** Returns the skills with one of the forms of each word, the best first. */
  const match = (words) => {
    const found = [];
    for (const entry of rows) {
      const each = words.map((forms) => Math.max(0, ...forms.map((word) => points(entry, word))));
      if (each.every(Boolean)) found.push([each.reduce((sum, one) => sum + one), entry]);
    }
    found.sort((a, b) => b[0] - a[0] || (a[1].name < b[1].name ? -1 : 1));
    return found.map(([, entry]) => entry);
  };
  const similar = (word) => {
    if (word.length < MIN_MISSPELLED) return [word];
    return [word, ...[...vocabulary].filter((known) => isNear(word, known))];
  };
  /** Returns the skills for a text, or null if it has no words, or the skills are not loaded. */
  const search = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!rows || !words.length) return null;
    const found = match(words.map((word) => [word]));
    return found.length ? found : match(words.map(similar));
  };

  /** Shows the results of the search. `changed` is called with them. */
  const offerSearch = (changed) => {
    const input = get("SearchInput");
    const list = get("SearchResults");
    get("Search").hidden = false;
    let selected = -1;
    const select = (at) => {
      selected = at;
      [...list.children].forEach((item, number) => {
        item.setAttribute("aria-selected", number === at);
        if (number === at) item.scrollIntoView({ block: "nearest" });
      });
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", list.children[at].id);
    };
    const open = (is) => {
      list.hidden = !is;
      input.setAttribute("aria-expanded", is);
    };
    const go = (item) => { if (item?.dataset.href) location.href = item.dataset.href; };
    const option = (number) => {
      const item = document.createElement("li");
      item.id = `Result${number}`;
      item.role = "option";
      return item;
    };
    const find = () => {
      const found = search(input.value);
      changed(found);
      if (!found || document.activeElement !== input) { open(false); return; }
      const items = found.slice(0, 12).map(({ row, href }, number) => {
        const item = option(number);
        item.dataset.href = href;
        const name = document.createElement("div");
        name.textContent = row[0];
        const about = document.createElement("small");
        about.textContent = row[2] || row[4];
        item.append(name, about);
        return item;
      });
      if (!items.length) {
        const none = option(0);
        none.className = "none";
        none.setAttribute("aria-disabled", "true");
        none.textContent = "No skill found";
        items.push(none);
      }
      list.replaceChildren(...items);
      open(true);
      select(0);
    };
    input.addEventListener("focus", () => load(find));
    input.addEventListener("input", find);
    input.addEventListener("keydown", (event) => {
      if (list.hidden && event.key !== "Escape") return;
      const last = list.children.length - 1;
      if (event.key === "ArrowDown") select(selected < last ? selected + 1 : 0);
      else if (event.key === "ArrowUp") select(selected > 0 ? selected - 1 : last);
      else if (event.key === "Enter") go(list.children[selected]);
      else if (event.key === "Escape") { input.value = ""; find(); input.blur(); return; }
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      go(event.target.closest("li"));
    });
    input.addEventListener("blur", () => open(false));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea, [contenteditable]");
      if (!hasShortcuts || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/" || event.key === "s") {
        event.preventDefault();
        input.focus();
      }
    });
    if (input.value) load(find);
  };

  /** Shows the filters of a list of skills, and returns what shows the skills that a search found. */
  const offerFilters = () => {
    const [filters, clear, count, input] = ["Filters", "ClearFilters", "Count", "SearchInput"].map(get);
    const items = [...document.querySelectorAll(".skills > li")].map((item) => ({
      item,
      href: item.querySelector("a").getAttribute("href"),
      has: new Set((item.dataset.f ?? "").split(" ")),
    }));
    const selects = [...filters.querySelectorAll("select")].map((field) => ({
      field,
      key: field.dataset.name.toLowerCase(),
      options: [...field.options].slice(1).map((option) => ({ option, name: option.textContent })),
    }));
    const groups = [...document.querySelectorAll(".group")];
    const all = count.textContent;
    let found = null;

    const fits = ({ href, has }, selected) =>
      (!found || found.has(href)) && selected.every(({ field }) => !field.value || has.has(field.value));
    const remember = () => {
      const query = new URLSearchParams();
      if (input.value.trim()) query.set("q", input.value.trim());
      for (const { field, key, options } of selects) {
        const chosen = options.find(({ option }) => option.value === field.value);
        if (chosen) query.set(key, chosen.name);
      }
      const text = query.toString();
      // A browser may refuse many changes in a short time.
      try { history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${location.hash}`); } catch { /* The next change is kept. */ }
    };
    const filter = () => {
      let shown = 0;
      for (const one of items) {
        one.item.hidden = !fits(one, selects);
        if (!one.item.hidden) shown += 1;
      }
      // The number of skills that each value would show.
      for (const one of selects) {
        const numbers = {};
        const others = selects.filter((other) => other !== one);
        for (const item of items.filter((item) => fits(item, others))) {
          for (const value of item.has) numbers[value] = (numbers[value] ?? 0) + 1;
        }
        for (const { option, name } of one.options) option.textContent = `${name} (${numbers[option.value] ?? 0})`;
      }
      for (const group of groups) {
        group.hidden = !group.querySelector("li:not([hidden])");
      }
      for (const link of document.querySelectorAll("#Jump a")) {
        link.parentElement.hidden = get(decodeURIComponent(link.hash.slice(1))).parentElement.hidden;
      }
      const isFiltered = found !== null || selects.some(({ field }) => field.value);
      count.textContent = isFiltered ? `${shown} of ${all}` : all;
      get("Status").textContent = count.textContent;
      clear.hidden = !isFiltered;
      get("Nothing").hidden = shown > 0;
    };
    let pause;
    const changed = () => {
      clearTimeout(pause);
      remember();
      filter();
    };

    const query = new URLSearchParams(location.search);
    input.value = query.get("q") ?? "";
    for (const { field, key, options } of selects) {
      field.value = options.find(({ name }) => name === query.get(key))?.option.value ?? "";
    }
    filters.hidden = false;
    filters.addEventListener("change", changed);
    clear.addEventListener("click", () => {
      for (const { field } of selects) field.value = "";
      input.value = "";
      found = null;
      changed();
      (selects[0]?.field ?? input).focus();
    });
    filter();
    return (entries) => {
      found = entries && new Set(entries.map(({ href }) => href));
      remember();
      clearTimeout(pause);
      pause = setTimeout(filter, PAUSE);
    };
  };

  document.addEventListener("DOMContentLoaded", () => {
    offerShortcuts();
    offerThemes();
    offerCopies();
    openOutline();
    offerSearch(get("Filters") ? offerFilters() : () => {});
  });
})();
