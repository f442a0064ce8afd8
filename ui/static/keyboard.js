// "/" leads to the search of the page, where it has one, and Ctrl+K to that of every page; "?"
// shows the keys.
// pause is how long nothing was typed before a key that does something, in ms.
const pause = 1000;
let typed = -pause;

export function keyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      focusSearch(document.getElementById("search"));
    } else if (!command && !isTyping(event.target)) {
      if (event.key === "/") {
        event.preventDefault();
        focusSearch(document.getElementById("find") ?? document.getElementById("search"));
      } else if (event.key === "?") {
        event.preventDefault();
        showShortcuts();
      } else {
        const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
        // A letter of something that is being typed is no command, nor is what is folded away.
        if (!button?.offsetParent || event.timeStamp - typed < pause) return;
        event.preventDefault();
        button.click();
      }
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key.length === 1 || event.key === "Process" || event.key === "Enter") typed = event.timeStamp; });
  for (const button of document.querySelectorAll("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showShortcuts);
  }
}

export function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(checkbox|radio)$/.test(element.type);
}

function focusSearch(search) {
  search?.focus();
  search?.select();
}

function showShortcuts() {
  const sheet = document.getElementById("shortcuts");
  if (sheet && !sheet.open) sheet.showModal();
}
