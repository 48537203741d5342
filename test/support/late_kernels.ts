// Loads the kernels that only some adapters want, for tests that compile for any adapter without a device.
import { operators } from '../../src/wgsl/ops.ts';

await Promise.all(operators.flatMap(({ kernels }) => kernels.map(({ late }) => late?.load())));
