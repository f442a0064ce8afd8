// A request's plan opens under its row, from the part of its own page that shows it.
// To have looked at it is what lets it be selected.
export function looks() {
  for (const button of document.querySelectorAll("button[data-look]")) {
    button.hidden = false;
    button.addEventListener("click", () => (button.look ? show(button, button.look.hidden) : open(button)));
  }
}

function show(button, shown) {
  button.look.hidden = !shown;
  button.setAttribute("aria-expanded", String(shown));
}

async function open(button) {
  const row = button.closest("tr");
  button.look = document.createElement("tr");
  button.look.className = "looked";
  const place = button.look.insertCell();
  place.colSpan = [...row.cells].reduce((n, cell) => n + cell.colSpan, 0);
  place.textContent = button.dataset.waits;
  row.after(button.look);
  show(button, true);
  try {
    const answer = await fetch(button.dataset.look);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("look");
    part.removeAttribute("id");
    // The page's own anchors would stand twice.
    for (const anchor of part.querySelectorAll("[id]")) anchor.removeAttribute("id");
    for (const named of part.querySelectorAll("[aria-labelledby]")) named.removeAttribute("aria-labelledby");
    place.replaceChildren(document.adoptNode(part));
  } catch {
    window.location.assign(button.dataset.look);
    return;
  }
  choosable(row);
  button.textContent = button.dataset.looked;
}

// choosable puts the checkbox of a looked-at row in place, which the server left out.
function choosable(row) {
  const cell = row.querySelector("td.pick");
  const template = cell?.querySelector("template");
  if (template) cell.replaceChildren(template.content.cloneNode(true));
}
