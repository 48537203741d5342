// With momentum.
@group(0) @binding(7) var<storage, read_write> momentum_buffer: array<vec4f>;

fn direction(i: u32, d: vec4f) -> vec4f {
  let velocity = params.momentum * momentum_buffer[i] + d;
  momentum_buffer[i] = velocity;
  return velocity;
}
