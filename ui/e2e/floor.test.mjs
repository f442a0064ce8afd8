// What a floor is run with: desks' hours, services, callbacks and approvals, in both
// languages, at any hour of the day, and approvals also without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { password, signIn, startBrowser, startHoten } from "./server.mjs";

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

const pathOf = (page) => new URL(page.url()).pathname;
const inMain = (page, text) => page.locator("main").getByText(text);

// day is the date in Japan so many days from now.
const day = (on) => new Date(Date.now() + (9 + 24 * on) * 3600_000).toISOString().slice(0, 10);

async function open(page, path, lang) {
  await page.goto(hoten.origin + path);
  await checked(page, lang);
}

async function checked(page, lang) {
  assert.equal(await page.getAttribute("html", "lang"), lang);
  if (!page.scriptless) await axe(page); // axe is a script
}

// submit presses a button and waits for the page that answers.
async function submit(page, button, status = 200) {
  const answered = page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 303);
  await button.click();
  assert.equal((await answered).status(), status);
  await page.waitForLoadState("load");
}

async function speak(page, lang) {
  await submit(page, page.locator(`form.language button[value=${lang}]`));
  assert.equal(await page.getAttribute("html", "lang"), lang);
}

test("a desk's hours: the calendar shows them before they hold, then the top bar", async () => {
  const manager = await signIn(browser, hoten.origin, "manager", problems);
  await open(manager, "/desks", "ja");
  await manager.locator("a[href='/desks/point/edit']").click();
  await manager.waitForURL(/\/desks\/point\/edit$/);
  await checked(manager, "ja");
  const stale = await manager.context().newPage();
  await stale.goto(manager.url());

  // Open around the clock on every day, so that the top bar says so at any hour; but
  // for one day, at its own hours.
  const press = (name) => submit(manager, manager.getByRole("button", { name, exact: true }));
  while (await manager.locator("#hours fieldset.rule-row").count() > 1) await press("毎週の受付時間の2行目を削除");
  while (await manager.locator("#closed_yearly fieldset.rule-row").count()) await press("毎年の休業期間の1行目を削除");
  await manager.uncheck("[name=closed_on_holidays]");
  for (const box of await manager.locator("[name='hours.0.weekdays']").all()) await box.check();
  await manager.fill("[name='hours.0.open']", "0:00");
  await manager.fill("[name='hours.0.close']", "24:00");
  await manager.fill("[name='hours.0.from']", "");
  await manager.fill("[name='hours.0.until']", "");
  await press("臨時の変更に行を追加");
  const special = day(40);
  await manager.fill("[name='exceptions.0.date']", special);
  await manager.fill("[name='exceptions.0.open']", "12:15");
  await manager.fill("[name='exceptions.0.close']", "13:45");
  await manager.fill("#month", special.slice(0, 7));
  await submit(manager, manager.locator("#preview button").first());
  const cell = (page, date) => page.locator("table.calendar td", { has: page.locator(`time[datetime='${date}']`) });
  assert.match(await cell(manager, special).innerText(), /12:15–13:45[^]*変更[^]*現在は/);
  assert.match(await cell(manager, day(41)).innerText(), /0:00–24:00[^]*変更/);
  assert.ok(await manager.locator("#preview .rule-changes ins", { hasText: "12:15" }).first().isVisible());
  await checked(manager, "ja");

  // A preview changes nothing.
  await stale.goto(`${hoten.origin}/desks?month=${special.slice(0, 7)}`);
  assert.doesNotMatch(await stale.locator("main").innerText(), /12:15/);
  await stale.goto(hoten.origin + "/desks/point/edit");

  await manager.fill("#reason", "年内の臨時体制");
  await submit(manager, manager.locator("button[value=save]"));
  assert.equal(pathOf(manager), "/desks");
  await inMain(manager, "受付時間を変更しました。").waitFor();
  assert.match(await manager.locator(".pill", { hasText: "ポイント" }).innerText(), /24:00[^]*受付中/);
  await open(manager, `/desks?month=${special.slice(0, 7)}`, "ja");
  assert.match(await cell(manager, special).last().innerText(), /12:15–13:45/); // the second desk's

  // The second tab still has the rules from before: it gets both versions, in English.
  await speak(manager, "en");
  await stale.fill("#phone", "0120-170-034");
  await stale.fill("#reason", "a new number");
  await submit(stale, stale.locator("button[value=save]"), 409);
  assert.equal(await stale.inputValue("#phone"), "0120-170-034");
  const since = stale.locator("[role=alert] .rule-changes");
  assert.match(await since.innerText(), /12:15/);
  assert.ok(await since.locator("del").count() > 0 && await since.locator("ins").count() > 0);
  await checked(stale, "en");
  await manager.goto(hoten.origin + "/desks");
  assert.doesNotMatch(await manager.locator("main").innerText(), /0120-170-034/);
  await speak(manager, "ja");

  // A desk is added: it stands in the bar, and its calendar among the others.
  await submit(manager, manager.locator("a[href='/desks/new']"));
  for (const [field, value] of Object.entries({ name_ja: "夜間受付センタ", name_en: "Night Center", short_ja: "夜間", short_en: "Night", phone: "0120-000-111", code: "night", reason: "夜間の受付" })) await manager.fill("#" + field, value);
  for (const box of await manager.locator("[name='hours.0.weekdays']").all()) await box.check();
  await manager.fill("[name='hours.0.open']", "0:00");
  await manager.fill("[name='hours.0.close']", "24:00");
  await checked(manager, "ja");
  await submit(manager, manager.locator("button[value=save]"));
  await inMain(manager, "窓口を追加しました。").waitFor();
  assert.match(await manager.locator(".pill", { hasText: "夜間" }).innerText(), /24:00/);
  assert.equal(await manager.locator("table.calendar").count(), 3);
  await checked(manager, "ja");
  await manager.context().close();
});

test("a service's status reaches the agent's case", async () => {
  const manager = await signIn(browser, hoten.origin, "manager", problems);
  const agent = await signIn(browser, hoten.origin, "agent2", problems, { locale: "en-GB" });
  await agent.goto(hoten.origin + "/cases?queue=unassigned");
  const path = await agent.locator(".list a.open").first().getAttribute("href");

  await open(manager, "/services", "ja");
  await manager.locator("summary", { hasText: "状況の登録" }).click();
  await manager.check("[name=program][value=goo]");
  await manager.check("[name=service][value=exchange]");
  await manager.check("[name=state][value=suspended]");
  await manager.fill("#set-from_on", day(-1));
  await manager.fill("#set-note", "提携先の点検");
  await manager.fill("#set-reason", "提携先からの連絡");
  await checked(manager, "ja");
  await submit(manager, manager.getByRole("button", { name: "状況を登録", exact: true }));
  await inMain(manager, "サービス状況を登録しました。").waitFor();
  await checked(manager, "ja");
  assert.match(await manager.locator("td[data-label=交換]").nth(1).innerText(), /停止中/);

  await open(agent, path, "en");
  const shown = agent.locator("[data-part=services] li", { hasText: "goo Point: Exchange" });
  assert.match(await shown.innerText(), /Suspended[^]*提携先の点検/);
  await open(agent, "/services", "en");
  assert.equal(await agent.locator("form[action^='/services']").count(), 0, "an agent reads only");
  for (const page of [manager, agent]) await page.context().close();
});

const callers = [
  { lang: "ja", who: "agent", noAnswer: "不在", logged: "架電の結果を記録しました。", next: /3回架電しましたが、つながりませんでした。[^]*次は(メール|郵送)で/, of: (n) => `3回中${n}回` },
  { lang: "en", who: "agent2", noAnswer: "No answer", logged: "The outcome was logged.", next: /3 attempts failed\. .*by (email|letter) next\./, of: (n) => `${n} of 3` },
];

for (const { lang, who, noAnswer, logged, next } of callers) {
  test(`a promised callback that nobody answers, in ${lang}`, async () => {
    const agent = await signIn(browser, hoten.origin, who, problems, { locale: lang === "ja" ? "ja-JP" : "en-GB" });
    await agent.goto(hoten.origin + "/cases?queue=unassigned");
    const path = await agent.locator(".list a.open").nth(3).getAttribute("href");
    await open(agent, path, lang);
    const panel = agent.locator("#callback");
    await panel.locator("summary").first().click();
    await agent.fill("#promise-due_on", day(1));
    await agent.fill("#promise-due_time", "20:15");
    await panel.locator("[name=despite]").check();
    await agent.fill("#promise-note", "夜なら在宅");
    await checked(agent, lang);
    await submit(agent, panel.locator("form[action$='/callbacks'] button"));
    assert.match(await panel.innerText(), /20:15[^]*夜なら在宅/);

    const row = agent.locator("table.callbacks tbody tr", { has: agent.locator(`a[href^='${path}']`) });
    for (const attempt of [1, 2, 3]) {
      await open(agent, "/callbacks", lang);
      assert.match(await row.innerText(), /20:15/);
      // Outside the hours the form asks whether the member wished it.
      for (const wished of await row.locator("[name=despite][type=checkbox]").all()) await wished.check();
      await row.locator("select").selectOption({ label: noAnswer });
      await submit(agent, row.locator("form.attempt button"));
      if (attempt === 3) break;
      await inMain(agent, logged).waitFor();
      assert.match(await row.innerText(), new RegExp(`${attempt}[^]*${noAnswer}`));
    }
    assert.equal(await row.count(), 0, "it stands no more among what is planned");
    await checked(agent, lang);
    await open(agent, path, lang);
    assert.match(await panel.innerText(), next);
    assert.equal(await panel.locator("form.attempt").count(), 0);
    await open(agent, "/callbacks?view=closed", lang);
    assert.equal(await row.count(), 1);
    await agent.context().close();
  });
}

// rowOf is the list's row of a request; waiting gathers those that this supervisor may
// approve, by how many approvals they have and need.
const rowOf = (page, id) => page.locator("table.list tbody tr", { has: page.locator(`a.open[href='/reimbursements/${id}']`) });

async function waiting(page, approvals, locked) {
  const row = page.locator("table.list tbody tr", { has: page.locator(locked ? "td.pick template" : "td.pick input") }).filter({ hasText: approvals });
  const hrefs = await row.locator("a.open").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  return hrefs.map((href) => href.split("/").pop());
}

const deciders = [
  { lang: "ja", who: "sv", other: "sv2", scripts: true, posted: "承認・実行", awaiting: "承認（もう1人待ち）", refused: /承認されず[^]*すでに処理が済んでいます。/ },
  { lang: "en", who: "sv2", other: "sv", scripts: false, posted: "Approved and posted", awaiting: "Approved, one more needed", refused: /Not approved[^]*This has already been decided\./ },
];

for (const { lang, who, other, scripts, posted, awaiting, refused } of deciders) {
  test(`approvals: only what was looked at, and what became of each (${lang}, scripts ${scripts ? "on" : "off"})`, async () => {
    const sv = await signIn(browser, hoten.origin, who, problems, { javaScriptEnabled: scripts });
    sv.scriptless = !scripts;
    await sv.goto(hoten.origin + "/reimbursements");
    if (lang === "en") await speak(sv, "en");
    const [one] = await waiting(sv, "0 / 1", true);
    const [two] = await waiting(sv, "0 / 2", true);
    const [unseen] = (await waiting(sv, "/", true)).filter((id) => id !== one && id !== two);
    const [taken] = await waiting(sv, "0 / 1", false);
    assert.ok(one && two && unseen && taken, "the demo has every kind");
    const box = (id) => rowOf(sv, id).locator("td.pick input");
    for (const id of [one, two, unseen]) assert.equal(await box(id).count(), 0, `${id} was not looked at`);

    for (const id of [one, two]) {
      if (scripts) {
        await rowOf(sv, id).locator("[data-look]").click();
        await sv.locator(`table.list tr.looked`, { has: sv.locator("table") }).first().waitFor();
        await box(id).waitFor();
      } else {
        assert.equal(await rowOf(sv, id).locator("[data-look]").isVisible(), false, "the button needs scripts");
        await open(sv, "/reimbursements/" + id, lang);
        await sv.goto(hoten.origin + "/reimbursements");
      }
    }
    assert.equal(await box(unseen).count(), 0);
    await checked(sv, lang);
    for (const id of [one, two, taken]) {
      await box(id).scrollIntoViewIfNeeded(); // a row that was on screen can be chosen
      await box(id).check();
    }
    if (scripts) assert.equal(await sv.locator("[data-chosen]").innerText(), "3");

    await submit(sv, sv.locator(".bulk button"));
    assert.match(await sv.locator("#confirm").innerText(), lang === "ja" ? /^補填3件/ : /^Approve 3 /);
    await checked(sv, lang);

    // Meanwhile the other supervisor decides one of them.
    const second = await signIn(browser, hoten.origin, other, problems);
    await second.goto(hoten.origin + "/reimbursements/" + taken);
    await submit(second, second.locator("form[action$='/approve'] button"));
    await second.context().close();

    await submit(sv, sv.locator("#confirm"));
    assert.match(pathOf(sv), /^\/reimbursements\/approvals\/\d+$/);
    const outcome = (id) => rowOf(sv, id);
    await outcome(one).filter({ hasText: posted }).waitFor();
    await outcome(two).filter({ hasText: awaiting }).waitFor();
    await outcome(taken).filter({ hasText: refused }).waitFor();
    assert.equal(await sv.locator("table.list tbody tr").count(), 3, "nothing but what was chosen");
    await sv.locator("a.button.primary").waitFor();
    await checked(sv, lang);
    await submit(sv, sv.locator("a.button.primary"));
    assert.equal(pathOf(sv), "/reimbursements");
    assert.equal(await rowOf(sv, one).count(), 0);
    assert.equal(await rowOf(sv, unseen).count(), 1);
    await sv.context().close();
  });
}

// The browser itself reports the conflict of the stale tab as an error.
test("a call that is offered: whoever has it hears what became of it, also while typing", async () => {
  const agent = await signIn(browser, hoten.origin, "agent", problems);
  const other = await signIn(browser, hoten.origin, "sv", problems);
  await agent.goto(hoten.origin + "/cases?queue=unassigned");
  await agent.goto(hoten.origin + (await agent.locator(".list a.open").nth(8).getAttribute("href")));
  await agent.locator("form[action$='/calls'] button").click();
  await agent.locator("#answer-name").waitFor();
  // Who can take it is up to date while the list is open, also while it is in use.
  const another = async (page, nth) => {
    await page.goto(hoten.origin + "/cases?queue=unassigned");
    await page.goto(hoten.origin + (await page.locator(".list a.open").nth(nth).getAttribute("href")));
    await page.locator("form[action$='/calls'] button").click();
    await page.locator("#answer-name").waitFor();
  };
  // Named in the list, or below it where nobody can take the call.
  const taken = agent.locator("#handover li, #handover option[disabled]", { hasText: "高橋 翔（スーパーバイザー、通話中）" });
  await agent.locator("#handover summary").click();
  await agent.locator("#handover select").focus();
  assert.equal(await taken.count(), 0);
  await another(other, 9);
  await taken.waitFor({ state: "attached" });
  assert.equal(await agent.locator("#handover details[open]").count(), 1);
  await other.locator("form[action$='/end'] button").click();
  await taken.waitFor({ state: "detached" });
  await agent.locator("#handover summary").click();

  const offer = async () => {
    await agent.locator("#handover summary").click();
    const who = await agent.locator("#handover option", { hasText: "高橋" }).getAttribute("value");
    await agent.selectOption("#handover select", who);
    await submit(agent, agent.locator("#handover form button"));
    await agent.getByText("高橋 翔さんに引き継ぎを依頼中です").waitFor();
    await agent.locator("#answer-name").fill("書きかけ");
  };
  await offer();
  await checked(agent, "ja");
  await other.locator("#handovers form[action$='/decline'] button").click();
  await agent.getByText("高橋 翔さんは引き受けませんでした。").waitFor();
  assert.equal(await agent.inputValue("#answer-name"), "書きかけ", "what was typed stays");
  assert.equal(await agent.locator("#flash").count(), 0, "that it was offered is no news any more");
  await checked(agent, "ja");

  await offer();
  await other.locator("#handovers form[action$='/accept'] button").click();
  await other.locator("#answer-name").waitFor();
  await agent.locator("#answer-name").waitFor({ state: "detached" });
  await agent.getByText("高橋 翔さんが通話を引き受け、いま通話中です").waitFor();
  assert.equal(await agent.locator("#flash").count(), 0);
  assert.equal(await agent.locator("form[action$='/calls'] button").isVisible(), false, "nobody starts a call beside it unasked");
  await checked(agent, "ja");
  await other.locator("form[action$='/end'] button").click();
  await other.locator("#answer-name").waitFor({ state: "detached" });
  await agent.locator("form[action$='/calls'] button").waitFor();
  for (const page of [agent, other]) await page.context().close();
});

// Of a new password the page says what it knows, its length; a refusal goes with the next key.
test("announcements are confirmed in place, by the keyboard alone, one after the other", async () => {
  const agent = await signIn(browser, hoten.origin, "agent", problems);
  await agent.goto(hoten.origin + "/calls");
  await agent.evaluate(() => { window.kept = true; });
  await agent.fill("#find", "typed before");
  const count = await agent.locator("#board article").count();
  assert.ok(count > 1, `${count} announcements`);
  for (let left = count - 1; left >= 0; left--) {
    await agent.locator("#board button").first().press("Enter");
    await agent.waitForFunction((n) => document.querySelectorAll("#board article").length === n, left);
    // Not on the next button, which the same key would press unread.
    await agent.waitForFunction((id) => document.activeElement.id === id, left ? "board-title" : "find");
    assert.equal(await agent.locator("#rail a[href='/bulletins'] .badge").count(), left ? 1 : 0);
  }
  assert.equal(await agent.locator("#board-confirmed li").count(), count);
  assert.ok(await agent.evaluate(() => window.kept), "the page was loaded anew");
  assert.equal(await agent.inputValue("#find"), "typed before");
  await agent.context().close();
});

test("a new password", async () => {
  const page = await signIn(browser, hoten.origin, "sv", []); // a refusal is an error of the console
  await page.goto(hoten.origin + "/password");
  const judged = async (typed, is, said) => {
    await page.fill("#password", typed);
    await page.locator(`#password-strength[data-is="${is}"]`).waitFor();
    assert.ok((await page.textContent("#password-strength")).includes(said), typed);
  };
  await judged("elevenchars", "refused", "12");
  await judged("kingyo-sukui-86", "enough", "✓");
  await judged("password1234", "refused", "言葉");
  await page.fill("#password_again", "password1234");
  await page.fill("#current_password", password);
  await page.click("main button.primary");
  await page.locator("#problems").waitFor();
  await page.locator("#password-problem").waitFor();
  await page.fill("#password", "y");
  assert.equal(await page.locator("#problems, #password-problem, .refused").count(), 0);
  await page.context().close();
});

test("nothing was wrong in any window", () => assert.deepEqual(problems.filter((p) => !p.endsWith("409 (Conflict)")), []));
