// Which channel of which tile of 4x4 pixels an item is, `written` of them in each: where it is in the tile's first pixel.
fn tile_place(i: u32, written: u32) -> Place {
  let tile = i / written;
  let line = tile / params.tiles_w;
  return Place(line / params.tiles_h, line % params.tiles_h * 4u, tile % params.tiles_w * 4u, i % written);
}
