// In a call the hands stay on the keys: where a page opens for a call, and after
// each answer, the next thing to type or press has the focus.
export function calls() {
  // Browsers give the focus away when they go to the fragment, after loading.
  afterLoading(nextItem);
  document.addEventListener("htmx:afterSettle", nextItem);
}

function afterLoading(then) {
  if (document.readyState === "complete") then();
  else window.addEventListener("load", () => setTimeout(then));
}

function nextItem() {
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector("#call input[id^='answer-']")?.focus({ preventScroll: true });
}
