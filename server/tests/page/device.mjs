// Verdicts on the device: they equal the server's, and nothing is sent. WEB_FOLDER is the folder that `cargo xtask web` makes.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import * as page from "./harness.mjs";
import { assertAccessible, marked } from "./verdicts.mjs";

const WEB = process.env.WEB_FOLDER;
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

const shown = async (tab) => ({
  verdict: await tab.textContent("#verdict"),
  score: await tab.textContent("#score"),
  meaning: await tab.textContent("#meaning"),
  advice: await tab.$$eval("#advice li", (items) => items.map((item) => item.textContent)),
  facts: await tab.$$eval("#facts tr", (rows) => rows.map((row) => row.textContent)),
  marks: [await marked(tab, "probe"), await marked(tab, "reference")],
});

/** The engines differ in the last digits, which may change some pixels of a mark or the last digit of a fact. */
function assertAlike(one, other) {
  assert.deepEqual([one.verdict, one.score, one.meaning, one.advice], [other.verdict, other.score, other.meaning, other.advice]);
  assert.equal(one.facts.length, other.facts.length);
  one.marks.forEach((count, index) => assert.ok(count > 100 && Math.abs(count - other.marks[index]) < 50, `${one.marks} and ${other.marks}`));
}

/** With the switch on: same verdict, same words, same marks, and no photo is sent. */
async function onDevice(browser) {
  const server = await page.serve({ VISAVIS_WEB: WEB, VISAVIS_ENGINE: "embedded" });
  const { page: tab, close } = await page.open(browser, server.url);
  const sent = [];
  tab.context().on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
  assert.equal(await tab.isVisible("#where"), true);
  for (const [probe, reference] of [["astronaut.jpg", "astronaut-mirrored.jpg"], ["two-people.jpg", "hopper.jpg"]]) {
    await tab.uncheck("#device");
    await page.compare(tab, probe, reference);
    const theirs = await shown(tab);
    const before = sent.length;
    assert.ok(before > 0);
    await tab.check("#device");
    assert.match(await tab.textContent("#privacy"), /stay on this device/);
    assert.equal(await tab.isHidden("#result"), true);
    await page.press(tab);
    assertAlike(await shown(tab), theirs);
    assert.equal(sent.length, before, `sent: ${sent.slice(before)}`);
  }
  // The browser does not read TIFF, so the core reports what is wrong with it.
  const damaged = join(page.temporary, "damaged.tif");
  writeFileSync(damaged, "II*\0 and nothing else");
  for (const [probe, words] of [[page.image("gray.png"), /^No face was found in the probe/], [damaged, /^The probe is missing/]]) {
    await page.choose(tab, "probe", probe);
    await page.filled(tab, "probe");
    await tab.waitForFunction(() => /ready\.$/.test(document.querySelector("#status").textContent));
    await page.press(tab);
    await page.assertError(tab, words);
  }
  await assertAccessible(tab, "on the device");
  await close();
  await server.stop();
}

/** Without the folder there is no switch. */
async function noDevice(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  assert.equal(await tab.isHidden("#where"), true);
  await close();
}

/** The static build on a plain file server: compares a camera's best frame with a photo, without sending anything. */
async function demo() {
  const browser = await page.launch("hopper.jpg");
  const folder = join(page.temporary, "demo");
  mkdirSync(folder, { recursive: true });
  cpSync(process.env.DEMO_FOLDER, folder, { recursive: true });
  const asked = [];
  const files = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname.replace(/\/$/, "/index.html");
    asked.push(`${request.method} ${path}`);
    const content = await readFile(join(folder, path)).catch(() => null);
    response.writeHead(content ? 200 : 404, { "Content-Type": KINDS[extname(path)] ?? "application/octet-stream" }).end(content ?? "");
  });
  await new Promise((resolve) => files.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${files.address().port}/`;
  const { page: tab, close } = await page.open(browser, url, { permissions: ["camera"] });
  assert.equal(await tab.isHidden("#where"), true);
  assert.match(await tab.textContent("#privacy"), /stay on this device/);
  await page.choose(tab, "reference", page.image("hopper.jpg"));
  await page.filled(tab, "reference");
  await tab.click("[data-side=probe] .camera");
  // The webcam shows one upright face, so its best frame is taken and compared.
  await tab.waitForSelector("#result:not([hidden])", { timeout: 60_000 });
  assert.equal(await tab.textContent("#verdict"), "The same person");
  assert.ok(asked.every((line) => line.startsWith("GET ")) && asked.some((line) => line.includes(".wasm")), asked.join());
  await close();
  await browser.close();
  await new Promise((resolve) => {
    files.closeAllConnections();
    files.close(resolve);
  });
}

export const tests = { onDevice, noDevice, demo };
