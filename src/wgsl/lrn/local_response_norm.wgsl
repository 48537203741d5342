// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with torch's alpha / size):
// y[c] = x[c] / (k + alpha/size * sum of x[j]^2 for j = c - size/2 .. c + (size-1)/2)^beta. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, before: u32, size: u32, scale: f32, beta: f32, k: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn quad(at: Place) -> vec4f {
  let base = address(params.x, Place(at.n, at.h, at.w, 0u));
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = at.c + lane;
    if (c >= params.x.channels) { break; }
    var squares = 0.0;
    for (var offset = 0u; offset < params.size; offset++) {
      let j = c + offset - params.before;
      if (j >= params.x.channels) { continue; }  // below the first channel the subtraction wraps to a large number
      let v = f32(x[base + j]);
      squares = fma(v, v, squares);
    }
    value[lane] = f32(x[base + c]) * pow(params.k + params.scale * squares, -params.beta);
  }
  return value;
}
