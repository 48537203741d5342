// As upstream_total.wgsl, divided by what the images of the batch weigh together.
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read> weight: array<f32>;
fn upstream(at: Place) -> f32 {
  return dy[0] / weight[0];
}
