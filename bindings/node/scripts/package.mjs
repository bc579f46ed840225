// node scripts/package.mjs FOLDER [WEB]: packs what would be published from this machine: the package `visavis`, and the
// one with the native half for this platform. `npm run build` and `cargo xtask web --release` come first; WEB is what the
// latter made, or `none` where it cannot be made.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { binary, machines, root, target, triple } from './platform.mjs';

/** Every package with a native half, as lib/load.js asks for them. */
const TRIPLES = ['linux-x64-gnu'];
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT', 'NOTICE'];
/** What is not in the source folder, or comes with both. */
const SHARED = [...LICENCES, 'LICENSES', 'MODEL_CARD.md'];

const destination = resolve(process.argv[2] ?? root);
const web = process.argv[3] ?? join(target, 'web');
const stage = mkdtempSync(join(tmpdir(), 'visavis-package-'));
const { private: _, scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { version, license, author, engines, publishConfig } = manifest;

/** The half for browsers: no page loads a part of a package that is not there. */
function addWeb(folder) {
  if (!existsSync(join(web, 'visavis_bg.wasm'))) throw new Error(`${web} is not there: run cargo xtask web --release`);
  cpSync(web, join(folder, 'web'), { recursive: true });
}

/** Lays a package out and packs it. */
function pack(name, contents, files) {
  const folder = join(stage, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
  for (const file of files) {
    if (file === 'web') addWeb(folder);
    else cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  for (const licence of LICENCES) copyFileSync(join(root, '..', '..', licence), join(folder, licence));
  // What the networks in the native half ask to be kept with them, and what users must know of them.
  cpSync(join(root, '..', '..', 'models', 'LICENSES'), join(folder, 'LICENSES'), { recursive: true });
  copyFileSync(join(root, '..', '..', 'models', 'MODEL_CARD.md'), join(folder, 'MODEL_CARD.md'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', destination], { cwd: folder, stdio: 'inherit' });
}

try {
  mkdirSync(destination, { recursive: true });
  const optionalDependencies = Object.fromEntries(TRIPLES.map((triple) => [`@visavis/${triple}`, version]));
  if (web === 'none') {
    delete manifest.exports['.'].browser;
    delete manifest.exports['./browser'];
  }
  const files = manifest.files.filter((file) => !SHARED.includes(file) && (file !== 'web' || web !== 'none'));
  pack('main', { ...manifest, optionalDependencies }, [...files, 'README.md']);
  const description = `The native half of visavis for ${triple}`;
  const platform = { name: `@visavis/${triple}`, version, description, license, author, engines, publishConfig, ...machines };
  pack('platform', { ...platform, main: binary, files: [binary, ...SHARED] }, [binary]);
} finally {
  rmSync(stage, { recursive: true });
}
