// The mean square less the mean's square (Graves 2013, equation 40), which rounding may take below zero.
@group(0) @binding(6) var<storage, read_write> grad_avg: array<Numbers>;

fn variance(i: u32, square: Numbers, d: Numbers) -> Numbers {
  let mean = params.alpha * grad_avg[i] + params.fresh * d;
  grad_avg[i] = mean;
  return max(square - mean * mean, Numbers(0.0));
}
