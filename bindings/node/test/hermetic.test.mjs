// A verification opens no network socket and writes no file: checked by strace, in a namespace without a network.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { engines, images, root } from './support.mjs';

/** Every call that names a file, every call about sockets, and those that change a file by its descriptor. */
const STRACE = ['strace', '-f', '-qq', '-e', 'trace=%file,%network,ftruncate,fallocate,fchmod,fchown', '-o'];
/** Calls with a file's name that only read. */
const LOOKING = /^(access|chdir|execve|faccessat2?|getcwd|l?getxattr|l?stat|newfstatat|readlink(at)?|statfs|statx)$/;
/** Where writing leaves nothing behind. */
const HARMLESS = /"\/dev\/(null|tty|pts\/)|"\/proc\/self\//;
const WRITES = /O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)/;

/** Whether a line of the trace opens or uses a network socket, or changes a file. */
function offends(line) {
  // PID NAME(ARGUMENTS) = RESULT
  const [, name, given] = /^\d*\s*(\w+)\((.*)/.exec(line) ?? [];
  if (name === undefined || LOOKING.test(name)) return false;
  if (/^open/.test(name)) return WRITES.test(given) && !HARMLESS.test(given);
  if (/^socket(pair)?$/.test(name)) return !given.startsWith('AF_UNIX');
  if (/^(bind|connect|send(to|msg|mmsg))$/.test(name)) return given.includes('sa_family=') && !given.includes('sa_family=AF_UNIX');
  return !/^(accept4?|getpeername|getsockname|getsockopt|setsockopt|listen|recv(from|msg|mmsg)|shutdown)$/.test(name);
}

const works = ([name, ...rest]) => spawnSync(name, [...rest, '/dev/null', 'true']).status === 0;
/** Inside a namespace without a network where that is allowed. */
const watch = [['unshare', '-n', ...STRACE], ['unshare', '-rn', ...STRACE], STRACE].find(works);
if (!watch && process.env.CI) throw new Error('strace is needed here');

for (const [engine, options] of engines) {
  test(`a verification uses no network and writes no file (${engine})`, { skip: !watch && 'strace is missing or may not trace here' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'visavis-hermetic-'));
    try {
      const [home, trace] = [join(folder, 'home'), join(folder, 'trace')];
      mkdirSync(home);
      const text = `const { Verifier } = require('visavis');
        const [a, b] = ['astronaut.jpg', 'hopper.jpg'].map((name) => ${JSON.stringify(images)} + '/' + name);
        Verifier.create(${JSON.stringify(options)}).then((v) => v.verify(a, b)).then(({ isMatch }) => console.log(isMatch))`;
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined, HOME: home, XDG_CACHE_HOME: home };
      const [name, ...rest] = [...watch, trace, process.execPath, '-e', text];
      const { status, stdout, stderr } = spawnSync(name, rest, { cwd: root, env, encoding: 'utf8' });
      assert.deepEqual([status, stdout, stderr], [0, 'false\n', '']);
      const lines = readFileSync(trace, 'utf8').split('\n');
      assert.ok(lines.some((line) => /hopper\.jpg", O_RDONLY/.test(line)), 'the trace shows what the program does');
      assert.deepEqual(lines.filter(offends), []);
      assert.deepEqual(readdirSync(home), []);
      console.log(`${engine}: no socket, no written file in ${lines.length} calls (${watch[0]})`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('the check detects a socket and a written file', { skip: !watch && 'strace is missing or may not trace here' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-hermetic-'));
  try {
    const text = `require('fs').writeFileSync('${folder}/file', ''); require('net').connect(9, '127.0.0.1').on('error', () => {})`;
    const [name, ...rest] = [...watch, join(folder, 'trace'), process.execPath, '-e', text];
    assert.equal(spawnSync(name, rest).status, 0);
    const found = readFileSync(join(folder, 'trace'), 'utf8').split('\n').filter(offends).join('\n');
    assert.match(found, /openat\(.*\/file".*O_WRONLY/);
    assert.match(found, /socket\(AF_INET/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
