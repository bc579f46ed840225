// A file server with a strict policy, a browser whose network is logged, and a page that has the module.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const repository = join(import.meta.dirname, '..', '..', '..');
// The browser driver that the tests of the server's page use.
const { chromium } = createRequire(join(repository, 'server/tests/page/package.json'))('playwright-core');

export const golden = join(repository, 'tests', 'golden');
export const temporary = mkdtempSync(join(tmpdir(), 'visavis-web-'));
export const cleanUp = () => rmSync(temporary, { recursive: true, force: true });

const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };

/** The policy in the README. The module needs no inline styles and no images. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";

const PAGE = '<!doctype html><meta charset="utf-8"><title>test</title><body></body>';

/**
 * Serves folders by the first part of the path. `policy` may depend on the path; `change` may replace a file's bytes.
 * The page is isolated from other origins, so that its memory can be measured.
 */
export async function serve(folders, { policy = STRICT, change = (_, bytes) => bytes } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    asked.push(path);
    const send = (status, kind, body) => response.writeHead(status, {
      'Content-Type': kind,
      'Content-Security-Policy': typeof policy === 'function' ? policy(path) : policy,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    }).end(body);
    if (path === '/') return send(200, 'text/html', PAGE);
    const [, top, ...rest] = normalize(path).split('/');
    const file = folders[top] && join(folders[top], ...rest);
    try {
      const whole = statSync(file).isDirectory() ? join(file, 'index.html') : file;
      send(200, KINDS[extname(whole)] ?? 'application/octet-stream', change(path, readFileSync(whole)));
    } catch {
      send(404, 'text/plain', 'not found');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const stop = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { url: `http://127.0.0.1:${port}/`, asked, stop };
}

/** Processes a list in two lanes: with a worker for each, two cores are busy. */
export const inLanes = (list, work) =>
  Promise.all([0, 1].map(async (lane) => {
    for (let at = lane; at < list.length; at += 2) await work(list[at], lane);
  }));

/** A browser that logs its network traffic, workers included. `log()` closes it and returns the URLs that pages requested. */
export async function launch() {
  const file = join(temporary, `network-${Date.now()}.json`);
  const film = join(temporary, 'webcam.mjpeg');
  const frame = readFileSync(join(golden, 'images/astronaut.jpg'));
  writeFileSync(film, Buffer.concat(Array(30).fill(frame)));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', `--log-net-log=${file}`, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
  });
  const log = async () => {
    await browser.close();
    const { constants, events } = JSON.parse(readFileSync(file, 'utf8'));
    const start = constants.logEventTypes.URL_REQUEST_START_JOB;
    // Requests of a page have an initiator; the browser's own, such as for updates, do not.
    const asked = events.filter(({ type, params }) => type === start && params?.initiator?.startsWith('http'));
    return [...new Set(asked.map(({ params }) => params.url))];
  };
  return { browser, log };
}

/**
 * A page with the module as `visavis`, and `photo(name)` for a golden image's bytes. `close` fails on unexpected
 * errors.
 */
export async function open(browser, url, { expected = /^$/, module = 'web' } = {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems = [];
  const problem = (text) => expected.test(text) || problems.push(text);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problem(message.text()));
  page.on('pageerror', (error) => problem(String(error)));
  await page.goto(url);
  await page.evaluate(async (module) => {
    globalThis.visavis = await import(`/${module}/index.js`);
    globalThis.photo = async (name) => (await fetch(`/images/${name}`)).arrayBuffer();
    // The outcome of a promise, as data.
    globalThis.outcome = (promise) => promise.then(
      ({ score, isMatch }) => ({ score, isMatch }),
      ({ name, code, number, side, stage, message, advice }) => ({ name, code, number, side, stage, message, advice }),
    );
  }, module);
  const close = async () => {
    assert.deepEqual(problems, []);
    await context.close();
  };
  return { page, close };
}
