// A lost connection is told, and until it is back no form is sent, since what was typed would be
// gone with the page. Sent by htmx a form stays where it is.
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
    if (banner.hidden || event.target.method === "dialog") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    banner.focus();
  }, true);
  if (!navigator.onLine) lost();
}

// unanswered is called where a request of the page itself did not come through.
export const unanswered = () => document.dispatchEvent(new Event("hoten:unanswered"));
