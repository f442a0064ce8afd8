// What agents say: edited by a center manager, read and found by typing during a call, and
// found without JavaScript too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser;
const problems = [];

before(async () => {
  hoten = await startHoten();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await hoten?.stop();
});

test("a text is seen as it will sound while it is typed, and said from when it is saved", async () => {
  const manager = await signIn(browser, hoten.origin, "manager", problems);
  await manager.goto(hoten.origin + "/scripts/identify");
  await axe(manager);
  await manager.fill("#text_ja", "恐れ入ります。\nIDをお聞かせください。");
  assert.deepEqual(await manager.locator("[data-preview=text_ja] p").allTextContents(), ["恐れ入ります。", "IDをお聞かせください。"]);
  await manager.fill("#reason", "短く");
  await Promise.all([manager.waitForURL(/\/scripts#part-identify$/), manager.click("main form .primary")]);
  const agent = await signIn(browser, hoten.origin, "agent", problems);
  await agent.goto(hoten.origin + "/calls");
  assert.equal(await agent.locator(".script .aloud p").first().textContent(), "恐れ入ります。");
  await manager.context().close();
  await agent.context().close();
});

test("an answer is found as one types, and the page stays", async () => {
  const agent = await signIn(browser, hoten.origin, "agent", problems);
  await agent.goto(hoten.origin + "/calls");
  await agent.locator("#question").pressSequentially("ひがいとどけ");
  await agent.locator("#answers p").waitFor(); // in kana no question has it
  await agent.fill("#question", "被害届");
  await agent.locator("#answers summary", { hasText: "警察への被害届" }).waitFor();
  assert.match(await agent.locator("#answers .aloud").first().textContent(), /当社から提出いたします/);
  await agent.press("#question", "Enter");
  await agent.waitForTimeout(300);
  assert.equal(agent.url(), hoten.origin + "/calls");
  assert.equal(await agent.locator("#question").inputValue(), "被害届");
  assert.ok(await agent.locator("#question").evaluate((field) => field === document.activeElement), "the focus stays");
  await agent.fill("#question", "インターネット");
  await agent.locator("#answers summary", { hasText: "インターネットの接続" }).waitFor();
  await agent.fill("#question", "被害届"); // once more
  await agent.locator("#answers summary", { hasText: "警察への被害届" }).waitFor();
  await axe(agent);
  await agent.context().close();
});

test("without JavaScript the same words lead to the page of the questions", async () => {
  const agent = await signIn(browser, hoten.origin, "agent", problems, { javaScriptEnabled: false });
  await agent.goto(hoten.origin + "/calls");
  await agent.fill("#question", "被害届");
  await Promise.all([agent.waitForURL(/\/questions\?found=/), agent.press("#question", "Enter")]);
  assert.equal(await agent.locator("#answers summary", { hasText: "警察への被害届" }).count(), 1);
  await agent.context().close();
});

test("no page had an error", () => assert.deepEqual(problems, []));
