// Every page with sample data, in both languages: no error of the Nu checker, WCAG 2.2
// AA by axe, nothing in the console, no sideways scrolling, no label broken into a
// column of characters.
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPages } from "./pages.mjs";

const root = new URL("../..", import.meta.url).pathname;

test("every page holds what WCAG, HTML and small screens ask", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hoten-pages-"));
  try {
    execFileSync("go", ["test", "-count=1", "-run", "TestPages", "./ui"], { cwd: root, env: { ...process.env, HOTEN_UI_OUT: folder }, stdio: ["ignore", "ignore", "inherit"] });
    // The Nu checker reads every page; axe takes its time and looks at each page once
    // in each language, without its variants (npm run preview looks at all).
    const views = (file) => {
      if (file.split("_").length !== 2) return [];
      return file.endsWith(".ja.html") ? [["light", 1280, true], ["dark", 390]] : [["dark", 390, true], ["light", 1280]];
    };
    const { files, problems } = await checkPages(folder, { views });
    assert.ok(files.length > 100, `only ${files.length} pages`);
    assert.deepEqual(problems, []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
