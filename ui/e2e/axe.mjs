// What axe finds on a page against WCAG 2.2 AA.
import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";

export async function axe(page) {
  // A button that is half scrolled under the bar at the top counts as too small.
  await page.evaluate(() => window.scrollTo(0, 0));
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).exclude("iframe").analyze();
  assert.deepEqual(violations.map((v) => `${page.url()}: ${v.id}: ${v.nodes[0].html}`), []);
}
