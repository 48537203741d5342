// The gradient of cross-entropy. With the wanted q_c, the loss is log(sum exp(x)) sum(q) - sum(q_c x_c), so dx_c = sum(q) p_c - q_c, times
// the upstream gradient. x, y [N,C], t [N,1] or [N,C]. Frame: each_pixel or each_pixel_wide, a pixel being an image.
struct Params { x: Image, t: Image, y: Image, dy: Image, targets: Targets, count: u32, has_rubbish: u32, rubbish: f32, divisor: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn pixel(at: Place, first: u32) {
  let row = address(params.x, at) / 4u;
  let row_y = address(params.y, at) / 4u;
  let over = normaliser(row, first);
  var shares = vec4f(0.0);
  for (var quad = first; quad < params.x.written / 4u; quad += SHARES) {
    shares += select(vec4f(0.0), wanted(at, 4u * quad), kept(params.x, 4u * quad));
  }
  let sum = total(shares, first);
  let scale = select(upstream(at), 0.0, ignored(at));
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    let dx = scale * (sum * probability(vec4f(x[row + quad]), over) - wanted(at, 4u * quad));
    y[row_y + quad] = Quad(select(vec4f(0.0), dx, kept(params.y, 4u * quad)));
  }
}
