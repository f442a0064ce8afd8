// j and k move through a list, x selects, o shows the plan, Enter opens: the row's own link has
// the focus, so a screen reader hears the same.
import { isTyping } from "./keyboard.js";

export function lists() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const links = [...document.querySelectorAll(".list a.open")];
    if (links.length === 0 || document.querySelector("dialog[open]")) return;
    const row = document.activeElement?.closest?.(".list tbody tr");
    const at = links.findIndex((link) => link.closest("tr") === row);
    if (event.key === "j") links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "k") links[Math.max(at - 1, 0)].focus();
    else if (event.key === "x" && row) row.querySelector(".pick input")?.click();
    else if (event.key === "o" && row) row.querySelector("[data-look]")?.click();
    else return;
    event.preventDefault();
  });
  for (const all of document.querySelectorAll("[data-select-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of all.form.querySelectorAll("tbody .pick input")) box.checked = all.checked;
      sum(all.form);
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("tbody .pick")) sum(event.target.form);
  });
}

// sum tells how many rows are selected and what they come to, per program:
// two ledgers, two sums.
function sum(form) {
  const chosen = [...form.querySelectorAll("tbody .pick input:checked")];
  for (const out of form.querySelectorAll("[data-chosen]")) {
    out.textContent = number(chosen.length);
  }
  for (const out of form.querySelectorAll("[data-sum]")) {
    out.textContent = number(chosen.reduce((total, box) => total + Number(box.getAttribute(`data-${out.dataset.sum}`) ?? 0), 0));
  }
}

const number = (n) => new Intl.NumberFormat("ja-JP").format(n).replace("-", "−");
