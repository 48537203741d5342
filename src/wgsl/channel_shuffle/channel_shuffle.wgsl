// Channel shuffle (Zhang et al. 2017, section 3.1): channels seen as groups x members become members x groups.
// Frame: each_channel.
struct Params { x: Image, y: Image, count: u32, groups: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  let before = (at.c % params.groups) * (params.x.channels / params.groups) + at.c / params.groups;
  return f32(x[address(params.x, Place(at.n, at.h, at.w, before))]);
}
