// A call without the mouse: from ringing to the reset link, in both languages.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe } from "./axe.mjs";
import { mailTo } from "./mailbox.mjs";
import { answerItem, signIn, startBrowser, startHoten } from "./server.mjs";

let hoten, browser;
const problems = [];

// Members who can be sent a code, as their agents hear them.
const callers = ["ハセガワ シンイチロウ", "テンマヤ マサヒロ", "クロヤナギ ソウイチ", "オオサワ ユキノブ"].map((kana, i) => (
  { login: `caller-${i}@ocn.example`, kana, said: kana.replace(" ", ""), born: `19${60 + i}0${i + 1}1${i}`, number: `0900000881${i}`, mail: `caller${i}@mail.example` }));
const affected = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at\n" +
  callers.map((c, i) => `${c.login},架電 ${i}郎,${c.kana},${c.born.replace(/(....)(..)(..)/, "$1-$2-$3")},${c.number},${c.mail},2010-05-05,東京都港区芝公園4-2-${i + 1},N91000000${i},${i === 1 ? "en" : "ja"},500,200,2014-07-29 15:00:00`).join("\n") + "\n";

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

async function open(page, login) {
  await page.goto(hoten.origin + "/cases");
  await page.fill("#search", login);
  await Promise.all([page.waitForURL(/\/cases\/H/), page.press("#search", "Enter")]);
  return page.url().replace(/[#?].*/, "");
}

const nowFocused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent.trim() || "nothing");

// The second agent answers for points, where the reset is next all the same.
for (const [who, locale, nth, words] of [["agent", "ja-JP", 0, { send: "確認コードを送信", conclude: "本人確認済", reset: "再設定URLを送信", end: "終話" }],
  ["agent2", "en-GB", 1, { send: "Send the code", conclude: "Verified", reset: "Send the reset link", end: "End the call" }]]) {
  test(`from ringing to the end of a call by ${who}, by keyboard alone`, async () => {
    const page = await signIn(browser, hoten.origin, who, problems, { viewport: { width: 1280, height: 860 }, locale });
    const of = callers[nth];
    let strokes = 0, answers = 0;
    const press = async (key) => {
      strokes++;
      await page.keyboard.press(key);
    };
    // What the caller says is typed at once, whatever the page is doing.
    const say = async (what, delay) => {
      strokes += what.length;
      answers += what.length;
      await page.keyboard.type(what, { delay });
      await press("Enter");
    };
    const inPanel = async (what) => {
      await page.waitForFunction((text) => (document.activeElement?.id || document.activeElement?.textContent.trim()) === text, what, { timeout: 10000 })
        .catch(async () => assert.fail(`${await nowFocused(page)} has the focus, not ${what}`));
      const { bottom, script, movements } = await page.evaluate(() => ({ bottom: document.activeElement.getBoundingClientRect().bottom,
        script: document.querySelector(".case-columns > .script").getBoundingClientRect(), movements: document.querySelector(".case-points").getBoundingClientRect().top }));
      assert.ok(Math.floor(bottom) <= 860 && script.top < 860 && script.bottom <= movements, `what is next ends at ${bottom}`);
    };

    await page.goto(`${hoten.origin}/pop?number=${of.number}`);
    assert.match(page.url(), /\/cases\/H/);
    await page.waitForFunction(() => document.activeElement?.dataset.key === "c");
    await press("Enter");
    await say(of.said, 0);
    await say(of.born, 15);
    await say(of.number, 40);
    await codeAndLink();
    await inPanel(words.end);
    await axe(page);
    await press("Enter");
    await page.waitForFunction(() => !document.getElementById("verification"));
    // The note of the call is next: it is typed and saved from where the hands are.
    await page.waitForFunction(() => document.activeElement?.id === "note-text", undefined, { timeout: 5000 });
    assert.ok(await page.locator("#call .wrap-up .note-form .button.primary").isVisible());
    assert.equal(await page.locator("main .button.primary:visible").count(), 1, "one button is filled");
    await axe(page);
    await page.keyboard.type("ご本人さまを確認");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("[data-part=events]", { hasText: "ご本人さまを確認" }).waitFor();
    assert.equal(await page.locator(".wrap-up").count(), 0);
    const me = await page.locator(".person summary").innerText();
    assert.ok((await page.locator(".case-header .facts").innerText()).includes(me.replace("▾", "").trim()), "who answered has the case");
    await page.context().close();

    async function codeAndLink() {
      await inPanel(words.send);
      await press("Enter");
      await inPanel("answer-code");
      const code = (await mailTo(hoten, of.mail, /^\s*(\d{6})\s*$/m)).match(/^\s*(\d{6})\s*$/m)[1];
      await say(code, 0);
      await inPanel(words.conclude);
      await axe(page);
      assert.ok(strokes <= 45 && strokes - answers <= 7, `${strokes} keystrokes, ${answers} of them the caller's`);
      assert.match(await page.locator("#call .level b").innerText(), /2/);
      await press("Enter");
      await inPanel(words.reset);
      await press("Enter");
      await inPanel(words.end);
      await mailTo(hoten, of.mail, /\/reset\/[\w-]+/);
    }
  });
}

// answersLater holds what is answered next back until the function that it gives is called.
async function answersLater(page) {
  let answer;
  const meanwhile = new Promise((done) => { answer = done; });
  await page.route(/\/calls\/\d+\/answers$/, async (route) => {
    await meanwhile;
    await route.continue();
  }, { times: 1 });
  return answer;
}

test("a second call asks first, and nothing typed ahead is sent for another question", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems);
  const first = callers[2], other = await page.context().newPage();
  await open(other, callers[3].login); // before the first call: it knows of none
  await open(page, first.login);
  await page.keyboard.press("c");
  await page.locator("#answer-name").waitFor();
  // What is no birth date is not sent as one, and what followed waits where it belongs, also when
  // the answer comes while it is being typed.
  let answer = await answersLater(page);
  await page.keyboard.type(first.said);
  await page.keyboard.press("Enter");
  await page.keyboard.type("なし");
  await page.keyboard.press("Enter");
  await page.keyboard.type(first.number.slice(0, 4));
  answer();
  await page.waitForFunction(() => document.activeElement?.id === "answer-phone", undefined, { timeout: 15000 });
  await page.keyboard.type(first.number.slice(4));
  await page.keyboard.press("Enter");
  const stands = () => page.evaluate(() => ["birth_date", "phone", "customer_number"].map((item) => document.getElementById("answer-" + item)?.value).join("|"));
  await page.waitForFunction(() => document.getElementById("answer-phone")?.value && document.activeElement?.id === "answer-birth_date", undefined, { timeout: 15000 });
  assert.equal(await stands(), `なし|${first.number}|`);
  assert.equal(await page.locator("#call .answered").count(), 1);
  await page.keyboard.press("Enter");
  await page.locator("#call .problem").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "answer-birth_date", undefined, { timeout: 15000 });
  assert.equal(await stands(), `|${first.number}|`);

  // After a wrong answer nothing goes by itself, and no button is pressed by what is typed.
  answer = await answersLater(page);
  await page.keyboard.type("19010101");
  await page.keyboard.press("Enter");
  await page.keyboard.type("N9000");
  answer();
  await page.locator("#call .no").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "answer-customer_number", undefined, { timeout: 15000 });
  await page.keyboard.type("00000");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "answer-phone", undefined, { timeout: 15000 });
  assert.equal(await stands(), `|${first.number}|N900000000`);
  assert.equal(await page.locator("#call .no").count(), 1);

  await other.keyboard.press("c");
  await other.locator("#call [data-ends]").waitFor();
  assert.equal(await other.locator("#verification").count(), 0);
  await other.waitForTimeout(1100); // longer than the pause that a key wants
  await other.keyboard.press("c");
  assert.equal(await other.locator("#answer-name").count(), 0, "a key ends no other call");
  await other.locator("form[action$='/calls'] button").click();
  await other.locator("#answer-name").waitFor();
  await page.context().close();
});

test("typing on where a button is next presses nothing", async () => {
  const page = await signIn(browser, hoten.origin, "agent", problems);
  const of = callers[3];
  await open(page, of.login);
  if (await page.locator("#verification").count()) {
    await page.locator("form[action$='/end'] button").click();
    await page.waitForFunction(() => !document.getElementById("verification"));
  }
  await page.locator("#call [name=relation]").waitFor();
  await page.locator("form[action$='/calls'] button").click();
  await page.locator("#answer-name").waitFor();
  // The answers take long enough that all is typed ahead, on any machine.
  await page.route(/\/calls\/\d+\/answers$/, async (route) => {
    await page.waitForTimeout(400);
    await route.continue();
  });
  for (const said of [of.said, of.born, of.number, "N910000009"]) {
    await page.keyboard.type(said, { delay: 10 });
    await page.keyboard.press("Enter");
  }
  await page.locator("form[action$='/code'] button").waitFor();
  await page.waitForFunction(() => document.getElementById("answer-customer_number")?.value === "N910000009", undefined, { timeout: 5000 });
  assert.equal(await page.locator("#answer-code").count(), 0, "no code went out");
  await page.fill("#answer-customer_number", "");
  await page.locator("form[action$='/code'] button").focus();
  await page.keyboard.type("N9", { delay: 60 });
  await page.waitForFunction(() => document.getElementById("answer-customer_number").value === "N9", undefined, { timeout: 5000 });
  assert.equal(await page.locator("#answer-code").count(), 0);
  await page.context().close();
});

test("on a small screen the script stands above the first field", async () => {
  const page = await signIn(browser, hoten.origin, "agent2", problems, { viewport: { width: 390, height: 860 } });
  const of = callers[2];
  // While it rings: whose case it is, how to greet, and the button that starts the call.
  await page.goto(`${hoten.origin}/pop?number=${of.number}`);
  await page.waitForFunction(() => document.activeElement?.closest("form[action$='/calls']") && document.activeElement.localName === "button");
  for (const read of [".script .who", ".script .aloud > p >> nth=-1", "form[action$='/calls'] button"]) {
    const { y, height } = await page.locator(read).boundingBox();
    assert.ok(y >= 0 && y + height <= 860, `${read}: ${y} + ${height}`);
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "answer-name");
  const at = await page.evaluate(() => ({ script: document.querySelector(".script").getBoundingClientRect().top, field: document.activeElement.getBoundingClientRect().bottom }));
  assert.ok(at.script >= 0 && at.field <= 860, JSON.stringify(at));
  // After each step it is read from its beginning, below what is said of the step.
  for (const [item, value] of [["name", of.said], ["birth_date", of.born], ["phone", of.number]]) await answerItem(page, item, value);
  await page.waitForFunction(() => document.activeElement?.closest("form[action$='/code']"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "answer-code");
  const { said, line } = await page.evaluate(() => ({ said: document.querySelector("#flash-area .notice").getBoundingClientRect().toJSON(),
    line: document.querySelector(".script .aloud > p").getBoundingClientRect().toJSON() }));
  assert.ok(said.top >= 0 && said.bottom <= line.top && line.bottom <= 860, JSON.stringify({ said, line }));
  await page.locator("form[action$='/end'] button:not([value])").click();
  await page.waitForFunction(() => !document.getElementById("verification"));
  await page.context().close();
});

test("a number that nobody has leads to the search, and stays until the call begins", async () => {
  const page = await signIn(browser, hoten.origin, "agent2", problems);
  const focused = (id) => page.waitForFunction((id) => document.activeElement?.id === id, id);
  const of = callers[2];
  await page.goto(`${hoten.origin}/pop?number=0399998888`);
  await focused("find");
  assert.equal(await page.locator("#open-title").count(), 0);
  await page.keyboard.type(of.login);
  await Promise.all([page.waitForURL(/\/cases\/H/), page.keyboard.press("Enter")]);
  assert.equal(await page.inputValue("[name=caller_number]"), "0399998888");
  await page.goto(`${hoten.origin}/pop?number=0399998888`);
  await focused("find");
  await page.locator("h1").click(); // takes the focus away
  await page.keyboard.press("/");
  await focused("find");
  await page.locator("#search").pressSequentially(of.login);
  await page.locator("#found a").first().waitFor();
  await Promise.all([page.waitForURL(/\/cases\/H/), page.keyboard.press("Enter")]);
  assert.equal(await page.inputValue("[name=caller_number]"), "0399998888");
  await page.context().close();
});

test("a reason is asked for only with a status that closes the case", async () => {
  const page = await signIn(browser, hoten.origin, "sv", problems);
  await open(page, callers[3].login);
  for (const [status, asked] of [["on_hold", false], ["completed", true], ["out_of_scope", true]]) {
    await page.selectOption("#set-status", status);
    assert.equal(await page.locator("#set-reason").isVisible(), asked, status);
  }
  await page.context().close();
});

test("no page had an error", () => assert.deepEqual(problems.filter((p) => !/409|422/.test(p)), []));
