// Loads the passes and kernels that only some networks or adapters want, for tests that compile for any adapter without a device.

import { withoutLuxuries } from '../../src/runtime/compile/choose_kernels.ts';
import { latePasses } from '../../src/runtime/compile/compile.ts';
import { loadActivations } from '../../src/wgsl/activation/epilogue.ts';
import { operators } from '../../src/wgsl/ops.ts';

await Promise.all([...latePasses, withoutLuxuries].map((pass) => pass.load()));
await Promise.all(operators.flatMap(({ kernels }) => kernels.map(({ late }) => late?.load())));
await loadActivations(['gelu']);
