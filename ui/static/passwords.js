// On the pages where a password is chosen: show it, and say in words how
// strong it is while it is typed. The server decides by its own rules.
export function passwords() {
  for (const button of document.querySelectorAll("[data-show-password]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
      for (const id of button.dataset.showPassword.split(" ")) {
        const field = document.getElementById(id);
        if (field) field.type = shown ? "text" : "password";
      }
    });
  }
  for (const out of document.querySelectorAll("[data-strength]")) {
    const field = document.getElementById(out.dataset.strength);
    field.addEventListener("input", () => {
      const score = strength(field.value);
      out.dataset.score = score;
      out.textContent = score ? out.dataset[score] : "";
    });
  }
}

// Length counts most; a few characters said again and again do not.
function strength(password) {
  if (!password) return "";
  const different = new Set(password).size;
  if (password.length < 12 || different < 6) return "low";
  return password.length >= 16 && different >= 9 ? "high" : "middle";
}
