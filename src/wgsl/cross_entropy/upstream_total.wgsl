// The upstream gradient of an image's loss where the batch has one loss, dy [1], divided by a number known beforehand.
@group(0) @binding(5) var<storage, read> dy: array<f32>;
fn upstream(at: Place) -> f32 {
  return dy[0] / params.divisor;
}
