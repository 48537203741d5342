// What the kernels that go through memory share: who has which vectors. Side by side for invocations side by side is what GPUs
// like, a block for each invocation what CPUs do: their lanes and threads have caches of their own.

struct Params {
  // Vectors of an invocation: a multiple of four.
  count: u32,
  // From an invocation's first vector to its neighbour's.
  across: u32,
  // From one of its vectors to the next.
  along: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
