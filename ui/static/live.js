// The page of a case tells that it is open and hears who else has it open. What
// others did comes in by itself, except into what somebody is using just now.
const every = 4000;

export function live() {
  if (!document.querySelector("[data-live-from]")) return;
  setInterval(ask, every);
  // Whoever is about to hand a call over sees at once who can take it.
  document.addEventListener("toggle", (event) => { if (event.target.open && event.target.closest("#handover")) ask(); }, true);
  ask();
}

async function ask() {
  const page = document.querySelector("[data-live-from]");
  if (!page || document.hidden) return;
  try {
    const answer = await fetch(`${page.dataset.liveFrom}?writing=${isWriting()}&handover=${!!page.querySelector("#handover details[open]")}`);
    if (!answer.ok || answer.redirected) return;
    const heard = parse(await answer.text()).getElementById("presence");
    const shown = document.getElementById("presence");
    if (!heard || !shown) return;
    const over = Number(page.querySelector("[data-until]")?.dataset.until ?? Infinity) <= Date.now();
    if (over || heard.dataset.stamp !== shown.dataset.stamp) await refresh(page);
    const now = document.getElementById("presence");
    if (now.innerHTML !== heard.innerHTML) now.innerHTML = heard.innerHTML;
    now.dataset.stamp = heard.dataset.stamp;
  } catch {
    // The way is cut; the next time may be better.
  }
}

// refresh takes over each part of the page that nobody is at work in.
async function refresh(page) {
  // After a refused form or a reveal the address is the form's, which is no page.
  const own = page.dataset.liveFrom.replace(/\/live$/, "");
  const answer = await fetch(window.location.pathname === own ? window.location.href : own);
  if (!answer.ok || answer.redirected) return;
  const fresh = parse(await answer.text());
  // That a call was offered is no news any more once somebody has answered.
  const waits = "#handover [data-until]";
  if (document.querySelector(waits) && !fresh.querySelector(waits)) document.getElementById("flash")?.remove();
  let changed = false;
  for (const part of document.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    // In a call that has become somebody else's there is nothing more to type.
    const gone = part.dataset.call && next?.dataset.call !== part.dataset.call;
    if (!next || same(next, part)) continue;
    if (!gone && inUse(part)) {
      changed = freshen(part, next) || changed;
      continue;
    }
    const open = [...part.querySelectorAll("details[open] > summary")].map((s) => s.textContent);
    part.replaceWith(document.adoptNode(next));
    for (const s of next.querySelectorAll("summary")) if (open.includes(s.textContent)) s.parentElement.open = true;
    window.htmx?.process(next);
    changed = true;
  }
  if (changed) say(page.dataset.liveSaid);
}

// same reports whether two parts show the same; each drawing has a mark of its own, and what
// is unfolded is the reader's.
const same = (a, b) => unmarked(a) === unmarked(b);
const unmarked = (part) => part.innerHTML.replace(/name="mark" value="[^"]*"| open=""/g, "");

// freshen brings what is only shown in a part up to date while somebody is at work in it; a
// choice stays where it can still be made.
function freshen(part, next) {
  let changed = false;
  for (const old of part.querySelectorAll("[data-fresh]")) {
    const now = next.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
    if (!now || now.innerHTML === old.innerHTML) continue;
    const chosen = old.querySelector("select")?.value;
    const focused = old.contains(document.activeElement);
    old.replaceChildren(...now.cloneNode(true).childNodes); // parts lie in parts
    const select = old.querySelector("select");
    if (select && [...select.options].some((o) => o.value === chosen && !o.disabled)) select.value = chosen;
    if (focused) (select ?? part.querySelector("summary"))?.focus();
    changed = true;
  }
  return changed;
}

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

function inUse(part) {
  if (part.querySelector("[data-revealed]")) return true;
  if (part.contains(document.activeElement)) return true;
  return [...part.querySelectorAll("textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio])")].some((field) => field.value !== field.defaultValue) ||
    [...part.querySelectorAll("option")].some((option) => option.selected !== option.defaultSelected && part.querySelector("option[selected]"));
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
