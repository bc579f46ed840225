// The message for each error, an unreachable server, and what the page must never do.
import assert from "node:assert/strict";
import * as page from "./harness.mjs";

const VERIFY = "**/api/v1/face/verify*";
/** Browsers write every status from 400 on, and every failed request, to their console. */
const LOGGED = /Failed to load resource/;

/** Errors that the server itself returns for these photos. */
async function ofPhotos(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  for (const [probe, reference, words] of [
    // A format that only the server reads: a damaged file that browsers read is refused when it is chosen.
    ["truncated.ppm", "astronaut.jpg", /probe is missing, or its file is damaged/],
    ["astronaut.jpg", "truncated.ppm", /reference is missing, or its file is damaged/],
    ["gray.png", "astronaut.jpg", /No face was found in the probe\. Is it large enough/],
    // The message says what can be done if the reason is known.
    ["black.jpg", "astronaut.jpg", /No face was found in the probe\. Perhaps the face is dark: turn towards the light\.$/],
    ["astronaut.jpg", "texture.jpg", /No face was found in the reference/],
  ]) {
    await page.compare(tab, probe, reference);
    await page.assertError(tab, words);
    const side = /probe/.test(words.source) ? "probe" : "reference";
    assert.equal(await tab.locator(`[data-side=${side}].problem`).count(), 1);
    assert.equal(await tab.locator(".problem").count(), 1);
  }
  await close();
}

/** Errors that no photo causes, as the server would send them. */
async function ofServers(browser, url) {
  const { page: tab, close } = await page.open(browser, url, { expected: LOGGED });
  const answer = (status, error, headers = {}) => ({ status, headers, json: { hasError: true, error } });
  await page.compare(tab, "astronaut.jpg", "astronaut.jpg");
  for (const [reply, words] of [
    [answer(500, "INTERNAL_ERROR"), /The server failed; the photos are not to blame/],
    [answer(503, "OVERLOADED", { "Retry-After": "1" }), /busy. Try again in 1 second\.$/],
    [answer(429, "TOO_MANY_REQUESTS", { "Retry-After": "60" }), /wrong passwords.*Try again in 60 seconds\.$/],
    [answer(401, "UNAUTHORIZED"), /did not accept the credentials/],
    [answer(408, "REQUEST_TIMEOUT"), /too long to arrive/],
    [answer(413, "REQUEST_TOO_LARGE"), /larger than this server accepts/],
    [answer(400, "INVALID_REQUEST"), /did not understand/],
    [answer(415, "UNSUPPORTED_MEDIA_TYPE"), /answered UNSUPPORTED_MEDIA_TYPE/],
    [{ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }, /Something other than the server.*502/],
    [{ status: 200, json: {} }, /Something other than the server.*200/],
  ]) {
    await tab.route(VERIFY, (route) => route.fulfill(reply));
    await page.press(tab);
    await page.assertError(tab, words);
    await tab.unroute(VERIFY);
  }
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "The same person", "after errors it works again");
  await close();
}

/** A real server that accepts only small bodies and is then stopped. */
async function realServers(browser) {
  const server = await page.serve({ VISAVIS_MAX_BODY_BYTES: "20000" });
  const { page: tab, close } = await page.open(browser, server.url, { expected: LOGGED });
  await page.compare(tab, "astronaut.jpg", "hopper.jpg");
  await page.assertError(tab, /larger than this server accepts/);
  await server.stop();
  await page.press(tab);
  await page.assertError(tab, /server cannot be reached/);
  await close();
}

/** A double click sends one request; a new photo aborts it. */
async function impatience(browser, url) {
  const { page: tab, close } = await page.open(browser, url, { expected: /Failed to load|ERR_FAILED/ });
  let [requests, release] = [0, null];
  const held = new Promise((resolve) => (release = resolve));
  tab.on("request", (request) => (requests += request.method() === "POST"));
  for (const side of ["probe", "reference"]) {
    await page.choose(tab, side, page.image("astronaut.jpg"));
    await page.filled(tab, side);
  }
  await tab.dblclick("#compare");
  await page.idle(tab);
  assert.equal(requests, 1);
  await tab.route(VERIFY, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await tab.click("#compare");
  await tab.waitForSelector('#compare[aria-disabled="true"]');
  assert.equal(await page.status(tab), "Comparing…");
  await page.choose(tab, "reference", page.image("hopper.jpg"));
  await page.idle(tab);
  assert.equal(await page.status(tab), "Both photos are ready.");
  assert.equal(await tab.isHidden("#result"), true);
  release();
  await tab.unroute(VERIFY);
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "Different people");
  await close();
}

/** Nothing is stored, and no foreign script runs. */
async function privacy(browser, url) {
  const init = () => {
    globalThis.objectUrls = 0;
    const real = URL.createObjectURL;
    URL.createObjectURL = (object) => {
      globalThis.objectUrls += 1;
      return real(object);
    };
  };
  const { page: tab, close } = await page.open(browser, url, { init, expected: /TrustedScript|Content Security Policy/ });
  await page.compare(tab, "astronaut.jpg", "hopper.jpg");
  const kept = await tab.evaluate(async () => ({
    urls: globalThis.objectUrls, local: localStorage.length, session: sessionStorage.length, cookies: document.cookie,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  }));
  assert.deepEqual(kept, { urls: 0, local: 0, session: 0, cookies: "", databases: 0, caches: 0 });
  const response = await tab.request.get(url);
  const policy = response.headers()["content-security-policy"];
  assert.ok(policy.startsWith("default-src 'none'") && !/unsafe|\*|data:|blob:|https?:/.test(policy), policy);
  assert.equal(response.headers()["cache-control"], "no-store");
  const ran = await tab.evaluate(() => {
    const script = document.createElement("script");
    try {
      script.textContent = "globalThis.ran = true";
    } catch {
      script.append("globalThis.ran = true");
    }
    document.head.append(script);
    return Boolean(globalThis.ran);
  });
  assert.equal(ran, false, "an inline script runs");
  await tab.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await tab.$eval("#arc", (arc) => getComputedStyle(arc).transitionDuration), "0s");
  await close();
}

export const tests = { "of photos": ofPhotos, "of servers": ofServers, "real servers": realServers, impatience, privacy };
