const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2023',
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

// What decides, and does nothing else: see ARCHITECTURE.md.
export const pure = [
  'domain/',
  'upgrade/joining.ts',
  'upgrade/options.ts',
  'upgrade/pauses.ts',
  'upgrade/summary.ts',
  'upgrade/holds/hold-changes.ts',
  'upgrade/judging/bearing.ts',
  'upgrade/judging/judge.ts',
  'upgrade/planning/planning-changes.ts',
  'upgrade/policies/',
  'upgrade/recording/consequences.ts',
  'upgrade/recording/limits.ts',
  'upgrade/recording/planning-step.ts',
  'upgrade/rollouts/move.ts',
  'upgrade/rollouts/next-move.ts',
  'upgrade/rollouts/while-queued.ts',
  'upgrade/rollouts/after-start.ts',
  'upgrade/rollouts/after-failure.ts',
  'upgrade/rollouts/when-superseded.ts',
  'upgrade/rollouts/while-rolling-back.ts',
  'upgrade/rollouts/needs-inspection.ts',
  'upgrade/rollouts/proof.ts',
  'upgrade/rollouts/rollout-changes.ts',
  'upgrade/telling/addressing.ts',
  'upgrade/telling/digest.ts',
  'upgrade/telling/notices.ts',
  'upgrade/telling/parting.ts',
  'upgrade/telling/redelivery.ts',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  roots: ['<rootDir>/src', '<rootDir>/simulator', '<rootDir>/bench', '<rootDir>/tools', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': swc },
  // A machine under load is no reason for a test to fail.
  testTimeout: 120_000,
  // Jest leaves one core idle.
  maxWorkers: '100%',
  // To free a heap of a gigabyte takes longer than Jest waits for the end of a worker.
  workerIdleMemoryLimit: '500MB',
  coverageProvider: 'v8',
};
