// With p and q the softmax of x / T and t / T, an image's loss is T^2 sum(q (log q - log p)), and it weighs 1 in the batch's mean.
// x, t [N,C], y [N,2]. Frame: each_pixel or each_pixel_wide, a pixel being an image.
struct Params { x: Image, t: Image, y: Image, count: u32, temperature: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> t: array<vec4f>;

fn pixel(at: Place, first: u32) {
  let row = address(params.x, at) / 4u;
  let row_t = address(params.t, at) / 4u;
  let over = tempered_x(row, first);
  let over_t = tempered_t(row_t, first);
  let apart = log(over.sum) - log(over_t.sum);
  var parts = vec4f(0.0);
  for (var quad = first; quad < params.x.written / 4u; quad += SHARES) {
    let q = probability(vec4f(t[row_t + quad]), over_t);
    let ratio = below(vec4f(t[row_t + quad]), over_t) - below(vec4f(x[row + quad]), over) + apart;
    parts += select(q * ratio, vec4f(0.0), !kept(params.x, 4u * quad) | (q == vec4f(0.0)));
  }
  let made = vec4f(params.temperature * params.temperature * total(parts, first), 1.0, 0.0, 0.0);
  let row_y = address(params.y, at) / 4u;
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    y[row_y + quad] = Quad(select(vec4f(0.0), made, kept(params.y, 4u * quad)));
  }
}
