import { isAnswer } from "./connection.js";

// A session that is about to end says so in time, and goes on at a press.
const warning = 5 * 60;

export function session() {
  const dialog = document.getElementById("session-ends");
  if (!dialog) return;
  let timer;
  const left = async (method) => {
    const body = method === "POST" ? new URLSearchParams({ csrf: dialog.dataset.csrf }) : undefined;
    const answer = await fetch("/session", { method, body });
    if (answer.redirected) return void isAnswer(answer);
    if (!answer.ok) throw new Error("no answer");
    return (await answer.json()).left;
  };
  const look = async (method) => {
    clearTimeout(timer);
    let seconds;
    try {
      seconds = await left(method);
    } catch {
      timer = setTimeout(look, 30_000);
      return;
    }
    if (seconds === undefined) return; // it has ended
    if (seconds > warning) {
      if (dialog.open) dialog.close("elsewhere");
      timer = setTimeout(look, (seconds - warning + 1) * 1000);
    } else {
      dialog.querySelector("[data-minutes]").textContent = String(Math.max(1, Math.ceil(seconds / 60)));
      if (!dialog.open) {
        dialog.returnValue = "";
        dialog.showModal();
      }
      timer = setTimeout(look, Math.min(seconds + 1, 20) * 1000);
    }
  };
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "elsewhere") look("POST");
  });
  look();
}
