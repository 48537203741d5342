// What `compare` was asked to do, from its flags.

import { registry } from '../../src/index.ts';
import { UsageError } from '../../src/runtime/errors.ts';
import { type Given, whole } from '../command.ts';
import { isPeer, isWeb, type Name, names, type Task } from './contender.ts';

export const flags = {
  model: { value: 'NAME', about: 'which network', default: 'resnet18' },
  size: { value: 'N', about: "height and width of the input; the network's own if not given" },
  batch: { value: 'N', about: 'images in a run', default: '1' },
  peers: { value: 'A,B', about: 'beside whom', default: names.filter(isPeer).join() },
  rounds: { value: 'N', about: 'steady runs of each contender', default: '5' },
  limit: { value: 'SECONDS', about: "for a contender's first answer, and again for its steady runs", default: '300' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  hub: { value: 'DIR|URL', about: 'published weights from there; initial weights if not given, as fast' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

export interface Choices {
  readonly task: Task;
  /** convoke, the peers, and convoke in the browser too where a peer is. */
  readonly contenders: readonly Name[];
  readonly rounds: number;
  readonly limitMs: number;
  /** Batch and size are what the targets are about. */
  readonly usual: boolean;
}

/** Throws UsageError. */
export function choicesOf(given: Given<keyof typeof flags>): Choices {
  const model = given.model ?? '';
  const own = registry.info(model).input.size; // throws, with the nearest names
  const size = given.size === undefined ? own : whole('size', given.size);
  const batch = whole('batch', given.batch);
  const driver = given.driver ?? (process.env.CONVOKE_DRIVER || undefined);
  const { hub } = given;
  const peers = peersOf(given.peers ?? '');
  return {
    task: { model, size, batch, ...(driver !== undefined && { driver }), ...(hub !== undefined && { hub }) },
    contenders: names.filter(
      (name) => name === 'convoke' || peers.has(name) || (name === 'convoke-web' && [...peers].some(isWeb)),
    ),
    rounds: whole('rounds', given.rounds),
    limitMs: 1000 * whole('limit', given.limit),
    usual: size === own && batch === 1,
  };
}

function peersOf(list: string): Set<Name> {
  const chosen = new Set<Name>();
  for (const name of list.split(',')) {
    const known = names.find((peer) => peer === name);
    if (!known || !isPeer(known))
      throw new UsageError('invalid_argument', `--peers: '${name}' is none of ${flags.peers.default}`);
    chosen.add(known);
  }
  return chosen;
}
