// The sum over a box of x's pixels, four channels: rows and columns from the first up to, without, the second.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn box_sum(n: u32, c: u32, rows: vec2u, columns: vec2u) -> vec4f {
  let base = address(params.x, Place(n, 0u, 0u, c));
  var sum = vec4f(0.0);
  for (var h = rows.x; h < rows.y; h++) {
    for (var w = columns.x; w < columns.y; w++) {
      sum += vec4f(x[(base + h * params.x.row + w * params.x.pixel) / 4u]);
    }
  }
  return sum;
}
