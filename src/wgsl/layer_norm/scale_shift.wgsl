// A layer norm's own scale and shift, and what keeps the channels that only pad a pixel out of sums and at zero.
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;

fn kept(quad: u32) -> vec4<bool> {
  return vec4u(0u, 1u, 2u, 3u) + 4u * quad < vec4u(params.channels);
}

fn squared(difference: vec4f, quad: u32) -> vec4f {
  return select(vec4f(0.0), difference * difference, kept(quad));
}

fn scale_shift(normal: vec4f, quad: u32) -> vec4f {
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = 4u * quad + lane;
    if (c < params.channels) { value[lane] = normal[lane] * gamma[c] + beta[c]; }
  }
  return value;
}
