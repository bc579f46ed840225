// What the tests share: photos, engines, and separate programs.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Verifier } from 'visavis';

const repository = join(import.meta.dirname, '..', '..', '..');

export const root = join(import.meta.dirname, '..');
export const images = join(repository, 'tests', 'golden', 'images');
export const table = join(repository, 'tests', 'golden', 'cases.tsv');
export const enrolments = join(repository, 'tests', 'golden', 'enrolment.tsv');

/** The library that `cargo xtask onnxruntime` fetches; without it, the tests report what they skip. */
export const onnxruntime = process.env.VISAVIS_TEST_ONNXRUNTIME || undefined;

export const path = (name) => join(images, name);
export const photo = (name) => readFileSync(path(name));

/** The engines that are available. */
export const engines = [['embedded', { engine: 'embedded' }], ...(onnxruntime ? [['onnxruntime', { onnxruntime }]] : [])];

if (!onnxruntime) {
  if (process.env.CI) throw new Error('ONNX Runtime is needed here: set VISAVIS_TEST_ONNXRUNTIME');
  console.error('SKIPPED: tests that need ONNX Runtime, because VISAVIS_TEST_ONNXRUNTIME is not set');
}

/** The verifier for most tests, with the faster engine; created when it is first used. */
let shared;
export const verifier = () => (shared ??= new Verifier(engines.at(-1)[1]));

/** The raw pixels of a binary PPM or PGM, as sharp would give them. */
export function pixels(name) {
  const file = photo(name);
  const header = /^P([56])\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 64));
  const [, kind, width, height] = header.map(Number);
  return { data: file.subarray(header[0].length), width, height, channels: kind === 6 ? 3 : 1 };
}

/** Runs a separate program to its end; `text` is CommonJS and can require visavis. */
export function program(text, { file, env = {}, signal, timeout = 120_000, cwd = root, flags = [] } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...flags, ...(file ? [file] : ['-e', text])], {
      cwd,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, IMAGES: images, ORT: onnxruntime ?? '', ...env },
      timeout,
      signal,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code, killed) => resolve({ code, killed, stdout, stderr }));
  });
}

/** All values of an asynchronous iterable; Node 20 lacks Array.fromAsync. */
export async function all(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}
