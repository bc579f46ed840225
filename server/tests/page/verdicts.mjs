// What the page shows for two photos: light, dark, on a phone; and the command for curl, which is run.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as page from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 900 } },
  phone: { colorScheme: "dark", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  small: { colorScheme: "light", viewport: { width: 320, height: 600 }, isMobile: true, hasTouch: true },
};

/** Asserts that no rule of axe is violated, including those for best practice, and that nothing is wider than the screen. */
export async function assertAccessible(tab, state) {
  await tab.evaluate(AXE);
  const { violations, passes } = await tab.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], state);
  assert.ok(passes.length > 10, state);
  const wider = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${state}: the page is ${wider} pixels too wide`);
}

/** Asserts that every control is large enough for a thumb, and that the button is visible on a phone. */
async function assertInReach(tab, name) {
  const small = await tab.$$eval("button, .button, summary", (elements) => elements
    .map((element) => [element.textContent.trim(), element.getBoundingClientRect()])
    .filter(([, { width, height }]) => height && Math.min(width, height) < 44)
    .map(([text]) => text));
  assert.deepEqual(small, [], name);
  const { bottom, seen } = await tab.$eval("#compare", (button) => {
    scrollTo(0, 0);
    return { bottom: button.getBoundingClientRect().bottom, seen: innerHeight };
  });
  if (LOOKS[name].isMobile) assert.ok(bottom <= seen, `${name}: the button ends at ${bottom} of ${seen}`);
}

/** Pixels of the canvas that have the colour of the marks. */
export const marked = (tab, side) => tab.$eval(`[data-side=${side}] canvas`, (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) count += data[at] === 0x2e && data[at + 1] === 0xe3 && data[at + 2] === 0x8a;
  return count;
});

async function look(browser, url, name) {
  const { page: tab, close } = await page.open(browser, url, LOOKS[name]);
  await assertAccessible(tab, `${name}, empty`);
  await assertInReach(tab, name);
  await page.compare(tab, "astronaut.jpg", "astronaut-mirrored.jpg");
  assert.equal(await tab.textContent("#verdict"), "The same person");
  const score = Number(await tab.textContent("#score"));
  assert.ok(score >= 27 && score <= 100);
  assert.equal(await page.status(tab), `The same person, score ${score}.`);
  const { width, height } = await tab.locator("#status").boundingBox();
  assert.ok(width <= 1 && height <= 1, "the verdict is shown once, and announced to screen readers");
  assert.match(await tab.textContent("#meaning"), /fewer than 1 in 100,000 .* were not measured/);
  assert.match(await tab.textContent("#threshold"), /a score of 27 or more.*1 in 500/);
  assert.equal(await tab.textContent("#dial-title"), `Score ${score} of 100, threshold 27`);
  for (const side of ["probe", "reference"]) assert.ok(await marked(tab, side) > 50, `${side} is marked`);
  assert.equal(await tab.locator("#facts tr").count(), 9);
  assert.match(await tab.textContent("#times"), /decode \d+ and \d+, detect .* for the whole request.*(onnxruntime|embedded)/);
  const json = JSON.parse(await tab.textContent("#json"));
  assert.ok(json.score === score && json.details.isMatch && json.sessionId === "demo");
  for (const summary of await tab.$$("summary")) await summary.click();
  await assertAccessible(tab, `${name}, same person`);
  await assertInReach(tab, name);
  await page.compare(tab, "astronaut.jpg", "hopper.jpg");
  assert.equal(await tab.textContent("#verdict"), "Different people");
  assert.match(await tab.textContent("#meaning"), /about 1 in \d+ is at least as similar/);
  await assertAccessible(tab, `${name}, different people`);
  await page.compare(tab, "astronaut.jpg", "gray.png");
  await page.assertError(tab, /No face was found in the reference/);
  await assertAccessible(tab, `${name}, error`);
  await close();
}

/** The faces that were not chosen are outlined more thinly than the chosen one. */
async function others(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  await page.compare(tab, "two-people.jpg", "hopper.jpg");
  const { face, otherFaces, width } = JSON.parse(await tab.textContent("#json")).details.probe;
  assert.equal(otherFaces.length, 1);
  const [thick, thin] = await Promise.all([face.bounds, ...otherFaces].map((bounds) =>
    tab.$eval("[data-side=probe] canvas", (canvas, [left, top, , height, whole]) => {
      const scale = canvas.width / whole;
      const { data } = canvas.getContext("2d").getImageData((left - 8) * scale, (top + height * 0.8) * scale, 16 * scale, 1);
      let green = 0;
      for (let at = 0; at < data.length; at += 4) green += data[at + 1] > data[at] + 60 && data[at + 1] > data[at + 2] + 40;
      return green;
    }, [...bounds, width])));
  assert.ok(thin >= 1 && thin < thick, `${thin} and ${thick} pixels`);
  await close();
}

/** The page gives advice if something can be improved. */
async function advice(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  for (const [probe, words] of [
    ["astronaut-dark.jpg", /probe, the face is dark/],
    ["astronaut-blurred.jpg", /probe, the face is blurred/],
    ["face-20px.jpg", /probe, the face is small/],
    ["rotated-90.jpg", /probe, the head is tilted/],
    ["two-people.jpg", /probe, there are several faces/],
  ]) {
    await page.compare(tab, probe, "hopper.jpg");
    assert.match(await tab.textContent("#advice"), words, probe);
  }
  await page.compare(tab, "astronaut.jpg", "hopper.jpg");
  assert.equal(await tab.locator("#advice li").count(), 0);
  await close();
}

/** Runs a command in a pseudo-terminal, because curl asks for the password there. */
function inTerminal(command, folder) {
  return new Promise((resolve, reject) => {
    const script = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder });
    let [output, asked] = ["", false];
    script.stdout.on("data", (data) => {
      output += data;
      if (!asked && /password/i.test(output)) {
        asked = true;
        script.stdin.write(`${page.password}\n`);
      }
    });
    script.on("error", reject);
    script.on("exit", () => resolve(output));
  });
}

/** The command gives the same score when it is pasted unchanged, whatever the files are called. */
async function curl(browser, url) {
  const { page: tab, close } = await page.open(browser, url, { permissions: ["clipboard-read", "clipboard-write"] });
  const folder = join(page.temporary, "photos");
  mkdirSync(folder);
  const names = { probe: "it's $HOME `me`.jpg", reference: "-n \"two\".jpg" };
  copyFileSync(page.image("astronaut.jpg"), join(folder, names.probe));
  copyFileSync(page.image("hopper.jpg"), join(folder, names.reference));
  for (const side of ["probe", "reference"]) {
    await page.choose(tab, side, join(folder, names[side]));
    await page.filled(tab, side);
  }
  await page.press(tab);
  await tab.click("text=The same with curl");
  await tab.click("#copy");
  const command = await tab.evaluate(() => navigator.clipboard.readText());
  assert.equal(command, await tab.textContent("#curl"));
  for (const shell of ["bash", "sh"]) {
    writeFileSync(join(folder, "command"), command);
    const output = await inTerminal(`${shell} ./command`, folder);
    const reply = JSON.parse(/\{.*\}/s.exec(output)?.[0] ?? assert.fail(output));
    const shown = JSON.parse(await tab.textContent("#json"));
    assert.equal(reply.score, shown.score, shell);
    assert.deepEqual(Object.keys(reply.details), Object.keys(shown.details), shell);
  }
  await close();
}

export const tests = {
  ...Object.fromEntries(Object.keys(LOOKS).map((name) => [`look: ${name}`, (browser, url) => look(browser, url, name)])),
  others,
  advice,
  curl,
};
