// Where htmx asks for a part of the page and another page answers, as after a
// conflict or when the session has ended, the whole answer is shown.
export function partial() {
  // What was done is said at the top of the page: where that is out of sight, it is brought
  // into view, as behind the last button of a long page on a telephone.
  document.addEventListener("htmx:afterSettle", () => {
    const said = document.querySelector("#flash-area .notice");
    const led = document.activeElement?.closest("#call"); // calls.js has brought what is next into view
    if (said && !led && said.getBoundingClientRect().bottom < 0) said.scrollIntoView({ block: "start" });
  });
  // A call's note is saved by a page of its own: what was saved is where the next key goes on.
  const saved = document.querySelector("#flash-area .notice");
  if (saved && document.getElementById("call") && document.activeElement === document.body) {
    saved.tabIndex = -1;
    saved.focus({ preventScroll: true });
  }
  // Whoever confirms announcements goes on to the next one's beginning, and then to the search:
  // not to its button, which the same key would press unread.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "board" || document.activeElement !== document.body) return;
    (document.getElementById("board-title") ?? document.getElementById("find"))?.focus();
  });
  // A question to a caller in training who has been hung up on brings in how the call went.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "played") document.getElementById("result-title")?.focus();
  });
  // Where another page came in as a whole, its heading is what is read next.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (document.activeElement !== document.body || document.getElementById("call")) return;
    if (event.detail.target?.id === "main") window.scrollTo(0, 0);
    const heading = document.querySelector("#main > .page-head h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, shouldSwap } = event.detail;
    if (!shouldSwap || xhr.responseText.includes(`id="${target.id}"`)) return;
    if (xhr.responseText.includes('id="main"') && xhr.responseText.includes('class="rail"')) {
      event.detail.target = document.getElementById("main");
      event.detail.selectOverride = "#main";
      return;
    }
    event.detail.shouldSwap = false;
    window.location.assign(xhr.responseURL || window.location.href);
  });
}
