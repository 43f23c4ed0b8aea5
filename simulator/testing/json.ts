/** JSON that a test looks into without checking each step. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;
