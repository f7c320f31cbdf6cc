// Shows the new pages after a change, and the problem that prevents them.
(async () => {
  "use strict";
  const notice = document.createElement("p");
  notice.className = "problem";
  notice.setAttribute("role", "alert");
  const tell = (text) => {
    notice.textContent = text;
    if (text) document.body.prepend(notice);
    else notice.remove();
  };
  const ask = async (shown) => {
    const answer = await fetch(`/-/changes?${shown}`);
    return answer.json();
  };
  let shown = "";
  for (;;) {
    try {
      const state = await ask(shown);
      tell(state.problem ?? "");
      if (shown !== "" && state.number !== shown && !state.problem) location.reload();
      shown = state.number;
    } catch {
      tell("The preview has ended.");
      await new Promise((wait) => { setTimeout(wait, 2000); });
    }
  }
})();
