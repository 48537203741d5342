// What lies in a row, of a tile or of its points, for F(2x2, 3x3); four channels each.
struct Row { p0: vec4f, p1: vec4f, p2: vec4f, p3: vec4f }

fn load_row(at: u32, step: u32) -> Row {
  return Row(load_x(at), load_x(at + step), load_x(at + 2u * step), load_x(at + 3u * step));
}
