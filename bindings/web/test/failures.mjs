// Failures: hostile files, wrong arguments, missing models, a worker that breaks.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { STRICT, golden, inLanes, open, serve } from './harness.mjs';

/** Photos that are not committed, used if they exist. */
const SHARED = join(golden, '../../../shared/data/decode');

/** Every file gives an answer or a named error, and both workers survive. */
async function hostileFiles({ browser, folders }) {
  const extra = existsSync(SHARED) ? { shared: SHARED } : {};
  const server = await serve({ ...folders, ...extra });
  const { page, close } = await open(browser, server.url);
  const list = (top, folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(md|csv)$|SHA256SUMS/.test(entry.name))
    .map((entry) => `/${top}${join(entry.parentPath, entry.name).slice(folder.length)}`);
  const files = [...list('images', folders.images), ...(extra.shared ? list('shared', SHARED) : [])];
  const codes = {};
  await inLanes(files, async (file, lane) => {
    const got = await page.evaluate(async ([file, lane]) => {
      const quick = ((globalThis.verifiers ??= [])[lane] ??= new visavis.Verifier({ search: 'quick' }));
      const bytes = await (await fetch(file)).blob();
      return quick.detect(bytes).then(({ faces }) => ({ faces: faces.length }), ({ name, code, message }) => ({ name, code, message }));
    }, [encodeURI(file), lane]);
    if (got.faces === undefined) {
      assert.equal(got.name, 'VisavisError', `${file}: ${got.message}`);
      assert.ok(!['PANIC', 'INTERNAL', 'OUT_OF_MEMORY', 'FILE_UNREADABLE'].includes(got.code), `${file}: ${got.code} ${got.message}`);
    }
    codes[got.code ?? 'read'] = (codes[got.code ?? 'read'] ?? 0) + 1;
  });
  assert.ok(codes.read > 50 && codes.CORRUPT_IMAGE > 5 && codes.IMAGE_TOO_LARGE > 5, JSON.stringify(codes));
  const scores = await page.evaluate(async () => {
    const bytes = await photo('astronaut.jpg');
    return Promise.all(verifiers.map(async (verifier) => (await verifier.verify(bytes, bytes)).score));
  });
  assert.deepEqual(scores, [100, 100]);
  assert.equal(server.asked.filter((path) => path.endsWith('worker.js')).length, 2);
  console.log(`    ${files.length} files: ${Object.entries(codes).map(([code, count]) => `${code} ${count}`).join(', ')}`);
  if (!extra.shared) console.log('    SKIPPED: the photos of shared/data/decode, which are missing');
  await close();
  await server.stop();
}

async function wrongArguments({ browser, url }) {
  const { page, close } = await open(browser, url);
  const found = await page.evaluate(async () => {
    const attempt = async (work) => {
      try {
        await work();
        return 'nothing';
      } catch ({ name, code, message }) {
        return [name, code, message];
      }
    };
    const bytes = await photo('hopper.jpg');
    return {
      path: await attempt(() => visavis.detect('photo.jpg')),
      wide: await attempt(() => visavis.detect(new Uint16Array(4))),
      unknown: await attempt(() => visavis.detect(bytes, { speed: 3 })),
      quality: await attempt(() => visavis.detect(bytes, { quality: 'yes' })),
      option: await attempt(() => visavis.Verifier.create({ threshold: 101 })),
      misspelt: await attempt(() => new visavis.Verifier({ treshold: 3 })),
      engine: await attempt(() => visavis.Verifier.create({ engine: 'onnxruntime' })),
      pixels: await attempt(() => visavis.detect({ data: new Uint8Array(5), width: 2, height: 2, channels: 3 })),
      video: await attempt(() => visavis.detect(document.createElement('video'))),
      empty: await attempt(() => visavis.detect(new Blob([]))),
      large: await attempt(() => new visavis.Verifier({ maxBytes: 10 }).detect(new Blob([bytes]))),
      template: await attempt(() => visavis.compare({}, {})),
      aborted: await attempt(() => visavis.detect(bytes, { signal: AbortSignal.abort() })),
    };
  });
  const codes = Object.fromEntries(Object.entries(found).map(([name, [kind, code]]) => [name, `${kind} ${code}`]));
  assert.deepEqual(codes, {
    path: 'TypeError ERR_INVALID_ARG_TYPE',
    wide: 'TypeError ERR_INVALID_ARG_TYPE',
    unknown: 'VisavisError INVALID_ARGUMENT',
    quality: 'TypeError ERR_INVALID_ARG_TYPE',
    option: 'VisavisError INVALID_ARGUMENT',
    misspelt: 'VisavisError INVALID_ARGUMENT',
    engine: 'VisavisError ENGINE_UNAVAILABLE',
    pixels: 'VisavisError INVALID_PIXELS',
    video: 'VisavisError INVALID_ARGUMENT',
    empty: 'VisavisError EMPTY_IMAGE',
    large: 'VisavisError IMAGE_TOO_LARGE',
    template: 'TypeError ERR_INVALID_ARG_TYPE',
    aborted: 'AbortError ABORT_ERR',
  });
  assert.match(found.option[2], /threshold must be from 0 to 100/);
  await close();
}

/** Waiting calls can be aborted, rejected and closed; the page is not blocked. */
async function waiting({ browser, url }) {
  const { page, close } = await open(browser, url);
  const found = await page.evaluate(async () => {
    const bytes = await photo('astronaut.jpg');
    const verifier = await visavis.Verifier.create({ queueLength: 2 });
    const order = [];
    const controller = new AbortController();
    const code = (promise, name) => promise.then(() => order.push(`${name} done`), (error) => order.push(`${name} ${error.code}`));
    const calls = [
      code(verifier.detect(bytes), 'first'),
      code(verifier.detect(bytes, { signal: controller.signal }), 'second'),
      code(verifier.detect(bytes), 'third'),
    ];
    await new Promise((resolve) => setTimeout(resolve));
    calls.push(code(verifier.detect(bytes), 'fourth'));
    await new Promise((resolve) => setTimeout(resolve));
    order.push('the page is not blocked');
    controller.abort();
    await calls[1];
    verifier.close();
    await Promise.all(calls);
    await code(verifier.detect(bytes), 'late');
    const hurried = new visavis.Verifier({ deadline: 1e-6 });
    await code(hurried.detect(bytes), 'hurried');
    return order;
  });
  assert.deepEqual(found, ['fourth QUEUE_FULL', 'the page is not blocked', 'second ABORT_ERR', 'third CLOSED', 'first done', 'late CLOSED', 'hurried DEADLINE_EXCEEDED']);
  await close();
}

/** Models that were changed, are missing or are on another origin; and a failure is not remembered. */
async function models({ browser, url, folders }) {
  const other = await serve(folders);
  let missing = true;
  const server = await serve({ ...folders, changed: folders.web, away: folders.web }, {
    change: (path, bytes) => {
      if (path.startsWith('/away/') && missing) throw new Error('not there');
      if (path === '/changed/models/mobilefacenet.onnx') bytes[1000] ^= 1;
      return bytes;
    },
  });
  const { page, close } = await open(browser, server.url, { expected: /404|Failed to fetch|Failed to load|Content Security Policy|ERR_|violates/ });
  const start = (models) => page.evaluate(async (models) => outcome(visavis.Verifier.create({ models }).then(() => ({ score: 1 }))), models);
  const changed = await start('/changed/models');
  assert.deepEqual([changed.code, changed.number, changed.stage], ['MODEL_HASH_MISMATCH', 62, 'setup']);
  assert.equal((await start('/nowhere/')).code, 'MODEL_NOT_FOUND');
  assert.equal((await start(`${other.url}web/models/`)).code, 'MODEL_NOT_FOUND');
  assert.deepEqual(other.asked, [], 'another origin received a request');
  await page.evaluate(() => { globalThis.kept = new visavis.Verifier({ models: '/away/models/' }); });
  const again = () => page.evaluate(async () => outcome(kept.verify(await photo('hopper.jpg'), await photo('hopper.jpg'))));
  assert.equal((await again()).code, 'MODEL_NOT_FOUND');
  missing = false;
  assert.equal((await again()).score, 100);
  await close();
  await other.stop();
  await server.stop();
}

/** A defect is an error of the affected call; the next call has a new worker. */
async function brokenWorker({ browser, folders }) {
  const server = await serve({ ...folders }, {
    change: (path, bytes) => (path.endsWith('/worker.js') ? Buffer.from(`${bytes}`.replace('detect: async (core, {', "detect: async (core, { photo: { bytes: { size } } }) => size === 5 ? trap() : 0,\n  detectAll: async (core, {").replace('const TASKS', 'function trap() { throw new WebAssembly.RuntimeError("unreachable"); }\nconst TASKS')) : bytes),
  });
  const { page, close } = await open(browser, server.url);
  const found = await page.evaluate(async () => {
    const broken = await outcome(visavis.detect(new Blob(['panic'])));
    return [broken, await outcome(visavis.verify(await photo('hopper.jpg'), await photo('hopper.jpg')))];
  });
  assert.deepEqual([found[0].code, found[0].number, found[1].score], ['PANIC', 99, 100]);
  assert.equal(server.asked.filter((path) => path.endsWith('worker.js')).length, 2);
  await close();
  await server.stop();
}

/** If the policy forbids WebAssembly, or the worker is missing, the error is ENGINE_UNAVAILABLE. */
async function forbidden({ browser, folders }) {
  const expected = /Content Security Policy|violates|404|Failed to load|unsafe-eval/;
  const strict = await serve(folders, { policy: STRICT.replace(" 'wasm-unsafe-eval'", '') });
  const halved = await serve(folders, { change: (path, bytes) => { if (path.endsWith('worker.js')) throw new Error('no'); return bytes; } });
  for (const server of [strict, halved]) {
    const { page, close } = await open(browser, server.url, { expected });
    const got = await page.evaluate(async () => outcome(visavis.detect(await photo('hopper.jpg'))));
    assert.deepEqual([got.code, got.number, got.stage], ['ENGINE_UNAVAILABLE', 63, 'setup'], got.message);
    await close();
    await server.stop();
  }
}

/** A page that requires trusted types creates the worker itself; its own header need not allow WebAssembly. */
async function trustedTypes({ browser, folders }) {
  const page = STRICT.replace(" 'wasm-unsafe-eval'", '') + "; trusted-types own; require-trusted-types-for 'script'";
  const server = await serve(folders, { policy: (path) => (path.endsWith('/worker.js') ? STRICT : page) });
  const opened = await open(browser, server.url, { expected: /TrustedScriptURL|Trusted Type/ });
  const found = await opened.page.evaluate(async () => {
    const own = trustedTypes.createPolicy('own', { createScriptURL: (url) => url });
    const worker = () => new Worker(own.createScriptURL('/web/worker.js'), { type: 'module' });
    const bytes = await photo('hopper.jpg');
    return [await outcome(visavis.verify(bytes, bytes)), await outcome(new visavis.Verifier({ worker }).verify(bytes, bytes))];
  });
  assert.deepEqual([found[0].code, found[1].score], ['ENGINE_UNAVAILABLE', 100]);
  await opened.close();
  await server.stop();
}

export const tests = { hostileFiles, wrongArguments, waiting, models, brokenWorker, forbidden, trustedTypes };
