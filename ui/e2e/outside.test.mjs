// What lives outside of hoten: an identity system and a point system, and the pages that say how
// they are; a member waits for the first one.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { eventually, mailTo } from "./mailbox.mjs";
import { answerItem, password, signIn, startBrowser, startEmpty, startHoten } from "./server.mjs";

let hoten, browser, receiver;
const problems = [], english = { locale: "en-GB" };
// What the receiver answers to a password, by login.
const answers = { "FC-000001": "wait", "FC-000002": "wait" };

before(async () => {
  browser = await startBrowser();
  receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { type, data } = JSON.parse(body), how = type === "directory.set_password" && answers[data.login];
    if (how === "wait") response.writeHead(503, { "Retry-After": "1" }).end();
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(how === "refused" ? { state: "refused", code: "unknown_id" } : { state: "done" }));
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  hoten = await startEmpty();
  for (const [name, role] of [["admin", "administrator"], ["agent", "agent"], ["sv", "supervisor"]]) {
    assert.equal((await hoten.feed(password + "\n", "staff", "add", "--email", name + "@hoten.example", "--name", name, "--role", role, "--language", "en", "--password-stdin")).code, 0);
  }
  await hoten.feed((await hoten.run("setup", "--example", "one-program", "--lang", "ja")).out, "setup", "-");
});

after(async () => {
  await browser?.close();
  receiver?.close();
  await hoten?.stop();
});

test("an identity system is connected and checked on its page", async () => {
  const page = await signIn(browser, hoten.origin, "admin", problems, english);
  await page.goto(hoten.origin + "/directories");
  await axe(page);
  await page.click("a[href='/directories/new?kind=webhook']");
  await page.fill("[name=code]", "accounts");
  await page.fill("[name=name]", "Accounts");
  await page.check("[name=ids][value=ferry-id]");
  await page.fill("[name=set_url]", `http://127.0.0.1:${receiver.address().port}`);
  await page.fill("[name=set_secret]", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await page.click("form.form button.primary");
  await page.goto(hoten.origin + "/directories/accounts");
  await page.click("form[action$='/check'] button");
  await page.locator("#check .state.green").first().waitFor();
  await axe(page);
  await page.context().close();
});

// link has a member of the incident called and verified, and returns the reset link of the mail.
async function link(agent, n) {
  await agent.goto(hoten.origin + "/calls");
  await agent.keyboard.press("/");
  await agent.keyboard.type(`FC-00000${n}`);
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.keyboard.press("Enter")]);
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.click("form[action$='/calls'] button")]);
  for (const [item, value] of [["name", "Grace Holloway"], ["birth_date", "1985-11-23"], ["customer_number", `N10000000${n}`]]) {
    await answerItem(agent, item, value);
    await agent.waitForFunction((id) => !document.getElementById(id), `answer-${item}`);
  }
  await agent.click("form[action$='/code'] button");
  await agent.locator("[name=code]").waitFor();
  await agent.fill("[name=code]", (await mailTo(hoten, `member${n}@mail.example`, /verification code/)).match(/\b\d{6}\b/)[0]);
  await agent.press("[name=code]", "Enter");
  await agent.locator("[name=code]").waitFor({ state: "detached" });
  await agent.click("button[name=outcome][value=verified]");
  await agent.locator("form[action$='/reset'] button").first().click();
  const found = (await mailTo(hoten, `member${n}@mail.example`, /\/reset\//)).match(/https?:\/\/[^\s"<]+\/reset\/[\w-]+/)[0];
  await agent.click("#call form[action$='/end'] button");
  await agent.waitForFunction(() => !document.getElementById("verification"));
  return found;
}

test("a member waits for the identity system, and is told what became of it", async () => {
  const csv = "Ferry ID,name,birth_date,phone,email,email_registered_on,address,customer_number,balance_miles\n" +
    [1, 2].map((n) => `FC-00000${n},Grace Holloway,1985-11-23,090-0000-100${n},member${n}@mail.example,2020-01-01,香川県高松市見本町1-1,N10000000${n},100`).join("\n") + "\n";
  await writeFile(join(hoten.folder, "affected.csv"), csv);
  assert.equal((await hoten.run("import", "--incident", "FERRY-2026-01", "--affected", join(hoten.folder, "affected.csv"))).code, 0);
  const agent = await signIn(browser, hoten.origin, "agent", problems, english);
  for (const [n, end] of [[1, "done"], [2, "refused"]]) {
    const member = await (await browser.newContext({ viewport: { width: 390, height: 800 }, locale: "en-GB" })).newPage();
    await member.goto(await link(agent, n));
    await member.fill("[name=password]", "kirschbaum-lantern-42");
    await member.fill("[name=password_again]", "kirschbaum-lantern-42");
    await Promise.all([member.waitForURL(/\/reset\/done$/), member.click("button.primary")]);
    assert.equal(await member.locator("h1").innerText(), "Your password is being set");
    await axe(member);
    answers[`FC-00000${n}`] = end;
    await eventually(async () => {
      await member.click("a[href='/reset/done']");
      return (await member.locator("a[href='/reset/done']").count()) === 0;
    }, `it is ${end}`);
    assert.match(await member.locator("h1").innerText(), end === "done" ? /is set$/ : /could not be set/);
    await axe(member);
    await member.context().close();
  }
  const admin = await signIn(browser, hoten.origin, "admin", problems, english);
  await admin.goto(hoten.origin + "/directories/accounts");
  assert.match(await admin.locator("main").innerText(), /Not carried out\s+New password\s+H0000002-1/, "what was refused waits for a person");
  await axe(admin);
  for (const page of [agent, admin]) await page.context().close();
});

test("points outside, and a call that is played, in the demo", async () => {
  const demo = await startHoten("--points", "outside");
  try {
    const manager = await signIn(browser, demo.origin, "admin", problems);
    await manager.goto(demo.origin + "/points");
    await axe(manager);
    await manager.locator("main h2 a[href^='/points/']").first().click();
    await manager.waitForURL(/\/points\/./);
    await manager.click("form[action$='/check'] button");
    await manager.locator("#check .state.green").first().waitFor();
    await axe(manager);

    const agent = await signIn(browser, demo.origin, "agent", problems);
    await agent.goto(demo.origin + "/training");
    await agent.click("form[action='/training'] button");
    await agent.locator("#caller").waitFor();
    await agent.click("button[name=question][value=name]");
    await agent.locator(".talk dt").nth(1).waitFor(); // the answer, and how the call began
    await axe(agent);
    const [call] = await Promise.all([agent.waitForEvent("popup"), agent.click("a[href^='/pop?number=']")]);
    await call.waitForURL(/\/cases\/H/);
    // What a customer got meanwhile is asked for when one comes back to the page.
    assert.equal(await agent.locator("#sent-mails").count(), 1);
    for (const page of [manager, agent]) await page.context().close();
  } finally {
    await demo.stop();
  }
});

test("no page had an error", () => assert.deepEqual(problems.filter((p) => !/409/.test(p)), []));
