// Starts bin/hoten with the demo on a folder and a port of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const password = "hoten demo 2014";
const root = new URL("../..", import.meta.url).pathname;

// startHoten starts the demo.
export async function startHoten(...flags) {
  const { child, ...hoten } = await start(["demo", "--lang", "ja", ...flags], ["ignore", "pipe", "inherit"]);
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes("Ctrl+C")) break;
  }
  if (child.exitCode !== null) throw new Error("hoten did not start:\n" + said);
  return hoten;
}

// startEmpty starts an installation that nobody has set up.
export async function startEmpty() {
  const { child, ...hoten } = await start(["serve"], ["ignore", "ignore", "ignore"]);
  for (let n = 0; n < 240; n++) {
    if (child.exitCode !== null) break;
    if (await fetch(hoten.origin + "/readyz").then((r) => r.ok, () => false)) return hoten;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("hoten did not start");
}

async function start(args, stdio) {
  const folder = await mkdtemp(join(tmpdir(), "hoten-e2e-"));
  // PostgreSQL, which does not run as root, must get through.
  await chmod(folder, 0o711);
  const port = await freePort();
  const env = { ...process.env, HOTEN_DATA_DIR: folder, HOTEN_ADDR: `127.0.0.1:${port}` };
  for (const name of ["HOTEN_DATABASE_URL", "HOTEN_SMTP_URL", "HOTEN_BASE_URL"]) delete env[name];
  const child = spawn(join(root, "bin/hoten"), args, { env, stdio });
  return {
    child,
    origin: `http://127.0.0.1:${port}`,
    folder,
    run: (...args) => run(env, args),
    feed: (input, ...args) => run(env, args, input),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

async function run(env, args, input = "") {
  const child = spawn(join(root, "bin/hoten"), args, { env, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  if (child.exitCode === null) await once(child, "exit");
  return { out, code: child.exitCode };
}

// A free port below those that the kernel gives to outgoing connections, which
// could take it before hoten, still preparing its database, listens on it.
async function freePort() {
  const { createServer } = await import("node:net");
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const server = createServer().listen(port, "127.0.0.1");
    const free = await once(server, "listening").then(() => true, () => false);
    if (!free) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

export async function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  if (process.getuid() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath, args });
}

// signIn opens a window of somebody's own; errors are gathered in problems.
export async function signIn(browser, origin, who, problems, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "ja-JP", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && problems.push(`${page.url()}: ${message.text()}`));
  await page.goto(origin + "/signin");
  await page.fill("[name=email]", `${who}@hoten.example`);
  await page.fill("[name=password]", password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/signin"), page.press("[name=password]", "Enter")]);
  return page;
}

// answerItem gives an item of the verification once the panel of the call has put the focus
// where it belongs: what comes faster than that no person types.
export async function answerItem(page, item, value) {
  await page.waitForFunction(() => document.activeElement?.closest("#call"));
  await page.fill(`#answer-${item}`, value);
  await page.press(`#answer-${item}`, "Enter");
}
