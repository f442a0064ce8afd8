// What others do about a case reaches the page of an agent who is in a call about it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerItem, signIn, startBrowser, startHoten } from "./server.mjs";

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

const login = "live@ocn.example";
const affected = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n" +
  `${login},野村 真紀,ノムラ マキ,1979-04-02,090-0000-7790,nomura@mail.example,2010-05-05,東京都港区芝公園4-2-8,N900000090,ja,500,200,2014-07-29 15:00:00\n`;

test("a suspicion reaches a call whose agent has the focus in an empty field, and spares what is typed", async () => {
  const manager = await signIn(browser, hoten.origin, "manager", problems);
  await manager.goto(hoten.origin + "/imports/new");
  await manager.setInputFiles("[name=affected]", { name: "affected.csv", mimeType: "text/csv", buffer: Buffer.from(affected) });
  await manager.click("button[formaction*='dry_run=true']");
  await manager.locator("form[action$='/run'] button").click();
  await manager.locator("dl.figures").waitFor();
  await manager.context().close();

  const agent = await signIn(browser, hoten.origin, "agent", problems);
  const other = await signIn(browser, hoten.origin, "agent2", problems);
  const call = async (page) => {
    const last = page.locator("#call form[action$='/end'] button");
    if (await last.count()) await last.last().click();
    await last.waitFor({ state: "detached" });
    await page.goto(hoten.origin + "/calls");
    await page.keyboard.press("/");
    await page.keyboard.type(login);
    await Promise.all([page.waitForURL(/\/cases\/H/), page.keyboard.press("Enter")]);
    const another = page.locator("#call details", { has: page.locator("form[action$='/calls']") });
    if (await another.count()) await another.locator("summary").click();
    await page.locator("form[action$='/calls'] button").click();
    await page.locator("#answer-phone").waitFor();
  };
  await call(agent);
  const answer = async () => {
    for (const [item, value] of [["name", "野村 真紀"], ["birth_date", "1979-04-02"], ["customer_number", "N900000090"]]) {
      await answerItem(agent, item, value);
      await agent.locator(`#answer-${item}`).waitFor({ state: "detached" });
    }
  };
  await answer();
  const verified = agent.locator("button[name=outcome][value=verified]").first();
  await verified.waitFor();

  // The suspicion takes the verification with it, and the field that had the focus.
  await agent.locator("#answer-address").focus();
  await call(other);
  const suspect = async () => {
    await other.click("#call a[href$='/impostor']");
    await other.click("#confirm");
  };
  const banner = agent.locator("#call .notice.error", { hasText: "なりすまし疑い" });
  await suspect();
  await banner.waitFor({ timeout: 10_000 });
  assert.equal(await verified.count(), 0);
  assert.equal(await agent.evaluate(() => document.activeElement.id), "call-title");

  // A field that is still there has the focus again, and takes what is typed.
  const supervisor = await signIn(browser, hoten.origin, "sv", problems);
  const clear = async () => {
    await supervisor.goto(agent.url());
    const form = supervisor.locator("#call details", { has: supervisor.locator("form[action$='/clear-impostor']") });
    if ((await form.getAttribute("open")) === null) await form.locator("summary").click();
    await form.locator("textarea").fill("確認済み");
    await Promise.all([supervisor.waitForEvent("load"), form.locator("button:not([formaction])").click()]);
  };
  await clear();
  await call(agent);
  await agent.waitForFunction(() => document.activeElement.id === "answer-name");
  await call(other);
  await suspect();
  await banner.waitFor({ timeout: 10_000 });
  await agent.keyboard.type("野村");
  assert.equal(await agent.inputValue("#answer-name"), "野村");

  // What is typed is spared, and what is only shown around it comes in all the same.
  await clear();
  await banner.waitFor({ state: "detached", timeout: 10_000 });
  assert.equal(await agent.inputValue("#answer-name"), "野村");
  assert.equal(await agent.evaluate(() => document.activeElement.id), "answer-name");
  await agent.fill("#answer-name", "");
  await call(agent);
  await answer();
  await verified.waitFor();
  await agent.fill("#answer-address", "東京都");
  await call(other);
  await suspect();
  await banner.waitFor({ timeout: 10_000 });
  assert.equal(await verified.count(), 0);
  assert.equal(await agent.inputValue("#answer-address"), "東京都");
  assert.equal(await agent.evaluate(() => document.activeElement.id), "answer-address");
  for (const page of [agent, other, supervisor]) await page.context().close();
  assert.deepEqual(problems, []);
});

test("a suspicion reaches a supervisor wherever they are, with the sound and the notice they asked for, once", async () => {
  const sv = await signIn(browser, hoten.origin, "sv2", problems);
  await sv.addInitScript(() => {
    const heard = () => JSON.parse(sessionStorage.getItem("heard") ?? "[]");
    const hear = (what) => sessionStorage.setItem("heard", JSON.stringify([...heard(), what]));
    class Sound extends AudioContext {
      constructor() { super(); hear("sound"); }
    }
    class Notice extends EventTarget {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(said) { super(); hear(said); }
    }
    Object.assign(window, { AudioContext: Sound, Notification: Notice });
  });
  await sv.goto(hoten.origin + "/desks");
  await sv.click("details.person summary");
  for (const alert of ["sound", "desktop"]) {
    await sv.click(`[data-alert=${alert}]`);
    await sv.locator(`[data-alert=${alert}][aria-pressed=true]`).waitFor();
  }
  const heard = () => sv.evaluate(() => JSON.parse(sessionStorage.getItem("heard")));
  assert.deepEqual(await heard(), ["sound"], "how it sounds");

  const agent = await signIn(browser, hoten.origin, "agent", problems);
  await agent.goto(hoten.origin + "/cases?assignee=none");
  await agent.locator("main a.open").first().click();
  const number = agent.url().match(/H[\d-]+/)[0];
  await agent.locator("form[action$='/calls'] button").click();
  await agent.locator("#answer-name").waitFor();
  await agent.click("#call a[href$='/impostor']");
  await agent.click("#confirm");
  await agent.locator("#call .notice.error", { hasText: "なりすまし疑い" }).waitFor();
  await sv.locator(`[data-suspicion='${number}'] a`).waitFor({ timeout: 15_000 });
  await sv.locator("nav.rail .badge[title*='なりすまし疑い']").waitFor();
  const said = ["sound", "sound", `なりすまし疑い：${number}`];
  assert.deepEqual(await heard(), said);
  await sv.reload();
  await sv.locator(`[data-suspicion='${number}']`).waitFor();
  assert.deepEqual(await heard(), said, "told once");
  for (const page of [sv, agent]) await page.context().close();
});

test("that a call was hung up stays said on every page until it is dismissed", async () => {
  const admin = await signIn(browser, hoten.origin, "admin", problems);
  await admin.goto(hoten.origin + "/cti");
  await admin.fill("main [name=name]", "PBX");
  await Promise.all([admin.waitForEvent("load"), admin.press("main [name=name]", "Enter")]);
  await admin.context().close();

  const agent = await signIn(browser, hoten.origin, "agent", problems);
  const bar = agent.locator("#ring [data-ring=hung_up]");
  await agent.route("**/ring", (route) => route.fulfill({ json: { hung_up: 1 } }));
  await agent.goto(hoten.origin + "/cases");
  await bar.waitFor();
  await agent.unroute("**/ring");
  for (const path of ["/calls", "/mails"]) {
    await agent.goto(hoten.origin + path);
    await bar.waitFor();
    assert.equal(await bar.locator("a").getAttribute("href"), "/pop/1");
  }
  await bar.locator("button").click();
  await agent.goto(hoten.origin + "/cases");
  assert.equal(await bar.isVisible(), false);
  await agent.context().close();
});

test("whoever comes back to the case of a call sees what it has come to, not what was said before", async () => {
  const agent = await signIn(browser, hoten.origin, "agent2", problems);
  await agent.goto(hoten.origin + "/cases?assignee=none");
  await agent.locator("main a.open").first().click();
  const at = agent.url();
  await agent.locator("form[action$='/calls'] button").click();
  await agent.locator("#answer-name").waitFor();
  await agent.goto(hoten.origin + "/calls");
  const back = () => Promise.all([agent.waitForURL(at + "#call"), agent.locator(`.open-call a[href$='#call']`).click()]);
  await back();
  const unable = () => agent.locator("#call button[name=outcome][value=unable]");
  if (!(await unable().isVisible())) await agent.locator("#call details", { has: unable() }).locator("summary").click();
  await unable().click();
  const said = agent.locator("#flash");
  await said.waitFor();

  // The call ends in another window; what was said to be done is over with it.
  const other = await agent.context().newPage();
  await other.goto(at);
  const end = other.locator("#call form[action$='/end'] button").last();
  await end.click();
  await end.waitFor({ state: "detached" });
  await agent.bringToFront();
  await said.waitFor({ state: "detached", timeout: 10_000 });
  assert.equal(await agent.locator("#call form[action$='/end']").count(), 0);

  // Nor does it come back by the browser's own way.
  await agent.goto(hoten.origin + "/calls");
  await agent.goBack();
  await agent.locator("#case").waitFor();
  const steps = (page) => page.locator(".chain").innerText();
  await other.goto(at);
  assert.equal(await agent.locator("#flash").count(), 0);
  assert.equal(await steps(agent), await steps(other));
  await agent.context().close();
  assert.deepEqual(problems, []);
});
