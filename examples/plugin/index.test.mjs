// The contract that convoke's own models fulfil.
import test from 'node:test';
import { contractTests } from 'convoke/testing';
import { shapes } from './index.mjs';

for (const { name, run } of contractTests(shapes)) test(name, run);
