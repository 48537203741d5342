// How far x lies, for a weight of a filter, from what the filter's first weight sees. Weights are counted as they lie in memory,
// [C,R,S]; those past the last one repeat it, and are thrown away.
fn offset(i: u32) -> u32 {
  let weight = min(i, params.weights - 1u);
  let tap = weight % params.taps;
  return weight / params.taps + tap / params.columns * params.tap_down + tap % params.columns * params.tap_across;
}
