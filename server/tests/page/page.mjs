// The demo page in a real browser: a verdict, every error in words, keyboard, phone, dark, and no request to elsewhere.
// Usage: node page.mjs SERVER_PROGRAM GOLDEN_IMAGES [FOLDER_FOR_SCREENSHOTS]
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, images, shots] = process.argv.slice(2);
const [username, password] = ["ann", "correct horse"];
const server = spawn(program, ["--listen", "127.0.0.1:0"], {
  env: { ...process.env, VISAVIS_USERNAME: username, VISAVIS_PASSWORD: password },
  stdio: ["ignore", "inherit", "pipe"],
});
process.on("exit", () => server.kill());
const url = await new Promise((resolve, reject) => {
  server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  createInterface(server.stderr).on("line", (line) => {
    const address = /127\.0\.0\.1:\d+/.exec(line);
    if (address) resolve(`http://${address[0]}/`);
  });
});
server.removeAllListeners("exit");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let checks = 0;

async function open(options = {}) {
  const context = await browser.newContext({ httpCredentials: { username, password }, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) problems.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

async function compare(page, probe, reference) {
  for (const [side, file] of Object.entries({ probe, reference })) {
    await page.setInputFiles(`[data-side=${side}] input`, join(images, file));
  }
  await page.waitForFunction(() => !document.getElementById("compare").disabled);
  await page.click("#compare");
  await page.waitForFunction(() => !document.getElementById("compare").disabled);
}

for (const [name, options] of Object.entries({
  light: { colorScheme: "light", viewport: { width: 1100, height: 1000 } },
  phone: { colorScheme: "dark", viewport: { width: 390, height: 844 }, isMobile: true },
})) {
  const { page, problems, close } = await open(options);
  assert.equal(await page.isDisabled("#compare"), true);
  await compare(page, "astronaut.jpg", "astronaut-mirrored.jpg");
  assert.equal(await page.textContent("#verdict"), "The same person");
  assert.ok(Number(await page.textContent("#score")) >= 27);
  assert.match(await page.textContent("#status"), /same person, score \d+/);
  assert.equal(await page.locator("#facts tr").count(), 8);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${name}: the page is ${wider} pixels too wide`);
  if (shots) await page.screenshot({ path: join(shots, `page-${name}.jpg`), type: "jpeg", quality: 80, fullPage: name === "phone" });
  await compare(page, "astronaut.jpg", "hopper.jpg");
  assert.equal(await page.textContent("#verdict"), "Different people");
  assert.deepEqual(problems, []);
  checks += 7;
  await close();
}

const { page, problems } = await open();
for (const [probe, reference, words] of [
  ["text.jpg", "astronaut.jpg", /probe is missing or is not a readable image/],
  ["astronaut.jpg", "truncated-50.jpg", /reference is missing or is not a readable image/],
  ["gray.png", "astronaut.jpg", /No face was found on the probe/],
  ["astronaut.jpg", "gray.png", /No face was found on the reference/],
]) {
  await compare(page, probe, reference);
  assert.match(await page.textContent("#status.error"), words);
  assert.equal(await page.isHidden("#result"), true);
  checks += 2;
}
for (const [error, words] of [["OVERLOADED", /busy/], ["INTERNAL_ERROR", /failed/], ["REQUEST_TOO_LARGE", /too large/], ["NEW_ERROR", /NEW_ERROR/]]) {
  await page.route("**/verify*", (route) => route.fulfill({ status: 200, json: { hasError: true, error } }));
  await page.click("#compare");
  await page.waitForFunction(() => !document.getElementById("compare").disabled);
  assert.match(await page.textContent("#status.error"), words);
  await page.unroute("**/verify*");
  checks += 1;
}
// Everything that can be pressed can be reached by keyboard and has a name.
const names = await page.$$eval("button:not([hidden]), input, summary", (controls) =>
  controls.filter((control) => control.offsetParent).map((control) => control.ariaLabel || control.textContent.trim()));
assert.ok(names.length >= 3 && names.every(Boolean), String(names));
await page.goto(url);
await page.keyboard.press("Tab");
assert.equal(await page.evaluate(() => document.activeElement.tagName), "INPUT");
checks += 2;
assert.deepEqual(problems, []);
assert.equal(checks, 2 * 7 + 4 * 2 + 4 + 2);
console.log(`${checks} checks of the page`);
await browser.close();
server.kill();
