// Completes package-lock.json with the optional packages of platforms other than the one it was made on.
//
// npm leaves out of a lock file what the registry it asked does not have, and a mirror may have the binaries of one
// platform only. `npm ci` then refuses that lock file elsewhere. Run it after every change of a dependency:
//   npm run lock:complete
import { readFileSync, writeFileSync } from 'node:fs';

const OS = new Set(['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']);
const CPU = new Set(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']);

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const added = Object.entries(lock.packages).flatMap(([path, { dev, optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(name, path))
    .map(([name, version]) => [`node_modules/${name}`, entry(name, version, dev)]),
);
Object.assign(lock.packages, Object.fromEntries(added));
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`${added.length} packages added\n`);

/** Node looks for a package in the folder of the one that needs it, then further and further out. */
function isLocked(name, path) {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (`${base}${base && '/'}node_modules/${name}` in lock.packages) return true;
    if (base === '') return false;
  }
}

/** Such packages are named after their platform: `@swc/core-linux-arm64-gnu`. */
function entry(name, version, dev) {
  const words = name.split('/').at(-1).split('-');
  const os = words.filter((word) => OS.has(word));
  const cpu = words.filter((word) => CPU.has(word));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not say its platform`);
  const libc = { gnu: 'glibc', musl: 'musl' }[words.at(-1)];
  return {
    version,
    cpu,
    ...(dev && { dev }),
    ...(libc && os[0] === 'linux' && { libc: [libc] }),
    optional: true,
    os,
  };
}
