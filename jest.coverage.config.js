// Tests of the parts, with coverage: `PART=core`, `PART=leaves` or `PART=edges`. Merging the coverage of many test files takes much
// longer than that of a part after the other, and the tests of the whole have nothing to add to it.
import base, { pure } from './jest.config.js';

const PARTS = {
  core: ['domain', 'upgrade'],
  leaves: ['rancher', 'store'],
  edges: ['common', 'config', 'health', 'http', 'metrics', 'notify'],
};

const part = process.env.PART ?? 'core';
const rooms = PARTS[part];
const roots = rooms.map((room) => `<rootDir>/src/${room}`);
const everyBranch = Object.fromEntries(pure.map((path) => [`./src/${path}`, { branches: 100 }]));

/** @type {import('jest').Config} */
export default {
  ...base,
  roots: part === 'leaves' ? [...roots, '<rootDir>/test/contracts'] : roots,
  collectCoverage: true,
  coverageReporters: ['text-summary', 'json-summary'],
  coverageDirectory: `coverage/${part}`,
  // Left out: wiring, which only the tests of the whole run, and files of types alone.
  collectCoverageFrom: [
    `src/{${rooms.join(',')}}/**/*.ts`,
    '!src/**/*.spec.ts',
    '!src/**/*.{controller,module}.ts',
    '!src/store/sqlite/schema.ts',
    '!src/rancher/cattle/api/cattle.wire.ts',
  ],
  coverageThreshold: { global: { lines: 90 }, ...(part === 'core' && everyBranch) },
};
