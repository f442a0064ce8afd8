// A telephone call that its agent has answered opens the caller's case on the page that they
// look at, within a second. Where something would be lost by that, it is offered instead.
import { isAnswer } from "./connection.js";

const pause = 2000;

// The call that was hung up before it was begun here stays said on every page of the window,
// until it is opened or dismissed, another call comes, or somebody signs in.
const hungUp = {
  get: () => sessionStorage.getItem("hung-up"),
  keep: (call) => sessionStorage.setItem("hung-up", call),
  forget: () => sessionStorage.removeItem("hung-up"),
};

export function ring() {
  const bar = document.getElementById("ring");
  if (!bar) return hungUp.forget();
  bar.querySelector("button").addEventListener("click", () => {
    bar.hidden = true;
    hungUp.forget();
  });
  for (const link of bar.querySelectorAll("a")) link.addEventListener("click", hungUp.forget);
  if (hungUp.get()) say("hung_up", `/pop/${hungUp.get()}`);
  listen();
}

async function listen() {
  for (;;) {
    await visible();
    const hidden = new AbortController();
    const stop = () => document.hidden && hidden.abort();
    document.addEventListener("visibilitychange", stop);
    try {
      const answer = await fetch("/ring", { signal: hidden.signal });
      if (answer.redirected) return void isAnswer(answer); // the session has ended
      if (answer.status === 200) await heard(await answer.json());
      else if (answer.status !== 204) await wait(pause);
    } catch {
      await wait(pause); // out of sight, or the connection is lost
    } finally {
      document.removeEventListener("visibilitychange", stop);
    }
  }
}

const wait = (time) => new Promise((done) => setTimeout(done, time));

// visible waits until somebody looks at this page: of several windows one is to open the call.
const visible = () =>
  new Promise((seen) => {
    if (!document.hidden) return seen();
    document.addEventListener("visibilitychange", () => seen(), { once: true });
  });

// say shows the bar with what happened to a telephone call, and where it leads.
function say(what, pop) {
  const bar = document.getElementById("ring");
  for (const part of bar.querySelectorAll("[data-ring]")) part.hidden = part.dataset.ring !== what;
  for (const link of bar.querySelectorAll("a")) link.href = pop;
  bar.hidden = false;
  bar.scrollIntoView({ block: "nearest" });
}

async function heard({ call, hung_up }) {
  const bar = document.getElementById("ring");
  if (!call) {
    // It stays said until it is dismissed or another call comes.
    if (hung_up) {
      hungUp.keep(hung_up);
      say("hung_up", `/pop/${hung_up}`);
    } else if (bar.querySelector("[data-ring=hung_up]").hidden) bar.hidden = true;
    document.dispatchEvent(new Event("telephone"));
    return;
  }
  hungUp.forget();
  const pop = `/pop/${call}`;
  if (!busy()) {
    window.location.assign(pop);
    return wait(60000);
  }
  say("answered", pop);
  await wait(pause); // it stays offered until it is opened
}

// busy reports whether somebody is in a call or has entered something on this page.
const busy = () =>
  document.querySelector("#call form, form[data-unsaved=changed]") !== null ||
  [...document.querySelectorAll("main textarea, main input:not([type=hidden], [type=checkbox], [type=radio])")].some((field) => field.value !== field.defaultValue);
