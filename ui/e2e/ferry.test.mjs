// Another operator's incident, set up from one file and played to its end: one program, IDs
// that are no mail addresses, members who read English. Nothing of the demo is in it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { eventually, mailTo } from "./mailbox.mjs";
import { answerItem, password, signIn, startBrowser, startEmpty } from "./server.mjs";

let hoten, browser;
const problems = [];
const english = { locale: "en-GB" };
// What is of the demo's operators and of this program: no member reads it.
const foreign = /ocn|ntt|pointtalk|\bgoo\b|hoten/i;

before(async () => {
  hoten = await startEmpty();
  browser = await startBrowser();
  for (const [name, role] of [["admin", "administrator"], ["manager", "center_manager"], ["agent", "agent"], ["sv", "supervisor"]]) {
    assert.equal((await hoten.feed(password + "\n", "staff", "add", "--email", name + "@hoten.example", "--name", name, "--role", role, "--language", "en", "--password-stdin")).code, 0);
  }
});

after(async () => {
  await browser?.close();
  assert.equal(await hoten?.stop(), 0, "the end is clean on SIGTERM");
});

test("the guide says what is missing, and one file does it", async () => {
  const admin = await signIn(browser, hoten.origin, "admin", problems, english);
  assert.match(admin.url(), /\/setup$/);
  assert.equal(await admin.locator("li a.button.primary").innerText(), "Add an operator");
  await axe(admin);
  const example = await hoten.run("setup", "--example", "one-program");
  assert.match((await hoten.feed(example.out, "setup", "-")).out, /set incident FERRY-2026-01/);
  assert.match((await hoten.feed(example.out, "setup", "-")).out, /Nothing was changed/);
  await admin.reload();
  assert.equal(await admin.locator("li .state", { hasText: "Missing" }).count(), 2, "the mail server and the import are missing");
  await admin.click("a[href='/operators/setouchi-ferry']");
  await axe(admin);
  await admin.fill("[name=signature_en]", "1-1 Mihon-cho, Takamatsu");
  await Promise.all([admin.waitForURL(/\/setup$/), admin.click("button.primary")]);
  assert.match(await admin.locator("#flash-area").innerText(), /Saved/);
  await admin.context().close();
});

const ids = Array.from({ length: 40 }, (_, i) => `FC-${String(i + 1).padStart(6, "0")}`);
const affected = "Ferry ID,name,birth_date,phone,email,email_registered_on,address,customer_number,balance_miles\n" +
  ids.map((id, i) => `${id},Grace Holloway,1985-11-23,090-0000-${1000 + i},member${i + 1}@mail.example,2020-01-01,香川県高松市見本町${i + 1}-1,N${100000000 + i},100`).join("\n") + "\n";
const movements = "movement_id,Ferry ID,occurred_at,kind,from_program,partner,points,fraud\n" +
  ids.slice(0, 30).map((id, i) => `X${i},${id},2026-03-05 03:00:00,exchange,miles,gift card,${500 + i},confirmed`).join("\n") + "\n";

test("the manager imports the lists and has everybody told", async () => {
  const page = await signIn(browser, hoten.origin, "manager", problems, english);
  await page.goto(hoten.origin + "/imports/new?incident=FERRY-2026-01");
  await page.setInputFiles("[name=affected]", { name: "affected.csv", mimeType: "text/csv", buffer: Buffer.from(affected) });
  await page.setInputFiles("[name=movements]", { name: "movements.csv", mimeType: "text/csv", buffer: Buffer.from(movements) });
  await page.click("button[formaction*='dry_run=true']");
  await page.waitForURL(/\/imports\/\d+$/);
  await page.locator("form[action$='/run'] button").click();
  await eventually(async () => {
    await page.goto(hoten.origin + "/incidents/FERRY-2026-01");
    return (await page.locator("a.button[href$='/notices']").count()) === 1;
  }, "there is somebody to tell");
  assert.match(await page.locator("main").innerText(), /Ferry Miles/);
  await axe(page);
  await page.click("a.button[href$='/notices']");
  await page.click("form[action$='/notices'] button");
  const notice = await mailTo(hoten, "member2@mail.example", /restricted/);
  assert.match(notice, /Setouchi Ferry/);
  assert.doesNotMatch(notice, foreign);
  await page.context().close();
});

test("a member calls, resets, and gets the miles back", async () => {
  const agent = await signIn(browser, hoten.origin, "agent", problems, english);
  await agent.keyboard.press("/");
  await agent.keyboard.type(ids[1]);
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.keyboard.press("Enter")]);
  const caseURL = agent.url().replace(/[#?].*/, "");
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.click("form[action$='/calls'] button")]);
  for (const [item, value] of [["name", "Grace Holloway"], ["birth_date", "1985-11-23"], ["customer_number", "N100000001"]]) {
    await answerItem(agent, item, value);
    await agent.waitForFunction((id) => !document.getElementById(id), `answer-${item}`);
  }
  await agent.click("form[action$='/code'] button");
  await agent.locator("[name=code]").waitFor();
  const code = (await mailTo(hoten, "member2@mail.example", /verification code/)).match(/\b\d{6}\b/)[0];
  await agent.fill("[name=code]", code);
  await agent.press("[name=code]", "Enter");
  await agent.locator("[name=code]").waitFor({ state: "detached" });
  await agent.click("button[name=outcome][value=verified]");
  await agent.locator("form[action$='/reset'] button").first().waitFor();
  await agent.locator("form[action$='/reset'] button").first().click();
  const link = (await mailTo(hoten, "member2@mail.example", /\/reset\//)).match(/https?:\/\/[^\s"<]+\/reset\/[\w-]+/)[0];
  const member = await (await browser.newContext({ viewport: { width: 390, height: 800 }, locale: "en-GB" })).newPage();
  await member.goto(link);
  assert.match(await member.locator("body").innerText(), /Setouchi Ferry/);
  assert.doesNotMatch((await member.title()) + (await member.locator("body").innerText()), foreign);
  await member.fill("[name=password]", "kirschbaum-lantern-42");
  await member.fill("[name=password_again]", "kirschbaum-lantern-42");
  await Promise.all([member.waitForURL(/\/reset\/done$/), member.click("button.primary")]);
  assert.doesNotMatch((await member.title()) + (await member.locator("body").innerText()), foreign);
  await member.context().close();

  await agent.goto(caseURL);
  await agent.click("form[action$='/reimbursements'] button");
  await agent.locator("#proposal a[href^='/reimbursements/']").waitFor();
  const proposal = await agent.getAttribute("#proposal a[href^='/reimbursements/']", "href");
  const supervisor = await signIn(browser, hoten.origin, "sv", problems, english);
  await supervisor.goto(hoten.origin + proposal);
  await supervisor.click("form[action$='/approve'] button");
  const done = await mailTo(hoten, "member2@mail.example", /501 miles/);
  assert.match(done, /601 miles/);
  assert.doesNotMatch(done, foreign);
  await supervisor.goto(hoten.origin + "/incidents/FERRY-2026-01");
  assert.match(await supervisor.locator("main").innerText(), /501/);
  for (const page of [agent, supervisor]) await page.context().close();
});

test("no page had an error", () => assert.deepEqual(problems, []));
