// What a batch norm knows of four channels from c on: rows [2,C] of means and variances, the latter as 1 / sqrt(variance + eps).
@group(0) @binding(3) var<storage, read> statistics: array<f32>;

struct Normal { mean: vec4f, inverse: vec4f }

// Lanes past the last channel get what the last one has: they are never kept.
fn normal_of(c: u32, channels: u32) -> Normal {
  var mean = vec4f(0.0);
  var variance = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let k = min(c + lane, channels - 1u);
    mean[lane] = statistics[k];
    variance[lane] = statistics[channels + k];
  }
  return Normal(mean, inverseSqrt(variance + params.eps));
}
