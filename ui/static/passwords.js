// On the pages where a password is chosen: show it, say while it is typed whether it is
// long enough, and take back what the server refused of it. The server alone has the other
// rules, so nothing is said of them.
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
  for (const out of document.querySelectorAll("[data-length-of]")) {
    const field = document.getElementById(out.dataset.lengthOf);
    field.addEventListener("input", () => {
      const length = [...field.value].length; // in characters, as the server counts
      const said = !length ? "" : length < Number(out.dataset.min) ? "short" : "enough";
      out.dataset.is = said;
      out.textContent = said ? out.dataset[said] : "";
    });
    for (const each of field.form.querySelectorAll('input[autocomplete$="-password"]')) {
      each.addEventListener("input", () => forgive(each));
    }
  }
}

// forgive takes a field's refusal away, and the summary, as each field says its own.
function forgive(field) {
  document.getElementById("problems")?.remove();
  document.getElementById(`${field.id}-problem`)?.remove();
  field.removeAttribute("aria-invalid");
  field.closest(".field").classList.remove("refused");
}
