// A note that is being written survives a reload, a lost session and a closed
// window. It is kept on this machine under the reader's own number and goes
// when the note has arrived, when it was refused as a secret, or when that reader
// signs out.
export function drafts() {
  for (const area of document.querySelectorAll("textarea[data-draft]:not([data-kept])")) keep(area);
  for (const form of document.querySelectorAll("form[data-clear-drafts]:not([data-kept])")) {
    form.dataset.kept = "true";
    form.addEventListener("submit", () => {
      for (const key of Object.keys(localStorage)) if (key.startsWith(form.dataset.clearDrafts)) localStorage.removeItem(key);
    });
  }
}

// Going back to a page that the browser kept shows it as it was when it was left, with a note
// that was saved since: the server knows which were.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("textarea[data-draft]")) window.location.reload();
});

function keep(area) {
  area.dataset.kept = "true";
  const key = area.dataset.draft;
  const said = document.querySelector("[data-draft-state]");
  const draft = read(key);
  // The server counts this reader's notes: one more than when the draft was sent means it arrived.
  if ("draftSecret" in area.dataset) {
    localStorage.removeItem(key); // nor is kept what is made of it here
    return;
  }
  if (draft?.sentAt !== undefined && Number(area.dataset.draftCount) > draft.sentAt) {
    localStorage.removeItem(key);
  } else if (draft && area.value === "") {
    area.value = draft.text;
    tell(said);
  }
  let timer;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      write(key, area.value, undefined);
      tell(area.value ? said : null);
    }, 300);
  });
  area.form.addEventListener("submit", () => {
    clearTimeout(timer);
    write(key, area.value, Number(area.dataset.draftCount));
  });
}

// keepDrafts keeps what stands on the page.
export function keepDrafts() {
  for (const area of document.querySelectorAll("textarea[data-draft]:not([data-draft-secret])")) write(area.dataset.draft, area.value);
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, text, sentAt) {
  if (text) localStorage.setItem(key, JSON.stringify({ text, sentAt }));
  else localStorage.removeItem(key);
}

function tell(said) {
  if (said) said.textContent = said.dataset.draftState;
}
