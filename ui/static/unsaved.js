// A form of settings that was changed asks before it is left: nothing of it is kept elsewhere.
export function unsaved() {
  const form = document.querySelector("form[data-unsaved]");
  if (!form) return;
  // An answer to the form itself, as its preview, holds what is not saved yet.
  let changed = form.dataset.unsaved === "changed";
  form.addEventListener("input", () => (changed = true));
  // Not before the form goes: whatever stops it leaves the change where it is.
  document.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
