// The gradient of T^2 sum(q (log q - log p)) by x, with p and q the softmax of x / T and t / T: T (p - q), times the upstream gradient
// dy [1], divided by the images of the batch. x, t, y [N,C]. Frame: each_pixel or each_pixel_wide, a pixel being an image.
struct Params { x: Image, t: Image, y: Image, count: u32, temperature: f32, divisor: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> t: array<vec4f>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;

fn pixel(at: Place, first: u32) {
  let row = address(params.x, at) / 4u;
  let row_t = address(params.t, at) / 4u;
  let row_y = address(params.y, at) / 4u;
  let over = tempered_x(row, first);
  let over_t = tempered_t(row_t, first);
  let scale = params.temperature * (dy[0] / params.divisor);
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    let difference = probability(vec4f(x[row + quad]), over) - probability(vec4f(t[row_t + quad]), over_t);
    y[row_y + quad] = Quad(select(vec4f(0.0), scale * difference, kept(params.y, 4u * quad)));
  }
}
