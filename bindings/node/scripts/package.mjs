// node scripts/package.mjs FOLDER [WEB [PLATFORM=FILE...]]: packs what would be published: the package `visavis`, and one
// with the native half for each platform, of which FILE is the library. First run `npm run build`, which builds this
// machine's, and `cargo xtask web --release`; WEB is the output of the latter, or `none` if it cannot be built.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { binary, compiled, machines, root, target, triple } from './platform.mjs';

const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT', 'NOTICE'];
/** What is not in the source folder, or belongs to both packages. */
const SHARED = [...LICENCES, 'LICENSES', 'MODEL_CARD.md', 'THIRD_PARTY.txt', 'visavis.cdx.json'];

const destination = resolve(process.argv[2] ?? root);
const web = process.argv[3] ?? join(target, 'web');
const given = process.argv.slice(4).map((word) => word.split('='));
/** The native half of each platform. The package names these and no others: lib/load.js lists those that may exist. */
const natives = given.length > 0 ? given : [[triple, join(root, binary)]];
const stage = mkdtempSync(join(tmpdir(), 'visavis-package-'));
const { private: _, scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// A hosted build names its repository here: the registry compares the provenance with it.
const { GITHUB_SERVER_URL: host, GITHUB_REPOSITORY: name } = process.env;
if (host && name) manifest.repository = { type: 'git', url: `git+${host}/${name}.git` };
const { version, license, author, engines, publishConfig, repository } = manifest;

/** Adds the half for browsers, which must have been built: without it no page could load the package. */
function addWeb(folder) {
  if (!existsSync(join(web, 'visavis_bg.wasm'))) throw new Error(`${web} is missing: run cargo xtask web --release`);
  cpSync(web, join(folder, 'web'), { recursive: true });
}

/** Assembles a package and packs it. `files`: the source of each file. `linked`: the crate in it, and its target triple. */
function pack(name, contents, files, linked) {
  const folder = join(stage, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
  for (const [file, from] of Object.entries(files)) {
    if (file === 'web') addWeb(folder);
    else cpSync(from, join(folder, file), { recursive: true });
  }
  for (const licence of LICENCES) copyFileSync(join(root, '..', '..', licence), join(folder, licence));
  // The licences of the networks in the native half require this, and users must know what the model card says.
  cpSync(join(root, '..', '..', 'models', 'LICENSES'), join(folder, 'LICENSES'), { recursive: true });
  copyFileSync(join(root, '..', '..', 'models', 'MODEL_CARD.md'), join(folder, 'MODEL_CARD.md'));
  if (linked) execFileSync('cargo', ['xtask', 'notices', ...linked, folder], { cwd: root, stdio: 'inherit' });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', destination], { cwd: folder, stdio: 'inherit' });
}

try {
  mkdirSync(destination, { recursive: true });
  const optionalDependencies = Object.fromEntries(natives.map(([platform]) => [`@visavis/${platform}`, version]));
  if (web === 'none') {
    delete manifest.exports['.'].browser;
    delete manifest.exports['./browser'];
  }
  const files = manifest.files.filter((file) => !SHARED.includes(file) && (file !== 'web' || web !== 'none'));
  const sources = [...files, 'README.md'].map((file) => [file, join(root, file)]);
  const linked = web !== 'none' && ['visavis-web', 'wasm32-unknown-unknown'];
  pack('main', { ...manifest, optionalDependencies }, Object.fromEntries(sources), linked);
  for (const [platform, library] of natives) {
    const description = `The native half of visavis for ${platform}`;
    const about = { name: `@visavis/${platform}`, version, description, license, author, engines, publishConfig, repository };
    const contents = { ...about, ...machines(platform), main: binary, files: [binary, ...SHARED] };
    pack(platform, contents, { [binary]: library }, ['visavis-node', compiled(platform)]);
  }
} finally {
  rmSync(stage, { recursive: true });
}
