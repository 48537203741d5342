// What the kernels that go through memory share: vectors lie side by side for invocations side by side, four at a time.

struct Params {
  // A multiple of four times the invocations.
  vectors: u32,
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
