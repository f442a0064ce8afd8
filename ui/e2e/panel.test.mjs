// The panel of a call: what is typed ahead, where the focus is, and a session that ends.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser;
const problems = [];

// callers are members who can be sent a code; each has calls of a test of its own.
const callers = Array.from({ length: 24 }, (_, n) => ({ login: `keys-${n}@ocn.example`, kana: `パネル${"アイウエオカキクケコサシスセソタチツテトナニヌネ"[n]} ハナコ`,
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

test("no page had an error", () => assert.deepEqual(problems.filter((p) => !/409|422/.test(p)), []));
