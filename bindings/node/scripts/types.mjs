// Makes index.d.ts and lib/visavis-error.d.ts out of the JavaScript and its comments; --check compares instead.
// lib/native.d.ts comes out of the Rust: `npm run build` makes it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const made = mkdtempSync(join(tmpdir(), 'visavis-types-'));
try {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, ['--project', root, '--outDir', made], { stdio: 'inherit' });
  for (const file of ['index.d.ts', join('lib', 'visavis-error.d.ts')]) {
    const text = `// Made by scripts/types.mjs out of the JavaScript beside it.\n${readFileSync(join(made, file), 'utf8')}`;
    if (!process.argv.includes('--check')) {
      writeFileSync(join(root, file), text);
    } else if (readFileSync(join(root, file), 'utf8') !== text) {
      throw new Error(`${file} is not what the JavaScript gives: run npm run types`);
    }
  }
} finally {
  rmSync(made, { recursive: true });
}
