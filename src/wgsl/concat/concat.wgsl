// Copies one part into its channels of the concatenated image: y is those channels. Frame: each_channel.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  return f32(x[address(params.x, at)]);
}
