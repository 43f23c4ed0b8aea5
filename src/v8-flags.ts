import { setFlagsFromString } from 'node:v8';

// Listing a fleet leaves much garbage behind: left to itself, V8 lets it pile up to several times what is in use.
setFlagsFromString('--optimize-for-size');
