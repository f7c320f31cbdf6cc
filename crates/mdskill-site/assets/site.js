// Search, filters, copying, and the theme. All else works without scripts.
(() => {
  "use strict";
  const page = document.documentElement;
  const themes = ["auto", "light", "dark"];
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

  document.addEventListener("DOMContentLoaded", () => {
    const get = (id) => document.getElementById(id);
    const root = document.body.dataset.root;

    // A person who speaks to the computer, and says a word with these letters, needs to turn them off.
    const shortcuts = get("Shortcuts");
    let hasShortcuts = stored("shortcuts") !== "off";
    const showShortcuts = () => {
      shortcuts.textContent = `Shortcuts: ${hasShortcuts ? "on" : "off"}`;
      page.classList.toggle("no-shortcuts", !hasShortcuts);
    };
    shortcuts.hidden = false;
    showShortcuts();
    shortcuts.addEventListener("click", () => {
      hasShortcuts = !hasShortcuts;
      store("shortcuts", hasShortcuts ? "on" : "off");
      showShortcuts();
    });

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

    const box = get("Search");
    const input = get("SearchInput");
    const list = get("SearchResults");
    box.hidden = false;
    let rows = null;
    let selected = -1;
    const load = () => {
      if (rows || document.querySelector("script[data-search]")) return;
      const script = document.createElement("script");
      script.src = `${root}search.js`;
      script.dataset.search = "";
      script.addEventListener("load", () => {
        rows = window.skills.map((row) => ({
          row,
          name: row[0].toLowerCase(),
          text: row.slice(2).join(" ").toLowerCase(),
        }));
        find();
      });
      document.head.append(script);
    };
    const score = (entry, words) => {
      let sum = 0;
      for (const word of words) {
        const at = entry.name.indexOf(word);
        if (entry.name === word) sum += 100;
        else if (at === 0) sum += 40;
        else if (at > 0) sum += entry.name[at - 1] === "-" ? 30 : 15;
        else if (entry.text.includes(` ${word}`)) sum += 6;
        else if (entry.text.includes(word)) sum += 3;
        else return 0;
      }
      return sum;
    };
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
    const find = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!rows || !words.length) { open(false); return; }
      const found = rows.map((entry) => [score(entry, words), entry])
        .filter(([points]) => points)
        .sort((a, b) => b[0] - a[0] || (a[1].name < b[1].name ? -1 : 1))
        .slice(0, 12);
      const items = found.map(([, { row }], number) => {
        const item = document.createElement("li");
        item.id = `Result${number}`;
        item.role = "option";
        item.dataset.href = `${root}${row[1]}/index.html`;
        const name = document.createElement("div");
        name.textContent = row[0];
        const about = document.createElement("small");
        about.textContent = row[2] || row[4];
        item.append(name, about);
        return item;
      });
      if (!items.length) {
        const none = document.createElement("li");
        none.className = "none";
        none.role = "option";
        none.setAttribute("aria-disabled", "true");
        none.id = "Result0";
        none.textContent = "No skill found";
        items.push(none);
      }
      list.replaceChildren(...items);
      open(true);
      select(0);
    };
    input.addEventListener("focus", load);
    input.addEventListener("input", find);
    input.addEventListener("keydown", (event) => {
      if (list.hidden && event.key !== "Escape") return;
      const last = list.children.length - 1;
      if (event.key === "ArrowDown") select(selected < last ? selected + 1 : 0);
      else if (event.key === "ArrowUp") select(selected > 0 ? selected - 1 : last);
      else if (event.key === "Enter") go(list.children[selected]);
      else if (event.key === "Escape") { input.value = ""; open(false); input.blur(); return; }
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

    const filters = get("Filters");
    if (!filters) return;
    filters.hidden = false;
    const items = [...get("Skills").children].map((item) => [item, (item.dataset.f || "").split(" ")]);
    const selects = [...filters.querySelectorAll("select")];
    const count = get("Count");
    const all = count.textContent;
    const filter = () => {
      const wanted = selects.map((one) => one.value).filter(Boolean);
      let shown = 0;
      for (const [item, has] of items) {
        item.hidden = !wanted.every((value) => has.includes(value));
        if (!item.hidden) shown += 1;
      }
      count.textContent = wanted.length ? `${shown} of ${all}` : all;
      get("Status").textContent = count.textContent;
      get("ClearFilters").hidden = !wanted.length;
      get("Nothing").hidden = shown > 0;
    };
    filters.addEventListener("change", filter);
    get("ClearFilters").addEventListener("click", () => {
      for (const one of selects) one.value = "";
      filter();
      selects[0].focus();
    });
    // A browser keeps the values when the reader comes back.
    filter();
  });
})();
