// What the updates of a step do, from the norm of all gradients together: y[0] 1 where there is to be an update and the norm is
// finite, y[1] by what gradients are to be multiplied, y[2] the norm. Frame: whole or whole_wide, an item being a partial sum.
struct Params { count: u32, batches: f32, clips: u32, max_norm: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> step: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;

// By its bits: comparisons with infinity may be taken for granted.
fn finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

fn whole(first: u32) {
  var part = vec2f(0.0);
  for (var i = first; i < params.count; i += SHARES) { part += parts[i]; }
  let sums = total(part, first);
  if (first != 0u) { return; }
  let inverse = 1.0 / (scale[0] * params.batches);
  let norm = select(sqrt(sums.y) * (0x1p80f * inverse), sqrt(sums.x) * inverse, finite(sums.x));
  // torch.nn.utils.clip_grad_norm_
  let clip = select(1.0, min(1.0, params.max_norm / (norm + 1e-6)), params.clips == 1u);
  y[0] = select(0.0, 1.0, step[1] == 1.0 && finite(norm));
  y[1] = clip * inverse;
  y[2] = norm;
  y[3] = 0.0;
}
