// Takes a picture of every page of the running demo: ja and en, light and dark,
// 1280 and 390 wide, into bin/screenshots; and those that README.md and
// docs/screens.md show into docs/screenshots.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { signIn, startBrowser, startHoten } from "./server.mjs";

const root = new URL("../..", import.meta.url).pathname;
const all = join(root, "bin/screenshots");
const shown = join(root, "docs/screenshots");
await mkdir(all, { recursive: true });
await mkdir(shown, { recursive: true });

const inDocs = ["calls", "case", "cases", "callbacks", "reimbursements", "incident", "daily", "desk_edit", "services", "bulletins", "setup"];

const hoten = await startHoten();
const browser = await startBrowser();
const problems = [];

// caseOf finds the first case of a list.
async function caseOf(page, query) {
  await page.goto(`${hoten.origin}/cases?${query}`);
  return new URL(await page.locator("a[href^='/cases/H']").first().getAttribute("href"), hoten.origin).pathname;
}

try {
  for (const lang of ["ja", "en"]) {
    const finder = await signIn(browser, hoten.origin, "manager", problems);
    await setLanguage(finder, lang);
    const pages = {
      calls: "/calls", cases: "/cases?status=in_progress", case: await caseOf(finder, "status=completed"), case_new: await caseOf(finder, "status=new&class=C"),
      reimbursements: "/reimbursements", reimbursement: "/reimbursements/330", incidents: "/incidents", incident: "/incidents/2014-R096", mails: "/mails", mail: "/mails/3",
      callbacks: "/callbacks", services: "/services", bulletins: "/bulletins", bulletin: "/bulletins/1", daily: "/reports/daily", desk_edit: "/desks/point/edit",
      imports: "/imports", import: "/imports/1", import_new: "/imports/new", desks: "/desks", audit: "/audit", setup: "/setup", installation: "/installation", policies: "/policies", tokens: "/tokens",
    };
    await finder.context().close();
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        const page = await signIn(browser, hoten.origin, "manager", problems, { colorScheme, viewport: { width, height: 860 } });
        await setLanguage(page, lang);
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(hoten.origin + path);
          const file = join(all, `${name}.${lang}.${colorScheme}.${width}.png`);
          await page.screenshot({ path: file });
          if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) problems.push(`${path} scrolls sideways at ${width}`);
          if (colorScheme === "light" && width === 1280 && inDocs.includes(name)) await copyFile(file, join(shown, `${name}.${lang}.png`));
        }
        await page.context().close();
      }
    }
    await inACall(lang, pages.case_new);
  }
} finally {
  await browser.close();
  await hoten.stop();
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}

// inACall takes the picture of a case with its caller on the line.
async function inACall(lang, path) {
  const page = await signIn(browser, hoten.origin, lang === "ja" ? "agent" : "agent2", problems, { viewport: { width: 1280, height: 860 } });
  await setLanguage(page, lang);
  await page.goto(hoten.origin + path);
  await page.click("form[action$='/calls'] button");
  await page.locator("#answer-name").waitFor();
  // Playwright hides a caret by a style that the page's policy forbids.
  await page.screenshot({ path: join(shown, `call.${lang}.png`), caret: "initial" });
  await page.locator("form[action$='/end'] button").click();
  await page.locator("#answer-name").waitFor({ state: "detached" });
  await page.context().close();
}

async function setLanguage(page, lang) {
  if ((await page.getAttribute("html", "lang")) === lang) return;
  await page.click(`form.language button[value=${lang}]`);
  await page.waitForFunction((l) => document.documentElement.lang === l, lang);
}
