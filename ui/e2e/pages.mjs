// Looks at every page that `HOTEN_UI_OUT=folder go test ./ui` left in a folder:
// sideways scrolling, labels broken into one-character columns, messages in the
// console, and what axe and the Nu checker find.
import { createServer } from "node:http";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

const ui = new URL("..", import.meta.url).pathname;
const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml", html: "text/html; charset=utf-8" };

// checkPages returns what is wrong, a line each. views gives the looks that a file
// gets, [scheme, width, whether axe looks]; shots is a folder for screenshots, which
// have letters of that size.
export async function checkPages(folder, { names = [], views, shots, size = "standard", markup = true }) {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".html") && (names.length === 0 || names.some((name) => file.startsWith(name + "."))));
  const problems = [];
  const server = serve(folder);
  const origin = `http://localhost:${server.address().port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    ignoreDefaultArgs: ["--hide-scrollbars"], // a window of Windows has one, 15 px wide
    args: [...(process.getuid() === 0 ? ["--no-sandbox"] : []), "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  if (shots) await mkdir(shots, { recursive: true });
  // One window for each look, in which the pages come one after the other.
  const windows = {};
  for (const file of files) {
    for (const [scheme, width, axe] of views(file)) (windows[[language(file), scheme, width]] ??= []).push({ file, scheme, width, axe });
  }
  try {
    await Promise.all(Object.values(windows).map(async (list) => {
      const [{ file, scheme, width }] = list;
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: language(file) });
      for (const view of list) await look(await context.newPage(), view);
    }));
  } finally {
    await browser.close();
    server.close();
  }
  if (markup) problems.push(...(await checkMarkup(files.map((file) => join(folder, file)))));
  return { files, problems };

  async function look(page, { file, scheme, width, axe }) {
    const say = (...words) => problems.push([file, scheme, width, ...words].join(" "));
    page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Blocked script execution") && say("console:", message.text()));
    page.on("pageerror", (error) => say("script:", error.message));
    await page.goto(`${origin}/${file}`, { waitUntil: "load" });
    for (const narrow of [...(narrower[width] ?? []), width]) {
      await page.setViewportSize({ width: narrow, height: 900 });
      for (const letters of ["large", "largest", "standard"]) {
        for (const problem of await page.evaluate(layout, letters)) say(narrow, letters, problem);
      }
    }
    await page.evaluate((letters) => (document.documentElement.dataset.size = letters), size);
    if (shots) await page.screenshot({ path: join(shots, `${file.replace(".html", "")}.${scheme}.${width}.png`), fullPage: true });
    if (axe) await accessible(page, say);
    await page.close();
  }
}

// The windows beside those of the pictures: a small notebook's and a small telephone's.
const narrower = { 1280: [1024], 390: [375] };

const language = (file) => file.split(".").at(-2);

async function accessible(page, say) {
  // axe cannot look into a sandboxed frame and waits for it in vain.
  await page.evaluate(() => document.querySelectorAll("iframe").forEach((frame) => frame.remove()));
  // What sticks to the foot of the window covers what scrolls under it, which axe would take for
  // small.
  await page.evaluate(() => document.querySelectorAll(".call-foot, .call-next").forEach((e) => (e.style.position = "static")));
  // In its own page, and without describing what holds: half the work.
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).options({ runOnly: { type: "tag", values }, resultTypes: ["violations"] }).setLegacyMode().analyze();
  for (const v of violations) say("axe:", v.id, v.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`).join(" | "));
}

function serve(folder) {
  return createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const name = basename(path);
    if (request.headers["hx-request"]) return response.writeHead(204).end();
    const file = path.startsWith("/assets/") ? [join(ui, "dist", name), join(ui, "static", name)].find(existsSync) : join(folder, name);
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": types[name.split(".").pop()], "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'" });
      response.end(body);
    } catch {
      // What a page frames or polls is not there in a preview.
      response.writeHead(name.includes(".") ? 404 : 200, { "content-type": types.html }).end();
    }
  }).listen(0);
}

// checkMarkup asks the Nu checker, which runs on Java.
async function checkMarkup(files) {
  const jar = join(ui, "node_modules/vnu-jar/build/dist/vnu.jar");
  try {
    await promisify(execFile)("java", ["-jar", jar, "--errors-only", ...files], { maxBuffer: 1 << 24 });
    return [];
  } catch (error) {
    return String(error.stderr || error.message).trim().split("\n").map((line) => "vnu: " + line.replace(/^"file:.*\//, '"'));
  }
}

// Runs in the page: nothing scrolls sideways, no short label stands as a
// column of single characters, nothing is cut off; in a wide window or with standard
// letters no table is even pushed sideways in its place, and no word is broken in two.
export function layout(size) {
  const found = [];
  const root = document.documentElement;
  root.dataset.size = size;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".table-wrap")).slice(-3);
    found.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth}: ${wide.map((e) => e.outerHTML.slice(0, 80)).join(" | ")}`);
  }
  // Where all of a page is in sight, nothing scrolls.
  const main = document.querySelector("main");
  const bottom = Math.max(...[...main.children].map((e) => e.getBoundingClientRect().bottom)) + parseFloat(getComputedStyle(main).paddingBottom);
  const links = document.querySelector(".rail ul")?.getBoundingClientRect().bottom ?? 0;
  if (Math.max(bottom, links) < root.clientHeight - 40 && root.scrollHeight > root.clientHeight) found.push(`scrolls down by ${root.scrollHeight - root.clientHeight} for nothing`);
  for (const wrap of document.querySelectorAll(".table-wrap")) {
    if (root.clientWidth < 1200 && getComputedStyle(wrap).overflowX === "auto") continue;
    if (wrap.scrollWidth > wrap.clientWidth + 1) found.push(`a table is wider than its place by ${wrap.scrollWidth - wrap.clientWidth}`);
  }
  for (const table of document.querySelectorAll("table")) {
    const over = table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right;
    if (over > 1 && !table.closest(".table-wrap") && table.checkVisibility()) found.push(`a table stands ${Math.round(over)} px over the edge of its place: ${table.className}`);
  }
  // In a wide window every cell of a table stands in its column.
  const astray = [...document.querySelectorAll("th, td")].filter((e) => root.clientWidth >= 1200 && !["table-cell", "none"].includes(getComputedStyle(e).display));
  if (astray.length) found.push(`${astray.length} cells are no cells: ${astray[0].outerHTML.slice(0, 80)}`);
  // What is cut off can be read in its title, or, as in a field, be moved into sight.
  for (const e of document.querySelectorAll("body :not(input, textarea, select, .chart, .visually-hidden, svg *)")) {
    const { overflowX, textOverflow } = getComputedStyle(e);
    const cut = textOverflow === "ellipsis" || ["hidden", "clip"].includes(overflowX);
    if (cut && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && e.checkVisibility() && !e.title) found.push(`cut off by ${e.scrollWidth - e.clientWidth}: ${e.outerHTML.slice(0, 120)}`);
  }
  // A login ID of usual length is read as it is written: it breaks behind its @, nowhere else.
  for (const e of document.querySelectorAll(".list td.login > span")) {
    if (root.clientWidth < 1200 || !e.checkVisibility()) continue;
    const name = document.createRange();
    name.selectNodeContents(e.firstChild);
    if (e.firstChild.length <= 20 && new Set([...name.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(`a login ID in two: ${e.textContent}`);
  }
  for (const e of document.querySelectorAll("label, th, td, dt, dd, legend, button, a, h1, h2, h3, summary, .state, li > span")) {
    const text = e.textContent.trim();
    if (text.length < 3 || e.querySelector("input, select, br, table, form") || !e.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(e);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top / parseFloat(getComputedStyle(e).fontSize)))).size;
    if (e.closest(".visually-hidden")) continue;
    if (lines > 2 && text.length / lines < 2) found.push(`one-character column: ${e.outerHTML.slice(0, 100)}`);
    else if (lines > 1 && e.matches(":is(label, th, dt, legend, button, .button, .kind, .facts span):not(:has(*))") && /^\p{L}{3,}$/u.test(text) && lastLine(e) === 1) found.push(`one character alone: ${e.outerHTML.slice(0, 100)}`);
  }
  const broken = size === "standard" || root.clientWidth >= 1200 ? /[A-Za-z]{3,}|H\d{7}-\d/g : /H\d{7}-\d/g;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (!parentElement.checkVisibility() || parentElement.closest(".visually-hidden, .secret, .login, .address, pre, code, svg")) continue;
    for (const word of data.matchAll(broken)) {
      const token = /\S*$/.exec(data.slice(0, word.index))[0] + /^\S*/.exec(data.slice(word.index))[0];
      if (/[\/@]/.test(token) || token.length > 40) continue; // an address breaks where it must, as what no column has room for
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(`a word in two: ${word[0]} of ${data.trim().slice(0, 60)}`);
    }
  }
  return found;

  // lastLine counts the characters on the last line of what holds one text.
  function lastLine(e) {
    const node = document.createTreeWalker(e, NodeFilter.SHOW_TEXT).nextNode();
    const tops = [...node.data].map((_, at) => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return Math.round(range.getBoundingClientRect().top);
    });
    return tops.filter((top) => top === Math.max(...tops)).length;
  }
}
