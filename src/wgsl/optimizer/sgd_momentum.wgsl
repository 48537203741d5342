// With momentum, of which the first step's is the gradient itself; with Nesterov's, the gradient and once more the momentum.
@group(0) @binding(5) var<storage, read_write> momentum_buffer: array<vec4f>;

fn direction(i: u32, d: vec4f, told: Told) -> vec4f {
  let velocity = select(params.momentum * momentum_buffer[i] + params.fresh * d, d, told.first);
  momentum_buffer[i] = velocity;
  return select(velocity, d + params.momentum * velocity, params.nesterov == 1u);
}
