// The panel of a call: what is typed ahead, where the focus is, and a session that ends.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { mailTo } from "./mailbox.mjs";
import { password, signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser, last = 27;
const problems = [];

// callers are members who can be sent a code; each has calls of a test of its own.
const callers = Array.from({ length: 28 }, (_, n) => ({ login: `keys-${n}@ocn.example`, kana: `パネル${"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフ"[n]} ハナコ`,
  born: `1970${String(n % 12 + 1).padStart(2, "0")}15`, number: `080000977${String(n).padStart(2, "0")}`, customer: `N92000000${String(n).padStart(2, "0")}`, mail: `panel${n}@mail.example` }));
const affected = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n" +
  callers.map((c, n) => `${c.login},打鍵 ${n}子,${c.kana},${c.born.replace(/(....)(..)(..)/, "$1-$2-$3")},${c.number},${c.mail},2010-05-05,東京都港区芝公園4-2-${n + 1},${c.customer},ja,500,200,2014-07-29 15:00:00`).join("\n") + "\n";

before(async () => {
  hoten = await startHoten();
  await writeFile(join(hoten.folder, "callers.csv"), affected);
  assert.equal((await hoten.run("import", "--incident", "2014-R096", "--affected", join(hoten.folder, "callers.csv"))).code, 0);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await hoten?.stop();
});

const focusOn = (page, what) => page.waitForFunction((text) => (document.activeElement?.id || document.activeElement?.textContent.trim()) === text, what, { timeout: 10000 })
  .catch(async () => assert.fail(`${await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent.trim())} has the focus, not ${what}`));

// answer the call of a number: the case opens, with the focus on the start of the call.
async function ring(page, number) {
  await page.goto(`${hoten.origin}/pop?number=${number}`);
  await page.waitForFunction(() => document.activeElement?.dataset.key === "c");
}

test("what is typed ahead is sent once and in order, also after wrong answers", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems);
  let sent = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/answers")) {
      const form = new URLSearchParams(request.postData());
      sent.push(`${form.get("item")}=${form.get("value")}`);
    }
  });
  let n = 0;
  for (const delay of [0, 20, 35, 70]) {
    for (const wrong of [[0], [1], [2], [0, 1]]) {
      const of = callers[n++];
      const says = [["name", of.kana, "アアア イイイ"], ["birth_date", of.born, "19800101"], ["phone", of.number, "0300009999"], ["customer_number", of.customer]]
        .map(([item, right, other], i) => [item, wrong.includes(i) ? other : right]);
      sent = [];
      await ring(page, of.number);
      await page.keyboard.press("Enter");
      for (const [, said] of says) {
        await page.keyboard.type(said, { delay });
        await page.keyboard.press("Enter");
      }
      await page.waitForFunction(() => !document.querySelector("#ahead") && document.querySelector("#answer-customer_number") === null, undefined, { timeout: 8000 }).catch(() => {});
      const left = await page.evaluate(() => [...document.querySelectorAll("#call input[id^='answer-']")].map((field) => field.value).join(""));
      assert.deepEqual({ sent, left }, { sent: says.map(([item, said]) => `${item}=${said}`), left: "" }, `${delay} ms, wrong at ${wrong}`);
      await page.locator("#call form[action$='/end'] button").last().click();
      await page.waitForFunction(() => !document.getElementById("verification"));
    }
  }
  await page.context().close();
});

// reachable tells what of the focused element is out of the window or under something else.
const reachable = (page) => page.evaluate(() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const name = at.id || at.textContent.trim();
  if (box.top < 0 || box.bottom > window.innerHeight) return `${name} from ${box.top} to ${box.bottom} of ${window.innerHeight}`;
  return at === top || at.contains(top) ? "" : `${name} lies under ${top?.outerHTML.slice(0, 80)}`;
});

for (const [viewport, who, locale, words] of [[{ width: 390, height: 844 }, "agent", "ja-JP", { send: "確認コードを送信", conclude: "本人確認済", reset: "再設定URLを送信", end: "終話" }],
  [{ width: 1280, height: 860 }, "agent", "ja-JP", { send: "確認コードを送信", conclude: "本人確認済", reset: "再設定URLを送信", end: "終話" }],
  [{ width: 390, height: 844 }, "agent2", "en-GB", { send: "Send the code", conclude: "Verified", reset: "Send the reset link", end: "End the call" }],
  [{ width: 1280, height: 860 }, "agent2", "en-GB", { send: "Send the code", conclude: "Verified", reset: "Send the reset link", end: "End the call" }]]) {
  test(`what has the focus is in sight at each step, ${viewport.width} wide, ${who}`, async () => {
    const page = await signIn(browser, hoten.origin, who, problems, { viewport, locale });
    await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`${event.violatedDirective} ${event.sourceFile} ${event.lineNumber}`)));
    const of = callers[last--];
    const wait = async (what) => {
      await focusOn(page, what);
      await page.waitForTimeout(150); // what htmx settles after the focus was set
      assert.equal(await reachable(page), "", what);
      const script = await page.locator(".case-columns > .script").boundingBox();
      if (viewport.width < 1000) assert.ok(script.height <= viewport.height * 0.41 && script.y >= 0, `the script is ${script.height} high at ${script.y}`);
    };
    await ring(page, of.number);
    assert.equal(await reachable(page), "");
    await page.keyboard.press("Enter");
    for (const [item, said] of [["name", of.kana], ["birth_date", of.born], ["phone", of.number]]) {
      await wait(`answer-${item}`);
      await page.keyboard.type(said);
      await page.keyboard.press("Enter");
    }
    await wait(words.send);
    await page.keyboard.press("Enter");
    await wait("answer-code");
    assert.ok(await inSight(page, "#flash-area .notice"), "what was said of the step is out of sight");
    await page.keyboard.type((await mailTo(hoten, of.mail, /^\s*(\d{6})\s*$/m)).match(/^\s*(\d{6})\s*$/m)[1]);
    await page.keyboard.press("Enter");
    for (const step of [words.conclude, words.reset]) {
      await wait(step);
      await page.keyboard.press("Enter");
    }
    await wait(words.end);
    assert.ok(await inSight(page, "#flash-area .notice"), "that the link was sent is out of sight");
    // Whoever comes back to a running call sees whose it is, and goes on.
    await page.goto(page.url().replace(/[?#].*/, "") + "#call");
    await wait(words.end);
    if (viewport.width > 1000) assert.ok(await inSight(page, ".case-header h1"), "the number of the case is out of sight");
    await page.keyboard.press("Enter");
    await focusOn(page, "note-text");
    await page.waitForTimeout(150);
    assert.equal(await reachable(page), "");
    assert.ok(await inSight(page, "#flash-area .notice"), "that the call has ended is out of sight");
    assert.equal(await page.locator(".case-columns > .script").count(), 0, "nobody is on the line");
    await page.context().close();
  });
}

// inSight reports whether an element lies in the window with nothing over it.
const inSight = (page, what) => page.evaluate((what) => {
  const box = document.querySelector(what)?.getBoundingClientRect();
  const top = box && document.elementFromPoint(box.left + 8, box.top + box.height / 2);
  return box && box.top >= 0 && box.bottom <= window.innerHeight && document.querySelector(what).contains(top);
}, what);

// Whatever is said above the panel of a call, what ends it or reports an impostor is in sight.
for (const who of ["agent", "agent2"]) {
  test(`a call can be concluded and ended without scrolling, ${who}`, async () => {
    const page = await signIn(browser, hoten.origin, who, problems, { viewport: { width: 1280, height: 860 }, locale: who === "agent" ? "ja-JP" : "en-GB" });
    const of = callers[last--];
    await ring(page, of.number);
    await page.evaluate(() => {
      document.querySelector("#reminders").innerHTML = '<div class="notice reminder error"><p>折り返しの時刻を過ぎています（7月31日 10:30から、2件）。 <a href="/callbacks">自分の折り返しを表示</a></p></div>';
    });
    await page.keyboard.press("Enter");
    const answer = async (item, said) => {
      await focusOn(page, `answer-${item}`);
      await page.keyboard.type(said);
      await page.keyboard.press("Enter");
    };
    const concludes = async (when) => {
      await page.waitForTimeout(150);
      assert.equal(await reachable(page), "", when);
      const hidden = await page.evaluate(() => [...document.querySelectorAll("#call :is(.outcomes, .call-next) .button")].map((button) => {
        const box = button.getBoundingClientRect();
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return button === top || button.contains(top) ? "" : `${button.textContent} ends at ${box.bottom}`;
      }).filter(Boolean));
      assert.deepEqual(hidden, [], when);
      assert.ok(await inSight(page, "#flash-area .notice"), `what was said is out of sight ${when}`);
    };
    await answer("name", of.kana);
    await answer("birth_date", "なし");
    await page.locator("#call .problem").first().waitFor();
    await concludes("after an answer that cannot be read");
    await answer("birth_date", of.born);
    await answer("phone", of.number);
    await focusOn(page, who === "agent" ? "確認コードを送信" : "Send the code");
    await page.keyboard.press("Enter");
    await focusOn(page, "answer-code");
    await concludes("while the code is awaited");
    await page.keyboard.type("000000");
    await page.keyboard.press("Enter");
    await page.locator("#flash-area .error").waitFor();
    await concludes("after a wrong code");
    await page.locator("#call form[action$='/end'] button").click();
    await page.waitForFunction(() => !document.getElementById("verification"));
    await page.context().close();
  });
}

test("on a small screen the step before an impostor is reported begins at its heading", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems, { viewport: { width: 390, height: 844 } });
  await ring(page, callers[last--].number);
  await page.keyboard.press("Enter");
  await focusOn(page, "answer-name");
  await page.locator("#call .outcomes a.danger").click();
  await page.locator("#confirm").waitFor();
  assert.ok(await inSight(page, "#main h1"));
  // Back leads to the call.
  await page.goBack();
  await page.locator("#verification").waitFor();
  await page.goForward();
  await page.locator("#confirm").waitFor();
  await page.locator(".crumb a").click();
  await page.locator("#call form[action$='/end'] button").click();
  await page.waitForFunction(() => document.querySelector(".wrap-up"));
  await page.context().close();
});

test("a customer who wants no reset is verified with one button, and no second script stands beside", async () => {
  const page = await signIn(browser, hoten.origin, "agent2", problems);
  const of = callers[last--];
  await ring(page, of.number);
  await page.keyboard.press("Enter");
  for (const [item, said] of [["name", of.kana], ["birth_date", of.born], ["phone", of.number]]) {
    await focusOn(page, `answer-${item}`);
    await page.keyboard.type(said);
    await page.keyboard.press("Enter");
  }
  await focusOn(page, "Send the code");
  await page.locator("#asked a", { hasText: "OCN ID" }).last().click();
  await page.locator("#asked [aria-current]").waitFor();
  assert.equal(await page.locator(".script .aloud:visible").count(), 1);
  await focusOn(page, "Send the code");
  await page.locator("#call-next button", { hasText: "No reset wanted" }).press("Enter");
  await focusOn(page, "End the call");
  await page.context().close();
});

test("a page whose session has ended says so, and comes back with what was typed", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems);
  const of = callers[last--];
  await ring(page, of.number);
  const url = page.url().replace(/[?#].*/, "");
  await page.goto(url);
  await page.fill("#note-text", "書きかけのメモ");
  const other = await page.context().newPage();
  await other.goto(hoten.origin + "/desks");
  await other.click("details.person summary");
  await Promise.all([other.waitForURL(/\/signin/), other.locator("form[action='/signout'] button").click()]);
  await page.locator("#signed-out").waitFor({ timeout: 8000 });
  await page.locator("form[action$='/calls'] button").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "signed-out", "nothing was sent");
  await Promise.all([page.waitForURL(/\/signin\?next=/), page.locator("#signed-out a").click()]);
  await again(page, url);
  assert.equal(await page.inputValue("#note-text"), "書きかけのメモ");

  // A form that goes before the page has heard of it comes back here too.
  await page.context().clearCookies({ name: "hoten_session" });
  await Promise.all([page.waitForURL(/\/signin\?lost=true/), page.locator("form[action$='/calls'] button").click()]);
  await page.locator(".notice.attention").waitFor();
  await again(page, url);
  await page.context().close();
});

async function again(page, url) {
  await page.fill("[name=email]", "agent@hoten.example");
  await page.fill("[name=password]", password);
  await Promise.all([page.waitForURL((at) => at.href.startsWith(url)), page.press("[name=password]", "Enter")]);
}

test("no page had an error", () => assert.deepEqual(problems.filter((p) => !/409|422/.test(p)), []));
