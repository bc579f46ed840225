// Which engine is used: the embedded one, ONNX Runtime by path, or the one in onnxruntime-node.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { triple } from '../scripts/platform.mjs';
import { onnxruntime, program, root } from './support.mjs';

const folder = mkdtempSync(join(tmpdir(), 'visavis-engine-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * A project with visavis and a stand-in for onnxruntime-node with the same layout: the real one would take 113 MB for
 * each run of the tests. `library` creates the library file; the package's own code must never run.
 */
function project(name, library) {
  const modules = join(folder, name, 'node_modules');
  const home = join(modules, 'onnxruntime-node');
  const bin = join(home, 'bin', 'napi-v6', process.platform, process.arch);
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(modules, 'visavis'));
  for (const part of ['index.js', 'lib', 'package.json', 'visavis.node']) {
    symlinkSync(join(root, part), join(modules, 'visavis', part));
  }
  writeFileSync(join(home, 'package.json'), '{ "name": "onnxruntime-node", "main": "index.js" }');
  writeFileSync(join(home, 'index.js'), 'throw new Error("visavis has loaded onnxruntime-node")');
  library(join(bin, 'libonnxruntime.so.1'));
  return join(folder, name);
}

/** The JSON output of a program that resolves modules from their links, not from the links' targets. */
async function says(cwd, text, env = {}) {
  const flags = ['--preserve-symlinks'];
  const top = `const { Verifier, engine, verifySync } = require('visavis'); const photo = process.env.IMAGES + '/astronaut.jpg';`;
  const { code, stdout, stderr } = await program(top + text, { cwd, env: { NODE_NO_WARNINGS: '1', ...env }, flags });
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout);
}

const ENGINE = `console.log(JSON.stringify({ ...engine(), same: verifySync(photo, photo).isMatch, off: process.env.ORT_DISABLE_TELEMETRY }))`;

test('an installed onnxruntime-node is used, and its own code is not', { skip: !onnxruntime }, async () => {
  const cwd = project('installed', (place) => symlinkSync(onnxruntime, place));
  const info = await says(cwd, ENGINE);
  assert.deepEqual([info.name, info.version, info.fallbackReason, info.same, info.off], ['onnxruntime', '1.28.0', undefined, true, '1']);
  assert.match(info.library, /installed\/node_modules\/onnxruntime-node\/bin\/napi-v6/);
  const embedded = await says(cwd, `console.log(JSON.stringify(new Verifier({ engine: 'embedded' }).engine))`);
  assert.deepEqual([embedded.name, embedded.fallbackReason], ['embedded', undefined]);
  // A library that is named is used instead.
  const named = await says(cwd, `console.log(JSON.stringify(new Verifier({ onnxruntime: process.env.ORT }).engine))`);
  assert.equal(named.library, onnxruntime);
  const variable = await says(cwd, ENGINE, { ORT_DYLIB_PATH: onnxruntime });
  assert.equal(variable.library, onnxruntime);
  // One library for a process: a second verifier shares it.
  const both = await says(cwd, `const named = new Verifier({ onnxruntime: process.env.ORT }); console.log(JSON.stringify([named.engine, engine()]))`);
  assert.deepEqual(both.map(({ name }) => name), ['onnxruntime', 'onnxruntime']);
});

test('a broken onnxruntime-node is skipped and reported', async () => {
  const cwd = project('broken', (place) => writeFileSync(place, 'no library'));
  const info = await says(cwd, ENGINE);
  assert.deepEqual([info.name, info.library, info.same], ['embedded', undefined, true]);
  assert.match(info.fallbackReason, /broken\/node_modules\/onnxruntime-node.*(invalid ELF header|file too short)/);
  const failed = await says(cwd, `try { new Verifier({ engine: 'onnxruntime' }) } catch ({ code, number, stage }) { console.log(JSON.stringify({ code, number, stage })) }`);
  assert.deepEqual(failed, { code: 'ENGINE_UNAVAILABLE', number: 63, stage: 'setup' });
});

test('the slower engine, if it was not chosen, causes one warning with the remedy', async () => {
  const cwd = project('warned', (place) => writeFileSync(place, 'no library'));
  const warnings = async (text) => {
    const flags = ['--preserve-symlinks'];
    const { stderr } = await program(`const { Verifier, verify } = require('visavis'); const a = process.env.IMAGES + '/hopper.jpg'; ${text}`, { cwd, flags });
    return stderr.split('\n').filter((line) => line.includes('[VISAVIS_EMBEDDED]'));
  };
  const lines = await warnings('(async () => { await verify(a, a); await verify(a, a); new Verifier(); await Verifier.create(); })()');
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0], /embedded engine: .*warned\/node_modules.*npm install onnxruntime-node/);
  assert.deepEqual(await warnings("new Verifier({ engine: 'embedded' }).verifySync(a, a)"), []);
});

test('a library with telemetry that the program loaded first causes one warning', { skip: !onnxruntime }, async () => {
  const library = join(folder, 'newer.so');
  const flags = ['-shared', '-fPIC', '-DVERSION="1.30.0"', `-DRUNTIME="${onnxruntime}"`, '-o', library];
  execFileSync('cc', [...flags, join(root, '../../tests/c/renamed_runtime.c')]);
  const text = `const { Verifier } = require('visavis'); const o = { onnxruntime: ${JSON.stringify(library)} };
    (async () => { await Verifier.create(o); console.log(JSON.stringify(new Verifier(o).engine)) })()`;
  const both = { ORT_DISABLE_TELEMETRY: undefined, ORT_TELEMETRY_DISABLED: undefined };
  const runs = async (env) => {
    const { code, stdout, stderr } = await program(text, { env: { ...both, ...env } });
    assert.equal(code, 0, stderr);
    const warnings = stderr.split('\n').filter((line) => line.includes('[VISAVIS_TELEMETRY]'));
    return [JSON.parse(stdout).version, JSON.parse(stdout).warning !== undefined, warnings.length];
  };
  assert.deepEqual(await runs({ LD_PRELOAD: library }), ['1.30.0', true, 1]);
  assert.deepEqual(await runs({}), ['1.30.0', false, 0]);
  assert.deepEqual(await runs({ LD_PRELOAD: library, ORT_DISABLE_TELEMETRY: '1' }), ['1.30.0', false, 0]);
});

test('a path that is named must work', async () => {
  for (const library of ['/nowhere/libonnxruntime.so.1', join(root, 'package.json')]) {
    const text = `try { new Verifier({ onnxruntime: ${JSON.stringify(library)} }) } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`;
    const { code, message } = await says(root, text);
    assert.equal(code, 'ENGINE_UNAVAILABLE');
    assert.ok(message.includes(library), message);
  }
});

test('a wrong library in the environment is not skipped silently', async () => {
  for (const settings of ['', "{ engine: 'onnxruntime' }"]) {
    const text = `try { new Verifier(${settings}) } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`;
    const { code, message } = await says(root, text, { ORT_DYLIB_PATH: '/nowhere/libonnxruntime.so.1' });
    assert.equal(code, 'ENGINE_UNAVAILABLE');
    assert.match(message, /\/nowhere\/libonnxruntime\.so\.1/);
  }
});

test('a copy for another platform is reported clearly', async () => {
  const cwd = join(folder, 'foreign');
  mkdirSync(cwd);
  for (const part of ['index.js', 'package.json', 'lib']) cpSync(join(root, part), join(cwd, part), { recursive: true });
  const attempt = (top) => program(`${top} try { require('./index.js') } catch (e) { console.log(e.code, e.message) }`, { cwd });
  const missing = (await attempt('')).stdout;
  const here = `${process.platform}-${process.arch}`;
  assert.ok(missing.startsWith(`ERR_VISAVIS_NATIVE visavis: the native half for ${here} cannot be loaded`), missing);
  assert.match(missing, /--omit=optional/);
  for (const tried of ['visavis.node', `@visavis/${triple}`]) assert.ok(missing.includes(tried), tried);
  const foreign = (await attempt(`Object.defineProperty(process, 'platform', { value: 'aix' });`)).stdout;
  assert.ok(foreign.startsWith(`ERR_VISAVIS_NATIVE visavis: there is no build for aix-${process.arch}, only for linux-x64, linux-arm64`), foreign);
});
