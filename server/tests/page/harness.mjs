// The server's program, a browser, and helpers for tests of the page.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

export const [program, images] = process.argv.slice(2);
// The page's command for curl names this user.
export const [username, password] = ["dev", "correct horse"];
export const image = (name) => join(images, name);
export const temporary = mkdtempSync(join(tmpdir(), "visavis-page-"));

/** A server on a free port. */
export async function serve(settings = {}) {
  const server = spawn(program, ["--listen", "127.0.0.1:0"], {
    env: { ...process.env, VISAVIS_USERNAME: username, VISAVIS_PASSWORD: password, ...settings },
    stdio: ["ignore", "inherit", "pipe"],
  });
  const kill = () => server.kill();
  process.on("exit", kill);
  const url = await new Promise((resolve, reject) => {
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    createInterface(server.stderr).on("line", (line) => {
      const address = /127\.0\.0\.1:\d+/.exec(line);
      if (address) resolve(`http://${address[0]}/`);
    });
  });
  const stop = async () => {
    process.off("exit", kill);
    const ended = once(server, "exit");
    server.kill();
    await ended;
  };
  return { url, stop };
}

/** A browser whose webcam shows a portrait in a loop. */
export function launch(portrait = "astronaut.jpg") {
  const film = join(temporary, `${portrait}.mjpeg`);
  const frame = readFileSync(image(portrait));
  writeFileSync(film, Buffer.concat(Array(30).fill(frame)));
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`],
  });
}

export const cleanUp = () => rmSync(temporary, { recursive: true, force: true });

/**
 * Opens the page in a new context. Collects requests to other addresses and unexpected errors; `close` fails if there are
 * any.
 */
export async function open(browser, url, options = {}) {
  const { expected = /^$/, init, permissions = [], ...context } = options;
  const opened = await browser.newContext({ httpCredentials: { username, password }, ...context });
  await opened.grantPermissions(permissions, { origin: new URL(url).origin });
  const page = await opened.newPage();
  const problems = [];
  // The tests read back the pixels that the page draws, which Chromium warns about; the page itself does not.
  const problem = (text) => expected.test(text) || text.includes("willReadFrequently") || problems.push(text);
  page.on("request", (request) => request.url().startsWith(url) || problem(`request to ${request.url()}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problem(message.text()));
  page.on("pageerror", (error) => problem(String(error)));
  if (init) await page.addInitScript(init);
  await page.goto(url);
  const close = async () => {
    assert.deepEqual(problems, []);
    await opened.close();
  };
  return { page, close };
}

export const choose = (page, side, path) => page.setInputFiles(`[data-side=${side}] input`, path);
export const filled = (page, side) => page.waitForSelector(`[data-side=${side}].filled`);
export const status = (page) => page.textContent("#status");
export const idle = (page) => page.waitForSelector('#compare[aria-disabled="false"]');

/** Chooses both photos by their names among the golden images and presses the button. */
export async function compare(page, probe, reference) {
  for (const [side, file] of Object.entries({ probe, reference })) {
    await choose(page, side, image(file));
    await filled(page, side);
  }
  await press(page);
}

/** Presses the button and waits until the comparison has ended. */
export async function press(page) {
  await page.click("#compare");
  await idle(page);
}

/** Asserts that this error is shown, and no verdict. */
export async function assertError(page, words) {
  await page.waitForSelector("#status.error");
  assert.match(await status(page), words);
  assert.equal(await page.isHidden("#result"), true);
}

/** Files as a DataTransfer, for drop and paste. */
export function transfer(page, ...paths) {
  const files = paths.map((path) => ({ name: path.split("/").pop(), base64: readFileSync(path).toString("base64") }));
  return page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
    }
    return transfer;
  }, files);
}
