// The types work in strict programs with both kinds of modules. scripts/build.mjs --check compares them with the sources.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';

import * as visavis from 'visavis';
import { root } from './support.mjs';

const tsc = (...options) => spawnSync(join(root, 'node_modules/.bin/tsc'), options, { cwd: root, encoding: 'utf8' });

for (const module of ['nodenext', 'node16']) {
  test(`tsc --strict compiles the usage files (${module})`, () => {
    const { status, stdout } = tsc('--project', 'test/types', '--module', module);
    assert.deepEqual([status, stdout], [0, '']);
  });
}

test('index.d.ts declares exactly the exported names', () => {
  const text = readFileSync(join(root, 'index.d.ts'), 'utf8');
  const values = [...text.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(values.sort(), Object.keys(visavis).sort());
  for (const name of ['Template', 'Verifier']) {
    const [, body] = new RegExp(`^export class ${name} {\n(.*?)^}`, 'ms').exec(text);
    const members = [...body.matchAll(/^  (?:private |static |get )?(\w+|\[Symbol\.dispose\])[(<]/gm)].map(([, member]) => member);
    const own = (object, hidden) => Reflect.ownKeys(object).filter((key) => !hidden.includes(key)).map((key) => (key === Symbol.dispose ? '[Symbol.dispose]' : key));
    const there = [...own(visavis[name].prototype, [inspect.custom]), ...own(visavis[name], ['length', 'name', 'prototype'])];
    assert.deepEqual(members.sort(), there.sort(), name);
  }
});

test('the type ErrorCode lists exactly the existing codes', () => {
  const [, union] = /^export type ErrorCode =(.*?);/ms.exec(readFileSync(join(root, 'index.d.ts'), 'utf8'));
  const types = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  const source = readFileSync(join(root, '../../core/src/error.rs'), 'utf8');
  const codes = [...source.matchAll(/^    \w+ = \d+, "(\w+)";/gm)].map(([, code]) => code);
  assert.ok(codes.length > 15);
  assert.deepEqual(types.sort(), [...codes, 'QUEUE_FULL', 'CLOSED'].sort());
});

test('one version everywhere', () => {
  for (const file of ['package.json', 'package-lock.json']) {
    assert.equal(JSON.parse(readFileSync(join(root, file), 'utf8')).version, visavis.version, file);
  }
});
