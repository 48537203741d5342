// y = dx = s (g - mean of g - xn * mean of g xn) with g = dy * gamma, xn = (x - mean) s, all over a pixel's channels.
// x, dy, y [N,H,W,C], moments [N,H,W,2]: mean and s. Frame: each_pixel or each_pixel_wide.
struct Params { x: Image, dy: Image, moments: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read> moments: array<vec4f>;
@group(0) @binding(5) var<storage, read> gamma: array<vec4f>;

fn pixel(at: Place, first: u32) {
  let from_x = address(params.x, at) / 4u;
  let from_dy = address(params.dy, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let own = vec4f(moments[address(params.moments, at) / 4u]);
  let quads = params.y.written / 4u;
  let channels = f32(params.y.channels);
  var sums = vec4f(0.0);
  var products = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    let given = select(vec4f(0.0), vec4f(dy[from_dy + quad]) * gamma[quad], kept(params.y, 4u * quad));
    sums += given;
    products += given * ((vec4f(x[from_x + quad]) - own.x) * own.y);
  }
  let mean = total(sums, first) / channels;
  let product = total(products, first) / channels;
  for (var quad = first; quad < quads; quad += SHARES) {
    let normal = (vec4f(x[from_x + quad]) - own.x) * own.y;
    let value = own.y * (vec4f(dy[from_dy + quad]) * gamma[quad] - mean - normal * product);
    y[from_y + quad] = Quad(select(vec4f(0.0), value, kept(params.y, 4u * quad)));
  }
}
