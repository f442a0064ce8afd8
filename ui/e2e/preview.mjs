// Takes a screenshot of every page that `HOTEN_UI_OUT=folder go test ./ui`
// left in a folder: ja and en, light and dark, 1280 and 390 wide, and says what is
// wrong with them. --largest takes the pictures with the largest letters.
//
//   node e2e/preview.mjs FOLDER [NAME…] [--largest] [--no-shots] [--no-axe] [--no-vnu]
import { join } from "node:path";
import { checkPages } from "./pages.mjs";

const [folder, ...rest] = process.argv.slice(2);
const { files, problems } = await checkPages(folder, {
  names: rest.filter((word) => !word.startsWith("--")),
  views: (file) => ["light", "dark"].flatMap((scheme) => [1280, 390, ...(file.startsWith("resets") ? [320] : [])].map((width) => [scheme, width, !rest.includes("--no-axe")])),
  shots: rest.includes("--no-shots") ? "" : join(folder, "shots"),
  size: rest.includes("--largest") ? "largest" : "standard",
  markup: !rest.includes("--no-vnu"),
});
for (const problem of problems) console.log(problem);
console.log(`${files.length} pages, ${problems.length} problems`);
process.exitCode = problems.length ? 1 : 0;
