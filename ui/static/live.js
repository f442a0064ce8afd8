// The page of a case tells that it is open and hears who else has it open. What
// others did comes in by itself, except into what somebody is using just now.
import { isAnswer, unanswered } from "./connection.js";
import { drafts } from "./drafts.js";

const every = 4000;

// The parts that somebody was using when they changed: each is taken once it is free.
let skipped = [];

// What is offered for a time only: a call to another, and taking back what was just done.
const waits = "#handover [data-until]";
const past = (e) => Number(e?.dataset.until ?? Infinity) <= Date.now();

// expire takes away what could only be refused now.
const expire = () => document.querySelectorAll(".undo").forEach((form) => { if (past(form)) form.remove(); });

export function live() {
  if (!document.querySelector("[data-live-from]")) return;
  setInterval(ask, every);
  // Whoever is about to hand a call over sees at once who can take it.
  document.addEventListener("toggle", (event) => { if (event.target.open && event.target.closest("#handover")) ask(); }, true);
  document.addEventListener("telephone", ask); // the call was hung up
  // Whoever comes back to the case sees it as it is now: in the window, by a link within the
  // page, or where the browser kept the page as it was left.
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("hashchange", ask);
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  ask();
}

async function ask() {
  expire();
  const page = document.querySelector("[data-live-from]");
  if (!page || document.hidden) return;
  try {
    const answer = await fetch(`${page.dataset.liveFrom}?writing=${isWriting()}&handover=${!!page.querySelector("#handover details[open]")}`);
    if (!isAnswer(answer)) return;
    const heard = parse(await answer.text()).getElementById("presence");
    const shown = document.getElementById("presence");
    if (!heard || !shown) return;
    const over = past(page.querySelector(waits));
    const free = skipped.some((name) => !inUse(page.querySelector(`[data-part="${name}"]`)));
    if (over || free || heard.dataset.stamp !== shown.dataset.stamp) await refresh(page);
    if (!page.isConnected) return; // a form has brought a newer page meanwhile
    const now = document.getElementById("presence");
    if (now.innerHTML !== heard.innerHTML) now.innerHTML = heard.innerHTML;
    now.dataset.stamp = heard.dataset.stamp;
  } catch {
    unanswered(); // the next time may be better
  }
}

// refresh takes over each part of the page that nobody is at work in.
async function refresh(page) {
  // After a refused form or a reveal the address is the form's, which is no page.
  const own = page.dataset.liveFrom.replace(/\/live$/, "");
  const answer = await fetch(window.location.pathname === own ? window.location.href : own);
  if (!isAnswer(answer)) return;
  const fresh = parse(await answer.text());
  if (!page.isConnected) return;
  // That a call was offered is no news any more once somebody has answered.
  if (document.querySelector(waits) && !fresh.querySelector(waits)) document.getElementById("flash")?.remove();
  let changed = false;
  const done = document.querySelector("#flash.done");
  skipped = [];
  for (const part of document.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    // In a call that has become somebody else's there is nothing more to type.
    const gone = part.dataset.call && next?.dataset.call !== part.dataset.call;
    if (!next || same(next, part)) continue;
    if (!gone && inUse(part)) {
      changed = freshen(part, next) || changed;
      skipped.push(part.dataset.part);
      continue;
    }
    const focus = part.contains(document.activeElement) && document.activeElement;
    const open = [...part.querySelectorAll("details[open] > summary")].map((s) => s.textContent);
    part.replaceWith(document.adoptNode(next));
    if (gone || part.dataset.part === "chain") done?.remove(); // the news is newer than what was said to be done
    for (const s of next.querySelectorAll("summary")) if (open.includes(s.textContent)) s.parentElement.open = true;
    window.htmx?.process(next);
    if (focus) refocus(next, focus);
    changed = true;
  }
  drafts();
  if (changed) say(page.dataset.liveSaid);
}

// same reports whether two parts show the same; each drawing has a mark of its own, and what
// is unfolded is the reader's.
const same = (a, b) => unmarked(a) === unmarked(b);
const unmarked = (part) => part.innerHTML.replace(/name="mark" value="[^"]*"| open=""/g, "");

// freshen brings what is only shown in a part up to date while somebody is at work in it,
// but for what they are at work in; a choice stays where it can still be made.
function freshen(part, next) {
  let changed = false;
  for (const old of part.querySelectorAll("[data-fresh]")) {
    const now = next.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
    if (!now || !old.isConnected || same(now, old) || holds(old)) continue; // one may have lain in another
    const chosen = old.querySelector("select")?.value;
    const focus = old.contains(document.activeElement) && document.activeElement;
    old.replaceChildren(...now.cloneNode(true).childNodes); // parts lie in parts
    window.htmx?.process(old);
    const select = old.querySelector("select");
    if (select && [...select.options].some((o) => o.value === chosen && !o.disabled)) select.value = chosen;
    if (focus) refocus(part, focus);
    changed = true;
  }
  return changed;
}

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

// inUse reports whether something would be lost with a part: what is revealed or asked back
// in it, was entered in it, is just being chosen or is under way. An empty field that has the focus is free.
function inUse(part) {
  if (!part) return false;
  const focus = part.contains(document.activeElement) && document.activeElement;
  if (focus && (focus.tagName === "SELECT" || focus.closest("details[open] form"))) return true;
  return holds(part) ||
    [...part.querySelectorAll("option")].some((option) => option.selected !== option.defaultSelected && part.querySelector("option[selected]"));
}

// holds reports whether something is revealed or asked back in a part, was entered in it or is
// under way.
const holds = (part) => part.querySelector("[data-revealed], [data-asked], form[data-sent]") !== null ||
  [...part.querySelectorAll("textarea, input:not([type=hidden])")].some(entered);

// entered reports whether somebody has entered something in a field: also before the form
// was refused, which is open then.
function entered(field) {
  if (/^(checkbox|radio)$/.test(field.type)) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue || field.value !== "" && field.closest("details[open]") !== null;
}

// refocus puts the focus of a part that was replaced where it was: in the same field, button
// or link, else on the heading or what unfolds it, where nothing typed does anything.
function refocus(part, was) {
  const own = (e) => e.id || [e.localName, e.name, e.form?.getAttribute("action"), e.localName === "input" ? "" : e.textContent].join("|");
  let at = [...part.querySelectorAll(was.localName)].find((e) => own(e) === own(was));
  if (!at) {
    at = part.querySelector("h1, h2") ?? part.querySelector("summary") ?? part;
    if (at.tabIndex < 0) at.tabIndex = -1; // else it cannot have the focus
  }
  at.focus({ preventScroll: true });
}

function isWriting() {
  const field = document.activeElement;
  return /^(TEXTAREA|INPUT)$/.test(field?.tagName) && field.id !== "search" && field.value !== "";
}

// say tells a screen reader; the eye sees the parts themselves.
function say(text) {
  let voice = document.getElementById("live-voice");
  if (!voice) {
    voice = Object.assign(document.createElement("p"), { id: "live-voice", className: "visually-hidden" });
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = text;
}
