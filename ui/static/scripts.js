// While the text of a script is typed, its preview says it with values for the placeholders.
export function scripts() {
  for (const shown of document.querySelectorAll("[data-preview]")) {
    const area = document.getElementById(shown.dataset.preview);
    const values = JSON.parse(shown.dataset.samples);
    area?.addEventListener("input", () => {
      const said = area.value.replace(/\{\{\.([a-z]+)\}\}/g, (written, name) => values[name] ?? written);
      shown.replaceChildren(...said.split("\n").filter((line) => line.trim()).map((line) => {
        const p = document.createElement("p");
        p.textContent = line;
        return p;
      }));
    });
  }
}
