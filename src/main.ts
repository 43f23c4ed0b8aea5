import { setFlagsFromString } from 'node:v8';
import { endAtOnce, onSignals } from './signals.js';

// Loading the program takes most of its start.
onSignals(endAtOnce);
// Garbage is collected when there is 30 % as much of it as is in use: V8 would wait for up to three times as much.
setFlagsFromString('--heap-growing-percent=30');
// The room for what is new stays the 2 MB with which it begins: loading the program would have it grow to 32 MB or more.
setFlagsFromString('--semi-space-growth-factor=1');
await import('./program.js');
