// A request's plan opens below its row, from the part of its own page that shows
// it. To have looked at it is what lets it be selected.
export function looks() {
  for (const button of document.querySelectorAll("[data-look]")) {
    button.hidden = false;
    button.addEventListener("click", () => toggle(button));
  }
}

async function toggle(button) {
  const row = button.closest("tr");
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (row.nextElementSibling?.classList.contains("looked")) {
    row.nextElementSibling.hidden = open;
    return;
  }
  const below = document.createElement("tr");
  below.className = "looked";
  const cell = below.appendChild(document.createElement("td"));
  cell.colSpan = [...row.cells].reduce((sum, c) => sum + c.colSpan, 0);
  cell.textContent = button.dataset.waits;
  row.after(below);
  try {
    cell.replaceChildren(await plan(button.dataset.look));
  } catch {
    window.location.assign(button.dataset.look);
    return;
  }
  choosable(row);
}

async function plan(url) {
  const answer = await fetch(url);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("look");
  // The page's own anchors would stand twice.
  for (const anchor of [part, ...part.querySelectorAll("[id]")]) anchor.removeAttribute("id");
  for (const named of part.querySelectorAll("[aria-labelledby]")) named.removeAttribute("aria-labelledby");
  return document.adoptNode(part);
}

// choosable puts the checkbox in place that the server left out of a row that was
// not looked at.
function choosable(row) {
  const template = row.querySelector("td.pick > template");
  if (!template) return;
  template.parentElement.replaceChildren(template.content.cloneNode(true));
  row.querySelector(".open-first")?.remove();
}
