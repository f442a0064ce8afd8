// "/" and Ctrl+K lead to the search box, "?" shows the keys.
export function keyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      focusSearch();
    } else if (!command && !isTyping(event.target)) {
      if (event.key === "/") {
        event.preventDefault();
        focusSearch();
      } else if (event.key === "?") {
        event.preventDefault();
        showShortcuts();
      } else {
        const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
        if (button) event.preventDefault();
        button?.click();
      }
    }
  });
  for (const button of document.querySelectorAll("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showShortcuts);
  }
}

export function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(checkbox|radio)$/.test(element.type);
}

function focusSearch() {
  const search = document.getElementById("search");
  search?.focus();
  search?.select();
}

function showShortcuts() {
  const sheet = document.getElementById("shortcuts");
  if (sheet && !sheet.open) sheet.showModal();
}
