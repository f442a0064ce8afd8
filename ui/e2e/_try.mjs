import { signIn, startBrowser } from "./server.mjs";
const origin = "http://127.0.0.1:8453", problems = [];
const browser = await startBrowser();
for (const [who, locale] of [["agent", "ja-JP"], ["agent2", "en-GB"]]) {
  const page = await signIn(browser, origin, who, problems, { viewport: { width: 390, height: 844 }, locale, colorScheme: "dark" });
  const set = async (name, value) => { await page.locator("details.person > summary").click(); await Promise.all([page.waitForLoadState("load"), page.locator(`button[name=${name}][value=${value}]`).click()]); await page.waitForTimeout(500); };
  await set("text_size", "largest");
  await page.goto(origin + "/cases?status=new");
  const at = await page.locator("table.list a.open").nth(who === "agent" ? 0 : 3).getAttribute("href");
  await page.goto(origin + at);
  await page.locator("form[action$='/calls'] button").first().click();
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `/tmp/f14-${who}-call.png` });
  const n = await page.locator("#call :is(input:not([type=hidden]), button, select, a, summary):visible").count();
  for (let i = 0; i < n; i++) {
    const e = page.locator("#call :is(input:not([type=hidden]), button, select, a, summary):visible").nth(i);
    await e.focus(); await page.waitForTimeout(60);
    const r = await e.evaluate((el) => { const b = el.getBoundingClientRect(); const pts = [[.1,.2],[.5,.5],[.9,.8],[.5,.1],[.5,.9]]; let seen = 0; for (const [x,y] of pts) { const t = document.elementFromPoint(b.left+b.width*x, b.top+b.height*y); if (t && (el.contains(t) || t.contains(el) && !t.closest(".outcomes") )) seen++; } return { id: el.id || el.textContent.trim().slice(0, 20) || el.name, seen, y: Math.round(b.top), bottom: Math.round(b.bottom) }; });
    if (r.seen < 5) console.log(who, JSON.stringify(r));
    if (i === 3) await page.screenshot({ path: `/tmp/f14-${who}-f3.png` });
  }
  console.log(who, n, "controls", await page.evaluate(() => document.documentElement.scrollWidth));
  await page.locator("#call .outcomes, #call .call-next").last().scrollIntoViewIfNeeded().catch(() => {});
  await page.screenshot({ path: `/tmp/f14-${who}-end.png` });
  await page.screenshot({ path: `/tmp/f14-${who}-full.png`, fullPage: true });
  await page.locator("#call form[action$='/end'] button").click(); await page.waitForTimeout(800);
  await page.locator("details.person > summary").click().catch(() => {});
  await set("text_size", "standard").catch(() => {});
  await page.context().close();
}
console.log(problems);
await browser.close();
