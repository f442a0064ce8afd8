// A suspicion of an impostor reaches whoever supervises also by a sound and by a notice of the
// desktop, where they asked for it. What they chose is kept in this browser, per person.
const box = () => document.querySelector("[data-alerts]");
const key = (name) => `alerts:${box().dataset.alerts}:${name}`;
const chosen = (name) => localStorage.getItem(key(name)) === "on";

export function alerts() {
  if (!box()) return;
  box().hidden = false;
  for (const button of box().querySelectorAll("[data-alert]")) {
    button.setAttribute("aria-pressed", String(chosen(button.dataset.alert)));
    button.addEventListener("click", () => toggle(button));
  }
  announce();
}

async function toggle(button) {
  const name = button.dataset.alert;
  let on = !chosen(name);
  const said = box().querySelector("[role=status]");
  said.textContent = "";
  if (on && name === "desktop" && (await permission()) !== "granted") {
    said.textContent = box().dataset.denied;
    on = false;
  }
  localStorage.setItem(key(name), on ? "on" : "off");
  button.setAttribute("aria-pressed", String(on));
  if (on && name === "sound") beep(); // so that one knows how it sounds
}

const permission = async () => ("Notification" in window ? Notification.requestPermission() : "denied");

// announce tells of the suspicions on the page that no window of this browser has told of.
export function announce() {
  if (!box()) return;
  const told = localStorage.getItem(key("told")) ?? "";
  const news = [...document.querySelectorAll("[data-suspicion]")].filter((e) => e.dataset.at > told);
  if (news.length === 0) return;
  localStorage.setItem(key("told"), news.map((e) => e.dataset.at).sort().at(-1));
  if (chosen("sound")) beep();
  if (chosen("desktop") && "Notification" in window && Notification.permission === "granted") {
    for (const one of news) {
      const notice = new Notification(one.dataset.said, { tag: one.dataset.suspicion });
      notice.addEventListener("click", () => {
        window.focus();
        window.location.assign(`/cases/${one.dataset.suspicion}`);
      });
    }
  }
}

// beep sounds two short tones.
function beep() {
  const audio = new AudioContext();
  for (const [start, pitch] of [[0, 880], [0.2, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.2, audio.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.18);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.2);
  }
}
