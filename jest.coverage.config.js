// Tests of the parts, with coverage: `PART=core` or `PART=edges`. Merging the coverage of many test files takes much longer
// than twice that of half as many, and the tests of the whole have nothing to add to it.
import base, { pure } from './jest.config.js';

const CORE = ['domain', 'upgrade'];
const EDGES = ['common', 'config', 'health', 'http', 'metrics', 'notify', 'rancher', 'store'];

const isCore = process.env.PART !== 'edges';
const rooms = isCore ? CORE : EDGES;
const folders = rooms.map((room) => `<rootDir>/src/${room}`);
const everyBranch = Object.fromEntries(pure.map((path) => [`./src/${path}`, { branches: 100 }]));

/** @type {import('jest').Config} */
export default {
  ...base,
  roots: isCore ? folders : [...folders, '<rootDir>/test/contracts'],
  collectCoverage: true,
  coverageReporters: ['text-summary', 'json-summary'],
  coverageDirectory: `coverage/${isCore ? 'core' : 'edges'}`,
  // Left out: wiring, which only the tests of the whole run, and files of types alone.
  collectCoverageFrom: [
    `src/{${rooms.join(',')}}/**/*.ts`,
    '!src/**/*.spec.ts',
    '!src/**/*.{controller,module}.ts',
    '!src/store/sqlite/schema.ts',
    '!src/rancher/cattle/api/cattle.wire.ts',
  ],
  coverageThreshold: { global: { lines: 90 }, ...(isCore && everyBranch) },
};
