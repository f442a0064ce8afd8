// Builds static/ and htmx into dist/, which the program embeds. Charts are a
// bundle of their own, which only pages with a chart load; unbundled they cannot
// run, so they are not in static/, which stands in where nothing is built.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";

const here = new URL(".", import.meta.url).pathname;
await mkdir(`${here}dist`, { recursive: true });
for (const name of await readdir(`${here}dist`)) {
  if (name !== ".keep") await rm(`${here}dist/${name}`, { recursive: true });
}
await build({
  absWorkingDir: here,
  entryPoints: [{ in: "static/app.js", out: "app" }, { in: "static/app.css", out: "app" }, { in: "charts/charts.js", out: "charts" }],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  charset: "utf8",
  logLevel: "warning",
});
await copyFile(`${here}node_modules/htmx.org/dist/htmx.min.js`, `${here}dist/htmx.js`);
