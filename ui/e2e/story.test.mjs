// The whole story, as a new user would play it: once in Japanese, once in English.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { eventually, mailTo } from "./mailbox.mjs";
import { answerItem, signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser;
const problems = [];

before(async () => {
  hoten = await startHoten();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await hoten?.stop(), 0, "the end is clean on SIGTERM");
});

const people = {
  ja: { login: "story-ja@ocn.example", name: "𠮷野 真紀", kana: "ヨシノ マキ", born: "1979-04-02", address: "東京都港区芝公園4-2-8", customer: "N900000001",
    mail: "maki.yoshino@mail.example", agent: "agent", search: "ヨシノ", said: "昭和54年4月2日", supervisor: "sv" },
  en: { login: "story-en@ocn.example", name: "Grace Holloway", kana: "ホロウェイ グレース", born: "1985-11-23", address: "兵庫県神戸市中央区加納町6-5-1", customer: "N900000002",
    mail: "grace@mail.example", agent: "agent2", search: "story-en@ocn.example", said: "1985/11/23", supervisor: "sv2" },
};

const affected = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n" +
  Object.entries(people).map(([lang, p], i) => `${p.login},${p.name},${p.kana},${p.born},090-0000-77${10 + i},${p.mail},2010-05-05,${p.address},${p.customer},${lang},500,200,2014-07-29 15:00:00`).join("\n") + "\n";
const movements = "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\n" +
  Object.values(people).map((p, i) => `ST-${i}1,${p.login},2014-07-20 03:00:00,transfer,pointtalk,goo,,4999,1000,,confirmed\nST-${i}2,${p.login},2014-07-20 03:05:00,exchange,goo,,gift-code,1500,,,confirmed`).join("\n") + "\n";

test("the center manager imports two more IDs, with a preview first", async () => {
  const page = await signIn(browser, hoten.origin, "manager", problems);
  await page.goto(hoten.origin + "/imports/new");
  await page.setInputFiles("[name=affected]", { name: "affected.csv", mimeType: "text/csv", buffer: Buffer.from(affected) });
  await page.setInputFiles("[name=movements]", { name: "movements.csv", mimeType: "text/csv", buffer: Buffer.from(movements) });
  await page.click("button[formaction*='dry_run=true']");
  await page.waitForURL(/\/imports\/\d+$/);
  const run = page.locator("form[action$='/run'] button");
  await waitFor(page, run);
  await axe(page);
  await run.click();
  await waitFor(page, page.locator("dl.figures"));
  await waitFor(page, page.getByText("6", { exact: true }).first());
  await page.context().close();
});

for (const lang of ["ja", "en"]) {
  test(`the story in ${lang}`, async () => {
    const p = people[lang];
    const agent = await signIn(browser, hoten.origin, p.agent, problems);
    assert.equal(await agent.getAttribute("html", "lang"), lang);
    await axe(agent);

    // Find the ID: one hit leads straight to its case.
    await agent.keyboard.press("/");
    await agent.keyboard.type(p.search);
    await Promise.all([agent.waitForURL(/\/cases\/H/), agent.keyboard.press("Enter")]);
    const caseURL = agent.url().replace(/[#?].*/, "");
    assert.ok(!(await agent.content()).includes(p.mail), "masked");

    // Log the call and verify.
    await agent.fill("[name=caller_number]", "090-0000-7710");
    await Promise.all([agent.waitForURL(/\/cases\/H/), agent.click("form[action$='/calls'] button")]);
    for (const [item, value] of [["name", p.name], ["birth_date", p.said], ["address", p.address.replace(/(\d)-(\d)-(\d)/, "$1丁目$2番$3号")]]) {
      await answerItem(agent, item, value);
      await agent.waitForFunction((id) => !document.getElementById(id), `answer-${item}`);
    }
    await agent.click("form[action$='/code'] button");
    await agent.locator("#answer-code").waitFor();
    await agent.fill("#answer-code", await secretFor(p.mail, /^\s*(\d{6})\s*$/m));
    await agent.press("#answer-code", "Enter");
    await agent.locator("#answer-code").waitFor({ state: "detached" });
    await axe(agent);
    await agent.click("button[name=outcome][value=verified]");
    await waitFor(agent, agent.locator("form[action$='/reset'] button").first());
    await agent.locator("form[action$='/reset'] button").first().click();
    await agent.waitForFunction(() => !document.querySelector("form[action$='/reset']") || document.querySelector("#flash"));

    // The member, with the mail in hand.
    const link = await secretFor(p.mail, /https?:\/\/[^\s"<]+\/reset\/[\w-]+/);
    assert.ok(link.startsWith(hoten.origin), link);
    const member = await (await browser.newContext({ viewport: { width: 390, height: 800 }, locale: lang === "ja" ? "ja-JP" : "en-GB", javaScriptEnabled: false })).newPage();
    await member.goto(link);
    assert.equal(await member.getAttribute("html", "lang"), lang);
    await member.fill("[name=password]", "kirschbaum-lantern-42");
    await member.fill("[name=password_again]", "another-lantern-42!");
    await member.click("main button.primary, button.primary");
    assert.ok(await member.locator(".problem").first().isVisible(), "two different passwords are refused");
    await member.fill("[name=password]", "kirschbaum-lantern-42");
    await member.fill("[name=password_again]", "kirschbaum-lantern-42");
    const done = await Promise.all([member.waitForResponse((r) => r.request().method() === "POST"), member.click("button.primary")]);
    assert.equal(done[0].status(), 303);
    await member.waitForURL(/\/reset\/done$/);
    assert.equal((await member.reload()).status(), 200, "what came of it can be read again");
    await member.goto(link);
    assert.match(member.url(), /\/reset\/done$/, "whoever used the link sees what came of it");
    await member.context().close();
    const another = await browser.newPage();
    assert.equal((await another.goto(link)).status(), 404, "a link works once");
    await another.close();

    // Propose.
    await agent.goto(caseURL);
    await agent.click("form[action$='/reimbursements'] button");
    await waitFor(agent, agent.locator("#proposal a[href^='/reimbursements/']"));
    const proposal = await agent.getAttribute("#proposal a[href^='/reimbursements/']", "href");
    await agent.goto(hoten.origin + proposal);
    assert.equal(await agent.locator("form[action$='/approve']").count(), 0, "an agent does not approve");

    // Approve.
    const supervisor = await signIn(browser, hoten.origin, p.supervisor, problems);
    await switchTo(supervisor, lang);
    await supervisor.goto(hoten.origin + proposal);
    await axe(supervisor);
    await supervisor.click("form[action$='/approve'] button");
    await waitFor(supervisor, supervisor.locator(`#flash a[href='${proposal}']`));

    // Balances, mails, timeline: 500 + 4,999, and 200 − 1,000 + 1,500.
    await agent.goto(caseURL);
    const sums = await agent.locator("section[aria-labelledby=sums-title]").innerText();
    assert.match(sums, /5,499/);
    assert.match(sums, /700/);
    await eventually(async () => {
      await agent.reload();
      return (await agent.locator("section[aria-labelledby=mails-title] li").count()) >= 3;
    }, "three mails stand in the case");
    await agent.click("section[aria-labelledby=mails-title] li a");
    await axe(agent);
    assert.match(await agent.locator("main").innerText(), /5,499/);

    const auditor = await signIn(browser, hoten.origin, "auditor", problems);
    await switchTo(auditor, lang);
    await auditor.goto(hoten.origin + "/audit?subject=reimbursement:" + proposal.split("/").pop());
    assert.match(await auditor.locator("main").innerText(), lang === "ja" ? /補填を承認/ : /Approved a reimbursement/);
    await axe(auditor);
    for (const page of [agent, supervisor, auditor]) await page.context().close();
  });
}

test("the audit trail is whole, and no page had an error", async () => {
  await eventually(async () => (await hoten.run("audit", "verify")).code === 0, "hoten audit verify");
  assert.deepEqual(problems, []);
});

async function switchTo(page, lang) {
  if ((await page.getAttribute("html", "lang")) === lang) return;
  await Promise.all([page.waitForLoadState("load"), page.click(`form.language button[value=${lang}]`)]);
  await page.waitForFunction((l) => document.documentElement.lang === l, lang);
}

async function waitFor(page, locator) {
  await locator.waitFor({ state: "visible", timeout: 20000 }).catch(async (error) => {
    assert.fail(`${error.message}\n${page.url()}\n${await page.locator("main").innerText()}`);
  });
}

// secretFor reads the newest code or link out of the mailbox, as the member would.
async function secretFor(address, pattern) {
  return (await mailTo(hoten, address, pattern)).match(pattern)[0].trim();
}
