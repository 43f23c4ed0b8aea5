import { setFlagsFromString } from 'node:v8';

// Listing a fleet leaves much garbage behind: left to itself, V8 lets it pile up to several times what is in use.
setFlagsFromString('--optimize-for-size');
// Pushes can come hours apart: what one of them takes is not thrown away in between, to be compiled again while Rancher
// waits.
setFlagsFromString('--no-flush-bytecode');
