// Builds the native half for this machine, makes lib/native.d.ts out of the Rust and checks the JavaScript's types.
// --check compares lib/native.d.ts with the committed one instead; --debug builds in a fraction of the time;
// --library=FILE takes one that was built elsewhere, and builds here for the types only.
//
// Not by `napi build`, which compiles for a named target and with it everything a second time.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateTypeDef } from '@napi-rs/cli';
import { binary, library, root, target } from './platform.mjs';

const check = process.argv.includes('--check');
const given = process.argv.find((word) => word.startsWith('--library='))?.slice('--library='.length);
const debug = given || process.argv.includes('--debug');
const made = mkdtempSync(join(tmpdir(), 'visavis-types-'));

/** The types come out while the Rust compiles, so it is compiled in any case. */
function build() {
  const env = { ...process.env, NAPI_TYPE_DEF_TMP_FOLDER: join(made, 'rust'), NAPI_FORCE_BUILD_VISAVIS_NODE: `${Date.now()}` };
  mkdirSync(env.NAPI_TYPE_DEF_TMP_FOLDER);
  // In a debug build all dependencies are there already, with the features that the whole workspace gives them.
  const which = debug ? ['--workspace'] : ['--release', '--package', 'visavis-node'];
  execFileSync('cargo', ['build', ...which, '--lib'], { cwd: join(root, '..', '..'), env, stdio: 'inherit' });
  // Under another name first: a program that has the old one mapped must not see it change.
  const fresh = join(root, `${binary}.new`);
  copyFileSync(given || join(target, debug ? 'debug' : 'release', library), fresh);
  execFileSync('strip', [process.platform === 'darwin' ? '-x' : '--strip-unneeded', fresh]);
  renameSync(fresh, join(root, binary));
}

function commit(file, text) {
  if (!check) writeFileSync(join(root, file), text);
  else if (readFileSync(join(root, file), 'utf8') !== text) {
    throw new Error(`${file} is not what the sources give: run npm run build`);
  }
}

async function types() {
  const { dts, exports } = await generateTypeDef({ typeDefDir: join(made, 'rust'), noDtsHeader: true, constEnum: false, cwd: root });
  if (exports.length === 0) throw new Error('the Rust gave no types');
  // Comments that went through a macro come out as raw strings.
  const text = dts.trimStart().replaceAll('* r" ', '* ');
  commit('lib/native.d.ts', `// Made by scripts/build.mjs out of the Rust in src/.\n${text}`);
  // The JavaScript is checked against them.
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', root], { stdio: 'inherit' });
}

try {
  build();
  await types();
} finally {
  rmSync(made, { recursive: true });
}
