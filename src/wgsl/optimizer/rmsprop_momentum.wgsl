// With momentum.
@group(0) @binding(7) var<storage, read_write> momentum_buffer: array<Numbers>;

fn direction(i: u32, d: Numbers) -> Numbers {
  let velocity = params.momentum * momentum_buffer[i] + d;
  momentum_buffer[i] = velocity;
  return velocity;
}
