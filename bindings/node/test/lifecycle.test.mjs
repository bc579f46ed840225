// The start and the end of processes, workers and verifiers, each in its own program.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engines, program } from './support.mjs';

/** At the top of every program: `options`, `a`, `b`, `Verifier`. */
const TOP = (options) => `
  const { Verifier } = require('visavis');
  const options = ${JSON.stringify(options)};
  const [a, b] = ['astronaut.jpg', 'hopper.jpg'].map((name) => process.env.IMAGES + '/' + name);
`;

async function ends(text, expected = '', options = {}) {
  const { code, killed, stdout, stderr } = await program(text, options);
  assert.deepEqual({ code, killed, stdout, stderr }, { code: 0, killed: null, stdout: expected, stderr: '' });
}

for (const [name, options] of engines) {
  const top = TOP(options);

  test(`a process ends by itself (${name})`, async () => {
    await ends(`require('visavis')`);
    await ends(`${top} new Verifier(options)`);
    await ends(`${top} new Verifier(options).verifySync(a, b)`);
    await ends(`${top} const v = new Verifier(options); v.verify(a, b).then(() => console.log('verified'))`, 'verified\n');
    await ends(`${top} Verifier.create(options).then((v) => console.log(v.engine.name))`, `${name}\n`);
  });

  test(`pending work is finished first (${name})`, async () => {
    await ends(
      `${top} const v = new Verifier(options); let n = 0;
       for (let i = 0; i < 10; i++) v.verify(a, b).then(() => n++);
       process.on('exit', () => console.log(n))`,
      '10\n',
    );
    await ends(
      `${top} let v = new Verifier(options); const done = v.verify(a, b); v = undefined; gc();
       done.then(() => { gc(); console.log('verified') })`,
      'verified\n',
      { flags: ['--expose-gc'] },
    );
  });

  test(`process.exit() and an uncaught error during work behave as without visavis (${name})`, async () => {
    for (let round = 0; round < 8; round += 1) {
      const text = `${top} const v = new Verifier({ ...options, workers: 3 });
        for (let i = 0; i < 20; i++) v.verify(a, b);
        setTimeout(() => process.exit(7), ${round * 10})`;
      const { code, killed, stderr } = await program(text);
      assert.deepEqual({ code, killed, stderr }, { code: 7, killed: null, stderr: '' }, `round ${round}`);
    }
    // While the engine is being loaded, too.
    for (let round = 0; round < 8; round += 1) {
      const text = `${top} Verifier.create(options).catch(() => {}); setTimeout(() => process.exit(7), ${4 * round})`;
      const { code, killed, stderr } = await program(text);
      assert.deepEqual({ code, killed, stderr }, { code: 7, killed: null, stderr: '' }, `round ${round}`);
    }
    const nested = await program(`process.on('exit', () => process.exit(8)); ${top} new Verifier(options).verify(a, b); setImmediate(() => process.exit(7))`);
    assert.deepEqual([nested.code, nested.killed, nested.stderr], [8, null, '']);
    const text = `${top} new Verifier(options).verify(a, b); setTimeout(() => { throw new Error('on purpose') }, 5)`;
    const { code, killed, stderr } = await program(text);
    assert.deepEqual([code, killed], [1, null]);
    assert.match(stderr, /on purpose/);
  });

  test(`workers load it, end, and are terminated during work (${name})`, async () => {
    const worker = (text) => `new Worker(${JSON.stringify(top)} + ${JSON.stringify(text)}, { eval: true })`;
    // In workers only: the main program never loads it.
    await ends(
      `const { Worker } = require('worker_threads');
       const run = (n) => { if (n) ${worker(`new Verifier(options).verify(a, b).then((v) => require('worker_threads').parentPort.postMessage(v.isMatch))`)}
         .on('message', (m) => console.log(m)).on('exit', () => run(n - 1)) };
       run(3)`,
      'false\nfalse\nfalse\n',
    );
    // In several workers at once and in the main program.
    await ends(
      `${top} const { Worker } = require('worker_threads');
       const v = new Verifier(options);
       for (let i = 0; i < 4; i++) ${worker(`const v = new Verifier({ ...options, workers: 1 }); v.verifySync(a, b); v.verify(a, b).then(() => console.log('worker'))`)}
       v.verify(a, b).then(() => {})`,
      'worker\n'.repeat(4),
    );
    await ends(
      `${top} const { Worker } = require('worker_threads');
       const v = new Verifier(options);
       (async () => {
         for (let i = 0; i < 10; i++) {
           const w = ${worker(`const v = new Verifier({ ...options, workers: 2 }); for (let i = 0; i < 20; i++) v.verify(a, b); require('worker_threads').parentPort.postMessage('up')`)};
           await new Promise((up) => w.once('message', up));
           await new Promise((later) => setTimeout(later, 7 * i));
           await w.terminate();
         }
         console.log((await v.verify(a, b)).isMatch);
       })()`,
      'false\n',
    );
    await ends(
      `const { Worker } = require('worker_threads');
       ${worker(`new Verifier(options).verify(a, b); process.exit(3)`)}.on('exit', (code) => console.log(code))`,
      '3\n',
    );
  });
}

test('it can be loaded several times', async () => {
  const [, options] = engines.at(-1);
  await ends(
    `${TOP(options)}
     const first = new Verifier(options);
     let again;
     for (let load = 0; load < 20; load++) {
       for (const name of Object.keys(require.cache)) delete require.cache[name];
       again = require('visavis');
     }
     if (again.Verifier === Verifier) throw new Error('the same module');
     const second = new again.Verifier(options);
     Promise.all([first.verify(a, b), second.verify(a, b)]).then(([x, y]) => console.log(x.score === y.score))`,
    'true\n',
  );
});

test('verifiers that are no longer used are freed, and their threads with them', async () => {
  const [, options] = engines.at(-1);
  await ends(
    `${TOP(options)}
     const { readdirSync } = require('fs');
     const tick = () => new Promise((turn) => setImmediate(turn));
     const threads = () => readdirSync('/proc/self/task').length;
     (async () => {
       const before = threads();
       let most = 0;
       for (let i = 0; i < 30; i++) {
         await new Verifier({ ...options, workers: 2 }).verify(a, b);
         most = Math.max(most, threads());
         await tick(); gc(); await tick();
       }
       console.log(most > before, threads() <= before + 6, process.memoryUsage().rss < 600 * 2 ** 20);
     })()`,
    'true true true\n',
    { flags: ['--expose-gc'] },
  );
});

test('a loop that creates verifiers does not accumulate their memory and threads', async () => {
  const [, options] = engines.at(-1);
  await ends(
    `${TOP(options)}
     const { readdirSync } = require('fs');
     (async () => {
       let threads = 0, memory = 0;
       for (let i = 0; i < 100; i++) {
         await new Verifier({ ...options, workers: 2 }).detect(process.env.IMAGES + '/hopper-128.png');
         threads = Math.max(threads, readdirSync('/proc/self/task').length);
         memory = Math.max(memory, process.memoryUsage().rss / 2 ** 20);
       }
       console.log(threads < 35, memory < 450);
     })()`,
    'true true\n',
  );
});

test('a closed verifier has no threads and no memory, and its calls fail with CLOSED', async () => {
  const [, options] = engines.at(-1);
  await ends(
    `${TOP(options)}
     const { readdirSync } = require('fs');
     const threads = () => readdirSync('/proc/self/task').length;
     const codes = (outcomes) => outcomes.map(({ status, reason }) => reason?.code ?? status).join();
     (async () => {
       const before = threads();
       const kept = [];
       for (let i = 0; i < 20; i++) {
         const v = new Verifier({ ...options, workers: 2 });
         await Promise.all([v.verify(a, b), v.verify(b, a)]);
         v.close();
         kept.push(v);
       }
       await new Promise((later) => setTimeout(later, 500));
       console.log(threads() <= before + 4, process.memoryUsage().rss < 300 * 2 ** 20);
       const [v] = kept;
       v.close();
       v[Symbol.dispose]();
       console.log(codes(await Promise.allSettled([v.verify(a, b), v.detect(a), v.extract(a)])));
       for (const call of [() => v.verifySync(a, b), () => v.engine]) try { call() } catch ({ name, code, number }) { console.log(name, code, number) }
       // Running calls finish; waiting ones fail.
       const w = new Verifier({ ...options, workers: 1 });
       const calls = [1, 2, 3, 4].map(() => w.verify(a, b));
       await calls[0];
       setImmediate(() => w.close());
       const rest = codes(await Promise.allSettled(calls));
       console.log(/^fulfilled,(fulfilled|CLOSED),(fulfilled|CLOSED),CLOSED$/.test(rest) || rest);
     })()`,
    'true true\nCLOSED,CLOSED,CLOSED\nVisavisError CLOSED undefined\nVisavisError CLOSED undefined\ntrue\n',
  );
});
