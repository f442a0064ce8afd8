// The search boxes find while one types: arrows choose, Enter opens, Escape closes.
// Nothing is asked for while an IME composes.
const wait = 120;

export function search() {
  for (const box of document.querySelectorAll('[role="combobox"]')) suggest(box, document.getElementById(box.getAttribute("aria-controls")));
}

function suggest(box, found) {
  let timer;
  let asking;
  const options = () => [...found.querySelectorAll('[role="option"]:not([aria-disabled])')];
  const chosen = () => found.querySelector('[aria-selected="true"]');

  const close = () => {
    asking?.abort();
    clearTimeout(timer);
    found.hidden = true;
    found.replaceChildren(); // its IDs may be those of the other box
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const body = new URLSearchParams(new FormData(box.form));
      const answer = await fetch("/search/suggestions", { method: "POST", body, signal: asking.signal });
      if (!answer.ok || answer.redirected) return close();
      found.innerHTML = await answer.text();
    } catch {
      return; // another letter was typed, or the way is cut: Enter still searches
    }
    found.hidden = false;
    box.setAttribute("aria-expanded", "true");
    choose(null);
  };

  const typed = (event) => {
    clearTimeout(timer);
    if (event.isComposing) return;
    if (!box.value.trim()) return close();
    timer = setTimeout(ask, wait);
  };
  box.addEventListener("input", typed);
  box.addEventListener("compositionend", () => typed({ isComposing: false }));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || found.hidden) return;
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) all[at].click();
    else return;
    event.preventDefault();
  });
  box.form.addEventListener("focusout", (event) => {
    if (!box.form.contains(event.relatedTarget)) setTimeout(close, 150); // a click on a line comes first
  });
}
