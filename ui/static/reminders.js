import { announce } from "./alerts.js";

// What waits for its reader shows on a page that stays open too: the numbers in the
// rail and the reminders.
import { isAnswer, unanswered } from "./connection.js";

const every = 60_000;
// A caller waits while a call is handed over.
const callEvery = 6_000;

export function reminders() {
  if (document.querySelector("nav.rail")) {
    setInterval(ask, every);
    if (document.getElementById("handovers")) setInterval(askForCalls, callEvery);
  }
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`/frame?section=${document.querySelector("nav.rail").dataset.section}`);
    if (!isAnswer(answer)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const links = fresh.querySelector("nav.rail").innerHTML;
    for (const nav of document.querySelectorAll("nav.rail, .railmenu nav")) take(nav, links);
    take(document.getElementById("reminders"), fresh.getElementById("reminders").innerHTML);
  } catch {
    unanswered(); // the next time may be better
  }
}

// A hidden page asks as well: whoever looks elsewhere is still at their desk.
async function askForCalls() {
  try {
    const answer = await fetch(`/frame/handovers?back=${encodeURIComponent(location.pathname + location.search)}`);
    if (!isAnswer(answer)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("handovers");
    const shown = document.getElementById("handovers");
    if (fresh && unmarked(fresh) !== unmarked(shown)) {
      const suspected = shown.querySelectorAll("[data-suspicion]").length;
      shown.replaceChildren(...fresh.childNodes);
      announce();
      if (shown.querySelectorAll("[data-suspicion]").length !== suspected) ask(); // the badges have changed with it
    }
  } catch {
    unanswered(); // the next time may be better
  }
}

// unmarked is what a part says; each drawing has a mark of its own.
const unmarked = (part) => part.innerHTML.replace(/name="mark" value="[^"]*"/g, "");

function take(part, html) {
  if (part.innerHTML !== html && !part.contains(document.activeElement)) part.innerHTML = html;
}
