// What the demo sends lies in a folder.
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export async function eventually(check, what) {
  for (let n = 0; n < 80; n++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail("never: " + what);
}

// mailTo is the newest mail to an address that says something, as the member reads it;
// bytes beyond ASCII are a character each.
export async function mailTo(hoten, address, says) {
  const box = join(hoten.folder, "mailbox");
  let found;
  await eventually(async () => {
    let newest = 0;
    for (const name of await readdir(box).catch(() => [])) {
      const path = join(box, name);
      const raw = await readFile(path, "utf8").catch(() => "");
      const text = raw.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      if (!name.endsWith(".eml") || !raw.includes(`<${address}>`) || !says.test(text)) continue;
      const { mtimeMs } = await stat(path);
      if (mtimeMs >= newest) [found, newest] = [text, mtimeMs];
    }
    return found;
  }, `a mail to ${address} that says ${says}`);
  return found;
}
