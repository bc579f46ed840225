// The current platform, as cargo, Node and the names of the packages call it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

const FILES = { linux: 'libvisavis_node.so', darwin: 'libvisavis_node.dylib' };

/** A Node built for musl reports no version of glibc. */
const libc = () => (process.report.getReport().header.glibcVersionRuntime ? '-gnu' : '-musl');

export const triple = `${process.platform}-${process.arch}${process.platform === 'linux' ? libc() : ''}`;
export const binary = 'visavis.node';
export const library = FILES[process.platform];

/** What npm needs to know to install the package of a platform on the right machines only. @param {string} platform */
export function machines(platform) {
  const [os, cpu, abi] = platform.split('-');
  return { os: [os], cpu: [cpu], ...(abi && { libc: [abi === 'gnu' ? 'glibc' : abi] }) };
}

const CPUS = { x64: 'x86_64', arm64: 'aarch64' };
const SYSTEMS = { linux: 'unknown-linux', darwin: 'apple-darwin' };

/** The target triple of a platform. @param {string} platform */
export function compiled(platform) {
  const [os, cpu, abi] = platform.split('-');
  return [CPUS[cpu], SYSTEMS[os], ...(abi ? [abi] : [])].join('-');
}

const metadata = execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], { cwd: root, maxBuffer: 1 << 28 });
export const target = JSON.parse(metadata).target_directory;
