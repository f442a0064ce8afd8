// In a call the hands stay on the keys: where a page opens for a call, and after each step,
// the next thing to type or press has the focus. What is typed while an answer is under way
// lands in the next field, and goes on from there where Enter was pressed.
let ahead = []; // what was typed meanwhile: a field each, and whether Enter followed
let taker; // the unseen field that takes it
let sent; // the field that is under way
let kept = new Map(); // what stood in other fields, by id
let typing; // the field in which somebody was at work

export function calls() {
  // Browsers give the focus away when they go to the fragment, after loading.
  afterLoading(() => taker || next());
  // htmx has read the form by now: which button was pressed it knows by the focus.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#call form[data-hx-boost]")) wait(event.target);
  });
  document.addEventListener("keydown", type);
  document.addEventListener("keydown", behind);
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.contains(document.getElementById("call"))) keep(); });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.contains(document.getElementById("call"))) next(); // other parts come in apart
    hide();
    measure();
  });
  hide();
  measure();
  for (const failure of ["htmx:sendError", "htmx:swapError", "htmx:timeout"]) document.addEventListener(failure, next);
}

const heights = new ResizeObserver((changed) => {
  for (const { target } of changed) target.style.setProperty("--panel-height", `${target.offsetHeight}px`);
});

// measure has the style sheet know how high the panel of a call is: one that is higher than the
// window scrolls with the page until its end is in sight.
function measure() {
  heights.disconnect();
  const panel = document.querySelector(".case-call:has(#verification)");
  if (panel) heights.observe(panel);
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
  if (taker) { // an answer goes before the one before it is drawn
    take(false);
    taker.remove();
  }
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

// keep notes what stands in fields that an answer does not send, and where somebody is typing.
function keep() {
  kept = new Map(inputs().filter((field) => field !== sent && field.value !== "").map((field) => [field.id, field.value]));
  const at = document.activeElement;
  typing = at?.matches?.("#call input[id^='answer-']") && at !== sent ? { id: at.id, caret: at.selectionStart } : undefined;
}

const inputs = () => [...document.querySelectorAll("#call input[id^='answer-']")];

function next() {
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
  for (const field of inputs()) if (field.value === "" && kept.has(field.id)) field.value = kept.get(field.id);
  kept = new Map();
  const call = document.getElementById("call");
  // Of a callback first how it went, then what comes next in the call, then the number to dial.
  const back = document.querySelector("#callback [data-next]");
  const result = back?.localName === "select" ? back : null;
  const open = result ?? call?.querySelector("[data-next]") ?? document.querySelector("[data-hide-after] a") ?? back
    ?? (location.hash === "#callback" ? document.querySelector("#callback h2") : null);
  if (!call || !(open || waited)) return;
  sent = undefined;
  const left = document.getElementById(typing?.id);
  const placed = fill(open);
  if (taker) return; // the next answer is under way
  if (left) {
    left.focus({ preventScroll: true });
    left.setSelectionRange(typing.caret, typing.caret);
  } else {
    lead(placed ?? open ?? call.querySelector("h2"));
  }
  typing = undefined;
}

// lead puts the focus where the next thing is done, with as little of the page as possible
// scrolled out of sight above it: the number of the case, its chain and what was just said.
function lead(at) {
  if (at.localName === "h2") at.tabIndex = -1;
  at.focus({ preventScroll: true });
  document.querySelector(".case-columns > .script")?.scrollTo(0, 0); // it is read from its beginning
  window.scrollTo(0, 0);
  at.scrollIntoView({ block: "nearest" });
}

// fits tells whether a text may be an answer to the question of a field: what was typed ahead
// was perhaps for another one than is next.
function fits(field, text) {
  const plain = text.normalize("NFKC").trim();
  const digits = plain.replace(/\D/g, "").length;
  switch (field.id) {
    case "answer-name": return digits === 0;
    case "answer-birth_date": return digits > 2 && digits <= 8 && /^[\d\s/.\-年月日元明治大正昭和平成令MTSHR]+$/i.test(plain);
    case "answer-phone": return digits >= 9 && /^[+\d\s()\-ー]+$/.test(plain);
    case "answer-customer_number": return digits > 0 && digits !== 11 && /^[A-Z\d\-]+$/i.test(plain) && !/^0\d{9}$/.test(plain);
    case "answer-address": return digits > 0 && /[^\x00-\x7f]/.test(plain);
    case "answer-code": return /^[\d\s]{4,9}$/.test(plain);
  }
  return false;
}

// fill gives what was typed ahead to the questions in their order, an answer at a time: what was
// entered is sent, right or wrong the one before it. What does not fit the question stays unsent in
// a field that it fits, and all that follows with it. What is being typed yet tells nothing by its
// form: it goes on in the question after the one before it. It returns the field to go on in.
function fill(open) {
  if (open?.localName === "textarea") { // the call has ended: what was typed since is for its note
    open.value += ahead.splice(0).map(({ text, entered }) => text + (entered ? "\n" : "")).join("");
    return open;
  }
  let first = inputs().find((field) => field === question(open) && field.value !== ""); // unsent since before
  let last = first, placed;
  while (ahead.length > 0) {
    const { text, entered } = ahead.shift();
    if (text === "") continue;
    const free = inputs().filter((field) => field.value === "");
    const asked = free.find((field) => field === question(open));
    const following = free.find((other) => last?.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
    const field = entered ? [asked, ...free].find((other) => other && fits(other, text)) ?? asked ?? free[0] : asked ?? following ?? free[0];
    if (!field) continue;
    field.value = text;
    if (entered && field === asked && !first && fits(field, text)) {
      field.form.requestSubmit();
      return undefined;
    }
    if (!entered && first) field.dataset.behind = first.id;
    placed = entered && first ? placed : field;
    first ??= field;
    last = field;
  }
  return placed;
}

// question is the field of what is asked next: an answer that is asked back keeps no other waiting.
function question(open) {
  if (open?.localName === "input" || !open?.closest("[data-asked-back]")) return open;
  return inputs().find((field) => !field.closest(".mismatch"));
}

// behind has Enter go back to what stands unsent before the field, so that answers go in order.
function behind(event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  const before = document.getElementById(event.target.dataset?.behind);
  if (!before?.value) return;
  event.preventDefault();
  lead(before);
}

// Whoever goes on typing where a button has the focus types for a field: Enter is not to press
// the button then.
function type(event) {
  const button = event.target;
  if (!button.matches?.("#call button[data-next]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length !== 1 && event.keyCode !== 229 || event.key === " ") return;
  const field = inputs().find((free) => free.value === "");
  lead(field ?? document.querySelector("#call h2"));
}
