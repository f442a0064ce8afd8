// A form goes once, and only when it was meant to.
export function forms() {
  // Enter that chooses a word in an input method must not send the form.
  // Safari ends the composition before keydown, hence keyCode 229.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
    if (event.key === "Enter" && event.keyCode === 229 && !event.isComposing) event.preventDefault();
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.method === "get") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "true";
    for (const button of buttons(form)) button.setAttribute("aria-disabled", "true");
  }, true);

  // What did not leave may be sent again: validation stopped it, or the reader came back.
  document.addEventListener("htmx:afterRequest", (event) => release(event.target.closest?.("form")));
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) release(form);
  });
  focusProblems();
}

function buttons(form) {
  return [...form.elements].filter((element) => element.tagName === "BUTTON");
}

function release(form) {
  if (!form) return;
  delete form.dataset.sent;
  for (const button of buttons(form)) button.removeAttribute("aria-disabled");
}

function focusProblems() {
  document.getElementById("problems")?.focus();
}
