// A lost connection is told, and until it is back no form is sent, since what was typed would be
// gone with the page. Sent by htmx a form stays where it is.
import { keepDrafts } from "./drafts.js";

const every = 5_000;

export function connection() {
  const banner = document.getElementById("offline");
  if (!banner) return;
  let timer;
  const lost = () => {
    banner.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(look, every);
  };
  const look = async () => {
    try {
      await fetch("/healthz", { method: "HEAD", cache: "no-store" });
      banner.hidden = true;
    } catch {
      lost();
    }
  };
  window.addEventListener("offline", lost);
  window.addEventListener("online", look);
  // The console asks for news all the time: whoever got no answer says so.
  document.addEventListener("hoten:unanswered", look);
  document.addEventListener("htmx:sendError", look);
  document.addEventListener("submit", (event) => {
    const told = [banner, document.getElementById("signed-out")].find((bar) => !bar.hidden);
    if (!told || event.target.method === "dialog") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    told.focus();
  }, true);
  if (!navigator.onLine) lost();
}

// isAnswer tells whether an answer is one to the page's own question: a session that has ended leads
// to the sign-in page instead. That is told at once, and nothing is sent any more: it would be lost.
export function isAnswer(answer) {
  if (answer.redirected && new URL(answer.url).pathname === "/signin") signedOut();
  return answer.ok && !answer.redirected;
}

function signedOut() {
  const bar = document.getElementById("signed-out");
  if (!bar?.hidden) return;
  bar.hidden = false;
  document.getElementById("session-ends")?.close("elsewhere");
  // Signing out took the drafts with it, but for what stands on this page.
  bar.querySelector("a").addEventListener("click", keepDrafts);
}

// unanswered is called where a request of the page itself did not come through.
export const unanswered = () => document.dispatchEvent(new Event("hoten:unanswered"));
