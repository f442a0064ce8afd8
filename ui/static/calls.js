// In a call the hands stay on the keys: where a page opens for a call, and after each step,
// the next thing to type or press has the focus. What is typed while an answer is under way
// lands in the next field, and goes on from there where Enter was pressed.
let ahead = []; // what was typed meanwhile: a field each, and whether Enter followed
let taker; // the unseen field that takes it
let sent; // the field that is under way

export function calls() {
  // Browsers give the focus away when they go to the fragment, after loading.
  afterLoading(() => taker || next());
  // htmx has read the form by now: which button was pressed it knows by the focus.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#call form[data-hx-boost]")) wait(event.target);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.contains(document.getElementById("call"))) next(); // other parts come in apart
    hide();
  });
  hide();
  for (const failure of ["htmx:sendError", "htmx:swapError", "htmx:timeout"]) document.addEventListener(failure, next);
}

// hide takes what is shown for a while out of sight again.
function hide() {
  for (const shown of document.querySelectorAll("[data-hide-after]")) {
    setTimeout(() => {
      shown.textContent = shown.dataset.hidden;
      shown.removeAttribute("data-revealed");
    }, Number(shown.dataset.hideAfter) * 1000);
  }
}

function afterLoading(then) {
  if (document.readyState === "complete") then();
  else window.addEventListener("load", () => setTimeout(then));
}

function wait(form) {
  sent = form.querySelector("input:not([type=hidden])");
  taker = Object.assign(document.createElement("input"), { id: "ahead", className: "ahead", autocomplete: "off" });
  taker.setAttribute("aria-label", document.getElementById("call").dataset.ahead);
  taker.addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.preventDefault();
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    take(true);
  });
  if (ahead.length > 0 && !ahead.at(-1).entered) taker.value = ahead.pop().text; // it is typed on
  document.body.append(taker);
  taker.focus({ preventScroll: true });
  // What an input method puts in comes before the caret only where Chromium has drawn the field.
  taker.addEventListener("input", () => { if (!taker.dataset.composing) taker.setSelectionRange(taker.value.length, taker.value.length); });
  taker.addEventListener("compositionstart", () => { taker.dataset.composing = "true"; });
  taker.addEventListener("compositionend", () => {
    delete taker.dataset.composing;
    if (taker.dataset.settled) setTimeout(next);
  });
}

function take(entered) {
  if (taker.value !== "" || entered) ahead.push({ text: taker.value, entered });
  taker.value = "";
}

function next() {
  const open = document.querySelector("#call [data-next]");
  const waited = taker !== undefined;
  if (waited) {
    if (taker.dataset.composing) {
      taker.dataset.settled = "true"; // an input method loses what it composes with its field
      return;
    }
    take(false);
    taker.remove();
    taker = undefined;
  } else if (document.activeElement && document.activeElement !== document.body) {
    return;
  }
  const call = document.getElementById("call");
  if (!call || !(open || waited)) return;
  const at = open ?? call.querySelector("h2");
  if (!open) at.tabIndex = -1;
  at.focus({ preventScroll: true });
  at.scrollIntoView({ block: "nearest" });
  const was = sent;
  sent = undefined;
  fill(open, was);
}

// fill gives what was typed ahead to the field that is next. One that was refused or is to be
// asked again is not what it was typed for: then it waits in the fields after it.
function fill(open, was) {
  const [first] = ahead;
  if (first && open?.localName === "input" && open.id !== was?.id) {
    ahead.shift();
    open.value = first.text;
    if (first.entered && first.text !== "") open.form.requestSubmit();
    if (taker) return;
  }
  const free = [...document.querySelectorAll("#call input[id^='answer-']")].filter((field) => field !== open && field.value === "");
  for (const { text } of ahead.filter((typed) => typed.text !== "")) {
    const field = free.shift();
    if (field) field.value = text;
  }
  ahead = [];
}
