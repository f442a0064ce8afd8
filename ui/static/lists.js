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
  kept();
  for (const all of document.querySelectorAll("[data-select-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of all.form.querySelectorAll("tbody .pick input:enabled")) box.checked = all.checked;
      sum(all.form);
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("tbody .pick")) sum(event.target.form);
  });
  for (const table of document.querySelectorAll("table[data-on-screen]")) onScreen(table);
}

// kept has the crumb of a page lead back to the list as this person saw it last in this tab,
// with its filters and its page; there the row that was opened has the focus again.
function kept() {
  const person = document.querySelector("[data-clear-drafts]")?.dataset.clearDrafts;
  if (!person) return;
  const { pathname, search } = window.location;
  const lead = () => {
    for (const link of document.querySelectorAll(".crumb a")) {
      const seen = link.search === "" && sessionStorage.getItem(`${person}list:${link.pathname}`);
      if (seen) link.search = seen;
    }
  };
  lead();
  document.addEventListener("htmx:afterSettle", lead); // a head that came anew has its crumb anew
  if (!document.querySelector(".rail a[aria-current]") || document.querySelector(".crumb")) return;
  sessionStorage.setItem(`${person}list:${pathname}`, search);
  const rows = [...document.querySelectorAll(".list a.open")];
  const opened = sessionStorage.getItem(`${person}row:${pathname}${search}`);
  if (document.activeElement === document.body) rows.find((link) => link.href === opened)?.focus();
  for (const link of rows) link.addEventListener("click", () => sessionStorage.setItem(`${person}row:${pathname}${search}`, link.href));
}

// onScreen lets a row be selected once it was on screen. Where no script runs the whole page
// counts as looked at.
function onScreen(table) {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      for (const box of target.querySelectorAll(".pick input")) box.disabled = false;
    }
    const form = table.closest("form");
    if (form) sum(form);
  }, { threshold: 0.5 });
  for (const box of table.querySelectorAll("tbody .pick input")) {
    box.disabled = !box.checked; // a page that was gone back to keeps its selection
    observer.observe(box.closest("tr"));
  }
}

// sum tells how many rows are selected and what they come to, per program:
// two ledgers, two sums.
function sum(form) {
  const chosen = [...form.querySelectorAll("tbody .pick input:checked")];
  for (const out of form.querySelectorAll("[data-chosen]")) {
    out.textContent = number(chosen.length);
  }
  for (const out of form.querySelectorAll("[data-sum]")) {
    const sum = total(chosen, out.dataset.sum);
    out.textContent = (sum > 0 && "signed" in out.dataset ? "+" : "") + number(sum); // as in the rows
  }
  for (const button of form.querySelectorAll("[data-says]")) say(button, form, chosen);
  const unseen = form.querySelectorAll("tbody .pick input:disabled").length;
  for (const note of form.querySelectorAll("[data-unseen]")) {
    note.hidden = unseen === 0;
    note.querySelector("span").textContent = number(unseen);
  }
}

// say has the button name how many it is about and what they cost, by program.
function say(button, form, chosen) {
  const costs = [...form.querySelectorAll("[data-cost]")].map((out) => [out.dataset.cost, total(chosen, out.dataset.sum)]);
  const paid = costs.filter(([, points]) => points !== 0).map(([program, points]) => `${program} ${number(points)}`);
  button.disabled = chosen.length === 0;
  button.classList.toggle("primary", chosen.length > 0);
  button.textContent = button.dataset.says.replace("{count}", number(chosen.length)).replace("{cost}", paid.join(button.dataset.comma) || button.dataset.none);
}

const total = (chosen, name) => chosen.reduce((sum, box) => sum + Number(box.getAttribute(`data-${name}`) ?? 0), 0);

const number = (n) => new Intl.NumberFormat("ja-JP").format(n).replace("-", "−");
