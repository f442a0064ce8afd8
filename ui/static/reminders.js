// What waits for its reader shows on a page that stays open too: the numbers in the
// rail and the reminders.
const every = 60_000;

export function reminders() {
  if (document.querySelector("nav.rail")) setInterval(ask, every);
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`/frame?section=${document.querySelector("nav.rail").dataset.section}`);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const links = fresh.querySelector("nav.rail").innerHTML;
    for (const nav of document.querySelectorAll("nav.rail, .railmenu nav")) take(nav, links);
    take(document.getElementById("reminders"), fresh.getElementById("reminders").innerHTML);
  } catch {
    // The way is cut; the next time may be better.
  }
}

function take(part, html) {
  if (part.innerHTML !== html && !part.contains(document.activeElement)) part.innerHTML = html;
}
