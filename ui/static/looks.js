// A request's plan opens in its row, from the part of its own page that shows it.
// To have looked at it is what lets it be selected.
export function looks() {
  for (const details of document.querySelectorAll("details[data-look]")) {
    details.hidden = false;
    details.addEventListener("toggle", () => details.open && open(details), { once: true });
  }
}

async function open(details) {
  const place = details.querySelector(".looked");
  place.textContent = place.dataset.waits;
  try {
    const answer = await fetch(details.dataset.look);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("look");
    part.removeAttribute("id");
    // The page's own anchors would stand twice.
    for (const anchor of part.querySelectorAll("[id]")) anchor.removeAttribute("id");
    for (const named of part.querySelectorAll("[aria-labelledby]")) named.removeAttribute("aria-labelledby");
    place.replaceChildren(document.adoptNode(part));
  } catch {
    window.location.assign(details.dataset.look);
    return;
  }
  choosable(details.closest("tr"));
}

// choosable puts the checkbox of a looked-at row in place, which the server left out.
function choosable(row) {
  const cell = row.querySelector("td.pick");
  const template = cell?.querySelector("template");
  if (!template) return;
  cell.replaceChildren(template.content.cloneNode(true));
  row.querySelector(".open-first")?.remove();
}
