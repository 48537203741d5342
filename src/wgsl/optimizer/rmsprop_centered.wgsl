// The mean square less the mean's square (Graves 2013, equation 40), which rounding may take below zero.
@group(0) @binding(6) var<storage, read_write> grad_avg: array<vec4f>;

fn variance(i: u32, square: vec4f, d: vec4f) -> vec4f {
  let mean = params.alpha * grad_avg[i] + params.fresh * d;
  grad_avg[i] = mean;
  return max(square - mean * mean, vec4f(0.0));
}
