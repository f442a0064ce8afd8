// A working day: two agents and a supervisor at once on one floor.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser, agent, second, supervisor;
const problems = [];

before(async () => {
  hoten = await startHoten();
  browser = await startBrowser();
  agent = await signIn(browser, hoten.origin, "agent", problems);
  second = await signIn(browser, hoten.origin, "agent2", problems, { locale: "en-GB" });
  supervisor = await signIn(browser, hoten.origin, "sv", problems);
});

after(async () => {
  await browser?.close();
  await hoten?.stop();
});

const pathOf = (page) => new URL(page.url()).pathname;

test("each takes the next case, by a key, and never the other's", async () => {
  const taken = await Promise.all([agent, second].map(async (page) => {
    await page.goto(hoten.origin + "/cases");
    await Promise.all([page.waitForURL(/\/cases\/H/), page.keyboard.press("n")]);
    return pathOf(page);
  }));
  assert.notEqual(taken[0], taken[1]);
  await agent.goto(hoten.origin + "/cases?queue=mine");
  assert.ok(await agent.locator(`a.open[href='${taken[0]}']`).isVisible());
  assert.equal(await agent.locator(`a.open[href='${taken[1]}']`).count(), 0);
});

test("the search box finds while one types, by keyboard alone", async () => {
  await agent.goto(hoten.origin + "/");
  await agent.keyboard.press("Control+k");
  await agent.keyboard.type("サト");
  await agent.locator("#found a").first().waitFor();
  await axe(agent);
  await agent.keyboard.press("Escape");
  assert.ok(await agent.locator("#found").isHidden());
  await agent.keyboard.type("ウ");
  await agent.locator("#found a").first().waitFor();
  await agent.keyboard.press("ArrowDown");
  await agent.keyboard.press("ArrowDown");
  const href = await agent.locator("#found [aria-selected=true]").getAttribute("href");
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.keyboard.press("Enter")]);
  assert.equal(pathOf(agent), href);

  // An ID by its beginning, a case by its number.
  const [number, login] = (await agent.locator(".case-header h1").innerText()).split(/\s+/);
  for (const typed of [login.slice(0, 8), number.slice(0, 8)]) {
    await agent.keyboard.press("/");
    await agent.fill("#search", "");
    await agent.keyboard.type(typed);
    await agent.locator(`#found a[href='${href}']`).waitFor();
  }
});

test("the box of the calls page suggests and says its rules as that of every page does", async () => {
  await agent.goto(hoten.origin + "/calls");
  await agent.keyboard.press("/");
  await agent.keyboard.type("06-00");
  await agent.locator("#found-calls .none").waitFor();
  assert.match(await agent.locator("#found-calls").innerText(), /桁数が足りません|too few digits/);
  await axe(agent);
  await agent.fill("#find", "サトウ");
  await agent.locator("#found-calls a").first().waitFor();
  await agent.keyboard.press("ArrowDown");
  await Promise.all([agent.waitForURL(/\/cases\/H.*#call$/), agent.keyboard.press("Enter")]);
});

test("a composing IME neither searches nor submits", async () => {
  await agent.goto(hoten.origin + "/cases");
  const asked = [];
  agent.on("request", (r) => r.url().includes("/search") && asked.push(r.url()));
  const cdp = await agent.context().newCDPSession(agent);
  await agent.focus("#search");
  await cdp.send("Input.imeSetComposition", { text: "さとう", selectionStart: 3, selectionEnd: 3 });
  await agent.waitForTimeout(400); // longer than the box waits after a letter
  assert.deepEqual(asked, []);
  assert.equal(pathOf(agent), "/cases");
  await cdp.send("Input.insertText", { text: "佐藤" });
  await agent.locator("#found a").first().waitFor();
});

test("from ringing to the verification in two keystrokes", async () => {
  await agent.goto(hoten.origin + "/cases?queue=mine");
  await Promise.all([agent.waitForURL(/\/cases\/H/), agent.locator(".list a.open").first().click()]);
  const found = await numberThatRings(agent);
  await agent.goto(`${hoten.origin}/pop?number=${encodeURIComponent(found)}`);
  if (pathOf(agent) === "/calls") await agent.locator(".list a.open").first().press("Enter"); // two members share the number
  await agent.waitForURL(/\/cases\/H/);
  assert.equal(await agent.inputValue("[name=caller_number]"), found);
  await agent.keyboard.press("Enter");

  await agent.locator("#answer-name").waitFor();
  await focused("answer-name");
  await agent.keyboard.type("無関係");
  await agent.keyboard.press("Enter");
  await agent.locator("#call .no").waitFor();
  await focused("answer-birth_date"); // what was wrong is asked again last
  await axe(agent);

  // The call can be handed over without scrolling, and the script lies over nothing.
  await agent.setViewportSize({ width: 1280, height: 860 });
  await agent.evaluate(() => window.scrollTo(0, 0));
  const give = agent.locator("#handover summary");
  const { y, height } = await give.boundingBox();
  assert.ok(y + height <= 860, `the way to hand the call over lies at ${y}`);
  await give.focus();
  await agent.keyboard.press("Enter");
  await agent.locator("#handover-to, #handover [data-fresh=receivers] > p").first().waitFor();
  await axe(agent);
  await agent.keyboard.press("Enter");
  for (const part of [0, 0.3, 0.6, 1]) {
    await agent.evaluate((p) => window.scrollTo(0, p * document.body.scrollHeight), part);
    const under = await agent.evaluate(() => {
      const script = document.querySelector(".case-columns > .script").getBoundingClientRect();
      return [...document.querySelectorAll(".case-points > *, .case-call > *, .case-member > *")]
        .filter((e) => ((r) => r.top < script.bottom && r.bottom > script.top && r.left < script.right && r.right > script.left)(e.getBoundingClientRect())).length;
    });
    assert.equal(under, 0, `scrolled to ${part}`);
  }
  // In one column it stays at the top, and leaves most of the window to what is done.
  await agent.setViewportSize({ width: 390, height: 860 });
  const script = await agent.locator(".case-columns > .script").boundingBox();
  assert.ok(script.height <= 0.4 * 860 + 1, `the script takes ${script.height}`);
  await agent.setViewportSize({ width: 1280, height: 900 });
  await agent.locator("form[action$='/end'] button").click();
  await agent.waitForFunction(() => !document.querySelector("#answer-name"));
});

const focused = (id) => agent.waitForFunction((id) => document.activeElement?.id === id, id, { timeout: 5000 });

// numberThatRings reveals the registered number of the case that is open.
async function numberThatRings(page) {
  await page.locator("form[action$='/reveal'] [name=reason]").evaluate((field) => field.closest("details")?.setAttribute("open", ""));
  await page.fill("form[action$='/reveal'] [name=reason]", "着信番号の確認");
  await page.locator("form[action$='/reveal'] button").click();
  const number = page.getByText(/0\d{2,3}-\d{3,4}-\d{4}/).first();
  await number.waitFor();
  return (await number.innerText()).match(/0\d{2,3}-\d{3,4}-\d{4}/)[0];
}

test("who else is here is seen, and what they do comes in; a draft stays", async () => {
  await agent.goto(hoten.origin + "/cases?queue=unassigned");
  const path = await agent.locator(".list a.open").first().getAttribute("href");
  await Promise.all([agent.goto(hoten.origin + path), supervisor.goto(hoten.origin + path)]);
  await agent.fill("#note-text", "書きかけ");
  await supervisor.locator("#presence .present").waitFor();
  await supervisor.fill("#note-text", "SVの確認済み");
  await supervisor.locator(".note-form button").click();
  await agent.locator("[data-part=events]", { hasText: "SVの確認済み" }).waitFor();
  assert.equal(await agent.inputValue("#note-text"), "書きかけ");
  await agent.reload();
  assert.equal(await agent.inputValue("#note-text"), "書きかけ");
  await axe(agent);
});

test("drafts go with their writer, and never hold what was refused as a secret", async () => {
  const page = await signIn(browser, hoten.origin, "agent", []); // 422 is told on the console
  await page.goto(hoten.origin + "/cases?queue=unassigned");
  const path = await page.locator(".list a.open").first().getAttribute("href");
  await page.goto(hoten.origin + path);
  const drafts = () => page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("note:")));
  await page.fill("#note-text", "カード 4111 1111 1111 1111");
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("note:")));
  await Promise.all([page.waitForResponse((r) => r.request().method() === "POST"), page.locator(".note-form button").click()]);
  await page.locator("#note-text-problem").waitFor();
  assert.deepEqual(await drafts(), []);
  await page.fill("#note-text", "カード 4111 1111 1111 1111 です");
  await page.locator("#note-text").blur();
  await page.goto(hoten.origin + path);
  assert.equal(await page.inputValue("#note-text"), "");

  // Signing out takes one's own drafts along, and leaves another's.
  await page.fill("#note-text", "書きかけ");
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("note:")));
  await page.evaluate(() => localStorage.setItem("note:99999:H0000001-3", JSON.stringify({ text: "ほかの人の書きかけ" })));
  await page.locator(".person summary").click();
  await Promise.all([page.waitForURL(/\/signin/), page.locator("form[action='/signout'] button").click()]);
  assert.deepEqual((await drafts()).map(([key]) => key), ["note:99999:H0000001-3"]);
  await page.context().close();
});

test("a note that was saved does not come back; without a connection what is typed stays", async () => {
  const page = await signIn(browser, hoten.origin, "agent", []); // that it is offline is told on the console
  await page.goto(hoten.origin + "/cases?queue=unassigned");
  const path = await page.locator(".list a.open").first().getAttribute("href");
  await page.goto(hoten.origin + path);
  const save = () => page.locator(".note-form button").click();
  await page.fill("#note-text", "折り返しの時間を確認");
  await save();
  await page.locator("[data-part=events]", { hasText: "折り返しの時間を確認" }).waitFor();
  await page.goBack();
  assert.equal(await page.inputValue("#note-text"), "");

  await page.goto(hoten.origin + path);
  await page.context().setOffline(true);
  await page.locator("#offline").waitFor();
  await page.fill("#note-text", "回線が切れた間のメモ");
  await save();
  assert.equal(await page.inputValue("#note-text"), "回線が切れた間のメモ");
  assert.ok(await page.evaluate(() => document.activeElement.id === "offline"));
  await page.context().setOffline(false);
  await page.locator("#offline").waitFor({ state: "hidden" });
  await save();
  await page.locator("[data-part=events]", { hasText: "回線が切れた間のメモ" }).waitFor();
  await page.context().close();
});

test("a crumb leads back to the list as it was seen, to the row that was opened", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems);
  await page.goto(hoten.origin + "/cases?status=new&order=latest");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const path = await page.evaluate(() => document.activeElement.getAttribute("href"));
  await page.keyboard.press("Enter");
  await page.waitForURL(hoten.origin + path);
  await page.locator(".crumb a").first().click();
  await page.waitForURL(hoten.origin + "/cases?status=new&order=latest");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), path);
  await page.goto(hoten.origin + "/cases");
  await page.goto(hoten.origin + path);
  assert.equal(await page.locator(".crumb a").first().getAttribute("href"), "/cases");
  await page.context().close();
});

test("the rules of a desk ask before a change is lost", async () => {
  const page = await signIn(browser, hoten.origin, "manager", problems);
  let asked = 0;
  page.on("dialog", (dialog) => (asked++, dialog.accept()));
  const leave = async () => Promise.all([page.waitForURL(/\/callbacks/), page.locator("#rail a[href='/callbacks']").click()]);
  const edit = () => page.goto(hoten.origin + "/desks/tech/edit");
  await edit();
  await leave();
  assert.equal(asked, 0, "nothing was changed");
  await edit();
  await page.locator("#name_ja").pressSequentially("新");
  await leave();
  assert.equal(asked, 1);
  await edit();
  await page.locator("button[value='add hours']").click(); // the page that answers holds what is not saved
  await page.waitForURL(/\/desks\/tech(#.*)?$/);
  assert.equal(asked, 1, "sending the form asks nothing");
  await leave();
  assert.equal(asked, 2);
  await page.context().close();
});

test("the same change by two: the second sees the conflict", async () => {
  await agent.goto(hoten.origin + "/cases?queue=unassigned");
  const path = await agent.locator(".list a.open").nth(1).getAttribute("href");
  await Promise.all([agent.goto(hoten.origin + path), supervisor.goto(hoten.origin + path)]);
  await agent.selectOption("#set-status", "on_hold");
  await supervisor.selectOption("#set-status", "in_progress");
  await supervisor.locator(".case-set button").click();
  await supervisor.locator("#flash, .flash").first().waitFor();
  const [answer] = await Promise.all([agent.waitForResponse((r) => r.request().method() === "POST"), agent.locator(".case-set button").click()]);
  assert.equal(answer.status(), 409);
});

test("a view is kept, and the supervisor sees the load", async () => {
  await supervisor.goto(hoten.origin + "/cases?class=C&order=waiting");
  await supervisor.locator("details.more summary, summary").filter({ hasText: "並べ替え" }).click();
  await supervisor.fill("[name=name]", "C区分の古い順");
  await supervisor.locator("form[action='/views'] button").click();
  await supervisor.locator(".queues .view[aria-current=page]", { hasText: "C区分の古い順" }).waitFor();
  await axe(supervisor);
  await supervisor.goto(hoten.origin + "/cases/load");
  await supervisor.getByText("佐藤 葵").first().waitFor();
  await axe(supervisor);
});

test("a session that ends soon says so, and goes on", async () => {
  await agent.route("**/session", async (route) => route.fulfill({ json: { left: route.request().method() === "POST" ? 3600 : 240 } }));
  await agent.goto(hoten.origin + "/cases");
  const dialog = agent.locator("#session-ends");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /4/);
  await axe(agent);
  await agent.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await agent.unroute("**/session");
});

// The browser itself reports the conflict as an error.
test("nothing was wrong in any window", () => assert.deepEqual(problems.filter((p) => !p.endsWith("409 (Conflict)")), []));
