// Builds static/ and htmx into dist/, which the program embeds.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";

const here = new URL(".", import.meta.url).pathname;
await mkdir(`${here}dist`, { recursive: true });
for (const name of await readdir(`${here}dist`)) {
  if (name !== ".keep") await rm(`${here}dist/${name}`, { recursive: true });
}
await build({
  absWorkingDir: here,
  entryPoints: ["static/app.js", "static/app.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  charset: "utf8",
  logLevel: "warning",
});
await copyFile(`${here}node_modules/htmx.org/dist/htmx.min.js`, `${here}dist/htmx.js`);
