// What drivers that run on a CPU convolve by, downloaded together: most networks want several of these.

import { ways as winograd } from '../winograd/winograd.ts';
import { ways as broadcast } from './conv2d_broadcast.ts';
import * as conv2d_narrow from './conv2d_narrow.ts';
import { conv2dQuads as conv2d_quads } from './conv2d_quads.ts';
import * as conv2d_rows from './conv2d_rows.ts';
import { ways as texels } from './conv2d_texels.ts';

/** By their candidates' names. */
export const ways = { conv2d_rows, conv2d_quads, ...broadcast, ...texels, conv2d_narrow, ...winograd };
